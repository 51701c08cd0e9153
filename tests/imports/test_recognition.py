"""Which household a unit of the register is: one each, nobody lost, nothing open dissolved. Without a database."""

from collections import Counter
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from casecoord.actions.imports.plan import Home, Unit, recognise
from casecoord.registers.codes import PartialDate
from casecoord.registers.households import Resident

HOUSEHOLDS = [UUID(int=number) for number in range(1, 5)]
PERSONS = [f"person {number}" for number in range(8)]


def resident(bsn: str) -> Resident:
    unknown = PartialDate()
    return Resident(1, bsn, unknown, None, False, None, None, unknown, (), (), (), ())


@st.composite
def registers(draw: st.DrawFn) -> tuple[list[Unit], dict[str, Home], frozenset[UUID]]:
    where = draw(st.lists(st.integers(0, 3), min_size=len(PERSONS), max_size=len(PERSONS)))
    units = [
        Unit(tuple(resident(bsn) for bsn, unit in zip(PERSONS, where, strict=True) if unit == number))
        for number in sorted(set(where))
    ]
    known = draw(st.dictionaries(st.sampled_from(PERSONS), st.sampled_from(HOUSEHOLDS)))
    homes = {bsn: Home(UUID(int=100 + PERSONS.index(bsn)), household) for bsn, household in known.items()}
    return units, homes, frozenset(draw(st.sets(st.sampled_from(HOUSEHOLDS))))


@given(registers())
def test_everybody_is_in_one_unit_and_every_household_is_one_unit(
    register: tuple[list[Unit], dict[str, Home], frozenset[UUID]],
) -> None:
    units, homes, busy = register
    found = list(recognise(units, homes, busy))
    assert sorted(member.bsn for unit in found for member in unit.members) == PERSONS
    taken = Counter(unit.household for unit in found if unit.household)
    assert all(count == 1 for count in taken.values())
    assert all(unit.members for unit in found)


@given(registers())
def test_a_household_with_something_open_keeps_some_of_its_people(
    register: tuple[list[Unit], dict[str, Home], frozenset[UUID]],
) -> None:
    units, homes, busy = register
    found = list(recognise(units, homes, busy))
    for household in {home.household for home in homes.values()} & busy:
        unit = next(unit for unit in found if unit.household == household)
        assert any(homes[m.bsn].household == household for m in unit.members if m.bsn in homes)


@given(registers())
def test_recognising_what_was_settled_changes_nothing(
    register: tuple[list[Unit], dict[str, Home], frozenset[UUID]],
) -> None:
    units, homes, busy = register
    settled: dict[str, Home] = {}
    for number, unit in enumerate(recognise(units, homes, busy)):
        household = unit.household or UUID(int=1_000 + number)
        settled |= {m.bsn: Home(UUID(int=100 + PERSONS.index(m.bsn)), household) for m in unit.members}
    again = recognise(units, settled, busy)
    assert all(settled[m.bsn].household == unit.household for unit in again for m in unit.members)
