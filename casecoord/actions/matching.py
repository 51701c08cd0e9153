"""A person who could not be matched for certain: the area's coordinator says whether two families are one."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from casecoord.actions import cursors
from casecoord.actions.cases import require
from casecoord.actions.looking import Look, viewers
from casecoord.actions.office import Hand, verb
from casecoord.actions.rerouting import reroute
from casecoord.actions.signals import routed
from casecoord.domain.ages import age_on
from casecoord.domain.errors import Problem
from casecoord.domain.joint_view import Shared
from casecoord.domain.lists import Slice
from casecoord.domain.words import ProposalState, SignalState, Sphere, TransferKind, TransferState
from casecoord.domain.workdays import local_date
from casecoord.storage import access_log, merging, transfers
from casecoord.storage.case_tables import MergeProposal, Signal
from casecoord.storage.cases import Desk, open_desk
from casecoord.storage.sealed import Compartment, Place
from casecoord.storage.views import seal_of


@dataclass(frozen=True, slots=True)
class ConfirmMatch:
    """`accept` True: the two are one family; False: they are two."""

    idempotency_key: str
    proposal: UUID
    accept: bool


@dataclass(frozen=True, slots=True)
class MatchDecided:
    """`household` is where everything of the unmatched person is from now on."""

    proposal: UUID
    household: UUID
    accepted: bool


@dataclass(frozen=True, slots=True)
class MatchProposalsOf:
    first: int | None = None
    after: str | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """A person by name and age, as far as they may be seen."""

    name: Shared[str] | None
    age: Shared[int] | None


@dataclass(frozen=True, slots=True)
class MatchSide:
    """One of the two households."""

    household: UUID
    persons: list[Known]
    address: Shared[str] | None


@dataclass(frozen=True, slots=True)
class MatchProposal:
    """`beside` came in without a certain match and may belong to `main`; `reason` is a word, not a text."""

    id: UUID
    reason: str
    proposed_at: datetime
    beside: MatchSide
    main: MatchSide


@verb(MatchDecided)
async def confirm_match(hand: Hand, input: ConfirmMatch) -> MatchDecided:
    """Brings the unmatched person's signals to the family, or leaves the two households apart."""
    proposal, beside, main = await _both(hand, input.proposal)
    rule = require(hand, main, "confirm_merge")
    hand.allowed(beside.household_id, rule)
    hand.told("merge.proposal")
    if not input.accept:
        merging.decide(proposal, main, accepted=False)
        await hand.work.session.flush()
        await merging.stays_apart(beside)
        beside.add_event("decline_match", "merge.proposal", Sphere.GENERAL, rule, proposal=proposal.id)
        await beside.settle()
        return MatchDecided(proposal.id, beside.household_id, False)
    if beside.case is not None and main.case is not None:
        raise Problem("both_in_case", "proposal")
    await _let_be(hand, beside)
    merging.decide(proposal, main, accepted=True)
    kin = await merging.kin_of(beside, main)
    for signal in await merging.bring_along(beside, main, kin, proposal.id):
        await _reroute(main, signal)
    await hand.work.session.flush()
    await reroute(hand.work, main.seal, TransferKind.MERGE)
    await merging.end_household(beside)
    main.case = main.case or beside.case
    main.add_event("confirm_match", "merge.proposal", Sphere.GENERAL, rule, proposal=proposal.id)
    await beside.settle()
    await main.settle()
    return MatchDecided(proposal.id, main.household_id, True)


async def match_proposals(hand: Hand, query: MatchProposalsOf) -> Slice[MatchProposal]:
    """Which matches wait for a coordinator's word? Nobody else sees that there are any."""
    first = cursors.page_size(query.first)
    after = cursors.read(hand, "match_proposals", query.after)
    if not _look(hand, hand.work.area_id).sees("merge.proposal"):
        return Slice([], [], False)
    key = (datetime.fromisoformat(after[0]), UUID(after[1])) if after else None
    rows = await merging.pending_merges(hand.work, first, key)
    looks: list[Look] = []
    items = [
        MatchProposal(
            row["id"],
            row["reason"],
            row["proposed_at"],
            _side(hand, row["beside"], looks),
            _side(hand, row["main"], looks),
        )
        for row in rows[:first]
    ]
    await access_log.write(hand.work, [look.entry("match_proposals") for look in looks])
    written = [cursors.write(hand, "match_proposals", [item.proposed_at, item.id]) for item in items]
    return Slice(items, written, len(rows) > first)


async def _both(hand: Hand, identity: UUID) -> tuple[MergeProposal, Desk, Desk]:
    """The proposal with both households locked, always in the same order."""
    proposal = await merging.merge_proposal(hand.work, identity)
    if proposal is None or not _look(hand, proposal.household_id).sees("merge.proposal"):
        raise Problem("not_found", "proposal")
    wanted = (proposal.provisional_id, proposal.household_id)
    desks = {household: await open_desk(hand.work, household) for household in sorted(wanted)}
    again = await merging.merge_proposal(hand.work, identity)
    beside, main = (desks[household] for household in wanted)
    if again is None or again.state != ProposalState.PENDING or beside is None or main is None:
        raise Problem("already_answered", "proposal")
    if (again.provisional_id, again.household_id) != wanted:
        raise Problem("try_again", "proposal")
    return again, beside, main


async def _let_be(hand: Hand, beside: Desk) -> None:
    """What was being handed over for the one alone is asked anew for the family that they are."""
    for waits in await transfers.pending_of(hand.work, beside.household_id):
        if waits.is_offered:
            raise Problem("offer_pending", "proposal")
        await transfers.end(hand.work, waits.id, TransferState.EXPIRED)


async def _reroute(main: Desk, signal: Signal) -> None:
    """What still waits for triage goes to the team that is accountable for the family it turned out to be."""
    if signal.case_id is None and signal.state != SignalState.ENDED:
        route = await routed(main, Sphere(signal.sphere))
        signal.accountable_team_id, signal.routed_by = route.team_id, route.by


def _look(hand: Hand, household: UUID) -> Look:
    seen_by = viewers(hand, takes_part=False, is_lead=False, signalled=False, escalated=False)
    return Look(hand, household, seen_by)


def _side(hand: Hand, row: dict[str, Any], looks: list[Look]) -> MatchSide:
    household = UUID(row["household"])
    look, seal = _look(hand, household), seal_of(hand.work, household, row["keys"])
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

        name = look.share("person.name", lambda: opened(person["name"], "persons", identity, "name"))
        return Known(name, look.share("person.age", age))

    address = look.share(
        "household.address",
        lambda: opened(row["address"], "households", household, "address"),
        address_secret=row["secret"],
    )
    return MatchSide(household, [known(person) for person in row["persons"]], address)
