"""A database as imports meet it, and a superuser to look at what they left."""

from collections.abc import AsyncIterator

import asyncpg
import pytest

from casecoord.storage.work import Database
from tests.imports.ground import KEYRING, NOW


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = Database(database_url, KEYRING, clock=lambda: NOW, pool_size=2)
    yield database
    await database.close()


@pytest.fixture
async def admin(database_url: str) -> AsyncIterator[asyncpg.Connection]:
    """A superuser who sees every row."""
    connection = await asyncpg.connect(database_url)
    yield connection
    await connection.close()
