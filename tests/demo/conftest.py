"""A database of each test's own, and a demo that many look at."""

from collections.abc import AsyncIterator

import asyncpg
import pytest

from tests.demo.loaded import Demo, Neighbourhood, demo_of


@pytest.fixture
async def admin(database_url: str) -> AsyncIterator[asyncpg.Connection]:
    """A superuser who sees every row of this test's own database."""
    connection = await asyncpg.connect(database_url)
    yield connection
    await connection.close()


@pytest.fixture(scope="session")
async def demo(neighbourhood: Neighbourhood) -> AsyncIterator[Demo]:
    async with demo_of(neighbourhood) as demo:
        yield demo
