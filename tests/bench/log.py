"""The access log: what it costs a view, how far its checkpoints are behind, and how fast it is ordered and verified."""

import asyncio
import hashlib
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

import asyncpg
from fastapi import FastAPI

from casecoord import app
from casecoord.commands.sequencer import EVERY_SECONDS
from casecoord.storage import access_log
from casecoord.storage.audit import Audit
from casecoord.storage.checkpoints import Signer
from casecoord.storage.sequencer import Sequencer
from tests.bench.asking import viewing
from tests.bench.ground import PROCESSES, Ground, server
from tests.bench.measure import Result, compare
from tests.doors import free_port
from tests.log.ground import ENTRIES, KEY

CONNECTIONS = 16
ENTRIES_EACH = 100_000
ROUNDS = 3
LOAD_SECONDS = 8.0
AIM = 50_000


async def _written_nowhere(work: object, by: object, entries: object) -> None:
    """Nothing, nowhere."""


def without_log() -> FastAPI:
    """The application with the one thing missing that is measured here; nothing else can turn it off."""
    access_log._insert = _written_nowhere  # type: ignore[assignment]
    return app.from_environment()


async def views_with_the_log_on_and_off(laid: Ground) -> list[Result]:
    app = "tests.bench.log:without_log"
    with server(laid.database_url, laid.provider, free_port(), app, PROCESSES) as (url, _):
        unlogged = replace(laid, url=url)
        before = await _entries(laid)
        found = await compare(
            "views_log_on_off",
            "views with their records in the log against views without",
            CONNECTIONS,
            lambda i: viewing(laid, i),
            lambda i: viewing(unlogged, i),
        )
        assert before < await _entries(laid)
    return [found]


async def checkpoint_lag_under_load(laid: Ground) -> list[Result]:
    """How long after an entry was begun a checkpoint over it was signed, while all connections are busy."""
    clients = [await viewing(laid, i) for i in range(CONNECTIONS)]
    with tempfile.TemporaryDirectory() as folder:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.bench.log", laid.database_url, folder, stdout=asyncio.subprocess.PIPE
        )
        assert process.stdout is not None
        await process.stdout.readline()
        start = await _scalar(laid.database_url, "select clock_timestamp()")
        await _busy(clients)
        process.terminate()
        await process.wait()
    lags = await _scalar(
        laid.database_url,
        "select array_agg(extract(epoch from (select min(c.at) from log_checkpoints c where c.area_id = p.area_id"
        " and c.size > p.position) - a.arrived_at)::float8) from log_positions p join access_log a"
        " on a.area_id = p.area_id and a.id = p.entry_id where a.arrived_at > $1",
        start,
    )
    lags.sort()
    half, most, nearly = median(lags), lags[-1], lags[int(len(lags) * 0.99)]
    note = f"{len(lags)} entries: half under {half:.2f} s, 99 of 100 under {nearly:.2f} s, the most {most:.2f} s; aim 1 s"
    return [Result("checkpoint_lag", 1 / most, 1.0, 1 / most, "1/s", note)]


async def _busy(clients: list[Callable[[], Awaitable[None]]]) -> None:
    end = time.perf_counter() + LOAD_SECONDS

    async def work(request: Callable[[], Awaitable[None]]) -> None:
        while time.perf_counter() < end:
            await request()

    await asyncio.gather(*(work(client) for client in clients))


async def sequencer_and_verification(laid: Ground) -> list[Result]:
    """Against writing the same entries in one statement, and against reading them and hashing each."""
    async with _own_area(laid.database_url) as (connection, area):
        with tempfile.TemporaryDirectory() as folder:
            placing, writing = await _placing(connection, area, laid.database_url, Path(folder))
            verifying, reading = await _verifying(connection, area, laid.database_url, Path(folder))
    return [
        _rate("sequencer", placing, writing, "entries placed against written in one statement"),
        _rate("verification", verifying, reading, "entries verified against read and hashed alone"),
    ]


def _rate(name: str, ours: list[float], baseline: list[float], what: str) -> Result:
    mine, theirs = median(ours), median(baseline)
    return Result(name, mine, theirs, mine / theirs, "entries/s", f"{what}; aim {AIM} a second")


async def _placing(
    connection: asyncpg.Connection, area: Any, url: str, folder: Path
) -> tuple[list[float], list[float]]:
    placing, writing = [], []
    sequencer = Sequencer(url, KEY, folder)
    for _ in range(ROUNDS):
        started = time.perf_counter()
        await connection.execute(ENTRIES, area, ENTRIES_EACH)
        writing.append(ENTRIES_EACH / (time.perf_counter() - started))
        await connection.execute("checkpoint")
        started = time.perf_counter()
        while await sequencer.batch(area):
            pass
        placing.append(ENTRIES_EACH / (time.perf_counter() - started))
        await connection.execute("vacuum analyze access_log")
        await connection.execute("vacuum analyze log_positions")
    await sequencer.close()
    return placing, writing


async def _verifying(
    connection: asyncpg.Connection, area: Any, url: str, folder: Path
) -> tuple[list[float], list[float]]:
    verifying, reading = [], []
    for _ in range(ROUNDS):
        audit = Audit(url, [Signer(KEY).public], folder, now=datetime.now(UTC))
        started = time.perf_counter()
        found = await audit.verify("bench", area)
        verifying.append(found.size / (time.perf_counter() - started))
        assert found.fault is None and found.size == ROUNDS * ENTRIES_EACH
        await audit.close()
        started = time.perf_counter()
        async with connection.transaction():
            read = 0
            async for record, salt in connection.cursor(
                "select record, salt from access_log where area_id = $1", area, prefetch=16_384
            ):
                hashlib.sha256(b"\x00" + salt + record.encode()).digest()
                read += 1
        reading.append(read / (time.perf_counter() - started))
    return verifying, reading


#: What an area without a family has rows of.
OF_AN_AREA = (
    "access_log",
    "log_positions",
    "log_tiles",
    "log_checkpoints",
    "retention_terms",
    "legal_grounds",
)


@asynccontextmanager
async def _own_area(url: str) -> AsyncIterator[tuple[asyncpg.Connection, Any]]:
    connection = await asyncpg.connect(url)
    area = await connection.fetchval(
        "insert into areas (id, code, name) values (gen_random_uuid(), 'bench-log', 'bench') returning id"
    )
    try:
        yield connection, area
    finally:
        for table in OF_AN_AREA:
            await connection.execute(f"delete from {table} where area_id = $1", area)
        await connection.execute("delete from areas where id = $1", area)
        await connection.close()


async def _entries(laid: Ground) -> int:
    return int(await _scalar(laid.database_url, "select count(*) from access_log"))


async def _scalar(url: str, statement: str, *values: object) -> Any:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(statement, *values)
    finally:
        await connection.close()


async def _sequence(url: str, folder: str) -> None:
    """As the command does it, until it is ended; says when it has caught up."""
    told = False
    sequencer = Sequencer(url, KEY, Path(folder))
    while True:
        await sequencer.round()
        sys.stdout.write("at work\n" if not told else "")
        sys.stdout.flush()
        told = True
        await asyncio.sleep(EVERY_SECONDS)


if __name__ == "__main__":
    asyncio.run(_sequence(*sys.argv[1:]))
