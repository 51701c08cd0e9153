"""Who has which page open, and the watch that wakes them.

INVARIANT (a stream tells nothing that its page does not): it says "changed" if, and only if, the history would
show this seat what happened (`actions/changes.py`). Heartbeats go by the stream's own clock and the end of a seat
by the watch's: neither comes sooner or later for what is not in view.
"""

import asyncio
import secrets
import signal
import threading
from collections.abc import AsyncIterator, Collection, Iterator
from contextlib import contextmanager
from contextvars import Context
from dataclasses import dataclass, field
from types import FrameType
from uuid import UUID

import structlog

from casecoord.actions.changes import ChangedOf, changed, news
from casecoord.actions.office import Office
from casecoord.domain.actors import Caller
from casecoord.domain.changes import Happening, News, Seat
from casecoord.domain.errors import Problem
from casecoord.storage.work import UnknownLogin

#: Seconds between two looks at what is new, and between two beats of a stream.
EVERY = 0.25
BEAT = 15.0
#: Milliseconds after which a browser whose stream was cut comes again.
RETRY = 2000
#: What a stream can say: something changed; it is still there; the seat, or the session, is no more.
CHANGED, BEATS, ENDED, SIGNED_OUT = "changed", "beat", "ended", "signed_out"
#: So many look at once whether what happened is for them: the other connections serve pages.
_LOOKS = 3

_log = structlog.get_logger()


@dataclass(eq=False, slots=True)
class Stream:
    """A page that is open somewhere: whose, of which household (None: a list), until when its session lives."""

    session: str
    caller: Caller
    until: float
    home: UUID | None = None
    seat: Seat | None = None
    #: what its page showed, or it was told when it was let in
    seen: str = ""
    #: what happened before it was known whose it is
    early: list[Happening] = field(default_factory=list)
    #: what it says next; None: nothing more
    words: "asyncio.Queue[str | None]" = field(default_factory=asyncio.Queue)

    def say(self, word: str | None) -> None:
        """Twice changed is changed."""
        if word != CHANGED or self.words.empty():
            self.words.put_nowait(word)

    def concerned(self, one: Happening) -> bool:
        """Whether this can be news on its page."""
        return (self.home is None or self.home in one.homes) and not one.is_in(self.seen)

    async def said(self) -> AsyncIterator[str]:
        """What the browser gets. A beat is an event: of a comment the page would hear nothing."""
        yield f"retry: {RETRY}\n\n"
        beat = asyncio.get_running_loop().time() + BEAT
        while True:
            waits = min(beat, self.until)
            try:
                async with asyncio.timeout_at(waits):
                    word = await self.words.get()
            except TimeoutError:
                if waits == self.until:
                    return  # the browser comes again, with the session that it has by then
                beat += BEAT
                word = BEATS
            if word is None:
                return
            yield event(word)
            if word == ENDED:
                return


def event(word: str) -> str:
    """One event as it goes over the line."""
    return f"event: {word}\nid: {secrets.token_hex(8)}\ndata: -\n\n"


@dataclass(eq=False, slots=True)
class _Area:
    """The streams of one area, and where its watch is; `begun`: it has looked once."""

    streams: set[Stream] = field(default_factory=set)
    begun: asyncio.Event = field(default_factory=asyncio.Event)
    seen: str | None = None


@dataclass(slots=True)
class Watch:
    """Asks what is new in each area of which somebody follows a page, and nothing while nobody does."""

    office: Office
    areas: dict[UUID, _Area] = field(default_factory=dict)
    tasks: set["asyncio.Task[None]"] = field(default_factory=set)
    looks: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_LOOKS))
    #: of the server's process; None: nobody ever followed anything
    loop: asyncio.AbstractEventLoop | None = None
    closed: bool = False

    def streams(self) -> list[Stream]:
        """Whoever follows a page now."""
        return [stream for area in self.areas.values() for stream in area.streams]

    async def join(self, area_id: UUID, stream: Stream) -> None:
        """From now on nothing is missed."""
        self.loop = asyncio.get_running_loop()
        area = self.areas.get(area_id)
        if area is None:
            area = self.areas[area_id] = _Area()
            # Of no request: its log lines carry nobody's trace.
            task = self.loop.create_task(self._keep(area_id, area), context=Context())
            self.tasks.add(task)
            task.add_done_callback(self.tasks.discard)
        area.streams.add(stream)
        await area.begun.wait()

    async def open(self, stream: Stream, seat: Seat, home: UUID | None, seen: str) -> None:
        """Now it is known whose it is; what came meanwhile is told."""
        stream.home, stream.seat, stream.seen = home, seat, seen
        await self._tell(stream, stream.early)

    def leave(self, area_id: UUID, stream: Stream) -> None:
        """Whoever went away costs nothing any more."""
        if area := self.areas.get(area_id):
            area.streams.discard(stream)

    def close(self) -> None:
        """Ends every stream, from any thread; nobody is let in after it."""
        self.closed = True
        if self.loop is not None and not self.loop.is_closed():
            self.loop.call_soon_threadsafe(self._end_all)

    @contextmanager
    def until_told_to_stop(self) -> Iterator[None]:
        """A server that is told to stop waits for its answers; a stream would have none before it is told as well."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

        def stop(number: int, frame: FrameType | None) -> None:
            self.close()
            handler = before[signal.Signals(number)]
            if callable(handler):
                handler(number, frame)

        for number in before:
            signal.signal(number, stop)
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
            self.close()
            for task in self.tasks:
                task.cancel()

    def _end_all(self) -> None:
        for stream in self.streams():
            stream.say(None)

    async def _keep(self, area_id: UUID, area: _Area) -> None:
        """Looks again and again while there are streams."""
        try:
            while area.streams:
                seats = tuple({stream.seat for stream in area.streams if stream.seat is not None})
                found = await news(self.office, area_id, area.seen, seats)
                area.seen = found.seen
                area.begun.set()
                await self._wake(area, found)
                await asyncio.sleep(EVERY)
        except Exception as error:  # whatever it is: who cannot be told anything is told that, by silence
            _log.warning("not_watched", kind=type(error).__name__)
            for stream in area.streams:
                stream.say(None)
        finally:
            area.begun.set()
            del self.areas[area_id]

    async def _wake(self, area: _Area, found: News) -> None:
        for stream in area.streams:
            if stream.seat in found.ended:
                stream.say(ENDED)
            elif stream.seat is None:
                stream.early += found.events
        known = [stream for stream in area.streams if stream.seat is not None]
        await asyncio.gather(*(self._tell(stream, found.events) for stream in known))

    async def _tell(self, stream: Stream, events: Collection[Happening]) -> None:
        events = [one for one in events if stream.concerned(one)]
        if not events:
            return
        try:
            async with self.looks:
                told = await self.office.look(stream.caller, changed, ChangedOf(stream.home, tuple(events)))
        except (UnknownLogin, Problem):
            return  # its seat ended; to say so now would tell that something happened
        if told:
            stream.say(CHANGED)
