"""Which two households may be one? Nobody but the area's coordinator sees that there is a question."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from casecoord.actions import cursors
from casecoord.actions.looking import Look, viewers
from casecoord.actions.office import Hand
from casecoord.domain.ages import age_on
from casecoord.domain.duplicates import MergeReason
from casecoord.domain.joint_view import Shared
from casecoord.domain.lists import Slice
from casecoord.domain.workdays import local_date
from casecoord.storage import access_log
from casecoord.storage.merge_proposals import pending_merges, recent_merges
from casecoord.storage.sealed import Compartment, Place
from casecoord.storage.views import seal_of

#: What was made one in a month and is still in question is less than this.
MOST_MERGES = 20


@dataclass(frozen=True, slots=True)
class MergeProposalsOf:
    first: int | None = None
    after: str | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """A person by name and age, as far as they may be seen."""

    name: Shared[str] | None
    age: Shared[int] | None


@dataclass(frozen=True, slots=True)
class MergeSide:
    """One of the two households; `case_led`: it has an open case, and whether somebody leads it."""

    household: UUID
    persons: list[Known]
    address: Shared[str] | None
    case: UUID | None
    case_led: bool


@dataclass(frozen=True, slots=True)
class MergeProposal:
    """`beside` may belong to `main`; the reasons are words, and the score the sum of what they weigh."""

    id: UUID
    reasons: list[MergeReason]
    score: int
    proposed_at: datetime
    beside: MergeSide
    main: MergeSide


@dataclass(frozen=True, slots=True)
class MergesOf:
    """Those of the last month that still stand."""


@dataclass(frozen=True, slots=True)
class Merged:
    """Two households that became one; `own`: by the actor, so that it is another coordinator who can undo it."""

    id: UUID
    household: UUID
    merged_at: datetime
    merged_by: str
    own: bool


async def merges(hand: Hand, query: MergesOf) -> list[Merged]:
    """Which families were made one lately, and can be two again? For the area's coordinators."""
    if not look_at_merge(hand, hand.work.area_id).sees("merge.proposal"):
        return []
    rows = await recent_merges(hand.work, MOST_MERGES)
    looks = [look_at_merge(hand, row["household_id"]) for row in rows]
    for look in looks:
        look.decide("merge.proposal")
    access_log.write(hand.work, [look.entry("merges") for look in looks])
    return [
        Merged(
            row["id"],
            row["household_id"],
            row["merged_at"],
            row["name"],
            row["professional_id"] == hand.actor.professional_id,
        )
        for row in rows
    ]


async def merge_proposals(hand: Hand, query: MergeProposalsOf) -> Slice[MergeProposal]:
    """Which proposals wait for a coordinator's word? Nobody else sees that there are any."""
    first = cursors.page_size(query.first)
    after = cursors.read(hand, "merge_proposals", query.after)
    if not look_at_merge(hand, hand.work.area_id).sees("merge.proposal"):
        return Slice([], [], False)
    key = (datetime.fromisoformat(after[0]), UUID(after[1])) if after else None
    rows = await pending_merges(hand.work, first, key)
    looks: list[Look] = []
    items = [
        MergeProposal(
            row["id"],
            [MergeReason(reason) for reason in row["reasons"]],
            row["score"],
            row["proposed_at"],
            _side(hand, row["beside"], looks),
            _side(hand, row["main"], looks),
        )
        for row in rows[:first]
    ]
    access_log.write(hand.work, [look.entry("merge_proposals") for look in looks])
    written = [cursors.write(hand, "merge_proposals", [item.proposed_at, item.id]) for item in items]
    return Slice(items, written, len(rows) > first)


def look_at_merge(hand: Hand, household: UUID) -> Look:
    """The actor's look at whether a household may be another: by role alone."""
    seen_by = viewers(hand, takes_part=False, is_lead=False, signalled=False, escalated=False)
    return Look(hand, household, seen_by)


def _side(hand: Hand, row: dict[str, Any], looks: list[Look]) -> MergeSide:
    household = UUID(row["household"])
    look, seal = look_at_merge(hand, household), seal_of(hand.work, household, row["keys"])
    look.decide("merge.proposal")
    looks.append(look)

    def opened(sealed: str | None, table: str, identity: UUID, facet: str) -> str | None:
        place = Place(table, identity, facet)
        return None if sealed is None else seal.open(bytes.fromhex(sealed), place, Compartment.IDENTITY)

    def known(person: dict[str, Any]) -> Known:
        identity = UUID(person["id"])

        def age() -> int | None:
            born = opened(person["birth"], "persons", identity, "birth_date")
            return None if born is None else age_on(born, local_date(hand.now))

        name = look.share(
            "person.name", lambda: opened(person["name"], "persons", identity, "name"), of=(identity,)
        )
        return Known(name, look.share("person.age", age, of=(identity,)))

    address = look.share(
        "household.address",
        lambda: opened(row["address"], "households", household, "address"),
        address_secret=row["secret"],
    )
    in_case = row["case"] is not None and look.sees("case.status") and look.sees("case.lead")
    return MergeSide(
        household,
        [known(person) for person in row["persons"]],
        address,
        UUID(row["case"]) if in_case else None,
        bool(in_case and row["led"]),
    )
