"""Everything that is stored, opened: each row of each table, its sealed values read, with whose key they opened.

Told by another path than the application's: it knows no table by name, only that a column is sealed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg

from casecoord.storage.sealed import HouseholdSeal, Place, Unreadable
from tests.world import KEYRING

#: What only grows: what happened, who looked, who was told and who held.
HISTORY = frozenset(
    {
        "events", "access_log", "answered_keys", "merges", "merged_rows", "holders", "outbox", "letters",
        "household_keys", "merge_proposals", "areas", "alembic_version",
    }
)  # fmt: skip
TABLES = "select tablename from pg_tables where schemaname = 'public' order by 1"
#: By table and key.
State = dict[tuple[str, tuple[Any, ...]], dict[str, Any]]


@dataclass(frozen=True)
class Opened:
    """A sealed value as it reads, and the household whose key opened it."""

    household: UUID
    text: str


async def whole_state(url: str) -> State:
    """Every row that is no history, by table and primary key."""
    database = await asyncpg.connect(url, server_settings={"timezone": "UTC"})
    try:
        seals: dict[UUID, HouseholdSeal] = {}
        for key in await database.fetch(
            "select household_id, compartment, version, wrapped from vault.household_keys"
        ):
            seal = seals.setdefault(key["household_id"], HouseholdSeal(KEYRING, key["household_id"]))
            seal.add_keys([(key["compartment"], key["version"], key["wrapped"])])
        state: State = {}
        for (table,) in await database.fetch(TABLES):
            if table in HISTORY:
                continue
            columns = await database.fetch(
                "select a.attname from pg_index i join pg_attribute a on a.attrelid = i.indrelid"
                " and a.attnum = any(i.indkey) where i.indrelid = $1::regclass and i.indisprimary order by 1",
                table,
            )
            for row in await database.fetch(f'select * from "{table}"'):
                key = tuple(row[name] for (name,) in columns)
                state[table, key] = {
                    name: _open(seals, table, row["id"], name, value)
                    if name.endswith("_sealed") and value is not None
                    else value
                    for name, value in row.items()
                }
        return state
    finally:
        await database.close()


def differences(before: Mapping[Any, Any], after: Mapping[Any, Any]) -> dict[Any, Any]:
    """What of `before` is not so any more: by table and key, the columns as they were and are."""
    found: dict[Any, Any] = {}
    for key, row in before.items():
        there = after.get(key)
        changed = (
            "gone"
            if there is None
            else {name: (value, there[name]) for name, value in row.items() if there[name] != value}
        )
        if changed:
            found[key] = changed
    return found


def _open(seals: dict[UUID, HouseholdSeal], table: str, row: UUID, column: str, value: bytes) -> Opened:
    place = Place(table, row, column.removesuffix("_sealed"))
    for household, seal in seals.items():
        for compartment in seal.compartments:
            try:
                return Opened(household, seal.open(value, place, compartment))
            except Unreadable:
                continue
    raise AssertionError(f"{table}.{column} opens under no key")
