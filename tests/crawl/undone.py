"""Transactions that are judged as if they were committed, shown, and taken back."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

APP_ROLE = "casecoord_app"


_TABLES = (
    "select c.relname name, (select array_agg(quote_literal(a.attname)) from pg_attribute a"
    "   where a.attrelid = c.oid and a.attname like '%\\_sealed') sealed"
    " from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind = 'r'"
)


async def rows_written(admin: asyncpg.Connection) -> str:
    """A statement that shows, but for sealed values, every row that its transaction wrote and may read."""
    tables = await admin.fetch(f"{_TABLES} and has_table_privilege('{APP_ROLE}', c.oid, 'select')")
    return _lines(tables, "where x.xmin = pg_current_xact_id()::xid")


async def all_rows(admin: asyncpg.Connection) -> str:
    """Every row of every table, but for sealed values."""
    return str(await admin.fetchval(_lines(await admin.fetch(_TABLES), "")))


def _lines(tables: list[asyncpg.Record], where: str) -> str:
    parts = [
        f"select '{table['name']} ' || (to_jsonb(x){''.join(f' - {column}' for column in table['sealed'] or ())})::text line"
        f" from {table['name']} x {where}"
        for table in tables
    ]
    return f"select string_agg(line, e'\\n') from ({' union all '.join(parts)}) written"


class Undone:
    """In the place of a database's sessions. `seen` is told what each transaction would have left behind."""

    def __init__(self, sessions: Any, written: str, seen: Callable[[str], None]) -> None:
        self.sessions, self.written, self.seen = sessions, text(written), seen

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[AsyncSession]:
        async with self.sessions() as session:
            yield session
            await session.flush()
            await session.execute(text("set constraints all immediate"))
            self.seen(await session.scalar(self.written) or "")
            await session.rollback()
