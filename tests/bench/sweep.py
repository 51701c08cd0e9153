"""The sweep of a whole area against one hand-written statement that finds the same gaps with their levels."""

import asyncio
import json
import os
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from itertools import pairwise
from statistics import median
from typing import Any

import asyncpg
import psutil

from casecoord.access.decide import Policy
from casecoord.actions.clocks import recompute_gaps, sweep_areas
from casecoord.storage import migrate
from casecoord.storage.connection import APP_ROLE
from casecoord.storage.work import Database
from tests.bench.ground import Ground
from tests.bench.measure import Result
from tests.conftest import of_database
from tests.crowd import change, crowd
from tests.world import KEYRING, Clock, Town, build_town

#: The million too: `CASECOORD_BENCH_HOUSEHOLDS=100000,1000000 make bench`.
SIZES = [int(size) for size in os.environ.get("CASECOORD_BENCH_HOUSEHOLDS", "100000").split(",")]
TIMES = 5
MOST_MEMORY = 300

LEVEL = "1 + (area_at <= $2)::int + (decision_at <= $2)::int + (alliance_at <= $2)::int"
FIND = (
    f"select id, rule, subject_id, household_id, responder_id, due_at, {LEVEL} as level from promises"
    " where area_id = $1 and ended_at is null and due_at <= $2"
)
#: The least that a sweep writes: the gaps themselves, without telling anybody.
WRITE = (
    "insert into gaps (area_id, id, promise_id, since, level, noticed_at)"
    f" select area_id, gen_random_uuid(), id, due_at, {LEVEL}, $2 from promises"
    " where area_id = $1 and ended_at is null and due_at <= $2"
)


async def sweep_vs_sql(laid: Ground) -> list[Result]:
    """A whole sweep, a second one, and one after a hundredth of the households changed; how they grow."""
    measured: list[dict[str, Result]] = []
    for households in SIZES:
        async with _database(laid.database_url) as (url, town):
            measured.append(await _measured(url, town, households))
    for (small, large), (one, other) in zip(pairwise(SIZES), pairwise(measured), strict=True):
        for what in one.keys() & other.keys():
            times = one[what].ours / other[what].ours
            _say(f"{what}, {small} to {large} households: {times:.1f} times as long")
    return [result for results in measured for result in results.values()]


async def _measured(url: str, town: Town, households: int) -> dict[str, Result]:
    started = time.perf_counter()
    async with _sql(url, "casecoord_migrator") as connection:
        await crowd(connection, town, households, late_of_ten=1)
    _say(f"{households} households made in {time.perf_counter() - started:.0f} s")
    results: dict[str, Result] = {}

    async def note(what: str, ours: dict[str, Any], baseline: float) -> None:
        assert ours["memory"] < MOST_MEMORY, f"{what} took {ours['memory']} MB"
        told = ", ".join(
            f"{ours[name]} {name}" for name in ("raised", "escalated", "ended", "gaps") if name in ours
        )
        note = f"{households} households, {what}: {ours['seconds']:.3f} s against {baseline:.3f} s, {told}, {ours['memory']:.0f} MB"
        rates = 1 / ours["seconds"], 1 / baseline
        results[what] = Result("sweep_vs_sql", *rates, rates[0] / rates[1], "sweeps/s", note)
        _say(note)

    find, write = await _seconds(url, town, FIND), await _seconds(url, town, WRITE)
    await _tidy(url)
    full = await _sweep(url, town)
    await note("everything for the first time, against finding alone", full, find)
    await note("everything for the first time, against finding and writing the gaps alone", full, write)
    await _tidy(url)
    await note("a second time", await _sweep(url, town, TIMES), await _seconds(url, town, FIND))
    async with _sql(url, "casecoord_migrator") as connection:
        assert await change(connection, town, households) == households // 100
    await _tidy(url)
    await note("after one in a hundred changed", await _sweep(url, town), await _seconds(url, town, FIND))
    if households == SIZES[0]:
        recomputed = await _child(url, town, "gaps", 1)
        assert recomputed["differing"] == 0, recomputed
        await note("the recomputation from signals and cases", recomputed, await _seconds(url, town, FIND))
    return results


