"""A place for a youth: proposed, held until a date, confirmed, started, followed, and ended with an outcome.

INVARIANT (a place is of the sphere justice): that there is one shows to those who may know why, and to the provider
as a place alone: a name, an age, a language, from the hold on until it ended.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

from casecoord.actions import texts
from casecoord.actions.cases import look_at, require
from casecoord.actions.hearings import hearing_in_view, still_planned
from casecoord.actions.office import Hand, verb
from casecoord.domain.alternatives import FollowStep, PlacementState, PlaceOutcome, Released
from casecoord.domain.errors import Problem
from casecoord.domain.notices import NoticeKind
from casecoord.domain.words import Role, Sphere
from casecoord.domain.workdays import end_of_day, local_date
from casecoord.storage import placements as storage
from casecoord.storage.alternative_tables import Offer, Placement
from casecoord.storage.cases import Desk, between, desk_of
from casecoord.storage.people import open_team, team_of
from casecoord.storage.tables import Person
from casecoord.storage.wait_tables import Hearing

#: A place that is held is kept from others: nobody holds one longer.
LONGEST_HOLD = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class ProposeAlternative:
    """For a hearing, or for a person in a case."""

    idempotency_key: str
    alternative: UUID
    hearing: UUID | None = None
    person: UUID | None = None


@dataclass(frozen=True, slots=True)
class HoldAlternative:
    """For a hearing, or for a person in a case; up to and with `until`."""

    idempotency_key: str
    alternative: UUID
    until: date
    hearing: UUID | None = None
    person: UUID | None = None


@dataclass(frozen=True, slots=True)
class OfPlacement:
    idempotency_key: str
    placement: UUID


@dataclass(frozen=True, slots=True)
class ReleaseAlternative:
    idempotency_key: str
    placement: UUID
    because: Released


@dataclass(frozen=True, slots=True)
class FollowAlternative:
    idempotency_key: str
    placement: UUID
    step: FollowStep


@dataclass(frozen=True, slots=True)
class EndAlternative:
    idempotency_key: str
    placement: UUID
    outcome: PlaceOutcome


@dataclass(frozen=True, slots=True)
class PlacementBrief:
    id: UUID
    alternative: UUID
    state: PlacementState
    until: datetime | None


@dataclass(frozen=True, slots=True)
class _Youth:
    """For whom a place is looked for, where; `prepares`: the actor's team answers for the hearing."""

    desk: Desk
    person: UUID
    hearing: Hearing | None


@verb(PlacementBrief, act="C")
async def propose_alternative(hand: Hand, input: ProposeAlternative) -> PlacementBrief:
    """An alternative that a judge could choose; no place of it is taken yet, and its provider knows of nobody."""
    youth = await _youth(hand, input.hearing, input.person)
    offer = await _offer(hand, input.alternative)
    found = await storage.of_youth(hand.work, offer.id, youth.person)
    rule = _may_hold(hand, youth, found is None)
    placement = _new(youth, offer, PlacementState.PROPOSED)
    hand.work.session.add(placement)
    return await _done(youth.desk, "propose_place", placement, rule)


@verb(PlacementBrief, act="C")
async def hold_alternative(hand: Hand, input: HoldAlternative) -> PlacementBrief:
    """Takes a place until a date. Of two on the last place the second is told that there is none."""
    until = texts.soon(input.until, hand.now, "until")
    youth = await _youth(hand, input.hearing, input.person)
    offer = await _offer(hand, input.alternative)
    found = await storage.of_youth(hand.work, offer.id, youth.person)
    proposed = found is not None and found.state == PlacementState.PROPOSED
    rule = _may_hold(hand, youth, found is None or proposed)
    _within(offer, until, hand.now)
    placement = found if found is not None and proposed else _new(youth, offer, PlacementState.HELD)
    placement.state, placement.held_by = PlacementState.HELD, youth.desk.actor_membership
    placement.during = between(hand.now, end_of_day(until))
    if youth.hearing is not None:
        placement.hearing_id = youth.hearing.id
    hand.work.session.add(placement)
    brief = await _done(youth.desk, "hold_place", placement, rule)
    await storage.tell_provider(hand.work, NoticeKind.PLACE_HELD, placement.id, offer.id)
    return brief


