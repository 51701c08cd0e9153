"""Statements that are text go to the driver itself, in the words in which they are written.

To pass on the three statements of a view took SQLAlchemy a quarter of what a web process does for it, and those of a
signal more than half. It keeps what it is there for: the pool, transactions of who writes, tables and their rows. Who
only looks has a transaction without it, on a connection of the same pool.
"""

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import lru_cache
from typing import Any, cast

import asyncpg
from sqlalchemy import PoolProxiedConnection, TextClause, text
from sqlalchemy.dialects.postgresql.asyncpg import dialect
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from sqlalchemy.util import greenlet_spawn

_DIALECT = dialect()  # type: ignore[no-untyped-call]


class Row(asyncpg.Record):  # type: ignore[misc]
    """A row that is read by the names of its columns, as a mapping or as attributes."""

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            raise AttributeError(name) from None


class Rows:
    """What a statement answered, by the names that SQLAlchemy's results have for it."""

    __slots__ = ("_rows",)

    def __init__(self, rows: Sequence[Any]) -> None:
        self._rows = rows

    def __iter__(self) -> Iterator[Any]:
        return iter(self._rows)

    def mappings(self) -> "Rows":
        return self

    def scalars(self) -> "Rows":
        return Rows([row[0] for row in self._rows])

    def all(self) -> Sequence[Any]:
        return self._rows

    def first(self) -> Any:
        return self._rows[0] if self._rows else None

    def one_or_none(self) -> Any:
        if len(self._rows) > 1:
            raise ValueError(f"{len(self._rows)} rows, where there is at most one")
        return self.first()

    def one(self) -> Any:
        if len(self._rows) != 1:
            raise ValueError(f"{len(self._rows)} rows, where there is one")
        return self._rows[0]

    def scalar(self) -> Any:
        return self._rows[0][0] if self._rows else None

    def scalar_one(self) -> Any:
        return self.one()[0]


class Reading:
    """A transaction that asks and writes nothing but the log. Raises what the driver raises."""

    __slots__ = ("_connection",)

    def __init__(self, connection: asyncpg.Connection) -> None:
        self._connection = connection

    async def execute(self, statement: TextClause, values: Mapping[str, Any] | None = None) -> Rows:
        return await said(self._connection, statement, values)

    async def scalar(self, statement: TextClause, values: Mapping[str, Any] | None = None) -> Any:
        return (await self.execute(statement, values)).scalar()

    async def scalars(self, statement: TextClause, values: Mapping[str, Any] | None = None) -> Rows:
        return (await self.execute(statement, values)).scalars()


class Writing(AsyncSession):
    """A session of one transaction. Its first statement is SQLAlchemy's, which begins the transaction by it."""

    _driver: asyncpg.Connection | None = None

    async def execute(self, statement: Any, params: Any = None, **options: Any) -> Any:
        if self._driver is None:
            result = await super().execute(statement, params, **options)
            self._driver = (await (await self.connection()).get_raw_connection()).driver_connection
            return result
        if options or type(statement) is not TextClause or isinstance(params, Sequence):
            return await super().execute(statement, params, **options)
        # What was changed is written before anything is asked, as SQLAlchemy does it.
        if self.new or self.dirty or self.deleted:
            await self.flush()
        return await said(self._driver, statement, params)

    async def scalar(self, statement: Any, params: Any = None, **options: Any) -> Any:
        return (await self.execute(statement, params, **options)).scalar()

    async def scalars(self, statement: Any, params: Any = None, **options: Any) -> Any:
        return (await self.execute(statement, params, **options)).scalars()


async def said(
    connection: asyncpg.Connection, statement: TextClause, values: Mapping[str, Any] | None
) -> Rows:
    """What the database answers."""
    asked, names = numbered(statement.text)
    given = values or {}
    return Rows(await connection.fetch(asked, *(given[name] for name in names), record_class=Row))


@lru_cache(maxsize=1024)
def numbered(words: str) -> tuple[str, tuple[str, ...]]:
    """A statement as SQLAlchemy numbers its parameters for this driver, and their names in that order."""
    compiled = text(words).compile(dialect=_DIALECT)
    return str(compiled), tuple(compiled.positiontup or ())


@asynccontextmanager
async def reading(engine: AsyncEngine) -> AsyncIterator[AsyncSession]:
    """A transaction of its own; whatever it raises, the connection goes back clean or not at all."""
    pooled = await engine.raw_connection()
    connection = cast(asyncpg.Connection, pooled.driver_connection)
    began = False
    try:
        async with connection.transaction():
            began = True
            yield cast(AsyncSession, Reading(connection))
    finally:
        # The driver holds a transaction that did not begin for begun: whoever came next would never commit.
        await greenlet_spawn(_give_back, pooled, began and not connection.is_in_transaction())


def _give_back(pooled: PoolProxiedConnection, clean: bool) -> None:
    if not clean:
        pooled.invalidate()
    pooled.close()
