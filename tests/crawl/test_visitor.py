"""How the crawl reads what is no page: a paper by its words, a stream by what comes first."""

import asyncio
from collections.abc import AsyncIterator
from types import SimpleNamespace

import pytest
import typst
from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from casecoord.identity.sessions import Sessions
from tests.crawl import doors
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
