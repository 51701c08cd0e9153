"""A family passes from one accountable team to another: offered by a change, never taken without a yes.

The receiving team sees that something waits, of which sphere and from whom; whose it is it sees once it
accepted. Where it declines, the area's coordinator accepts or names another team: nobody can decline into
silence.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from casecoord.actions import texts
from casecoord.actions.cases import join, require
from casecoord.actions.office import Hand, verb
from casecoord.actions.rerouting import routes_of
from casecoord.domain.errors import Problem
from casecoord.domain.routing import RoutedBy
from casecoord.domain.transfers import Transfer
from casecoord.domain.words import Lapse, Role, Sphere, TransferKind, TransferState
from casecoord.storage import lapsing
from casecoord.storage import transfers as storage
from casecoord.storage.cases import Desk, open_desk
from casecoord.storage.people import open_team
from casecoord.storage.sealed import Compartment, Place
from casecoord.storage.telling import tell_transfers
from casecoord.storage.transfer_lists import awaited_transfers
from casecoord.storage.transfers import StoredTransfer

_MEMBERS = (Role.MEMBER, Role.COORDINATOR, Role.DUTY)


@dataclass(frozen=True, slots=True)
class AcceptTransfer:
    """`reason`: of a family that left the area, who took it over."""

    idempotency_key: str
    transfer: UUID
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class DeclineTransfer:
    """`reason`: why not; `team`: who should instead, for the area's coordinator to say."""

    idempotency_key: str
    transfer: UUID
    reason: str | None = None
    team: UUID | None = None


@dataclass(frozen=True, slots=True)
class TransferAnswered:
    """`household` is told to who accepted; `next` is the hand-over that a refusal began."""

    transfer: UUID
    state: TransferState
    household: UUID | None
    next: UUID | None = None


@dataclass(frozen=True, slots=True)
class TransfersOf:
    """Those that wait for the actor's team, or for the area's coordinator."""


@dataclass(frozen=True, slots=True)
class AwaitedTransfer:
    """`from_team` None: it was the area's coordinator's. `departure`: the whole family left the area."""

    id: UUID
    kind: TransferKind
    sphere: Sphere
    departure: bool
    offered_at: datetime
    due_at: datetime
    from_team: str | None
    #: how many pass along; None of a departure, which is of everything
    signals: int | None


@verb(TransferAnswered)
async def accept_transfer(hand: Hand, input: AcceptTransfer) -> TransferAnswered:
    """The receiving team says yes: from this moment, and not before, it is accountable."""
    reason = texts.optional(input.reason, "reason")
    desk, found = await _transfer_desk(hand, input.transfer)
    rule = await _answerable(hand, desk, found, "accept_handover")
    if found.is_departure:
        await _gone(hand, desk, found, texts.reason(input.reason))
    else:
        await _take_over(hand, desk, found)
        await _end(hand, desk, found, TransferState.ACCEPTED, reason)
    _event(desk, "accept_transfer", found, rule)
    await _settle(hand, desk)
    return TransferAnswered(found.id, TransferState.ACCEPTED, desk.household_id)


@verb(TransferAnswered)
async def decline_transfer(hand: Hand, input: DeclineTransfer) -> TransferAnswered:
    """The receiver says no, with a reason. It comes to the area's coordinator, who must name a team to say no."""
    reason = texts.reason(input.reason)
    if input.team is not None and await open_team(hand.work, input.team) is None:
        raise Problem("not_found", "team")
    desk, found = await _transfer_desk(hand, input.transfer)
    rule = await _answerable(hand, desk, found, "decline_handover")
    if found.is_departure:
        raise Problem("departure_needs_a_word", "transfer")
    following = _instead(found, input.team)
    await _end(hand, desk, found, TransferState.DECLINED, reason)
    # What was the area's coordinator's already stays so: no team took it, and its gap says so.
    back = following.from_team is following.to_team is None
    begun = None if back else await storage.offer(hand.work, desk.household_id, found.kind, following)
    _event(desk, "decline_transfer", found, rule)
    await _settle(hand, desk)
    return TransferAnswered(found.id, TransferState.DECLINED, None, begun)