@verb(PlacementBrief)
async def release_alternative(hand: Hand, input: ReleaseAlternative) -> PlacementBrief:
    """Gives a place back, with why; what was only proposed is proposed no more."""
    desk, placement = await _placement(hand, input.placement)
    part = desk.relation.participates or desk.relation.accountable
    rule = require(hand, desk, "release_place", of_participating_team=part)
    _in(placement, desk.now, PlacementState.PROPOSED, PlacementState.HELD, PlacementState.CONFIRMED)
    taken = placement.during is not None
    free(placement, input.because, desk.now)
    brief = await _done(desk, "release_place", placement, rule)
    if taken:
        await storage.tell_provider(hand.work, NoticeKind.PLACE_OVER, placement.id, placement.offer_id)
    return brief


@verb(PlacementBrief)
async def confirm_alternative(hand: Hand, input: OfPlacement) -> PlacementBrief:
    """The provider, or the court partner on its word, says yes: the youth has this place."""
    desk, placement, rule = await _provided(hand, input.placement, "confirm_place")
    _in(placement, desk.now, PlacementState.HELD)
    placement.state = PlacementState.CONFIRMED
    placement.during = between(_since(placement), None)
    brief = await _done(desk, "confirm_place", placement, rule)
    await _tell_holders(hand, desk, NoticeKind.PLACE_CONFIRMED, placement)
    return brief


@verb(PlacementBrief)
async def start_alternative(hand: Hand, input: OfPlacement) -> PlacementBrief:
    """The youth began."""
    desk, placement, rule = await _provided(hand, input.placement, "start_place")
    _in(placement, desk.now, PlacementState.CONFIRMED)
    placement.state = PlacementState.STARTED
    return await _done(desk, "start_place", placement, rule)


@verb(PlacementBrief)
async def follow_alternative(hand: Hand, input: FollowAlternative) -> PlacementBrief:
    """How it goes, in one word: the last stands with the place, all of them in what happened."""
    desk, placement, rule = await _provided(hand, input.placement, "start_place")
    _in(placement, desk.now, PlacementState.STARTED)
    placement.followed, placement.followed_at = input.step, desk.now
    return await _done(desk, "follow_place", placement, rule, step=input.step)


@verb(PlacementBrief)
async def end_alternative(hand: Hand, input: EndAlternative) -> PlacementBrief:
    """It ends, with what came of it; broken off before the judge asks, the search is open again."""
    desk, placement, rule = await _provided(hand, input.placement, "end_place")
    _in(placement, desk.now, PlacementState.STARTED)
    placement.state, placement.outcome = PlacementState.ENDED, input.outcome
    placement.during = between(_since(placement), desk.now)
    return await _done(desk, "end_place", placement, rule)


def free(placement: Placement, because: Released, now: datetime) -> None:
    """From this moment it takes no place any more."""
    placement.state, placement.released_because = PlacementState.RELEASED, because
    if placement.during is not None:
        placement.during = between(_since(placement), now)


async def record(desk: Desk, verb: str, placement: Placement, rule: str, **about: str) -> None:
    """What happened to a place goes into the history, and the clocks of its hearing are set."""
    desk.add_event(
        verb, "court.placement", Sphere.JUSTICE, rule, placement=placement.id, hearing=placement.hearing_id,
        state=placement.state, **about,
    )  # fmt: skip
    await desk.settle()


async def _done(desk: Desk, verb: str, placement: Placement, rule: str, **about: str) -> PlacementBrief:
    await record(desk, verb, placement, rule, **about)
    state = PlacementState(placement.state)
    until = placement.during.upper if placement.during and state is PlacementState.HELD else None
    return PlacementBrief(placement.id, placement.offer_id, state, until)


