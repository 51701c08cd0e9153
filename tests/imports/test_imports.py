"""Published registers taken over into a real database: every row accounted for, again nothing, moves as moves."""

from pathlib import Path

import asyncpg
import pytest

from casecoord.actions.imports.households import import_households
from casecoord.actions.imports.links import import_links
from casecoord.actions.imports.places import import_areas, import_postcodes, import_schools
from casecoord.registers import cbs
from casecoord.registers.brp import persons
from casecoord.registers.jsonfile import JsonList
from casecoord.registers.persons import Person
from casecoord.registers.reasons import Unreadable
from casecoord.registers.report import Extra, Outcome
from casecoord.storage.territories import UnknownArea
from casecoord.storage.work import Database
from tests.imports.ground import (
    a_family,
    an_area,
    counts,
    rows,
    version,
)
from tests.registers import invented
from tests.registers import published as files


@files.published
async def test_rotterdam_zuid_gets_its_23_neighbourhoods_and_again_nothing(database: Database) -> None:
    focus = await import_areas(database, files.FOCUS_AREAS)
    assert counts(focus) == {"created": 20}
    assert counts(await import_areas(database, files.FOCUS_AREAS)) == {"unchanged": 20}

    zuid = await import_areas(database, files.PLACES, area="Rotterdam-Zuid", districts=files.ZUID)
    assert zuid.read == 1752
    assert counts(zuid) == {"created": 23, "outside": 1729}
    again = await import_areas(database, files.PLACES, area="rotterdam-zuid")
    assert counts(again) == {"unchanged": 23, "outside": 1729}, "the districts were remembered"


@files.published
async def test_schools_go_to_the_areas_of_their_municipality_and_again_nothing(database: Database) -> None:
    await import_areas(database, files.FOCUS_AREAS)
    all_areas = await import_schools(database, files.SCHOOLS)
    assert all_areas.read == 6122
    assert all_areas.written == all_areas.counts[Outcome.CREATED] > 1000
    assert (await import_schools(database, files.SCHOOLS)).written == 0
    derived = await import_schools(database, files.ROTTERDAM_SCHOOLS, area="Rotterdam-Zuid")
    assert counts(derived) == {"unchanged": 168}, "the derived file says what the published one says"


@files.published
async def test_the_1176_test_persons_are_all_accounted_for_and_again_nothing(
    database: Database, admin: asyncpg.Connection, tmp_path: Path
) -> None:
    with JsonList(files.PERSONS) as elements:
        people = [row for row in persons(elements) if isinstance(row, Person)]
    codes = sorted({person.municipality for person in people if person.municipality})
    area = await an_area(database, tmp_path, "All of the file", codes)

    first = await import_households(database, files.PERSONS, area=area)
    assert first.read == 1176
    assert counts(first) == {"created": 1044, "outside": 131, "refused": 1}
    assert first.extra == {Extra.HOUSEHOLDS_FOUNDED: 724}, "721 at an address, 3 without one, none abroad"
    assert first.reasons[Outcome.REFUSED, "bsn"] == [1111]

    before = await rows(admin, "select id, household_id, name_sealed from persons order by id")
    second = await import_households(database, files.PERSONS, area=area)
    assert counts(second) == {"unchanged": 1044, "outside": 131, "refused": 1}
    assert not second.extra
    assert await rows(admin, "select id, household_id, name_sealed from persons order by id") == before
    assert await admin.fetchval("select count(*) from households") == 724


@files.published
async def test_invented_links_and_postcodes_tie_the_test_persons_to_zuid(
    database: Database, tmp_path: Path
) -> None:
    with JsonList(files.PERSONS) as elements:
        people = [row for row in persons(elements) if isinstance(row, Person)]
    await import_areas(database, files.FOCUS_AREAS)
    await import_areas(database, files.PLACES, area="Rotterdam-Zuid", districts=files.ZUID)
    await import_schools(database, files.ROTTERDAM_SCHOOLS, area="Rotterdam-Zuid")
    zuid = sorted({p.address.postcode for p in people if p.address.postcode.startswith(("307", "308"))})
    elsewhere = sorted({p.address.postcode for p in people if p.address.postcode.startswith("10")})
    places = [row for row in cbs.places(files.PLACES) if isinstance(row, cbs.Place) and row.level == "buurt"]
    buurten = [place.code for place in places if place.district in files.ZUID]
    codes = invented.write_postcodes(tmp_path / "zuid.csv", zuid, buurten, seed=3)
    assert counts(await import_postcodes(database, codes)) == {"created": len(zuid)}
    other = invented.write_postcodes(tmp_path / "other.csv", elsewhere, ["BU03630000"], seed=3)
    assert counts(await import_postcodes(database, other)) == {"outside": len(elsewhere)}

    report = await import_households(database, files.PERSONS, area="Rotterdam-Zuid")
    assert report.counts[Outcome.CREATED] == 48
    here = [p.bsn for p in people if not p.suspended and p.address.postcode in zuid]
    links = invented.write_links(tmp_path / "links.csv", here[:2], here[2:], ["11VO00"], seed=3)
    tied = await import_links(database, links)
    assert counts(tied) == {"created": tied.read}
    assert (await import_links(database, links)).written == 0


