"""One household that becomes two: who leaves, what goes along, and with which part the case stays."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID, uuid4

from casecoord.actions import texts
from casecoord.actions.cases import require
from casecoord.actions.merge_proposals import look_at_merge
from casecoord.actions.merging import seal_and_follow
from casecoord.actions.office import Hand, verb
from casecoord.actions.parting import desks_of, gather, hand_over, no_offer_waits, reopen
from casecoord.domain.errors import Problem
from casecoord.domain.notices import NoticeKind
from casecoord.domain.words import SignalState, Sphere, TransferKind
from casecoord.storage.belongings import belongings
from casecoord.storage.cases import Desk, open_desk
from casecoord.storage.merge_tables import Split
from casecoord.storage.merging import hold_along, state_as_it_is
from casecoord.storage.splitting import NewHome, found_part, go, is_neighbourhood, people_of, signals_of
from casecoord.storage.telling import tell_members, tell_transfers


class Part(StrEnum):
    """Of the two parts: the household that was there, or the new one."""

    STAYING = "STAYING"
    LEAVING = "LEAVING"


@dataclass(frozen=True, slots=True)
class SignalGoes:
    """A signal about the whole household, and the part it goes with."""

    signal: UUID
    part: Part


@dataclass(frozen=True, slots=True)
class SplitHousehold:
    """`persons` leave; signals about them go along. `signals`: with which part each other one goes."""

    idempotency_key: str
    household: UUID
    persons: tuple[UUID, ...]
    signals: tuple[SignalGoes, ...] = ()
    case_with: Part | None = None
    neighbourhood: str | None = None
    address: str | None = None
    postcode: str | None = None
    number: str | None = None
    secret_address: bool = False


@dataclass(frozen=True, slots=True)
class HouseholdSplit:
    """`household` is the part that stayed, `part` the new one; `cases` those that are open in either."""

    household: UUID
    part: UUID
    cases: list[UUID]


@verb(HouseholdSplit)
async def split_household(hand: Hand, input: SplitHousehold) -> HouseholdSplit:
    """Some leave for a household of their own; from now on neither part sees the other's."""
    home = (await desks_of(hand, input.household))[input.household]
    if home is None or not look_at_merge(hand, input.household).sees("merge.proposal"):
        raise Problem("not_found", "household")
    rule = require(hand, home, "split_household")
    await no_offer_waits(hand, home, "household")
    new_home = await _new_home(hand, input)
    leaving = await _leaving(home, input)
    signals = await _signals(home, input, leaving)
    if home.case is not None and input.case_with is None:
        raise Problem("case_unassigned", "caseWith")
    case = home.case.id if home.case is not None and input.case_with is Part.LEAVING else None
    part = await found_part(hand.work, new_home)
    beside = await open_desk(hand.work, part)
    assert beside is not None
    hand.allowed(part, rule)
    hand.told("merge.proposal")
    members = [home.lead.membership_id] if home.lead is not None else []
    before = await belongings(hand.work, (home.household_id, part))
    since = await go(hand.work, home.household_id, part, leaving, signals, case)
    await seal_and_follow(hand, before, home, beside)
    if since is not None:
        await hold_along(hand.work, home.household_id, part, since, hand.now)
    split = Split(
        area_id=hand.work.area_id,
        id=uuid4(),
        household_id=home.household_id,
        part_id=part,
        split_at=hand.now,
        split_by=hand.actor.membership_id,
    )
    hand.work.session.add(split)
    desks = [await reopen(hand, home), await reopen(hand, beside)]
    for desk in desks:
        await gather(hand, desk)
        desk.add_event("split_household", "case.status", Sphere.GENERAL, rule, split=split.id)
    for desk in desks:
        await hand_over(hand, desk, TransferKind.SPLIT)
    await state_as_it_is(hand.work, *(desk.household_id for desk in desks))
    for desk in desks:
        await desk.settle()
    for desk in desks:
        await tell_members(hand.work, desk.household_id, NoticeKind.PARTED, split.id, members)
        await tell_transfers(hand.work, desk.household_id, hand.actor.membership_id)
    return HouseholdSplit(home.household_id, part, [desk.case.id for desk in desks if desk.case is not None])


async def _new_home(hand: Hand, input: SplitHousehold) -> NewHome:
    if input.neighbourhood is not None and not await is_neighbourhood(hand.work, input.neighbourhood):
        raise Problem("neighbourhood_unknown", "neighbourhood")
    return NewHome(
        input.neighbourhood,
        texts.optional(input.address, "address"),
        input.secret_address,
        texts.postcode(input.postcode, "postcode") if input.postcode is not None else None,
        texts.optional(input.number, "number"),
    )


async def _leaving(home: Desk, input: SplitHousehold) -> set[UUID]:
    people, leaving = await people_of(home), set(input.persons)
    if not leaving or not leaving < people:
        # Somebody of another household and somebody who is nowhere are one answer.
        raise Problem("persons_missing", "persons")
    return leaving


async def _signals(home: Desk, input: SplitHousehold, leaving: set[UUID]) -> set[UUID]:
    """The signals about the whole household that go along; each open one is named, one way or the other."""
    whole = {signal.id: signal for signal in await signals_of(home) if signal.person_id is None}
    said = {one.signal: one.part for one in input.signals}
    if set(said) - set(whole):
        raise Problem("not_found", "signals")
    if any(one.state != SignalState.ENDED and identity not in said for identity, one in whole.items()):
        raise Problem("signals_unassigned", "signals")
    return {identity for identity, part in said.items() if part is Part.LEAVING}
