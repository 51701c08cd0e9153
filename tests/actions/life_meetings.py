"""What a team's meetings add to a town's life: one rule for all of a table, and what must never be, in SQL."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import asyncpg
from hypothesis import strategies as st
from hypothesis.stateful import rule

from casecoord.actions import meetings, recording
from casecoord.domain.words import LifeDomain
from tests.world import Clock, Town

NEVER_AT_A_TABLE = {
    "a meeting closed with an item left open": """
        select g.id from meetings g join meeting_items i on i.meeting_id = g.id
         where g.state = 'closed' and i.state = 'open' and $1::timestamptz is not null""",
    "what was left open stands on a table that was left": """
        select g.id from meetings g join meeting_items i on i.meeting_id = g.id
         where g.state = 'adjourned' and i.state = 'open' and $1::timestamptz is not null""",
    "an item is of one family and its case of another": """
        select i.id from meeting_items i join cases c on c.id = i.case_id
         where c.household_id <> i.household_id and $1::timestamptz is not null""",
    "an adjourned meeting goes on nowhere": """
        select g.id from meetings g where g.state = 'adjourned' and $1::timestamptz is not null
           and not exists (select from meetings n where n.continues_id = g.id)""",
}


class Tables:
    """Rules of a machine that has a town, and `_try`, `_row` and `_coordinator`."""

    town: Town
    clock: Clock

    def _try(self, who: str, verb: Any, input: Any) -> bool:
        raise NotImplementedError

    def _row(self, query: str, number: int, *values: object) -> asyncpg.Record | None:
        raise NotImplementedError

    def _coordinator(self, team: UUID | None) -> str:
        raise NotImplementedError

    @rule(
        number=st.integers(0, 30),
        team=st.sampled_from(["klimop", "klimop", "wijkteam", "huisarts", "werk"]),
        goes_on=st.booleans(),
        homework=st.booleans(),
        stranger=st.sampled_from([None] * 8 + ["amina", "hanna"]),
    )
    def a_team_meets(
        self, number: int, team: str, goes_on: bool, homework: bool, stranger: str | None
    ) -> None:
        """The next thing at this team's table: it is set, opened, decided at, and closed or adjourned."""
        identity = self.town.teams[team]
        who, key, today = stranger or self._coordinator(identity), self.town.key(), self.clock.now.date()
        table = self._row(
            "select id, state from meetings where team_id = $1 and state in ('open', 'planned')"
            " order by state = 'planned', planned_at, id", 0, identity,
        )  # fmt: skip
        if table is None:
            self._try(who, meetings.schedule_meeting, meetings.ScheduleMeeting(key, identity, self.clock.now))
        elif table["state"] == "planned":
            self._try(who, meetings.open_meeting, meetings.OpenMeeting(key, table["id"]))
        elif goes_on and number % 3 == 0:
            later = meetings.AdjournMeeting(key, table["id"], self.clock.now)
            self._try(who, meetings.adjourn_meeting, later)
        elif not self._try(who, meetings.close_meeting, meetings.CloseMeeting(key, table["id"])):
            self._an_item_ends(who, table["id"], number, homework, today)

    def _an_item_ends(self, who: str, meeting: UUID, number: int, homework: bool, today: date) -> None:
        item = self._row(
            "select id, version from meeting_items where meeting_id = $1 and state = 'open' order by position, id",
            number, meeting,
        )  # fmt: skip
        if item is None:
            return
        step = recording.Homework(LifeDomain.TIME_USE, "Bellen.", today + timedelta(days=3))
        for action, next_on in ((step if homework else None, today + timedelta(days=30)), (None, None)):
            said = recording.RecordDecision(
                self.town.key(), item["id"], item["version"], "Zo doen we het.", action, next_on, True
            )
            if self._try(who, recording.record_decision, said):
                break
