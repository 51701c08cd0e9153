"""Imports that are large, cut off, or two at once: nothing lost, nothing doubled, little held."""

import asyncio
import signal
import sys
import tracemalloc
from pathlib import Path

import asyncpg
import pytest

from casecoord.actions.imports import households as importing
from casecoord.actions.imports.households import import_households
from casecoord.actions.imports.moving import Disturbed
from casecoord.registers.jsonfile import JsonList
from casecoord.registers.report import Extra, Outcome
from casecoord.storage.work import Database
from tests.imports.ground import an_area, counts, rows
from tests.registers import invented
from tests.statements import statements

WHOLE = (
    "select (select count(*) from persons), (select count(distinct bsn_index) from persons),"
    " (select count(*) from households), (select count(*) from relationships), (select count(*) from custody)"
)


async def whole(admin: asyncpg.Connection) -> tuple[int, ...]:
    return (await rows(admin, WHOLE))[0]


async def test_an_import_killed_in_the_middle_is_finished_by_running_it_again(
    database: Database,
    admin: asyncpg.Connection,
    database_url: str,
    tmp_path: Path,
) -> None:
    area = await an_area(database, tmp_path)
    file = invented.write_persons(tmp_path / "many.json", invented.population(1_500, seed=2))
    killed = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        KILLED_AFTER_TWO_BATCHES,
        database_url,
        str(file),
        area,
        cwd=Path(__file__).parents[2],
    )
    assert await killed.wait() == -signal.SIGKILL
    half = await whole(admin)
    assert 0 < half[0] < 1_500, "what was committed is there, the rest is not"
    assert half[3] == 0

    finished = await import_households(database, file, area=area)
    assert finished.counts[Outcome.CREATED] + half[0] == finished.read
    assert (await whole(admin))[:2] == (finished.read, finished.read)
    assert await admin.fetchval("select count(*) from households h where not exists (select from persons p"
                                " where p.household_id = h.id)") == 0  # fmt: skip
    complete = await whole(admin)
    assert (await import_households(database, file, area=area)).written == 0
    assert await whole(admin) == complete

    elsewhere = await an_area(database, tmp_path, "Undisturbed")
    await import_households(database, file, area=elsewhere)
    assert await whole(admin) == tuple(
        count if place == 1 else 2 * count for place, count in enumerate(complete)
    ), "an import that was never interrupted writes the same"


KILLED_AFTER_TWO_BATCHES = """
import asyncio, os, signal, sys
from pathlib import Path
from casecoord.actions.imports.households import import_households
from casecoord.storage.work import Database
from tests.imports.ground import KEYRING, NOW

url, file, area = sys.argv[1:]
done = []

def kill(rows, total):
    done.append(rows)
    if len(done) == 2:
        os.kill(os.getpid(), signal.SIGKILL)

database = Database(url, KEYRING, clock=lambda: NOW, pool_size=2)
asyncio.run(import_households(database, Path(file), area=area, progress=kill))
"""


async def test_two_imports_at_once_double_nothing(
    database: Database,
    admin: asyncpg.Connection,
    tmp_path: Path,
) -> None:
    area = await an_area(database, tmp_path)
    file = invented.write_persons(tmp_path / "many.json", invented.population(400, seed=3))
    both = await asyncio.gather(
        *(import_households(database, file, area=area) for _ in range(2)), return_exceptions=True
    )
    assert all(not isinstance(end, BaseException) or isinstance(end, Disturbed) for end in both), both
    await import_households(database, file, area=area)
    assert (await import_households(database, file, area=area)).written == 0
    people, distinct, households, *_ = await whole(admin)
    assert people == distinct
    assert households == await admin.fetchval("select count(distinct household_id) from persons")


async def test_the_number_of_statements_grows_with_batches_and_not_with_persons(
    database: Database,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    area = await an_area(database, tmp_path)
    file = invented.write_persons(tmp_path / "many.json", invented.population(600, seed=4))
    monkeypatch.setattr(importing, "BATCH", 1_000)
    with statements(database) as said:
        report = await import_households(database, file, area=area)
    assert report.extra[Extra.HOUSEHOLDS_FOUNDED] > 100
    assert 0 < len(said) <= 50
    with statements(database) as said:
        assert (await import_households(database, file, area=area)).written == 0
    assert 0 < len(said) <= 30


@pytest.mark.parametrize(
    ("size", "files"), [(1_500, 2.0), pytest.param(20_000, 1.0, marks=pytest.mark.prove)]
)
async def test_an_import_holds_less_than_its_file_twice(
    database: Database, tmp_path: Path, size: int, files: float
) -> None:
    """What the program itself takes weighs more in a small import; a large one stays below its file held once."""
    area = await an_area(database, tmp_path)
    file = invented.write_persons(tmp_path / "many.json", invented.population(size, seed=5))
    with JsonList(file) as elements:
        tracemalloc.start()
        held = list(elements)
        once = tracemalloc.get_traced_memory()[0]
        del held
    tracemalloc.reset_peak()
    report = await import_households(database, file, area=area)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert counts(report) == {"created": report.read}
    assert peak < files * once
