"""The GraphQL door in production: closed to everything but trusted documents of known callers."""

import json
from dataclasses import replace
from uuid import UUID

import pytest
import structlog
from sqlalchemy import text

from casecoord.api.ids import global_id, key_of
from casecoord.demo.tokens import obtain
from casecoord.domain.errors import Problem
from casecoord.settings import Mode
from casecoord.shell import MAX_BODY
from tests.api.test_me import ME
from tests.doors import Client, client_of, opened, settings_for

GRAPHQL = {"Accept": "application/graphql-response+json"}


@pytest.fixture
async def production(database_url, provider, town, amina_token):
    """Amina's client of the application in production."""
    async with opened(settings_for(database_url, provider, Mode.PRODUCTION)) as app:
        client = client_of(app, provider.public_url, amina_token)
        client.app = app
        async with client.http:
            yield client


async def test_a_trusted_document_is_answered(production):
    answer = await production.post({"documentId": ME, "operationName": "Me"}, headers=GRAPHQL)
    assert answer.status_code == 200
    assert answer.json()["data"]["me"]["name"] == "Amina"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"query": "{ me { name } }"}, "document_raw"),
        ({"query": "{ __schema { types { name } } }"}, "document_raw"),
        ({"documentId": "sha256:" + "0" * 64}, "document_unknown"),
        ({"documentId": ME.removeprefix("sha256:")}, "document_unknown"),
        ({"documentId": ME, "query": "{ me { name } }"}, "parameter_invalid"),
        ({"documentId": 7}, "parameter_invalid"),
        ({"documentId": ME, "operationName": "Other"}, "operation_unknown"),
        ({}, "document_missing"),
        ([{"documentId": ME}], "body_invalid"),
        ("text", "body_invalid"),
    ],
)
async def test_anything_else_is_a_code(bare, body, code):
    answer = await bare.post(body)
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert answer.json()["errors"][0]["extensions"] == {"code": code}


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "OPTIONS", "HEAD", "PATCH"])
async def test_only_post_is_answered(bare, method):
    answer = await bare.http.request(
        method, "/graphql", params={"query": "{ me { name } }"}, headers={"Accept": "text/html"}
    )
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


async def test_a_websocket_is_closed_at_once(production):
    sent = []

    async def receive():
        return {"type": "websocket.connect"}

    async def send(message):
        sent.append(message)

    scope = {"type": "websocket", "path": "/graphql", "headers": [], "query_string": b"", "subprotocols": []}
    await production.app(scope, receive, send)
    assert [message["type"] for message in sent] == ["websocket.close"]


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ({"Content-Type": "application/x-www-form-urlencoded"}, 415, "unsupported_media_type"),
        ({"Content-Type": "multipart/form-data; boundary=x"}, 415, "unsupported_media_type"),
        ({"Content-Type": "text/plain"}, 415, "unsupported_media_type"),
        ({"Content-Type": "application/json; charset=utf-16"}, 415, "unsupported_media_type"),
        ({"Accept": "text/html"}, 406, "not_acceptable"),
        ({"Accept": "application/json;q=0"}, 406, "not_acceptable"),
    ],
)
async def test_what_cannot_be_read_or_answered_is_a_code(bare, headers, status, code):
    how = {"Content-Type": "application/json"} | headers
    answer = await bare.post(content=json.dumps({"documentId": ME}).encode(), headers=how)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


