"""A crowd: many processes, each with its own pool, in which people of one town do whatever they may, at random.

They share nothing but the database and a clock that each of them pushes on. Processes that do nothing but sweep run
beside them. All are forked from one, so that this starts once.
"""

import json
import multiprocessing
import pickle
import sys
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from random import Random
from typing import Any
from uuid import UUID

import asyncpg

from casecoord.access.decide import Policy
from casecoord.actions import signals
from casecoord.actions.clocks import sweep_areas
from casecoord.actions.office import Office
from casecoord.domain.words import LifeDomain, Urgency
from casecoord.storage.work import Database
from tests.actions.life import WORKING, Life, Loop
from tests.world import KEYRING, Someone, Town

DEEDS_OF_A_SWEEP = 10
#: Nobody comes back with the power of the two others.
LEAVING = tuple(name for name in WORKING if name not in ("ibrahim", "jasmijn"))


@dataclass(frozen=True)
class Crowd:
    """Each of the `people` does so many `deeds`, or whatever fits in `seconds`."""

    url: str
    town: dict[str, Any]
    persons: list[Someone]
    began: datetime
    seed: int
    people: int
    sweepers: int
    deeds: int
    seconds: float | None = None


class SharedClock:
    """One moment for all processes, which only goes on."""

    def __init__(self, began: datetime, passed: Any) -> None:
        self._began = began
        self._passed = passed

    def __call__(self) -> datetime:
        return self.now

    @property
    def now(self) -> datetime:
        return self._began + timedelta(seconds=self._passed.value)

    def forward(self, **span: float) -> datetime:
        with self._passed.get_lock():
            self._passed.value += timedelta(**span).total_seconds()
        return self.now


class Passer(Life):
    """Does what people in a life do, without Hypothesis, in a town that others built."""

    def __init__(self, crowd: Crowd, clock: SharedClock, policy: Policy, number: int) -> None:
        self.loop, self.clock, self.persons = Loop(), clock, crowd.persons
        self.merged: set[UUID] = set()
        self.done: Counter[str] = Counter()
        self.random = Random(f"{crowd.seed} {number}")
        self.loop.run(self._arrive(crowd, policy, number))

    async def _arrive(self, crowd: Crowd, policy: Policy, number: int) -> None:
        self.database = Database(crowd.url, KEYRING, clock=self.clock, pool_size=2)
        office, keys = Office(self.database, policy), count(number * 1_000_000)
        self.town = Town(self.database, office, self.clock, **crowd.town, keys=keys)
        self.beside = await asyncpg.connect(crowd.url, server_settings={"timezone": "UTC"})

    def does_something(self) -> None:
        draw = self.random
        number, kind, asked = (draw.randrange(5_040) for _ in range(3))
        days, yes = draw.randrange(60), draw.random() < 0.7
        stranger = draw.choice((None,) * 100 + WORKING)
        decision = draw.choice(tuple(signals.Decision))
        team = draw.choice(("wijkteam", "huisarts", "rechtbank", "werk"))
        about = draw.choice(("by BSN", "by BSN", "by name", "by another name", "again"))
        domain, urgency = draw.choice(tuple(LifeDomain)), draw.choice(tuple(Urgency))
        deeds = {
            lambda: self.what_waits_is_answered(number, kind, yes, stranger, decision, days): 8,
            lambda: self.a_signal_is_triaged(number, stranger, decision, days): 4,
            lambda: self.a_lead_is_proposed(number, stranger, asked): 4,
            lambda: self.something_is_begun(number, kind, asked, stranger, team, days): 6,
            lambda: self.somebody_signals(draw.choice(WORKING), number, about, domain, urgency): 3,
            lambda: self.a_family_moves(number, draw.choice((0, 1, 0, 1, None)), "ibrahim"): 2,
            lambda: self.a_hand_over_is_answered(number, yes, stranger, draw.choice(("klimop", None))): 3,
            lambda: self.a_proposal_is_answered(number, stranger, yes): 5,
            lambda: self.a_hand_over_is_offered(number, asked): 2,
            lambda: self.a_team_is_invited(number, stranger, team): 4,
            lambda: self.an_invitation_is_answered(number, stranger, yes): 3,
            lambda: self.a_team_leaves(number, asked, stranger): 3,
            lambda: self.a_blockade_is_raised(number, asked, stranger): 2,
            lambda: self.a_blockade_is_decided(number, stranger, yes): 2,
            lambda: self.the_loop_is_closed_a_little_further(number, stranger): 1,
            lambda: self.two_households_are_named_as_one(number, asked): 1,
            lambda: self.somebody_leaves(
                draw.choice(LEAVING), number, days % 3, draw.choice((None, asked))
            ): 3,
            lambda: self.somebody_is_away(draw.choice(WORKING), number, days % 3, 1): 1,
            lambda: self.a_merge_is_undone(number, "nora"): 1,
            lambda: self.a_household_splits(number, yes, asked % 2 == 0): 1,
            lambda: self.a_closed_case_is_reopened(number, "ibrahim"): 1,
        }
        draw.choices(tuple(deeds), tuple(deeds.values()))[0]()
        self.clock.forward(minutes=draw.choice((0, 0, 1, 5, 20, 60)))

    async def leaves(self) -> None:
        await self.beside.close()
        await self.database.close()


