"""The 61 server audits of GraphQL over HTTP (the reference suite of the package graphql-http), by their names.

Three are permissions that we do not take: queries by GET would put families' ids into URLs and their logs.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import httpx2
import orjson
import pytest

from casecoord.demo.provider import DemoProvider
from tests.doors import Client, client_of, opened, settings_for

JSON = "application/json"
GRAPHQL = "application/graphql-response+json"
TYPENAME = {"query": "{ __typename }"}
COERCION = {"query": "query CoerceFailure($id: ID!) { __typename }", "variables": {"id": None}}
UNPARSABLE = {"query": "{"}
INVALID = {"query": "{ 8f31403dfe404bccbb0e835f2629c6a7 }".replace("8f", "f8")}
VARIABLES = {
    "query": "query Type($name: String!) { __type(name: $name) { name } }",
    "variables": {"name": "T"},
}

Send = Callable[..., Awaitable[httpx2.Response]]


@dataclass(frozen=True)
class Audit:
    """One audit: what is sent and what must come back."""

    id: str
    name: str
    check: Callable[[Send], Awaitable[None]]


AUDITS: list[Audit] = []


def audit(id: str, name: str, check: Callable[[Send], Awaitable[None]]) -> None:
    AUDITS.append(Audit(id, name, check))


def answers(
    body: Any,
    accept: str | None = GRAPHQL,
    *,
    status: range | int = 200,
    media: str | None = None,
    data: bool | None = None,
    **how: Any,
) -> Callable[[Send], Awaitable[None]]:
    """Sends a body and looks at the status, the media type, and whether there is data."""

    async def check(send: Send) -> None:
        answer = await send(body, accept, **how)
        allowed = status if isinstance(status, range) else range(status, status + 1)
        assert answer.status_code in allowed, (answer.status_code, answer.text)
        if media:
            assert answer.headers["content-type"].split(";")[0] == media
        if data is not None:
            assert ("data" in answer.json()) is data
        elif answer.status_code == 200 and status == 200 and media is None:
            assert answer.json().get("errors") is None

    return check


async def is_utf8(send: Send) -> None:
    for accept in (JSON, GRAPHQL, "*/*", None):
        answer = await send(TYPENAME, accept)
        assert "charset=utf-8" in answer.headers["content-type"].lower()


CLIENT_ERROR, REFUSED = range(400, 500), range(400, 600)

audit(
    "22EB",
    "SHOULD accept application/graphql-response+json and match the content-type",
    answers(TYPENAME, GRAPHQL, media=GRAPHQL),
)
audit("4655", "MUST accept application/json and match the content-type", answers(TYPENAME, JSON, media=JSON))
audit(
    "47DE",
    "SHOULD accept */* and use application/json for the content-type",
    answers(TYPENAME, "*/*", media=JSON),
)
audit(
    "80D8",
    "SHOULD assume application/json content-type when accept is missing",
    answers(TYPENAME, None, media=JSON),
)
audit("82A3", "MUST use utf-8 encoding when responding", is_utf8)
audit(
    "BF61",
    "MUST accept utf-8 encoded request",
    answers(TYPENAME, content_type="application/json; charset=utf-8"),
)
audit(
    "78D5",
    "MUST assume utf-8 in request if encoding is unspecified",
    answers({"query": 'query Z { a: __typename # "ë"\n }'}, content_type=JSON),
)
audit("2C94", "MUST accept POST requests", answers(TYPENAME))
audit(
    "5A70",
    "MAY accept application/x-www-form-urlencoded formatted GET requests",
    answers(None, method="GET", query={"query": "{ __typename }"}, status=405),
)
audit(
    "9C48",
    "MAY NOT allow executing mutations on GET requests",
    answers(None, method="GET", query={"query": "mutation { __typename }"}, status=CLIENT_ERROR),
)
audit(
    "9ABE",
    "SHOULD respond with 4xx status code if content-type is not supplied on POST requests",
    answers(TYPENAME, content_type=None, status=CLIENT_ERROR),
)
audit("03D4", "MUST accept application/json POST requests", answers(TYPENAME, content_type=JSON))
audit("A5BF", "MAY use 400 status code when request body is missing on POST", answers(None, status=400))
audit(
    "423L",
    "MAY use 400 status code on missing {query} parameter",
    answers({"notquery": "{ __typename }"}, status=400),
)

WRONG = {"object": {"obj": "ect"}, "number": 0, "boolean": False, "array": ["array"]}
for id, (kind, value) in zip(("LKJ0", "LKJ1", "LKJ2", "LKJ3"), WRONG.items(), strict=True):
    audit(id, f"MAY use 400 status code on {kind} {{query}} parameter", answers({"query": value}, status=400))
for id, level, accept in (("34A2", "SHOULD", GRAPHQL), ("13EE", "MUST", JSON)):
    audit(id, f"{level} allow string {{query}} parameter when accepting {accept}", answers(TYPENAME, accept))
for id, (kind, value) in zip(("6C00", "6C01", "6C02", "6C03"), WRONG.items(), strict=True):
    audit(
        id,
        f"MAY use 400 status code on {kind} {{operationName}} parameter",
        answers(TYPENAME | {"operationName": value}, status=400),
    )
for id, level, accept in (("8161", "SHOULD", GRAPHQL), ("B8B3", "MUST", JSON)):
    audit(
        id,
        f"{level} allow string {{operationName}} parameter when accepting {accept}",
        answers({"query": "query Query { __typename }", "operationName": "Query"}, accept),
    )
for suffix, parameter in enumerate(("variables", "operationName", "extensions")):
    for id, level, accept in ((f"94B{suffix}", "SHOULD", GRAPHQL), (f"022{suffix}", "MUST", JSON)):
        audit(
            id,
            f"{level} allow null {{{parameter}}} parameter when accepting {accept}",
            answers(TYPENAME | {parameter: None}, accept),
        )
NO_MAP = {"string": "string", "number": 0, "boolean": False, "array": ["array"]}
for id, (kind, value) in zip(("4760", "4761", "4762", "4763"), NO_MAP.items(), strict=True):
    audit(
        id,
        f"MAY use 400 status code on {kind} {{variables}} parameter",
        answers(TYPENAME | {"variables": value}, status=400),
    )
for id, level, accept in (("2EA1", "SHOULD", GRAPHQL), ("28B9", "MUST", JSON)):
    audit(
        id, f"{level} allow map {{variables}} parameter when accepting {accept}", answers(VARIABLES, accept)
    )
for id, accept in (("D6D5", GRAPHQL), ("6A70", JSON)):
    audit(
        id,
        f"MAY allow URL-encoded JSON string {{variables}} parameter in GETs when accepting {accept}",
        answers(None, accept, method="GET", query=VARIABLES | {"variables": '{"name":"T"}'}, status=405),
    )
for id, (kind, value) in zip(("58B0", "58B1", "58B2", "58B3"), NO_MAP.items(), strict=True):
    audit(
        id,
        f"MAY use 400 status code on {kind} {{extensions}} parameter",
        answers(TYPENAME | {"extensions": value}, status=400),
    )
for id, level, accept in (("428F", "SHOULD", GRAPHQL), ("1B7A", "MUST", JSON)):
    audit(
        id,
        f"{level} allow map {{extensions}} parameter when accepting {accept}",
        answers(TYPENAME | {"extensions": {"some": "value"}}, accept),
    )
BROKEN = {"content": '{ "not a JSON'}
audit(
    "B6DC",
    "MAY use 2xx, 4xx, or 5xx status codes on JSON parsing failure when accepting application/json",
    answers(None, JSON, status=range(200, 600), data=False, **BROKEN),
)
audit(
    "BCF8",
    "SHOULD use 400 status code on JSON parsing failure when accepting application/json",
    answers(None, JSON, status=400, **BROKEN),
)
audit(
    "B7N8",
    "SHOULD use 400 status code on JSON parsing failure when accepting application/graphql-response+json",
    answers(None, GRAPHQL, status=400, **BROKEN),
)
audit(
    "8764",
    "MAY use 4xx or 5xx status codes if parameters are invalid",
    answers({"qeury": "{ __typename }"}, status=REFUSED),
)
audit(
    "3E3A",
    "MAY use 400 status code if parameters are invalid",
    answers({"qeury": "{ __typename }"}, status=400),
)
audit(
    "572B",
    "SHOULD use 200 status code on document parsing failure when accepting application/json",
    answers(UNPARSABLE, JSON, data=False),
)
audit(
    "FDE2",
    "SHOULD use 200 status code on document validation failure when accepting application/json",
    answers(INVALID, JSON, data=False),
)
audit(
    "7B9B",
    "SHOULD use a status code of 200 on variable coercion failure when accepting application/json",
    answers(COERCION, JSON, data=False),
)
for words, body, ids in (
    ("document parsing", UNPARSABLE, ("865D", "556A", "D586")),
    ("document validation", INVALID, ("51FE", "74FF", "5E5B")),
):
    tail = f"{words} failure when accepting {GRAPHQL}"
    audit(ids[0], f"SHOULD use 4xx or 5xx status codes on {tail}", answers(body, status=REFUSED))
    audit(ids[1], f"SHOULD use 400 status code on {tail}", answers(body, status=400))
    audit(ids[2], f"SHOULD not contain the data entry on {tail}", answers(body, status=REFUSED, data=False))
audit(
    "86EE",
    f"SHOULD use a status code of 400 on variable coercion failure when accepting {GRAPHQL}",
    answers(COERCION, status=400),
)


@pytest.fixture(scope="module")
async def anybody(server: str, provider: DemoProvider, amina_token: str) -> AsyncIterator[Client]:
    """A verified client; no audit asks for a field that needs a row."""
    async with opened(settings_for(server, provider)) as app:
        client = client_of(app, provider.public_url, amina_token)
        async with client.http:
            yield client


@pytest.fixture
def send(anybody: Client) -> Send:
    async def send(
        body: Any,
        accept: str | None,
        *,
        method: str = "POST",
        content_type: str | None = JSON,
        query: dict[str, str] | None = None,
        content: str | None = None,
    ) -> httpx2.Response:
        given = content.encode() if content is not None else orjson.dumps(body) if body is not None else b""
        request = anybody.http.build_request(method, "/graphql", content=given, params=query)
        for name, value in (
            ("accept", accept),
            ("content-type", content_type),
            ("authorization", f"Bearer {anybody.token}"),
        ):
            request.headers.pop(name, None)
            if value is not None:
                request.headers[name] = value
        return await anybody.http.send(request)

    return send


@pytest.mark.parametrize("audited", AUDITS, ids=[f"{a.id} {a.name}" for a in AUDITS])
async def test_audit(audited, send):
    await audited.check(send)


def test_every_audit_is_here():
    assert len({audited.id for audited in AUDITS}) == len(AUDITS) == 61
    levels = [audited.name.split()[0] for audited in AUDITS]
    assert (levels.count("MUST"), levels.count("SHOULD")) == (13, 23)
