"""Pages that are open are told that something changed: `GET /changes`, a stream of server-sent events without data."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from uuid import UUID

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send

from casecoord.actions.changes import FollowOf, follow
from casecoord.console.reception import Reception
from casecoord.console.watch import CHANGED, ENDED, RETRY, SIGNED_OUT, Stream, Watch, event
from casecoord.domain.changes import Seat
from casecoord.domain.errors import Problem
from casecoord.domain.ids import key_of_any
from casecoord.identity.sessions import Session

#: Open streams of one session, and of this process.
OF_A_SESSION = 12
IN_ALL = 1000

_KIND = "text/event-stream"
# Whatever stands between us and the browser passes each event on at once.
_HEADERS = {"X-Accel-Buffering": "no"}


@dataclass(frozen=True, slots=True)
class Changes:
    """The stream that an open page listens to."""

    at: Reception
    watch: Watch

    def routes(self) -> list[BaseRoute]:
        return [Route("/changes", self.at.guarded(self.changes))]

    async def changes(self, request: Request) -> Response:
        """`since`: the mark of the page; `of`: the family that it shows, else it shows a list."""
        session = self.at.door.session(request)
        if session is None:
            return _only(SIGNED_OUT)
        if (status := self._full(session)) is not None:
            return PlainTextResponse("", status, headers={"Retry-After": str(RETRY // 1000)})
        asked = request.query_params
        mark = self.at.door.sessions.open_mark(asked.get("since"))
        if mark is None:
            raise Problem("cursor_invalid", "since")
        area, seen = UUID(mark[0]), mark[1]
        of = key_of_any(("Case", "Household"), asked["of"]) if "of" in asked else None
        stream = Stream(session.csrf, self.at.caller(request, session), self._until(session))
        try:
            await self.watch.join(area, stream)
            await self._open(stream, FollowOf(of, area, seen))
        except BaseException as error:
            self.watch.leave(area, stream)
            if isinstance(error, Problem) and error.code == "membership_invalid":
                return _only(ENDED)
            raise
        return _Streaming(stream, lambda: self.watch.leave(area, stream))

    async def _open(self, stream: Stream, query: FollowOf) -> None:
        found = await self.at.office.look(stream.caller, follow, query)
        stream.caller = replace(stream.caller, membership=found.membership)
        if found.changed:
            stream.say(CHANGED)
        seat = Seat(stream.caller.issuer, stream.caller.subject, found.membership)
        await self.watch.open(stream, seat, found.home, found.seen)

    def _full(self, session: Session) -> int | None:
        """The status for whoever cannot be let in now."""
        there = self.watch.streams()
        if self.watch.closed or len(there) >= IN_ALL:
            return 503
        return 429 if sum(one.session == session.csrf for one in there) >= OF_A_SESSION else None

    def _until(self, session: Session) -> float:
        sessions = self.at.door.sessions
        return asyncio.get_running_loop().time() + sessions.ends(session) - sessions.now() + 1


class _Streaming(StreamingResponse):
    """A stream that is left behind however it ends."""

    def __init__(self, stream: Stream, left: Callable[[], None]) -> None:
        super().__init__(stream.said(), media_type=_KIND, headers=_HEADERS)
        self._left = left

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._left()


def _only(word: str) -> Response:
    """To a browser that need not come again."""
    return Response(event(word), media_type=_KIND)
