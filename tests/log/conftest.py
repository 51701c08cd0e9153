"""A log of its own for each test: an empty one, or a copy of one that grew."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest

from tests.conftest import of_database
from tests.log.ground import BATCHES, Log, of_copy, open_log


@pytest.fixture
async def log(database_url: str, tmp_path: Path) -> AsyncIterator[Log]:
    made = await open_log(database_url, tmp_path / "checkpoints")
    yield made
    await made.close()


@pytest.fixture(scope="session")
async def grown_once(
    server: str, template: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[tuple[str, Path]]:
    """A database and the folder of its copies, to copy from."""
    folder = tmp_path_factory.mktemp("grown") / "checkpoints"
    async with database_like(server, template) as name:
        made = await open_log(of_database(server, name), folder)
        await made.grow(*BATCHES)
        assert await made.fault() is None
        await made.close()
        yield name, folder


@pytest.fixture
async def grown(server: str, grown_once: tuple[str, Path], tmp_path: Path) -> AsyncIterator[Log]:
    """A log with leaves, tiles of two levels, and checkpoints in between and at their edges."""
    like, folder = grown_once
    shutil.copytree(folder, tmp_path / "checkpoints")
    async with database_like(server, like) as name:
        made = await of_copy(of_database(server, name), tmp_path / "checkpoints")
        yield made
        await made.close()


@asynccontextmanager
async def database_like(server: str, template: str) -> AsyncIterator[str]:
    name = f"casecoord_test_{uuid4().hex}"
    admin = await asyncpg.connect(server)
    await admin.execute(f"create database {name} template {template} strategy file_copy")
    try:
        yield name
    finally:
        await admin.execute(f"drop database {name} with (force)")
        await admin.close()
