"""What clocks do: the sweep, and the recomputation that checks it by another path."""

from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from casecoord.domain.household import holder_of, waiting
from casecoord.storage.settle import load_all, load_seats
from casecoord.storage.sweep import Swept, sweep, written_gaps
from casecoord.storage.work import Database


@dataclass(frozen=True, slots=True)
class Difference:
    """A gap that only one of the two paths finds, or that they date or escalate differently."""

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
    """Sweeps every area, each in a transaction of its own."""
    for code, area_id in (await database.areas()).items():
        async with database.within(area_id, at) as work:
            swept = await sweep(work)
        yield code, swept


async def recompute_gaps(
    database: Database, code: str, area_id: UUID, at: datetime | None = None
) -> Recomputed:
    """Recomputes every gap of an area from signals and cases, and compares with what is stored and swept.

    The sweep reads stored deadlines in SQL; this folds the area's open work through the domain.
    """
    async with database.within(area_id, at) as work:
        result = Recomputed(code, work.now)
        stored = await written_gaps(work)
        seats = await load_seats(work)
        async for household in load_all(work):
            result.without_holder += holder_of(household, seats) is None
            for wait in waiting(household, seats, work.deadlines):
                level = wait.clock.level(work.now)
                if level is not None:
                    result.counts[wait.rule, level] += 1
                    found, written = (
                        (wait.clock.due_at, int(level)),
                        stored.pop((wait.rule, wait.subject), None),
                    )
                    if found != written:
                        result.differences.append(Difference(wait.rule, wait.subject, found, written))
        for (rule, subject), written in stored.items():
            result.differences.append(Difference(rule, subject, None, written))
    return result
