"""A meeting as one screen, for everybody in the room: what is on the table, one family at a time, and how it ends.

Who a family is and what was decided stay closed until somebody asks: then for that page, or for that family alone.
"""

import asyncio
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from casecoord.actions.agenda import MeetingOf, meeting, meeting_minutes
from casecoord.actions.office import Hand
from casecoord.actions.possible import Possible, possible
from casecoord.actions.tables import may_lead_table
from casecoord.console.forms import Option
from casecoord.console.meeting_acts import TABLE_ACTS
from casecoord.console.reception import Reception, attachment
from casecoord.console.sheets import Desk, Sheet
from casecoord.console.strip import Strip, strip
from casecoord.domain.errors import Problem
from casecoord.domain.ids import global_id, key_of
from casecoord.domain.meeting_view import AgendaItem, Attendant, MeetingView
from casecoord.domain.meetings import AgendaKind, AgendaState, MeetingState
from casecoord.domain.words import LifeDomain
from casecoord.domain.workdays import local_date
from casecoord.identity.door import language_of
from casecoord.identity.sessions import Session
from casecoord.paper.minutes import pdf_of_minutes

#: What a case that is talked about comes back on, unless somebody says otherwise.
_AGAIN = timedelta(days=14)
_COMES_BACK = (AgendaKind.GAP, AgendaKind.REVIEW, AgendaKind.MOVE)


@dataclass(frozen=True, slots=True)
class TableOf:
    """`item`: which one is talked about; None: the first that is open. `names`: of "all", of this "one", or of none.

    `tried`: the item of which a form comes back: what was decided of it meanwhile is shown beside it.
    """

    meeting: UUID
    item: UUID | None = None
    names: str = ""
    tried: UUID | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """All of a meeting's page for one viewer; `at`: where the item that is talked about stands, from 0."""

    strip: Strip
    now: datetime
    meeting: MeetingView
    leads: bool
    at: int | None
    may: Possible

    @property
    def item(self) -> AgendaItem | None:
        return None if self.at is None else self.meeting.agenda[self.at]

    @property
    def left(self) -> int:
        """How many items are open."""
        return sum(one.state is AgendaState.OPEN for one in self.meeting.agenda)

    @property
    def again(self) -> date | None:
        """What stands in the form as the day on which this family comes back."""
        comes_back = self.item is not None and self.item.kind in _COMES_BACK
        return local_date(self.now) + _AGAIN if comes_back else None


async def table(hand: Hand, query: TableOf) -> Table:
    """Everything of a meeting's page, in one transaction. Raises Problem `not_found`."""
    one = (query.item,) if query.item else ()
    named: tuple[UUID, ...] | None = None if query.names == "all" else one if query.names == "one" else ()
    worded = None if named is None else (*named, *((query.tried,) if query.tried else ()))
    view = await meeting(hand, MeetingOf(query.meeting, named, worded))
    leads, at = may_lead_table(hand, view.team, view.chair), _talked_about(view, query.item or query.tried)
    item = None if at is None else view.agenda[at]
    asks = leads and item is not None and item.signal is not None and view.state is MeetingState.OPEN
    return Table(
        strip=await strip(hand),
        now=hand.now,
        meeting=view,
        leads=leads,
        at=at,
        may=await possible(hand, item.household, {item.signal})
        if asks and item and item.signal
        else Possible(),
    )


async def minutes(hand: Hand, query: MeetingOf) -> tuple[Strip, MeetingView]:
    """What was decided, to read and to print, in one transaction."""
    return await strip(hand), await meeting_minutes(hand, query)


def _talked_about(view: MeetingView, asked: UUID | None) -> int | None:
    """Where the item stands that was asked for, else the first that is open; None before the meeting opens."""
    if view.state is MeetingState.PLANNED:
        return None
    there = [number for number, one in enumerate(view.agenda) if one.id == asked]
    still = [number for number, one in enumerate(view.agenda) if one.state is AgendaState.OPEN]
    if asked is not None and not there:
        raise Problem("not_found", "item")
    return next(iter(there or still), None)


@dataclass(frozen=True, slots=True)
class AtTheTable:
    """A meeting's page with its forms, and its minutes."""

    at: Reception

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/meetings/{id}/minutes", self.at.guarded(self.show_minutes)),
            Route("/meetings/{id}/minutes.pdf", self.at.guarded(self.print_minutes)),
            *Desk(self.at, "/meetings/{id}", TABLE_ACTS, self.show).routes(),
        ]

    async def show(self, request: Request, session: Session, sheet: Sheet) -> Response:
        asked = request.query_params
        tried = sheet.tried.value("meetingItem") if sheet.tried else ""
        item = asked.get("item") or None
        query = TableOf(
            _meeting(request),
            key_of("MeetingItem", item, "item") if item else None,
            asked.get("names", ""),
            key_of("MeetingItem", tried, "meetingItem") if tried else None,
        )
        found = await self.at.look(request, session, table, query)
        return self.at.page(
            request,
            "meeting.html",
            session=session,
            strip=found.strip,
            table=found,
            meeting=found.meeting,
            names=query.names,
            domains=list(LifeDomain),
            owners=_owners(found),
            sheet=replace(sheet.offering(**_seats(found)), asked=_asked(found)),
        )

    async def show_minutes(self, request: Request) -> Response:
        session = self.at.session(request)
        above, found = await self.at.look(request, session, minutes, MeetingOf(_meeting(request)))
        return self.at.page(request, "minutes.html", session=session, strip=above, meeting=found)

    async def print_minutes(self, request: Request) -> Response:
        """The minutes as a PDF; its name says nothing."""
        session = self.at.session(request)
        found = await self.at.look(request, session, meeting_minutes, MeetingOf(_meeting(request)))
        made = await asyncio.to_thread(pdf_of_minutes, found, language_of(request))
        return attachment(made, "application/pdf", f"minutes-{local_date(found.at)}.pdf")


def _meeting(request: Request) -> UUID:
    return key_of("Meeting", request.path_params["id"], "meeting")


def _asked(found: Table) -> str:
    """Whatever is done besides, this family stays on the table."""
    item = found.item.id if found.item else None
    return f"?item={global_id('MeetingItem', item)}" if item else ""


def _seats(found: Table) -> dict[str, list[Option]]:
    """Who can be marked as there: before it opens all but oneself, afterwards whoever is absent."""
    me = found.strip.me.acting.membership_id
    away = [one for one in found.meeting.expected if not one.present]
    return {
        "present": [_seat(one) for one in away if one.membership != me],
        "absent": [_seat(one) for one in away],
    }


def _seat(one: Attendant) -> Option:
    return Option(global_id("Membership", one.membership), f"{one.name} ({one.team_name})")


def _owners(found: Table) -> list[Option]:
    """Who can be given an action: oneself first; the own team, and for the family's lead everybody here."""
    me, item = found.strip.me, found.item
    everybody = item is not None and item.led
    near = [one for one in found.meeting.expected if everybody or one.team == me.acting.team_id]
    near.sort(key=lambda one: one.professional != me.professional_id)
    return [
        Option(
            f"{global_id('Professional', one.professional)} {global_id('Team', one.team)}",
            one.name,
            one.team_name,
        )
        for one in near
    ]
