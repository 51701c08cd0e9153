"""What clocks do: the sweep, and the recomputation that checks it by another path."""

from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from casecoord.domain.covering import area_waiting
from casecoord.domain.household import Waiting, holder_of, waiting
from casecoord.storage.covering import load_covering
from casecoord.storage.households import lock_household
from casecoord.storage.open_work import load_all
from casecoord.storage.seats import load_seats
from casecoord.storage.settle import settle, settle_area
from casecoord.storage.sweep import Swept, passed_on, running_promises, sweep, written_gaps
from casecoord.storage.telling import tell_passed_on
from casecoord.storage.work import Database


@dataclass(frozen=True, slots=True)
class Difference:
    """A gap that only one of the two paths finds, or that they date or escalate differently.

    Level 0 is a promise that is not broken yet, of which only one path knows, or another deadline.
    """

    rule: str
    subject: UUID
    recomputed: tuple[datetime, int] | None
    swept: tuple[datetime, int] | None


@dataclass(slots=True)
class Recomputed:
    """Every gap of an area from scratch, by rule and level, and where the sweep differs."""

    area: str
    at: datetime
    counts: Counter[tuple[str, int]] = field(default_factory=Counter)
    without_holder: int = 0
    differences: list[Difference] = field(default_factory=list)


async def sweep_areas(database: Database, at: datetime | None = None) -> AsyncIterator[tuple[str, Swept]]:
    """Sweeps every area: what waits finds who is there now, and the gaps are written down.

    At another moment than now only gaps are written: nothing passes on before its time.
    """
    for code, area_id in (await database.areas()).items():
        for household in await _passed_on(database, area_id) if at is None else ():
            async with database.within(area_id) as work:
                if await lock_household(work, household):
                    await settle(work, household)
                    await tell_passed_on(work, household)
        async with database.within(area_id) as work:
            await settle_area(work)
        async with database.within(area_id, at) as work:
            swept = await sweep(work)
        yield code, swept


async def _passed_on(database: Database, area_id: UUID) -> list[UUID]:
    async with database.within(area_id) as work:
        return await passed_on(work)


async def recompute_gaps(
    database: Database, code: str, area_id: UUID, at: datetime | None = None
) -> Recomputed:
    """Recomputes every gap of an area from signals and cases, and compares with what is stored and swept.

    The sweep reads stored deadlines in SQL; this folds the area's open work through the domain.
    """
    async with database.within(area_id, at, snapshot=True) as work:
        result = Recomputed(code, work.now)
        gaps, running = await written_gaps(work), await running_promises(work)
        seats = await load_seats(work)
        for wait in area_waiting(await load_covering(work), seats, work.deadlines):
            _compare(result, wait, gaps, running)
        async for household in load_all(work):
            result.without_holder += household.has_something_open and holder_of(household, seats) is None
            for wait in waiting(household, seats, work.deadlines):
                _compare(result, wait, gaps, running)
        for (rule, subject), written in ({key: (due, 0) for key, due in running.items()} | gaps).items():
            result.differences.append(Difference(rule, subject, None, written))
    return result


def _compare(
    result: Recomputed,
    wait: Waiting,
    gaps: dict[tuple[str, UUID], tuple[datetime, int]],
    running: dict[tuple[str, UUID], datetime],
) -> None:
    """Counts what should wait, and takes what is written of it from the two."""
    key, level = (wait.rule, wait.subject), wait.clock.level(result.at)
    if level is not None:
        result.counts[wait.rule, level] += 1
    found, due_at = (wait.clock.due_at, int(level or 0)), running.pop(key, None)
    swept = gaps.pop(key, None) or ((due_at, 0) if due_at else None)
    if found != swept or due_at != wait.clock.due_at:
        result.differences.append(Difference(*key, found, swept))
