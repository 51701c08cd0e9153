"""The sequencer: gives the entries of the access log their places in their area's tree, and signs how it stands.

An entry is written by the request that it is about, with its leaf; here it gets a position, in batches.
One batch is one transaction with its positions, its tiles and its checkpoint; the copy outside follows, and
before the next batch it is looked at whether it did. So whatever is killed is done again, or was done.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from casecoord.domain import merkle
from casecoord.storage.availability import is_unavailable
from casecoord.storage.checkpoints import Checkpoint, Copies, CopiesClosed, Lost, Signer, copies_of, read
from casecoord.storage.connection import SEQUENCER_ROLE, engine

#: Entries in one transaction.
BATCH = 50_000

_SETTINGS = {
    "lock_timeout": "2s",
    "statement_timeout": "60s",
    "idle_in_transaction_session_timeout": "60s",
    # A plan that was made while the log was small would stay for ever, and before the tables are analyzed one
    # would go through all positions for each entry.
    "plan_cache_mode": "force_custom_plan",
    "enable_nestloop": "off",
    "work_mem": "64MB",
}
_CODES = {
    "55P03": "log_locked",
    "53100": "log_full",
    "42P01": "log_missing",
    "42501": "log_closed",
    "23514": "log_tree_broken",
    "23505": "log_tree_broken",
}

_WAITING = text("select area, entries from casecoord_log_waiting() where entries > 0")
_AREAS = text("select code, id from casecoord_areas()")
_ALONE = text("select pg_try_advisory_xact_lock(hashtextextended('casecoord sequencer ' || :area, 0))")
_NOW = text("select clock_timestamp()")
_NEWEST = text("select note, seen from log_checkpoints where area_id = :area order by number desc limit 2")
_EDGE = text(
    "select t.level, t.tile, t.hashes from log_tiles t join unnest(cast(:levels as int[]), cast(:tiles as bigint[]))"
    " e (level, tile) on t.level = e.level and t.tile = e.tile where t.area_id = :area"
)
# What the last look did not see, in the order of arrival: a transaction that was still running then may have
# written before others that are in their places. Whatever came by another server's transactions is left to
# the look at everything, which is slower: it goes by what has no place.
UNSEEN = (
    "txid >= pg_snapshot_xmin(cast(cast(:seen as text) as pg_snapshot))"
    " and txid < pg_snapshot_xmax(pg_current_snapshot())"
    " and not pg_visible_in_snapshot(txid, cast(cast(:seen as text) as pg_snapshot))"
)
_PLACELESS = (
    "cast(:seen as text) is null and not exists"
    " (select from log_positions p where p.area_id = :area and p.entry_id = a.id)"
)
_PLACE = (
    "with fresh as materialized ("
    " select id, leaf, row_number() over (order by txid, id) - 1 as turn from ("
    "  select id, leaf, txid from access_log a where area_id = :area and {which}"
    "  order by txid, id limit cast(:some as bigint) + 1) waiting"
    "), placed as ("
    " insert into log_positions (area_id, position, entry_id)"
    " select :area, cast(:size as bigint) + turn, id from fresh where turn < cast(:some as bigint))"
    " select count(*) filter (where turn < cast(:some as bigint)) as entries,"
    "   string_agg(leaf, cast('' as bytea) order by turn) filter (where turn < cast(:some as bigint)) as leaves,"
    "   case when count(*) <= cast(:some as bigint) then cast(pg_current_snapshot() as text) end as seen,"
    "   clock_timestamp() as now from fresh"
)
_PLACE_UNSEEN, _PLACE_ALL = text(_PLACE.format(which=UNSEEN)), text(_PLACE.format(which=_PLACELESS))
_TILES = text(
    "insert into log_tiles (area_id, level, tile, hashes) select :area, t.* from"
    " unnest(cast(:levels as int[]), cast(:tiles as bigint[]), cast(:hashes as bytea[])) t"
    " on conflict (area_id, level, tile) do update set hashes = excluded.hashes"
)
_SIGNED = text(
    "insert into log_checkpoints (area_id, number, size, root, at, note, seen)"
    " values (:area, :number, :size, :root, :at, :note, :seen)"
)


class LogClosed(Exception):
    """The log cannot be gone on in; `code` says why and holds nothing of what is in it."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def why_closed(error: BaseException) -> LogClosed | None:
    """What a failure means for whoever runs the sequencer; None: a mistake of ours."""
    if isinstance(error, LogClosed):
        return error
    if isinstance(error, CopiesClosed):
        return LogClosed("checkpoint_directory_unwritable")
    state = str(getattr(getattr(error, "orig", error), "sqlstate", ""))
    if isinstance(error, DBAPIError) and state in _CODES:
        return LogClosed(_CODES[state])
    if is_unavailable(error):
        return LogClosed("database_unavailable")
    return None


