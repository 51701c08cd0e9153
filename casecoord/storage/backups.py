"""Which backups there are of the data and of the keys, and how long each kind is kept."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import text

from casecoord.storage.work import Database

#: INVARIANT (a certificate's date holds): a backup begins before a key is destroyed, and is counted, or after it,
#: and holds it no more.
_LOCK = 7_270_052
WHILE_NO_BACKUP_BEGINS = f"select pg_advisory_xact_lock_shared({_LOCK})"
_BEGIN_ALONE = text(f"select pg_advisory_xact_lock({_LOCK})")

_TERMS = "select data_days, keys_days from vault.backup_terms where since <= clock_timestamp() order by since desc limit 1"
_BEGIN = text(
    "insert into vault.backups (id, kind, made_at, expires_at, file)"
    " select :id, cast(:kind as text), clock_timestamp(), clock_timestamp() + make_interval(days =>"
    f"   case cast(:kind as text) when 'data' then data_days else keys_days end), :file from ({_TERMS}) t"
)
_FINISH = text("update vault.backups set finished_at = clock_timestamp() where id = :id")
_REMOVED = text("update vault.backups set removed_at = clock_timestamp() where id = any(:ids)")
_KEEP = text(
    "insert into vault.backup_terms (since, data_days, keys_days)"
    " select clock_timestamp(), cast(:data as int), cast(:keys as int) where not exists (select from"
    f" ({_TERMS}) t where (t.data_days, t.keys_days) = (cast(:data as int), cast(:keys as int)))"
)
_THERE = text(
    "select id, kind, made_at, expires_at, finished_at, file, expires_at <= clock_timestamp() expired"
    " from vault.backups where removed_at is null order by made_at, id"
)


@dataclass(frozen=True, slots=True)
class Terms:
    """Days for which a backup that is made now is kept."""

    data_days: int
    keys_days: int


@dataclass(frozen=True, slots=True)
class Kept:
    """A backup that was not removed yet."""

    id: UUID
    kind: str
    made_at: datetime
    expires_at: datetime
    finished_at: datetime | None
    file: str
    expired: bool


async def terms(db: Database) -> Terms:
    """The terms in force."""
    async with db.engine.begin() as connection:
        return Terms(*(await connection.execute(text(_TERMS))).one())


async def keep_for(db: Database, kept: Terms) -> None:
    """From now on backups are kept for so long; those that are there keep their dates."""
    async with db.engine.begin() as connection:
        await connection.execute(_KEEP, {"data": kept.data_days, "keys": kept.keys_days})


async def begin(db: Database, kind: str, file: str) -> UUID:
    """Counts a backup before it begins; its id."""
    identity = uuid4()
    async with db.engine.begin() as connection:
        await connection.execute(_BEGIN_ALONE)
        await connection.execute(_BEGIN, {"id": identity, "kind": kind, "file": file})
    return identity


async def finish(db: Database, backup: UUID) -> None:
    """The backup is whole."""
    async with db.engine.begin() as connection:
        await connection.execute(_FINISH, {"id": backup})


async def removed(db: Database, ids: list[UUID]) -> None:
    """These files are gone."""
    async with db.engine.begin() as connection:
        await connection.execute(_REMOVED, {"ids": ids})


async def there(db: Database) -> list[Kept]:
    """Every backup that was not removed, oldest first."""
    async with db.engine.begin() as connection:
        return [Kept(**row) for row in (await connection.execute(_THERE)).mappings()]
