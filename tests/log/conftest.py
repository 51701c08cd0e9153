"""A log of its own for each test."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.log.ground import Log, open_log


@pytest.fixture
async def log(database_url: str, tmp_path: Path) -> AsyncIterator[Log]:
    made = await open_log(database_url, tmp_path / "checkpoints")
    yield made
    await made.close()
