"""How rows of a file become rows of every area they belong to, batch by batch, each batch a transaction."""

from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, Protocol, TypeVar

from casecoord.registers.reasons import Refused
from casecoord.registers.report import Outcome, Report
from casecoord.storage.tables import Base
from casecoord.storage.territories import Territory
from casecoord.storage.upserts import upsert
from casecoord.storage.work import Area, Database

BATCH = 1_000

#: The columns a row has in an area (key columns first named in the table), or why it is not for that area.
Columns = dict[str, Any]


class Row(Protocol):
    @property
    def row(self) -> int: ...


RowT = TypeVar("RowT", bound=Row)
ItemT = TypeVar("ItemT")

#: Tells how far it is: rows done, and of how many where that is known.
Progress = Callable[[int, int | None], None]
Prepare = Callable[[Area, Territory, Sequence[RowT]], Awaitable[list[Columns | str]]]
#: Follows what was written, in the same transaction.
Follow = Callable[[Area, Sequence[Columns]], Awaitable[None]]


async def nothing_follows(work: Area, written: Sequence[Columns]) -> None:
    """For rows that change nothing but themselves."""


def no_progress(done: int, total: int | None) -> None:
    """For whoever does not watch."""


async def take_over(
    database: Database,
    areas: Sequence[Territory],
    kind: type[Base],
    rows: Iterable[RowT | Refused],
    prepare: Prepare[RowT],
    report: Report,
    progress: Progress,
    follow: Follow = nothing_follows,
) -> Report:
    """Writes the rows that `prepare` gives columns to, in each area; a row in several areas counts once."""
    for batch in batches(rows, BATCH):
        report.read += len(batch)
        good = [row for row in batch if not isinstance(row, Refused)]
        fates: dict[int, Outcome | str] = {}
        for area in areas:
            async with database.within(area.id) as work:
                await _write(work, kind, good, await prepare(work, area, good), fates, follow)
        for row in batch:
            if isinstance(row, Refused):
                report.add(Outcome.REFUSED, row.row, row.reason)
            else:
                _add(report, row.row, fates.get(row.row, "other_area"))
        progress(report.read, None)
    report.check()
    return report


async def _write(
    work: Area,
    kind: type[Base],
    rows: Sequence[Row],
    prepared: Sequence[Columns | str],
    fates: dict[int, Outcome | str],
    follow: Follow,
) -> None:
    keys = [column.name for column in kind.__table__.primary_key if column.name != "area_id"]
    written = await upsert(work, kind, [columns for columns in prepared if not isinstance(columns, str)])
    for row, columns in zip(rows, prepared, strict=True):
        if isinstance(columns, str):
            fates.setdefault(row.row, columns)
            continue
        created = written.get(tuple(columns[key] for key in keys))
        fate = Outcome.UNCHANGED if created is None else Outcome.CREATED if created else Outcome.CHANGED
        fates[row.row] = _stronger(fates.get(row.row), fate)
    columns_of = {tuple(c[key] for key in keys): c for c in prepared if not isinstance(c, str)}
    await follow(work, [columns_of[key] for key in written])


_STRENGTH = [Outcome.UNCHANGED, Outcome.CHANGED, Outcome.CREATED]


def _stronger(known: Outcome | str | None, new: Outcome) -> Outcome:
    if known not in _STRENGTH:
        return new
    return max(Outcome(known), new, key=_STRENGTH.index)


def _add(report: Report, row: int, fate: Outcome | str) -> None:
    if isinstance(fate, Outcome):
        report.add(fate, row)
    else:
        report.add(Outcome.OUTSIDE, row, fate)


def batches(items: Iterable[ItemT], size: int) -> Iterator[list[ItemT]]:
    """The items in lists of at most `size`."""
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch
