"""The tables that an area signs and the rules that are enforced are the same thing."""

from pathlib import Path

import pytest

from casecoord.access.decide import Policy
from casecoord.access.printed import Table, as_csv, document, table
from casecoord.domain.facets import FACETS, Cell, Viewer
from casecoord.domain.words import Purpose, Sphere

REPOSITORY = Path(__file__).parents[2]
GIVEN = {
    Table.FACETS: "access-matrix.csv",
    Table.SPHERES: "access-spheres.csv",
    Table.ACTS: "access-acts.csv",
}
#: The signed copy in the tests and, where the programme's own design lies beside the repository, that.
COPIES = [Path(__file__).parent / "tables", REPOSITORY.parent / "shared" / "design"]


@pytest.fixture(scope="module")
def policy() -> Policy:
    return Policy()


@pytest.mark.parametrize("which", Table)
def test_the_enforced_table_prints_as_it_was_signed(policy: Policy, which: Table) -> None:
    printed = as_csv(table(policy, which))
    for folder in filter(Path.is_dir, COPIES):
        assert printed == (folder / GIVEN[which]).read_bytes().decode(), folder


def test_the_page_for_people_is_the_one_that_the_rules_print(policy: Policy) -> None:
    page = REPOSITORY / "docs" / "who-may-see-what.md"
    assert page.read_text(encoding="utf-8") == document(policy), (
        "print it again: casecoord policy matrix --format md > docs/who-may-see-what.md"
    )


def test_every_facet_says_what_it_needs(policy: Policy) -> None:
    for facet in FACETS.values():
        assert facet.purposes
        assert facet.ground
        assert facet.label_nl
        assert facet.label_en
    assert len({facet.label_nl for facet in FACETS.values()}) == len(FACETS)


def test_every_viewer_may_look_for_some_purpose_and_none_for_all(policy: Policy) -> None:
    for viewer in Viewer:
        usable = [purpose for purpose in Purpose if policy.may_use(viewer, purpose)]
        assert 0 < len(usable) < len(Purpose)


def test_spheres_are_listed_only_where_something_can_be_seen(policy: Policy) -> None:
    care = Purpose.CARE_COORDINATION
    assert policy.spheres(Viewer.SCHOOL_CARE, "signal.summary", care) == {
        Sphere.GENERAL: Cell.FULL,
        Sphere.HEALTH: Cell.AS_SHARED,
    }
    assert policy.spheres(Viewer.OUTSIDER, "signal.summary", care) == {}
    assert policy.spheres(Viewer.SCHOOL_CARE, "signal.summary", Purpose.MONITORING) == {}
    assert policy.spheres(Viewer.SCHOOL_CARE, "court.hearing", care) == {}
