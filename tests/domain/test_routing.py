"""The covering structure over its whole space: whatever covers a household, somebody is accountable."""

from itertools import permutations, product
from uuid import UUID

import pytest

from casecoord.domain.routing import DEFAULT_ORDER, Coverage, RoutedBy, route
from casecoord.domain.words import Sphere

TEAMS = {point: UUID(int=number) for number, point in enumerate(DEFAULT_ORDER, 1)}
COVERAGES = [
    Coverage(**{point.value: TEAMS[point] if there else None for point, there in zip(DEFAULT_ORDER, covered, strict=True)})
    for covered in product((True, False), repeat=4)
]  # fmt: skip
ORDERS = [order for length in range(5) for order in permutations(DEFAULT_ORDER, length)]
#: Which points may be accountable in a sphere at all, written out from the covering structure.
MAY = {
    Sphere.JUSTICE: {RoutedBy.NEIGHBOURHOOD},
    Sphere.HEALTH: {RoutedBy.PRACTICE, RoutedBy.NEIGHBOURHOOD},
    Sphere.LIVELIHOOD: set(DEFAULT_ORDER),
    Sphere.GENERAL: {RoutedBy.SCHOOL, RoutedBy.PRACTICE, RoutedBy.NEIGHBOURHOOD},
}


def covered(coverage: Coverage, point: RoutedBy) -> bool:
    return getattr(coverage, point.value) is not None


@pytest.mark.parametrize("sphere", Sphere)
def test_every_household_has_exactly_one_accountable_point(sphere: Sphere) -> None:
    for coverage, order in product(COVERAGES, ORDERS):
        found = route(coverage, sphere, order)
        ranked = list(order) if sphere in (Sphere.GENERAL, Sphere.LIVELIHOOD) else [
            RoutedBy.PRACTICE, RoutedBy.NEIGHBOURHOOD]  # fmt: skip
        first = next((p for p in ranked if p in MAY[sphere] and covered(coverage, p)), RoutedBy.BACKSTOP)
        assert found.by is first
        assert found.team_id == TEAMS.get(first)


def test_the_default_order_is_school_benefit_practice_neighbourhood() -> None:
    everything = COVERAGES[0]
    assert [route(everything, sphere).by for sphere in Sphere] == [
        RoutedBy.SCHOOL, RoutedBy.SCHOOL, RoutedBy.PRACTICE, RoutedBy.NEIGHBOURHOOD,
    ]  # fmt: skip
    no_school = Coverage(None, *(TEAMS[point] for point in DEFAULT_ORDER[1:]))
    assert route(no_school, Sphere.LIVELIHOOD).by is RoutedBy.BENEFIT
    assert route(no_school, Sphere.GENERAL).by is RoutedBy.PRACTICE


def test_where_nothing_covers_the_areas_coordinator_is_the_backstop() -> None:
    for sphere in Sphere:
        assert (route(Coverage(), sphere).team_id, route(Coverage(), sphere).by) == (None, RoutedBy.BACKSTOP)


def test_justice_never_goes_to_a_school_a_practice_or_an_agency() -> None:
    for coverage, order in product(COVERAGES, ORDERS):
        assert route(coverage, Sphere.JUSTICE, order).team_id in (None, TEAMS[RoutedBy.NEIGHBOURHOOD])
