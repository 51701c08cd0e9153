"""Every entry gets one place, once, whatever happens to whoever gives it; and where that cannot be, nothing is done."""

import asyncio
import os
import shutil
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from signal import SIGKILL
from typing import Any

import asyncpg
import pytest

from casecoord.storage.connection import APP_ROLE, SEQUENCER_ROLE
from casecoord.storage.sequencer import LogClosed
from tests.log.ground import SIZE, Log
from tests.log.killable import STEPS


async def in_process(log: Log, step: str = "") -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.log.killable", log.url, str(log.folder), step,
        stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip


async def everything_has_one_place(log: Log, entries: int) -> None:
    found = await log.verify()
    assert (found.fault, found.size, found.waiting) == (None, entries, 0)
    assert len(set(await log.ids())) == entries
    assert len(log.notes()) >= found.checkpoints


async def test_entries_get_their_places_in_the_order_of_their_arrival(log: Log) -> None:
    await log.grow(3, 1, 2)
    arrived = await log.connection.fetch("select id from access_log order by txid, id")
    assert await log.ids() == [row[0] for row in arrived]
    await everything_has_one_place(log, 6)


async def test_a_second_look_changes_nothing(log: Log) -> None:
    sequencer = await log.grow(5)
    assert await sequencer.round() == await log.sequencer().round() == 0
    assert len(log.notes()) == 1


async def test_what_was_still_running_gets_its_place_later(log: Log) -> None:
    """An entry of a transaction that began first and ends last stands behind those that came meanwhile."""
    slow = await asyncpg.connect(log.url)
    try:
        late = slow.transaction()
        await late.start()
        await log.write(2, slow)
        sequencer = await log.grow(3)
        await log.grow(1, by=sequencer)
        await late.commit()
        assert await sequencer.round() == 2
    finally:
        await slow.close()
    assert (await log.ids())[4:] == [
        row[0] for row in await log.connection.fetch("select id from access_log order by txid, id limit 2")
    ]
    await everything_has_one_place(log, 6)


async def test_more_than_one_transaction_can_take_is_taken_in_several(log: Log) -> None:
    sequencer = log.sequencer(batch=100)
    await log.write(350)
    assert await sequencer.round() == 350
    await log.write(100)
    assert await sequencer.round() == 100
    assert [row[0] for row in await log.connection.fetch("select size from log_checkpoints order by number")] == [
        100, 200, 300, 350, 450,
    ]  # fmt: skip
    await everything_has_one_place(log, 450)


async def test_entries_of_another_servers_transactions_get_their_places(log: Log) -> None:
    """A dump that was read in elsewhere keeps transaction numbers that mean nothing there."""
    sequencer = await log.grow(3)
    await log.write(2)
    await log.do(
        "update access_log set txid = '9000000000000000000' where txid = (select max(txid) from access_log)"
    )
    await log.do(
        "update access_log set txid = '8000000000000000000' where txid = (select min(txid) from access_log)"
    )
    await log.write(1)
    assert await sequencer.round() == 1
    assert await log.sequencer().round() == 2
    await log.grow(4, by=sequencer)
    await everything_has_one_place(log, 10)


@pytest.mark.parametrize("step", STEPS)
async def test_a_sequencer_killed_at_any_step_is_gone_on_from(log: Log, step: str) -> None:
    await log.grow(3)
    await log.write(100)
    process = await in_process(log, step)
    _, said = await process.communicate()
    assert process.returncode == -SIGKILL, said.decode()
    await log.write(4)
    await log.sequencer(batch=40).round()
    await everything_has_one_place(log, 107)


async def test_sequencers_killed_one_after_the_other_while_entries_come(log: Log) -> None:
    written = 0
    for step in STEPS:
        process = await in_process(log, step)
        for _ in range(5):
            await log.write(7)
            written += 7
        await process.communicate()
    await log.sequencer().round()
    await everything_has_one_place(log, written)


async def test_several_sequencers_at_once_while_many_write(log: Log) -> None:
    """Connections that write, some of them slowly, against four sequencers; no entry twice, none left."""
    writers = [await asyncpg.connect(log.url) for _ in range(6)]
    sequencers = [log.sequencer(batch=50) for _ in range(4)]
    over = asyncio.Event()

    async def write(number: int, connection: asyncpg.Connection) -> None:
        for turn in range(12):
            async with connection.transaction():
                await log.write(3, connection)
                if (number + turn) % 3 == 0:
                    await connection.execute("select pg_sleep(0.01)")
                await log.write(2, connection)

    async def order(one: Any) -> None:
        while not over.is_set():
            await one.round()
            await asyncio.sleep(0)

    ordering = [asyncio.create_task(order(one)) for one in sequencers]
    await asyncio.gather(*(write(*each) for each in enumerate(writers)))
    over.set()
    await asyncio.gather(*ordering)
    await log.sequencer().round()
    for connection in writers:
        await connection.close()
    await everything_has_one_place(log, 6 * 12 * 5)


@asynccontextmanager
async def closed(log: Log, code: str) -> AsyncIterator[None]:
    """While the block's fault lasts nothing changes, and the code says why; afterwards all is caught up with."""
    sequencer = await log.grow(3)
    await log.write(2)
    yield
    before = await log.connection.fetch("select number, note from log_checkpoints")
    with pytest.raises(LogClosed) as refused:
        await sequencer.round()
    assert refused.value.code == code and str(refused.value) == code
    assert refused.value.__cause__ is None and refused.value.__suppress_context__
    assert await log.connection.fetch("select number, note from log_checkpoints") == before


