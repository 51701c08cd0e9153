"""Gaps, for whoever watches over promises; and why somebody sees a facet, or does not."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from casecoord.actions.explaining import Explained, ExplainOf, explain_facet
from casecoord.actions.lists import GapsOf, gaps
from casecoord.actions.office import Hand
from casecoord.console.reception import Reception
from casecoord.console.strip import Strip, strip
from casecoord.domain.ids import key_of
from casecoord.domain.lists import OpenGap, Slice
from casecoord.domain.words import Sphere

_PAGE = 50


@dataclass(frozen=True, slots=True)
class Overdue:
    """A page of broken promises, oldest first."""

    strip: Strip
    now: datetime
    gaps: Slice[OpenGap]


@dataclass(frozen=True, slots=True)
class Why:
    """A decision in words."""

    strip: Strip
    explained: Explained


async def overdue(hand: Hand, query: GapsOf) -> Overdue:
    """Which promises are broken, as far as this actor may see, in one transaction."""
    return Overdue(await strip(hand), hand.now, await gaps(hand, query))


async def why(hand: Hand, query: ExplainOf) -> Why:
    """By which rule a facet is shown or not, in one transaction."""
    return Why(await strip(hand), await explain_facet(hand, query))


@dataclass(frozen=True, slots=True)
class Watching:
    """The page of gaps and the page of reasons."""

    at: Reception

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/gaps", self.at.guarded(self.show_gaps)),
            Route("/families/{id}/why/{facet}", self.at.guarded(self.explain)),
        ]

    async def show_gaps(self, request: Request) -> Response:
        session = self.at.session(request)
        query = GapsOf(first=_PAGE, after=request.query_params.get("after") or None)
        found = await self.at.look(request, session, overdue, query)
        following = f"/gaps?{urlencode({'after': found.gaps.cursors[-1]})}" if found.gaps.more else None
        return self.at.page(
            request,
            "gaps.html",
            session=session,
            strip=found.strip,
            overdue=found,
            following=following,
            continued=query.after is not None,
        )

    async def explain(self, request: Request) -> Response:
        """Why do I see this, or not?"""
        session = self.at.session(request)
        sphere = request.query_params.get("sphere")
        query = ExplainOf(
            key_of("Household", request.path_params["id"]),
            request.path_params["facet"],
            Sphere(sphere) if sphere in list(Sphere) else Sphere.GENERAL,
        )
        found = await self.at.look(request, session, why, query)
        return self.at.page(
            request,
            "why.html",
            session=session,
            strip=found.strip,
            why=found.explained,
            here=request.path_params["id"],
        )
