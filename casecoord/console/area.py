"""The coordinator's first screen: where in the area promises wait to be kept, and which place has no team."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from casecoord.actions.area_map import AreaMap, AreaMapOf, MappedPlace, area_map
from casecoord.actions.coverage import CoverageOf, coverage
from casecoord.actions.office import Hand
from casecoord.console.reception import Reception
from casecoord.console.strip import Strip, strip

#: From how many broken promises on a place is shaded one step further.
STEPS = (1, 3, 6, 11)


@dataclass(frozen=True, slots=True)
class Covering:
    """The area as it stands."""

    strip: Strip
    map: AreaMap


@dataclass(frozen=True, slots=True)
class Group:
    """A part of the map under its own heading."""

    name: str
    places: list[MappedPlace]


async def covering(hand: Hand, query: AreaMapOf) -> Covering:
    """Everything of the page, in one transaction. Raises Problem `not_found`."""
    return Covering(await strip(hand), await area_map(hand, query))


@dataclass(frozen=True, slots=True)
class TheArea:
    """The map of the area."""

    at: Reception

    def routes(self) -> list[BaseRoute]:
        return [Route("/area", self.at.guarded(self.show_area))]

    async def show_area(self, request: Request) -> Response:
        session = self.at.session(request)
        found = await self.at.look(request, session, covering, AreaMapOf())
        # Figures of all rows are a survey: a transaction of its own, that opens no family.
        figures = await self.at.look(request, session, coverage, CoverageOf(first=1))
        schools = sorted(found.map.schools, key=lambda place: (-place.gaps, not place.lacks, place.name))
        telling = [place for place in schools if place.gaps or place.lacks]
        return self.at.page(
            request,
            "area.html",
            session=session,
            strip=found.strip,
            area=found,
            figures=figures,
            open=sum(place.gaps for place in found.map.neighbourhoods) + found.map.elsewhere,
            districts=_districts(found.map.neighbourhoods),
            schools=telling,
            quiet=len(schools) - len(telling),
            shade=shade,
            steps=STEPS,
        )


def shade(gaps: int) -> int:
    """How many of the blocks of a place are filled."""
    return sum(gaps >= step for step in STEPS)


def _districts(places: list[MappedPlace]) -> list[Group]:
    found: dict[str, list[MappedPlace]] = {}
    for place in places:
        found.setdefault(place.district or "", []).append(place)
    return [Group(name, there) for name, there in found.items()]
