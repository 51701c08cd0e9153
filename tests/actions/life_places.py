"""What places of alternatives add to a town's life: rules for it, and what must never be, in SQL."""

from collections import Counter
from datetime import timedelta
from typing import Any
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import rule

from casecoord.actions import offers, placements
from casecoord.domain.alternatives import PlaceOutcome, Released
from tests.actions.alternative_steps import offer, provider
from tests.world import Clock, Town

NEVER_WITH_PLACES = {
    "more places of an offer were taken at a moment than there are": """
        select p.id from placements p join offers o on o.id = p.offer_id where $1::timestamptz is not null
           and o.places < (select count(*) from placements q where q.offer_id = o.id and q.during @> lower(p.during))""",
    "a place for a hearing of another household": """
        select p.id from placements p join hearings z on z.id = p.hearing_id
         where p.household_id <> z.household_id and $1::timestamptz is not null""",
    "a place that ended takes one still": """
        select id from placements where state in ('ended', 'released') and during is not null
           and not isempty(during) and (upper_inf(during) or upper(during) > $1::timestamptz + interval '3 hours')""",
}  # fmt: skip


class Placing:
    """Rules of a machine that has a town, a loop, and `_try` and `_one`. Every life that gets here has one offer."""

    town: Town
    clock: Clock
    loop: Any
    done: Counter[str]
    offered: UUID | None = None

    def _try(self, who: str, verb: Any, input: Any) -> bool:
        raise NotImplementedError

    def _one(self, query: str, number: int) -> UUID | None:
        raise NotImplementedError

    @rule(number=st.integers(0, 30), days=st.integers(0, 40), by=st.sampled_from(["dirk", "hanna", "amina"]))
    def a_place_is_held_or_proposed(self, number: int, days: int, by: str) -> None:
        hearing = self._one("select id from hearings where state = 'planned' order by id", number)
        if hearing is None:
            return
        if self.offered is None:
            self.loop.run(provider(self.town))
            self.offered = self.loop.run(offer(self.town, places=1))
        key, until = self.town.key(), self.clock.now.date() + timedelta(days=days)
        if days % 4 == 0:
            propose = placements.ProposeAlternative(key, self.offered, hearing)
            self._try(by, placements.propose_alternative, propose)
        else:
            hold = placements.HoldAlternative(key, self.offered, until, hearing)
            self._try(by, placements.hold_alternative, hold)

    @rule(number=st.integers(0, 30), what=st.integers(0, 9))
    def a_place_goes_on_or_is_given_back(self, number: int, what: int) -> None:
        place = self._one(
            "select id from placements where state not in ('ended', 'released') order by id", number
        )
        if place is None or self.offered is None:
            return
        key = self.town.key()
        if what < 5:
            self._try("nadia", placements.confirm_alternative, placements.OfPlacement(key, place))
        elif what < 7:
            self._try("nadia", placements.start_alternative, placements.OfPlacement(key, place))
        elif what == 7:
            end = placements.EndAlternative(key, place, list(PlaceOutcome)[number % 3])
            self._try("hanna", placements.end_alternative, end)
        elif what == 8:
            release = placements.ReleaseAlternative(key, place, Released.DECLINED)
            self._try("dirk", placements.release_alternative, release)
        else:
            gone = offers.WithdrawOffer(
                key, self.offered, "Er komt een ander aanbod.", free_held=number % 2 == 0
            )
            if self._try("nadia", offers.withdraw_offer, gone):
                self.offered = self.loop.run(offer(self.town, places=1))