@dataclass(frozen=True, slots=True)
class Standing:
    """The tree as the newest checkpoint has it; `seen` None: something may have been left waiting."""

    checkpoint: Checkpoint
    note: str
    seen: str | None


class Sequencer:
    """`folder` is where copies of the checkpoints go. `clock` replaces the database's for checkpoints (tests)."""

    def __init__(
        self,
        url: str,
        key: bytes,
        folder: Path,
        *,
        clock: Callable[[], datetime] | None = None,
        batch: int = BATCH,
    ) -> None:
        self.engine = engine(
            url,
            role=SEQUENCER_ROLE,
            name="casecoord-sequencer",
            settings=_SETTINGS,
            pool_size=1,
            max_overflow=0,
        )
        self.signer = Signer(key)
        self.folder = folder
        self.clock = clock
        self.some = batch
        # Where everything was looked at once; again after anything that went wrong.
        self._looked: set[UUID] = set()

    async def close(self) -> None:
        await self.engine.dispose()

    async def areas(self) -> dict[str, UUID]:
        async with self.engine.begin() as connection:
            return {row.code: row.id for row in await connection.execute(_AREAS)}

    async def round(self) -> int:
        """Places everything that waits, in every area; how many entries that were. Raises LogClosed."""
        placed = 0
        try:
            for area in await self._where():
                while more := await self.batch(area):
                    placed += more
        except Exception as error:
            self._looked.clear()
            closed = why_closed(error)
            if closed is None:
                raise
            raise closed from None
        return placed

    async def _where(self) -> list[UUID]:
        """Areas in which something waits; at first all, from their first entry on."""
        areas = (await self.areas()).values()
        async with self.engine.begin() as connection:
            waiting = {row.area for row in await connection.execute(_WAITING)}
        return [area for area in areas if area in waiting or area not in self._looked]

    async def batch(self, area: UUID) -> int:
        """One transaction's worth, with its copy outside; 0 where nothing waits or another sequencer is at it."""
        # The copies stay locked from one checkpoint to the next: none is signed before the last has its copy.
        with copies_of(self.folder, area) as copies:
            if copies is None:
                return 0
            await self.publish(area, copies)
            async with self.engine.begin() as connection:
                if not await connection.scalar(_ALONE, {"area": str(area)}):
                    return 0
                before = await self.standing(connection, area)
                placed = await self.place(connection, area, before)
            if placed:
                await self.publish(area, copies)
            return placed

    async def standing(self, connection: AsyncConnection, area: UUID) -> Standing | None:
        rows = (await connection.execute(_NEWEST, {"area": area})).all()
        return Standing(read(rows[0].note), rows[0].note, rows[0].seen) if rows else None

    async def place(self, connection: AsyncConnection, area: UUID, before: Standing | None) -> int:
        """Positions, tiles and checkpoint for the entries that wait longest; how many."""
        size = before.checkpoint.size if before else 0
        at_edge = await self._edge(connection, area, before)
        seen = before.seen if before and area in self._looked else None
        asked = {"area": area, "seen": seen, "size": size, "some": self.some}
        found = (await connection.execute(_PLACE_UNSEEN if seen else _PLACE_ALL, asked)).one()
        if not found.entries:
            self._looked.add(area)
            return 0
        tiles = merkle.grown(size, at_edge, found.leaves)
        await self.write_tiles(connection, area, tiles)
        after = Checkpoint(
            area,
            before.checkpoint.number + 1 if before else 1,
            size + found.entries,
            merkle.root(size + found.entries, merkle.in_tiles({**at_edge, **tiles})),
            self.clock() if self.clock else found.now,
        )
        await self.sign(connection, after, found.seen)
        return int(found.entries)

    async def _edge(self, connection: AsyncConnection, area: UUID, before: Standing | None) -> merkle.Tiles:
        """What the tree grows on; refused where it is not what the newest checkpoint signed."""
        if before is None:
            return {}
        wanted = merkle.edge(before.checkpoint.size)
        rows = await connection.execute(
            _EDGE,
            {"area": area, "levels": [level for level, _ in wanted], "tiles": [tile for _, tile in wanted]},
        )
        tiles = {(row.level, row.tile): bytes(row.hashes) for row in rows}
        found = None
        with suppress(KeyError):
            found = merkle.root(before.checkpoint.size, merkle.in_tiles(tiles))
        if found != before.checkpoint.root:
            raise LogClosed("log_tree_broken")
        return tiles

    async def write_tiles(
        self, connection: AsyncConnection, area: UUID, tiles: dict[tuple[int, int], bytes]
    ) -> None:
        await connection.execute(
            _TILES,
            {
                "area": area,
                "levels": [level for level, _ in tiles],
                "tiles": [tile for _, tile in tiles],
                "hashes": list(tiles.values()),
            },
        )

    async def sign(self, connection: AsyncConnection, checkpoint: Checkpoint, seen: str | None) -> None:
        values = {"number": checkpoint.number, "size": checkpoint.size, "root": checkpoint.root}
        note = self.signer.sign(checkpoint)
        await connection.execute(
            _SIGNED, {"area": checkpoint.area, **values, "at": checkpoint.at, "note": note, "seen": seen}
        )

    async def publish(self, area: UUID, copies: Copies) -> None:
        """Writes the newest checkpoint outside where it is missing.

        Raises LogClosed where the database and the copies differ, CopiesClosed.
        """
        async with self.engine.begin() as connection:
            rows = await connection.execute(_NEWEST, {"area": area})
            note = to_publish([row.note for row in rows], copies.newest())
        if note is not None:
            self.append(copies, note)

    def append(self, copies: Copies, note: str) -> None:
        copies.append(note, read(note).at)

    async def restored(self, area: UUID) -> Checkpoint | None:
        """Signs that a backup was put back, and what the log had that it does not know; None: the log is empty.

        Raises LogClosed, also where the copies outside do not know what the backup holds.
        """
        with copies_of(self.folder, area) as copies:
            async with self.engine.begin() as connection:
                if copies is None or not await connection.scalar(_ALONE, {"area": str(area)}):
                    raise LogClosed("log_locked")
                before, outside = await self.standing(connection, area), copies.newest()
                if before is None and outside is None:
                    return None
                if outside is None:
                    raise LogClosed("checkpoints_missing")
                if before and not copies.holds(before.note):
                    raise LogClosed("log_differs")
                lost = read(outside)
                after = Checkpoint(
                    area,
                    before.checkpoint.number + 1 if before else 1,
                    before.checkpoint.size if before else 0,
                    before.checkpoint.root if before else merkle.EMPTY,
                    self.clock() if self.clock else await connection.scalar(_NOW),
                    Lost(lost.number, lost.size, lost.root),
                )
                await self.sign(connection, after, None)
            self.append(copies, self.signer.sign(after))
        return after


def to_publish(newest: list[str], outside: str | None) -> str | None:
    """Which note is missing outside: at most the newest, of the two newest in the database. Raises LogClosed."""
    here = newest[0] if newest else None
    if here == outside:
        return None
    if here is None:
        raise LogClosed("log_differs")
    checkpoint = read(here)
    if outside is None:
        if checkpoint.number == 1:
            return here
        raise LogClosed("checkpoints_missing")
    if len(newest) > 1 and newest[1] == outside:
        return here
    there = read(outside)
    if checkpoint.restored and checkpoint.restored == Lost(there.number, there.size, there.root):
        return here
    raise LogClosed("checkpoints_missing" if checkpoint.number > there.number + 1 else "log_differs")
