"""Every sealed value is made unique and sealed again in its place: whoever is shown one can be told by it."""

import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from unicodedata import digit
from uuid import UUID

import asyncpg

from casecoord.storage.belongings import BELONGINGS
from casecoord.storage.sealed import HouseholdSeal, Keyring, Place

#: Ten ways to write each digit: a birth date stays the day that it was, and is like no other.
_DIGITS = [
    *("٠١٢٣٤٥٦٧٨٩", "۰۱۲۳۴۵۶۷۸۹", "०१२३४५६७८९", "০১২৩৪৫৬৭৮৯", "੦੧੨੩੪੫੬੭੮੯"),
    *("૦૧૨૩૪૫૬૭૮૯", "୦୧୨୩୪୫୬୭୮୯", "௦௧௨௩௪௫௬௭௮௯", "౦౧౨౩౪౫౬౭౮౯", "೦೧೨೩೪೫೬೭೮೯"),
]
_ANY = "".join(_DIGITS)
CANARY = re.compile(rf"Kanarie[0-9a-f]{{6}}|[{_ANY}]{{4}}-[{_ANY}]{{2}}-[{_ANY}]{{2}}")


@dataclass(frozen=True, slots=True)
class Canary:
    """Where a unique value lies."""

    table: str
    row: UUID
    facet: str
    household: UUID


Canaries = dict[str, Canary]


async def sealed_columns(admin: asyncpg.Connection) -> set[tuple[str, str]]:
    """Every column that holds sealed values, as the database knows them."""
    found = await admin.fetch(
        "select table_name, column_name from information_schema.columns"
        " where table_schema = 'public' and column_name like '%\\_sealed'"
    )
    return {(row["table_name"], row["column_name"].removesuffix("_sealed")) for row in found}


async def plant(admin: asyncpg.Connection, keyring: Keyring) -> Canaries:
    """Seals a canary over every value of every household's things."""
    seals = {
        row["household_id"]: HouseholdSeal(keyring, row["household_id"]).add_keys(row["keys"])
        for row in await admin.fetch(
            "select household_id, array_agg((compartment, version, wrapped)) keys from vault.household_keys"
            " group by household_id"
        )
    }
    canaries: Canaries = {}
    for kind in BELONGINGS.values():
        for facet in kind.sealed:
            changed = []
            async for row in _values(admin, kind.table, facet, *kind.owner, kind.compartment_sql):
                compartment = row["compartment"]
                seal, place = seals[row["household"]], Place(kind.table, row["id"], facet)
                was = seal.open(row["sealed"], place, compartment)
                word = unlike(was, len(canaries)) if facet == "birth_date" else f"Kanarie{len(canaries):06x}"
                canaries[word] = Canary(kind.table, row["id"], facet, row["household"])
                changed.append((row["id"], seal.seal(word, place, compartment)))
            await admin.execute(
                f"update {kind.table} x set {facet}_sealed = c.sealed"
                " from unnest($1::uuid[], $2::bytea[]) c (id, sealed) where x.id = c.id",
                *map(list, zip(*changed, strict=True)) if changed else ([], []),
            )
    return canaries


async def _values(
    admin: asyncpg.Connection, table: str, facet: str, owner: str, join: str, compartment: str
) -> AsyncIterator[asyncpg.Record]:
    for row in await admin.fetch(
        f"select x.id, {owner} household, x.{facet}_sealed sealed, {compartment} compartment from {table} x {join}"
        f" where x.{facet}_sealed is not null order by x.id"
    ):
        yield row


def unlike(born: str, number: int) -> str:
    """The same birth date in digits that no other has."""
    written = []
    for sign in born:
        number, way = divmod(number, len(_DIGITS)) if sign.isdigit() else (number, 0)
        written.append(_DIGITS[way][int(sign)] if sign.isdigit() else sign)
    return "".join(written)


def plain_date(born: str) -> str:
    """The date in digits of our own."""
    return "".join(str(digit(sign)) if sign.isdigit() else sign for sign in born)


def found_in(text: str) -> Iterator[str]:
    """The canaries in a text."""
    return (match[0] for match in CANARY.finditer(text))
