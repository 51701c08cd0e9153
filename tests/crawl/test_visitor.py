"""How the crawl reads what is no page: a paper by its words, a stream by what comes first."""

import asyncio
from collections.abc import AsyncIterator
from itertools import count
from types import SimpleNamespace

import pytest
import typst
from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from casecoord.identity.sessions import SESSION_COOKIE, Sessions
from tests.crawl import doors
from tests.crawl.again import Answer, alike
from tests.crawl.again import Request as Asked
from tests.crawl.doors import Ask, Visitor


async def paper(request: Request) -> Response:
    return Response(typst.compile(b"Zij belt morgen.", format="pdf"), media_type="application/pdf")


async def sheet(request: Request) -> Response:
    return PlainTextResponse("naam;dag\r\nZoë;2 mei", media_type="text/csv")


async def talking(request: Request) -> Response:
    async def says() -> AsyncIterator[str]:
        yield "data: something\n\n"
        await asyncio.Event().wait()

    return StreamingResponse(says(), media_type="text/event-stream")


async def silent(request: Request) -> Response:
    async def says() -> AsyncIterator[str]:
        await asyncio.Event().wait()
        yield ""

    return StreamingResponse(says(), media_type="text/event-stream")


@pytest.mark.parametrize(
    ("path", "read"),
    [
        ("/paper", "Zij belt morgen."),
        ("/sheet", "naam;dag\r\nZoë;2 mei"),
        ("/talking", "data: something\n\n"),
        ("/silent", ""),
    ],
)
async def test_whatever_is_answered_is_read(path: str, read: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doors, "STREAM_SECONDS", 0.05)
    routes = [Route(f"/{page.__name__}", page) for page in (paper, sheet, talking, silent)]
    app = FastAPI(routes=routes)
    app.state.login = SimpleNamespace(sessions=Sessions(bytes(32)))
    status, headers, body = await Visitor(app, "amina", "").asks(Ask("pages", path, "GET", path))
    assert (status, body) == (200, read)
    assert "content-type" in headers


async def test_a_visitor_stays_signed_in_however_long_it_takes() -> None:
    minutes = count(step=60 * 20)
    sessions = Sessions(bytes(32), clock=lambda: next(minutes))

    async def who(request: Request) -> Response:
        session = sessions.open(request.cookies[SESSION_COOKIE])
        return PlainTextResponse(session.subject if session else "nobody")

    app = FastAPI(routes=[Route("/who", who)])
    app.state.login = SimpleNamespace(sessions=sessions)
    visitor = Visitor(app, "amina", "")
    for _ in range(3):
        assert (await visitor.asks(Ask("pages", "/who", "GET", "/who")))[2] == "demo-amina"


def test_only_time_may_differ_between_two_answers() -> None:
    page = '<main data-seconds="{}"><p>{}</p>'
    one, later, other = (
        alike(Answer(200, {}, page.format(*shown)), ()) for shown in ((1800, "a"), (1799, "a"), (1800, "b"))
    )
    assert one == later != other


def test_an_id_in_a_fields_name_is_changed_too() -> None:
    own, foreign = "a" * 60, "b" * 60
    asked = Asked("POST", "/inbox/read", ((f"notices.{own}", "yes"),))
    assert own in asked.text and asked.put({own: foreign}).fields == ((f"notices.{foreign}", "yes"),)
