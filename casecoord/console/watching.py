"""The ledger of gaps, for whoever watches over promises; and why somebody sees a facet, or does not."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from casecoord.actions.area_map import place_name
from casecoord.actions.explaining import Explained, ExplainOf, explain_facet
from casecoord.actions.lists import GapsOf, gaps, tally
from casecoord.actions.naming import family_names
from casecoord.actions.office import Hand
from casecoord.console.paging import address, onward
from casecoord.console.reception import Reception
from casecoord.console.strip import Strip, strip
from casecoord.domain.ids import key_of
from casecoord.domain.lists import Chosen, OpenGap, Slice
from casecoord.domain.promises import LADDER, Level, Rule
from casecoord.domain.words import Sphere

_PAGE = 25


@dataclass(frozen=True, slots=True)
class Overdue:
    """A page of broken promises, oldest first, and how many there are by rule and age."""

    strip: Strip
    now: datetime
    gaps: Slice[OpenGap]
    names: dict[UUID, list[str]]
    counts: dict[tuple[Rule, Level], int]
    place: str | None


@dataclass(frozen=True, slots=True)
class Cell:
    """A count, and the list of what it counts; `chosen`: that list is the one below."""

    count: int
    href: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Line:
    """The counts of one rule, the youngest first, and all together."""

    rule: Rule
    cells: list[Cell]
    all: Cell


@dataclass(frozen=True, slots=True)
class Why:
    """A decision in words."""

    strip: Strip
    explained: Explained


async def overdue(hand: Hand, query: GapsOf) -> Overdue:
    """Which promises are broken, as far as this actor may see, in one transaction."""
    there, found = replace(query.chosen, rule=None, level=None), await gaps(hand, query)
    return Overdue(
        await strip(hand),
        hand.now,
        found,
        await family_names(hand, (gap.household for gap in found.items)),
        await tally(hand, there),
        await place_name(hand, there),
    )


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
        session, chosen = self.at.session(request), _chosen(request)
        query = GapsOf(first=_PAGE, after=request.query_params.get("after") or None, chosen=chosen)
        found = await self.at.look(request, session, overdue, query)
        return self.at.page(
            request,
            "gaps.html",
            session=session,
            strip=found.strip,
            overdue=found,
            lines=list(_lines(found.counts, chosen)),
            ladder=LADDER,
            chosen=chosen,
            all=_href(replace(chosen, rule=None, level=None)),
            first=_href(chosen) if query.after else "",
            following=onward(found.gaps, "/gaps", **chosen.given),
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


def _chosen(request: Request) -> Chosen:
    asked = request.query_params
    rule, level = asked.get("rule"), asked.get("level", "")
    return Chosen(
        rule if rule in list(Rule) else None,
        int(level) if level in {str(one.value) for one in Level} else None,
        asked.get("neighbourhood") or None,
        asked.get("school") or None,
    )


def _lines(counts: dict[tuple[Rule, Level], int], chosen: Chosen) -> Iterator[Line]:
    for rule in Rule:
        of_rule = {level: counts[rule, level] for level in Level if (rule, level) in counts}
        if of_rule:
            cells = [_cell(chosen, rule, level, of_rule.get(level, 0)) for level in Level]
            yield Line(rule, cells, _cell(chosen, rule, None, sum(of_rule.values())))


def _cell(chosen: Chosen, rule: Rule, level: Level | None, count: int) -> Cell:
    these = replace(chosen, rule=rule.value, level=level.value if level else None)
    return Cell(count, _href(these), these == chosen)


def _href(chosen: Chosen) -> str:
    return address("/gaps", **chosen.given)
