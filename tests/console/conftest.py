"""The console's own fixtures: everybody of the town can come in."""

from collections.abc import AsyncIterator, Callable

import pytest

from tests.browser import chromium
from tests.console.stories import served
from tests.console.visitor import Visitor
from tests.doors import amina, amina_token, app, bare, bind, client_of, provider, town
from tests.world import PEOPLE

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
async def neighbourhood_served(neighbourhood, provider) -> AsyncIterator[str]:
    """Where the demo neighbourhood answers."""
    async with served(neighbourhood, provider) as home:
        yield home