@pytest.mark.parametrize("declared", [True, False])
async def test_a_body_that_is_too_large_is_refused_before_it_is_read(bare, declared):
    sent = 0

    async def chunks():
        nonlocal sent
        for _ in range(100):
            sent += 1
            yield b" " * 8192

    headers = {"Content-Type": "application/json"}
    if declared:
        headers["Content-Length"] = str(2 * 1024 * 1024)
    answer = await bare.post(content=chunks(), headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")
    assert sent == (0 if declared else MAX_BODY // 8192 + 1)
    assert answer.headers["content-security-policy"]


async def test_a_body_within_the_limit_is_read(production):
    body = json.dumps({"documentId": ME}).encode()
    padded = body + b" " * (MAX_BODY - len(body))
    headers = {"Content-Type": "application/json"}
    assert (await production.post(content=padded, headers=headers)).status_code == 200
    assert (await production.post(content=padded + b" ", headers=headers)).status_code == 413


async def test_a_missing_token_gets_a_challenge(bare):
    answer = await Client(bare.http).post({"documentId": ME})
    assert (answer.status_code, answer.json()["code"]) == (401, "token_missing")
    assert answer.headers["www-authenticate"] == 'Bearer realm="casecoord"'


@pytest.mark.parametrize("token", ["garbage", "a.b.c"])
async def test_a_wrong_token_gets_a_challenge(bare, token):
    answer = await Client(bare.http, token).post({"documentId": ME})
    assert (answer.status_code, answer.json()["code"]) == (401, "token_invalid")
    assert 'error="invalid_token"' in answer.headers["www-authenticate"]


async def test_a_login_that_the_provider_knows_and_we_do_not_is_401(production, provider):
    production.token = obtain("quinten", provider.issuer)
    answer = await production.post({"documentId": ME})
    assert (answer.status_code, answer.json()["code"]) == (401, "unknown_login")
    assert "www-authenticate" in answer.headers


async def test_a_professional_whose_membership_ended_is_401_with_the_same_token(production, town):
    assert (await production.post({"documentId": ME})).status_code == 200
    member = town.members["amina"]
    async with town.database.within(town.area) as work:
        await work.session.execute(
            text("update memberships set during = tstzrange(lower(during), now()) where id = :id"),
            {"id": member.membership},
        )
    answer = await production.post({"documentId": ME})
    assert (answer.status_code, answer.json()["code"]) == (401, "unknown_login")


async def test_a_wrong_variable_is_named_and_not_repeated(amina):
    """In development too: what is wrong with a value is said without the value."""
    body = {
        "query": "query Q($yes: Boolean!) { me @include(if: $yes) { name } }",
        "variables": {"yes": "999990019"},
    }
    for headers, status in ((GRAPHQL, 400), ({}, 200)):
        answer = await amina.post(body, headers=headers)
        assert answer.status_code == status
        assert answer.json()["errors"][0]["extensions"] == {"code": "variables_invalid", "field": "yes"}
        assert "999990019" not in answer.text


async def test_an_exceptions_text_stays_inside(production, monkeypatch):
    async def broken(*_):
        raise RuntimeError("Noor Janssen, 999990019")

    monkeypatch.setattr("casecoord.api.queries.me", broken)
    with structlog.testing.capture_logs() as logs:
        answer = await production.post({"documentId": ME})
    assert answer.json()["errors"][0]["extensions"] == {"code": "internal"}
    assert "Janssen" not in answer.text and "Janssen" not in repr(logs)
    error = next(log for log in logs if log["event"] == "graphql_error")
    assert (error["code"], error["operation"], error["kind"]) == ("internal", "Me", "RuntimeError")


async def test_an_exception_outside_graphql_stays_inside_too(production, monkeypatch):
    async def broken(*_):
        raise RuntimeError("Noor Janssen")

    monkeypatch.setattr("casecoord.identity.tokens.TokenVerifier.access", broken)
    with structlog.testing.capture_logs() as logs:
        answer = await production.post({"documentId": ME}, headers={"Accept-Language": "en"})
    assert (answer.status_code, answer.json()["code"]) == (500, "internal")
    assert "Janssen" not in answer.text and "Janssen" not in repr(logs)


async def test_a_request_leaves_one_line_without_what_was_asked(production):
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    headers = {"traceparent": f"00-{trace}-00f067aa0ba902b7-01"}
    with structlog.testing.capture_logs([structlog.contextvars.merge_contextvars]) as logs:
        answer = await production.post(
            {"documentId": ME, "variables": {"secret": "Janssen"}}, headers=headers
        )
    (line,) = (log for log in logs if log["event"] == "request")
    assert set(line) == {"event", "log_level", "operation", "status", "milliseconds", "trace"}
    assert (line["operation"], line["status"], line["trace"]) == ("Me", 200, trace)
    assert trace in answer.headers["traceresponse"]


@pytest.mark.parametrize("given", ["", "nonsense", "00-" + "0" * 32 + "-00f067aa0ba902b7-01"])
async def test_a_wrong_trace_is_replaced(bare, given):
    answer = await bare.post({"documentId": ME}, headers={"traceparent": given})
    trace = answer.headers["traceresponse"].split("-")[1]
    assert len(trace) == 32 and int(trace, 16) and trace not in given


async def test_metrics_count_by_operation_and_hold_no_paths(production):
    await production.post({"documentId": ME})
    await production.http.get("/household/12345-secret")
    metrics = (await production.http.get("/metrics")).text
    assert 'casecoord_requests_total{operation="Me",status="200"} 1.0' in metrics
    assert 'casecoord_requests_total{operation="unknown",status="404"} 1.0' in metrics
    assert "12345" not in metrics


async def test_every_answer_carries_the_headers_that_keep_browsers_safe(bare):
    for path in ("/", "/nothing-here", "/health/live", "/static/casecoord.css"):
        headers = (await bare.http.get(path)).headers
        assert headers["content-security-policy"].startswith("default-src 'self'; base-uri 'none'")
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["cache-control"] == ("no-cache" if path.startswith("/static") else "no-store")


@pytest.mark.parametrize("path", ["/docs", "/redoc", "/openapi.json", "/graphiql", "/static/../pages.py"])
async def test_nothing_else_is_served(bare, path):
    assert (await bare.http.get(path)).status_code == 404


async def test_health_says_what_is_ready(production):
    assert (await production.http.get("/health/live")).status_code == 200
    ready = await production.http.get("/health/ready")
    assert (ready.status_code, set(ready.json()["checks"].values())) == (200, {"ok"})
    assert set(ready.json()["checks"]) == {"database", "migrations", "keys", "policies"}


async def test_an_unmigrated_database_is_not_ready(empty_database_url, provider):
    settings = settings_for(empty_database_url, provider)
    async with opened(settings) as app, client_of(app, provider.public_url).http as http:
        ready = await http.get("/health/ready")
    assert ready.status_code == 503
    assert ready.json()["checks"]["migrations"] == "not ok"


async def test_another_master_key_is_not_ready(database_url, provider, town):
    await town.janssens()
    settings = replace(settings_for(database_url, provider), master_key=b"x" * 32)
    async with opened(settings) as app, client_of(app, provider.public_url).http as http:
        checks = (await http.get("/health/ready")).json()["checks"]
    assert checks == {"database": "ok", "migrations": "ok", "keys": "not ok", "policies": "ok"}


@pytest.mark.parametrize("given", ["", "x", "%%%", "é", "a" * 500, global_id("Team", UUID(int=7))])
def test_garbage_and_another_types_id_are_not_found(given):
    with pytest.raises(Problem) as problem:
        key_of("Case", given, "case")
    assert (problem.value.code, problem.value.field) == ("not_found", "case")
