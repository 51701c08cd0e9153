"""Verification of the access log: every leaf, tile, root and checkpoint anew, by a path that shares nothing
with the sequencer's, and the database against the copies outside it.

The first fault of an area is told with its position: the index of an entry, or the size at which
checkpoints go wrong.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from casecoord.domain.log_terms import access_log_term_ends
from casecoord.storage.audit_notes import Keys, Loss, Outside, Signed, outside, signed
from casecoord.storage.audit_tree import Regrown, is_anothers, leaf_of_entry
from casecoord.storage.connection import SEQUENCER_ROLE, engine

HASH = 32
TILE = 256
#: Entries looked at in one go.
SOME = 64 * TILE
#: So long may an entry wait for its place, and a checkpoint for its copy.
PATIENCE = timedelta(minutes=5)
#: An entry is as old as its checkpoint, which comes a little after it.
_SLACK = timedelta(days=1)

Progress = Callable[[int, int], None]

_AREAS = text("select code, id from casecoord_areas()")
_CHECKPOINTS = text(
    "select number, size, root, at, note from log_checkpoints where area_id = :area and number > :after"
    " order by number limit 5000"
)
# These two carry everything, so they go to the driver itself.
_PLACED = (
    "select position, entry_id from log_positions where area_id = $1 and position >= $2 and position < $3"
    " order by position"
)
_ENTRIES = (
    "select id, record, salt, leaf, household, professional_id, resident, subjects from access_log"
    " where area_id = $1 and id = any($2)"
)
_TILES = text(
    "select tile, hashes from log_tiles where area_id = :area and level = :level and tile >= :start and tile < :end"
    " order by tile"
)
_BEYOND = text("select exists (select from log_positions where area_id = :area and position >= :size)")
_HASHES = text(
    "select level, sum(length(hashes)) / 32 as hashes from log_tiles where area_id = :area group by 1 order by 1"
)
_WAITING = text(
    "select count(*) as entries, count(*) filter (where arrived_at not between clock_timestamp() - cast(:patience as"
    " interval) and clock_timestamp() + cast(:patience as interval)) as late from access_log a where area_id = :area"
    " and not exists (select from log_positions p where p.area_id = :area and p.entry_id = a.id)"
)
_SOMEWHERE = text(
    "select exists (select from access_log where area_id = :area and leaf = :expected) as entry,"
    " exists (select from log_tiles where area_id = :area and level = 0 and position(:found in hashes) > 0) as hash"
)


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong first, at which position; `number` of the checkpoint that shows it, where one does."""

    kind: str
    position: int
    number: int | None = None


@dataclass(slots=True)
class Verified:
    """What was found in one area."""

    area: str
    size: int = 0
    checkpoints: int = 0
    expired: int = 0
    waiting: int = 0
    losses: list[Loss] = field(default_factory=list)
    fault: Fault | None = None

    def blame(self, fault: Fault | None) -> None:
        """Keeps the fault that comes first."""
        if fault and (self.fault is None or fault.position < self.fault.position):
            self.fault = fault


@dataclass(slots=True)
class Expected:
    """The checkpoints of the database whose note holds: what the tree must be at their sizes."""

    signed: list[Signed] = field(default_factory=list)

    @property
    def size(self) -> int:
        return self.signed[-1].size if self.signed else 0


