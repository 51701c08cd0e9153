"""The console's own fixtures: everybody of the town can come in."""

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from urllib.parse import urlsplit

import pytest

from casecoord.app import create_app
from tests.browser import chromium
from tests.console.stories import served
from tests.console.visitor import Visitor
from tests.doors import amina, amina_token, app, bare, bind, client_of, provider, serving, settings_for, town
from tests.world import PEOPLE, Town

__all__ = ["amina", "amina_token", "app", "bare", "chromium", "provider", "town"]


@pytest.fixture
async def visit(app, provider, town) -> AsyncIterator[Callable[..., Visitor]]:
    """Makes a visitor of one of the town's people: `visit("fleur", language="en")`."""
    known = ("amina", "dirk", "ibrahim")
    for name in PEOPLE:
        if name not in known:
            member = town.members[name]
            await bind(town.database, town.area, member.professional, provider.issuer, f"demo-{name}")
    sessions = app.state.login.sessions
    async with client_of(app, provider.public_url).http as http:

        def come(name: str, language: str = "nl") -> Visitor:
            return Visitor(http, sessions.begin(provider.issuer, f"demo-{name}"), sessions, language)

        yield come


@pytest.fixture
def same_day(app, town) -> None:
    """The application lives on the town's day."""
    app.state.office.database.clock = town.clock


@pytest.fixture
def today(app, town) -> Town:
    """The town by the application's own clock: a code of the town's would have expired by it."""
    return replace(town, office=app.state.office, database=app.state.office.database)


@pytest.fixture
async def home(database_url, provider, town) -> AsyncIterator[str]:
    """Where the application answers over real HTTP; the town's Bram and Fleur can log in as well."""
    for name in ("bram", "fleur"):
        member = town.members[name]
        await bind(town.database, town.area, member.professional, provider.issuer, f"demo-{name}")
    with serving(create_app(settings_for(database_url, provider)), urlsplit(provider.public_url).port) as url:
        yield url


@pytest.fixture
async def neighbourhood_served(neighbourhood, provider) -> AsyncIterator[str]:
    """Where the demo neighbourhood answers."""
    async with served(neighbourhood, provider) as home:
        yield home
