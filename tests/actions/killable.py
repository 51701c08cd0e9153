"""Sweeps in processes of their own, each of which kills itself, as kill -9 does, at a step that it is told.

A step is a statement sent, or a commit. One process is forked for each database, so that this starts once.
"""

import asyncio
import os
import signal
import sys
from datetime import datetime

from casecoord.actions.clocks import sweep_areas
from casecoord.storage.work import Database
from tests.statements import before_each
from tests.world import KEYRING


async def sweep(url: str, now: str, last: int) -> int:
    """Dies at the step `last`; 0 lives through all of them, and says how many there were."""
    database = Database(url, KEYRING, clock=lambda: datetime.fromisoformat(now), pool_size=2)
    steps = 0

    def step(*_: object) -> None:
        nonlocal steps
        steps += 1
        if steps == last:
            os.kill(os.getpid(), signal.SIGKILL)

    with before_each(database, step):
        async for _ in sweep_areas(database):
            pass
    await database.close()
    return steps


def main(now: str, first: str, every: str, *urls: str) -> None:
    """A sweep for each database, which dies so many steps later than the one before."""
    for number, url in enumerate(urls):
        last = int(first) + number * int(every)
        child = os.fork()
        if child == 0:
            done = asyncio.run(sweep(url, now, last))
            sys.stdout.write(f"{done}\n")
            sys.stdout.flush()
            os._exit(0)
        _, status = os.waitpid(child, 0)
        assert os.waitstatus_to_exitcode(status) == (-signal.SIGKILL if last else 0), (last, status)


if __name__ == "__main__":
    main(*sys.argv[1:])
