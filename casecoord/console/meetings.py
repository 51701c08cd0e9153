"""A team's meetings: those to come and those that were, and setting a date for the next."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from casecoord.actions.agenda import MeetingLine, MeetingsOf, page_of_meetings
from casecoord.actions.office import Hand
from casecoord.actions.tables import (
    Tablemate,
    TablematesOf,
    may_know_tables,
    may_say_it_met,
    may_set_table,
    tablemates,
)
from casecoord.actions.teams import TeamLine, TeamsOf, teams
from casecoord.console.forms import Option
from casecoord.console.meeting_acts import LIST_ACTS
from casecoord.console.paging import onward
from casecoord.console.reception import Reception
from casecoord.console.sheets import Desk, Sheet
from casecoord.console.strip import Strip, strip
from casecoord.domain.errors import Problem
from casecoord.domain.ids import global_id, key_of
from casecoord.domain.meetings import COMPOSITION, MeetingState
from casecoord.identity.sessions import Session

PAGE = 50
_STILL = (MeetingState.OPEN, MeetingState.PLANNED)


@dataclass(frozen=True, slots=True)
class TablesOf:
    """`guests_of`: the team whose people are offered as guests of a new meeting; `after`: the cursor before."""

    guests_of: UUID | None = None
    after: str | None = None


@dataclass(frozen=True, slots=True)
class Tables:
    """The meetings that somebody may know of: to come, the first first; past, the last first."""

    strip: Strip
    now: datetime
    to_come: list[MeetingLine]
    past: list[MeetingLine]
    following: str | None
    may_set: bool
    may_say: bool
    mates: list[Tablemate]
    teams: list[TeamLine]


async def tables(hand: Hand, query: TablesOf) -> Tables:
    """Everything of the list, in one transaction. Raises Problem `not_found` for who sits at no such table."""
    if not may_know_tables(hand):
        raise Problem("not_found")
    page, may_set = await page_of_meetings(hand, MeetingsOf(PAGE, query.after)), may_set_table(hand)
    known = page.items
    asked = (query.guests_of,) if query.guests_of else ()
    return Tables(
        strip=await strip(hand),
        now=hand.now,
        to_come=sorted((one for one in known if one.state in _STILL), key=_first),
        past=[one for one in known if one.state not in _STILL],
        following=onward(page, "/meetings"),
        may_set=may_set,
        may_say=may_say_it_met(hand),
        mates=await tablemates(hand, TablematesOf(asked)) if may_set else [],
        teams=[
            one
            for one in (await teams(hand, TeamsOf()) if may_set else [])
            if one.kind in COMPOSITION and one.id != hand.actor.team_id
        ],
    )


def _first(line: MeetingLine) -> tuple[bool, datetime]:
    return line.state is not MeetingState.OPEN, line.at


@dataclass(frozen=True, slots=True)
class Meetings:
    """The list of meetings and the form for a date."""

    at: Reception

    def routes(self) -> list[BaseRoute]:
        return Desk(self.at, "/meetings", LIST_ACTS, self.show).routes()

    async def show(self, request: Request, session: Session, sheet: Sheet) -> Response:
        typed = sheet.tried.value("with") if sheet.tried else request.query_params.get("with", "")
        guests_of = key_of("Team", typed, "team") if typed else None
        after = request.query_params.get("after") or None
        found = await self.at.look(request, session, tables, TablesOf(guests_of, after))
        own = found.strip.me.acting.team_id
        return self.at.page(
            request,
            "meetings.html",
            session=session,
            strip=found.strip,
            tables=found,
            guests_of=typed,
            after=after,
            sheet=sheet.offering(
                own=[_option(one) for one in found.mates if one.team == own],
                guests=[_option(one) for one in found.mates if one.team != own],
            ),
        )


def _option(one: Tablemate) -> Option:
    return Option(global_id("Membership", one.membership), one.name, one.team_name)
