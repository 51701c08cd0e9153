"""A town with its own database for each test."""

import secrets
from collections.abc import AsyncIterator

import pytest

from casecoord.access.decide import Policy
from casecoord.storage.work import Database
from tests.world import KEYRING, Clock, Town, build_town


@pytest.fixture(scope="session")
def policy() -> Policy:
    return Policy()


@pytest.fixture
async def town(database_url: str, policy: Policy) -> AsyncIterator[Town]:
    clock = Clock()
    database = Database(database_url, KEYRING, clock=clock, pool_size=20)
    try:
        yield await build_town(database, clock, policy)
    finally:
        await database.close()


@pytest.fixture
def seed(pytestconfig: pytest.Config) -> int:
    """What is drawn at random is drawn from this; `--hypothesis-seed` draws the same again."""
    given = pytestconfig.getoption("--hypothesis-seed", None)
    return secrets.randbelow(1 << 32) if given in (None, "random") else int(given)
