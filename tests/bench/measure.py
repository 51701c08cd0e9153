"""How a rate is measured: interleaved rounds of ours and the baseline, the median of each."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any

ROUNDS = 5
SECONDS = 1.5

Worker = Callable[[int], Awaitable[Callable[[], Awaitable[None]]]]


@dataclass(frozen=True)
class Result:
    """`ratio` is ours over baseline in the same run: higher is better."""

    name: str
    ours: float
    baseline: float
    ratio: float
    unit: str
    note: str

    def as_line(self) -> dict[str, Any]:
        return asdict(self)


async def compare(name: str, note: str, concurrency: int, ours: Worker, baseline: Worker) -> Result:
    """Requests a second of both, by so many clients at once; each worker makes a client and gives its request."""
    our_clients = [await ours(i) for i in range(concurrency)]
    base_clients = [await baseline(i) for i in range(concurrency)]
    rates: tuple[list[float], list[float]] = ([], [])
    for clients in (our_clients, base_clients):
        await _rate(clients)
    for _ in range(ROUNDS):
        rates[0].append(await _rate(our_clients))
        rates[1].append(await _rate(base_clients))
    mine, theirs = median(rates[0]), median(rates[1])
    return Result(name, mine, theirs, mine / theirs, "requests/s", f"{note}, concurrency {concurrency}")


async def _rate(clients: list[Callable[[], Awaitable[None]]]) -> float:
    end = time.perf_counter() + SECONDS

    async def work(request: Callable[[], Awaitable[None]]) -> int:
        done = 0
        while time.perf_counter() < end:
            await request()
            done += 1
        return done

    start = time.perf_counter()
    done = sum(await asyncio.gather(*(work(client) for client in clients)))
    return done / (time.perf_counter() - start)
