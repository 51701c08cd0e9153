"""Done when it is gone from the backups too: an older backup is brought back, rolled forward, and opens nothing of it."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import UUID

import pytest

from casecoord.access.decide import Policy
from casecoord.actions.office import Office
from casecoord.actions.rotating import Keys
from casecoord.embedded import EmbeddedPostgres
from casecoord.storage import backups, dumps, reapplying
from casecoord.storage.access_log import leaf_of
from casecoord.storage.audit import Audit, Verified
from casecoord.storage.backups import Terms
from casecoord.storage.checkpoints import Signer
from casecoord.storage.destroying import Why, destroy_keys
from casecoord.storage.migrate import MigrationError
from casecoord.storage.sealed import Compartment
from casecoord.storage.sequencer import Sequencer
from casecoord.storage.work import Database
from tests.actions.steps import refused, signal, sql, whole
from tests.keys.steps import erase, everywhere, granted, sealed_values, see
from tests.keys.test_rotating import rotate
from tests.log.ground import KEY, made
from tests.world import KEYRING, Someone, Town


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    """Another server, on which nothing of casecoord has ever been."""
    own = EmbeddedPostgres(tmp_path_factory.mktemp("scratch"), configuration={"fsync": "off"})
    try:
        yield own.start()
    finally:
        own.destroy()


@asynccontextmanager
async def restored(
    town: Town, scratch: str, folder: Path, **chosen: Path
) -> AsyncIterator[tuple[Town, str, int]]:
    """The same town on the scratch server, from the backups in this folder; and how many erasures were applied."""
    name = f"restored_{town.area.hex}"
    async with sql(scratch) as admin:
        await admin.execute(f"create database {name}")
    url = scratch.rsplit("/", 1)[0] + f"/{name}"
    database = Database(url, KEYRING, clock=town.clock, pool_size=5)
    try:
        data, keys = (chosen.get(kind) or dumps.newest(folder, kind) for kind in dumps.KINDS)
        done = await dumps.restore(database, url, data, keys, folder / dumps.ERASURES)
        there = Town(
            database, Office(database, Policy()), town.clock, town.area, town.members, town.teams, town.keys
        )
        yield there, url, done
    finally:
        await database.close()
        async with sql(scratch) as admin:
            await admin.execute(f"drop database {name} with (force)")


async def families(town: Town) -> tuple[dict[str, Someone], Someone]:
    family = await town.janssens()
    (wim,) = await town.family(("Wim Post", date(1960, 5, 5)))
    await signal(town, "amina", family["noor"])
    await signal(town, "dirk", wim)
    return family, wim


async def leaves_hold(url: str) -> int:
    """Every leaf of the log, computed again from what is stored; how many."""
    async with sql(url) as database:
        rows = await database.fetch("select record, salt, leaf from access_log")
    for row in rows:
        assert leaf_of(row["salt"], row["record"].encode()) == row["leaf"]
    return len(rows)


async def verified(town: Town, url: str, notes: Path, *, restored: bool = False) -> Verified:
    """What `audit verify` finds once everything has its place; `restored`: once it was signed that a backup came back."""
    sequencer = Sequencer(url, KEY, made(notes))
    audit = Audit(url, [Signer(KEY).public], notes, now=datetime.now(UTC))
    try:
        if restored:
            await sequencer.restored(town.area)
        await sequencer.round()
        return await audit.verify("zuid", town.area)
    finally:
        await sequencer.close()
        await audit.close()


async def test_the_log_verifies_after_an_erasure_a_retention_a_rotation_and_a_restore(
    town: Town, database_url: str, scratch: str, tmp_path: Path
) -> None:
    family, wim = await families(town)
    notes = tmp_path / "notes"
    await granted(town, *family.values())
    signed = await verified(town, database_url, notes)
    assert signed.fault is None and signed.size > 0
    await dumps.back_up(town.database, database_url, tmp_path)
    await erase(town, family["noor"].household)
    async with town.database.within(town.area) as work:
        await destroy_keys(work, wim.household, [Compartment.GENERAL], Why.RETENTION)
    await rotate(town, Keys.DATA)
    went_on = await verified(town, database_url, notes)
    assert went_on.fault is None and went_on.size > signed.size
    await dumps.keep_list(town.database, tmp_path)
    async with restored(town, scratch, tmp_path) as (_, url, applied):
        assert applied == 2
        found = await verified(town, url, notes, restored=True)
        assert found.fault is None
        assert [(loss.kept, loss.size) for loss in found.losses] == [(signed.size, went_on.size)]


@pytest.mark.parametrize("keys_backed_up", ["before the erasure", "after the erasure"])
async def test_an_older_backup_rolled_forward_opens_nothing_of_who_was_erased_and_all_of_others(
    town: Town, database_url: str, scratch: str, tmp_path: Path, keys_backed_up: str
) -> None:
    family, wim = await families(town)
    home = family["noor"].household
    await granted(town, *family.values())
    before = await sealed_values(database_url)
    await dumps.back_up(town.database, database_url, tmp_path)
    done = await erase(town, home)
    (_, keys_backup) = await backups.there(town.database)
    assert done.openable_until == keys_backup.expires_at
    if keys_backed_up == "after the erasure":
        await dumps.back_up(town.database, database_url, tmp_path, ["keys"])
    else:
        await dumps.keep_list(town.database, tmp_path)
    async with restored(town, scratch, tmp_path) as (there, url, applied):
        assert applied == 1
        assert await sealed_values(url) == {k: v for k, v in before.items() if v[0] != home}
        assert await everywhere(url, KEYRING.bsn_index(family["els"].bsn)) == []
        async with sql(url) as database:
            assert (
                await database.fetchval(
                    "select count(*) from vault.household_keys where household_id = $1", home
                )
                == 0
            )
            assert await database.fetchval("select count(*) from promises where lapsed_as = 'erasure'") > 0
        assert await leaves_hold(url) > 0
        async with refused("not_found"):
            await see(there, "ibrahim", home)
        assert (await see(there, "dirk", wim.household)).persons[0].name.value == "Wim Post"
        await whole(there)
        assert await dumps.follow_erasures(there.database, tmp_path / dumps.ERASURES) == 0


@pytest.mark.prove
async def test_without_the_list_the_raw_backup_still_opens_which_is_why_it_has_a_date(
    town: Town, database_url: str, scratch: str, tmp_path: Path
) -> None:
    """So that the test above can fail: with keys from before and no list, the family would be back."""
    family, _ = await families(town)
    home = family["noor"].household
    await granted(town, *family.values())
    before = await sealed_values(database_url)
    await dumps.back_up(town.database, database_url, tmp_path)
    await erase(town, home)
    async with restored(town, scratch, tmp_path) as (_, url, applied):
        assert applied == 0 and await sealed_values(url) == before


async def test_until_erasures_are_applied_again_nobody_is_served(
    town: Town, database_url: str, scratch: str, tmp_path: Path
) -> None:
    family, _ = await families(town)
    await granted(town, *family.values())
    await dumps.back_up(town.database, database_url, tmp_path)
    await erase(town, family["noor"].household)
    lines = [line for area in (await reapplying.listed(town.database)).values() for line in area]
    async with restored(town, scratch, tmp_path) as (there, url, _):
        await reapplying.list_again(there.database, lines)
        assert await reapplying.erasures_waiting(there.database) == 1
        assert await reapplying.apply_again(there.database) == 1
        assert await reapplying.erasures_waiting(there.database) == 0
        assert all(home != family["noor"].household for home, _ in (await sealed_values(url)).values())


async def test_one_person_of_a_household_is_erased_again_and_the_others_are_not(
    town: Town, database_url: str, scratch: str, tmp_path: Path
) -> None:
    family, _ = await families(town)
    els = family["els"]
    await granted(town, els)
    await dumps.back_up(town.database, database_url, tmp_path)
    done = await erase(town, els.household)
    (data, _) = await backups.there(town.database)
    assert not done.whole and done.openable_until == data.expires_at
    await dumps.keep_list(town.database, tmp_path)
    async with restored(town, scratch, tmp_path) as (there, url, applied):
        assert applied == 1
        assert await sealed_values(url) == await sealed_values(database_url)
        shown = await see(there, "bram", els.household)
        assert {person.name.value for person in shown.persons} == {"Daan Janssen", "Noor Janssen"}


@pytest.mark.prove
async def test_a_backup_from_before_a_rotation_opens_with_the_newest_keys(
    town: Town, database_url: str, scratch: str, tmp_path: Path
) -> None:
    await families(town)
    before = await sealed_values(database_url)
    await dumps.back_up(town.database, database_url, tmp_path)
    await rotate(town, Keys.DATA)
    await dumps.back_up(town.database, database_url, tmp_path, ["keys"])
    async with restored(town, scratch, tmp_path) as (there, url, _):
        assert await sealed_values(url) == before
        # The restored data are under the older keys: these are in use again, until they are replaced again.
        (done,) = await rotate(there, Keys.DATA)
        assert done.unreadable == [] and await sealed_values(url) == before


@pytest.mark.prove
async def test_a_compartment_whose_term_is_over_stays_closed(
    town: Town, database_url: str, scratch: str, tmp_path: Path
) -> None:
    _, wim = await families(town)
    await dumps.back_up(town.database, database_url, tmp_path)
    async with town.database.within(town.area) as work:
        await destroy_keys(work, wim.household, [Compartment.GENERAL], Why.RETENTION)
    await dumps.keep_list(town.database, tmp_path)
    async with restored(town, scratch, tmp_path) as (_, url, applied):
        opened = await sealed_values(url)
        assert applied == 1
        closed = {key for key, (home, _) in opened.items() if home is None}
        assert {table for table, _, _ in closed} == {"signals"} and len(closed) == 1


async def test_a_backup_comes_only_into_an_empty_database(
    town: Town, database_url: str, tmp_path: Path
) -> None:
    await dumps.back_up(town.database, database_url, tmp_path)
    data, keys = (dumps.newest(tmp_path, kind) for kind in dumps.KINDS)
    with pytest.raises(MigrationError, match="empty"):
        await dumps.restore(town.database, database_url, data, keys, None)


async def test_dumps_are_private_and_go_on_their_day(town: Town, database_url: str, tmp_path: Path) -> None:
    made = await dumps.back_up(town.database, database_url, tmp_path)
    assert [path.stat().st_mode & 0o777 for path in made] == [0o600, 0o600]
    data, keys = await backups.there(town.database)
    assert data.expires_at - data.made_at > keys.expires_at - keys.made_at
    async with sql(database_url) as database:
        await database.execute("update vault.backups set expires_at = now() where kind = 'keys'")
    await dumps.remove_expired(town.database)
    assert [path.exists() for path in made] == [True, False]
    assert [one.kind for one in await backups.there(town.database)] == ["data"]


async def test_the_data_are_dumped_without_a_key_and_the_keys_without_data(
    town: Town, database_url: str, tmp_path: Path
) -> None:
    family, _ = await families(town)
    data, keys = await dumps.back_up(town.database, database_url, tmp_path)
    async with sql(database_url) as database:
        wrapped = await database.fetchval("select wrapped from vault.household_keys limit 1")
        name = await database.fetchval("select name_sealed from persons where id = $1", family["els"].id)
    assert (wrapped.hex() in _text(data), name.hex() in _text(data)) == (False, True)
    assert (wrapped.hex() in _text(keys), name.hex() in _text(keys)) == (True, False)


def _text(dump: Path) -> str:
    import subprocess

    from casecoord.embedded import chosen_binaries

    command = [str(chosen_binaries() / "pg_restore"), "--file=-", str(dump)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


async def test_terms_are_dated_and_keys_always_expire_sooner(town: Town, database_url: str) -> None:
    await backups.keep_for(town.database, Terms(20, 3))
    await backups.keep_for(town.database, Terms(20, 3))
    assert await backups.terms(town.database) == Terms(20, 3)
    async with sql(database_url) as database:
        assert await database.fetchval("select count(*) from vault.backup_terms") == 2
    with pytest.raises(Exception, match="keys_expire_sooner"):
        await backups.keep_for(town.database, Terms(3, 3))


async def test_the_list_keeps_a_line_that_the_database_lost(
    town: Town, database_url: str, tmp_path: Path
) -> None:
    family, _ = await families(town)
    await granted(town, *family.values())
    done = await erase(town, family["els"].household)
    await dumps.keep_list(town.database, tmp_path)
    async with sql(database_url) as database:
        await database.execute("delete from vault.erasures")
    await dumps.keep_list(town.database, tmp_path)
    (line,) = (tmp_path / dumps.ERASURES).read_text().splitlines()
    assert UUID(json.loads(line)["id"]) == done.id