async def test_nothing_personal_is_readable_in_the_database(
    database: Database, admin: asyncpg.Connection, tmp_path: Path
) -> None:
    area = await an_area(database, tmp_path)
    bsns, family = a_family()
    await import_households(database, version(tmp_path, *family), area=area)
    for table in ("persons", "households", "household_moves", "relationships", "custody"):
        text = "\n".join(str(row) for row in await rows(admin, f"select t::text from {table} t"))
        told = [secret for secret in (*bsns, "Aicha", "Bakker", "Biezenkreek", "3079SK") if secret in text]
        assert not told, table
        hidden = [secret.encode().hex() for secret in ("Aicha", "Bakker", "Biezenkreek")]
        assert not [secret for secret in hidden if secret in text], table


async def test_persons_elsewhere_are_outside_with_the_reason(database: Database, tmp_path: Path) -> None:
    area = await an_area(database, tmp_path)
    numbers = invented.bsns()
    file = version(
        tmp_path,
        invented.person(next(numbers)),
        invented.person(next(numbers), gemeenteVanInschrijving={"code": "0518"}),
        invented.person(next(numbers), verblijfplaats={"land": {"code": "5010"}, "regel1": "Rue 1"}),
        invented.person(next(numbers), opschortingBijhouding={"reden": {"code": "E"}}),
        invented.person(next(numbers), born="20261124"),
        invented.person(next(numbers), verblijfplaats={"locatiebeschrijving": "woonark"}),
        invented.person("000100007"),
    )
    report = await import_households(database, file, area=area)
    assert counts(report) == {"created": 2, "outside": 3, "refused": 2}
    assert report.reasons == {
        (Outcome.OUTSIDE, "other_area"): [2],
        (Outcome.OUTSIDE, "abroad"): [3],
        (Outcome.OUTSIDE, "suspended"): [4],
        (Outcome.REFUSED, "born_later"): [5],
        (Outcome.REFUSED, "bsn"): [7],
    }


async def test_an_area_of_some_districts_takes_only_the_postcodes_in_them(
    database: Database, admin: asyncpg.Connection, tmp_path: Path
) -> None:
    area = await an_area(database, tmp_path)
    header = ("statcode", "level", "name", "gm_code", "gemeente", "wijk_code", "wijk_name", "lon", "lat")
    place = (
        "BU05991087",
        "buurt",
        "Vreewijk",
        "GM0599",
        "Rotterdam",
        "WK059910",
        "Feijenoord",
        "4.5",
        "51.9",
    )
    places = invented.write_csv(tmp_path / "buurten-2014.csv", header, [place])
    await import_areas(database, places, area=area, districts=["WK059910"])
    codes = invented.write_csv(tmp_path / "pc.csv", ("postcode", "buurt"), [("3079SK", "BU05991087")])
    await import_postcodes(database, codes)
    numbers = invented.bsns()
    file = version(
        tmp_path,
        invented.person(next(numbers)),
        invented.person(next(numbers), verblijfplaats=invented.address(postcode="3011AA")),
        invented.person(next(numbers), verblijfplaats={"locatiebeschrijving": "woonark"}),
    )
    report = await import_households(database, file, area=area)
    assert report.reasons == {(Outcome.OUTSIDE, "other_area"): [2], (Outcome.OUTSIDE, "no_postcode"): [3]}
    assert await rows(admin, "select neighbourhood from households") == [("BU05991087",)]

    later = [(*place[:2], "Vreewijk-Noord", *place[3:])]
    renamed = invented.write_csv(tmp_path / "buurten-2015.csv", header, later)
    assert counts(await import_areas(database, renamed)) == {"changed": 1}


async def test_links_need_a_person_and_a_school_that_are_here(database: Database, tmp_path: Path) -> None:
    area = await an_area(database, tmp_path)
    numbers = invented.bsns()
    known, stranger = next(numbers), next(numbers)
    await import_households(database, version(tmp_path, invented.person(known)), area=area)
    links = [
        (known, "school", "11VO00", "2025-08-01", ""),
        (known, "practice", "HAP-1", "2025-08-01", ""),
        (stranger, "practice", "HAP-1", "2025-08-01", ""),
    ]
    header = ("bsn", "kind", "code", "from", "to")
    report = await import_links(database, invented.write_csv(tmp_path / "links.csv", header, links))
    assert counts(report) == {"created": 1, "outside": 2}
    assert report.reasons == {(Outcome.OUTSIDE, "no_institution"): [1], (Outcome.OUTSIDE, "nobody_here"): [3]}
    ended = [(known, "practice", "HAP-1", "2025-08-01", "2026-11-01")]
    report = await import_links(database, invented.write_csv(tmp_path / "links.csv", header, ended))
    assert counts(report) == {"changed": 1}


async def test_a_truncated_register_changes_nothing(
    database: Database, admin: asyncpg.Connection, tmp_path: Path
) -> None:
    area = await an_area(database, tmp_path)
    file = version(tmp_path, *a_family()[1])
    file.write_bytes(file.read_bytes()[:-40])
    with pytest.raises(Unreadable, match="breaks off after row 3"):
        await import_households(database, file, area=area)
    assert await admin.fetchval("select count(*) from persons") == 0


async def test_an_unknown_area_is_named_with_those_there_are(database: Database, tmp_path: Path) -> None:
    await an_area(database, tmp_path)
    with pytest.raises(UnknownArea, match="choose one of: zuid"):
        await import_households(database, version(tmp_path), area="Noord")


async def test_two_areas_never_share_a_household(
    database: Database, admin: asyncpg.Connection, tmp_path: Path
) -> None:
    _, family = a_family()
    for name in ("Zuid", "Charlois"):
        area = await an_area(database, tmp_path, name)
        report = await import_households(database, version(tmp_path, *family), area=area)
        assert counts(report) == {"created": 4}
    assert await rows(admin, "select count(distinct area_id), count(*) from persons") == [(2, 8)]
