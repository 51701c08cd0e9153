"""A real PostgreSQL for every test: an embedded one in memory, or the one that DATABASE_URL names."""

import asyncio
import hashlib
import os
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import asyncpg
import pytest

from casecoord.access.decide import Policy
from casecoord.embedded import EmbeddedPostgres
from casecoord.storage import migrate
from casecoord.storage.work import Database
from tests.two_servers import living_apart
from tests.world import KEYRING, Clock, Town, lay_town

if TYPE_CHECKING:
    from tests.demo.loaded import Neighbourhood

# A test's database lives for milliseconds: nothing of it has to survive a power cut.
FORGETFUL = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_connections": "200"}


#: These take minutes; begun first, they keep no worker busy alone at the end.
LONG = (
    "tests/crawl/test_canary_crawl.py",
    "tests/crawl/test_views_crawled.py",
    "tests/crawl/test_console_crawled.py",
    "tests/test_readme.py",
    "tests/api/test_everybody_everywhere.py",
    "tests/review/test_withheld_is_constant.py",
    "tests/actions/test_possible.py",
    "tests/policies/test_whole_space.py",
    "tests/test_commands.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """`-m database` chooses what runs on a server, to run it again on another version."""
    of_file = {name: number for number, name in enumerate(LONG)}
    items.sort(key=lambda item: of_file.get(item.nodeid.split("::")[0], len(LONG)))
    for item in items:
        if "server" in getattr(item, "fixturenames", ()):
            item.add_marker("database")


def of_database(url: str, name: str) -> str:
    """The same server's URL, for another database."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--two-servers",
        action="store_true",
        help="the tests' area lives on a server of its own (two_servers.py)",
    )


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """The URL of a server whose login may make databases and roles; test sessions side by side share it."""
    own = os.environ.get("DATABASE_URL")
    if own:
        yield own
        return
    with embedded("") as url:
        yield url


@pytest.fixture(scope="session")
def second_server() -> Iterator[str]:
    """Another one, for areas that do not live on the first."""
    with embedded("-second") as url:
        yield url


@contextmanager
def embedded(name: str) -> Iterator[str]:
    """A server of our own, in memory where there is room for it."""
    memory = Path("/dev/shm")
    parent = memory if os.access(memory, os.W_OK) else Path(tempfile.gettempdir())
    which = f"{Path(__file__).parent}:{os.environ.get('CASECOORD_PG_BIN')}:{os.getuid()}"
    digest = hashlib.sha256(which.encode()).hexdigest()[:12]
    started = EmbeddedPostgres(parent / f"casecoord-tests-{digest}{name}", configuration=FORGETFUL)
    try:
        yield started.start()
    finally:
        started.destroy()


@pytest.fixture(scope="session")
async def template(server: str) -> AsyncIterator[str]:
    """The name of a database that is migrated once and copied for each test."""
    async with migrated(server) as name:
        yield name


@pytest.fixture(scope="session")
async def second_template(second_server: str) -> AsyncIterator[str]:
    """The same on the second server."""
    async with migrated(second_server) as name:
        yield name


@pytest.fixture(scope="session")
def elsewhere(request: pytest.FixtureRequest) -> str | None:
    """With `--two-servers` the server of every area but Zuid."""
    if not request.config.getoption("--two-servers"):
        return None
    server: str = request.getfixturevalue("second_server")
    return server


@pytest.fixture(scope="session")
async def elsewhere_template(elsewhere: str | None) -> AsyncIterator[str | None]:
    if elsewhere is None:
        yield None
        return
    async with migrated(elsewhere) as name:
        yield name


@asynccontextmanager
async def migrated(server: str) -> AsyncIterator[str]:
    """The name of a database at the head of the schema."""
    name = f"casecoord_template_{uuid4().hex}"
    admin = await asyncpg.connect(server)
    await admin.execute(f"create database {name}")
    try:
        await migrate.upgrade(of_database(server, name))
        yield name
    finally:
        await admin.execute(f"drop database {name} with (force)")
        await admin.close()


@pytest.fixture(scope="session")
async def neighbourhood(server: str, template: str) -> AsyncIterator["Neighbourhood"]:
    """The demo neighbourhood, loaded once; whoever wants to look at it takes a copy."""
    from tests.demo.loaded import neighbourhood_of  # which needs this file

    async with neighbourhood_of(server, template) as found:
        yield found


@pytest.fixture(scope="session")
async def laid(server: str, template: str, elsewhere: str | None) -> AsyncIterator[Town | None]:
    """The town of the tests, laid once: `database_url` is a copy of its database for whoever asks for `town`.

    None with `--two-servers`: there each test builds its own.
    """
    if elsewhere is not None:
        yield None
        return
    async with copied(server, template) as url:
        database = Database(url, KEYRING, clock=Clock())
        town = await lay_town(database, Clock(), Policy())
        await database.close()
        yield replace(town, url=url)


@pytest.fixture
async def database_url(
    request: pytest.FixtureRequest,
    server: str,
    template: str,
    laid: Town | None,
    elsewhere: str | None,
    elsewhere_template: str | None,
) -> AsyncIterator[str]:
    """A migrated database of this test's own; gone after it. With `--two-servers` that of Zuid alone."""
    source = urlsplit(laid.url).path[1:] if laid and "town" in request.fixturenames else template
    async with copied(server, source) as url:
        if elsewhere is None or elsewhere_template is None:
            yield url
            return
        async with copied(elsewhere, elsewhere_template) as home:
            with living_apart(url, home):
                yield url


@asynccontextmanager
async def copied(server: str, template: str) -> AsyncIterator[str]:
    """The URL of a new database made from a template; gone after it."""
    name = f"casecoord_test_{uuid4().hex}"
    admin = await asyncpg.connect(server)
    await admin.execute(f"create database {name} template {template} strategy file_copy")
    try:
        yield of_database(server, name)
    finally:
        await admin.execute(f"drop database {name} with (force)")
        await admin.close()


@pytest.fixture
async def empty_database_url(server: str) -> AsyncIterator[str]:
    """A database without any table; gone after the test."""
    name = f"casecoord_empty_{uuid4().hex}"
    admin = await asyncpg.connect(server)
    await admin.execute(f"create database {name}")
    try:
        yield of_database(server, name)
    finally:
        await asyncio.shield(admin.execute(f"drop database {name} with (force)"))
        await admin.close()
