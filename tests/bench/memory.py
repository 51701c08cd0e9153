"""What a web process holds after many mixed requests, and whether it goes on to hold more."""

import asyncio
import os
from dataclasses import replace
from itertools import count
from pathlib import Path

from tests.bench.asking import asked, signal, views, worklists
from tests.bench.ground import Ground, server
from tests.bench.http import Client
from tests.bench.measure import Result, against, say
from tests.doors import free_port

REQUESTS = int(os.environ.get("CASECOORD_BENCH_REQUESTS", "100000"))
CLIENTS = 32
#: After so many everything that is kept for good is there.
WARM = 10_000


async def memory(laid: Ground) -> list[Result]:
    """Six views, three worklists and a signal of each ten requests, to one server process."""
    with server(laid.database_url, laid.provider, free_port()) as (url, process):
        there, numbers = replace(laid, url=url), count()
        every_view = [asked(there, "jointCase", one) for one in views(there)]
        warm = 0.0

        async def client() -> None:
            nonlocal warm
            line = Client(url)
            listing = asked(there, "worklist", worklists(there)[0])
            looks = [listing if turn % 3 == 0 else view for turn, view in enumerate(every_view)]
            while (number := next(numbers)) < REQUESTS:
                told = number % 10 == 9
                await line.ask(
                    asked(there, "addSignal", signal(there, number)) if told else looks[number % len(looks)]
                )
                if number == min(WARM, REQUESTS // 2):
                    warm = resident(process.pid)
                if number % 10_000 == 0:
                    say(f"memory: {number} of {REQUESTS} requests, {resident(process.pid):.0f} MB")

        await asyncio.gather(*(client() for _ in range(CLIENTS)))
        after = resident(process.pid)
    note = f"of a web process after {REQUESTS} mixed requests"
    return [
        against("memory", f"megabytes {note}", after, 1.0, "MB"),
        against("memory_growth", f"{note}, against after {min(WARM, REQUESTS // 2)}", after, warm, "MB"),
    ]


def resident(pid: int) -> float:
    """Megabytes of main memory, as Linux tells it."""
    status = Path(f"/proc/{pid}/status").read_text()
    (line,) = (line for line in status.splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024
