"""A hearing is planned back from: who does what by when, what of it is done, and in which week it jams."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from casecoord.actions.cases import require
from casecoord.actions.hearings import hearing_in_view, still_planned
from casecoord.actions.looking import Look, facts_of, viewers
from casecoord.actions.office import Hand, verb
from casecoord.domain.alternatives import MOST_A_WEEK, PreparationStep, PreparedBy, Step, due_on, steps
from casecoord.domain.errors import Problem
from casecoord.domain.words import HearingState, Sphere, TeamKind
from casecoord.domain.workdays import local_date
from casecoord.storage import preparing as storage

MOST_WEEKS = 26
_PREPARES = {TeamKind.SOCIAL: PreparedBy.SOCIAL_TEAM, TeamKind.COURT_PARTNER: PreparedBy.COURT_PARTNER}


@dataclass(frozen=True, slots=True)
class RecordPreparation:
    idempotency_key: str
    hearing: UUID
    step: PreparationStep


@dataclass(frozen=True, slots=True)
class PreparationBrief:
    hearing: UUID
    step: PreparationStep


@dataclass(frozen=True, slots=True)
class PreparationOf:
    hearing: UUID


@dataclass(frozen=True, slots=True)
class StepLine:
    """`late`: its day has passed and it is not done."""

    step: PreparationStep
    by: PreparedBy
    due_on: date
    done: bool
    late: bool


@dataclass(frozen=True, slots=True)
class Preparation:
    hearing: UUID
    person: UUID
    held_on: date
    state: HearingState
    steps: list[StepLine]


@dataclass(frozen=True, slots=True)
class PreparationLoadOf:
    weeks: int = 8


@dataclass(frozen=True, slots=True)
class Week:
    """From this Monday: the hearings in it, and what the own team has to do for any. `full`: one more jams."""

    since: date
    hearings: int
    steps: int
    full: bool


@verb(PreparationBrief)
async def record_preparation(hand: Hand, input: RecordPreparation) -> PreparationBrief:
    """Somebody who prepares it says that a step is done; what its places show, they show themselves."""
    desk, hearing = await hearing_in_view(hand, input.hearing, "court.preparation")
    part = desk.relation.participates or desk.relation.accountable
    rule = require(hand, desk, "hold_place", of_participating_team=part, no_other_hold=True)
    still_planned(hearing)
    if not any(one.recorded and one.step is input.step for one in steps(hand.work.deadlines)):
        raise Problem("step_not_recorded", "step")
    if input.step in hearing.prepared:
        raise Problem("step_done", "step")
    hearing.prepared = [*hearing.prepared, input.step]
    desk.add_event(
        "prepare_hearing", "court.preparation", Sphere.JUSTICE, rule, hearing=hearing.id, step=input.step
    )
    await desk.settle()
    return PreparationBrief(hearing.id, input.step)


async def preparation(hand: Hand, query: PreparationOf) -> Preparation:
    """Who prepares what for this hearing by when, and what is done? For those who may know of it."""
    row = await storage.preparation(hand.work, query.hearing)
    if row is None:
        raise Problem("not_found", "hearing")
    look = look_of(hand, row)
    if not look.sees("court.hearing", Sphere.JUSTICE, of=(row["person_id"],)) or not look.sees(
        "court.preparation", Sphere.JUSTICE, of=(row["person_id"],)
    ):
        raise Problem("not_found", "hearing")
    look.remember("preparation")
    return Preparation(
        row["id"], row["person_id"], row["held_on"], HearingState(row["state"]), lines_of(hand, row)
    )


async def preparation_load(hand: Hand, query: PreparationLoadOf) -> list[Week]:
    """How many hearings, and steps of the own team, fall in each week? For teams that prepare any; figures alone."""
    if not 0 < query.weeks <= MOST_WEEKS:
        raise Problem("page_too_large", "weeks")
    seen_by = viewers(hand, takes_part=True, is_lead=False, signalled=False, escalated=False)
    look = Look(hand, None, seen_by)
    mine = prepared_by(hand)
    if mine is None or not look.sees("court.preparation", Sphere.JUSTICE):
        return []
    first = _monday(local_date(hand.now))
    # What has to be ready for a hearing beyond the last week can fall within it.
    rows = await storage.load(hand.work, first, first + timedelta(weeks=query.weeks + 6))
    heard = Counter(_monday(row["held_on"]) for row in rows)
    todo = Counter(
        max(_monday(line.due_on), first)
        for row in rows
        for line in lines_of(hand, row)
        if line.by is mine and not line.done
    )
    look.remember("preparation_load")
    weeks = [first + timedelta(weeks=number) for number in range(query.weeks)]
    return [Week(week, heard[week], todo[week], heard[week] >= MOST_A_WEEK) for week in weeks]


def prepared_by(hand: Hand) -> PreparedBy | None:
    """As whom the actor's team prepares hearings, if it does."""
    return _PREPARES.get(hand.actor.team_kind)


def look_of(hand: Hand, row: Mapping[str, Any]) -> Look:
    """A look as whoever planned a hearing, prepares it, or takes part in the case."""
    takes_part = row["participates"] or (
        row["planner"] is not None and (row["planner"] == hand.actor.team_id or row["prepares"])
    )
    seen_by = viewers(
        hand,
        takes_part=takes_part,
        is_lead=row["is_lead"],
        signalled=row["signalled"],
        escalated=row["escalated"],
    )
    return Look(hand, row["household_id"], seen_by, facts_of(row))


def lines_of(hand: Hand, row: Mapping[str, Any]) -> list[StepLine]:
    """Who does what by when for the hearing of this row, and what of it is done."""
    deadlines, today = hand.work.deadlines, local_date(hand.now)

    def line(step: Step) -> StepLine:
        day, done = due_on(step, row["held_on"], deadlines), _done(step, row)
        return StepLine(step.step, step.by, day, done, not done and day < today)

    return [line(step) for step in steps(deadlines)]


def _done(step: Step, row: Mapping[str, Any]) -> bool:
    match step.step:
        case PreparationStep.ALTERNATIVE_PROPOSED:
            return row["alternative_at"] is not None
        case PreparationStep.PLACE_HELD:
            return row["place_held_at"] is not None or row["has_place"]
        case PreparationStep.PLACE_CONFIRMED:
            return bool(row["has_place"])
        case _:
            return step.step in row["prepared"]


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())
