"""A family that arrives from another area gets rows here: persons, address and ties, under keys of its own."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID, uuid4

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import Range

from casecoord.domain.actors import Actor
from casecoord.domain.ages import next_milestone
from casecoord.domain.workdays import local_date
from casecoord.storage.family import change_cares, change_ties
from casecoord.storage.households import family_name, lock_household, save_keys
from casecoord.storage.luggage import Luggage, Traveller
from casecoord.storage.moving import NewAddress, household_row, is_at, propose_merges, write_move
from casecoord.storage.sealed import Compartment, HouseholdSeal, Place
from casecoord.storage.tables import Household, Person
from casecoord.storage.work import Area, Work

_SEAT = text(
    "select s.membership_id, m.team_id from coordinator_seats s"
    " join memberships m on m.area_id = s.area_id and m.id = s.membership_id"
    " where s.area_id = :area and s.seat = :seat and s.during @> cast(:now as timestamptz)"
)


@dataclass(frozen=True, slots=True)
class NewHome:
    """The family's household here, and who each traveller is in it."""

    household: UUID
    persons: Mapping[UUID, UUID]


async def settle_in(work: Work, found: Luggage, neighbourhood: str | None, moved_on: date) -> NewHome:
    """The family's household: the one in which the register placed them here already, else a new one.

    The household is locked. Who is registered here in another household stays in that one.
    """
    known = await _known(work, found.persons)
    homes = Counter(person.household_id for person in known.values())
    for household in sorted(homes, key=lambda one: (-homes[one], one)):
        seal = await lock_household(work, household)
        if seal is not None:
            break
    else:
        seal = await _found_household(work, found)
    row = await household_row(work, seal.household)
    address = _address(work, found, neighbourhood)
    if address is not None and (row.address_index is None or row.left_on is not None):
        if row.address_sealed is None and row.left_on is None:
            _house(row, seal, address)
        elif not is_at(row, address):
            write_move(work, seal, row, moved_on, address)
        await work.session.flush()
        await propose_merges(work, seal.household, address.index)
    row.left_on = None
    row.neighbourhood = row.neighbourhood or neighbourhood
    row.secret_address = row.secret_address or found.secret
    if found.contact is not None and row.contact_sealed is None:
        place = Place("households", row.id, "contact")
        row.contact_sealed = seal.seal(found.contact, place, Compartment.IDENTITY)
    persons = {one.id: known[one.id].id for one in found.persons if one.id in known}
    postcode = found.address.postcode if found.address else ""
    for one in found.persons:
        if one.id not in persons:
            persons[one.id] = _move_in(work, seal, one, postcode)
    await save_keys(work, seal)
    await _relate(work, found, persons)
    return NewHome(seal.household, persons)


async def coordinator_of(work: Area, team: UUID | None, backstop: Actor) -> tuple[UUID, UUID]:
    """The team and membership that bring what this team is accountable for; without a team, the backstop's own."""
    if team is None:
        return backstop.team_id, backstop.membership_id
    values = {"area": work.area_id, "seat": team, "now": work.now}
    row = (await work.session.execute(_SEAT, values)).one()
    return team, row.membership_id


async def _known(work: Area, persons: Sequence[Traveller]) -> dict[UUID, Person]:
    """Who of them the register knows here; in an order in which two arrivals cannot wait for each other."""
    by_index = {bytes.fromhex(one.bsn_index): one.id for one in persons if one.bsn_index}
    rows = await work.session.scalars(
        select(Person)
        .where(Person.area_id == work.area_id, Person.bsn_index.in_(list(by_index)), Person.died_on.is_(None))
        .order_by(Person.id)
    )
    return {by_index[row.bsn_index]: row for row in rows if row.bsn_index is not None}


async def _found_household(work: Area, found: Luggage) -> HouseholdSeal:
    row = Household(
        area_id=work.area_id, id=uuid4(), secret_address=found.secret, during=Range(work.now, None)
    )
    work.session.add(row)
    await work.session.flush()
    seal = await lock_household(work, row.id)
    assert seal is not None
    return seal


def _address(work: Area, found: Luggage, neighbourhood: str | None) -> NewAddress | None:
    if found.address is None:
        return None
    at = found.address
    index = work.keyring.address_index(at.postcode, at.number, at.suffix.upper())
    return NewAddress(at.line, index, neighbourhood, at.postcode)


def _house(row: Household, seal: HouseholdSeal, address: NewAddress) -> None:
    place = Place("households", row.id, "address")
    row.address_sealed = seal.seal(address.line, place, Compartment.IDENTITY)
    row.address_index, row.neighbourhood = address.index, address.neighbourhood


def _move_in(work: Area, seal: HouseholdSeal, one: Traveller, postcode: str) -> UUID:
    identity, who = uuid4(), Compartment.IDENTITY
    born, today = one.born, local_date(work.now)
    work.session.add(
        Person(
            area_id=work.area_id,
            id=identity,
            household_id=seal.household,
            bsn_index=bytes.fromhex(one.bsn_index) if one.bsn_index else None,
            bsn_birth_index=bytes.fromhex(one.bsn_birth_index) if one.bsn_birth_index else None,
            name_index=work.keyring.name_index(family_name(one.name), born, postcode) if born else None,
            name_sealed=seal.seal(one.name, Place("persons", identity, "name"), who),
            birth_date_sealed=seal.seal_if(born, Place("persons", identity, "birth_date"), who),
            language=one.language,
            turns_on=next_milestone(born, today) if born else None,
        )
    )
    return identity


async def _relate(work: Area, found: Luggage, persons: Mapping[UUID, UUID]) -> None:
    await work.session.flush()
    ties = {(persons[a], persons[b], kind) for a, b, kind in found.ties if a in persons and b in persons}
    cares = {
        (persons[minor], persons.get(holder) if holder else None, kind)
        for minor, holder, kind in found.cares
        if minor in persons
    }
    await change_ties(work, add=ties, drop=[])
    await change_cares(work, add=cares, drop=[])