async def _sweep(url: str, town: Town, times: int = 1) -> dict[str, Any]:
    return await _child(url, town, "sweep", times)


async def _child(url: str, town: Town, what: str, times: int) -> dict[str, Any]:
    """What a process of its own found, its median seconds, and the most memory that it had, in MB."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.bench.sweep", url, town.clock.now.isoformat(), what, str(times),
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    memory, answer = 0, asyncio.create_task(process.communicate())
    while not answer.done():
        memory = max(memory, _resident(process.pid))
        await asyncio.wait([answer], timeout=0.02)
    assert process.returncode == 0
    return {**json.loads(answer.result()[0]), "memory": memory / 2**20}


def _resident(process: int) -> int:
    try:
        resident: int = psutil.Process(process).memory_info().rss
    except psutil.Error:
        return 0
    return resident


async def _seconds(url: str, town: Town, statement: str) -> float:
    """The median of a statement that leaves nothing behind, after once to read what it reads."""
    taken = []
    async with _sql(url, APP_ROLE) as connection:
        for _ in range(1 + TIMES):
            begun = connection.transaction()
            await begun.start()
            await connection.execute("select set_config('casecoord.area', $1, true)", str(town.area))
            started = time.perf_counter()
            await connection.fetch(statement, town.area, town.clock.now)
            taken.append(time.perf_counter() - started)
            await begun.rollback()
    return median(taken[1:])


async def _tidy(url: str) -> None:
    """What autovacuum and the checkpointer would have done by and by, and not while something is measured."""
    async with _sql(url) as connection:
        await connection.execute("vacuum analyze promises, gaps, outbox")
        await connection.execute("checkpoint")


@asynccontextmanager
async def _sql(url: str, role: str | None = None) -> AsyncIterator[asyncpg.Connection]:
    settings = {"role": role} if role else {}
    connection = await asyncpg.connect(url, server_settings={"timezone": "UTC", **settings})
    try:
        yield connection
    finally:
        await connection.close()


@asynccontextmanager
async def _database(beside: str) -> AsyncIterator[tuple[str, Town]]:
    """A town in a database of its own on the same server."""
    async with _sql(beside) as admin:
        await admin.execute("drop database if exists casecoord_bench_sweep with (force)")
        await admin.execute("create database casecoord_bench_sweep")
        try:
            url = of_database(beside, "casecoord_bench_sweep")
            await migrate.upgrade(url)
            clock = Clock()
            database = Database(url, KEYRING, clock=clock)
            town = await build_town(database, clock, Policy())
            await database.close()
            yield url, town
        finally:
            await admin.execute("drop database casecoord_bench_sweep with (force)")


def _say(line: str) -> None:
    sys.stderr.write(f"bench: {line}\n")


async def _in_child(url: str, now: str, what: str, times: str) -> dict[str, Any]:
    """A sweep, or the recomputation, as the commands do it, at a moment that stands still."""
    database = Database(url, KEYRING, clock=lambda: datetime.fromisoformat(now), pool_size=2)
    areas, taken, told = await database.areas(), [], {}
    for _ in range(int(times)):
        started = time.perf_counter()
        if what == "gaps":
            ((code, area),) = areas.items()
            found = await recompute_gaps(database, code, area)
            told = {"gaps": found.counts.total(), "differing": found.differing}
        else:
            async for _, swept in sweep_areas(database):
                told = {"raised": swept.raised, "escalated": swept.escalated, "ended": swept.ended}
        taken.append(time.perf_counter() - started)
    await database.close()
    return {**told, "seconds": median(taken)}


if __name__ == "__main__":
    print(json.dumps(asyncio.run(_in_child(*sys.argv[1:]))))
