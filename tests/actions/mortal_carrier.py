"""A carrier in a process of its own that kills itself, as kill -9 does, at the step that it is told."""

import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

from casecoord.actions import carrying
from casecoord.storage import parcels
from tests.two_servers import database_at

STEPS = ("claimed", "written there, not committed", "committed there", "noted here, not committed")

Step = Callable[..., Awaitable[Any]]


def dying_after(done: Step) -> Step:
    async def dies(*given: Any, **named: Any) -> Any:
        await done(*given, **named)
        os.kill(os.getpid(), signal.SIGKILL)

    return dies


async def nothing(*_: Any) -> None:
    """Before anything is written."""


async def main(url: str, home: str, now: str, step: str) -> None:
    match STEPS.index(step):
        case 0:
            carrying.hand_in = dying_after(nothing)
        case 1:
            carrying._take_offer = dying_after(carrying._take_offer)
            carrying.take_answer = dying_after(carrying.take_answer)
        case 2:
            carrying.hand_in = dying_after(carrying.hand_in)
        case 3:
            parcels.delivered = dying_after(parcels.delivered)
    database = database_at(url, lambda: datetime.fromisoformat(now), pool_size=2, home=home)
    await carrying.carry(database)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
