"""Whether this instance can do its work: questions with a real answer, asked of the real database."""

from dataclasses import dataclass

from sqlalchemy import text

from casecoord.storage.sealed import Compartment, KeysAway, Unreadable
from casecoord.storage.work import Database

_ONE_KEY = text(
    "select household_id, compartment, version, wrapped from vault.household_keys where area_id = :area limit 1"
)


_WAITING = text(
    "select coalesce(sum(entries), 0) as entries,"
    " coalesce(extract(epoch from clock_timestamp() - min(since)), 0) as seconds from casecoord_log_waiting()"
)

#: So long may entries of the access log wait for their place: what has none can be taken out unseen.
LOG_MAY_WAIT_SECONDS = 15 * 60


@dataclass(frozen=True, slots=True)
class Waiting:
    """Entries of the access log without a place in its tree, and how long the first has waited."""

    entries: int
    seconds: float

    @property
    def too_long(self) -> bool:
        return self.seconds > LOG_MAY_WAIT_SECONDS


async def log_waiting(db: Database) -> Waiting:
    """How far the sequencer is behind, over all areas."""
    entries, seconds = 0, 0.0
    for part in db.parts:
        async with part.engine.begin() as connection:
            row = (await connection.execute(_WAITING)).one()
        entries, seconds = entries + int(row.entries), max(seconds, float(row.seconds))
    return Waiting(entries, seconds)


async def database_answers(db: Database) -> bool:
    """Raises whatever the driver raises when it does not."""
    await db.areas()
    return True


async def master_key_opens(db: Database) -> bool:
    """Whether the master key is the one that families' data keys were wrapped under; yes while there are none."""
    for area in (await db.areas()).values():
        async with db.within(area) as work:
            row = (await work.session.execute(_ONE_KEY, {"area": area})).one_or_none()
        if row is not None:
            try:
                db.keyring.unwrap(row.household_id, Compartment(row.compartment), row.version, row.wrapped)
            except (Unreadable, KeysAway):
                return False
    return True
