"""What the tests of the doors share: a real provider, the real application, and somebody who logs in."""

import secrets
import socket
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx2
import pytest
import uvicorn
from fastapi import FastAPI

from casecoord.access.decide import Policy
from casecoord.app import create_app
from casecoord.demo.provider import DemoProvider, running
from casecoord.demo.tokens import obtain
from casecoord.settings import Mode, Settings
from casecoord.storage.tables import Login
from casecoord.storage.work import Database
from tests.two_servers import database_at, home_of, places_of
from tests.world import MASTER, MATCH, Clock, Town, come_to

CLIENT_SECRET = secrets.token_urlsafe(16)


def free_port() -> int:
    """A port below those that outgoing connections are given: with many of these one asked for by 0 may be gone again."""
    while True:
        port = 16_000 + secrets.randbelow(16_000)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def demo_provider(public_port: int) -> DemoProvider:
    """A provider for an application that answers on `public_port`."""
    return DemoProvider(
        issuer=f"http://127.0.0.1:{free_port()}",
        audience="casecoord-api",
        client_id="casecoord",
        client_secret=CLIENT_SECRET,
        public_url=f"http://127.0.0.1:{public_port}",
    )


def settings_for(database_url: str, provider: DemoProvider, mode: Mode = Mode.DEVELOPMENT) -> Settings:
    return Settings(
        database_url=home_of(database_url),
        database_url_migrator=home_of(database_url),
        database_url_sequencer=home_of(database_url),
        elsewhere=places_of(database_url),
        master_key=MASTER,
        match_key=MATCH,
        session_key=b"s" * 32,
        oidc_issuer=provider.issuer,
        oidc_client_id=provider.client_id,
        oidc_client_secret=provider.client_secret,
        oidc_audience=provider.audience,
        public_url=provider.public_url,
        mode=mode,
        port=8000,
    )


async def bind(database: Database, area: UUID, professional: UUID, issuer: str, subject: str) -> None:
    """A login at this provider for a professional of the town."""
    async with database.within(area) as work:
        work.session.add(Login(area_id=area, issuer=issuer, subject=subject, professional_id=professional))


async def bind_demo_users(town: Town, issuer: str) -> None:
    """The demo's Amina and Dirk are the town's; the other demo users are known at the provider only."""
    for name in ("amina", "dirk", "ibrahim"):
        await bind(town.database, town.area, town.members[name].professional, issuer, f"demo-{name}")


@contextmanager
def serving(app: FastAPI, port: int) -> Iterator[str]:
    """The application over real HTTP, in a thread with a loop of its own."""
    listening = socket.create_server(("127.0.0.1", port))
    server = uvicorn.Server(uvicorn.Config(app, access_log=False, log_level="error"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        app.state.watch.close()  # as a signal would, of which a thread hears nothing
        server.should_exit = True
        thread.join(10)
        listening.close()


@dataclass
class Client:
    """An API client with a bearer token, in front of the application's ASGI."""

    http: httpx2.AsyncClient
    token: str | None = None

    async def post(self, body: Any = None, **how: Any) -> httpx2.Response:
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        headers |= how.pop("headers", {})
        if "content" not in how:
            how["json"] = body
        return await self.http.post("/graphql", headers=headers, **how)


def client_of(app: FastAPI, base_url: str, token: str | None = None) -> Client:
    transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
    return Client(httpx2.AsyncClient(transport=transport, base_url=base_url), token)


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[FastAPI]:
    """The application with its start and its end."""
    app = create_app(settings)
    async with app.router.lifespan_context(app):
        yield app


@pytest.fixture(scope="session")
def provider() -> Iterator[DemoProvider]:
    """One provider for all tests that do not disturb it."""
    config = demo_provider(free_port())
    with running(config):
        yield config


@pytest.fixture
async def town(database_url: str, provider: DemoProvider, laid: Town | None) -> AsyncIterator[Town]:
    """A town some of whose people can log in at the provider."""
    clock = Clock()
    database = database_at(database_url, clock)
    try:
        town = await come_to(laid, database, clock, Policy())
        await bind_demo_users(town, provider.issuer)
        yield town
    finally:
        await database.close()


@pytest.fixture(scope="session")
async def bare(server: str, provider: DemoProvider, amina_token: str) -> AsyncIterator[Client]:
    """A verified client of the application in production, on a database without a single table."""
    async with opened(settings_for(server, provider, Mode.PRODUCTION)) as app:
        client = client_of(app, provider.public_url, amina_token)
        async with client.http:
            yield client


@pytest.fixture
async def app(database_url: str, provider: DemoProvider, town: Town) -> AsyncIterator[FastAPI]:
    """The application in development mode, on the town's database."""
    async with opened(settings_for(database_url, provider)) as app:
        yield app


@pytest.fixture(scope="session")
def amina_token(provider: DemoProvider) -> str:
    """Amina's bearer token, through the provider's real flow."""
    return obtain("amina", provider.issuer)


@pytest.fixture
async def amina(app: FastAPI, provider: DemoProvider, amina_token: str) -> AsyncIterator[Client]:
    """Amina's client of the application in development mode."""
    client = client_of(app, provider.public_url, amina_token)
    async with client.http:
        yield client
