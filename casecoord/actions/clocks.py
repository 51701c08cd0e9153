"""What clocks do: the sweep, and the recomputation that checks it by another path."""

from collections import Counter
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from casecoord.actions.carrying import carry
from casecoord.actions.following import follow
from casecoord.actions.publishing import publish_area
from casecoord.actions.turning import turn
from casecoord.domain.covering import area_waiting
from casecoord.domain.household import Household, Waiting, holder_of, waiting
from casecoord.storage.covering import load_covering
from casecoord.storage.deferrals import tell_due
from casecoord.storage.faults import retried
from casecoord.storage.households import lock_household
from casecoord.storage.neighbours import introduce
from casecoord.storage.open_work import load_all
from casecoord.storage.placements import write_expired
from casecoord.storage.seats import load_seats
from casecoord.storage.settle import settle, settle_area
from casecoord.storage.sweep import (
    Swept,
    Written,
    passed_on,
    settled,
    sweep_some,
    written_of_area,
    written_of_households,
)
from casecoord.storage.telling import tell_passed_on
from casecoord.storage.work import Database

#: An area that was never swept differs everywhere; so many are told one by one.
MOST_TOLD = 10_000


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
    #: how many differ, and the first of them
    differing: int = 0
    differences: list[Difference] = field(default_factory=list)

    def differ(self, difference: Difference) -> None:
        self.differing += 1
        if self.differing <= MOST_TOLD:
            self.differences.append(difference)


async def sweep_areas(database: Database, at: datetime | None = None) -> AsyncIterator[tuple[str, Swept]]:
    """Sweeps every area: what waits finds who is there now, and the gaps are written down.

    Months that are over are published. At another moment than now only gaps are written: nothing passes on, comes of
    age, is published or is carried to another area before its time.
    """
    if at is None:
        await introduce(database)
        await carry(database)
    for code, area_id in (await database.areas()).items():
        if at is None:
            await retried(follow, database, area_id)
            await retried(turn, database, area_id)
        for household in await _passed_on(database, area_id) if at is None else ():
            await retried(_pass_on, database, area_id, household)
        await retried(_settle_area, database, area_id)
        swept, more = Swept(0, 0, 0), True
        while more:
            some, more = await retried(_sweep_some, database, area_id, at)
            swept += some
        if at is None:
            await publish_area(database, area_id)
        yield code, swept


async def _pass_on(database: Database, area_id: UUID, household: UUID) -> None:
    async with database.within(area_id) as work:
        if await lock_household(work, household):
            await settle(work, household)
            await tell_passed_on(work, household)
            await settled(work, household)


async def _settle_area(database: Database, area_id: UUID) -> None:
    async with database.within(area_id) as work:
        await settle_area(work)
        await tell_due(work)
        await write_expired(work)


async def _sweep_some(database: Database, area_id: UUID, at: datetime | None) -> tuple[Swept, bool]:
    async with database.within(area_id, at) as work:
        return await sweep_some(work)


async def _passed_on(database: Database, area_id: UUID) -> list[UUID]:
    async with database.within(area_id) as work:
        return await passed_on(work)


async def recompute_gaps(
    database: Database, code: str, area_id: UUID, at: datetime | None = None
) -> Recomputed:
    """Recomputes every gap of an area from signals and cases, and compares with what is stored and swept.

    The sweep reads stored deadlines in SQL; this folds the area's open work through the domain. Both are
    streamed side by side, household by household, so that an area of any size takes little memory.
    """
    async with database.within(area_id, at, snapshot=True) as work:
        result = Recomputed(code, work.now)
        seats = await load_seats(work)
        of_area = area_waiting(await load_covering(work), seats, work.deadlines)
        _compare(result, of_area, await written_of_area(work))
        async for household, written in _side_by_side(load_all(work), written_of_households(work)):
            if household is None:
                _compare(result, (), written)
            else:
                result.without_holder += household.has_something_open and holder_of(household, seats) is None
                _compare(result, waiting(household, seats, work.deadlines), written)
    return result


async def _side_by_side(
    open_work: AsyncIterator[Household], written: AsyncIterator[tuple[UUID, list[Written]]]
) -> AsyncIterator[tuple[Household | None, list[Written]]]:
    """Two streams in the order of ids as one: each household with what is written of it, and what is of none."""
    ahead = await anext(written, None)
    async for household in open_work:
        while ahead and ahead[0] < household.id:
            yield None, ahead[1]
            ahead = await anext(written, None)
        if ahead and ahead[0] == household.id:
            yield household, ahead[1]
            ahead = await anext(written, None)
        else:
            yield household, []
    while ahead:
        yield None, ahead[1]
        ahead = await anext(written, None)


def _compare(result: Recomputed, waits: Iterable[Waiting], written: list[Written]) -> None:
    """Counts what should wait, and notes what is written otherwise, or of what waits no longer."""
    running = {(one.rule, one.subject): one for one in written if one.runs}
    for wait in waits:
        level = wait.clock.level(result.at)
        if level is not None:
            result.counts[wait.rule, level] += 1
        found = (wait.clock.due_at, int(level or 0))
        stored = running.pop((wait.rule, wait.subject), None)
        if stored is None or stored.due_at != wait.clock.due_at or _swept(stored) != found:
            result.differ(Difference(wait.rule, wait.subject, found, _swept(stored) if stored else None))
    for stored in (*running.values(), *(one for one in written if not one.runs)):
        result.differ(Difference(stored.rule, stored.subject, None, _swept(stored)))


def _swept(written: Written) -> tuple[datetime, int]:
    return written.gap or (written.due_at, 0)
