"""The covering structure: the accountable team as a total function of household and sphere."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import assert_never
from uuid import UUID

from casecoord.domain.words import Sphere


class RoutedBy(StrEnum):
    """Which point of the covering structure made a team accountable."""

    SCHOOL = "school"
    BENEFIT = "benefit"
    PRACTICE = "practice"
    NEIGHBOURHOOD = "neighbourhood"
    BACKSTOP = "backstop"


DEFAULT_ORDER = (RoutedBy.SCHOOL, RoutedBy.BENEFIT, RoutedBy.PRACTICE, RoutedBy.NEIGHBOURHOOD)


@dataclass(frozen=True, slots=True)
class Coverage:
    """The teams that cover a household's schools (the youngest child's first), benefit, practice and buurt."""

    school: UUID | None = None
    benefit: UUID | None = None
    practice: UUID | None = None
    neighbourhood: UUID | None = None


@dataclass(frozen=True, slots=True)
class Route:
    """The accountable team, or None for the area's coordinator as the backstop (gap `uncovered`)."""

    team_id: UUID | None
    by: RoutedBy


def route(coverage: Coverage, sphere: Sphere, order: Sequence[RoutedBy] = DEFAULT_ORDER) -> Route:
    """Which team is accountable for this household in this sphere? It never answers "nobody"."""
    for point in _points(sphere, order):
        team = _team_at(coverage, point)
        if team is not None:
            return Route(team, point)
    return Route(None, RoutedBy.BACKSTOP)


def _points(sphere: Sphere, order: Sequence[RoutedBy]) -> Sequence[RoutedBy]:
    match sphere:
        case Sphere.JUSTICE:
            return (RoutedBy.NEIGHBOURHOOD,)
        case Sphere.HEALTH:
            return (RoutedBy.PRACTICE, RoutedBy.NEIGHBOURHOOD)
        case Sphere.LIVELIHOOD:
            return order
        case Sphere.GENERAL:
            # A benefit is what livelihood is about; it makes no team accountable for anything else.
            return [point for point in order if point is not RoutedBy.BENEFIT]
    assert_never(sphere)


def _team_at(coverage: Coverage, point: RoutedBy) -> UUID | None:
    match point:
        case RoutedBy.SCHOOL:
            return coverage.school
        case RoutedBy.BENEFIT:
            return coverage.benefit
        case RoutedBy.PRACTICE:
            return coverage.practice
        case RoutedBy.NEIGHBOURHOOD:
            return coverage.neighbourhood
        case RoutedBy.BACKSTOP:
            return None
    assert_never(point)
