"""Whoever bends the log, with every right over the database, is found, and where."""

import os
import shutil
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import asyncpg
import pytest

from casecoord.storage.access_log import leaf_of, whose_of
from casecoord.storage.checkpoints import Signer, read
from tests.log.ground import BATCHES, ENTRIES, KEY, SIZE, Log


async def replace(log: Log, table: str, position: int, value: bytes) -> None:
    """Another hash into a tile of the leaves."""
    await log.do(
        "update log_tiles set hashes = overlay(hashes placing $3 from $2 + 1) where area_id = $1 and level = 0 and tile = $4",
        log.area, position % 256 * 32, value, position // 256,
    )  # fmt: skip


async def sworn(log: Log, **beside: object) -> UUID:
    """The id of an entry that swears to who stands beside it, as the application writes them."""
    beside = {"household": None, "professional": None, "resident": None, "subjects": [], **beside}
    salt = os.urandom(16)
    record = f'{{"event":"joint_case","whose":"{whose_of(salt, *beside.values())}"}}'
    return await log.connection.fetchval(
        "insert into access_log (area_id, id, at, trace_id, household, professional_id, resident, subjects, record,"
        " salt, leaf) values ($1, gen_random_uuid(), now(), '0', $2, $3, $4, $5, $6, $7, $8) returning id",
        log.area, *beside.values(), record, salt, leaf_of(salt, record.encode()),
    )  # fmt: skip


async def without_guards(log: Log) -> None:
    await log.do("set session_replication_role = replica")


async def test_a_log_that_nobody_touched_holds(grown: Log) -> None:
    found = await grown.verify()
    assert (found.fault, found.size, found.checkpoints, found.waiting) == (None, SIZE, len(BATCHES), 0)
    assert found.losses == [] and found.expired == 0


@pytest.mark.parametrize("position", [0, 1, 255, 256, 257, SIZE - 1])
async def test_an_edited_entry(grown: Log, position: int) -> None:
    one = (await grown.ids())[position]
    await grown.do("update access_log set record = record || ' ' where id = $1", one)
    assert await grown.fault() == ("edited", position)


@pytest.mark.parametrize("position", [0, 300, SIZE - 1])
async def test_an_edited_entry_with_its_leaf_made_anew(grown: Log, position: int) -> None:
    one = (await grown.ids())[position]
    await grown.do("update access_log set record = 'nothing happened' where id = $1", one)
    await grown.do(
        "update access_log set leaf = sha256('\\x00'::bytea || salt || convert_to(record, 'utf8')) where id = $1",
        one,
    )
    assert await grown.fault() == ("edited", position)


async def test_an_edited_entry_with_leaf_and_tile_made_anew(grown: Log) -> None:
    one = (await grown.ids())[258]
    await without_guards(grown)
    leaf = await grown.connection.fetchval(
        "update access_log set record = 'x', leaf = sha256('\\x00'::bytea || salt || 'x') where id = $1 returning leaf",
        one,
    )
    await replace(grown, "log_tiles", 258, leaf)
    assert await grown.fault() == ("root", 257)


@pytest.mark.parametrize(
    "bent",
    [
        "household = gen_random_uuid()",
        "household = null",
        "household = subjects[1], subjects = array[household]",
        "subjects = '{}'",
        "subjects = array[subjects[2], subjects[1]]",
        "subjects = subjects || gen_random_uuid()",
        "professional_id = gen_random_uuid()",
        "professional_id = null, resident = professional_id",
    ],
)
async def test_an_entry_that_was_laid_at_somebody_elses_door(log: Log, bent: str) -> None:
    """Their pseudonyms are nobody's any more, as after an erasure: what an entry swears to holds all the same."""
    by_amina = await sworn(log, household=uuid4(), professional=uuid4(), subjects=[uuid4(), uuid4()])
    await sworn(log, household=uuid4(), resident=uuid4())
    await sworn(log)
    await log.sequencer().round()
    assert await log.fault() is None
    await log.do(f"update access_log set {bent} where id = $1", by_amina)
    assert await log.fault() == ("moved", (await log.ids()).index(by_amina))


async def test_a_residents_own_look_is_nobody_elses(log: Log) -> None:
    await log.grow(300)
    one = await sworn(log, household=uuid4(), resident=uuid4())
    await log.sequencer().round()
    for bent in ("resident = gen_random_uuid()", "resident = null", "household = null"):
        await log.do(f"update access_log set {bent} where id = $1", one)
        assert await log.fault() == ("moved", 300)


