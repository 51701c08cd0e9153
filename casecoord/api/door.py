"""GraphQL over HTTP: `POST /graphql`, and nothing else. Credentials first, then the document, then the action."""

import asyncio
import json
from dataclasses import dataclass
from email.message import Message
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response
from strawberry.types.execution import ExecutionResult as Executed

from casecoord.actions.office import Office
from casecoord.api.context import Context
from casecoord.api.documents import Document, DocumentInvalid, prepare
from casecoord.api.errors import (
    COME_BACK,
    HttpProblem,
    error_body,
    formatted,
    http_error,
    raise_for,
)
from casecoord.api.limits import EXECUTION_SECONDS
from casecoord.api.schema import Schema
from casecoord.domain.words import Language
from casecoord.identity.door import Door, language_of
from casecoord.identity.refusals import Refused
from graphql import ExecutionResult, GraphQLError, OperationDefinitionNode

JSON = "application/json"
GRAPHQL_JSON = "application/graphql-response+json"
RAW = "raw"


@dataclass(frozen=True, slots=True)
class Asked:
    """A well-formed request body: a document (trusted or raw) and what goes with it."""

    document: Document | str
    operation: str | None
    variables: dict[str, Any] | None


class GraphQLDoor:
    """`development` allows raw documents and introspection. Sets `request.state.operation` for logs and metrics."""

    def __init__(
        self, schema: Schema, documents: dict[str, Document], door: Door, office: Office, *, development: bool
    ) -> None:
        self.schema = schema
        self.documents = documents
        self.door = door
        self.office = office
        self.development = development

    async def graphql(self, request: Request) -> Response:
        """Every request to the door."""
        language = language_of(request)
        try:
            media = _accepted(request.headers.get("accept"))
            _check_content_type(request.headers.get("content-type", ""))
            caller = await self.door.caller(request)
            asked = self._asked(_json_object(await request.body()))
            status, body = await self._execute(request, asked, caller, media)
            return _response(body, status, media)
        except HttpProblem as problem:
            status, body = http_error(problem.code, language)
            return _response(body, status, JSON)
        except Refused as refused:
            return refusal_response(refused, language)

    async def _execute(
        self, request: Request, asked: Asked, caller: Any, media: str
    ) -> tuple[int, dict[str, Any]]:
        request.state.operation = RAW if isinstance(asked.document, str) else asked.document.name
        try:
            parsed = (
                prepare(self.schema, asked.document, introspection=True)
                if isinstance(asked.document, str)
                else asked.document.parsed
            )
        except DocumentInvalid as invalid:
            return _request_error([_developers(error) for error in invalid.errors], media)
        _check_operation(parsed.definitions, asked.operation)
        context = Context(self.office, caller, parsed, request.state.operation, self.door.public_url)
        try:
            async with asyncio.timeout(EXECUTION_SECONDS):
                result = await self._result(asked, context)
        except TimeoutError:
            raise HttpProblem("timeout") from None
        errors = result.errors or []
        raise_for(errors)
        answers = [formatted(error, caller.language) for error in errors]
        if result.data is None and all(error.path is None for error in errors):
            return _request_error(answers, media)
        return 200, {**({"errors": answers} if answers else {}), "data": result.data}

    async def _result(self, asked: Asked, context: Context) -> ExecutionResult | Executed:
        """By its plan, or of a raw document by asking each field what it is."""
        if isinstance(asked.document, str):
            return await self.schema.execute(
                "prepared",
                variable_values=asked.variables,
                context_value=context,
                operation_name=asked.operation,
            )
        result = await asked.document.plan.run(asked.variables, context)
        self.schema.log_errors(result.errors or [], context.operation)
        return result

    def _asked(self, body: dict[str, Any]) -> Asked:
        variables = _optional(body, "variables", dict)
        _optional(body, "extensions", dict)
        operation = _optional(body, "operationName", str)
        if body.get("documentId") is not None:
            if not isinstance(body["documentId"], str) or body.get("query") is not None:
                raise HttpProblem("parameter_invalid")
            document = self.documents.get(body["documentId"])
            if document is None:
                raise HttpProblem("document_unknown")
            return Asked(document, operation, variables)
        query = body.get("query")
        if query is None:
            raise HttpProblem("document_missing")
        if not isinstance(query, str):
            raise HttpProblem("parameter_invalid")
        if not self.development:
            raise HttpProblem("document_raw")
        return Asked(query, operation, variables)


