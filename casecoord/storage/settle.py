"""After every change: whose household is it now, and which promises run until when?

Reads what is open, asks the domain, and writes the difference.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import text

from casecoord.domain.covering import area_waiting
from casecoord.domain.household import Household, Seats, Waiting, holder_of, lapse_of, waiting
from casecoord.domain.promises import Rule
from casecoord.domain.words import Lapse
from casecoord.storage.covering import load_covering, running_of_area
from casecoord.storage.open_work import household_of, moment_of, moments_of, open_household, turns_come
from casecoord.storage.seats import Plan, load_plan
from casecoord.storage.standing import reread_settings
from casecoord.storage.turns import forget_turns, take_turns, write_turns
from casecoord.storage.work import Area

# What began this very instant is replaced, not followed by an empty range.
_UNHOLD = (
    text("delete from holders where area_id = :area and household_id = :household and lower(during) >= :now"),
    text(
        "update holders set during = tstzrange(lower(during), :now)"
        " where area_id = :area and household_id = :household and during @> cast(:now as timestamptz)"
    ),
)
_HOLD = text(
    "insert into holders (area_id, id, household_id, membership_id, during)"
    " values (:area, gen_random_uuid(), :household, :holder, tstzrange(:since, :until))"
)
_END = text(
    "with over as (update promises set ended_at = greatest(:now, made_at), lapsed_as = cast(:lapse as text),"
    "   lapsed_by = cast(:by as uuid) where area_id = :area and id = any(:ids) returning id)"
    " update gaps g set ended_at = greatest(:now, g.since) from over"
    " where g.area_id = :area and g.promise_id = over.id and g.ended_at is null"
)
_RUN = text(
    "insert into promises (area_id, id, household_id, rule, subject_id, sphere, audience, responder_id,"
    " made_at, due_at, area_at, decision_at, alliance_at) values (:area, :id, :household, :rule,"
    " :subject, :sphere, :audience, :responder, :now, :due_at, :area_at, :decision_at, :alliance_at)"
)
_RESET = text(
    "update promises set due_at = :due_at, area_at = :area_at, decision_at = :decision_at,"
    " alliance_at = :alliance_at, responder_id = :responder, sphere = :sphere, audience = :audience"
    " where area_id = :area and id = :id"
)
# A gap whose promise got another deadline has ended; the next one begins at the new deadline.
_END_EARLY = text(
    "update gaps set ended_at = greatest(:now, since) where area_id = :area and promise_id = :id"
    " and ended_at is null and cast(:due_at as timestamptz) <> since"
)
# Where only the ladder moved, a gap is no further than its rungs say now.
_STEP_DOWN = text(
    "update gaps set level = :level where area_id = :area and promise_id = :id and ended_at is null and level > :level"
)


# An area has no row to lock: whoever settles it does so one after the other.
_ALONE = text("select pg_advisory_xact_lock(hashtextextended('casecoord settle ' || :area, 0))")


#: What waits at a moment, now or to come.
Waits = tuple[datetime, list[Waiting]]


@dataclass(frozen=True, slots=True)
class Span:
    """Who holds a household from when to when."""

    holder: UUID
    since: datetime
    until: datetime | None


async def settle(work: Area, household_id: UUID, lapse: Lapse | None = None, by: UUID | None = None) -> None:
    """Writes who holds the household from now and which promises run for it, now and after each planned turn.

    `lapse`, `by`: why, and on whose word (a membership), what waits no longer ended without being kept.
    """
    row = await open_household(work, household_id)
    come = turns_come(row, work.now)
    if come:
        await take_turns(work, come)
    plan = Plan.of(work.area_id, row)
    views = [(at, household_of(row, at), plan.at(at)) for at in moments_of(row, plan, work.now)]
    await _settle_holders(work, household_id, _line(views), row.holders)
    waits = [(at, list(waiting(household, seats, work.deadlines))) for at, household, seats in views]
    over = await _settle_promises(work, household_id, waits, row.running)
    lapsed = [one for rule, one in over if lapse_of(rule, lapse)] if lapse else []
    await _end(work, [one for _, one in over if one not in lapsed])
    await _end(work, lapsed, lapse, by)


async def settle_area(work: Area) -> None:
    """Writes which promises run for the area itself: its schools, its roster, its mail."""
    await work.session.execute(_ALONE, {"area": str(work.area_id)})
    await reread_settings(work)
    plan, covering = await load_plan(work), await load_covering(work)
    moments = sorted({work.now} | {at for at in plan.turns() if at > work.now})
    waits = [(at, list(area_waiting(covering, plan.at(at), work.deadlines))) for at in moments]
    over = await _settle_promises(work, None, waits, await running_of_area(work))
    await _end(work, [one for _, one in over])


def _line(views: list[tuple[datetime, Household, Seats]]) -> list[Span]:
    """Who holds the household from now on: whoever takes a place takes what is held there along."""
    line: list[Span] = []
    for since, household, seats in views:
        holder = holder_of(household, seats)
        if holder is None:
            return []
        if not line or line[-1].holder != holder:
            line = [*(replace(span, until=span.until or since) for span in line), Span(holder, since, None)]
    return line


async def _settle_holders(work: Area, household: UUID, line: list[Span], stored: list[Any]) -> None:
    known = [(UUID(holder), moment_of(until)) for holder, since, until in stored]
    began = not stored or datetime.fromisoformat(stored[0][1]) <= work.now
    if began and known == [(span.holder, span.until) for span in line]:
        return
    values = {"area": work.area_id, "household": household, "now": work.now}
    for statement in _UNHOLD if stored else ():
        await work.session.execute(statement, values)
    for span in line:
        await work.session.execute(
            _HOLD, {**values, "holder": span.holder, "since": span.since, "until": span.until}
        )


async def _settle_promises(
    work: Area, household: UUID | None, waits: list[Waits], running: dict[str, Any]
) -> list[tuple[Rule, UUID]]:
    """Starts and resets what should run, and whom it will wait for; what runs and should no longer, with its rule."""
    over, turns = dict(running), _turns(waits)
    for wait in waits[0][1]:
        stored = over.pop(f"{wait.rule} {wait.subject}", None)
        values = {**_values(work, household, wait), "id": UUID(stored[0]) if stored else uuid4()}
        if stored is None:
            await work.session.execute(_RUN, values)
        elif _differs(stored, wait):
            await work.session.execute(_RESET, values)
            await work.session.execute(
                _END_EARLY,
                {"area": work.area_id, "now": work.now, "id": values["id"], "due_at": wait.clock.due_at},
            )
            level = wait.clock.level(work.now)
            if level is not None:
                await work.session.execute(
                    _STEP_DOWN, {"area": work.area_id, "id": values["id"], "level": int(level)}
                )
        planned = turns.get((wait.rule, wait.subject), [])
        if planned != ([(moment_of(at), UUID(who)) for who, at in stored[-1]] if stored else []):
            await write_turns(work, values["id"], planned)
    forgotten = [UUID(stored[0]) for stored in over.values() if stored[-1]]
    if forgotten:
        await forget_turns(work, forgotten)
    return [(Rule(key.rsplit(" ", 1)[0]), UUID(stored[0])) for key, stored in over.items()]


def _turns(waits: list[Waits]) -> dict[tuple[Rule, UUID], list[tuple[datetime, UUID]]]:
    """For every promise whom it will wait for, from when; nothing where it stays with whoever has it now."""
    turns: dict[tuple[Rule, UUID], list[tuple[datetime, UUID]]] = {}
    last = {(wait.rule, wait.subject): wait.responder for wait in waits[0][1]}
    for at, then in waits[1:]:
        for wait in then:
            key = (wait.rule, wait.subject)
            if last.get(key, wait.responder) != wait.responder:
                turns.setdefault(key, []).append((at, wait.responder))
                last[key] = wait.responder
    return turns


async def _end(work: Area, ids: list[UUID], lapse: Lapse | None = None, by: UUID | None = None) -> None:
    if ids:
        await work.session.execute(
            _END, {"area": work.area_id, "now": work.now, "ids": ids, "lapse": lapse, "by": by}
        )


def _values(work: Area, household: UUID | None, wait: Waiting) -> dict[str, Any]:
    return {
        "area": work.area_id,
        "household": household,
        "rule": wait.rule,
        "subject": wait.subject,
        "sphere": wait.sphere,
        "audience": wait.audience,
        "responder": wait.responder,
        "now": work.now,
        "due_at": wait.clock.due_at,
        "area_at": wait.clock.area_at,
        "decision_at": wait.clock.decision_at,
        "alliance_at": wait.clock.alliance_at,
    }


def _differs(stored: list[Any], wait: Waiting) -> bool:
    _, due_at, responder, sphere, audience, *ladder, _ = stored
    return (
        [datetime.fromisoformat(at) for at in (due_at, *ladder)],
        UUID(responder),
        sphere,
        audience,
    ) != (
        [wait.clock.due_at, wait.clock.area_at, wait.clock.decision_at, wait.clock.alliance_at],
        wait.responder,
        wait.sphere,
        wait.audience,
    )
