"""After every change: whose household is it now, and which promises run until when?

Reads what is open, asks the domain, and writes the difference.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text

from casecoord.domain.covering import area_waiting
from casecoord.domain.household import Household, Waiting, holder_of, lapse_of, waiting
from casecoord.domain.promises import Rule
from casecoord.domain.words import Lapse
from casecoord.storage.covering import load_covering, running_of_area
from casecoord.storage.open_work import (
    Seat,
    household_of,
    load_seats,
    moment_of,
    open_household,
    plan_of,
    seats_at,
)
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
    " made_at, due_at, area_at, decision_at, alliance_at) values (:area, gen_random_uuid(), :household, :rule,"
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


# An area has no row to lock: whoever settles it does so one after the other.
_ALONE = text("select pg_advisory_xact_lock(hashtextextended('casecoord settle ' || :area, 0))")


@dataclass(frozen=True, slots=True)
class Span:
    """Who holds a household from when to when."""

    holder: UUID
    since: datetime
    until: datetime | None


async def settle(work: Area, household_id: UUID, lapse: Lapse | None = None, by: UUID | None = None) -> None:
    """Writes who holds the household from now and which promises run for it.

    `lapse`, `by`: why, and on whose word (a membership), what waits no longer ended without being kept.
    """
    row = await open_household(work, household_id)
    household, plan = household_of(row), plan_of(row)
    seats = seats_at(work.area_id, plan, work.now, row.on_duty, row.offices)
    await _settle_holders(work, household, _line(work, household, plan), row.holders)
    over = await _settle_promises(work, household_id, waiting(household, seats, work.deadlines), row.running)
    lapsed = [one for rule, one in over if lapse_of(rule, lapse)] if lapse else []
    await _end(work, [one for _, one in over if one not in lapsed])
    await _end(work, lapsed, lapse, by)


async def settle_area(work: Area) -> None:
    """Writes which promises run for the area itself: its schools, its roster, its mail."""
    await work.session.execute(_ALONE, {"area": str(work.area_id)})
    seats, covering = await load_seats(work), await load_covering(work)
    waits = area_waiting(covering, seats, work.deadlines)
    over = await _settle_promises(work, None, waits, await running_of_area(work))
    await _end(work, [one for _, one in over])


def _line(work: Area, household: Household, plan: list[Seat]) -> list[Span]:
    """Who holds the household from now on: a coordinator whose seat passes on takes what is held along."""
    line: list[Span] = []
    turns = {work.now} | {at for seat in plan for at in (seat.since, seat.until) if at and at > work.now}
    for since in sorted(turns):
        holder = holder_of(household, seats_at(work.area_id, plan, since))
        if holder is None:
            return []
        if not line or line[-1].holder != holder:
            line = [*(replace(span, until=span.until or since) for span in line), Span(holder, since, None)]
    return line


async def _settle_holders(work: Area, household: Household, line: list[Span], stored: list[Any]) -> None:
    known = [(UUID(holder), moment_of(until)) for holder, since, until in stored]
    began = not stored or datetime.fromisoformat(stored[0][1]) <= work.now
    if began and known == [(span.holder, span.until) for span in line]:
        return
    values = {"area": work.area_id, "household": household.id, "now": work.now}
    for statement in _UNHOLD if stored else ():
        await work.session.execute(statement, values)
    for span in line:
        await work.session.execute(
            _HOLD, {**values, "holder": span.holder, "since": span.since, "until": span.until}
        )


async def _settle_promises(
    work: Area, household: UUID | None, waits: Iterable[Waiting], running: dict[str, Any]
) -> list[tuple[Rule, UUID]]:
    """Starts and resets what should run; what runs and should no longer, with its rule."""
    over = dict(running)
    for wait in waits:
        stored = over.pop(f"{wait.rule} {wait.subject}", None)
        values = _values(work, household, wait)
        if stored is None:
            await work.session.execute(_RUN, values)
        elif _differs(stored, wait):
            await work.session.execute(_RESET, {**values, "id": UUID(stored[0])})
            await work.session.execute(
                _END_EARLY,
                {"area": work.area_id, "now": work.now, "id": UUID(stored[0]), "due_at": wait.clock.due_at},
            )
    return [(Rule(key.rsplit(" ", 1)[0]), UUID(stored[0])) for key, stored in over.items()]


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
    _, due_at, responder, sphere, audience, alliance_at = stored
    return (
        datetime.fromisoformat(due_at),
        UUID(responder),
        sphere,
        audience,
        datetime.fromisoformat(alliance_at),
    ) != (wait.clock.due_at, wait.responder, wait.sphere, wait.audience, wait.clock.alliance_at)