async def test_with_its_words_an_entry_loses_whose_it_was(log: Log) -> None:
    """As when its term is over: nothing is left to compare, and nothing that could be somebody's."""
    await sworn(log, household=uuid4(), professional=uuid4(), subjects=[uuid4()])
    await log.sequencer().round()
    await log.do(
        "update access_log set record = null, salt = null, household = null, professional_id = null, subjects = '{}'"
    )
    assert await log.fault() == ("expired_early", 0)
    assert await log.fault(now=datetime.now(UTC) + timedelta(days=6 * 366)) is None


@pytest.mark.parametrize("position", [0, 256, SIZE - 1])
async def test_a_deleted_entry(grown: Log, position: int) -> None:
    one = (await grown.ids())[position]
    await grown.do("delete from access_log where id = $1", one)
    assert await grown.fault() == ("deleted", position)
    await grown.do("delete from log_positions where entry_id = $1", one)
    assert await grown.fault() == ("deleted", position)


async def test_a_deleted_entry_whose_gap_was_closed(grown: Log) -> None:
    one = (await grown.ids())[100]
    await grown.do("delete from access_log where id = $1", one)
    await grown.do("delete from log_positions where entry_id = $1", one)
    await shift(grown, 100, -1)
    assert await grown.fault() == ("deleted", 100)


async def shift(log: Log, since: int, by: int) -> None:
    await log.do("update log_positions set position = position + 1000000 where position >= $1", since)
    await log.do("update log_positions set position = position - 1000000 + $1 where position >= 1000000", by)


async def test_an_inserted_entry(grown: Log) -> None:
    await shift(grown, 300, 1)
    await grown.write(1)
    await grown.do(
        "insert into log_positions select area_id, 300, id from access_log a"
        " where not exists (select from log_positions p where p.entry_id = a.id)"
    )
    assert await grown.fault() == ("inserted", 300)


async def test_an_entry_that_took_a_place_nobody_signed(grown: Log) -> None:
    await grown.write(1)
    await grown.do(
        "insert into log_positions select area_id, $1, id from access_log a"
        " where not exists (select from log_positions p where p.entry_id = a.id)",
        SIZE,
    )
    assert await grown.fault() == ("unsigned", SIZE)


@pytest.mark.parametrize(("one", "other"), [(0, 1), (10, 599), (256, 257)])
async def test_two_entries_that_changed_places(grown: Log, one: int, other: int) -> None:
    ids = await grown.ids()
    await grown.do("update log_positions set entry_id = gen_random_uuid() where position = $1", one)
    await grown.do("update log_positions set entry_id = $2 where position = $1", other, ids[one])
    await grown.do("update log_positions set entry_id = $2 where position = $1", one, ids[other])
    assert await grown.fault() == ("reordered", one)


async def cut_off(log: Log, checkpoints: int) -> int:
    """As if the last checkpoints and all under them had never been; the size that is left."""
    size = await log.connection.fetchval(
        "select coalesce(max(size), 0) from log_checkpoints where number <= $1", checkpoints
    )
    await without_guards(log)
    await log.do(
        "delete from access_log where id in (select entry_id from log_positions where position >= $1)", size
    )
    await log.do("delete from log_positions where position >= $1", size)
    await log.do("delete from log_checkpoints where number > $1", checkpoints)
    for level in (0, 1):
        held = size // 256**level
        await log.do("delete from log_tiles where level = $1 and tile * 256 >= $2", level, held)
        await log.do(
            "update log_tiles set hashes = substring(hashes for $3) where level = $1 and tile = $2",
            level, held // 256, held % 256 * 32,
        ) if held % 256 else None  # fmt: skip
    return size


@pytest.mark.parametrize("checkpoints", [4, 3, 2, 1, 0])
async def test_a_log_that_was_cut_off(grown: Log, checkpoints: int) -> None:
    size = await cut_off(grown, checkpoints)
    assert await grown.fault() == ("truncated", size)


async def test_a_log_that_was_emptied(grown: Log) -> None:
    await grown.do("truncate access_log, log_positions, log_tiles, log_checkpoints")
    assert await grown.fault() == ("truncated", 0)


