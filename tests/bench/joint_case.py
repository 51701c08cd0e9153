"""The joint case view over HTTP and GraphQL, against its own SQL through asyncpg alone."""

import asyncio
import hashlib
import re
from collections.abc import Awaitable, Callable
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit
from uuid import UUID

import asyncpg
import orjson

from casecoord.api.ids import global_id
from casecoord.storage.connection import APP_ROLE
from casecoord.storage.views import JOINT
from tests.bench.asking import asked
from tests.bench.ground import Ground
from tests.bench.http import Client
from tests.bench.measure import Result, compare

CONCURRENCY = (1, 8, 32)


async def joint_case_vs_asyncpg(laid: Ground) -> list[Result]:
    """Ours decides, unseals and logs durably; the baseline only reads the same rows."""
    return [
        await compare(
            "joint_case_vs_asyncpg",
            "the view over HTTP, decided, unsealed and logged, against its read alone",
            concurrency,
            lambda i: over_http(laid, i),
            lambda i: _through_asyncpg(laid, i),
        )
        for concurrency in CONCURRENCY
    ]


async def over_http(laid: Ground, start: int) -> Callable[[], Awaitable[None]]:
    """A keep-alive connection of its own, with as little client as HTTP allows."""
    client = Client(laid.url)
    requests = [_request(laid, case) for case in laid.cases]
    turn = count(start)

    async def one() -> None:
        await client.ask(requests[next(turn) % len(requests)])

    return one


def _request(laid: Ground, case: UUID) -> bytes:
    return asked(laid, "jointCase", {"id": global_id("Case", case)})


async def _through_asyncpg(laid: Ground, start: int) -> Callable[[], Awaitable[None]]:
    connection = await asyncpg.connect(laid.database_url, server_settings={"role": APP_ROLE})
    dirk = laid.town.members["dirk"]
    await connection.execute("select set_config('casecoord.area', $1, false)", str(laid.town.area))
    values = {
        "area": laid.town.area,
        "team": dirk.team,
        "professional": dirk.professional,
        "membership": dirk.membership,
        "person": None,
        "court": False,
        "purpose": "care_coordination",
        "now": laid.town.clock.now,
    }
    names: list[str] = []

    def numbered(found: re.Match[str]) -> str:
        if found[1] not in names:
            names.append(found[1])
        return f"${names.index(found[1]) + 1}"

    sql = re.sub(r"(?<![:\w]):([a-z]\w*)", numbered, JOINT.text)
    statement = await connection.prepare(sql)
    turn = count(start)

    async def one() -> None:
        case = laid.cases[next(turn) % len(laid.cases)]
        row = await statement.fetchrow(*({**values, "id": case}[name] for name in names))
        assert row is not None

    return one
