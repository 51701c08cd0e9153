"""The schema: Query and Mutation put together, printed to `graphql/schema.graphql`, and made safe to run."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import strawberry
import structlog
from strawberry.extensions import SchemaExtension
from strawberry.schema.config import StrawberryConfig
from strawberry.types import ExecutionContext

from casecoord.api.classified import classify
from casecoord.api.context import Context
from casecoord.api.errors import code_of
from casecoord.api.mutations import MUTATION
from casecoord.api.queries import Query
from graphql import GraphQLError

PRINTED = Path(__file__).parents[2] / "graphql" / "schema.graphql"

_log = structlog.get_logger()


class Prepared(SchemaExtension):
    """Runs the document that the door prepared: nothing is parsed or validated twice."""

    def on_parse(self) -> Iterator[None]:
        self.execution_context.graphql_document = _context(self.execution_context).document
        yield

    def on_validate(self) -> Iterator[None]:
        self.execution_context.pre_execution_errors = []
        yield


class Schema(strawberry.Schema):
    """Logs an error as a code and the operation's name: its text may hold what a family said."""

    def process_errors(
        self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None
    ) -> None:
        self.log_errors(errors, _context(execution_context).operation if execution_context else None)

    def log_errors(self, errors: list[GraphQLError], operation: str | None) -> None:
        for error in errors:
            code, cause = code_of(error), error.original_error
            say = _log.error if code in ("internal", "unreadable") else _log.info
            say("graphql_error", code=code, operation=operation, kind=type(cause).__name__ if cause else None)


def build() -> Schema:
    """The schema, the same in every mode. Raises Unclassified where a field says not what it is."""
    schema = Schema(
        query=Query,
        mutation=MUTATION,
        extensions=[Prepared],
        config=StrawberryConfig(disable_field_suggestions=True),
    )
    classify(schema)
    return schema


def printed(schema: strawberry.Schema) -> str:
    """The schema in GraphQL's own language, as `graphql/schema.graphql` holds it."""
    return f"{schema.as_str().strip()}\n"


def _context(execution_context: ExecutionContext) -> Context:
    context: Any = execution_context.context
    assert isinstance(context, Context)
    return context