async def caught_up(log: Log) -> None:
    assert await log.sequencers[0].round() == 2
    await everything_has_one_place(log, 5)


async def test_a_table_that_somebody_holds_locked(log: Log) -> None:
    other = await asyncpg.connect(log.url)
    async with closed(log, "log_locked"):
        holding = other.transaction()
        await holding.start()
        await other.execute("lock table access_log in access exclusive mode")
    await holding.rollback()
    await other.close()
    await caught_up(log)


async def test_a_disk_that_is_full(log: Log) -> None:
    async with closed(log, "log_full"):
        await log.do(
            "create function full_up() returns trigger language plpgsql as"
            " $$ begin raise exception using errcode = '53100'; end $$"
        )
        await log.do("create trigger full_up before insert on log_positions execute function full_up()")
    await log.do("drop trigger full_up on log_positions")
    await caught_up(log)


async def test_a_table_that_is_gone(log: Log) -> None:
    async with closed(log, "log_missing"):
        await log.do("alter table access_log rename to access_log_gone")
    await log.do("alter table access_log_gone rename to access_log")
    await caught_up(log)


async def test_rights_that_were_taken(log: Log) -> None:
    async with closed(log, "log_closed"):
        await log.do(f"revoke select on access_log from {SEQUENCER_ROLE}")
    await log.do(f"grant select on access_log to {SEQUENCER_ROLE}")
    await caught_up(log)


async def test_a_folder_for_copies_that_is_gone(log: Log) -> None:
    async with closed(log, "checkpoint_directory_unwritable"):
        log.folder.rename(log.folder.with_name("away"))
    log.folder.with_name("away").rename(log.folder)
    await caught_up(log)


async def test_a_folder_for_copies_that_takes_nothing(log: Log) -> None:
    """As root no mode of a folder refuses anything, so a file stands where the area's folder should."""
    own = log.folder / str(log.area)
    async with closed(log, "checkpoint_directory_unwritable"):
        own.rename(log.folder / "away")
        own.write_text("")
    own.unlink()
    (log.folder / "away").rename(own)
    await caught_up(log)


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is closed to root")
async def test_a_folder_for_copies_that_is_closed(log: Log) -> None:
    async with closed(log, "checkpoint_directory_unwritable"):
        log.copies.chmod(0o400)
    log.copies.chmod(0o600)
    await caught_up(log)


async def test_a_tree_that_was_bent_is_not_gone_on_with(log: Log) -> None:
    async with closed(log, "log_tree_broken"):
        await log.do("set session_replication_role = replica")
        tile = await log.connection.fetchval("select hashes from log_tiles")
        await log.do("update log_tiles set hashes = $1", tile[:64] + b"x" * 32)
    await log.do("update log_tiles set hashes = $1", tile)
    await caught_up(log)


async def test_copies_that_are_gone_are_not_made_anew_from_the_database(grown: Log) -> None:
    shutil.rmtree(grown.folder / str(grown.area))
    await grown.write(1)
    with pytest.raises(LogClosed, match="checkpoints_missing"):
        await grown.sequencer().round()


async def test_a_database_that_went_back_is_not_gone_on_with(grown: Log) -> None:
    await grown.do("delete from log_checkpoints where number = 5")
    await grown.write(1)
    with pytest.raises(LogClosed, match="log_differs"):
        await grown.sequencer().round()


async def test_the_sequencer_may_write_the_tree_and_change_nothing(grown: Log) -> None:
    connection = await asyncpg.connect(grown.url, server_settings={"role": SEQUENCER_ROLE})
    refused = [
        "insert into access_log select * from access_log",
        "update access_log set record = ''",
        "delete from access_log",
        "update log_positions set position = position",
        "delete from log_positions",
        "update log_checkpoints set note = note",
        "delete from log_checkpoints",
        "delete from log_tiles",
        "update log_tiles set tile = tile",
        "truncate log_tiles",
        "select from households",
    ]
    for statement in refused:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(statement)
    await connection.close()


async def test_the_application_reads_the_tree_of_its_area_and_writes_none(grown: Log) -> None:
    connection = await asyncpg.connect(grown.url, server_settings={"role": APP_ROLE})
    for table in ("log_positions", "log_tiles", "log_checkpoints"):
        assert await connection.fetch(f"select from {table}") == []
        for statement in (f"delete from {table}", f"insert into {table} select * from {table}"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(statement)
    await connection.execute(f"set casecoord.area = '{grown.area}'")
    assert await connection.fetchval("select count(*) from log_positions") == SIZE
    await connection.close()


async def test_what_waits_is_counted_across_areas_and_by_nobody_else(log: Log) -> None:
    connection = await asyncpg.connect(log.url, server_settings={"role": APP_ROLE})
    count = "select entries from casecoord_log_waiting()"
    assert await connection.fetchval(count) == 0
    await log.write(4)
    assert await connection.fetchval(count) == 4
    sequencer = log.sequencer()
    await sequencer.round()
    assert await connection.fetchval(count) == 0
    await log.write(1)
    assert await connection.fetchval(count) == 1
    await connection.close()


async def test_copies_go_on_in_the_file_of_their_month(log: Log, tmp_path: Path) -> None:
    """A clock that is set back over a month's end keeps to the newest file, so that the order stays."""
    sequencer = await log.grow(1)
    log.copies.rename(log.copies.with_name("9999-01.notes"))
    await log.grow(1, 1, by=sequencer)
    assert len(log.notes()) == 3
    await everything_has_one_place(log, 3)
