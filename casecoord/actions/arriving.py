"""The receiver's side of a move from another area: the coordinator sees the minimum, and says yes or no.

Only a yes opens what was sealed on the way, and seals it anew under keys of this area. From that moment the
family is known here, with its open signals at the teams that are accountable here and the clocks of here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid4

from casecoord.access.doing import ActFacts
from casecoord.actions import texts
from casecoord.actions.cases import join
from casecoord.actions.looking import Look, viewers
from casecoord.actions.office import Hand, verb
from casecoord.actions.rerouting import reroute, routes_of
from casecoord.domain.errors import Problem
from casecoord.domain.teams import SECRECY
from casecoord.domain.words import (
    CaseState,
    Role,
    SignalSource,
    SignalState,
    Sphere,
    TransferKind,
    TransferState,
)
from casecoord.storage import access_log, luggage, parcels
from casecoord.storage.arrivals import coordinator_of, settle_in
from casecoord.storage.case_tables import Case, Signal
from casecoord.storage.cases import Desk, open_desk
from casecoord.storage.luggage import Concern, Luggage
from casecoord.storage.moving import areas, neighbourhood_of
from casecoord.storage.moving_tables import Arrival
from casecoord.storage.parcels import ParcelKind
from casecoord.storage.sealed import Compartment
from casecoord.storage.telling import tell_transfers
from casecoord.storage.transfer_lists import waiting_arrivals


@dataclass(frozen=True, slots=True)
class AnswerMove:
    idempotency_key: str
    offer: UUID
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class MoveAnswered:
    """`household` is the family's here, once accepted."""

    offer: UUID
    state: TransferState
    household: UUID | None
    case: UUID | None = None


@dataclass(frozen=True, slots=True)
class MoveOffersOf:
    """Those that wait for an answer of this area."""


@dataclass(frozen=True, slots=True)
class OfferedMove:
    """What may be known of a family before it is accepted; `spheres` are those its coordinator may see."""

    id: UUID
    from_area: str
    neighbourhood: str | None
    persons: int
    children: int
    spheres: list[Sphere]
    moved_on: date
    expires_at: datetime


@verb(MoveAnswered, act="C")
async def accept_move(hand: Hand, input: AnswerMove) -> MoveAnswered:
    """The family is this area's from now on; the sender holds it until it has heard so."""
    arrival, rule = await _arrival(hand, input.offer, "accept_move")
    assert arrival.content_sealed is not None and arrival.key_wrapped is not None
    found = luggage.unpack(hand.work.keyring, arrival.id, arrival.content_sealed, arrival.key_wrapped)
    postcode = found.address.postcode if found.address else None
    there = await neighbourhood_of(hand.work, postcode) if postcode else arrival.neighbourhood
    home = await settle_in(hand.work, found, there, arrival.moved_on)
    desk = await open_desk(hand.work, home.household)
    assert desk is not None
    hand.allowed(desk.household_id, rule)
    await _open_case(hand, desk, found)
    await _bring_signals(hand, desk, found, home.persons, rule)
    await reroute(hand.work, desk.seal, TransferKind.MOVE)
    parcels.answered(arrival, hand.work, TransferState.ACCEPTED, desk.actor_membership)
    arrival.household_id = desk.household_id
    await parcels.post(hand.work, arrival.from_area, arrival.id, ParcelKind.ANSWER)
    desk.add_event("accept_move", "household.move", Sphere.GENERAL, rule)
    await desk.settle()
    await tell_transfers(hand.work, desk.household_id, desk.actor_membership)
    case = desk.case.id if desk.case else None
    return MoveAnswered(arrival.id, TransferState.ACCEPTED, desk.household_id, case)


@verb(MoveAnswered)
async def decline_move(hand: Hand, input: AnswerMove) -> MoveAnswered:
    """No, with a reason: the family stays the sender's, who has to find somebody else."""
    reason = texts.reason(input.reason)
    arrival, rule = await _arrival(hand, input.offer, "accept_move")
    hand.done.rules.append(rule)
    assert arrival.key_wrapped is not None
    sealed = luggage.seal_answer(hand.work.keyring, arrival.id, arrival.key_wrapped, reason)
    parcels.answered(arrival, hand.work, TransferState.DECLINED, hand.actor.membership_id)
    arrival.answer_sealed = sealed
    await parcels.post(hand.work, arrival.from_area, arrival.id, ParcelKind.ANSWER)
    return MoveAnswered(arrival.id, TransferState.DECLINED, None)


