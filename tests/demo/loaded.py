"""The demo neighbourhood, loaded once for all tests that look at it or copy it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID, uuid4

import asyncpg

from casecoord.access.decide import Policy
from casecoord.actions.office import Office
from casecoord.demo.load import Loaded, Loader, Mark, load
from casecoord.demo.neighbourhood import AREAS
from casecoord.demo.teller import Clock, Teller
from casecoord.domain.actors import Caller
from casecoord.storage.work import Database
from tests.conftest import of_database
from tests.demo.killable import ISSUER, settings_of

#: A Monday morning.
NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)


@dataclass(frozen=True)
class Neighbourhood:
    """The database in which it was loaded, which nobody is connected to, so that it can be copied."""

    server: str
    name: str
    loaded: Loaded

    @asynccontextmanager
    async def copy(self) -> AsyncIterator[str]:
        """The URL of a copy of one's own; gone after it."""
        async with database_of(self.server, self.name) as name:
            yield of_database(self.server, name)


@dataclass(frozen=True)
class Demo:
    """A copy to look at: `tellers` are its stories by key, told again; `homes`: the household of each."""

    url: str
    office: Office
    clock: Clock
    loaded: Loaded
    tellers: dict[str, Teller]
    homes: dict[str, UUID]
    admin: asyncpg.Connection

    def caller(self, key: str) -> Caller:
        return Caller(ISSUER, f"demo-{key}", trace_id="0" * 32)


@asynccontextmanager
async def database_of(server: str, template: str) -> AsyncIterator[str]:
    """The name of a new database made from this template; gone after it."""
    name = f"casecoord_demo_{uuid4().hex}"
    admin = await asyncpg.connect(server)
    await admin.execute(f"create database {name} template {template} strategy file_copy")
    try:
        yield name
    finally:
        await admin.execute(f"drop database {name} with (force)")
        await admin.close()


@asynccontextmanager
async def neighbourhood_of(server: str, template: str) -> AsyncIterator[Neighbourhood]:
    """Loads it."""
    async with database_of(server, template) as name:
        settings = settings_of(of_database(server, name))
        yield Neighbourhood(server, name, await load(settings, issuer=ISSUER, now=NOW))


@asynccontextmanager
async def demo_of(neighbourhood: Neighbourhood) -> AsyncIterator[Demo]:
    """Looks at a copy."""
    async with neighbourhood.copy() as url:
        clock, settings = Clock(NOW), settings_of(url)
        database = Database(url, settings.keyring(), clock=clock, pool_size=4)
        loader = Loader(Office(database, Policy()), clock, ISSUER, NOW)
        tellers: dict[str, Teller] = {}
        for area, found in zip(AREAS, neighbourhood.loaded.areas, strict=True):
            tellers |= await loader.tell(found.id, area, Mark(NOW, ISSUER))
        clock.now = NOW
        inside = await asyncpg.connect(url)
        homes = {key: await home(inside, teller) for key, teller in tellers.items()}
        try:
            yield Demo(url, loader.office, clock, neighbourhood.loaded, tellers, homes, inside)
        finally:
            await inside.close()
            await database.close()


async def home(admin: asyncpg.Connection, teller: Teller) -> UUID:
    """The household of a story's first signal: the family's own, or the one made for who was not matched."""
    found: UUID = await admin.fetchval("select household_id from signals where id = $1", teller.signals[0])
    return found
