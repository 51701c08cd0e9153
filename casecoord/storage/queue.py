"""Who waits for a connection: areas take turns, and in each its people, so that whoever floods waits for themselves.

A login's area is known from its last request here; who was not here yet waits among those of whom the same is true.
"""

import asyncio
from collections import OrderedDict, deque
from collections.abc import AsyncIterator, Hashable
from contextlib import asynccontextmanager
from uuid import UUID

#: So many of one login, and of one area, may wait at once in one process.
MOST_OF_A_LOGIN = 100
MOST_OF_AN_AREA = 1_000
#: Seconds that anybody waits.
PATIENCE = 10.0
#: Logins of which it is remembered whose they are.
REMEMBERED = 100_000


class Crowded(Exception):
    """Too many of the same login, or of the same area, wait already; `of`: which of the two."""

    def __init__(self, of: str) -> None:
        super().__init__(f"too many of this {of} wait already")
        self.of = of


Line = OrderedDict[Hashable, deque["asyncio.Future[None]"]]


class Queue:
    """So many `places` at once. A free one costs nothing; a line begins when there is none."""

    def __init__(self, places: int, patience: float = PATIENCE) -> None:
        self.free = places
        self.patience = patience
        self._lines: OrderedDict[UUID | None, Line] = OrderedDict()
        self._areas: OrderedDict[Hashable, UUID] = OrderedDict()

    def know(self, login: Hashable, area: UUID) -> None:
        """Whose this login was just now."""
        self._areas[login] = area
        self._areas.move_to_end(login)
        if len(self._areas) > REMEMBERED:
            self._areas.popitem(last=False)

    @asynccontextmanager
    async def place(self, login: Hashable) -> AsyncIterator[None]:
        """Raises Crowded at once; TimeoutError for who waited for too long."""
        if self.free:
            self.free -= 1
        else:
            await self._wait(login)
        try:
            yield
        finally:
            self._next()

    def waiting(self) -> int:
        """How many stand in line."""
        return sum(len(own) for line in self._lines.values() for own in line.values())

    async def _wait(self, login: Hashable) -> None:
        area = self._areas.get(login)
        line = self._lines.setdefault(area, OrderedDict())
        if sum(map(len, line.values())) >= MOST_OF_AN_AREA:
            raise Crowded("area")
        own = line.setdefault(login, deque())
        if len(own) >= MOST_OF_A_LOGIN:
            raise Crowded("login")
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        own.append(turn)
        try:
            async with asyncio.timeout(self.patience):
                await turn
        except BaseException:
            if turn.done() and not turn.cancelled():
                self._next()  # it came after all, and is somebody else's now
            elif turn in own:
                own.remove(turn)
            raise

    def _next(self) -> None:
        """The place goes to the next login of the next area; who went away is passed over."""
        while self._lines:
            area, line = self._lines.popitem(last=False)
            login, own = line.popitem(last=False)
            turn = own.popleft() if own else None
            if own:
                line[login] = own
            if line:
                self._lines[area] = line
            if turn is not None and not turn.done():
                turn.set_result(None)
                return
        self.free += 1
