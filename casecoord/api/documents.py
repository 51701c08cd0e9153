"""Trusted documents: what clients may ask is decided before the start, and named by its SHA-256."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from strawberry import Schema

from casecoord.api.limits import MAX_TOKENS, rules
from casecoord.api.plans import Plan
from graphql import DocumentNode, GraphQLError, OperationDefinitionNode, OperationType, parse, validate

FOLDER = Path(__file__).parents[2] / "graphql" / "operations"


class DocumentError(Exception):
    """A file of `graphql/operations` cannot be trusted; the message names it and says what to do."""


class DocumentInvalid(Exception):
    """A document does not parse, does not fit the schema, or passes a limit."""

    def __init__(self, errors: list[GraphQLError]) -> None:
        super().__init__("; ".join(error.message for error in errors))
        self.errors = errors


@dataclass(frozen=True, slots=True)
class Document:
    """A parsed and valid document, and how it is answered. `id` is `sha256:<hex>` of its exact text."""

    id: str
    name: str
    text: str = field(repr=False)
    parsed: DocumentNode = field(repr=False)
    plan: Plan = field(repr=False)


def prepare(schema: Schema, text: str, *, introspection: bool) -> DocumentNode:
    """Parses and validates. Raises DocumentInvalid."""
    try:
        parsed = parse(text, max_tokens=MAX_TOKENS)
    except GraphQLError as error:
        raise DocumentInvalid([error]) from None
    errors = validate(schema._schema, parsed, rules(introspection), hide_suggestions=True)
    if errors:
        raise DocumentInvalid(errors)
    return parsed


def document_id(text: str) -> str:
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


def load(schema: Schema, folder: Path = FOLDER) -> dict[str, Document]:
    """Every document by its id. Raises DocumentError: a server does not start with one that it cannot answer."""
    documents = [_read(schema, path) for path in sorted(folder.glob("*.graphql"))]
    if not documents:
        raise DocumentError(f"there are no documents in {folder}")
    return {document.id: document for document in documents}


def _read(schema: Schema, path: Path) -> Document:
    text = path.read_text(encoding="utf-8")
    try:
        parsed = prepare(schema, text, introspection=False)
    except DocumentInvalid as error:
        raise DocumentError(f"{path.name}: {error}") from None
    name = path.stem[:1].upper() + path.stem[1:]
    operations = list(_operations(parsed))
    if len(operations) != 1 or operations[0].name is None or operations[0].name.value != name:
        raise DocumentError(f"{path.name}: holds one operation, named {name}")
    if operations[0].operation is OperationType.SUBSCRIPTION:
        raise DocumentError(f"{path.name}: is a subscription; there are none here")
    return Document(document_id(text), name, text, parsed, Plan.of(schema._schema, parsed))


def _operations(parsed: DocumentNode) -> Iterator[OperationDefinitionNode]:
    return (node for node in parsed.definitions if isinstance(node, OperationDefinitionNode))