def refusal_response(refused: Refused, language: Language) -> Response:
    """A closed door, as JSON, with its challenge or the time to come back."""
    body = error_body(refused.code, refused.message(language), refused.status)
    answer = _response(body, refused.status, JSON)
    if refused.challenge:
        answer.headers["WWW-Authenticate"] = refused.challenge
    return answer


def http_error_response(code: str, language: Language) -> Response:
    """A refusal of the request as a whole, as JSON."""
    status, body = http_error(code, language)
    return _response(body, status, JSON)


def _response(body: dict[str, Any], status: int, media: str) -> Response:
    answer = Response(orjson.dumps(body), status, media_type=f"{media}; charset=utf-8")
    if status in COME_BACK:
        answer.headers["Retry-After"] = str(COME_BACK[status])
    return answer


def _request_error(errors: list[dict[str, Any]], media: str) -> tuple[int, dict[str, Any]]:
    """A request that was never executed has no data; clients of plain JSON expect 200 (GraphQL over HTTP 6.4.1)."""
    return (400 if media == GRAPHQL_JSON else 200), {"errors": errors}


def _accepted(accept: str | None) -> str:
    """The media type to answer in. Raises HttpProblem `not_acceptable`."""
    if accept is None or not accept.strip():
        return JSON
    weights = {JSON: 0.0, GRAPHQL_JSON: 0.0}
    for part in accept.split(",")[:20]:
        kind, weight = _media_range(part)
        # A wildcard means plain JSON, which every client can read.
        for name in (JSON,) if kind in ("*/*", "application/*") else (kind,):
            if name in weights:
                weights[name] = max(weights[name], weight)
    best = GRAPHQL_JSON if weights[GRAPHQL_JSON] >= weights[JSON] else JSON
    if weights[best] == 0:
        raise HttpProblem("not_acceptable")
    return best


def _media_range(part: str) -> tuple[str, float]:
    kind, *parameters = (word.strip().lower() for word in part.split(";"))
    for parameter in parameters:
        if parameter.startswith("q="):
            try:
                return kind, float(parameter[2:])
            except ValueError:
                return kind, 0.0
    return kind, 1.0


def _check_content_type(header: str) -> None:
    """JSON in UTF-8 only: no form of another site's page can send that without asking first."""
    message = Message()
    message["content-type"] = header
    charset = message.get_param("charset", "utf-8")
    if message.get_content_type() != JSON or str(charset).lower() not in ("utf-8", "utf8"):
        raise HttpProblem("unsupported_media_type")


def _json_object(body: bytes) -> dict[str, Any]:
    try:
        # Not orjson: a number of a hundred digits stays the number that was sent.
        found = json.loads(body.decode("utf-8"))
    except (ValueError, RecursionError):
        raise HttpProblem("body_invalid") from None
    if not isinstance(found, dict):
        raise HttpProblem("body_invalid")
    return found


def _optional(body: dict[str, Any], name: str, kind: type) -> Any:
    value = body.get(name)
    if value is not None and not isinstance(value, kind):
        raise HttpProblem("parameter_invalid")
    return value


def _check_operation(definitions: tuple[Any, ...], wanted: str | None) -> None:
    operations = [node for node in definitions if isinstance(node, OperationDefinitionNode)]
    names = [node.name.value if node.name else None for node in operations]
    if (wanted is not None and wanted not in names) or (wanted is None and len(operations) != 1):
        raise HttpProblem("operation_unknown")


def _developers(error: GraphQLError) -> dict[str, Any]:
    """Raw documents exist in development only, so whoever wrote one may read what is wrong with it."""
    formatted_error: dict[str, Any] = dict(error.formatted)
    return {**formatted_error, "extensions": {"code": "document_invalid"}}
