"""What of the country belongs to an area: its municipalities, or the districts in them that it is made of."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

import orjson
from sqlalchemy import text

from casecoord.storage.work import Area, Database

_SETTINGS = text("update areas set name = :name, settings = settings || cast(:new as jsonb) where id = :area")
_NAME = text("select name from areas where id = :area")
_NEIGHBOURHOODS = text("select code, name from neighbourhoods where area_id = :area order by name, code")
_POSTCODES = text("select postcode, neighbourhood from postcodes where area_id = :area")


class UnknownArea(Exception):
    """There is no area of this name or code; `known` are the codes there are."""

    def __init__(self, known: Iterable[str]) -> None:
        self.known = sorted(known)
        super().__init__(f"there is no such area; choose one of: {', '.join(self.known) or 'none yet'}")


@dataclass(frozen=True, slots=True)
class Territory:
    """An area's ground. Without `districts` it is its municipalities as a whole."""

    id: UUID
    code: str
    name: str
    municipalities: frozenset[str]
    districts: frozenset[str]


def code_of(name: str) -> str:
    """`Rotterdam-Zuid` as `rotterdam-zuid`."""
    return "-".join("".join(sign if sign.isalnum() else " " for sign in name.casefold()).split())


async def territories(database: Database, only: str | None = None) -> list[Territory]:
    """Every area, or the one of this name or code; raises UnknownArea."""
    codes = await database.areas()
    if only is not None and code_of(only) not in codes:
        raise UnknownArea(codes)
    wanted = codes if only is None else {code_of(only): codes[code_of(only)]}
    found = []
    for code, identity in wanted.items():
        async with database.within(identity) as work:
            found.append(await _territory(work, code))
    return found


async def describe(work: Area, name: str, *, municipalities: Iterable[str], districts: Iterable[str]) -> None:
    """Keeps what an area is called and what it is made of."""
    new = orjson.dumps({"municipalities": sorted(municipalities), "districts": sorted(districts)}).decode()
    await work.session.execute(_SETTINGS, {"area": work.area_id, "name": name, "new": new})


async def neighbourhoods_of(work: Area) -> dict[str, str]:
    """The area's neighbourhoods by code, with what each is called, in the order of that."""
    rows = await work.session.execute(_NEIGHBOURHOODS, {"area": work.area_id})
    return {row.code: row.name for row in rows}


async def postcodes_of(work: Area) -> dict[str, str]:
    """The area's postcodes with the neighbourhood each lies in."""
    rows = await work.session.execute(_POSTCODES, {"area": work.area_id})
    return {row.postcode: row.neighbourhood for row in rows}


async def name_of_area(work: Area) -> str:
    """What people call this area."""
    return str((await work.session.execute(_NAME, {"area": work.area_id})).scalar_one())


async def _territory(work: Area, code: str) -> Territory:
    return Territory(
        work.area_id,
        code,
        await name_of_area(work),
        _codes(work.settings, "municipalities"),
        _codes(work.settings, "districts"),
    )


def _codes(settings: dict[str, object], name: str) -> frozenset[str]:
    codes = settings.get(name, [])
    assert isinstance(codes, list)
    return frozenset(codes)
