"""Areas, neighbourhoods, schools and postcodes: what an area is before anybody lives in it."""

from collections.abc import Sequence
from pathlib import Path

from casecoord.actions.imports.rows import Columns, Progress, no_progress, take_over
from casecoord.domain.words import InstitutionKind
from casecoord.registers import cbs, duo, postcodes
from casecoord.registers.cbs import FocusArea, Place
from casecoord.registers.duo import School
from casecoord.registers.postcodes import PostcodeOf
from casecoord.registers.reasons import Refused
from casecoord.registers.report import Outcome, Report
from casecoord.storage.tables import Institution, Neighbourhood, Postcode
from casecoord.storage.territories import (
    Territory,
    code_of,
    describe,
    neighbourhoods_of,
    territories,
)
from casecoord.storage.work import Area, Database


async def import_areas(
    database: Database,
    path: Path,
    *,
    area: str | None = None,
    districts: Sequence[str] = (),
    vintage: int | None = None,
    progress: Progress = no_progress,
) -> Report:
    """Areas from a list of areas, or the neighbourhoods of areas that exist from the CBS's file.

    A neighbourhood goes to each area made of its district, or, of an area without named districts, of its
    municipality. Naming `districts` for one `area` is remembered: the next file needs no naming.
    Raises Unreadable or UnknownArea.
    """
    if not cbs.is_places(path):
        return await _found_areas(database, path, progress)
    if not vintage:
        vintage = cbs.vintage_of(path)
    if area is not None and districts:
        await _remember_districts(database, area, districts)
    return await take_over(
        database,
        await territories(database, area),
        Neighbourhood,
        cbs.places(path, vintage),
        _neighbourhoods,
        Report("areas"),
        progress,
    )


async def import_schools(
    database: Database, path: Path, *, area: str | None = None, progress: Progress = no_progress
) -> Report:
    """Schools of the areas' municipalities: children also go to school outside their own neighbourhood.

    Raises Unreadable or UnknownArea.
    """
    areas = await territories(database, area)
    return await take_over(
        database, areas, Institution, duo.schools(path), _schools, Report("schools"), progress
    )


async def import_postcodes(
    database: Database, path: Path, *, area: str | None = None, progress: Progress = no_progress
) -> Report:
    """Postcodes of the areas' neighbourhoods; raises Unreadable or UnknownArea."""
    areas = await territories(database, area)
    rows = postcodes.postcodes(path)
    return await take_over(database, areas, Postcode, rows, _postcodes, Report("postcodes"), progress)


async def _found_areas(database: Database, path: Path, progress: Progress) -> Report:
    report = Report("areas")
    for row in cbs.focus_areas(path):
        report.read += 1
        if isinstance(row, Refused):
            report.add(Outcome.REFUSED, row.row, row.reason)
        else:
            report.add(await _found_area(database, row), row.row)
        progress(report.read, None)
    report.check()
    return report


async def _found_area(database: Database, row: FocusArea) -> Outcome:
    identity, created = await database.found_area(code_of(row.name), row.name)
    known = (await territories(database, row.name))[0]
    if known.name == row.name and row.municipality in known.municipalities:
        return Outcome.UNCHANGED
    async with database.within(identity) as work:
        together = known.municipalities | {row.municipality}
        await describe(work, row.name, municipalities=together, districts=known.districts)
    return Outcome.CREATED if created else Outcome.CHANGED


async def _remember_districts(database: Database, area: str, districts: Sequence[str]) -> None:
    known = (await territories(database, area))[0]
    async with database.within(known.id) as work:
        codes = [district.upper() for district in districts]
        await describe(work, known.name, municipalities=known.municipalities, districts=codes)


async def _neighbourhoods(_: Area, area: Territory, rows: Sequence[Place]) -> list[Columns | str]:
    return [_neighbourhood(area, place) for place in rows]


def _neighbourhood(area: Territory, place: Place) -> Columns | str:
    if place.level != "buurt":
        return "district"
    inside = place.district in area.districts if area.districts else place.municipality in area.municipalities
    if not inside:
        return "other_area"
    return {
        "code": place.code,
        "name": place.name,
        "district_code": place.district,
        "district_name": place.district_name,
        "lon": place.longitude,
        "lat": place.latitude,
        "vintage": place.vintage,
    }


async def _schools(_: Area, area: Territory, rows: Sequence[School]) -> list[Columns | str]:
    return [
        _school(school) if school.municipality in area.municipalities else "other_area" for school in rows
    ]


def _school(school: School) -> Columns:
    return {
        "kind": InstitutionKind.SCHOOL,
        "code": school.code,
        "name": school.name,
        "postcode": school.postcode,
        "address": f"{school.street} {school.number}, {school.postcode} {school.town}",
    }


async def _postcodes(work: Area, _: Territory, rows: Sequence[PostcodeOf]) -> list[Columns | str]:
    known = await neighbourhoods_of(work)
    return [
        {"postcode": row.postcode, "neighbourhood": row.neighbourhood}
        if row.neighbourhood in known
        else "other_area"
        for row in rows
    ]
