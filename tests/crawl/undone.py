"""Transactions that are judged as if they were committed, shown, and taken back."""

from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from typing import Any

import asyncpg
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

APP_ROLE = "casecoord_app"


_TABLES = (
    "select c.relname name, exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'txid') told,"
    " (select array_agg(quote_literal(a.attname)) from pg_attribute a"
    "   where a.attrelid = c.oid and a.attname like '%\\_sealed') sealed"
    " from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind = 'r'"
)


#: Which tables a transaction wrote in: to look through all of them each time would take longer than all else.
_WRITTEN_IN = text(
    "select relname from pg_stat_xact_user_tables where schemaname = 'public' and n_tup_ins + n_tup_upd > 0"
)


async def rows_written(admin: asyncpg.Connection) -> dict[str, str]:
    """By table a statement that shows, but for sealed values, every row that its transaction wrote and may read."""
    tables = await admin.fetch(f"{_TABLES} and has_table_privilege('{APP_ROLE}', c.oid, 'select')")
    # The log says by itself in which transaction a row came, and has an index on that: it grows with each request.
    logged = [table for table in tables if table["told"]]
    others = [table for table in tables if not table["told"]]
    return _lines(others, " where x.xmin = pg_current_xact_id()::xid") | _lines(
        logged,
        " where x.area_id = nullif(current_setting('casecoord.area', true), '')::uuid"
        # In the order in which they were written: their ids have none.
        " and x.txid = pg_current_xact_id() order by x.ctid",
    )


async def all_rows(admin: asyncpg.Connection) -> str:
    """Every row of every table, but for sealed values."""
    return str(await admin.fetchval(_together(_lines(await admin.fetch(_TABLES), "").values())))


def _lines(tables: list[asyncpg.Record], where: str) -> dict[str, str]:
    return {
        table["name"]: f"(select '{table['name']} '"
        f" || (to_jsonb(x){''.join(f' - {column}' for column in table['sealed'] or ())})::text line"
        f" from {table['name']} x{where})"
        for table in tables
    }


def _together(parts: Iterable[str]) -> str:
    return f"select string_agg(line, e'\\n') from ({' union all '.join(parts)}) written"


class Undone:
    """In the place of a database's sessions. `seen` is told what each transaction would have left behind."""

    def __init__(self, sessions: Any, written: dict[str, str], seen: Callable[[str], None]) -> None:
        self.sessions, self.written, self.seen = sessions, written, seen

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[AsyncSession]:
        async with self.sessions() as session:
            yield session
            await session.flush()
            await self._told(session)
            await session.rollback()

    def looks(self, really: Callable[[], AbstractAsyncContextManager[AsyncSession]]) -> Callable[[], Any]:
        """The same in the place of what a look is had in."""

        @asynccontextmanager
        async def undone() -> AsyncIterator[AsyncSession]:
            with suppress(_Back):
                async with really() as session:
                    yield session
                    await self._told(session)
                    raise _Back

        return undone

    async def _told(self, session: AsyncSession) -> None:
        await session.execute(text("set constraints all immediate"))
        await session.execute(text("reset role"))  # whoever only looked sees too little to tell
        names = (await session.scalars(_WRITTEN_IN)).all()
        parts = [self.written[name] for name in names if name in self.written]
        self.seen(await session.scalar(text(_together(parts))) or "" if parts else "")


class _Back(Exception):
    """Out of a transaction that is to leave nothing."""