class Audit:
    """`keys`: public keys, as notes name them. `folder`: where the copies are. `now`: for the term of entries."""

    def __init__(
        self,
        url: str,
        keys: Sequence[str],
        folder: Path,
        *,
        now: datetime,
        term_ends: Callable[[datetime], datetime] = access_log_term_ends,
    ) -> None:
        self.engine = engine(
            url,
            role=SEQUENCER_ROLE,
            name="casecoord-audit",
            settings={
                "default_transaction_read_only": "on",
                "plan_cache_mode": "force_custom_plan",
                "enable_nestloop": "off",
                "work_mem": "64MB",
            },
            pool_size=1,
        )
        self.keys = Keys(keys)
        self.folder = folder
        self.now = now
        self.term_ends = term_ends

    async def close(self) -> None:
        await self.engine.dispose()

    async def areas(self) -> dict[str, UUID]:
        async with self.engine.begin() as connection:
            return {row.code: row.id for row in await connection.execute(_AREAS)}

    async def verify(self, code: str, area: UUID, progress: Progress = lambda done, total: None) -> Verified:
        """Everything about one area, as of one moment. Raises OSError where the copies cannot be read."""
        copies = outside(self.folder, area, self.keys)
        found = Verified(code, losses=copies.losses)
        async with self.engine.connect() as plain:
            connection = await plain.execution_options(isolation_level="REPEATABLE READ")
            async with connection.begin():
                expected = await self._checkpoints(connection, area, copies, found)
                walk = _Walk(connection, area, expected, self.is_over)
                found.blame(await walk.go(found, progress))
                await self._rest(connection, area, expected, found)
        return found

    def is_over(self, at: datetime) -> bool:
        """Whether entries under a checkpoint of that moment may have lost their words."""
        return self.term_ends(at) <= self.now + _SLACK

    async def _checkpoints(
        self, connection: AsyncConnection, area: UUID, copies: Outside, found: Verified
    ) -> Expected:
        """Reads and judges the database's checkpoints, up to the first that is wrong."""
        expected, read_at = Expected(), await connection.scalar(text("select clock_timestamp()"))
        number = 0
        while rows := (await connection.execute(_CHECKPOINTS, {"area": area, "after": number})).all():
            for row in rows:
                one = signed(row.note, self.keys)
                kind = self._wrong(one, row, area, number + 1, expected)
                kind = kind or self._differs(one, copies, read_at)
                if kind:
                    found.blame(Fault(kind, expected.size, number + 1))
                    return expected
                assert one is not None
                expected.signed.append(one)
                number += 1
                found.checkpoints, found.size = number, one.size
        if copies.forked is not None:
            found.blame(Fault("fork", copies.forked))
        if any(beyond > number for beyond in copies.digests):
            found.blame(Fault("truncated", expected.size, number + 1))
        return expected

    @staticmethod
    def _wrong(one: Signed | None, row: Any, area: UUID, number: int, expected: Expected) -> str | None:
        """What is wrong with a checkpoint in itself, and after those before it."""
        if row.number != number:
            return "checkpoint_missing"
        if one is None or not one.good:
            return "signature"
        said = (one.area, one.number, one.size, one.root, one.at)
        if said != (area, row.number, row.size, bytes(row.root), row.at):
            return "checkpoint_swapped"
        if one.size < expected.size or (one.size == expected.size and not one.lost):
            return "checkpoint_swapped"
        return None

    @staticmethod
    def _differs(one: Signed | None, copies: Outside, read_at: datetime) -> str | None:
        """What is wrong with the copy of a checkpoint; one that was just signed may not have any yet."""
        assert one is not None
        if one.number not in copies.digests:
            fresh = one.number > max(copies.digests, default=0) and one.at > read_at - PATIENCE
            return None if fresh else "copy_missing"
        copy = copies.digests[one.number]
        if copy is None:
            return "copy_changed"
        return None if copy == one.digest else "fork"

    async def _rest(
        self, connection: AsyncConnection, area: UUID, expected: Expected, found: Verified
    ) -> None:
        """What lies beyond the tree: positions and tiles that nobody signed, entries that have no position."""
        if found.fault is None and await connection.scalar(_BEYOND, {"area": area, "size": expected.size}):
            found.blame(Fault("unsigned", expected.size))
        for level, hashes in await connection.execute(_HASHES, {"area": area}):
            if found.fault is None and hashes != expected.size // TILE**level:
                found.blame(Fault("tile", expected.size))
        row = (await connection.execute(_WAITING, {"area": area, "patience": PATIENCE})).one()
        found.waiting = row.entries
        if found.fault is None and row.late:
            found.blame(Fault("waiting", expected.size))


