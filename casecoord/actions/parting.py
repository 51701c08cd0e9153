"""What an undone merge and a split share: two households under one lock order, and each signal in a case at home."""

from collections.abc import Collection
from uuid import UUID, uuid4

from casecoord.actions import rerouting
from casecoord.actions.cases import join
from casecoord.actions.office import Hand
from casecoord.actions.signals import routed
from casecoord.domain.errors import Problem
from casecoord.domain.words import CaseState, SignalState, Sphere, TransferKind
from casecoord.storage.case_tables import Case
from casecoord.storage.cases import Desk, open_desk
from casecoord.storage.parting import astray, last_case, waiting_signals
from casecoord.storage.transfers import pending_of


async def desks_of(
    hand: Hand, *households: UUID, ended: frozenset[UUID] = frozenset()
) -> dict[UUID, Desk | None]:
    """These households, each locked, always in the same order. `ended`: those that may be no more."""
    return {one: await open_desk(hand.work, one, ended=one in ended) for one in sorted(set(households))}


async def reopen(hand: Hand, desk: Desk) -> Desk:
    """The same household as it is after rows were moved beside the session."""
    found = await open_desk(hand.work, desk.household_id)
    assert found is not None
    return found


async def reroute(desk: Desk, signals: Collection[UUID]) -> list[UUID]:
    """What of these still waits for triage goes to the team that is accountable for the family; what that changed."""
    passed = []
    for signal in await waiting_signals(desk):
        if signal.id in signals:
            route, before = await routed(desk, Sphere(signal.sphere)), signal.accountable_team_id
            signal.accountable_team_id, signal.routed_by = route.team_id, route.by
            if route.team_id != before:
                passed.append(signal.id)
    return passed


async def hand_over(hand: Hand, desk: Desk, kind: TransferKind) -> None:
    """Each open signal whose team is not the one that this family's routing names now is offered to that one.

    Until it accepts, the team that was accountable is.
    """
    await hand.work.session.flush()
    await rerouting.reroute(hand.work, desk.seal, kind)


async def no_offer_waits(hand: Hand, desk: Desk, field: str) -> None:
    """While another area is asked to take a family over, it stays as it is: Problem `offer_pending`."""
    if any(one.is_offered for one in await pending_of(hand.work, desk.household_id)):
        raise Problem("offer_pending", field)


async def gather(hand: Hand, desk: Desk) -> None:
    """INVARIANT (no silent drop): each signal is in a case of its own household.

    What is left without one comes to the open case that there is, else to one that begins now and searches a lead.
    """
    for signal in await astray(desk):
        if signal.state == SignalState.ENDED:
            signal.case_id = await last_case(desk)
            continue
        if desk.case is None:
            desk.case = Case(
                area_id=hand.work.area_id,
                id=uuid4(),
                household_id=desk.household_id,
                state=CaseState.TRIAGED,
                triaged_at=desk.now,
            )
            hand.work.session.add(desk.case)
            await hand.work.session.flush()
        signal.case_id = desk.case.id
        if signal.accountable_team_id is not None:
            await join(hand, desk, signal.accountable_team_id, Sphere(signal.sphere), signal.audience)
    await hand.work.session.flush()
