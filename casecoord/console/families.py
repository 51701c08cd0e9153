"""The first page: what now? My families by urgency and deadline, what is overdue and whose, what I am asked."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from casecoord.actions.asked import Asked, AskedOf, asked_of_me
from casecoord.actions.lists import GapsOf, WorklistOf, gaps, worklist
from casecoord.actions.office import Hand
from casecoord.console.mine import Mine
from casecoord.console.my_acts import MY_ACTS
from casecoord.console.paging import address, onward
from casecoord.console.reception import Reception
from casecoord.console.sheets import Sheet
from casecoord.console.strip import Strip, strip
from casecoord.console.ways import start
from casecoord.domain.lists import Flagged, OpenGap, Slice
from casecoord.domain.words import TeamKind, Urgency
from casecoord.identity.sessions import Session
from casecoord.storage.work import UnknownLogin

#: Enough for one look; what follows is a page further.
PAGE = 25
_MOST_GAPS = 100


@dataclass(frozen=True, slots=True)
class HomeOf:
    """Which families: `urgency` and `overdue` filter; `after` is the cursor of the page before."""

    urgency: Urgency | None = None
    overdue: bool = False
    after: str | None = None


@dataclass(frozen=True, slots=True)
class Home:
    """What now, for one person; `gaps` by household, the oldest first.

    `new_first`: a school's team looks at what came in before it goes on with what runs.
    """

    strip: Strip
    now: datetime
    new_first: bool
    families: Slice[Flagged]
    gaps: dict[UUID | None, list[OpenGap]]
    asked: Asked


async def home(hand: Hand, query: HomeOf) -> Home:
    """Everything of the first page, in one transaction."""
    by_household = defaultdict(list)
    for gap in (await gaps(hand, GapsOf(first=_MOST_GAPS))).items:
        by_household[gap.household].append(gap)
    new_first = hand.actor.team_kind is TeamKind.SCHOOL_CARE
    return Home(
        strip=await strip(hand),
        now=hand.now,
        new_first=new_first,
        families=await worklist(
            hand,
            WorklistOf(
                urgency=query.urgency,
                overdue=query.overdue,
                first=PAGE,
                after=query.after,
                new_first=new_first,
            ),
        ),
        gaps=dict(by_household),
        asked=await asked_of_me(hand, AskedOf()),
    )


async def first(hand: Hand, query: HomeOf) -> Home | str:
    """The first screen of this actor: the families, or the path of another page."""
    begins = start(hand)
    return await home(hand, query) if begins == "/families" else begins


@dataclass(frozen=True, slots=True)
class Filter:
    """A way to narrow the list, as a link."""

    urgency: Urgency | None
    overdue: bool
    href: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Families:
    """The first page, before and after signing in."""

    at: Reception

    def routes(self) -> list[BaseRoute]:
        guarded = self.at.guarded
        return [Route("/", guarded(self.start)), Route("/families", guarded(self.list_families))]

    async def start(self, request: Request) -> Response:
        """What this is, or, after signing in, what waits for me."""
        session = self.at.door.session(request)
        if session is None:
            return self.at.page(request, "welcome.html")
        try:
            found = await self.at.look(request, session, first, _asked(request))
        except UnknownLogin:
            # No professional: then somebody of a family, or nobody yet.
            return await Mine(self.at).show(request, session, Sheet(MY_ACTS, "/mine"))
        if isinstance(found, str):
            return RedirectResponse(found, 303)
        return self._show(request, session, found)

    async def list_families(self, request: Request) -> Response:
        """The families of this seat."""
        session = self.at.session(request)
        return self._show(request, session, await self.at.look(request, session, home, _asked(request)))

    def _show(self, request: Request, session: Session, found: Home) -> Response:
        query = _asked(request)
        return self.at.page(
            request,
            "home.html",
            session=session,
            home=found,
            strip=found.strip,
            query=query,
            filters=_filters(query),
            following=onward(found.families, "/families", **_chosen(query.urgency, query.overdue)),
        )


def _asked(request: Request) -> HomeOf:
    asked = request.query_params
    urgency = asked.get("urgency")
    return HomeOf(
        Urgency(urgency) if urgency in list(Urgency) else None,
        asked.get("overdue") == "1",
        asked.get("after") or None,
    )


def _filters(query: HomeOf) -> list[Filter]:
    ways = [(None, False), *((urgency, False) for urgency in Urgency), (None, True)]
    return [
        Filter(
            urgency,
            overdue,
            address("/families", **_chosen(urgency, overdue)),
            (urgency, overdue) == (query.urgency, query.overdue),
        )
        for urgency, overdue in ways
    ]


def _chosen(urgency: Urgency | None, overdue: bool) -> dict[str, str | None]:
    return {"urgency": urgency, "overdue": "1" if overdue else None}