async def test_a_checkpoint_that_is_gone(grown: Log) -> None:
    await grown.do("delete from log_checkpoints where number = 3")
    assert await grown.fault() == ("checkpoint_missing", 256)


async def test_two_checkpoints_that_changed_places(grown: Log) -> None:
    await grown.do(
        "update log_checkpoints c set note = o.note from log_checkpoints o"
        " where (c.number, o.number) in ((3, 4), (4, 3))"
    )
    assert await grown.fault() == ("checkpoint_swapped", 256)


async def test_a_checkpoint_that_was_written_anew(grown: Log) -> None:
    await grown.do("update log_checkpoints set note = replace(note, 'time 2', 'time 3') where number = 2")
    assert await grown.fault() == ("signature", 1)
    await grown.do("update log_checkpoints set note = 'x' where number = 2")
    assert await grown.fault() == ("signature", 1)


async def test_a_checkpoint_of_somebody_elses_key(grown: Log) -> None:
    note = await grown.connection.fetchval("select note from log_checkpoints where number = 4")
    await grown.do(
        "update log_checkpoints set note = $1 where number = 4", Signer(b"z" * 32).sign(read(note))
    )
    assert await grown.fault() == ("signature", 257)


@pytest.mark.parametrize("position", [0, 255, 256, SIZE - 1])
async def test_a_tile_that_was_changed(grown: Log, position: int) -> None:
    await without_guards(grown)
    await replace(grown, "log_tiles", position, b"\x01" * 32)
    assert await grown.fault() == ("tile", position)


async def test_a_tile_above_the_leaves_that_was_changed(grown: Log) -> None:
    await without_guards(grown)
    await grown.do(
        "update log_tiles set hashes = overlay(hashes placing $1 from 33) where level = 1", b"\x01" * 32
    )
    assert await grown.fault() == ("tile", 256)


@pytest.mark.parametrize(
    "change", ["delete from log_tiles where level = 0 and tile = 1", "delete from log_tiles where level = 1"]
)
async def test_a_tile_that_is_gone(grown: Log, change: str) -> None:
    await grown.do(change)
    assert await grown.fault() == ("tile", 256 if "level = 0" in change else 0)


@pytest.mark.parametrize(
    "change",
    [
        "insert into log_tiles select area_id, 2, 0, substring(hashes for 32) from log_tiles where level = 1",
        "update log_tiles set hashes = hashes || sha256('') where level = 0 and tile = 2",
        "update log_tiles set hashes = hashes || sha256('') where level = 1",
    ],
    ids=["of a new level", "of the leaves", "above them"],
)
async def test_a_tile_that_has_too_much(grown: Log, change: str) -> None:
    await grown.do(change)
    assert await grown.fault() == ("tile", SIZE)


async def test_a_tile_keeps_what_it_has_even_from_the_sequencer(grown: Log) -> None:
    with pytest.raises(asyncpg.CheckViolationError) as refused:
        await replace(grown, "log_tiles", SIZE - 1, b"\x01" * 32)
    assert refused.value.constraint_name == "log_tiles_grow"


@pytest.mark.parametrize("checkpoints", [4, 2, 0])
async def test_two_histories_both_signed(grown: Log, checkpoints: int) -> None:
    """Somebody with the key writes the log anew from some moment on, in perfect order."""
    size = await cut_off(grown, checkpoints)
    elsewhere = grown.folder.parent / "elsewhere"
    shutil.copytree(grown.folder, elsewhere)
    (copy,) = (elsewhere / str(grown.area)).glob("*.notes")
    copy.write_text("".join(note + "\n\n\n" for note in grown.notes()[:checkpoints]))
    forger = grown.sequencer()
    forger.folder = elsewhere
    await grown.grow(3, SIZE, by=forger)
    assert await grown.fault(folder=elsewhere) is None
    assert await grown.fault() == ("fork", size)


async def test_two_histories_in_the_copies_alone(grown: Log) -> None:
    first = read(grown.notes()[1] + "\n")
    other = Signer(KEY).sign(type(first)(first.area, 2, 100, first.root, first.at))
    grown.rewrite([*grown.notes(), other[:-1]])
    assert await grown.fault() == ("fork", 1)


