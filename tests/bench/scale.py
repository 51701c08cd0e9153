"""What a request costs, in processor time and in bytes kept, among so many households: `docs/scale.md` reckons with it.

    CASECOORD_BENCH_HOUSEHOLDS=10000,100000,1000000 python -m tests.bench what_a_request_costs

Processor time, because that is what runs out, and because it is the same on a busy machine. Of PostgreSQL that of
the connections that serve; what it writes behind them is not in it.
"""

import asyncio
import hashlib
import re
import sys
import time
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import asyncpg
import orjson
import psutil

from casecoord.api.ids import global_id
from casecoord.demo.tokens import obtain
from casecoord.storage.work import Database
from tests.bench import ground
from tests.bench.ground import Ground
from tests.bench.measure import Result
from tests.bench.sweep import SIZES, _database, _sql, _sweep, _tidy
from tests.crowd import crowd
from tests.doors import bind, free_port
from tests.world import KEYRING, Town

CASES, REQUESTS, SIGNALS = 20, 300, 100
#: Asked before anything is measured.
WARM = 20
#: What stays of one request, in every table that requests add to.
KEPT = (
    "select sum(pg_total_relation_size(oid)) from pg_class where relname in ('access_log', 'log_positions')"
)
SERVING = (
    "select pid from pg_stat_activity where datname = current_database() and application_name = 'casecoord'"
)
WEIGHT = (
    "select sum(pg_total_relation_size(c.oid)) from pg_class c join pg_namespace n on n.oid = c.relnamespace"
    " where c.relkind = 'r' and n.nspname in ('public', 'vault')"
)


@dataclass(frozen=True)
class Cost:
    """Of one request: milliseconds in all, of our processor, of PostgreSQL's; bytes that stay."""

    took: float
    ours: float
    databases: float
    kept: float


async def what_a_request_costs(laid: Ground) -> list[Result]:
    """The joint view, the worklist and a signal among more and more households; a sweep of all of them."""
    found: list[Result] = []
    for households in SIZES:
        async with _database(laid.database_url) as (url, town):
            async with _sql(url) as admin:
                bare = await admin.fetchval(WEIGHT)
            async with _sql(url, "casecoord_migrator") as migrator:
                await crowd(migrator, town, households, late_of_ten=1)
            async with _sql(url) as admin:
                weight = (await admin.fetchval(WEIGHT) - bare) / households
            _say(f"{households} households: {weight:.0f} bytes each, without names and texts")
            for what in ("the first sweep", "a sweep that finds nothing new"):
                await _tidy(url)
                swept = await _sweep(url, town)
                _say(f"{households} households: {what} {swept['seconds']:.2f} s, {swept['memory']:.0f} MB")
            found += await _served(laid, url, town, households)
    return found


async def _served(laid: Ground, url: str, town: Town, households: int) -> list[Result]:
    cases = [await ground._case(town) for _ in range(CASES)]
    children = [(await town.janssens())["noor"] for _ in range(WARM + SIGNALS)]
    port = free_port()
    provider = replace(laid.provider, public_url=f"http://127.0.0.1:{port}")
    database = Database(url, KEYRING)
    await bind(database, town.area, town.members["dirk"].professional, provider.issuer, "demo-dirk")
    await database.close()
    async with _sql(url) as admin:
        await admin.execute("analyze")
    token, number, results = obtain("dirk", provider.issuer), count(), []
    # Each about another family: the more is open of one, the more a signal about it costs.
    people = ({"bsn": one.bsn, "birthDate": one.born.isoformat()} for one in children)
    concern = {"subject": "PERSON", "domain": "SOCIAL_NETWORK", "urgency": "HIGH", "summary": "Zorgen."}
    with ground.server(url, provider, port) as (address, _):
        for what, times, variables in (
            ("jointCase", REQUESTS, lambda: {"id": global_id("Case", cases[next(number) % CASES])}),
            ("worklist", REQUESTS, lambda: {"first": 50}),
            (
                "addSignal",
                SIGNALS,
                lambda: {"input": {"idempotencyKey": uuid4().hex, "person": next(people), **concern}},
            ),
        ):
            cost = await _cost(url, address, token, (what, times), variables)
            note = (
                f"{what} among {households} households: {cost.took:.1f} ms, of our processor {cost.ours:.2f} ms,"
                f" of PostgreSQL's {cost.databases:.2f} ms, {cost.kept:.0f} bytes of log"
            )
            _say(note)
            both = cost.ours + cost.databases
            results.append(
                Result("what_a_request_costs", cost.ours, both, cost.ours / both, "ms of processor", note)
            )
    return results


async def _cost(url: str, address: str, token: str, asked: tuple[str, int], variables: Any) -> Cost:
    what, times = asked
    at, known = urlsplit(address), _known(what)
    reader, writer = await asyncio.open_connection(at.hostname, at.port)

    async def ask() -> float:
        body = orjson.dumps({"documentId": known, "variables": variables()})
        head = (
            f"POST /graphql HTTP/1.1\r\nHost: {at.netloc}\r\nContent-Type: application/json\r\n"
            f"Authorization: Bearer {token}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        started = time.perf_counter()
        writer.write(head.encode() + body)
        answer = await reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"content-length: (\d+)", answer, re.IGNORECASE)
        assert answer.startswith(b"HTTP/1.1 200") and length is not None, answer
        said = await reader.readexactly(int(length[1]))
        assert b'"errors"' not in said and b'"Problem"' not in said, said
        return time.perf_counter() - started

    for _ in range(WARM):
        await ask()
    async with _sql(url) as beside:
        ours, theirs, kept = _web(at.port), await _backends(beside), await beside.fetchval(KEPT)
        took = [await ask() for _ in range(times)]
        after = _web(at.port), await _backends(beside)
        kept = await beside.fetchval(KEPT) - kept
    writer.close()
    each = 1000 / times
    databases = sum(after[1].values()) - sum(theirs.values())
    return Cost(median(took) * 1000, (after[0] - ours) * each, databases * each, kept / times)


def _known(what: str) -> str:
    document = Path(f"graphql/operations/{what}.graphql").read_bytes()
    return f"sha256:{hashlib.sha256(document).hexdigest()}"


def _web(port: int | None) -> float:
    """Seconds of processor that the server process had."""
    (process,) = (one for one in psutil.Process().children() if str(port) in one.cmdline())
    times = process.cpu_times()
    return times.user + times.system


async def _backends(beside: asyncpg.Connection) -> dict[int, float]:
    """The same of each connection that serves."""
    pids = [row["pid"] for row in await beside.fetch(SERVING)]
    times = {pid: psutil.Process(pid).cpu_times() for pid in pids}
    return {pid: one.user + one.system for pid, one in times.items()}


def _say(line: str) -> None:
    sys.stderr.write(f"bench: {line}\n")
