"""Several databases as one: each area lives in one of them, and nothing is ever done in two at once.

Which database is asked says the area, where it is named; else the login: whoever knows it answers. What is
remembered of that saves asking again, and nothing hangs on it: another process finds it out by itself.
"""

from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Hashable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from copy import copy
from datetime import datetime
from time import monotonic
from typing import TypeVar
from uuid import UUID

from casecoord.domain.actors import Caller
from casecoord.domain.errors import Problem
from casecoord.storage.availability import is_unavailable
from casecoord.storage.work import Area, AreaMisplaced, Database, Sight, UnknownLogin, Visit, Work

#: Logins of which it is remembered which database knows them.
REMEMBERED = 100_000
#: Seconds for which a database that was away is asked last.
ASKED_LAST = 5.0

Within = TypeVar("Within", bound=Area)


class Databases(Database):
    """`home` has every area whose code is not in `elsewhere`. Used as one Database is."""

    def __init__(self, home: Database, elsewhere: Mapping[str, Database]) -> None:
        self.keyring, self.clock = home.keyring, home.clock
        self.engine, self.queue = home.engine, home.queue
        self._home, self._elsewhere = home, dict(elsewhere)
        self._all = tuple(dict.fromkeys((home, *elsewhere.values())))
        self._listed = self._all
        self._where: dict[UUID, Database] = {}
        self._codes: dict[Database, dict[str, UUID]] = {}
        self._knows: OrderedDict[Hashable, Database] = OrderedDict()
        self._away: dict[Database, float] = {}

    @property
    def parts(self) -> Sequence[Database]:
        return self._listed

    def apart(self) -> Sequence[Database]:
        return [self._of(part) for part in self._all]

    def beyond(self, area_id: UUID) -> Sequence[Database]:
        return [part for part in self._all if part is not self._where.get(area_id, self._home)]

    def of(self, code: str) -> Database:
        """The database in which the area of this code lives, or would."""
        return self._elsewhere.get(code, self._home)

    @asynccontextmanager
    async def enter(self, caller: Caller, sight: Sight | None = None) -> AsyncIterator[Work]:
        async with self._first("enter", caller, lambda part: part.enter(caller, sight)) as work:
            yield work

    @asynccontextmanager
    async def receive(self, caller: Caller) -> AsyncIterator[Visit]:
        async with self._first("receive", caller, lambda part: part.receive(caller)) as visit:
            yield visit

    @asynccontextmanager
    async def within(
        self, area_id: UUID, at: datetime | None = None, *, snapshot: bool = False
    ) -> AsyncIterator[Area]:
        if area_id not in self._where:
            for part in self._all:
                await self._list(part)
        part = self._where.get(area_id, self._home)
        async with part.within(area_id, at, snapshot=snapshot) as work:
            yield work

    async def areas(self) -> dict[str, UUID]:
        """Of a database that is away, the areas that it was known to have. Raises AreaMisplaced."""
        found: dict[str, UUID] = {}
        for part in self._listed:
            found |= await self._list(part)
        return dict(sorted(found.items()))

    async def found_area(self, code: str, name: str) -> tuple[UUID, bool]:
        part = self.of(code)
        founded = await part.found_area(code, name)
        self._where[founded[0]] = part
        return founded

    async def close(self) -> None:
        for part in self._all:
            await part.close()

    def _of(self, part: Database) -> Database:
        view = copy(self)
        view._listed = (part,)
        view.engine = part.engine
        return view

    async def _list(self, part: Database) -> dict[str, UUID]:
        try:
            found = await part.areas()
        except Exception as error:
            if part not in self._codes or not is_unavailable(error):
                raise
            return self._codes[part]
        for code in found:
            if self.of(code) is not part:
                raise AreaMisplaced(code)
        self._codes[part] = found
        self._where |= dict.fromkeys(found.values(), part)
        return found

    @asynccontextmanager
    async def _first(
        self, how: str, caller: Caller, enter: Callable[[Database], AbstractAsyncContextManager[Within]]
    ) -> AsyncIterator[Within]:
        """A transaction in the first database that knows the caller. That nobody does is said only by all of them."""
        asked = (how, caller.issuer, caller.subject, caller.membership)
        refusal: Exception = UnknownLogin()
        away: Exception | None = None
        for part in self._in_turn(asked):
            async with AsyncExitStack() as stack:
                try:
                    work = await stack.enter_async_context(enter(part))
                except UnknownLogin:
                    continue
                except Problem as problem:
                    if problem.code != "membership_invalid":
                        raise
                    refusal = problem
                    continue
                except Exception as error:
                    if not is_unavailable(error):
                        raise
                    self._away[part], away = monotonic(), error
                    continue
                self._remember(asked, part)
                yield work
                return
        self._knows.pop(asked, None)
        raise away or refusal

    def _in_turn(self, asked: Hashable) -> list[Database]:
        """Who knew it the last time comes first, who was away a moment ago last."""
        knew, late = self._knows.get(asked), monotonic() - ASKED_LAST
        return sorted(self._all, key=lambda part: (part is not knew, self._away.get(part, late) > late))

    def _remember(self, asked: Hashable, part: Database) -> None:
        self._knows[asked] = part
        self._knows.move_to_end(asked)
        if len(self._knows) > REMEMBERED:
            self._knows.popitem(last=False)
