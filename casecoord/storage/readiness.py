"""Whether this instance can do its work: questions with a real answer, asked of the real database."""

from sqlalchemy import text

from casecoord.storage.sealed import Compartment, KeysAway, Unreadable
from casecoord.storage.work import Database

_ONE_KEY = text(
    "select household_id, compartment, version, wrapped from vault.household_keys where area_id = :area limit 1"
)


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
