"""Rotations in processes of their own, each of which kills itself, as kill -9 does, at a step that it is told.

A step is a statement sent, a commit, or a new version of the master key. A process is forked for each, so that this
starts once. Each line of standard input is a step; answered is whether the rotation lived.
"""

import asyncio
import os
import signal
import sys
from pathlib import Path
from uuid import UUID

from casecoord.actions.rotating import carry_out, destroy_retired
from casecoord.storage.masters import FileMaster
from casecoord.storage.sealed import Keyring
from casecoord.storage.work import Database
from tests.statements import before_each
from tests.world import MASTER, MATCH


async def rotate(url: str, area: UUID, path: Path, last: int) -> None:
    """Dies at the step `last`."""
    steps = 0

    def step(*_: object) -> None:
        nonlocal steps
        steps += 1
        if steps == last:
            os.kill(os.getpid(), signal.SIGKILL)

    class Mortal(FileMaster):
        def add_version(self) -> int:
            step()
            made = super().add_version()
            step()
            return made

    database = Database(url, Keyring(Mortal({1: MASTER}, path), MATCH), pool_size=1)
    with before_each(database, step):
        async for done in carry_out(database, "zuid", area, lambda *_: None, 1):
            assert not done.left and not done.unreadable
        await destroy_retired(database, "zuid", area)
    await database.close()


def main(url: str, area: str, path: str) -> None:
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            asyncio.run(rotate(url, UUID(area), Path(path), int(line)))
            os._exit(0)
        _, status = os.waitpid(child, 0)
        code = os.waitstatus_to_exitcode(status)
        assert code in (0, -signal.SIGKILL), code
        sys.stdout.write(f"{int(code == 0)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
