"""Keys are made anew while everybody works: nothing is unreadable for a moment, and a kill loses nothing."""

import asyncio
import base64
from datetime import date
from uuid import UUID

import pytest

from casecoord.actions.plan import RecordContact, record_contact
from casecoord.actions.rotating import (
    Keys,
    Rotated,
    RotateKeys,
    carry_out,
    destroy_retired,
    rotate_keys,
)
from casecoord.domain.words import LifeDomain
from casecoord.storage import backups, rotating
from casecoord.storage.backups import Terms
from casecoord.storage.belongings import BELONGINGS
from casecoord.storage.masters import FileMaster
from casecoord.storage.rotating import _ELSEWHERE
from casecoord.storage.sealed import Keyring
from tests.actions.steps import led_case, merge, refused, signal, sql
from tests.keys.steps import erase, granted, sealed_values, see
from tests.world import MASTER, MATCH, PEOPLE, Town

BOTH = (Keys.MASTER, Keys.DATA)


async def rotate(town: Town, *keys: Keys, batch: int = 2) -> list[Rotated]:
    await town.act("mo", rotate_keys, RotateKeys(town.key(), keys))
    return await carried_out(town, batch)


async def carried_out(town: Town, batch: int = 2) -> list[Rotated]:
    return [one async for one in carry_out(town.database, "zuid", town.area, lambda *_: None, batch)]


async def several(town: Town) -> list[UUID]:
    """Families with signals of every sphere, one of which has become one with another, and one with a case."""
    family = await town.janssens()
    await led_case(town, family["noor"])
    await signal(town, "fleur", family["els"], domain=LifeDomain.MENTAL_HEALTH)
    await signal(town, "esra", family["els"], domain=LifeDomain.FINANCE)
    (wim,) = await town.family(("Wim Post", date(1960, 5, 5)))
    (jan,) = await town.family(("Jan Post", date(1961, 5, 5)))
    await signal(town, "dirk", wim)
    await merge(town, wim.household, jan.household)
    return [family["noor"].household, wim.household]


async def versions(url: str) -> set[tuple[int, int, bool]]:
    """Version of the master key and of the data key, and whether it is retired, of every data key."""
    async with sql(url) as database:
        rows = await database.fetch("select wrapped, version, retired_at from vault.household_keys")
    return {
        (int.from_bytes(row["wrapped"][1:3], "big"), row["version"], row["retired_at"] is not None)
        for row in rows
    }


@pytest.fixture
async def turning(town: Town, tmp_path) -> Town:
    """The town, with its master key in a file."""
    path = tmp_path / "master"
    path.write_text(f"1:{base64.b64encode(MASTER).decode()}\n")
    town.database.keyring = Keyring(FileMaster({1: MASTER}, path), MATCH)
    return town


async def test_new_data_keys_seal_everything_anew_and_the_old_ones_are_destroyed(
    town: Town, database_url: str
) -> None:
    await several(town)
    before = await sealed_values(database_url)
    (done,) = await rotate(town, Keys.DATA)
    assert (done.done, done.left, done.unreadable) == (3, 0, [])
    assert await versions(database_url) == {(1, 1, True), (1, 2, False)}
    found = await destroy_retired(town.database, "zuid", town.area)
    assert found.destroyed > 0 and (found.kept, found.until) == (0, None)
    assert await versions(database_url) == {(1, 2, False)}
    assert await sealed_values(database_url) == before and all(home for home, _ in before.values())


async def test_a_new_master_key_wraps_every_data_key_and_touches_no_value(
    turning: Town, database_url: str
) -> None:
    await several(turning)
    async with sql(database_url) as database:
        raw = await database.fetch("select id, summary_sealed from signals order by id")
    (done,) = await rotate(turning, Keys.MASTER)
    assert done.left == 0 and await versions(database_url) == {(2, 1, False)}
    async with sql(database_url) as database:
        assert await database.fetch("select id, summary_sealed from signals order by id") == raw
    opened = await sealed_values(database_url, turning.database.keyring)
    assert all(home for home, _ in opened.values())
    assert all(home is None for home, _ in (await sealed_values(database_url)).values())


async def test_what_is_asked_twice_is_done_once_and_what_was_done_is_finished(
    turning: Town, database_url: str
) -> None:
    await several(turning)
    await turning.act("mo", rotate_keys, RotateKeys(turning.key(), BOTH))
    assert [one.keys for one in await rotate(turning, *BOTH)] == list(BOTH)
    assert await carried_out(turning) == []
    assert await versions(database_url) == {(2, 1, True), (2, 2, False)}


async def test_another_process_finds_the_new_master_key_by_itself(turning: Town) -> None:
    home, _ = await several(turning)
    path = turning.database.keyring.master._path
    other = Keyring(FileMaster({1: MASTER}, path), MATCH)
    await rotate(turning, Keys.MASTER)
    turning.database.keyring = other
    assert (await see(turning, "amina", home)).persons
    assert other.master.newest() == 2


