"""How a rate is measured: interleaved rounds of ours and of what it is measured against, the median of each."""

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any

ROUNDS = 5
SECONDS = 1.5
QUICK_SECONDS = 0.3

#: Makes the request of one client, which it then repeats.
Worker = Callable[[int], Awaitable[Callable[[], Awaitable[Any]]]]
#: Measures once.
Round = Callable[[], Awaitable[float]]


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


async def interleaved(rounds: Mapping[str, Round]) -> dict[str, float]:
    """The median of five rounds of each, in which all take turns."""
    names = list(rounds)
    found: dict[str, list[float]] = {name: [] for name in names}
    for number in range(ROUNDS):
        # Whoever came first is last now: what another left behind (dirty pages, say) falls to each in turn.
        first = number % len(names)
        for name in names[first:] + names[:first]:
            found[name].append(await rounds[name]())
    return {name: median(rates) for name, rates in found.items()}


async def round_of(worker: Worker, concurrency: int, seconds: float = SECONDS) -> Round:
    """A round of so many clients at once, after one that does not count: requests a second."""
    clients = [await worker(number) for number in range(concurrency)]
    await _rate(clients, seconds)
    return lambda: _rate(clients, seconds)


async def rates(
    contenders: Mapping[str, Worker], concurrency: int, seconds: float = SECONDS
) -> dict[str, float]:
    """Requests a second of each, by so many clients at once."""
    return await interleaved(
        {name: await round_of(worker, concurrency, seconds) for name, worker in contenders.items()}
    )


def against(name: str, note: str, ours: float, baseline: float, unit: str = "requests/s") -> Result:
    return Result(name, ours, baseline, ours / baseline, unit, note)


async def compare(name: str, note: str, concurrency: int, ours: Worker, baseline: Worker) -> Result:
    """Requests a second of both, by so many clients at once."""
    found = await rates({"ours": ours, "baseline": baseline}, concurrency)
    return against(name, f"{note}, concurrency {concurrency}", found["ours"], found["baseline"])


async def _rate(clients: list[Callable[[], Awaitable[Any]]], seconds: float) -> float:
    end = time.perf_counter() + seconds

    async def work(request: Callable[[], Awaitable[Any]]) -> int:
        done = 0
        while time.perf_counter() < end:
            await request()
            done += 1
        return done

    start = time.perf_counter()
    done = sum(await asyncio.gather(*(work(client) for client in clients)))
    return done / (time.perf_counter() - start)


def say(line: str) -> None:
    """How far it is, for whoever waits."""
    sys.stderr.write(f"bench: {line}\n")
    sys.stderr.flush()
