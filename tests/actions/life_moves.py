"""What moves, school changes and birthdays add to a town's life: rules for it, and what must never be, in SQL."""

from collections import Counter
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import asyncpg
from hypothesis import strategies as st
from hypothesis.stateful import rule

from casecoord.actions import moving, transfers
from casecoord.actions.imports.following import follow_links
from casecoord.actions.moving import Address, Destination
from casecoord.storage.tables import PersonLink
from tests.world import Clock, Someone, Town

#: A departure is of the whole family; any other hand-over is of what one team has open in one sphere.
_DEPARTURE = "t.kind = 'move' and t.from_team_id is null and t.to_team_id is null"
NEVER_WHEN_MOVING = {
    "I6 a hand-over waits of which nothing is open": f"""
        select t.id from transfers t where t.state = 'pending' and $1::timestamptz is not null
          and not exists (select from signals s where s.household_id = t.household_id and s.state <> 'ended'
            and ({_DEPARTURE} or s.sphere = t.sphere and s.accountable_team_id is not distinct from t.from_team_id))
          and not ({_DEPARTURE} and exists (select from cases c
            where c.household_id = t.household_id and c.state <> 'closed'))""",
    "I6 a hand-over waits in a household that has ended": """
        select t.id from transfers t join households h on h.id = t.household_id
         where t.state = 'pending' and not upper_inf(h.during) and $1::timestamptz is not null""",
    "I6 a hand-over was answered by nobody": """
        select id from transfers where state in ('accepted', 'declined') and answered_by is null
           and $1::timestamptz is not null""",
    "I6 a team is asked for what it has already": """
        select id from transfers where state = 'pending' and from_team_id = to_team_id and $1::timestamptz is not null""",
    "I6 a family left, and what was open here waits for nobody": """
        select s.id from signals s join households h on h.id = s.household_id
         where h.left_on is not null and s.state <> 'ended' and $1::timestamptz is not null
           and s.received_at < (select max(x.at) from events x where x.household_id = h.id and x.verb = 'record_move')
           and not exists (select from transfers t where t.household_id = h.id and t.state = 'pending')""",
    "a promise lapsed without a word on why, or by whom": """
        select id from promises where (lapsed_as is null) <> (lapsed_by is null) and $1::timestamptz is not null""",
}  # fmt: skip

ADDRESSES = (
    Address("Zwartewaalstraat", "5", "3081HV", neighbourhood="BU05991099"),
    Address("Beijerlandselaan", "7", "3074EB", neighbourhood="BU05991098"),
)


class Moving:
    """Rules of a machine that has a town, its persons, and `_try`, `_row`, `_one` and `_coordinator`."""

    town: Town
    clock: Clock
    persons: list[Someone]
    loop: Any
    done: Counter[str]

    def _try(self, who: str, verb: Any, input: Any) -> bool:
        raise NotImplementedError

    def _row(self, query: str, number: int) -> asyncpg.Record | None:
        raise NotImplementedError

    def _coordinator(self, team: UUID | None) -> str:
        raise NotImplementedError

    @rule(
        number=st.integers(0, 30),
        to=st.sampled_from([0, 0, 1, 1, None]),
        who=st.sampled_from(["ibrahim"] * 6 + ["amina"]),
    )
    def a_family_moves(self, number: int, to: int | None, who: str) -> None:
        found = self._row("select id from households where upper_inf(during) order by id", number)
        assert found is not None
        there = Destination.OUTSIDE if to is None else Destination.HERE
        address = None if to is None else ADDRESSES[to]
        day = self.clock.now.date() - timedelta(days=1)
        move = moving.RecordMove(self.town.key(), found["id"], there, day, address)
        self._try(who, moving.record_move, move)

    @rule(number=st.integers(0, 4), code=st.sampled_from(["11VO00", "12AB00"]), leaves=st.booleans())
    def a_child_changes_school(self, number: int, code: str, leaves: bool) -> None:
        """As the links of the register tell it: another school from today, or none any more."""
        self.loop.run(self._school(self.persons[number % len(self.persons)], code, leaves))
        self.done["school"] += 1

    async def _school(self, person: Someone, code: str, leaves: bool) -> None:
        today = self.clock.now.date()
        async with self.town.database.within(self.town.area) as work:
            key = (self.town.area, person.id, "school", code, today)
            link = await work.session.get(PersonLink, key)
            if link is None:
                link = PersonLink(
                    area_id=self.town.area, person_id=person.id, kind="school", code=code, from_on=today
                )
                work.session.add(link)
            link.until_on = today if leaves else None
            await work.session.flush()
            await follow_links(work, [person.id], Counter())

    @rule(
        number=st.integers(0, 30),
        yes=st.sampled_from([True, True, False]),
        stranger=st.sampled_from([None] * 8 + ["amina", "hanna"]),
        team=st.sampled_from(["klimop", "wijkteam", "werk", None]),
    )
    def a_hand_over_is_answered(self, number: int, yes: bool, stranger: str | None, team: str | None) -> None:
        row = self._row("select id, to_team_id from transfers where state = 'pending' order by id", number)
        if row:
            who, key = stranger or self._coordinator(row["to_team_id"]), self.town.key()
            if yes:
                accept = transfers.AcceptTransfer(key, row["id"], "zo is het")
                self._try(who, transfers.accept_transfer, accept)
            else:
                named = self.town.teams[team] if team else None
                decline = transfers.DeclineTransfer(key, row["id"], "past hier niet", named)
                self._try(who, transfers.decline_transfer, decline)

    @rule(age=st.sampled_from([12, 13]))
    def a_child_grows_up(self, age: int) -> None:
        """A family whose child reaches an age tomorrow comes to be known, with a signal about it."""
        tomorrow = self.clock.now.date() + timedelta(days=1)
        born = date(tomorrow.year - age, tomorrow.month, min(tomorrow.day, 28))
        self.loop.run(self._known(born))
        self.done["grows"] += 1

    async def _known(self, born: date) -> None:
        if len(self.persons) > 12:
            return
        name = f"Kind K{len(self.persons)}"
        (child,) = await self.town.family((name, born), links={0: [("school", "11VO00")]})
        self.persons.append(child)
