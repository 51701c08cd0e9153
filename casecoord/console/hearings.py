"""Hearings by date with their preparation, and the page of one: what to do by when, and which place there is."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from casecoord.actions.alternatives import AlternativesOf, Match, alternatives
from casecoord.actions.docket import DocketOf, HearingOf, Waiting, docket, hearing
from casecoord.actions.office import Hand
from casecoord.actions.placements import LONGEST_HOLD
from casecoord.actions.possible import may_plan
from casecoord.actions.preparing import PreparationLoadOf, Week, preparation_load, prepared_by
from casecoord.console.hearing_acts import ACTS, LIST_ACTS
from casecoord.console.paging import onward
from casecoord.console.reception import Reception
from casecoord.console.sheets import Desk, Sheet
from casecoord.console.strip import Strip, strip
from casecoord.domain.alternatives import (
    MOST_A_WEEK,
    OfferKind,
    PlacementState,
    PreparationStep,
    PreparedBy,
    steps,
    warning_text,
)
from casecoord.domain.errors import Problem
from casecoord.domain.ids import key_of
from casecoord.domain.lists import Slice
from casecoord.domain.words import HearingState
from casecoord.domain.workdays import local_date
from casecoord.identity.door import language_of
from casecoord.identity.sessions import Session

PAGE = 20
#: What takes a place of an offer: nobody holds a second one of it.
_TAKEN = (PlacementState.HELD, PlacementState.CONFIRMED, PlacementState.STARTED)


@dataclass(frozen=True, slots=True)
class Coming:
    """The hearings to prepare, and how many there are in each week."""

    strip: Strip
    today: date
    hearings: Slice[Waiting]
    load: list[Week]
    may_plan: bool
    mine: PreparedBy | None

    @property
    def most(self) -> int:
        """The longest bar of the picture of the weeks."""
        return max((MOST_A_WEEK, *(max(week.hearings, week.steps) for week in self.load)))


@dataclass(frozen=True, slots=True)
class AskedHearing:
    """`kind` narrows what could be instead."""

    id: UUID
    kind: OfferKind | None


@dataclass(frozen=True, slots=True)
class Prepared:
    """One hearing, and the alternatives for its youth as far as this actor may choose one."""

    strip: Strip
    today: date
    hearing: Waiting
    matches: list[Match]
    #: what is done of itself is said by the places; these somebody says
    recorded: frozenset[PreparationStep]
    mine: PreparedBy | None

    def until(self, match: Match) -> date:
        """Until when a place is held if nobody says otherwise: the day itself, or as long as can be."""
        last = self.today + LONGEST_HOLD
        return min(day for day in (self.hearing.held_on, last, match.ends_on) if day is not None)


async def coming(hand: Hand, query: DocketOf) -> Coming:
    """Everything of the first screen, in one transaction. Raises Problem `not_found`."""
    return Coming(
        hearings=await docket(hand, query),
        load=await preparation_load(hand, PreparationLoadOf()),
        strip=await strip(hand),
        today=local_date(hand.now),
        may_plan=may_plan(hand),
        mine=prepared_by(hand),
    )


async def prepared(hand: Hand, query: AskedHearing) -> Prepared:
    """Everything of a hearing's page, in one transaction. Raises Problem `not_found`."""
    found = await hearing(hand, HearingOf(query.id))
    return Prepared(
        strip=await strip(hand),
        today=local_date(hand.now),
        hearing=found,
        matches=await _matches(hand, query, found),
        recorded=frozenset(one.step for one in steps(hand.work.deadlines) if one.recorded),
        mine=prepared_by(hand),
    )


async def _matches(hand: Hand, query: AskedHearing, found: Waiting) -> list[Match]:
    if found.state is not HearingState.PLANNED or "hold_place" not in found.may:
        return []
    taken = {place.offer for place in found.places if place.state in _TAKEN}
    try:
        every = await alternatives(hand, AlternativesOf(hearing=query.id, kind=query.kind))
    except Problem:
        return []  # what fits a youth is not for everybody who may know of the day
    return [match for match in every if match.id not in taken]


@dataclass(frozen=True, slots=True)
class Hearings:
    """The list of hearings and the page of each."""

    at: Reception

    def routes(self) -> list[BaseRoute]:
        every = Desk(self.at, "/hearings", LIST_ACTS, self.show_all)
        return [*every.routes(), *Desk(self.at, "/hearings/{id}", ACTS, self.show_one).routes()]

    async def show_all(self, request: Request, session: Session, sheet: Sheet) -> Response:
        query = DocketOf(PAGE, request.query_params.get("after") or None)
        found = await self.at.look(request, session, coming, query)
        following = onward(found.hearings, "/hearings")
        return self.at.page(
            request,
            "hearings.html",
            session=session,
            strip=found.strip,
            sheet=sheet,
            found=found,
            following=following,
            after=query.after,
        )

    async def show_one(self, request: Request, session: Session, sheet: Sheet) -> Response:
        kind = request.query_params.get("kind")
        query = AskedHearing(
            key_of("Hearing", request.path_params["id"]),
            OfferKind(kind) if kind in list(OfferKind) else None,
        )
        found = await self.at.look(request, session, prepared, query)
        warnings = [warning_text(one, language_of(request)) for one in found.hearing.warnings]
        return self.at.page(
            request,
            "hearing.html",
            session=session,
            strip=found.strip,
            sheet=sheet,
            found=found,
            one=found.hearing,
            warnings=warnings,
            kind=query.kind,
            kinds=list(OfferKind),
            recorded=found.recorded,
            proposed={place.offer for place in found.hearing.places},
        )
