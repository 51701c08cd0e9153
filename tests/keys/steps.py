"""What stories of keys and erasure are made of: somebody asks to be erased, two people grant it, it is done."""

from typing import Any
from uuid import UUID

import asyncpg

from casecoord.actions.deciding import ConfirmDecision, DecideRight, confirm_decision, decide_right
from casecoord.actions.erasing import EraseHousehold, erase_household
from casecoord.actions.joint_view import JointCaseOf, joint_case
from casecoord.actions.rights import ExerciseRight, exercise_right
from casecoord.domain.joint_view import JointCase
from casecoord.domain.words import RequestKind
from casecoord.storage.destroying import Certificate
from casecoord.storage.sealed import Compartment, HouseholdSeal, Keyring, Place, Unreadable
from tests.actions.steps import by_bsn
from tests.world import KEYRING, Someone, Town


async def granted(town: Town, *people: Someone, grant: bool = True, despite_open: bool = True) -> None:
    """Each asks to be erased, and two people decide, whatever is open."""
    for who in people:
        asked = await town.act(
            "lotte",
            exercise_right,
            ExerciseRight(town.key(), by_bsn(who), RequestKind.ERASURE, identity_checked=True),
        )
        second = town.members["ibrahim"].professional
        decided = DecideRight(town.key(), asked.id, grant, "AVG art. 17", second, "Klopt zo.", despite_open)
        prepared = await town.act("lotte", decide_right, decided)
        await town.act("ibrahim", confirm_decision, ConfirmDecision(town.key(), prepared.id, True))


async def erase(town: Town, household: UUID, by: str = "lotte") -> Certificate:
    return await town.act(by, erase_household, EraseHousehold(town.key(), household))


async def see(town: Town, who: str, identity: UUID) -> JointCase:
    return await town.office.look(town.caller(who), joint_case, JointCaseOf(identity))


async def sealed_values(
    url: str, ring: Keyring = KEYRING
) -> dict[tuple[str, str, UUID], tuple[UUID | None, str | None]]:
    """Every sealed value of every table, by column and row: whose key opens it and what it says; None: nobody's.

    Told by another path than the application's: it knows no table by name.
    """
    database = await asyncpg.connect(url)
    try:
        seals: dict[UUID, HouseholdSeal] = {}
        for key in await database.fetch(
            "select household_id, compartment, version, wrapped from vault.household_keys"
        ):
            seal = seals.setdefault(key["household_id"], HouseholdSeal(ring, key["household_id"]))
            seal.add_keys([(key["compartment"], key["version"], key["wrapped"])])
        columns = await database.fetch(
            "select table_name, column_name from information_schema.columns where table_schema = 'public'"
            " and column_name like '%\\_sealed' and column_name <> 'content_sealed' order by 1, 2"
        )
        found: dict[tuple[str, str, UUID], tuple[UUID | None, str | None]] = {}
        for table, column in columns:
            rows = await database.fetch(
                f"select id, {column} as value from {table} where {column} is not null"
            )
            for row in rows:
                place = Place(table, row["id"], column.removesuffix("_sealed"))
                found[table, column, row["id"]] = _opened(seals, row["value"], place)
        return found
    finally:
        await database.close()


def _opened(seals: dict[UUID, HouseholdSeal], value: bytes, place: Place) -> tuple[UUID | None, str | None]:
    for household, seal in seals.items():
        for compartment in Compartment:
            try:
                return household, seal.open(value, place, compartment)
            except Unreadable:
                continue
    return None, None


async def everywhere(url: str, sought: Any) -> list[str]:
    """The columns of any table, of any schema of ours, in which this stands."""
    database = await asyncpg.connect(url)
    needle = sought if isinstance(sought, bytes) else str(sought).encode()
    try:
        found = []
        for (table,) in await database.fetch(
            "select oid::regclass::text from pg_class where relkind = 'r'"
            " and relnamespace in ('public'::regnamespace, 'vault'::regnamespace)"
        ):
            for row in await database.fetch(f"select * from {table}"):
                for column, value in row.items():
                    if needle in (value if isinstance(value, bytes) else str(value).encode()):
                        found.append(f"{table}.{column}")
        return sorted(set(found))
    finally:
        await database.close()
