"""`casecoord sequencer`: gives the access log's entries their places, and signs how it stands."""

import asyncio
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from casecoord.actions.delivering import wait_for
from casecoord.commands.context import AsJson, CommandError, answer, settings
from casecoord.settings import Settings
from casecoord.storage.sequencer import LogClosed, Sequencer

#: How often to look: the log is behind by about that.
EVERY_SECONDS = 0.3
#: How often to look again while the log cannot be gone on in.
CLOSED_SECONDS = 2.0

#: What each code means and what to do. Nothing of the log's content is in them.
CLOSED = {
    "checkpoint_key_missing": "CASECOORD_CHECKPOINT_KEY is not set: make one with openssl rand -base64 32, and keep it",
    "checkpoint_directory_missing": "CASECOORD_CHECKPOINTS is not set: name a folder outside the database for copies",
    "checkpoint_directory_unwritable": "the folder for copies of checkpoints is not there, full or not open to this"
    " user: mend CASECOORD_CHECKPOINTS",
    "checkpoints_missing": "copies of earlier checkpoints are missing outside the database: bring the folder back",
    "log_differs": "the database is not where the copies of its checkpoints are: casecoord audit verify says since"
    " when; after a restore of a backup, say so with casecoord audit restored",
    "log_tree_broken": "the tree in the database is not the one that was signed: casecoord audit verify says where",
    "log_locked": "somebody holds the access log locked; entries wait",
    "log_full": "the database's disk is full; entries wait",
    "log_missing": "a table of the access log is gone: bring back a backup",
    "log_closed": "this login may not order the access log: grant it casecoord_sequencer",
    "database_unavailable": "the database does not answer; entries wait",
}


def register(app: typer.Typer) -> None:
    app.command()(sequencer)


def sequencer(
    once: Annotated[bool, typer.Option("--once", help="What waits now; otherwise until stopped.")] = False,
    as_json: AsJson = False,
) -> None:
    """Put what was looked at and done in its place in the log's tree, and sign it. Safe in several processes."""
    with settings() as chosen, closed_in_words():
        if once:
            placed = asyncio.run(_once(chosen))
            answer({"placed": placed}, as_json, lambda: f"{placed} entries got their place")
        else:
            asyncio.run(_until_stopped(chosen))


@contextmanager
def closed_in_words() -> Iterator[None]:
    """A log that cannot be gone on in is one line with its code."""
    try:
        yield
    except LogClosed as closed:
        raise CommandError(in_words(closed)) from None


def in_words(closed: LogClosed) -> str:
    return f"{closed.code}: {CLOSED[closed.code]}"


def sequencer_of(chosen: Settings) -> Sequencer:
    """Raises LogClosed where the settings name no key or no folder for it."""
    if chosen.checkpoint_key is None:
        raise LogClosed("checkpoint_key_missing")
    if chosen.checkpoints is None:
        raise LogClosed("checkpoint_directory_missing")
    return Sequencer(chosen.database_url_sequencer, chosen.checkpoint_key, chosen.checkpoints)


async def _once(chosen: Settings) -> int:
    placed = 0
    for part in chosen.apart().values():
        one = sequencer_of(part)
        try:
            placed += await one.round()
        finally:
            await one.close()
    return placed


async def _until_stopped(chosen: Settings) -> None:
    stop = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    await sequence_on(chosen, stop)


async def sequence_on(chosen: Settings, stop: asyncio.Event) -> None:
    """Rounds in each database until told to stop, and a last one then."""
    await asyncio.gather(*(_sequence(part, stop) for part in chosen.apart().values()))


async def _sequence(chosen: Settings, stop: asyncio.Event) -> None:
    """What closes the log is said once and waited for."""
    one, said = sequencer_of(chosen), ""
    try:
        while True:
            last = stop.is_set()
            try:
                await one.round()
                said, pause = "", EVERY_SECONDS
            except LogClosed as closed:
                if closed.code != said:
                    sys.stderr.write(f"casecoord sequencer: {in_words(closed)}\n")
                    sys.stderr.flush()
                said, pause = closed.code, CLOSED_SECONDS
            if last:
                return
            await wait_for(stop, stop, pause)
    finally:
        await one.close()


@contextmanager
def sequencing(chosen: Settings) -> Iterator[None]:
    """A sequencer beside whatever the block does, in a thread with a loop of its own."""
    loop = asyncio.new_event_loop()
    stop = asyncio.Event()
    thread = threading.Thread(
        target=lambda: loop.run_until_complete(sequence_on(chosen, stop)), name="sequencer", daemon=True
    )
    thread.start()
    try:
        yield
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(10)
