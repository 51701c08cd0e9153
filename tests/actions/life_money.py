"""What money and decisions add to a town's life: a lead spends and takes it back, one word decides many, rules come and go."""

from collections import Counter
from typing import Any
from uuid import UUID

import asyncpg
from hypothesis import strategies as st
from hypothesis.stateful import rule

from casecoord.actions import blockades, breakthroughs, managing, spending, weighing
from casecoord.actions.addressing import Addressee
from casecoord.domain.words import LifeDomain, Reach
from tests.world import Town

AMOUNT = 50_000
RULE = breakthroughs.RuleWords(
    "Voortaan mag het", "Als iemand wacht.", "Dan kan het meteen.", "De stuurgroep."
)
NEVER_WITH_MONEY = {
    "more was spent for a family that was always one than the area gives in a year": f"""
        select c.household_id from spends s join cases c on c.id = s.case_id
         where s.cancelled_at is null and $1::timestamptz is not null and not exists (select from merges m
           where c.household_id in (m.household_id, m.merged_id))
         group by c.household_id, date_part('year', s.spent_on) having sum(s.amount_cents) > {AMOUNT}""",
    "a rule holds that nobody with decision power made": """
        select b.id from breakthroughs b join memberships m on m.id = b.published_by
         where m.role <> 'decision_power' and $1::timestamptz is not null""",
}


class Spending:
    """Rules of a machine that has a town, and `_try`, `_row`, `_fetch` and `_named`."""

    town: Town
    done: Counter[str]

    def _try(self, who: str, verb: Any, input: Any) -> bool:
        raise NotImplementedError

    def _row(self, query: str, number: int) -> asyncpg.Record | None:
        raise NotImplementedError

    def _fetch(self, query: str) -> list[asyncpg.Record]:
        raise NotImplementedError

    def _named(self, membership: UUID) -> str:
        raise NotImplementedError

    @rule(
        number=st.integers(0, 30),
        amount=st.sampled_from([20_000, 30_000, 50_000]),
        asks=st.booleans(),
        stranger=st.sampled_from([None] * 8 + ["chaima", "hanna"]),
    )
    def a_lead_spends(self, number: int, amount: int, asks: bool, stranger: str | None) -> None:
        found = self._row(
            "select case_id, membership_id from leads where upper_inf(during) order by id", number
        )
        if found:
            self._try(
                "mo", managing.change_settings, managing.ChangeSettings(self.town.key(), family_amount=AMOUNT)
            )
            ask = spending.OrRaise("Betaal het.", Addressee(function="Fonds")) if asks else None
            bought = spending.SpendMoney(
                self.town.key(), found["case_id"], amount, "Een bed.", LifeDomain.HOUSING, or_raise=ask
            )
            self._try(stranger or self._named(found["membership_id"]), spending.spend, bought)

    @rule(number=st.integers(0, 30))
    def a_spend_is_taken_back(self, number: int) -> None:
        found = self._row(
            "select s.id, l.membership_id from spends s join leads l on l.case_id = s.case_id and upper_inf(l.during)"
            " where s.cancelled_at is null order by s.id",
            number,
        )
        if found:
            taken = spending.CancelSpend(self.town.key(), found["id"], "Toch niet.")
            self._try(self._named(found["membership_id"]), spending.cancel_spend, taken)

    @rule(structural=st.booleans(), first=st.booleans())
    def all_that_waits_alike_is_decided(self, structural: bool, first: bool) -> None:
        waits = [
            row["id"] for row in self._fetch("select id from blockades where state <> 'decided' order by id")
        ]
        if first and waits:
            ordered = weighing.OrderBlockades(self.town.key(), tuple(reversed(waits)))
            self._try("jasmijn", weighing.order_blockades, ordered)
        elif waits:
            reach = Reach.STRUCTURAL if structural else Reach.INCIDENTAL
            decided = blockades.DecideBlockade(
                self.town.key(),
                waits[0],
                "Dat gaan we doen.",
                reach,
                rule=RULE if structural else None,
                also=tuple(waits[1:]),
            )
            self._try("jasmijn", blockades.decide_blockade, decided)
