"""What the family's table adds to a town's life: goals, agreements and answers, and what must never be of them."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg
from hypothesis import strategies as st
from hypothesis.stateful import rule

from casecoord.actions import agreements, goals
from casecoord.domain.agreements import Answer
from casecoord.domain.words import LifeDomain
from tests.world import Clock, Town

_LED = (
    "select l.case_id, l.membership_id from leads l join cases c on c.id = l.case_id and c.state <> 'closed'"
    " where upper_inf(l.during) order by l.case_id"
)
_STANDING = (
    "select a.id, a.case_id, a.kept_at, l.membership_id from agreements a join cases c on c.id = a.case_id"
    " and c.state <> 'closed' join leads l on l.case_id = c.id and upper_inf(l.during)"
    " where not exists (select from agreements n where n.replaces = a.id) order by a.id"
)
NEVER_AT_THE_TABLE = {
    "an agreement is nobody's: no one was asked": """
        select a.id from agreements a where $1::timestamptz is not null and not exists (
          select from agreement_answers x where x.agreement_id = a.id and x.turn = 0)""",
    "an answer stands where nobody was asked, or a turn is missing": """
        select x.agreement_id from agreement_answers x where $1::timestamptz is not null
         group by x.agreement_id, x.person_id having min(x.turn) <> 0 or max(x.turn) + 1 <> count(*)""",
    "somebody answered a wording after another took its place": """
        select x.id from agreement_answers x join agreements n on n.replaces = x.agreement_id
         where x.turn > 0 and x.answered_at > n.recorded_at and $1::timestamptz is not null""",
    "a wording lies in another case than the one that it replaces": """
        select n.id from agreements n join agreements a on a.id = n.replaces where n.case_id <> a.case_id
           and $1::timestamptz is not null""",
}  # fmt: skip


class AtTheTable:
    """Rules of a machine that has a town, and `_try`, `_row` and `_named`."""

    town: Town
    clock: Clock
    _try: Callable[[str, Any, Any], bool]
    _row: Callable[[str, int], asyncpg.Record | None]
    _named: Callable[[UUID], str]

    @rule(
        number=st.integers(0, 9), own=st.booleans(), stranger=st.sampled_from([None] * 6 + ["bram", "hanna"])
    )
    def a_goal_is_set(self, number: int, own: bool, stranger: str | None) -> None:
        row = self._row(_LED, number)
        if row:
            goal = goals.SetGoal(self.town.key(), row["case_id"], LifeDomain.TIME_USE, "Rust in huis.", own)
            self._try(stranger or self._named(row["membership_id"]), goals.set_goal, goal)

    @rule(number=st.integers(0, 9), again=st.booleans(), stranger=st.sampled_from([None] * 6 + ["ines"]))
    def something_is_agreed(self, number: int, again: bool, stranger: str | None) -> None:
        """Something new, or another wording of what was agreed already."""
        row = self._row(_STANDING if again else _LED, number)
        if row:
            wording = agreements.RecordAgreement(
                self.town.key(),
                row["case_id"],
                "Wij samen.",
                (self.clock.now + timedelta(days=20)).date(),
                "Elke dag op tijd.",
                replaces=row["id"] if again else None,
            )
            self._try(stranger or self._named(row["membership_id"]), agreements.record_agreement, wording)

    @rule(
        number=st.integers(0, 9), answer=st.sampled_from([Answer.CONFIRMED, Answer.CHANGED, Answer.REFUSED])
    )
    def somebody_answers_on_paper(self, number: int, answer: Answer) -> None:
        row = self._row(
            "select a.id, x.person_id, l.membership_id from agreement_answers x"
            " join agreements a on a.id = x.agreement_id join leads l on l.case_id = a.case_id and upper_inf(l.during)"
            " where x.turn = 0 order by x.id",
            number,
        )
        if row:
            said = agreements.RespondAgreement(
                self.town.key(), row["id"], row["person_id"], answer, "Liever anders."
            )
            self._try(self._named(row["membership_id"]), agreements.respond_agreement, said)

    @rule(number=st.integers(0, 9))
    def an_agreement_is_kept(self, number: int) -> None:
        row = self._row(_STANDING, number)
        if row:
            kept = goals.ReachMilestone(self.town.key(), agreement=row["id"], praise="Gelukt!")
            self._try(self._named(row["membership_id"]), goals.reach_milestone, kept)
