"""What can be said in the variables of a trusted document: every enum, boolean and kind of id and string."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from casecoord.api import documents
from casecoord.api.schema import build
from casecoord.domain.facets import FACETS
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    OperationDefinitionNode,
    OperationType,
    type_from_ast,
)

SCHEMA = build()
DOCUMENTS = {document.name: document for document in documents.load(SCHEMA).values()}

#: A word that nobody here wrote, so that whatever repeats it can be seen.
SAID = "Kanarieinvoer"
HOSTILE = "'; drop table persons; --\u202e<script>{{7*7}}</script>\x00%s" + SAID
PLAUSIBLE = f"{SAID} belt morgen met de school."
STRINGS = ("", SAID, HOSTILE, PLAUSIBLE)

#: What an id in a variable of this name can be the id of; any of them where it is not named.
KINDS_OF: dict[str, tuple[str, ...]] = {
    "id": ("Household", "Case"),
    "other": ("Household",),
    "persons": ("Person",),
    "keepCase": ("Case",),
    "second": ("Professional",),
    "owner": ("Professional",),
    "to": ("Team",),
    "deputy": ("Membership",),
    "successor": ("Membership",),
    "justiceDeputy": ("Membership",),
    "grant": ("BreakGlass",),
    "offer": ("MoveOffer",),
    "notices": ("Notice",),
    "item": ("Signal", "Action"),
    "entry": ("LogEntry",),
    "code": ("ResidentCode",),
    "givenBy": ("Person",),
    "by": ("Person",),
    "decision": ("RightDecision",),
    "goal": ("Milestone",),
    "replaces": ("Agreement",),
    "adopts": ("Person",),
    "saidBy": ("Person",),
    "chair": ("Membership",),
    "guests": ("Membership",),
    "present": ("Membership",),
    "blockades": ("Blockade",),
    "also": ("Blockade",),
    "rule": ("Breakthrough",),
    "thing": ("Signal", "MedicalNote", "Action", "Contact", "Hearing", "Blockade", "Person", "Event"),
}


@dataclass(frozen=True, slots=True)
class IdOf:
    """An id to be chosen for whoever asks: `own`, `foreign` or `unknown`."""

    kind: str
    whose: str


@dataclass(frozen=True, slots=True)
class Factor:
    """One variable, by its path through the inputs, and what can be said in it. `None`: nothing."""

    path: tuple[str, ...]
    values: tuple[Any, ...]

    @property
    def meant(self) -> Any:
        """What one would say who means it: one's own things, and a sentence."""
        return next(
            (value for value in self.values if value == PLAUSIBLE), next(filter(None, self.values), None)
        )


def operation(name: str) -> OperationDefinitionNode:
    (found,) = DOCUMENTS[name].parsed.definitions
    assert isinstance(found, OperationDefinitionNode)
    return found


def changes(name: str) -> bool:
    """Whether a document is a mutation."""
    return operation(name).operation is OperationType.MUTATION


def factors(name: str) -> list[Factor]:
    """What can be said in a document."""
    given = {
        variable.variable.name.value: type_from_ast(SCHEMA._schema, variable.type)
        for variable in operation(name).variable_definitions or ()
    }
    return list(_factors(given, ()))


def _factors(fields: dict[str, Any], above: tuple[str, ...]) -> Iterator[Factor]:
    for name, kind in fields.items():
        bare, optional = _bare(kind), not isinstance(kind, GraphQLNonNull)
        path = (*above, name)
        if isinstance(bare, GraphQLInputObjectType):
            inner = {field: one.type for field, one in bare.fields.items()}
            if optional or _listed(kind):
                yield Factor(path, (None, "given"))
            yield from _factors(inner, path)
        elif name != "idempotencyKey":
            values = tuple(_values(name, bare))
            yield Factor(path, (None, *values) if optional else values)


def _values(name: str, bare: Any) -> Iterator[Any]:
    if isinstance(bare, GraphQLEnumType):
        yield from bare.values
    elif bare.name == "ID":
        kinds = KINDS_OF.get(name, (name[0].upper() + name[1:],))
        yield from (IdOf(kind, whose) for kind in kinds for whose in ("own", "foreign", "unknown"))
    elif bare.name == "Boolean":
        yield from (True, False)
    elif bare.name == "Int":
        yield from (1, 100, 0)
    elif bare.name == "Date":
        yield from ("2026-12-01", "1985-02-03")
    elif bare.name == "DateTime":
        yield from ("2026-11-20T09:00:00+00:00", "2026-12-20T09:00:00+00:00")
    elif name == "facet":
        yield from (*FACETS, HOSTILE)
    else:
        yield from STRINGS


def _bare(kind: Any) -> Any:
    while isinstance(kind, GraphQLNonNull | GraphQLList):
        kind = kind.of_type
    return kind


def _listed(kind: Any) -> bool:
    return isinstance(kind.of_type if isinstance(kind, GraphQLNonNull) else kind, GraphQLList)


def variables(name: str, said: dict[tuple[str, ...], Any]) -> dict[str, Any]:
    """The variables of a document in which this is said."""
    given = {
        variable.variable.name.value: type_from_ast(SCHEMA._schema, variable.type)
        for variable in operation(name).variable_definitions or ()
    }
    return _filled(given, (), said)


def _filled(
    fields: dict[str, Any], above: tuple[str, ...], said: dict[tuple[str, ...], Any]
) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, kind in fields.items():
        path, bare = (*above, name), _bare(kind)
        if name == "idempotencyKey":
            found[name] = f"crawl-{uuid4()}"
        elif isinstance(bare, GraphQLInputObjectType):
            if path in said and said[path] is None:
                continue
            value: Any = _filled({field: one.type for field, one in bare.fields.items()}, path, said)
            found[name] = [value] if _listed(kind) else value
        elif said.get(path) is not None:
            found[name] = [said[path]] if _listed(kind) else said[path]
    return found