async def _youth(hand: Hand, hearing: UUID | None, person: UUID | None) -> _Youth:
    if hearing is not None and person is None:
        desk, planned = await hearing_in_view(hand, hearing, "court.suitability")
        still_planned(planned)
        return _Youth(desk, planned.person_id, planned)
    if person is None or hearing is not None:
        raise Problem("youth_or_hearing", "hearing")
    found = await desk_of(hand.work, Person, person)
    if found is None or found[0].case is None or found[1].died_on is not None:
        raise Problem("not_found", "person")
    if not look_at(hand, found[0]).sees("court.suitability", Sphere.JUSTICE):
        raise Problem("not_found", "person")
    found[0].person = person
    return _Youth(found[0], person, None)


def _may_hold(hand: Hand, youth: _Youth, none_yet: bool) -> str:
    relation = youth.desk.relation
    prepares = youth.hearing is not None and relation.accountable
    return require(
        hand, youth.desk, "hold_place", of_participating_team=relation.participates or prepares,
        no_other_hold=none_yet,
    )  # fmt: skip


async def _offer(hand: Hand, identity: UUID) -> Offer:
    offer = await hand.work.session.get(Offer, (hand.work.area_id, identity))
    if offer is None:
        raise Problem("not_found", "alternative")
    if offer.withdrawn_at is not None or await open_team(hand.work, offer.team_id) is None:
        raise Problem("offer_withdrawn", "alternative")
    if offer.ends_on is not None and offer.ends_on <= local_date(hand.now):
        raise Problem("offer_over", "alternative")
    return offer


def _within(offer: Offer, until: date, now: datetime) -> None:
    too_long = until > local_date(now) + LONGEST_HOLD
    if too_long or (offer.ends_on is not None and until > offer.ends_on):
        raise Problem("hold_too_long", "until")


def _new(youth: _Youth, offer: Offer, state: PlacementState) -> Placement:
    desk = youth.desk
    return Placement(
        area_id=desk.work.area_id,
        id=uuid4(),
        household_id=desk.household_id,
        person_id=youth.person,
        offer_id=offer.id,
        hearing_id=youth.hearing.id if youth.hearing else None,
        state=state,
        proposed_at=desk.now,
        held_by=desk.actor_membership,
    )


async def _placement(hand: Hand, identity: UUID) -> tuple[Desk, Placement]:
    """A place that this actor may see, as whoever they are; Problem `not_found` for any other."""
    found = await desk_of(hand.work, Placement, identity)
    if found is None:
        raise Problem("not_found", "placement")
    desk, placement = found
    if hand.actor.role is Role.PROVIDER:
        there = placement.during is not None and placement.state not in (
            PlacementState.ENDED, PlacementState.RELEASED,
        )  # fmt: skip
        if not there or not await storage.is_own_place(hand.work, placement):
            raise Problem("not_found", "placement")
        return desk, placement
    part = await team_of(hand.work, placement.held_by) == hand.actor.team_id or desk.relation.accountable
    if not part and placement.hearing_id is not None:
        hearing = await hand.work.session.get_one(Hearing, (hand.work.area_id, placement.hearing_id))
        part = await team_of(hand.work, hearing.planned_by) == hand.actor.team_id
    if not look_at(hand, desk, takes_part=part).sees("court.placement", Sphere.JUSTICE):
        raise Problem("not_found", "placement")
    return desk, placement


async def _provided(hand: Hand, identity: UUID, act: str) -> tuple[Desk, Placement, str]:
    desk, placement = await _placement(hand, identity)
    own = hand.actor.role is Role.PROVIDER
    return desk, placement, require(hand, desk, act, own_place=own)


def _in(placement: Placement, now: datetime, *states: PlacementState) -> None:
    """Problem `hold_expired` or `place_not_held` where it is in none of these states any more, or not yet."""
    until = placement.during.upper if placement.during else None
    held = placement.state in (PlacementState.HELD, PlacementState.EXPIRED)
    if held and until is not None and until <= now:
        raise Problem("hold_expired", "placement")
    if placement.state not in states:
        raise Problem("place_not_held", "placement")


def _since(placement: Placement) -> datetime | None:
    assert placement.during is not None
    return placement.during.lower


async def _tell_holders(hand: Hand, desk: Desk, kind: NoticeKind, placement: Placement) -> None:
    await storage.tell_holders(hand.work, kind, placement.id, desk.household_id, but=desk.actor_membership)
