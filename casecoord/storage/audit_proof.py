"""A proof that one entry is in the log as it was signed: built from the tiles, checked by the other path."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import NullPool, text
from sqlalchemy.ext.asyncio import AsyncConnection

from casecoord.domain import merkle
from casecoord.storage.audit_notes import Keys, Signed, signed
from casecoord.storage.audit_tree import climb, leaf_of_entry
from casecoord.storage.connection import SEQUENCER_ROLE, engine

_WHERE = text(
    "select p.area_id, p.position, a.record, a.salt, a.leaf from casecoord_areas() x"
    " join log_positions p on p.area_id = x.id and p.entry_id = :entry"
    " join access_log a on a.area_id = p.area_id and a.id = p.entry_id"
)
_NEWEST = text("select note from log_checkpoints where area_id = :area order by number desc limit 1")
_TILES = text(
    "select t.level, t.tile, t.hashes from log_tiles t join unnest(cast(:levels as int[]), cast(:tiles as bigint[]))"
    " e (level, tile) on t.level = e.level and t.tile = e.tile where t.area_id = :area"
)


class ProofFailed(Exception):
    """There is no proof; the message is one line that says why."""


class EntryUnknown(ProofFailed):
    """Nothing of that id has a place in this database."""


@dataclass(frozen=True, slots=True)
class Proven:
    """`path`: from the leaf up, as RFC 9162 has it; `note`: the checkpoint that signed `root`."""

    entry: UUID
    position: int
    leaf: bytes
    path: list[bytes]
    size: int
    root: bytes
    note: str


async def prove(url: str, keys: Sequence[str], entry: UUID) -> Proven:
    """Raises ProofFailed: nothing of that id has a place, or what has it does not hold."""
    reader = engine(url, role=SEQUENCER_ROLE, name="casecoord-audit", poolclass=NullPool)
    try:
        async with reader.connect() as plain:
            connection = await plain.execution_options(isolation_level="REPEATABLE READ")
            async with connection.begin():
                return await _prove(connection, Keys(keys), entry)
    finally:
        await reader.dispose()


async def _prove(connection: AsyncConnection, keys: Keys, entry: UUID) -> Proven:
    row = (await connection.execute(_WHERE, {"entry": entry})).one_or_none()
    if row is None:
        raise EntryUnknown("no entry of this id has its place in the log")
    note = await connection.scalar(_NEWEST, {"area": row.area_id})
    newest = signed(note, keys) if note else None
    if newest is None or not newest.good or newest.area != row.area_id:
        raise ProofFailed("the newest checkpoint is not signed with a key that is believed")
    if row.position >= newest.size:
        raise ProofFailed("the newest checkpoint does not reach this entry: run casecoord audit verify")
    path = await _path(connection, row.area_id, row.position, newest)
    leaf = bytes(row.leaf)
    if row.record is not None and row.salt is not None and leaf_of_entry(row.salt, row.record) != leaf:
        raise ProofFailed("the entry is not what its leaf says: run casecoord audit verify")
    if path is None or climb(leaf, row.position, newest.size, path) != newest.root:
        raise ProofFailed("the entry does not lead to the signed root: run casecoord audit verify")
    return Proven(entry, row.position, leaf, path, newest.size, newest.root, str(note))


async def _path(connection: AsyncConnection, area: UUID, position: int, newest: Signed) -> list[bytes] | None:
    """None where a tile is missing."""
    wanted = list(merkle.needed(lambda whole: merkle.inclusion(position, newest.size, whole)))
    rows = await connection.execute(
        _TILES,
        {"area": area, "levels": [level for level, _ in wanted], "tiles": [tile for _, tile in wanted]},
    )
    tiles = {(row.level, row.tile): bytes(row.hashes) for row in rows}
    try:
        return merkle.inclusion(position, newest.size, merkle.in_tiles(tiles))
    except KeyError:
        return None
