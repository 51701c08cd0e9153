"""A youth's date before the neighbourhood judge: planned, moved and ended by the court partner, in sight of few.

INVARIANT (a hearing is of the sphere justice): that there is one at all shows to the court partner, the social
team, the lead and the persons concerned, and in nothing to anybody else.
"""

from dataclasses import dataclass, field
from datetime import date
from uuid import UUID, uuid4

from casecoord.actions import texts
from casecoord.actions.by_bsn import ByBsn, desk_by_bsn
from casecoord.actions.cases import look_at, require
from casecoord.actions.office import Hand, verb
from casecoord.domain.alternatives import (
    STANDING,
    TOLD_OF_THE_DATE,
    HearingWarning,
    PlacementState,
    Released,
    warnings_of,
)
from casecoord.domain.errors import Problem
from casecoord.domain.words import HearingState, Sphere
from casecoord.domain.workdays import is_working_day, local_date
from casecoord.storage import placements
from casecoord.storage.cases import Desk, desk_of
from casecoord.storage.hearings import planned_for
from casecoord.storage.people import team_of
from casecoord.storage.sealed import Compartment
from casecoord.storage.tables import Person
from casecoord.storage.wait_tables import Hearing


@dataclass(frozen=True, slots=True)
class PlanHearing:
    idempotency_key: str
    about: ByBsn
    held_on: date


@dataclass(frozen=True, slots=True)
class MoveHearing:
    """`was_on`: the day from which whoever moves it believes to move it; None: whichever it is."""

    idempotency_key: str
    hearing: UUID
    held_on: date
    was_on: date | None = None


@dataclass(frozen=True, slots=True)
class EndHearing:
    """`held`: it took place; otherwise it was cancelled. `was_on`: as for a move."""

    idempotency_key: str
    hearing: UUID
    held: bool
    was_on: date | None = None


@dataclass(frozen=True, slots=True)
class HearingBrief:
    """`warnings`: what to know of this date before going on with it."""

    id: UUID
    household: UUID
    held_on: date
    state: HearingState
    warnings: list[HearingWarning] = field(default_factory=list)


@verb(HearingBrief, act="C")
async def plan_hearing(hand: Hand, input: PlanHearing) -> HearingBrief:
    """From here G9 plans back: an alternative proposed, then a place held, in time before the judge asks."""
    held_on = _court_day(hand, input.held_on)
    found = await desk_by_bsn(hand, input.about)
    if found is None:
        # Unknown here and known with another birth date are one answer.
        raise Problem("person_not_matched", "person.bsn")
    youth, desk = found
    desk.person = youth
    rule = require(hand, desk, "plan_hearing")
    if await planned_for(hand.work, youth, held_on) is not None:
        raise Problem("hearing_planned", "heldOn")
    hearing = Hearing(
        area_id=hand.work.area_id,
        id=uuid4(),
        household_id=desk.household_id,
        person_id=youth,
        held_on=held_on,
        state=HearingState.PLANNED,
        planned_by=desk.actor_membership,
        planned_at=desk.now,
        moves=0,
        prepared=[],
    )
    hand.work.session.add(hearing)
    return await _done(desk, "plan_hearing", hearing, rule)


@verb(HearingBrief)
async def move_hearing(hand: Hand, input: MoveHearing) -> HearingBrief:
    """Another day: what has to be ready before it moves along, and who was told of the old one is told again."""
    held_on = _court_day(hand, input.held_on)
    desk, hearing, rule = await _planned(hand, input)
    other = await planned_for(hand.work, hearing.person_id, held_on)
    if other is not None and other.id != hearing.id:
        raise Problem("hearing_planned", "heldOn")
    if held_on != hearing.held_on:
        hearing.held_on, hearing.moves = held_on, hearing.moves + 1
        hearing.prepared = [step for step in hearing.prepared if step not in TOLD_OF_THE_DATE]
    return await _done(desk, "move_hearing", hearing, rule)


@verb(HearingBrief)
async def end_hearing(hand: Hand, input: EndHearing) -> HearingBrief:
    """It took place, or will not: nothing has to be ready any more."""
    desk, hearing, rule = await _planned(hand, input)
    if input.held and hearing.held_on > local_date(desk.now):
        raise Problem("not_yet", "held")
    hearing.state = HearingState.HELD if input.held else HearingState.CANCELLED
    for proposed in await placements.standing(hand.work, hearing.id, PlacementState.PROPOSED):
        proposed.state, proposed.released_because = PlacementState.RELEASED, Released.NOT_NEEDED
    return await _done(desk, "end_hearing", hearing, rule)


def _court_day(hand: Hand, day: date) -> date:
    texts.soon(day, hand.now, "heldOn")
    if not is_working_day(day):
        raise Problem("not_a_working_day", "heldOn")
    return day


async def _planned(hand: Hand, input: MoveHearing | EndHearing) -> tuple[Desk, Hearing, str]:
    desk, hearing = await hearing_in_view(hand, input.hearing)
    rule = require(hand, desk, "move_hearing")
    still_planned(hearing)
    if input.was_on not in (None, hearing.held_on):
        raise Problem("hearing_moved", "hearing")
    return desk, hearing, rule


async def hearing_in_view(hand: Hand, identity: UUID, facet: str = "court.hearing") -> tuple[Desk, Hearing]:
    """The desk of a hearing of which this actor may see this; Problem `not_found` for any other."""
    found = await desk_of(hand.work, Hearing, identity)
    if found is None:
        raise Problem("not_found", "hearing")
    desk, hearing = found
    own = await team_of(hand.work, hearing.planned_by) == hand.actor.team_id
    if not look_at(hand, desk, takes_part=own or desk.relation.accountable).sees(facet, Sphere.JUSTICE):
        raise Problem("not_found", "hearing")
    return desk, hearing


def still_planned(hearing: Hearing) -> None:
    """Problem `hearing_ended` for one that was held or cancelled."""
    if hearing.state != HearingState.PLANNED:
        raise Problem("hearing_ended", "hearing")


async def _done(desk: Desk, verb: str, hearing: Hearing, rule: str) -> HearingBrief:
    desk.add_event(verb, "court.hearing", Sphere.JUSTICE, rule, hearing=hearing.id, state=hearing.state)
    await desk.settle()
    state = HearingState(hearing.state)
    warnings = await _warnings(desk, hearing) if state is HearingState.PLANNED else []
    return HearingBrief(hearing.id, hearing.household_id, hearing.held_on, state, warnings)


async def _warnings(desk: Desk, hearing: Hearing) -> list[HearingWarning]:
    """What stands in the way of preparing this date, or of what it is for."""
    work = desk.work
    youth = await work.session.get_one(Person, (work.area_id, hearing.person_id))
    sealed = youth.birth_date_sealed
    born = desk.opened(sealed, youth, "birth_date", Compartment.IDENTITY) if sealed else None
    others = await placements.hearings_in_week(work, work.actor.team_id, hearing.held_on, hearing.id)
    proposed = await placements.standing(work, hearing.id, *STANDING)
    return warnings_of(
        hearing.held_on, born, others + 1, hearing.moves, bool(proposed), work.now, work.deadlines
    )
