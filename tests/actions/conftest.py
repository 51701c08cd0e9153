"""A town with its own database for each test."""

import os
import secrets
from collections.abc import AsyncIterator

import pytest

from casecoord.access.decide import Policy
from tests.actions.monitor_steps import Area
from tests.actions.steps import sql
from tests.two_servers import database_at
from tests.world import Clock, Town, come_to

SEED_IN_CI = 3433328329


@pytest.fixture(scope="session")
def policy() -> Policy:
    return Policy()


@pytest.fixture
async def town(database_url: str, policy: Policy, laid: Town | None) -> AsyncIterator[Town]:
    clock = Clock()
    database = database_at(database_url, clock, pool_size=20)
    try:
        yield await come_to(laid, database, clock, policy)
    finally:
        await database.close()


@pytest.fixture
def seed(pytestconfig: pytest.Config) -> int:
    """What is drawn at random is drawn from this; `--hypothesis-seed` draws the same again.

    In CI it is the same each time, as Hypothesis's own draws are: new lives are for `make prove` and for people.
    """
    given = pytestconfig.getoption("--hypothesis-seed", None)
    if given not in (None, "random"):
        return int(given)
    return SEED_IN_CI if "CI" in os.environ else secrets.randbelow(1 << 32)


@pytest.fixture
async def area(town: Town, database_url: str) -> AsyncIterator[Area]:
    """Twelve neighbourhoods of a dozen families each; nothing happened there yet."""
    async with sql(database_url) as connection:
        yield await Area(town, connection).found()
