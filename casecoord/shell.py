"""Around every request: its trace, its limits, its headers, its one log line, and an answer whatever happens."""

import asyncio
from dataclasses import dataclass, field

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from casecoord.api.door import http_error_response, refusal_response
from casecoord.api.errors import HttpProblem, failure
from casecoord.identity.door import language_of
from casecoord.identity.refusals import Refused
from casecoord.observe import Metrics, Stopwatch, trace_of
from casecoord.storage.work import UnknownLogin

MAX_BODY = 64 * 1024
BODY_SECONDS = 10
#: What the log calls a request whose client did not wait for the answer.
CLIENT_GONE = 499

_log = structlog.get_logger()


def security_headers(public_url: str, issuer_origin: str) -> dict[str, str]:
    """What browsers may do with our pages: nothing from elsewhere, in no one's frame, remembered nowhere."""
    policy = (
        "default-src 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'; "
        f"form-action 'self' {issuer_origin}"  # signing out ends at the provider
    )
    headers = {
        "content-security-policy": policy,
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        "permissions-policy": "camera=(), geolocation=(), microphone=()",
        "cache-control": "no-store",
    }
    if public_url.startswith("https://"):
        headers["strict-transport-security"] = "max-age=63072000; includeSubDomains"
    return headers


class _BodyRefused(Exception):
    def __init__(self, code: str) -> None:
        self.code = code


@dataclass(slots=True)
class _Exchange:
    """One request's share of what the shell keeps track of."""

    trace: str
    headers: dict[str, str]
    status: int = 0
    received: int = 0
    complete: bool = False
    #: read, and not asked for yet
    first: Message | None = None
    #: everything of the answer was handed over
    answered: bool = False
    #: whoever asked went away
    left: asyncio.Event = field(default_factory=asyncio.Event)
    listening: "asyncio.Task[None] | None" = None
    watch: Stopwatch = field(default_factory=Stopwatch)

    def listen(self, receive: Receive) -> None:
        """Ends the work for a client that went away, and with it the transaction and its statement."""
        working = asyncio.current_task()
        assert working is not None

        async def listen() -> None:
            while (await receive())["type"] != "http.disconnect":
                continue
            self.left.set()
            if not self.answered:
                working.cancel()

        self.listening = asyncio.create_task(listen())

    def gone(self) -> None:
        """The work was ended because nobody waits for it."""
        working = asyncio.current_task()
        assert working is not None
        working.uncancel()
        self.status = self.status or CLIENT_GONE


class Shell:
    """Pure ASGI, so that it sees every request, also one that no route knows."""

    def __init__(self, app: ASGIApp, *, metrics: Metrics, headers: dict[str, str]) -> None:
        self.app = app
        self.metrics = metrics
        self.headers = headers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            if scope["type"] == "websocket":
                await send({"type": "websocket.close", "code": 1008})
                return
            await self.app(scope, receive, send)
            return
        asked = Headers(scope=scope)
        exchange = _Exchange(trace_of(asked.get("traceparent")), self.headers)
        scope.setdefault("state", {})["trace_id"] = exchange.trace
        with structlog.contextvars.bound_contextvars(trace=exchange.trace):
            await self._answer(scope, receive, send, exchange)

    async def _answer(self, scope: Scope, receive: Receive, send: Send, exchange: _Exchange) -> None:
        sending = _with_headers(send, exchange)
        error: Exception | None = None
        try:
            if _declared(scope) > MAX_BODY:
                raise _BodyRefused("body_too_large")
            heard = _limited(receive, exchange)
            if scope["method"] in ("GET", "HEAD"):  # of which nobody would read that there is nothing to read
                exchange.first = await heard()
            await self.app(scope, heard, sending)
        except asyncio.CancelledError:
            if not exchange.left.is_set():
                raise
            exchange.gone()
        except Exception as raised:
            error = raised
            if not exchange.status:
                await _apology(raised, scope)(scope, receive, sending)
        if exchange.listening is not None:
            exchange.listening.cancel()
        self._record(scope, exchange, error)

    def _record(self, scope: Scope, exchange: _Exchange, error: Exception | None) -> None:
        operation = _operation(scope)
        seconds = exchange.watch.seconds
        self.metrics.observe(operation, exchange.status, seconds)
        unexpected = error is not None and exchange.status == 500
        say = _log.error if unexpected else _log.info
        say(
            "request",
            operation=operation,
            status=exchange.status,
            milliseconds=round(seconds * 1000, 1),
            **({"kind": type(error).__name__} if error is not None else {}),
        )


def _operation(scope: Scope) -> str:
    """A document's name, else the name of the function that answers: never the path that was asked for."""
    named = scope["state"].get("operation")
    if isinstance(named, str):
        return named
    endpoint = scope.get("endpoint")
    return getattr(endpoint, "__name__", type(endpoint).__name__) if endpoint is not None else "unknown"


def _declared(scope: Scope) -> int:
    length = Headers(scope=scope).get("content-length", "0")
    return int(length) if length.isdecimal() else 0


def _limited(receive: Receive, exchange: _Exchange) -> Receive:
    async def limited() -> Message:
        if exchange.first is not None:
            message, exchange.first = exchange.first, None
            return message
        if exchange.complete:
            await exchange.left.wait()
            return {"type": "http.disconnect"}
        if exchange.status:  # what comes now is at most a goodbye
            return await receive()
        try:
            async with asyncio.timeout(BODY_SECONDS):
                message = await receive()
        except TimeoutError:
            raise _BodyRefused("body_too_slow") from None
        exchange.received += len(message.get("body", b""))
        exchange.complete = not message.get("more_body", False)
        if exchange.received > MAX_BODY:
            raise _BodyRefused("body_too_large")
        if exchange.complete and message["type"] == "http.request":
            exchange.listen(receive)
        return message

    return limited


def _with_headers(send: Send, exchange: _Exchange) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            exchange.status = message["status"]
            headers = MutableHeaders(scope=message)
            for name, value in exchange.headers.items():
                headers.setdefault(name, value)
            headers["traceresponse"] = f"00-{exchange.trace}-{exchange.trace[:16]}-00"
        elif message["type"] == "http.response.body":
            exchange.answered = not message.get("more_body", False)
        await send(message)

    return sending


def _apology(error: Exception, scope: Scope) -> ASGIApp:
    """The answer to what nobody else answered: a code, and not a word of the exception."""
    language = language_of(Request(scope))
    match error:
        case Refused():
            return refusal_response(error, language)
        case UnknownLogin():
            return refusal_response(Refused("unknown_login"), language)
        case _BodyRefused() | HttpProblem():
            return http_error_response(error.code, language)
    return http_error_response(failure(error), language)