async def move_offers(hand: Hand, query: MoveOffersOf) -> list[OfferedMove]:
    """Which families do other areas offer? The area's coordinator is told how many people, and where they come."""
    if hand.actor.role is not Role.AREA_COORDINATOR:
        return []
    look, names = _look(hand), {identity: code for code, identity in (await areas(hand.work)).items()}
    found = [
        OfferedMove(
            id=row["id"],
            from_area=names.get(row["from_area"], ""),
            neighbourhood=row["neighbourhood_name"],
            persons=row["persons"],
            children=row["children"],
            spheres=[Sphere(s) for s in row["spheres"] if look.sees("signal.existence", Sphere(s))],
            moved_on=row["moved_on"],
            expires_at=row["expires_at"],
        )
        for row in await waiting_arrivals(hand.work)
    ]
    if found:
        access_log.write(hand.work, [look.entry("move_offers")])
    return found


async def _arrival(hand: Hand, identity: UUID, act: str) -> tuple[Arrival, str]:
    """The offer, locked, if it is the actor's to answer and still can be."""
    decision = hand.may(act, ActFacts(membership_valid=True, of_receiving_area=True))
    arrival = await parcels.lock_arrival(hand.work, identity) if decision.allowed else None
    if arrival is None:
        raise Problem("not_found", "offer")
    if arrival.state == TransferState.EXPIRED or (
        arrival.state == TransferState.PENDING and hand.now >= arrival.expires_at
    ):
        raise Problem("offer_expired", "offer")
    if arrival.state != TransferState.PENDING:
        raise Problem("already_answered", "offer")
    return arrival, decision.rule


async def _open_case(hand: Hand, desk: Desk, found: Luggage) -> None:
    """The search for a lead begins anew: who led there does not work here."""
    if not found.in_case or desk.case is not None:
        return
    desk.case = Case(
        area_id=hand.work.area_id,
        id=uuid4(),
        household_id=desk.household_id,
        state=CaseState.TRIAGED,
        triaged_at=desk.now,
    )
    hand.work.session.add(desk.case)
    await hand.work.session.flush()


async def _bring_signals(
    hand: Hand, desk: Desk, found: Luggage, persons: Mapping[UUID, UUID], rule: str
) -> None:
    """Each open signal at the team accountable here, as if that team had brought it; its clock begins now."""
    routes = await routes_of(hand.work, desk.seal)
    for concern in sorted(found.signals, key=lambda one: SECRECY.index(one.sphere)):
        route = routes[concern.sphere]
        of, member = await coordinator_of(hand.work, route.team_id, hand.actor)
        in_case = concern.in_case and desk.case is not None
        signal = Signal(
            area_id=hand.work.area_id,
            id=uuid4(),
            household_id=desk.household_id,
            person_id=persons.get(concern.person) if concern.person else None,
            case_id=desk.case.id if in_case and desk.case else None,
            state=SignalState.IN_CASE if in_case else SignalState.OPEN,
            domain=concern.domain,
            sphere=concern.sphere,
            urgency=concern.urgency,
            source=SignalSource.AREA,
            # Whoever brought it there sees nothing here, and the coordinator who accepted is no author of it.
            source_team_id=of,
            author_id=member,
            audience=concern.audience,
            accountable_team_id=route.team_id,
            routed_by=route.by,
            veilig_thuis=concern.veilig_thuis,
            veilig_thuis_on=concern.veilig_thuis_on,
            received_at=desk.now,
            triaged_at=desk.now if in_case else None,
            seen_at=desk.now if in_case else None,
        )
        _seal(desk, signal, concern)
        hand.work.session.add(signal)
        await hand.work.session.flush()
        if in_case and route.team_id is not None:
            await join(hand, desk, route.team_id, concern.sphere, concern.audience)
        desk.add_event(
            "accept_move",
            "signal.existence",
            concern.sphere,
            rule,
            audience=concern.audience,
            signal=signal.id,
        )


def _seal(desk: Desk, signal: Signal, concern: Concern) -> None:
    signal.summary_sealed = desk.sealed(concern.summary, signal, "summary", Compartment.of(concern.sphere))


def _look(hand: Hand) -> Look:
    seen_by = viewers(hand, takes_part=False, is_lead=False, signalled=False, escalated=False)
    return Look(hand, None, seen_by)