class _Walk:
    """Through all entries of an area in their order, with the tree growing along."""

    def __init__(
        self,
        connection: AsyncConnection,
        area: UUID,
        expected: Expected,
        is_over: Callable[[datetime], bool],
    ) -> None:
        self.connection = connection
        self.area = area
        self.expected = expected
        self.is_over = is_over
        self.tree = Regrown()
        self.signed = list(reversed(expected.signed))
        self.good = 0  # the size at the last root that was right

    async def go(self, found: Verified, progress: Progress) -> Fault | None:
        size = self.expected.size
        fault = self._roots()
        for start in range(0, size, SOME):
            if fault:
                return fault
            end = min(start + SOME, size)
            progress(start, size)
            fault = await self._some(start, end, found)
        progress(size, size)
        return fault or await self._tiles_above()

    async def _some(self, start: int, end: int, found: Verified) -> Fault | None:
        """Entries `start` to `end`: their leaves, against tiles and roots."""
        leaves, fault = await self._leaves(start, end, found)
        tiles = await self._tiles(0, start // TILE, -(-end // TILE))
        made = b"".join(leaves)
        held = b"".join(hashes for _, hashes in tiles)[: len(made)]
        if held != made:
            at = _first_other(held, made)
            return await self._why(start + at, leaves[at], held[at * HASH : (at + 1) * HASH])
        done = 0
        while self.signed and self.signed[-1].size <= start + len(leaves):
            upto = self.signed[-1].size - start
            self.tree.add(leaves[done:upto])
            done = upto
            wrong = self._roots()
            if wrong:
                return wrong
        self.tree.add(leaves[done:])
        return fault

    def _roots(self) -> Fault | None:
        """Judges every checkpoint of the size that the tree has now."""
        while self.signed and self.signed[-1].size == self.tree.size:
            one = self.signed.pop()
            if one.root != self.tree.root():
                return Fault("root", self.good, one.number)
            self.good = one.size
        return None

    async def _leaves(self, start: int, end: int, found: Verified) -> tuple[list[bytes], Fault | None]:
        """The leaves as the entries give them, up to the first that gives none or another than it has."""
        driver = (await self.connection.get_raw_connection()).driver_connection
        assert driver is not None
        placed = await driver.fetch(_PLACED, self.area, start, end)
        rows = await driver.fetch(_ENTRIES, self.area, [entry_id for _, entry_id in placed])
        entries = {identity: entry for identity, *entry in rows}
        leaves: list[bytes] = []
        for wanted, (position, entry_id) in enumerate(placed, start):
            if position != wanted or entry_id not in entries:
                break
            record, salt, leaf, *beside = entries[entry_id]
            if record is None or salt is None:
                if not self._may_be_over(position):
                    return leaves, Fault("expired_early", position)
                found.expired += 1
            elif leaf_of_entry(salt, record) != leaf:
                return leaves, Fault("edited", position)
            elif is_anothers(salt, record, *beside):
                return leaves, Fault("moved", position)
            leaves.append(leaf)
        missing = start + len(leaves)
        return leaves, Fault("deleted", missing) if missing < end else None

    def _may_be_over(self, position: int) -> bool:
        """Judged by the signed moment of the first checkpoint over it: an entry's own could be written anew."""
        over = next(one for one in reversed(self.signed) if one.size > position)
        return self.is_over(over.at)

    async def _tiles(self, level: int, start: int, end: int) -> list[tuple[int, bytes]]:
        asked = {"area": self.area, "level": level, "start": start, "end": end}
        return [(row.tile, bytes(row.hashes)) for row in await self.connection.execute(_TILES, asked)]

    async def _why(self, position: int, found: bytes, expected: bytes) -> Fault:
        """An entry's own leaf is not the one in its tile: which of the two was touched, and how?"""
        whole = await self._signed_by_tiles()
        if not whole:
            return Fault("tile", position)
        asked = {"area": self.area, "expected": expected, "found": found}
        somewhere = (await self.connection.execute(_SOMEWHERE, asked)).one()
        kinds = {
            (True, True): "reordered",
            (True, False): "inserted",
            (False, True): "deleted",
            (False, False): "edited",
        }
        return Fault(kinds[somewhere.entry, somewhere.hash], position)

    async def _signed_by_tiles(self) -> bool:
        """Whether the tiles alone give the newest root: then they are as they were signed."""
        newest, tree = self.expected.signed[-1], Regrown()
        for start in range(0, -(-newest.size // TILE), SOME):
            for _, hashes in await self._tiles(0, start, start + SOME):
                tree.add([hashes[at : at + HASH] for at in range(0, len(hashes), HASH)])
        return tree.size == newest.size and tree.root() == newest.root

    async def _tiles_above(self) -> Fault | None:
        """The tiles over those of the leaves."""
        for level, hashes in sorted(self.tree.above.items()):
            for start in range(0, len(hashes), TILE * TILE):
                rows = await self._tiles(level, start // TILE, start // TILE + TILE)
                made = b"".join(hashes[start : start + TILE * TILE])
                held = b"".join(tile for _, tile in rows)[: len(made)]
                if held != made:
                    return Fault("tile", (start + _first_other(held, made)) * TILE**level)
        return None


def _first_other(held: bytes, made: bytes) -> int:
    """The first hash in which the two are not the same."""
    return next(
        at // HASH for at in range(0, len(made), HASH) if held[at : at + HASH] != made[at : at + HASH]
    )
