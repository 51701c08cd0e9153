"""What else befalls a town: several do something at the same instant, connections break, processes are killed."""

import asyncio
from collections import Counter
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

import asyncpg
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

from casecoord.actions import leaving
from casecoord.domain.errors import Problem
from casecoord.storage.availability import is_unavailable
from casecoord.storage.work import UnknownLogin
from tests.actions.ids import Ascending
from tests.actions.life import ANSWER, WORKING, Life, pick
from tests.actions.mortal_clerk import Clerks, Errand
from tests.statements import before_each

#: Who, which verb, with what.
Deed = tuple[str, Any, Any]
#: Something that somebody is about to do.
PLAN = st.fixed_dictionaries(
    {
        **ANSWER,
        "what": st.sampled_from(["answers"] * 5 + ["begins"] * 3 + ["moves", "takes over", "leaves"]),
        "asked": pick,
        "team": st.sampled_from(["wijkteam", "huisarts", "rechtbank", "werk"]),
    }
)
#: Verbs take ten to forty; whoever is done before the last lives.
STEPS = st.integers(1, 25)


class FailingLife(Life):
    """`clerks`: processes that may be killed. `ids`: what numbers whatever is made here."""

    clerks: ClassVar[Clerks]
    ids: ClassVar[Ascending]
    #: How many `steps`, over all lives.
    lived: ClassVar[Counter[str]]
    _meant: list[Deed] | None = None

    def __init__(self) -> None:
        super().__init__()
        self.ids.last = self.checks = 0

    @rule(plans=st.lists(PLAN, min_size=2, max_size=3), twice=st.booleans())
    def several_at_the_same_instant(self, plans: list[dict[str, Any]], twice: bool) -> None:
        """Different people, or one who presses the button twice."""
        deeds = [deed for plan in plans for deed in self._deeds(plan)]
        self._run(self._at_once([*deeds, *deeds[: int(twice)]]))
        if len(deeds) > 1:
            self.done["at once"] += 1

    @rule(plan=PLAN, step=STEPS)
    def a_connection_is_killed(self, plan: dict[str, Any], step: int) -> None:
        for deed in self._deeds(plan)[:1]:
            killed = self._run(self._cut_off(deed, step))
            self.done["killed connection" if killed else "lived through"] += 1
            self._answers_once(deed)

    @rule(plan=PLAN, step=STEPS)
    def a_process_is_killed(self, plan: dict[str, Any], step: int) -> None:
        for deed in self._deeds(plan)[:1]:
            who, verb, input = deed
            errand = Errand(
                self.url, self.clock.now, self.ids.leave_block(), self.town.caller(who), verb.do.__module__,
                verb.name, input, step,
            )  # fmt: skip
            killed = self.clerks.send(errand)
            self.done["killed process" if killed else "lived through"] += 1
            self._answers_once(deed)

    @invariant()
    def one_step_more(self) -> None:
        """Not the two before a life: that there is none yet, and its beginning."""
        self.checks += 1
        self.lived["steps"] += self.checks > 2

    def teardown(self) -> None:
        if hasattr(self, "town"):
            self.merged.update(*self._fetch("select merged_id, household_id from merges"))
        super().teardown()

    def _deeds(self, plan: dict[str, Any]) -> list[Deed]:
        """What this plan would do now: it is not done yet."""
        number, kind, stranger, yes = plan["number"], plan["kind"], plan["stranger"], plan["yes"]
        self._meant = []
        try:
            match plan["what"]:
                case "answers":
                    self.what_waits_is_answered(number, kind, yes, stranger, plan["decision"], plan["days"])
                case "begins":
                    self.something_is_begun(number, kind, plan["asked"], stranger, plan["team"], plan["days"])
                case "moves":
                    self.a_family_moves(number, kind % 2, "ibrahim")
                case "leaves":
                    self.somebody_leaves(WORKING[kind % len(WORKING)], number, plan["days"] % 3, None)
                case "takes over":
                    self.a_hand_over_is_answered(number, yes, stranger, None)
            return self._meant
        finally:
            self._meant = None

    def _try(self, who: str, verb: Any, input: Any) -> bool:
        if self._meant is not None:
            self._meant.append((who, verb, input))
            return False
        return super()._try(who, verb, input)

    def _run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return self.loop.run(work)

    async def _at_once(self, deeds: list[Deed]) -> None:
        outcomes = await asyncio.gather(*(self._outcome(deed) for deed in deeds))
        for deed, outcome in zip(deeds, outcomes, strict=True):
            await self._became(deed, outcome)

    async def _became(self, deed: Deed, outcome: Any) -> None:
        _, verb, input = deed
        if isinstance(outcome, str):
            self.done[f"not {verb.name}: {outcome}"] += 1
            return
        self.done[verb.name] += 1
        if verb is leaving.end_membership:
            left = "select professional_id, team_id, upper(during) from memberships where id = $1"
            await self._comes_back(*await self.beside.fetchrow(left, input.membership))

    async def _outcome(self, deed: Deed) -> Any:
        """The answer, or the code of the problem; whatever else is raised fails the test."""
        who, verb, input = deed
        try:
            return await self.town.act(who, verb, input)
        except Problem as problem:
            return problem.code
        except UnknownLogin:
            return "gone"

    async def _cut_off(self, deed: Deed, step: int) -> bool:
        """Whether the connection was killed before the verb was done."""
        with self._killed_at(step) as killed:
            try:
                await self._outcome(deed)
            except Exception as error:
                if not is_unavailable(error):
                    raise
                assert killed
                return True
        return False

    @contextmanager
    def _killed_at(self, last: int) -> Iterator[list[int]]:
        """Another session ends this one before its statement, or commit, of this number."""
        steps = 0
        killed: list[int] = []

        async def step(connection: asyncpg.Connection) -> None:
            nonlocal steps
            steps += 1
            if steps == last:
                process = connection.get_server_pid()
                killed.append(process)
                await self.beside.execute("select pg_terminate_backend($1, 5000)", process)

        with before_each(self.database, step):
            yield killed

    def _answers_once(self, deed: Deed) -> None:
        """Nothing was left half done; and whoever asks again is answered, and asked once more, told the same."""
        for what in (
            self.nothing_that_must_never_be,
            self.everything_that_waits_has_its_one_promise,
            self.the_holder_is_who_the_domain_says,
        ):
            what()
        # Where it was done before whoever did it could say so, it is not done again.
        written = self._fetch("select from answered_keys where key = $1", deed[2].idempotency_key)
        before = self._happened()
        first = self._run(self._outcome(deed))
        after = self._happened()
        assert self._run(self._outcome(deed)) == first
        assert self._happened() == after and (not written or after == before)
        self.done["done, but not told"] += bool(written)
        self._run(self._became(deed, first))

    def _happened(self) -> int:
        return int(self._fetch("select count(*) from events")[0][0])
