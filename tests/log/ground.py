"""A log of one area with as many entries as a test wants, written by SQL, and what orders and verifies it."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg

from casecoord.storage.audit import Audit, Verified
from casecoord.storage.checkpoints import Signer
from casecoord.storage.sequencer import Sequencer

KEY = b"c" * 32

#: How the log grew that most tests bend: leaves, tiles of two levels, checkpoints at their edges.
BATCHES = (1, 255, 1, 300, 43)
SIZE = sum(BATCHES)

#: As the application writes them, but all at once; the record is whatever it is.
ENTRIES = """
insert into access_log (area_id, id, at, trace_id, professional_id, record, salt, leaf)
select $1, gen_random_uuid(), now(), '0', gen_random_uuid(), r, s, sha256('\\x00'::bytea || s || convert_to(r, 'utf8'))
from (select repeat(md5(random()::text), 18) as r, decode(md5(random()::text), 'hex') as s
      from generate_series(1, $2::int)) e
"""


@dataclass
class Log:
    """The log of one area. `connection` is a superuser's: it may do anything to it."""

    url: str
    folder: Path
    connection: asyncpg.Connection
    area: UUID
    sequencers: list[Sequencer] = field(default_factory=list)

    async def write(self, entries: int, through: asyncpg.Connection | None = None) -> None:
        await (through or self.connection).execute(ENTRIES, self.area, entries)

    def sequencer(self, key: bytes = KEY, **how: Any) -> Sequencer:
        self.sequencers.append(Sequencer(self.url, key, self.folder, **how))
        return self.sequencers[-1]

    async def grow(self, *batches: int, by: Sequencer | None = None) -> Sequencer:
        """So many entries at a time, each with a checkpoint."""
        by = by or self.sequencer()
        for entries in batches:
            await self.write(entries)
            assert await by.round() == entries
        return by

    async def verify(self, **how: Any) -> Verified:
        audit = Audit(
            self.url,
            how.pop("keys", [Signer(KEY).public]),
            how.pop("folder", self.folder),
            **{"now": datetime.now(UTC), **how},
        )
        try:
            return await audit.verify("zuid", self.area)
        finally:
            await audit.close()

    async def fault(self, **how: Any) -> tuple[str, int] | None:
        """The kind and position of the first fault."""
        found = (await self.verify(**how)).fault
        return (found.kind, found.position) if found else None

    async def do(self, statement: str, *values: Any) -> None:
        await self.connection.execute(statement, *values)

    async def ids(self) -> list[UUID]:
        """The entries in their order."""
        rows = await self.connection.fetch(
            "select entry_id from log_positions where area_id = $1 order by position", self.area
        )
        return [row[0] for row in rows]

    @property
    def copies(self) -> Path:
        (path,) = (self.folder / str(self.area)).glob("*.notes")
        return path

    def notes(self) -> list[str]:
        """The copies outside, one by one, as they stand in their file."""
        return self.copies.read_text().split("\n\n\n")[:-1]

    def rewrite(self, notes: list[str]) -> None:
        self.copies.write_text("".join(note + "\n\n\n" for note in notes))

    async def close(self) -> None:
        for one in self.sequencers:
            await one.close()
        await self.connection.close()


async def open_log(url: str, folder: Path, code: str = "zuid") -> Log:
    """A new area with nothing in its log."""
    connection = await asyncpg.connect(url, server_settings={"timezone": "UTC"})
    area = await connection.fetchval(
        "insert into areas (id, code, name) values (gen_random_uuid(), $1, $1) returning id", code
    )
    made(folder)
    return Log(url, folder, connection, area)


def made(folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    return folder


async def of_copy(url: str, folder: Path) -> Log:
    """The one area of a database that was copied."""
    connection = await asyncpg.connect(url, server_settings={"timezone": "UTC"})
    return Log(url, folder, connection, await connection.fetchval("select id from areas"))