async def test_copies_that_were_written_anew(grown: Log) -> None:
    notes = grown.notes()
    grown.rewrite([*notes[:2], notes[2].replace("time 2", "time 3"), *notes[3:]])
    assert await grown.fault() == ("copy_changed", 256)
    grown.rewrite([*notes[:2], Signer(b"z" * 32).sign(read(notes[2] + "\n"))[:-1], *notes[3:]])
    assert await grown.fault() == ("copy_changed", 256)


@pytest.mark.parametrize("number", [1, 3])
async def test_copies_that_are_gone(grown: Log, number: int) -> None:
    notes = grown.notes()
    grown.rewrite([*notes[: number - 1], *notes[number:]])
    assert await grown.fault() == ("copy_missing", sum(BATCHES[: number - 1]))
    shutil.rmtree(grown.folder / str(grown.area))
    old = datetime.now(UTC) - timedelta(hours=1)
    await grown.do("delete from log_checkpoints where number > 1")
    await grown.do("update log_checkpoints set at = $1, note = $2", old, await of_then(grown, old))
    assert await grown.fault() == ("copy_missing", 0)


async def of_then(log: Log, at: datetime) -> str:
    one = read(await log.connection.fetchval("select note from log_checkpoints where number = 1"))
    return Signer(KEY).sign(type(one)(one.area, one.number, one.size, one.root, at))


async def test_of_two_faults_the_first_is_told(grown: Log) -> None:
    ids = await grown.ids()
    await grown.do("update access_log set record = 'x' where id = any($1)", [ids[400], ids[20]])
    await grown.do("delete from log_checkpoints where number = 4")
    assert await grown.fault() == ("edited", 20)
    await grown.do("delete from log_checkpoints where number = 1")
    assert await grown.fault() == ("checkpoint_missing", 0)


async def test_an_entry_that_waits_too_long(grown: Log) -> None:
    await grown.write(2)
    assert await grown.fault() is None
    for moment in ("now() - interval '6 minutes'", "now() + interval '6 minutes'"):
        await grown.do(
            f"update access_log a set arrived_at = {moment}"
            " where not exists (select from log_positions p where p.entry_id = a.id)"
        )
        assert await grown.fault() == ("waiting", SIZE)
    assert (await grown.verify()).waiting == 2


async def test_words_may_go_after_their_term_and_not_before(log: Log) -> None:
    """Judged by when the entry was signed: what an entry says of itself could be written anew."""
    then = datetime(2028, 2, 29, tzinfo=UTC)
    await log.grow(3, by=log.sequencer(clock=lambda: then))
    await log.grow(3, by=log.sequencer(clock=lambda: then + timedelta(days=400)))
    ids = await log.ids()
    await log.do("update access_log set record = null, salt = null where id = $1", ids[1])
    assert await log.fault(now=datetime(2033, 2, 20, tzinfo=UTC)) == ("expired_early", 1)
    over = await log.verify(now=datetime(2033, 3, 1, tzinfo=UTC))
    assert over.fault is None and over.expired == 1
    await log.do("update access_log set record = null, salt = null, at = '2001-01-01' where id = $1", ids[4])
    assert await log.fault(now=datetime(2033, 3, 1, tzinfo=UTC)) == ("expired_early", 4)
    await log.do("update access_log set leaf = sha256('') where id = $1", ids[1])
    assert await log.fault(now=datetime(2040, 1, 1, tzinfo=UTC)) == ("edited", 1)


async def test_the_term_can_be_another(log: Log) -> None:
    await log.grow(2)
    await log.do("update access_log set record = null, salt = null")
    soon = datetime.now(UTC) + timedelta(days=40)
    assert await log.fault(now=soon) == ("expired_early", 0)
    assert await log.fault(now=soon, term_ends=lambda at: at + timedelta(days=30)) is None


async def test_an_area_is_not_verified_by_anothers_checkpoints(grown: Log) -> None:
    other = await grown.connection.fetchval(
        "insert into areas (id, code, name) values (gen_random_uuid(), 'noord', 'noord') returning id"
    )
    await grown.do(ENTRIES, other, 1)
    await grown.sequencer().round()
    await grown.do(
        "update log_checkpoints c set note = o.note from log_checkpoints o where c.area_id = $1 and c.number = 1"
        " and o.area_id = $2 and o.number = 1",
        grown.area, other,
    )  # fmt: skip
    assert await grown.fault() == ("checkpoint_swapped", 0)