async def test_only_an_administrator_asks_and_it_is_in_the_log(town: Town, database_url: str) -> None:
    for who in set(PEOPLE) - {"mo"}:
        async with refused("not_allowed"):
            await town.act(who, rotate_keys, RotateKeys(town.key(), BOTH))
    async with refused("choice_missing", "keys"):
        await town.act("mo", rotate_keys, RotateKeys(town.key(), ()))
    await town.act("mo", rotate_keys, RotateKeys(town.key(), BOTH))
    async with sql(database_url) as database:
        rows = await database.fetch("select household, record from access_log")
    assert all(row["household"] is None and '"rotate_keys"' in row["record"] for row in rows)
    refusals = [row for row in rows if '"not_allowed"' in row["record"]]
    assert (len(rows), len(refusals)) == (len(PEOPLE), len(PEOPLE) - 1)


async def test_nothing_is_unreadable_while_readers_and_writers_go_on(
    turning: Town, database_url: str
) -> None:
    """Everybody reads and writes, without a pause, until two rotations of everything are over."""
    home, other = await several(turning)
    async with sql(database_url) as database:
        case = await database.fetchval("select id from cases")
    over = asyncio.Event()
    seen = {"reads": 0, "writes": 0}

    async def reads() -> None:
        while not over.is_set():
            assert {person.name.value for person in (await see(turning, "amina", home)).persons} == {
                "Els Janssen", "Daan Janssen", "Noor Janssen",
            }  # fmt: skip
            assert (await see(turning, "dirk", other)).persons[0].name.value.endswith("Post")
            seen["reads"] += 1

    async def writes() -> None:
        while not over.is_set():
            await signal(
                turning, "dirk", (await turning.family((f"Bo Bos {seen['writes']}", date(2001, 1, 1))))[0]
            )
            await turning.act("amina", record_contact, RecordContact(turning.key(), case))
            seen["writes"] += 1

    async def turns() -> None:
        try:
            for _ in range(2):
                for done in await rotate(turning, *BOTH, batch=1):
                    assert done.unreadable == []
                await destroy_retired(turning.database, "zuid", turning.area)
        finally:
            over.set()

    await asyncio.gather(*(reads() for _ in range(3)), *(writes() for _ in range(2)), turns())
    assert seen["reads"] > 3 and seen["writes"] > 1
    await carried_out(turning)
    opened = await sealed_values(database_url, turning.database.keyring)
    assert all(owner for owner, _ in opened.values())


async def test_a_household_that_does_not_open_is_left_as_it_is_and_named(
    town: Town, database_url: str
) -> None:
    home, other = await several(town)
    async with sql(database_url) as database:
        await database.execute(
            "update persons set name_sealed = birth_date_sealed where household_id = $1", home
        )
        raw = await database.fetch("select * from persons where household_id = $1 order by id", home)
    (done,) = await rotate(town, Keys.DATA)
    assert done.unreadable == [home] and done.done == 2
    async with sql(database_url) as database:
        assert await database.fetch("select * from persons where household_id = $1 order by id", home) == raw
        kept = await database.fetch(
            "select version, retired_at from vault.household_keys where household_id = $1", home
        )
    assert {tuple(row) for row in kept} == {(1, None)}
    assert (await see(town, "dirk", other)).persons


async def test_a_household_somebody_works_on_is_left_for_the_next_run(town: Town, database_url: str) -> None:
    home, _ = await several(town)
    async with sql(database_url) as busy, busy.transaction():
        await busy.execute("select from households where id = $1 for update", home)
        (done,) = await rotate(town, Keys.DATA)
        assert (done.done, done.left) == (2, 1)
    (done,) = await carried_out(town)
    assert (done.done, done.left) == (1, 0)


async def test_an_older_key_is_kept_as_long_as_a_backup_of_the_data_needs_it(
    town: Town, database_url: str
) -> None:
    await several(town)
    await backups.keep_for(town.database, Terms(data_days=40, keys_days=5))
    made = await backups.begin(town.database, "data", "monday.dump")
    await rotate(town, Keys.DATA)
    found = await destroy_retired(town.database, "zuid", town.area)
    (backup,) = await backups.there(town.database)
    assert found.destroyed == 0 and found.kept > 0 and found.until == backup.expires_at
    assert (backup.expires_at - backup.made_at).days == 40
    await backups.begin(town.database, "data", "tuesday.dump")  # made after: it needs the new keys only
    await backups.removed(town.database, [made])
    assert (await destroy_retired(town.database, "zuid", town.area)).kept == 0


async def test_erasure_destroys_older_keys_too(town: Town, database_url: str) -> None:
    family = await town.janssens()
    await backups.begin(town.database, "data", "monday.dump")
    await rotate(town, Keys.DATA)
    await granted(town, *family.values())
    done = await erase(town, family["els"].household)
    assert done.keys == 2 and await versions(database_url) == set()


async def test_rotation_knows_every_sealed_column(town: Town, database_url: str) -> None:
    """What it does not know would be lost with the old key."""
    own = {("move_offers", "content_sealed"), ("arrivals", "content_sealed"), ("arrivals", "answer_sealed")}
    async with sql(database_url) as database:
        rows = await database.fetch(
            "select table_name, column_name from information_schema.columns"
            " where column_name like '%\\_sealed' and table_schema = 'public'"
        )
    known = {
        (kind.table, f"{facet}_sealed")
        for kind in (*BELONGINGS.values(), *_ELSEWHERE)
        for facet in kind.sealed
    }
    assert {tuple(row) for row in rows} == known | own
    assert {table for table, _ in own} == set(rotating.WITH_KEYS_OF_THEIR_OWN)
