"""The peer: PostGraphile over the same rows, under row level security, with a row in a log for each look.

It decrypts nothing (it reads plain words as long as the sealed ones), decides nothing beyond its policies, and believes
who asks; ours verifies a token, decides of each facet, unseals, and writes a record that can be proven.
"""

import asyncio
import json
import secrets
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from uuid import UUID

import asyncpg
import orjson

from tests.bench.ground import PROCESSES, Ground
from tests.bench.http import Client, request
from tests.doors import free_port
from tests.node import node

HERE = Path(__file__).parent
ROLE = "casecoord_bench_peer"
#: Connections of each process to the database.
POOL = 10
PAGE = 50

GONE = f"""drop schema if exists peer cascade;
do $$ begin
  if exists (select from pg_roles where rolname = '{ROLE}') then drop owned by {ROLE}; drop role {ROLE}; end if;
end $$"""
WHO = "{ professionalByProfessionalId { rowId name phone } teamByTeamId { rowId name kind } }"
#: The rows that our document `JointCase` shows: household, persons, signals, participants, lead, actions, deadlines.
VIEW = f"""query JointCase($id: UUID!) {{ viewCase(caseId: $id) {{
  rowId state triagedAt
  householdByHouseholdId {{
    rowId neighbourhood secretAddress address contact
    peopleByHouseholdIdList {{ rowId name birthDate language }}
    signalsByHouseholdIdList {{
      rowId personId state domain sphere urgency receivedAt summary teamBySourceTeamId {{ rowId name kind }}
    }}
    nextDeadline gapsList {{ rowId rule dueAt areaAt membershipByResponderId {{ professionalByProfessionalId {{ name }} }} }}
  }}
  participantsByCaseIdList {{ rowId sphere since teamByTeamId {{ rowId name kind }} }}
  leadsByCaseIdList {{ rowId since membershipByMembershipId {WHO} }}
  planActionsByCaseIdList {{ rowId domain what state dueOn membershipByOwnerId {WHO} }}
}} }}"""
WORKLIST = """query Worklist($many: Int!) { viewWorklistList(many: $many) {
  household caseId state urgency nextDeadline openGaps holder names } }"""


def installed() -> bool:
    return node() is not None and (HERE / "node_modules" / "postgraphile").is_dir()


@asynccontextmanager
async def peer(laid: Ground) -> AsyncIterator[str]:
    """Where it answers, on a copy of the rows as they are now."""
    password = secrets.token_hex(16)
    async with _role(laid.database_url, password):
        port = free_port()
        process = await asyncio.create_subprocess_exec(
            str(node()), str(HERE / "server.mjs"), stdin=PIPE, stdout=PIPE, stderr=DEVNULL,
            env={"NODE_ENV": "production", "GRAPHILE_ENV": "production"},
        )  # fmt: skip
        assert process.stdin is not None and process.stdout is not None
        said = {
            "database": _as(laid.database_url, password),
            "port": port,
            "processes": PROCESSES,
            "pool": POOL,
            "timeout": 30_000,
        }
        process.stdin.write(f"{json.dumps(said)}\n".encode())
        try:
            if (await process.stdout.readline()).strip() != b"ready":
                raise SystemExit("the peer did not start")
            await _honest(laid, f"http://127.0.0.1:{port}")
            yield f"http://127.0.0.1:{port}"
        finally:
            process.stdin.close()
            await process.wait()


async def _honest(laid: Ground, url: str) -> None:
    """It shows a case and a full page, each with its rows in the log; and nothing, with no row, to another team."""
    case, dirk = {"id": str(laid.cases[0])}, laid.town.members["dirk"]
    client, connection = Client(url), await asyncpg.connect(laid.database_url)
    try:
        for query, variables, team, rows in (
            (VIEW, case, dirk.team, 1),
            (WORKLIST, {"many": PAGE}, dirk.team, PAGE),
            (VIEW, case, laid.town.teams["rechtbank"], 0),
        ):
            before = await connection.fetchval("select count(*) from peer.access_log")
            answer = orjson.loads(await client.ask(_request(laid, url, query, variables, team)))
            (shown,) = answer["data"].values()
            written = await connection.fetchval("select count(*) from peer.access_log") - before
            assert (bool(shown), written) == (rows > 0, rows), (query[:20], written)
    finally:
        client.close()
        await connection.close()


@asynccontextmanager
async def _role(url: str, password: str) -> AsyncIterator[None]:
    admin = await asyncpg.connect(url)
    await admin.execute(GONE)  # what a run left behind that was killed
    try:
        await admin.execute(f"create role {ROLE} login password '{password}' nosuperuser nobypassrls")
        await admin.execute((HERE / "schema.sql").read_text(), timeout=600)
        yield
    finally:
        await admin.execute(GONE)
        await admin.close()


def _as(url: str, password: str) -> str:
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=f"{ROLE}:{password}@{parts.hostname}:{parts.port or 5432}"))


def _request(
    laid: Ground, url: str, query: str, variables: dict[str, Any], team: UUID | None = None
) -> bytes:
    """As Dirk, or as somebody of another team."""
    dirk = laid.town.members["dirk"]
    who = {"X-Area": str(laid.town.area), "X-Team": str(team or dirk.team), "X-By": str(dirk.professional)}
    return request(url, orjson.dumps({"query": query, "variables": variables}), who)


async def view_of_peer(laid: Ground, url: str, start: int) -> Callable[[], Awaitable[bytes]]:
    client = Client(url)
    requests = [_request(laid, url, VIEW, {"id": str(case)}) for case in laid.cases]
    turn = count(start)
    return lambda: client.ask(requests[next(turn) % len(requests)])


async def worklist_of_peer(laid: Ground, url: str, _: int) -> Callable[[], Awaitable[bytes]]:
    client = Client(url)
    asked = _request(laid, url, WORKLIST, {"many": PAGE})
    return lambda: client.ask(asked)


def rows_of(view: bytes) -> int:
    """How many rows a view of the peer holds."""

    def counted(value: object) -> int:
        match value:
            case dict():
                return ("rowId" in value) + sum(map(counted, value.values()))
            case list():
                return sum(map(counted, value))
            case _:
                return 0

    return counted(orjson.loads(view))
