"""A backup that was put back is a signed event in the log: verification says what was lost, and nothing else passes."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from casecoord.storage.audit_notes import Loss
from casecoord.storage.checkpoints import Checkpoint, read
from casecoord.storage.sequencer import LogClosed
from tests.conftest import of_database
from tests.log.conftest import database_like
from tests.log.ground import BATCHES, SIZE, Log, of_copy


@pytest.fixture
async def back(server: str, grown: Log, tmp_path: Path) -> AsyncIterator[Log]:
    """A database as it was after five checkpoints, beside copies that know of three more."""
    backup = grown.url.rsplit("/", 1)[1]
    await grown.close()
    async with database_like(server, backup) as went_on:
        later = await of_copy(of_database(server, went_on), grown.folder)
        await later.grow(10, 20, 30)
        await later.close()
    restored = await of_copy(grown.url, grown.folder)
    yield restored
    await restored.close()


async def test_without_a_word_it_is_a_log_that_was_cut_off_and_is_not_gone_on_with(back: Log) -> None:
    assert await back.fault() == ("truncated", SIZE)
    await back.write(1)
    with pytest.raises(LogClosed, match="log_differs"):
        await back.sequencer().round()


async def test_said_it_goes_on_and_verification_tells_what_was_lost(back: Log) -> None:
    sequencer = back.sequencer()
    signed = await sequencer.restored(back.area)
    assert signed is not None and signed.restored is not None
    assert (signed.size, signed.restored.size) == (SIZE, SIZE + 60)
    found = await back.verify()
    assert found.fault is None and found.losses == [Loss(SIZE, SIZE + 60, signed.at)]
    await back.grow(5, 200, by=sequencer)
    found = await back.verify()
    assert (found.fault, found.size, len(found.losses)) == (None, SIZE + 205, 1)


async def test_said_the_older_history_still_cannot_be_bent(back: Log) -> None:
    sequencer = back.sequencer()
    await sequencer.restored(back.area)
    await back.grow(5, by=sequencer)
    ids = await back.ids()
    await back.do("delete from access_log where id = $1", ids[600])
    assert await back.fault() == ("deleted", 600)
    await back.do("delete from access_log where id = $1", ids[50])
    assert await back.fault() == ("deleted", 50)


async def test_a_restore_that_is_taken_out_again_shows(back: Log) -> None:
    sequencer = back.sequencer()
    await sequencer.restored(back.area)
    await back.do("delete from log_checkpoints where number > 5")
    assert await back.fault() == ("truncated", SIZE)
    back.rewrite(back.notes()[:-1])
    assert await back.fault() == ("truncated", SIZE)


async def test_a_restore_that_says_something_else_was_lost_is_a_fork(back: Log) -> None:
    sequencer = back.sequencer()
    signed = await sequencer.restored(back.area)
    assert signed is not None and signed.restored is not None
    notes = back.notes()
    back.rewrite([*notes[:-2], notes[-1]])
    assert await back.fault() == ("fork", SIZE)


async def test_it_can_happen_twice_and_to_the_very_beginning(back: Log) -> None:
    first = back.sequencer()
    await first.restored(back.area)
    await back.grow(7, by=first)
    await back.do("truncate log_positions, log_tiles, log_checkpoints")
    # However long this log has been there: what lost its place has not waited for one yet.
    await back.do("update access_log set arrived_at = clock_timestamp()")
    signed = await first.restored(back.area)
    assert isinstance(signed, Checkpoint) and (signed.number, signed.size) == (1, 0)
    assert (await back.verify()).fault is None
    assert await first.round() == SIZE + 7
    found = await back.verify()
    assert found.fault is None
    assert [(loss.kept, loss.size) for loss in found.losses] == [(SIZE, SIZE + 60), (0, SIZE + 7)]


async def test_a_sequencer_killed_between_the_event_and_its_copy_is_gone_on_from(back: Log) -> None:
    sequencer = back.sequencer()
    sequencer.append = lambda copies, note: None  # type: ignore[method-assign]
    await sequencer.restored(back.area)
    assert await back.fault() == ("fork", SIZE)
    await back.grow(2)
    assert (await back.verify()).fault is None


async def test_a_log_that_was_bent_cannot_be_called_restored(back: Log) -> None:
    """What the copies do not know is no backup of this log."""
    await back.do("update log_checkpoints set note = replace(note, 'time 2', 'time 3') where number = 5")
    with pytest.raises(LogClosed, match="log_differs"):
        await back.sequencer().restored(back.area)


async def test_without_copies_nothing_says_what_was_lost(back: Log) -> None:
    shutil.rmtree(back.folder / str(back.area))
    with pytest.raises(LogClosed, match="checkpoints_missing"):
        await back.sequencer().restored(back.area)


async def test_a_restore_by_which_nothing_was_lost(grown: Log) -> None:
    signed = await grown.sequencer().restored(grown.area)
    assert signed is not None and signed.number == len(BATCHES) + 1
    found = await grown.verify()
    assert found.fault is None and [(loss.kept, loss.size) for loss in found.losses] == [(SIZE, SIZE)]
    assert read(grown.notes()[-1] + "\n").restored is not None


async def test_an_empty_log_has_nothing_to_say(log: Log) -> None:
    assert await log.sequencer().restored(log.area) is None
    assert (await log.verify()).fault is None
    assert isinstance(log.connection, asyncpg.Connection)
