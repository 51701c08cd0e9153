"""A sequencer in a process of its own that kills itself, as kill -9 does, at the step that it is told."""

import asyncio
import os
import signal
import sys
from pathlib import Path
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from casecoord.storage import checkpoints
from casecoord.storage.checkpoints import Checkpoint, Copies
from casecoord.storage.sequencer import Sequencer, Standing
from tests.log.ground import KEY

STEPS = (
    "nothing done",
    "positions given",
    "tiles written",
    "checkpoint signed, not committed",
    "committed",
    "half a copy written",
    "copy written",
)


class Mortal(Sequencer):
    """Dies at `step`; lives through all of them if it is none."""

    step: str = ""

    def dies_at(self, step: str) -> None:
        if step == self.step:
            os.kill(os.getpid(), signal.SIGKILL)

    async def standing(self, connection: AsyncConnection, area: UUID) -> Standing | None:
        self.dies_at("nothing done")
        return await super().standing(connection, area)

    async def write_tiles(
        self, connection: AsyncConnection, area: UUID, tiles: dict[tuple[int, int], bytes]
    ) -> None:
        self.dies_at("positions given")
        await super().write_tiles(connection, area, tiles)
        self.dies_at("tiles written")

    async def sign(self, connection: AsyncConnection, checkpoint: Checkpoint, seen: str | None) -> None:
        await super().sign(connection, checkpoint, seen)
        self.dies_at("checkpoint signed, not committed")

    def append(self, copies: Copies, note: str) -> None:
        self.dies_at("committed")
        if self.step == "half a copy written":
            copies.append(note[: len(note) // 2], checkpoints.read(note).at)
            cut(copies, len(checkpoints.BETWEEN))
            self.dies_at("half a copy written")
        super().append(copies, note)
        self.dies_at("copy written")


def cut(copies: Copies, tail: int) -> None:
    """As a crash leaves the end of a file: without its last bytes."""
    path = copies._files()[-1]
    os.truncate(path, path.stat().st_size - tail)


async def main(url: str, folder: str, step: str) -> None:
    sequencer = Mortal(url, KEY, Path(folder), batch=40)
    sequencer.step = step
    await sequencer.round()
    await sequencer.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
