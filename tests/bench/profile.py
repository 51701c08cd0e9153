"""Where the time of a joint view goes: what its statements take, and on what a server's processor is busy meanwhile."""

import json
import os
import signal
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from statistics import median
from types import FrameType
from typing import Any

from fastapi import FastAPI

from casecoord import app
from tests.bench.asking import viewing, views
from tests.bench.ground import Ground, server
from tests.bench.measure import Result, say
from tests.bench.recorded import recording
from tests.doors import free_port

VIEWS = 200
EVERY = 0.001
SAMPLES = "CASECOORD_BENCH_SAMPLES"

#: What a frame is part of: the first that its file's path holds, from the innermost frame outwards.
PARTS = {
    "/casecoord/storage/sealed": "unsealing",
    "/cryptography/": "unsealing",
    "/casecoord/access/": "deciding",
    "/casbin/": "deciding",
    "/casecoord/storage/access_log": "the record in the log",
    "/sqlalchemy/": "SQLAlchemy",
    "/asyncpg/": "asyncpg",
    "/casecoord/storage/": "statements and rows",
    "/casecoord/actions/": "composing the view",
    "/casecoord/domain/": "composing the view",
    "/graphql/": "GraphQL",
    "/strawberry/": "GraphQL",
    "/casecoord/api/": "GraphQL, our own part",
    "/casecoord/identity/": "who asks",
    "/joserfc/": "who asks",
    "/casecoord/": "HTTP, our own part",
    "/fastapi/": "HTTP",
    "/starlette/": "HTTP",
    "/uvicorn/": "HTTP",
}


def part_of(frame: FrameType | None) -> str:
    while frame is not None:
        path = frame.f_code.co_filename
        for piece, part in PARTS.items():
            if piece in path:
                return part
        frame = frame.f_back
    return "the event loop"


def sampled() -> FastAPI:
    """The application; until it ends, each millisecond of its processor's time is put down to what runs then."""
    found: Counter[str] = Counter()
    made = app.from_environment()
    whole = made.router.lifespan_context

    @asynccontextmanager
    async def lifespan(of: FastAPI) -> AsyncIterator[Any]:
        async with whole(of) as state:
            signal.signal(signal.SIGPROF, lambda _, frame: found.update([part_of(frame)]))
            signal.setitimer(signal.ITIMER_PROF, EVERY, EVERY)
            yield state
            signal.setitimer(signal.ITIMER_PROF, 0)
        _keep(found)

    made.router.lifespan_context = lifespan
    return made


def _keep(found: Counter[str]) -> None:
    Path(os.environ[SAMPLES]).write_text(json.dumps(found))


async def profile(laid: Ground) -> list[Result]:
    """Shares of a view, one at a time: of its time, what each statement takes; of the rest, each part of the server."""
    statements = await _statements(laid)
    whole, parts = await _parts(laid)
    results = [
        Result("profile_statement", took * 1000, whole * 1000, took / whole, "ms", what)
        for what, took in statements.items()
    ]
    left, busy = whole - sum(statements.values()), parts.total()
    for part, samples in parts.most_common():
        took = left * samples / busy
        results.append(Result("profile_server", took * 1000, whole * 1000, took / whole, "ms", part))
    return results


async def _statements(laid: Ground) -> dict[str, float]:
    """Median seconds of each statement of a view."""
    taken: dict[str, list[float]] = {}
    async with recording(laid) as recorder:
        for number, variables in enumerate([*views(laid)[:2], *views(laid)]):
            said = await recorder.request("jointCase", variables)
            if number >= 2:  # what is said the first times is more
                for place, one in enumerate(said, 1):
                    taken.setdefault(f"{place}. {_named(one.statement)}", []).append(one.seconds)
    return {what: median(seconds) for what, seconds in taken.items()}


def _named(statement: str) -> str:
    """In a few words: what it is known by."""
    words = " ".join(statement.split())
    for known, name in (
        ("casecoord_enter(", "who asks, and what row level security needs"),
        ("insert into access_log", "the record in the log"),
        ("household_view", "the view's rows"),
    ):
        if known in words:
            return name
    return words[:40].rstrip(";").lower()


async def _parts(laid: Ground) -> tuple[float, Counter[str]]:
    """Median seconds of a view over HTTP, and what the server was busy with."""
    say(f"profile: {VIEWS} views of one server process")
    taken = []
    with tempfile.TemporaryDirectory() as folder:
        samples = Path(folder) / "samples.json"
        os.environ[SAMPLES] = str(samples)
        try:
            with server(laid.database_url, laid.provider, free_port(), "tests.bench.profile:sampled") as (
                url,
                _,
            ):
                ask = await viewing(replace(laid, url=url), 0)
                for _ in range(VIEWS):
                    started = time.perf_counter()
                    await ask()
                    taken.append(time.perf_counter() - started)
        finally:
            del os.environ[SAMPLES]
        return median(taken), Counter(json.loads(samples.read_text()))
