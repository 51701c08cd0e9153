"""The map of an area: where promises to families are broken, and which school or neighbourhood has no team.

For its coordinator, who sees each of these promises. Where a family with a secret address lives it does not tell.
"""

from dataclasses import dataclass

from casecoord.actions.coverage import Lack, PlaceKind
from casecoord.actions.filters import condition
from casecoord.actions.looking import Look, viewers
from casecoord.actions.office import Hand
from casecoord.domain.errors import Problem
from casecoord.domain.facets import Viewer
from casecoord.domain.lists import Chosen
from casecoord.domain.words import Role
from casecoord.storage import area_map as storage


@dataclass(frozen=True, slots=True)
class AreaMapOf:
    """That of the actor's area."""


@dataclass(frozen=True, slots=True)
class MappedPlace:
    """A place by its DUO or CBS code; `gaps`: broken promises to the families that live or learn there."""

    kind: PlaceKind
    code: str
    name: str
    district: str | None
    lacks: tuple[Lack, ...]
    gaps: int


@dataclass(frozen=True, slots=True)
class AreaMap:
    """`elsewhere`: broken promises to families whose neighbourhood is not of this area, or may not be told."""

    neighbourhoods: list[MappedPlace]
    schools: list[MappedPlace]
    elsewhere: int


async def area_map(hand: Hand, query: AreaMapOf) -> AreaMap:
    """Where do promises wait to be kept? For the area's coordinator."""
    look = Look(hand, None, viewers(hand, takes_part=False, is_lead=False, signalled=False, escalated=False))
    if hand.actor.role is not Role.AREA_COORDINATOR or not (
        look.sees("gap") and look.sees("school.enrolment")
    ):
        raise Problem("not_found", "area")
    rows = await storage.places(hand.work, condition(hand, "gap", {Viewer.COORDINATOR: "true"}))
    look.decide("household.address")
    look.remember("area_map")
    places = [
        MappedPlace(
            PlaceKind(row["kind"]),
            row["code"],
            row["name"],
            row["district"],
            tuple(map(Lack, row["lacks"])),
            row["gaps"],
        )
        for row in rows
        if row["code"]
    ]
    return AreaMap(
        [place for place in places if place.kind is PlaceKind.NEIGHBOURHOOD],
        [place for place in places if place.kind is PlaceKind.SCHOOL],
        sum(row["gaps"] for row in rows if not row["code"]),
    )


async def place_name(hand: Hand, chosen: Chosen) -> str | None:
    """The name of the place that was chosen, if one was: of no family."""
    if not (chosen.neighbourhood or chosen.school):
        return None
    return await storage.name_of(hand.work, chosen.neighbourhood, chosen.school)
