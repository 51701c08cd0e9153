"""Whoever floods waits for themselves: areas take turns for a connection, and in each its people."""

import asyncio
from uuid import uuid4

import pytest

from casecoord.storage import queue
from casecoord.storage.queue import Crowded, Queue

ZUID, NOORD = uuid4(), uuid4()


class Hall:
    """One place, which is taken until it is left, and those who come for it."""

    def __init__(self, **how: float) -> None:
        self.queue = Queue(1, **how)
        for name, area in (("amina", ZUID), ("bram", ZUID), ("noor", NOORD)):
            self.queue.know(name, area)
        self.served: list[str] = []
        self.open = asyncio.Event()

    async def come(self, name: str) -> None:
        async with self.queue.place(name):
            await self.open.wait()
            self.served.append(name)

    async def all_come(self, *names: str) -> list["asyncio.Task[None]"]:
        """In this order, each before the next."""
        tasks = []
        for name in names:
            tasks.append(asyncio.create_task(self.come(name)))
            await asyncio.sleep(0)
        return tasks


async def test_areas_take_turns_and_in_each_its_people() -> None:
    hall = Hall()
    tasks = await hall.all_come("amina", "amina", "amina", "amina", "bram", "noor", "noor")
    hall.open.set()
    await asyncio.gather(*tasks)
    assert hall.served == ["amina", "amina", "noor", "bram", "noor", "amina", "amina"]
    assert (hall.queue.free, hall.queue.waiting()) == (1, 0)


async def test_strangers_wait_among_strangers() -> None:
    hall = Hall()
    tasks = await hall.all_come("amina", *(f"stranger {n}" for n in range(5)), "noor")
    hall.open.set()
    await asyncio.gather(*tasks)
    assert hall.served.index("noor") == 2


@pytest.mark.parametrize(("limit", "of"), [("MOST_OF_A_LOGIN", "login"), ("MOST_OF_AN_AREA", "area")])
async def test_more_than_may_wait_are_told_at_once_and_others_are_not(
    monkeypatch: pytest.MonkeyPatch, limit: str, of: str
) -> None:
    monkeypatch.setattr(queue, limit, 2)
    hall = Hall()
    tasks = await hall.all_come("amina", "amina", "amina")
    with pytest.raises(Crowded) as crowded:
        await hall.come("amina")
    assert crowded.value.of == of
    tasks += await hall.all_come("noor")
    hall.open.set()
    await asyncio.gather(*tasks)


async def test_who_waits_for_too_long_and_who_goes_away_leaves_no_hole() -> None:
    hall = Hall(patience=0.01)
    (first,) = await hall.all_come("amina")
    with pytest.raises(TimeoutError):
        await hall.come("bram")
    hall.queue.patience = 60
    gone, stays = await hall.all_come("bram", "noor")
    gone.cancel()
    hall.open.set()
    await asyncio.gather(first, stays)
    with pytest.raises(asyncio.CancelledError):
        await gone
    assert (hall.served, hall.queue.free, hall.queue.waiting()) == (["amina", "noor"], 1, 0)


async def test_who_is_called_and_went_away_at_that_moment_passes_the_place_on() -> None:
    hall = Hall()
    hall.open.set()
    async with hall.queue.place("amina"):
        called, next_one = await hall.all_come("bram", "noor")
    called.cancel()
    await next_one
    with pytest.raises(asyncio.CancelledError):
        await called
    assert (hall.served, hall.queue.free) == (["noor"], 1)
