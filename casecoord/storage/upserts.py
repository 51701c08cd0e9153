"""Many rows at once: what is new is added, what differs is updated, what is the same is left alone."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Table, literal_column, or_
from sqlalchemy.dialects.postgresql import insert

from casecoord.storage.tables import Base
from casecoord.storage.work import Area

_PARAMETERS = 30_000  # PostgreSQL takes 32,767 in one statement


async def upsert(
    work: Area, kind: type[Base], rows: Sequence[Mapping[str, Any]]
) -> dict[tuple[Any, ...], bool]:
    """Writes rows by primary key (without the area); answers which were written: True created, False changed.

    `rows` name the same columns and no key twice.
    """
    written: dict[tuple[Any, ...], bool] = {}
    if rows:
        at_once = _PARAMETERS // (len(rows[0]) + 1)
        for start in range(0, len(rows), at_once):
            written |= await _upsert(
                work, kind.metadata.tables[kind.__tablename__], rows[start : start + at_once]
            )
    return written


async def _upsert(work: Area, table: Table, rows: Sequence[Mapping[str, Any]]) -> dict[tuple[Any, ...], bool]:
    statement = insert(table).values([{"area_id": work.area_id, **row} for row in rows])
    keys = [column for column in table.primary_key if column.name != "area_id"]
    changing = [name for name in rows[0] if name not in table.primary_key]
    differs = [table.c[name].is_distinct_from(statement.excluded[name]) for name in changing]
    # A row that this statement inserted has never been locked or updated: its xmax is 0.
    returned = await work.session.execute(
        statement.on_conflict_do_update(
            index_elements=list(table.primary_key),
            set_={name: statement.excluded[name] for name in changing},
            where=or_(*differs),
        ).returning(*keys, literal_column("(xmax = 0)"))
    )
    return {tuple(row[:-1]): row[-1] for row in returned}
