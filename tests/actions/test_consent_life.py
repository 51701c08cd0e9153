"""A consent's life, whatever happens in it: at each moment the lead sees the detail if, and only if, the rules say so."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from secrets import token_hex
from typing import Any
from uuid import UUID

import asyncpg
import hypothesis
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from casecoord.access.decide import Policy
from casecoord.domain.errors import Problem
from casecoord.storage.work import Database
from tests.actions.consent_steps import DETAILED, Held, consent, detail_for, held_about, holds, withdraw
from tests.actions.life import Loop
from tests.conftest import of_database
from tests.world import KEYRING, MONDAY, Clock, Someone, build_town

#: Born so that they are eleven, twelve in three days, fourteen, sixteen in three days, seventeen.
BORN = [date(2015, 6, 1), date(2014, 11, 5), date(2012, 6, 1), date(2010, 11, 5), date(2009, 6, 1)]
FOREVER = datetime.max.replace(tzinfo=MONDAY.tzinfo)
# In November the day in Amsterdam begins an hour before that of UTC.
HOUR = timedelta(hours=1)


@dataclass
class Yes:
    """A consent as this test remembers it."""

    id: UUID
    given: frozenset[str]
    since: datetime
    until: datetime
    withdrawn: bool = False


class Life(RuleBasedStateMachine):
    """What the model says is worked out from ages and sets of names; it knows nothing of the application's rules."""

    server = ""
    template = ""
    policy: Policy
    loop: Loop
    done: Counter[str]

    @initialize(born=st.sampled_from(BORN))
    def begin(self, born: date) -> None:
        self.born, self.given, self.custody = born, [], {"els"}
        self.name = f"casecoord_consents_{token_hex(16)}"
        self.loop.run(self._begin())
        # No life without a yes: what is drawn after may refuse them all.
        self.gives(frozenset(self.needed(self.clock.now)), begins=0, lasts=5, paper=False)

    async def _begin(self) -> None:
        admin = await asyncpg.connect(self.server)
        await admin.execute(f"create database {self.name} template {self.template} strategy file_copy")
        await admin.close()
        self.clock, self.url = Clock(), of_database(self.server, self.name)
        self.database = Database(self.url, KEYRING, clock=self.clock, pool_size=3)
        self.town = await build_town(self.database, self.clock, self.policy)
        self.held: Held = await held_about(self.town, self.born)
        (piet,) = await self.town.family(("Piet Bos", date(1979, 1, 1)))
        self.people: dict[str, Someone] = {"mia": self.held.child, "els": self.held.mother, "piet": piet}

    def age(self, at: datetime) -> int:
        day = (at + HOUR).date()
        return day.year - self.born.year - ((day.month, day.day) < (self.born.month, self.born.day))

    def needed(self, at: datetime) -> set[str]:
        """By their names, whose yes it needs then."""
        years = self.age(at)
        return {"mia"} if years >= 16 else (self.custody | ({"mia"} if years >= 12 else set()))

    @rule(
        given=st.frozensets(st.sampled_from(["mia", "els", "piet"])),
        exactly=st.sampled_from([True, True, False]),
        begins=st.sampled_from([0, 0, 0, 1, 3]),
        lasts=st.sampled_from([None, None, 1, 5]),
        paper=st.booleans(),
    )
    def somebody_consents(
        self, given: frozenset[str], exactly: bool, begins: int, lasts: int | None, paper: bool
    ) -> None:
        exact = frozenset(self.needed(self.clock.now + timedelta(days=begins)))
        self.gives(exact if exactly else given, begins, lasts, paper or exactly)

    def gives(self, given: frozenset[str], begins: int, lasts: int | None, paper: bool) -> None:
        since = self.clock.now + timedelta(days=begins)
        until = FOREVER if lasts is None else since + timedelta(days=lasts)
        wanted = self.needed(since)
        twelve = datetime(self.born.year + 12, self.born.month, self.born.day, tzinfo=MONDAY.tzinfo) - HOUR
        ends = min(until, twelve) if self.age(since) < 12 else until
        on_paper = self.age(since) < 16 and not self.custody
        stands = any(not one.withdrawn and one.since < ends and since < one.until for one in self.given)
        expected = (
            "consent_parties_missing"
            if set(given) != wanted or (on_paper and not paper)
            else "consent_exists"
            if stands
            else ""
        )
        how: dict[str, Any] = {"since": since, "elsewhere_in_writing": paper}
        how["until"] = None if lasts is None else until
        saved = self.attempt(expected, consent(
            self.town, "chaima", self.people["mia"], *(self.people[name] for name in given), **how
        ))  # fmt: skip
        if saved is not None:
            self.given.append(Yes(saved.id, given, since, ends))

    @rule(
        which=st.integers(0, 9),
        by=st.sampled_from(["mia", "els", "piet"]),
        who=st.sampled_from(["chaima", "amina"]),
    )
    def somebody_takes_it_back(self, which: int, by: str, who: str) -> None:
        if not self.given:
            return
        one = self.given[which % len(self.given)]
        over = one.withdrawn or one.until <= self.clock.now
        entitled = by in self.needed(self.clock.now)
        expected = "consent_parties_missing" if not entitled else "consent_over" if over else ""
        if self.attempt(expected, withdraw(self.town, who, one.id, self.people[by])) is not None:
            one.withdrawn = True

    @rule(who=st.sampled_from(["els", "piet", "piet"]))
    def custody_changes(self, who: str) -> None:
        self.loop.run(self._custody(who))
        self.custody ^= {who}
        self.done["custody"] += 1

    async def _custody(self, who: str) -> None:
        if who not in self.custody:
            await holds(self.town, self.people["mia"], self.people[who])
            return
        beside = await asyncpg.connect(self.url)
        await beside.execute("delete from custody where holder_id = $1", self.people[who].id)
        await beside.close()

    @rule(hours=st.sampled_from([1, 5, 23, 24, 60]))
    def time_passes(self, hours: int) -> None:
        self.clock.forward(hours=hours)

    @invariant()
    def the_lead_sees_what_the_rules_say(self) -> None:
        if not hasattr(self, "held"):
            return
        now = self.clock.now
        expected = any(
            not one.withdrawn
            and one.since <= now < one.until
            and ("mia" in one.given if self.age(now) >= 12 else True)
            and (self.age(now) >= 16 or self.custody <= one.given)
            for one in self.given
        )
        seen = self.loop.run(detail_for(self.town, "amina", self.held))
        assert (seen == DETAILED) is expected, (self.born, now, self.custody, self.given)
        self.done["open" if expected else "closed"] += 1

    def attempt(self, expected: str, act: Any) -> Any:
        try:
            answer = self.loop.run(act)
        except Problem as problem:
            assert problem.code == expected, (problem.code, expected)
            self.done[problem.code] += 1
            return None
        assert expected == "", expected
        self.done["done"] += 1
        return answer

    def teardown(self) -> None:
        if hasattr(self, "database"):
            self.loop.run(self._end())

    async def _end(self) -> None:
        await self.database.close()
        admin = await asyncpg.connect(self.server)
        await admin.execute(f"drop database {self.name} with (force)")
        await admin.close()


@pytest.fixture
def life(server: str, template: str, policy: Policy) -> Iterator[type[Life]]:
    loop = Loop()
    here = {"server": server, "template": template, "policy": policy, "loop": loop, "done": Counter()}
    yield type("LifeHere", (Life,), here)
    loop.close()


def lived(life: type[Life], seed: int, lives: int, steps: int) -> None:
    run_state_machine_as_test(
        hypothesis.seed(seed)(life),
        settings=settings(
            max_examples=lives,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            print_blob=True,
        ),
    )


def test_a_few_lives_of_consents(life: type[Life], seed: int) -> None:
    lived(life, seed, lives=6, steps=20)
    assert life.done["done"] and life.done["closed"]


@pytest.mark.prove
def test_many_lives_of_consents(life: type[Life], seed: int) -> None:
    lived(life, seed, lives=60, steps=30)
    assert set(life.done) >= {
        "done",
        "open",
        "closed",
        "consent_parties_missing",
        "consent_exists",
        "consent_over",
    }
