"""The composition root: the only file that knows all parts."""

import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import cache
from urllib.parse import urlsplit

import httpx2
import structlog
from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from casecoord.access.decide import Policy
from casecoord.actions.office import Office
from casecoord.api import documents
from casecoord.api.door import GraphQLDoor
from casecoord.api.schema import Schema, build
from casecoord.console.pages import Console
from casecoord.console.watch import Watch
from casecoord.identity.door import Door
from casecoord.identity.login import LoginFlow
from casecoord.identity.provider import Client, Provider
from casecoord.identity.sessions import Sessions
from casecoord.identity.tokens import TokenVerifier
from casecoord.observe import Metrics, configure_logging, gauges
from casecoord.settings import HOME, Settings
from casecoord.shell import Shell, security_headers
from casecoord.storage.migrate import head_state
from casecoord.storage.readiness import database_answers, log_waiting, master_key_opens
from casecoord.storage.reapplying import erasures_waiting
from casecoord.storage.work import Database

Check = Callable[[], Awaitable[bool]]

_log = structlog.get_logger()


def from_environment() -> FastAPI:
    """What a server process runs. Raises SettingsError, DocumentError, PolicyInvalid: it then does not start."""
    configure_logging()
    return create_app(Settings.from_environment(os.environ))


def create_app(settings: Settings) -> FastAPI:
    """Every part, put together. Connects to nothing yet: database and provider may come up later."""
    db = settings.database()
    http = httpx2.AsyncClient()
    office = Office(db, Policy())  # a rule that does not hold together stops the start
    door, login = _identity(settings, http)
    programs = GraphQLDoor(*_askable(), door, office, development=settings.development)
    metrics = Metrics()
    watch = Watch(office)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        with watch.until_told_to_stop():
            yield
        await http.aclose()
        await db.close()

    app = FastAPI(
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
        exception_handlers={HTTPException: _plain_refusal},
        routes=[
            Route("/graphql", programs.graphql, methods=["POST"]),
            *Console(office, door, login, watch).routes(),
            *_health(settings, office, metrics),
        ],
    )
    issuer = urlsplit(settings.oidc_issuer)
    app.add_middleware(
        Shell,
        metrics=metrics,
        headers=security_headers(settings.public_url, f"{issuer.scheme}://{issuer.netloc}"),
    )
    app.state.office, app.state.login, app.state.watch = office, login, watch
    return app


@cache
def _askable() -> tuple[Schema, dict[str, documents.Document]]:
    """What can be asked is the same for every application of a process: it is read and validated once."""
    schema = build()
    return schema, documents.load(schema)


def _identity(settings: Settings, http: httpx2.AsyncClient) -> tuple[Door, LoginFlow]:
    client = Client(
        settings.oidc_issuer, settings.oidc_client_id, settings.oidc_client_secret, settings.oidc_audience
    )
    provider = Provider(client.issuer, http)
    tokens = TokenVerifier(provider)
    sessions = Sessions(settings.session_key)
    login = LoginFlow(client, provider, tokens, sessions, f"{settings.public_url}/login/callback")
    return Door(client, tokens, sessions, settings.public_url), login


def _health(settings: Settings, office: Office, metrics: Metrics) -> list[BaseRoute]:
    urls = {name: one.database_url for name, one in settings.apart().items()}
    parts = zip(urls.items(), office.database.parts, strict=True)
    checks = {name: _checks(url, database) for (name, url), database in parts}

    async def live(request: Request) -> Response:
        return JSONResponse({"status": "live"})

    async def ready(request: Request) -> Response:
        """An area whose database is away is no reason not to serve the others."""
        found = {
            where: {name: await _passes(name, check) for name, check in of_one.items()}
            for where, of_one in checks.items()
        }
        there = [of_one for of_one in found.values() if of_one["database"]]
        passed = {name: bool(there) and all(one[name] for one in there) for name in found[HOME]}
        passed["policies"] = bool(office.policy.rules)
        ok = all(passed.values())
        answer: dict[str, object] = {"status": "ready" if ok else "not ready", "checks": _said(passed)}
        if len(found) > 1:
            answer["databases"] = _said({where: all(of_one.values()) for where, of_one in found.items()})
        return JSONResponse(answer, 200 if ok else 503)

    async def measured(request: Request) -> Response:
        text = metrics.text() + await _log_gauges(office)
        return PlainTextResponse(text, media_type="text/plain; version=0.0.4; charset=utf-8")

    return [
        Route("/health/live", live),
        Route("/health/ready", ready),
        Route("/metrics", measured),
    ]


def _checks(url: str, database: Database) -> dict[str, Check]:
    """What is asked of each database."""

    async def migrated() -> bool:
        return (await head_state(url)).same

    async def erasures_applied() -> bool:
        return await erasures_waiting(database) == 0

    async def log_in_order() -> bool:
        return not (await log_waiting(database)).too_long

    return {
        "database": lambda: database_answers(database),
        "migrations": migrated,
        "keys": lambda: master_key_opens(database),
        "erasures": erasures_applied,
        "log": log_in_order,
    }


def _said(passed: dict[str, bool]) -> dict[str, str]:
    return {name: "ok" if good else "not ok" for name, good in passed.items()}


async def _log_gauges(office: Office) -> bytes:
    """How far the access log's sequencer is behind; nothing while the database does not say."""
    try:
        waiting = await log_waiting(office.database)
    except Exception as error:  # whatever it is, the other metrics are worth having
        _log.warning("not_measured", kind=type(error).__name__)
        return b""
    return gauges(
        {
            "casecoord_log_waiting_entries": ("Entries without a place in the log's tree.", waiting.entries),
            "casecoord_log_waiting_seconds": ("How long the first of them has waited.", waiting.seconds),
        }
    )


async def _passes(name: str, check: Check) -> bool:
    try:
        return await check()
    except Exception as error:  # whatever it is, this instance is not ready; its kind tells operators enough
        _log.warning("not_ready", check=name, kind=type(error).__name__)
        return False


async def _plain_refusal(request: Request, error: Exception) -> Response:
    """What no route answers: a status and a code, nothing of what was asked."""
    assert isinstance(error, HTTPException)
    code = {404: "not_found", 405: "method_not_allowed"}.get(error.status_code, "refused")
    return JSONResponse({"code": code}, error.status_code, headers=error.headers)
