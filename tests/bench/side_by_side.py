"""View, worklist and signal over HTTP: beside the peer, beside their own SQL through asyncpg alone, beside pgbench."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from typing import Any

import asyncpg

from tests.bench.asking import Ask, reading, signal, signalling, viewing, views, worklists
from tests.bench.ground import Ground
from tests.bench.measure import Result, Worker, against, interleaved, rates, round_of, say
from tests.bench.peer import installed, peer, view_of_peer, worklist_of_peer
from tests.bench.pgbench import TABLE, committing, program, script
from tests.bench.recorded import Again, Connection, recording

CONCURRENCY = (1, 8, 32)
#: What is compared with what.
OF_PEER = "over HTTP, decided, unsealed and logged, against the peer's, neither decided nor unsealed"
OF_ASYNCPG = "over HTTP against the same {} statements through asyncpg alone"


@dataclass
class Sides:
    """Who is measured on this ground: `again` holds the requests that asyncpg repeats."""

    laid: Ground
    seconds: float
    peer: str | None
    again: dict[str, list[Again]]
    plain: list[Connection] = field(default_factory=list)

    async def repeating(self, name: str, start: int) -> Ask:
        """The same statements through asyncpg alone, on a connection of its own."""
        while len(self.plain) <= start:
            self.plain.append(await Connection.to(self.laid.database_url))
        connection, requests, turn = self.plain[start], self.again[name], count(start)
        return lambda: requests[next(turn) % len(requests)].say(connection)

    def statements(self, name: str) -> int:
        return len(self.again[name][0].steps)

    async def compared(self, name: str, concurrency: int, ours: Worker, peer: Any = None) -> list[Result]:
        """Ours against the same SQL, and against the peer where there is one."""
        sides: dict[str, Worker] = {"ours": ours, "asyncpg": partial(self.repeating, name)}
        if peer is not None and self.peer is not None:
            sides["peer"] = partial(peer, self.laid, self.peer)
        found = await rates(sides, concurrency, self.seconds)
        while self.plain:
            await self.plain.pop().plain.close()
        notes = {"asyncpg": OF_ASYNCPG.format(self.statements(name)), "peer": OF_PEER}
        return [
            against(
                f"{name}_vs_{side}", f"{notes[side]}, concurrency {concurrency}", found["ours"], found[side]
            )
            for side in sides
            if side != "ours"
        ]


async def side_by_side(
    laid: Ground, seconds: float = 1.5, concurrency: tuple[int, ...] = CONCURRENCY
) -> list[Result]:
    """At each number of clients: first what is read, then what is written, so that the reads find the same rows."""
    results: list[Result] = []
    async with _sides(laid, seconds) as sides:
        for clients in concurrency:
            say(f"joint case and worklist, {clients} at once")
            results += await sides.compared("joint_case", clients, partial(viewing, laid), view_of_peer)
            asking = partial(reading, laid, "worklist", worklists(laid))
            results += await sides.compared("worklist", clients, asking, worklist_of_peer)
        for clients in concurrency:
            say(f"signals, {clients} at once")
            results += await sides.compared("add_signal", clients, partial(signalling, laid))
        results += await _commits(sides, concurrency[-1])
    return results


@asynccontextmanager
async def _sides(laid: Ground, seconds: float) -> AsyncIterator[Sides]:
    async with AsyncExitStack() as stack:
        there = await stack.enter_async_context(peer(laid)) if installed() else None
        if there is None:
            say("the peer is not installed here: make peer")
        recorder = await stack.enter_async_context(recording(laid))
        again = {
            "joint_case": [await recorder.again("jointCase", lambda one=one: one) for one in views(laid)],
            "worklist": [await recorder.again("worklist", lambda one=one: one) for one in worklists(laid)],
            "add_signal": [
                await recorder.again("addSignal", partial(signal, laid, number))
                for number in range(len(laid.told))
            ],
        }
        yield Sides(laid, seconds, there, again)


async def _commits(sides: Sides, clients: int) -> list[Result]:
    """What writes at all on this machine: signals against commits of one row."""
    pgbench = program()
    if pgbench is None:
        say("no pgbench here: apt-get install postgresql-contrib")
        return []
    admin = await asyncpg.connect(sides.laid.database_url)
    await admin.execute(TABLE)
    await admin.close()
    with script() as path:
        found = await interleaved(
            {
                "ours": await round_of(partial(signalling, sides.laid), clients, sides.seconds),
                "pgbench": committing(pgbench, sides.laid.database_url, path, clients, sides.seconds),
            }
        )
    note = f"signals against commits of one row by pgbench, concurrency {clients}"
    return [against("add_signal_vs_pgbench", note, found["ours"], found["pgbench"])]