async def transfers(hand: Hand, query: TransfersOf) -> list[AwaitedTransfer]:
    """Which hand-overs wait for this actor's yes, or for their team's? Nobody else learns that there are any."""
    actor = hand.actor
    teams = [actor.team_id] if actor.role in _MEMBERS else []
    rows = await awaited_transfers(hand.work, teams, area=actor.role is Role.AREA_COORDINATOR)
    return [
        AwaitedTransfer(
            id=row["id"],
            kind=TransferKind(row["kind"]),
            sphere=Sphere(row["sphere"]),
            departure=row["departure"],
            offered_at=row["offered_at"],
            due_at=row["due_at"],
            from_team=row["from_team"],
            signals=row["signals"],
        )
        for row in rows
    ]


async def _transfer_desk(hand: Hand, identity: UUID) -> tuple[Desk, StoredTransfer]:
    """The locked household of a hand-over that exists for the actor: one that was offered to them."""
    found = await storage.stored(hand.work, identity)
    while found is not None:
        desk = await open_desk(hand.work, found.household)
        known, found = found, await storage.stored(hand.work, identity)
        # While this waited for the lock, it may have come to another household.
        if found is not None and found.household == known.household:
            break
    if found is None or desk is None or not _is_receiver(hand, found):
        raise Problem("not_found", "transfer")
    return desk, found


def _is_receiver(hand: Hand, found: StoredTransfer) -> bool:
    if found.transfer.to_team is None:
        return hand.actor.role is Role.AREA_COORDINATOR
    return found.transfer.to_team == hand.actor.team_id and hand.actor.role in _MEMBERS


async def _answerable(hand: Hand, desk: Desk, found: StoredTransfer, act: str) -> str:
    rule = require(hand, desk, act, is_receiver=True)
    if found.state is not TransferState.PENDING:
        raise Problem("already_answered", "transfer")
    if found.is_offered:
        raise Problem("offer_pending", "transfer")
    return rule


async def _take_over(hand: Hand, desk: Desk, found: StoredTransfer) -> None:
    """What was the old team's is the new one's; of a case it becomes part, and the old one stays until it leaves."""
    route = (await routes_of(hand.work, desk.seal))[found.transfer.sphere]
    to = found.transfer.to_team
    by = route.by if route.team_id == to else RoutedBy.BACKSTOP if to is None else None
    cases = await storage.pass_on(hand.work, found, by)
    if to is not None and desk.case is not None and desk.case.id in cases:
        await join(hand, desk, to, found.transfer.sphere, found.transfer.audience)


async def _gone(hand: Hand, desk: Desk, found: StoredTransfer, reason: str) -> None:
    """Somebody outside took the family over, or it ends: the coordinator's word closes what is open here."""
    await _end(hand, desk, found, TransferState.ACCEPTED, reason)
    work, household = hand.work, desk.household_id
    await lapsing.lapse_signals(
        work, household, await lapsing.open_signals(work, household), Lapse.EMIGRATION, desk.actor_membership
    )
    if desk.case is not None:
        await lapsing.lapse_case(work, household, desk.case.id, Lapse.EMIGRATION, desk.actor_membership)


def _instead(found: StoredTransfer, team: UUID | None) -> Transfer:
    """To whom it comes: from a team to the area's coordinator, from there to the team that is named."""
    was = found.transfer
    if was.to_team is not None:
        return Transfer(was.sphere, was.from_team, None, was.audience)
    if team is None:
        raise Problem("team_missing", "team")
    if team == was.from_team:
        raise Problem("already_accountable", "team")
    return Transfer(was.sphere, was.from_team, team, was.audience)


async def _end(
    hand: Hand, desk: Desk, found: StoredTransfer, state: TransferState, reason: str | None
) -> None:
    place = Place("transfers", found.id, "answer")
    answer = desk.seal.seal_if(reason, place, Compartment.of(found.transfer.sphere))
    await storage.end(hand.work, found.id, state, by=desk.actor_membership, answer=answer)


def _event(desk: Desk, verb: str, found: StoredTransfer, rule: str) -> None:
    transfer = found.transfer
    desk.add_event(
        verb, "case.participants", transfer.sphere, rule, audience=transfer.audience, transfer=found.id
    )


async def _settle(hand: Hand, desk: Desk) -> None:
    await desk.settle()
    await tell_transfers(hand.work, desk.household_id, desk.actor_membership)
