"""Every field of an answer says what it is, and through its facet why, on which ground and how long it is kept."""

import pytest
import strawberry

from casecoord.api import classified
from casecoord.api.classified import CLASSIFIED, Free, Unclassified, answers, classify, said_of
from casecoord.api.schema import build
from casecoord.domain.facets import FACETS

SCHEMA = build()


def test_every_field_has_a_facet_with_purpose_ground_and_retention_or_needs_none() -> None:
    fields = [(answer.name, name) for answer in answers(SCHEMA) for name in answer.fields]
    facets = {said_of(answer)[name] for answer, name in fields} - set(Free)
    assert len(fields) > 300 and facets <= set(FACETS)
    for facet in (FACETS[name] for name in facets):
        assert facet.purposes and facet.ground and facet.retention and facet.label_nl and facet.label_en


def test_no_field_is_listed_twice() -> None:
    for answer, listed in CLASSIFIED.items():
        names = " ".join(listed.values()).split()
        assert len(names) == len(set(names)), answer


def test_every_reason_why_a_field_needs_no_facet_is_given_to_some() -> None:
    assert {what for listed in CLASSIFIED.values() for what in listed} & set(Free) == set(Free)


@strawberry.type
class Neighbour:
    name: str
    gossip: str


@strawberry.type
class Query:
    neighbour: Neighbour


@pytest.mark.parametrize(
    ("listed", "fault"),
    [
        ({}, "Neighbour.name is not listed"),
        ({"person.name": "name"}, "Neighbour.gossip is not listed"),
        ({"person.name": "name", "signal.gossip": "gossip"}, "Neighbour.gossip: no facet signal.gossip"),
        ({"person.name": "name gossip", Free.OWN: "secret"}, "Neighbour.secret is not there"),
    ],
)
def test_no_schema_is_built_with_a_field_that_says_not_what_it_is(
    monkeypatch: pytest.MonkeyPatch, listed: dict[str, str], fault: str
) -> None:
    monkeypatch.setitem(classified.CLASSIFIED, "Neighbour", listed)
    with pytest.raises(Unclassified, match=fault):
        classify(strawberry.Schema(Query))


def test_the_printed_schema_shows_the_facets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(classified.CLASSIFIED, "Neighbour", {"person.name": "name", Free.OWN: "gossip"})
    schema = strawberry.Schema(Query)
    classify(schema)
    assert 'name: String! @facet(name: "person.name")' in schema.as_str()
    assert "gossip: String!\n" in schema.as_str()
