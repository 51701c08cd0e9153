"""The files as their publishers put them out hold what their publishers say."""

from collections import Counter
from datetime import date

import pytest

from casecoord.registers import cbs, duo
from casecoord.registers.brp import persons
from casecoord.registers.codes import PartialDate
from casecoord.registers.households import Resident, households, residents
from casecoord.registers.jsonfile import JsonList
from casecoord.registers.persons import AddressKind, CustodyKind, Part, Person, Suspension
from casecoord.registers.reasons import Refused, Unreadable
from tests.registers import published as files

pytestmark = files.published
TODAY = date(2026, 11, 23)


@pytest.fixture(scope="module")
def register() -> list[Person | Refused]:
    with JsonList(files.PERSONS) as elements:
        return list(persons(elements))


@pytest.fixture(scope="module")
def people(register: list[Person | Refused]) -> list[Person]:
    return [row for row in register if isinstance(row, Person)]


def test_every_test_person_is_read_but_the_one_whose_bsn_fails_the_11_test(
    register: list[Person | Refused], people: list[Person]
) -> None:
    assert len(register) == 1176
    assert [row for row in register if isinstance(row, Refused)] == [Refused(1111, "bsn")]
    assert len({person.bsn for person in people}) == 1175


def test_the_register_makes_721_households_at_dutch_postcodes(register: list[Person | Refused]) -> None:
    units = list(households(residents(register)))
    addressed = [unit for unit in units if unit[0].address is not None]
    assert len(addressed) == 721
    assert sum(len(unit) > 1 for unit in addressed) == 151
    assert len(units) - len(addressed) == 13, "persons without a postcode are each on their own"
    assert all(len(unit) == 1 for unit in units if unit[0].address is None)


def test_72_households_have_a_child_of_4_to_12(
    register: list[Person | Refused], people: list[Person]
) -> None:
    ages = {person.bsn: person.birth.age_on(TODAY) for person in people}

    def is_pupil(bsn: str) -> bool:
        age = ages[bsn]
        return age is not None and 4 <= age <= 12

    units = households(residents(register))
    assert sum(any(is_pupil(member.bsn) for member in unit) for unit in units) == 72


def test_253_unrelated_persons_at_one_address_stay_unrelated(register: list[Person | Refused]) -> None:
    crowd = Counter(resident.address for resident in residents(register)).most_common(1)[0]
    assert crowd[1] == 253
    units = [unit for unit in households(residents(register)) if unit[0].address == crowd[0]]
    assert [len(unit) for unit in units] == [1] * 253


def test_incomplete_birth_dates_are_kept_as_they_are(people: list[Person]) -> None:
    incomplete = Counter(str(person.birth) for person in people if not person.birth.is_complete)
    assert incomplete["1999-00-00"] == incomplete["1978-06-00"] == incomplete["1975-07-00"] == 1
    assert incomplete["0000-00-00"] == 3, "two are published as 00000000, one has no birth at all"
    assert sum(incomplete.values()) == 15


def test_names_are_read_whole(people: list[Person]) -> None:
    longest = max(people, key=lambda person: len(person.name.surname.text))
    assert len(longest.name.surname.text) == 196, "197 characters as published, the last a space"
    assert longest.name.surname.prefix == "Van"
    assert sum(not person.name.surname.text for person in people) == 2, "published as a full stop"
    assert sum(bool(person.name.title) for person in people) == 229
    assert sum(person.name_in_use != person.name.registered() for person in people) > 40


def test_addresses_are_of_every_kind(people: list[Person]) -> None:
    assert Counter(person.address.kind for person in people) == {
        AddressKind.HOME: 1066,
        AddressKind.ABROAD: 94,
        AddressKind.LETTER: 12,
        AddressKind.UNKNOWN: 2,
        AddressKind.LOCATION: 1,
    }
    assert sum(person.secret for person in people) == 55


def test_suspended_registrations_say_why(people: list[Person]) -> None:
    assert Counter(person.suspended for person in people if person.suspended) == {
        Suspension.DEATH: 40,
        Suspension.EMIGRATION: 59,
        Suspension.NON_RESIDENT: 21,
        Suspension.MINISTERIAL: 1,
    }


def test_every_kind_of_custody_is_understood(people: list[Person]) -> None:
    assert Counter(custody.kind for person in people for custody in person.custody) == {
        CustodyKind.BOTH_PARENTS: 192,
        CustodyKind.ONE_PARENT: 89,
        CustodyKind.UNDETERMINED: 70,
        CustodyKind.GUARDIAN: 22,
        CustodyKind.PARENT_AND_OTHER: 12,
        CustodyKind.NOBODY_FOR_NOW: 7,
    }


def test_what_is_under_investigation_is_flagged(people: list[Person]) -> None:
    flags = Counter(part for person in people for part in person.under_investigation)
    assert flags[Part.ADDRESS] == 47
    assert flags[Part.PERSON] == 21
    assert flags[Part.CUSTODY] == flags[Part.DEATH] == 1


def test_a_dissolved_partnership_makes_no_household(people: list[Person]) -> None:
    dissolved = [person for person in people if person.partners and not person.partners[0].current]
    assert len(dissolved) == 65, "three more are published as {}: nothing is recorded of an end"
    assert not any(Resident.of(person).partners for person in dissolved)


def test_duo_publishes_6122_locations_in_windows_1252() -> None:
    schools = [row for row in duo.schools(files.SCHOOLS) if isinstance(row, duo.School)]
    assert len(schools) == len({school.code for school in schools}) == 6122
    names = {school.name for school in schools}
    assert {"Dalton Kindcentrum ’t Kompas", 'Basisschool "De Maasparel"', "It Bûtenplak"} <= names


def test_the_derived_file_of_rotterdam_reads_the_same_schools() -> None:
    derived = [row for row in duo.schools(files.ROTTERDAM_SCHOOLS) if isinstance(row, duo.School)]
    assert len(derived) == 168
    assert sum(school.postcode.startswith(("307", "308")) for school in derived) == 57
    everywhere = {row.code: row for row in duo.schools(files.SCHOOLS) if isinstance(row, duo.School)}
    assert all(everywhere[school.code].name == school.name for school in derived)


def test_rotterdam_zuid_has_23_neighbourhoods_of_2014() -> None:
    places = [row for row in cbs.places(files.PLACES) if isinstance(row, cbs.Place)]
    assert Counter(place.level for place in places) == {"wijk": 315, "buurt": 1437}
    zuid = [place for place in places if place.level == "buurt" and place.district in files.ZUID]
    assert len(zuid) == 23
    assert {place.vintage for place in places} == {2014}
    assert "Afrikaanderwijk" in {place.name for place in zuid}


def test_twenty_focus_areas_lie_in_nineteen_municipalities() -> None:
    areas = [row for row in cbs.focus_areas(files.FOCUS_AREAS) if isinstance(row, cbs.FocusArea)]
    assert len(areas) == 20
    assert len({area.municipality for area in areas}) == 19
    assert not cbs.is_places(files.FOCUS_AREAS)
    assert cbs.is_places(files.PLACES)


def test_one_file_given_for_another_is_known_by_its_columns() -> None:
    with pytest.raises(Unreadable, match="VESTIGINGSCODE"):
        list(duo.schools(files.PLACES))
    with pytest.raises(Unreadable, match="list of persons"), JsonList(files.SCHOOLS):
        pass


def test_a_year_alone_is_not_yet_a_birthday() -> None:
    assert PartialDate.of("20140000").age_on(TODAY) == 11
    assert PartialDate.of("20141123").age_on(TODAY) == 12
    assert PartialDate.of("00000000").age_on(TODAY) is None
