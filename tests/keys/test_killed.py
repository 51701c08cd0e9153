"""Killed at any step, a rotation and an erasure leave everything as it was or as it should be, and go on."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

import pytest

from casecoord.actions.erasing import EraseHousehold, erase_household
from casecoord.actions.rotating import Keys, RotateKeys, rotate_keys
from casecoord.storage.masters import FileMaster
from casecoord.storage.sealed import Keyring
from tests.actions.mortal_clerk import Errand, clerks
from tests.actions.steps import signal, sql, whole
from tests.keys.steps import granted, sealed_values
from tests.keys.test_rotating import several, turning, versions
from tests.world import MASTER, MATCH, Town

__all__ = ["turning"]
CHECKOUT = Path(__file__).parents[2]


@contextmanager
def rotations(url: str, area: UUID, path: Path) -> Iterator[Callable[[int], bool]]:
    """Begins a rotation, or goes on with it, that dies at this step; whether it lived."""
    command = [sys.executable, "-m", "tests.keys.mortal_rotation", url, str(area), str(path)]
    with subprocess.Popen(command, cwd=CHECKOUT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin and process.stdout

        def run(step: int) -> bool:
            assert process.stdin and process.stdout
            process.stdin.write(f"{step}\n".encode())
            process.stdin.flush()
            return bool(int(process.stdout.readline()))

        yield run


async def opened(url: str, path: Path) -> object:
    return await sealed_values(url, Keyring(FileMaster({1: MASTER}, path), MATCH))


async def ask(town: Town) -> None:
    await town.act("mo", rotate_keys, RotateKeys(town.key(), (Keys.MASTER, Keys.DATA)))


async def test_a_rotation_that_is_killed_goes_on_and_nothing_is_lost(
    turning: Town, database_url: str
) -> None:
    """Each run goes on with what the one before left, and dies a few steps later, until one lives."""
    path = turning.database.keyring.master._path
    await several(turning)
    before, deaths = await sealed_values(database_url), 0
    await ask(turning)
    with rotations(database_url, turning.area, path) as run:
        while not run(2 + deaths * 9):
            deaths += 1
            assert await opened(database_url, path) == before
    assert await opened(database_url, path) == before
    assert deaths > 5 and {old for _, _, old in await versions(database_url)} == {False}


@pytest.mark.prove
async def test_a_rotation_may_be_killed_at_any_step(turning: Town, database_url: str) -> None:
    """Each time a new one is asked for, dies some steps later than the one before, and is gone on with."""
    path = turning.database.keyring.master._path
    await several(turning)
    before, deaths = await sealed_values(database_url), 0
    with rotations(database_url, turning.area, path) as run:
        await ask(turning)
        while not run(1 + deaths * 3):
            deaths += 1
            assert await opened(database_url, path) == before
            assert run(0)
            assert await opened(database_url, path) == before
            assert len(await versions(database_url)) == 1
            await ask(turning)
    assert deaths > 20


async def killed_erasing(town: Town, url: str, every: int) -> int:
    family = await town.janssens()
    await signal(town, "amina", family["noor"])
    await granted(town, *family.values())
    before, deaths = await sealed_values(url), 0
    input = EraseHousehold("erase", family["noor"].household)
    with clerks() as office:
        while True:
            errand = Errand(
                url, town.clock.now, 1, town.caller("lotte"), erase_household.do.__module__,
                "erase_household", input, 1 + deaths * every,
            )  # fmt: skip
            if not office.send(errand):
                break
            deaths += 1
            async with sql(url) as database:
                done = await database.fetchval("select count(*) from vault.erasures")
            assert await sealed_values(url) == ({} if done else before)
    assert await sealed_values(url) == {}
    async with sql(url) as database:
        assert await database.fetchval("select count(*) from vault.erasures") == 1
        assert await database.fetchval("select count(*) from vault.household_keys") == 0
    await whole(town)
    return deaths


async def test_an_erasure_that_is_killed_is_done_whole_or_not_at_all(town: Town, database_url: str) -> None:
    assert await killed_erasing(town, database_url, every=13) > 3


@pytest.mark.prove
async def test_an_erasure_may_be_killed_at_every_step(town: Town, database_url: str) -> None:
    assert await killed_erasing(town, database_url, every=1) > 40