def walk(crowd: Crowd, number: int) -> Counter[str]:
    """One of the people; what they did, and what was refused. Whatever else is raised ends the crowd."""
    passer = Passer(crowd, SharedClock(crowd.began, _passed), _policy, number)
    _all_here.wait()
    try:
        until = time.monotonic() + crowd.seconds if crowd.seconds else None
        done = 0
        while done < crowd.deeds if until is None else time.monotonic() < until:
            passer.does_something()
            done += 1
            if done % DEEDS_OF_A_SWEEP == 0:
                _sweep_due.release()
    finally:
        with _walking.get_lock():
            _walking.value -= 1
        for _ in range(crowd.sweepers):
            _sweep_due.release()
    passer.loop.run(passer.leaves())
    return passer.done


def sweep(crowd: Crowd) -> Counter[str]:
    """Sweeps now and then, until everybody is gone."""
    loop = Loop()
    database = Database(crowd.url, KEYRING, clock=SharedClock(crowd.began, _passed), pool_size=2)
    _all_here.wait()
    sweeps = 0

    async def once() -> None:
        async for _ in sweep_areas(database):
            pass

    while _walking.value:
        _sweep_due.acquire()
        loop.run(once())
        sweeps += 1
    loop.run(database.close())
    return Counter({"sweep": sweeps})


def main() -> None:
    """Reads a crowd, and writes what it did and the moment at which it ended."""
    global _passed, _walking, _sweep_due, _all_here, _policy
    crowd: Crowd = pickle.load(sys.stdin.buffer)  # noqa: S301 the test's own
    fork = multiprocessing.get_context("fork")
    processes = crowd.people + crowd.sweepers
    _passed, _walking, _all_here = (
        fork.Value("d"),
        fork.Value("i", crowd.people),
        fork.Barrier(processes, timeout=60),
    )
    _sweep_due, _policy = fork.Semaphore(0), Policy()
    with ProcessPoolExecutor(processes, mp_context=fork) as pool:
        # The barrier lets nobody begin before there is a process for each.
        walks = [pool.submit(walk, crowd, number) for number in range(1, crowd.people + 1)]
        sweeps = [pool.submit(sweep, crowd) for _ in range(crowd.sweepers)]
        done: Counter[str] = sum((one.result() for one in (*walks, *sweeps)), Counter())
    ended = SharedClock(crowd.began, _passed).now
    json.dump({"done": done, "ended": ended.isoformat()}, sys.stdout)


if __name__ == "__main__":
    main()
