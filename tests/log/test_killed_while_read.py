"""INVARIANT (no view without a trace): whenever the server or its database is killed, each answer that arrived has its record.

Over HTTP, on a database with fsync on: 32 clients read one after the other family, and something is killed with -9.
"""

import asyncio
import os
import random
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count
from uuid import uuid4

import asyncpg
import pytest

from tests.bench.asking import body, views
from tests.bench.ground import Ground, ground, server
from tests.bench.http import Client, WrongAnswer, request
from tests.doors import free_port

CLIENTS = 32
_LOGGED = "select distinct trace_id from access_log where trace_id = any($1)"
_WORKING = "select pid from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()"


class Readers:
    """So many clients, each on its own connection. `answered`: the traces of the looks that were answered whole."""

    def __init__(self, laid: Ground, url: str) -> None:
        self._laid, self._url = laid, url
        self._bodies = [body("jointCase", one) for one in views(laid)]
        self.answered: list[str] = []
        self.came = asyncio.Semaphore(0)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[None]:
        tasks = [asyncio.create_task(self._read(at)) for at in range(CLIENTS)]
        yield
        await asyncio.wait(tasks, timeout=0.2)  # what was on its way arrives
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _read(self, start: int) -> None:
        client = Client(self._url)
        for turn in count(start):
            trace = uuid4().hex
            headers = {
                "Authorization": f"Bearer {self._laid.token}",
                "traceparent": f"00-{trace}-{trace[:16]}-01",
            }
            asked = request(self._url, self._bodies[turn % len(self._bodies)], headers)
            try:
                await client.ask(asked)
            except WrongAnswer:  # a refusal, or a line that was cut: it shows nothing
                continue
            except OSError:
                return
            self.answered.append(trace)
            self.came.release()


async def unlogged(url: str, traces: list[str]) -> set[str]:
    """Which of these looks have no record, once the database answers again."""
    async with asyncio.timeout(60):
        while True:
            try:
                admin = await asyncpg.connect(url)
                break
            except (OSError, asyncpg.PostgresError):
                await asyncio.sleep(0)
    try:
        return set(traces) - {row["trace_id"] for row in await admin.fetch(_LOGGED, traces)}
    finally:
        await admin.close()


async def killed_while_read(kills: int) -> int:
    """By turns the server and a process of its database; returns how many answers had arrived."""
    arrived = 0
    async with ground(cases=8) as laid:
        for kill in range(kills):
            with server(laid.database_url, laid.provider, free_port()) as (url, process):
                readers = Readers(laid, url)
                async with readers.reading():
                    async with asyncio.timeout(60):
                        for _ in range(CLIENTS + random.randrange(4 * CLIENTS)):
                            await readers.came.acquire()
                    if kill % 2:
                        await _kill_in_database(laid.database_url)
                    else:
                        process.kill()
            assert await unlogged(laid.database_url, readers.answered) == set(), f"after kill {kill}"
            arrived += len(readers.answered)
    return arrived


async def _kill_in_database(url: str) -> None:
    """A process of PostgreSQL that is killed takes all others along; it begins again by itself."""
    admin = await asyncpg.connect(url)
    pids = [row["pid"] for row in await admin.fetch(_WORKING)]
    os.kill(random.choice(pids), signal.SIGKILL)
    admin.terminate()


@pytest.mark.prove
async def test_after_fifty_kills_each_answer_has_its_record() -> None:
    assert await killed_while_read(50) > 50 * CLIENTS


async def test_a_look_without_a_record_is_found(database_url: str) -> None:
    never = uuid4().hex
    assert await unlogged(database_url, [never]) == {never}
