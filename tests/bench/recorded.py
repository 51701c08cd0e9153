"""What a request of ours says to the database, heard at the driver's protocol, and said again by asyncpg alone.

It knows nothing of how a request is made: a document goes through the application's own door, and whatever
statements it sends are repeated with what it gave them. Ids that were made for that request are made anew each time.
"""

import logging
import re
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import structlog
from asyncpg import protocol

from casecoord.storage.connection import APP_ROLE
from tests.bench.asking import body
from tests.bench.ground import Ground
from tests.doors import Client, client_of, opened, settings_for

_ID = re.compile(r"(?<![0-9a-f-])[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?![0-9a-f-])")


@dataclass(frozen=True, slots=True)
class Said:
    """One statement of a request. `args` None: it takes none and is planned each time, as `begin` is."""

    statement: str
    args: tuple[Any, ...] | None
    seconds: float


Request = list[Said]


@contextmanager
def listening() -> Iterator[Request]:
    """What connections that are made meanwhile say."""
    heard: Request = []

    class Listening(protocol.Protocol):  # type: ignore[misc]
        async def bind_execute(self, state: Any, args: Any, *rest: Any, **more: Any) -> Any:
            started = time.perf_counter()
            answer = await super().bind_execute(state, args, *rest, **more)
            heard.append(Said(state.query, tuple(args), time.perf_counter() - started))
            return answer

        async def query(self, query: str, *rest: Any, **more: Any) -> Any:
            started = time.perf_counter()
            answer = await super().query(query, *rest, **more)
            heard.append(Said(query, None, time.perf_counter() - started))
            return answer

    plain, protocol.Protocol = protocol.Protocol, Listening
    try:
        yield heard
    finally:
        protocol.Protocol = plain


@dataclass(frozen=True)
class Recorder:
    """The application in this process, whose statements are heard."""

    client: Client
    heard: Request
    warm: set[str] = field(default_factory=set)

    async def request(self, name: str, variables: dict[str, Any]) -> Request:
        """What this document says to the database, without a pool's question whether somebody is there."""
        self.heard.clear()
        answer = await self.client.post(
            content=body(name, variables), headers={"Content-Type": "application/json"}
        )
        assert answer.status_code == 200 and "errors" not in answer.json(), answer.text[:300]
        said: Request = []
        for one in self.heard:
            if said and (said[-1].statement, one.statement) == ("BEGIN;", "ROLLBACK;"):
                said.pop()
            elif one.statement.strip(" ;"):
                said.append(one)
        return said

    async def again(self, name: str, variables: Callable[[], dict[str, Any]]) -> "Again":
        """This document's request, to be repeated. The first time of all, what is said is more: it does not count."""
        for _ in range(2 - (name in self.warm)):
            one = await self.request(name, variables())
        self.warm.add(name)
        return Again(one, await self.request(name, variables()))


@asynccontextmanager
async def recording(laid: Ground) -> AsyncIterator[Recorder]:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    with listening() as heard:
        async with opened(settings_for(laid.database_url, laid.provider)) as app:
            client = client_of(app, laid.provider.public_url, laid.token)
            async with client.http:
                yield Recorder(client, heard)


Fresh = dict[UUID, UUID]
Maker = Callable[[Fresh], Any]


class Again:
    """A request to be said again: heard twice, so that what differs is known to be its own."""

    def __init__(self, one: Request, other: Request) -> None:
        assert [said.statement for said in one] == [said.statement for said in other]
        self.made = ids_of(one) - ids_of(other)
        self.steps = [
            (said.statement, None if said.args is None else [self._maker(value) for value in said.args])
            for said in one
        ]

    def _maker(self, value: Any) -> Maker:
        mine = ids_in(value) & self.made
        if not mine:
            return lambda _: value
        match value:
            case UUID():
                return lambda fresh: fresh[value]
            case list() | tuple():
                parts = [self._maker(part) for part in value]
                return lambda fresh: [make(fresh) for make in parts]
            case _:
                return lambda fresh: _with(value, mine, fresh)

    async def say(self, connection: "Connection") -> None:
        fresh = {one: uuid4() for one in self.made}
        for statement, makers in self.steps:
            if makers is None:
                await connection.plain.execute(statement)
            else:
                prepared = connection.prepared.get(statement) or await connection.prepare(statement)
                await prepared.fetch(*(make(fresh) for make in makers))


def _with(text: str, mine: set[UUID], fresh: Fresh) -> str:
    for one in mine:
        text = text.replace(str(one), str(fresh[one]))
    return text


def ids_of(request: Request) -> set[UUID]:
    return {one for said in request for value in said.args or () for one in ids_in(value)}


def ids_in(value: Any) -> set[UUID]:
    """Every id in an argument, also inside of text."""
    match value:
        case UUID():
            return {value}
        case str():
            return {UUID(found) for found in _ID.findall(value)}
        case list() | tuple():
            return {one for part in value for one in ids_in(part)}
        case _:
            return set()


@dataclass
class Connection:
    """One of asyncpg alone, as the application's role, with its statements prepared."""

    plain: asyncpg.Connection
    prepared: dict[str, Any]

    @classmethod
    async def to(cls, url: str) -> "Connection":
        settings = {"role": APP_ROLE, "timezone": "UTC"}
        return cls(await asyncpg.connect(url, server_settings=settings), {})

    async def prepare(self, statement: str) -> Any:
        self.prepared[statement] = await self.plain.prepare(statement)
        return self.prepared[statement]
