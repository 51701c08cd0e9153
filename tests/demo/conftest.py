"""The demo neighbourhood, loaded once for all tests that only look at it."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID, uuid4

import asyncpg
import pytest

from casecoord.access.decide import Policy
from casecoord.actions.office import Office
from casecoord.demo.load import Loaded, Loader, Mark, load
from casecoord.demo.neighbourhood import AREAS
from casecoord.demo.teller import Clock, Teller
from casecoord.domain.actors import Caller
from casecoord.storage.sealed import Keyring
from casecoord.storage.work import Database
from tests.conftest import of_database
from tests.demo.killable import ISSUER, settings_of

#: A Monday morning.
NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)


@dataclass(frozen=True)
class Demo:
    """The loaded demo: `tellers` are its stories by key, told again; `homes`: the household of each."""

    url: str
    office: Office
    clock: Clock
    loaded: Loaded
    tellers: dict[str, Teller]
    homes: dict[str, UUID]
    admin: asyncpg.Connection

    def caller(self, key: str) -> Caller:
        return Caller(ISSUER, f"demo-{key}", trace_id="0" * 32)


@pytest.fixture
async def admin(database_url: str) -> AsyncIterator[asyncpg.Connection]:
    """A superuser who sees every row of this test's own database."""
    connection = await asyncpg.connect(database_url)
    yield connection
    await connection.close()


@pytest.fixture(scope="session")
async def demo(server: str, template: str) -> AsyncIterator[Demo]:
    name = f"casecoord_demo_{uuid4().hex}"
    url = of_database(server, name)
    admin = await asyncpg.connect(server)
    await admin.execute(f"create database {name} template {template} strategy file_copy")
    clock = Clock(NOW)
    settings = settings_of(url)
    database = Database(url, Keyring(settings.master_key, settings.match_key), clock=clock, pool_size=4)
    try:
        loaded = await load(settings, issuer=ISSUER, now=NOW)
        loader = Loader(Office(database, Policy()), clock, ISSUER, NOW)
        tellers: dict[str, Teller] = {}
        for area, found in zip(AREAS, loaded.areas, strict=True):
            tellers |= await loader.tell(found.id, area, Mark(NOW, ISSUER))
        clock.now = NOW
        inside = await asyncpg.connect(url)
        homes = {key: await home(inside, teller) for key, teller in tellers.items()}
        yield Demo(url, loader.office, clock, loaded, tellers, homes, inside)
        await inside.close()
    finally:
        await database.close()
        await admin.execute(f"drop database {name} with (force)")
        await admin.close()


async def home(admin: asyncpg.Connection, teller: Teller) -> UUID:
    """The household of a story's first signal: the family's own, or the one made for who was not matched."""
    found: UUID = await admin.fetchval("select household_id from signals where id = $1", teller.signals[0])
    return found
