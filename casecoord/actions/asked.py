"""What I am asked: my team's invitations to take part, and the leads and hand-overs that wait for my word.

Who is asked has to be able to answer without knowing the case: that it is asked, by whom, until when.
The asker's team is not named: a court partner's would give a hearing away.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from casecoord.access.decide import Permission
from casecoord.access.doing import ActFacts
from casecoord.access.seats import team_viewer
from casecoord.actions import cursors
from casecoord.actions.filters import condition
from casecoord.actions.looking import Look, viewers
from casecoord.actions.office import Hand
from casecoord.actions.tables import sits_at_tables
from casecoord.domain.facets import FACETS
from casecoord.domain.lists import Slice
from casecoord.domain.meetings import MeetingState
from casecoord.domain.words import ProposalKind
from casecoord.storage import access_log, asked


@dataclass(frozen=True, slots=True)
class AskedOf:
    """A page of what waits for me."""

    first: int | None = None
    after: str | None = None


@dataclass(frozen=True, slots=True)
class Invited:
    """My team is asked to take part in a case."""

    id: UUID
    case: UUID
    asked_by: str
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Proposed:
    """I am asked to lead a case, or to take it over."""

    id: UUID
    case: UUID
    kind: ProposalKind
    asked_by: str
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Awaited:
    """A meeting at which I am expected."""

    id: UUID
    team_name: str
    state: MeetingState
    at: datetime


@dataclass(frozen=True, slots=True)
class Asked:
    """All that waits for me: the first page of each, and the meeting that sits now, else the next."""

    invitations: Slice[Invited]
    proposals: Slice[Proposed]
    meeting: Awaited | None


async def invitations(hand: Hand, query: AskedOf) -> Slice[Invited]:
    """The invitations that this actor can answer for the team, by deadline."""
    first, after = cursors.page_size(query.first), _after(hand, "invitations", query)
    permission = _may_answer(hand)
    rows = await asked.invitations(hand.work, first, after) if permission.allowed else []
    return _invited(hand, rows, first, permission)


async def proposals(hand: Hand, query: AskedOf) -> Slice[Proposed]:
    """The proposals to this professional that can be answered under this membership, by deadline."""
    first, after = cursors.page_size(query.first), _after(hand, "proposals", query)
    return _proposed(hand, await asked.proposals(hand.work, first, after, _in_view(hand)), first)


async def asked_of_me(hand: Hand, query: AskedOf) -> Asked:
    """The first invitations and proposals and the next meeting, in one statement."""
    first, permission = cursors.page_size(query.first), _may_answer(hand)
    found = await asked.everything(hand.work, first, _in_view(hand), sits=sits_at_tables(hand))
    return Asked(
        _invited(hand, found["invitations"] if permission.allowed else [], first, permission),
        _proposed(hand, found["proposals"], first),
        next(
            (
                Awaited(row["id"], row["asked_by"], MeetingState(row["kind"]), row["until"])
                for row in found["meetings"]
            ),
            None,
        ),
    )


def _may_answer(hand: Hand) -> Permission:
    return hand.may("join_case", ActFacts.that("membership_valid", "of_invited_team"))


def _in_view(hand: Hand) -> str:
    as_team = team_viewer(hand.actor.role, hand.actor.team_kind)
    return condition(hand, "case.lead", {as_team: "i.takes_part"} if as_team else {})


def _invited(hand: Hand, rows: list[dict[str, Any]], first: int, permission: Permission) -> Slice[Invited]:
    # Being asked is all that one who takes no part learns: the rule on answering is the rule on that.
    facet = "case.participants"
    access_log.write(
        hand.work,
        (
            access_log.Entry(
                verb="invitations",
                household=row["household_id"],
                act="R",
                facets={facet: permission.rule},
                policy=hand.policy.digest,
                ground=FACETS[facet].ground,
                rules=(permission.rule,),
                acts=hand.done.acts(),
            )
            for row in rows[:first]
        ),
    )
    found = [
        Invited(row["id"], row["case_id"], row["asked_by"], row["since"], row["until"])
        for row in rows[:first]
    ]
    return Slice(found, _cursors(hand, "invitations", rows[:first]), len(rows) > first)


def _proposed(hand: Hand, rows: list[dict[str, Any]], first: int) -> Slice[Proposed]:
    entries = []
    for row in rows[:first]:
        seen_by = viewers(hand, takes_part=True, is_lead=False, signalled=False, escalated=False)
        look = Look(hand, row["household_id"], seen_by)
        look.decide("case.lead")
        entries.append(look.entry("proposals"))
    access_log.write(hand.work, entries)
    found = [
        Proposed(
            row["id"], row["case_id"], ProposalKind(row["kind"]), row["asked_by"], row["since"], row["until"]
        )
        for row in rows[:first]
    ]
    return Slice(found, _cursors(hand, "proposals", rows[:first]), len(rows) > first)


def _after(hand: Hand, kind: str, query: AskedOf) -> tuple[datetime, UUID] | None:
    key = cursors.read(hand, kind, query.after)
    return (datetime.fromisoformat(key[0]), UUID(key[1])) if key else None


def _cursors(hand: Hand, kind: str, rows: list[dict[str, Any]]) -> list[str]:
    return [cursors.write(hand, kind, [row["until"], row["id"]]) for row in rows]
