"""One batch of households written: new ones founded, moves recorded, persons brought to where they live."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID, uuid4

from casecoord.actions.imports.following import follow_moves
from casecoord.actions.imports.plan import Ground, Home, Unit
from casecoord.domain.ages import next_milestone
from casecoord.domain.workdays import local_date
from casecoord.registers import brp
from casecoord.registers.households import Resident
from casecoord.registers.persons import Address, Person
from casecoord.registers.report import Extra, Outcome
from casecoord.storage.corrected import Former, formerly
from casecoord.storage.households import family_name
from casecoord.storage.residents import (
    Held,
    end_empty,
    found_household,
    load_persons,
    lock_households,
    persons_by_bsn,
    propose_merge,
    save_all_keys,
)
from casecoord.storage.sealed import Compartment, Place
from casecoord.storage.tables import HouseholdMove
from casecoord.storage.tables import Person as PersonRow
from casecoord.storage.work import Area


class Disturbed(Exception):
    """The register's households changed here while the file was read; running the import again finishes it."""


@dataclass(frozen=True, slots=True)
class Dwelling:
    """Where a unit lives, in the words we keep; all None for who is gone."""

    line: str | None
    index: bytes | None
    neighbourhood: str | None
    postcode: str
    secret: bool
    address: Address | None


class Movers:
    """Writes units within one transaction. `homes` says where each known person stood when the file was read."""

    def __init__(
        self,
        work: Area,
        elements: Sequence[object],
        ground: Ground,
        homes: Mapping[str, Home],
        extra: Counter[Extra],
    ) -> None:
        self._work = work
        self._elements = elements
        self._ground = ground
        self._homes = homes
        self._extra = extra
        self._held: dict[UUID, Held] = {}
        self._persons: dict[UUID, PersonRow] = {}
        #: what was corrected here, and what the register may say still
        self._formerly: Former = {}
        self._later: list[PersonRow | HouseholdMove] = []
        self._left: set[UUID] = set()
        #: what changed for whom, for whoever is accountable to be asked anew
        self._moved: set[UUID] = set()
        self._joined: set[UUID] = set()
        self._gone: set[UUID] = set()

    async def settle(self, units: Iterable[Unit]) -> dict[int, Outcome]:
        """Writes the units; the outcome of each of their rows. Raises Disturbed."""
        units = list(units)
        await self._load(units)
        outcomes: dict[int, Outcome] = {}
        for unit in units:
            outcomes |= self._settle_unit(unit)
        await self._save()
        for unit in units:
            if (
                unit.beside
                and unit.household
                and await propose_merge(self._work, unit.household, unit.beside)
            ):
                self._extra[Extra.MERGES_PROPOSED] += 1
        if ended := await end_empty(self._work, self._left):
            self._extra[Extra.HOUSEHOLDS_ENDED] += ended
        changed = self._left | self._joined
        await follow_moves(self._work, self._moved, changed, self._gone, self._extra)
        return outcomes

    async def _load(self, units: Sequence[Unit]) -> None:
        known = [self._homes[m.bsn] for unit in units for m in unit.members if m.bsn in self._homes]
        wanted = {home.household for home in known} | {unit.household for unit in units if unit.household}
        self._held = await lock_households(self._work, wanted)
        self._persons = await load_persons(self._work, (home.person for home in known))
        for home in known:
            row = self._persons.get(home.person)
            if row is None or row.household_id != home.household:
                raise Disturbed
        seals = {home.person: self._held[home.household].seal for home in known}
        seals |= {identity: held.seal for identity, held in self._held.items()}
        self._formerly = await formerly(self._work, seals)
        new = {member.bsn for unit in units for member in unit.members} - self._homes.keys()
        if wanted - self._held.keys() or await persons_by_bsn(self._work, new):
            raise Disturbed

    def _settle_unit(self, unit: Unit) -> dict[int, Outcome]:
        people = [self._person(member) for member in unit.members]
        dwelling = self._dwelling(unit, people)
        held = self._held.get(unit.household) if unit.household else None
        if held is None:
            held, moved = self._found(unit, dwelling), True
        else:
            moved = self._house(held, dwelling)
        return {person.row: self._settle_person(person, held, dwelling, moved) for person in people}

    def _person(self, resident: Resident) -> Person:
        read = brp.person(resident.row, self._elements[resident.row - 1])
        if not isinstance(read, Person):
            raise Disturbed
        return read

    def _dwelling(self, unit: Unit, people: Sequence[Person]) -> Dwelling:
        secret = any(person.secret for person in people)
        if unit.gone:
            return Dwelling(None, None, None, "", secret, None)
        address, key = people[0].address, people[0].address.key
        index = self._work.keyring.address_index(key[0], key[1], key[2] + key[3]) if key else None
        neighbourhood = self._ground.neighbourhood(unit.members[0])
        return Dwelling(address.line or None, index, neighbourhood, address.postcode, secret, address)

    def _found(self, unit: Unit, dwelling: Dwelling) -> Held:
        """A new household; if its people lived in another one here, that is a move."""
        held = found_household(self._work)
        self._held[held.row.id] = held
        self._extra[Extra.HOUSEHOLDS_FOUNDED] += 1
        known = [self._homes[member.bsn] for member in unit.members if member.bsn in self._homes]
        if known:
            former = self._held[known[0].household]
            self._record_move(held, former.row.neighbourhood, self._line(former), dwelling)
        self._keep(held, dwelling)
        return held

    def _house(self, held: Held, dwelling: Dwelling) -> bool:
        """Brings a household to where it lives now; whether anything about that changed."""
        row, line = held.row, self._line(held)
        if dwelling.line in self._former(row.id, "address"):
            dwelling = replace(dwelling, line=line, index=row.address_index)
        same_place = row.address_index == dwelling.index and (
            dwelling.index is not None or line == dwelling.line
        )
        if not same_place:
            self._record_move(held, row.neighbourhood, line, dwelling)
        same = same_place and (line, row.neighbourhood, row.secret_address) == (
            dwelling.line,
            dwelling.neighbourhood,
            dwelling.secret,
        )
        if not same:
            self._keep(held, dwelling)
        return not same

    def _keep(self, held: Held, dwelling: Dwelling) -> None:
        row = held.row
        row.left_on = None if dwelling.address else local_date(self._work.now)
        if dwelling.address is None:
            self._gone.add(row.id)
        else:
            self._moved.add(row.id)
        place = Place("households", row.id, "address")
        row.address_sealed = held.seal.seal_if(dwelling.line, place, Compartment.IDENTITY)
        row.address_index = dwelling.index
        row.neighbourhood = dwelling.neighbourhood
        row.secret_address = dwelling.secret

    def _line(self, held: Held) -> str | None:
        if held.row.address_sealed is None:
            return None
        place = Place("households", held.row.id, "address")
        return held.seal.open(held.row.address_sealed, place, Compartment.IDENTITY)

    def _record_move(
        self, held: Held, neighbourhood: str | None, line: str | None, dwelling: Dwelling
    ) -> None:
        since, today = dwelling.address.since if dwelling.address else None, local_date(self._work.now)
        moved_on = since.earliest() if since and since.is_complete else None
        move = HouseholdMove(
            area_id=self._work.area_id,
            id=uuid4(),
            household_id=held.row.id,
            moved_on=min(moved_on or today, today),
            from_neighbourhood=neighbourhood,
            to_neighbourhood=dwelling.neighbourhood,
        )
        place = Place("household_moves", move.id, "former_address")
        move.former_address_sealed = held.seal.seal_if(line, place, Compartment.IDENTITY)
        self._later.append(move)
        self._extra[Extra.MOVES] += 1

    def _settle_person(self, person: Person, held: Held, dwelling: Dwelling, moved: bool) -> Outcome:
        home = self._homes.get(person.bsn)
        if home is None or home.household != held.row.id:
            self._joined.add(held.row.id)
        if home is None:
            self._later.append(self._write(PersonRow(id=uuid4()), person, held, dwelling))
            return Outcome.CREATED
        row = self._persons[home.person]
        if home.household != held.row.id:
            self._left.add(home.household)
        elif self._says(row, person, held, dwelling) or self._said(row, person, held):
            return Outcome.CHANGED if moved else Outcome.UNCHANGED
        self._write(row, person, held, dwelling)
        return Outcome.CHANGED

    def _says(self, row: PersonRow, person: Person, held: Held, dwelling: Dwelling) -> bool:
        """Whether the row already says what the register says; indexes first, they cost no key."""
        if row.died_on is not None or (row.bsn_birth_index, row.name_index) != self._indexes(
            person, dwelling
        ):
            return False
        name = held.seal.open(row.name_sealed, Place("persons", row.id, "name"), Compartment.IDENTITY)
        return name == person.name_in_use

    def _said(self, row: PersonRow, person: Person, held: Held) -> bool:
        """Whether the register says what was corrected here: what it says now stays."""
        if row.id not in self._formerly or row.died_on is not None or row.birth_date_sealed is None:
            return False
        pairs = (
            ("name", row.name_sealed, person.name_in_use),
            ("birth_date", row.birth_date_sealed, str(person.birth)),
        )
        return all(
            said in self._former(row.id, what)
            or said == held.seal.open(sealed, Place("persons", row.id, what), Compartment.IDENTITY)
            for what, sealed, said in pairs
        )

    def _former(self, identity: UUID, what: str) -> set[str]:
        return self._formerly.get(identity, {}).get(what, set())

    def _write(self, row: PersonRow, person: Person, held: Held, dwelling: Dwelling) -> PersonRow:
        seal = held.seal
        row.area_id = self._work.area_id
        row.household_id = held.row.id
        row.bsn_index = self._work.keyring.bsn_index(person.bsn)
        row.bsn_birth_index, row.name_index = self._indexes(person, dwelling)
        row.birth_index = row.sound_index = None  # the next search for duplicates writes them
        row.name_sealed = seal.seal(
            person.name_in_use, Place("persons", row.id, "name"), Compartment.IDENTITY
        )
        row.birth_date_sealed = seal.seal(
            str(person.birth), Place("persons", row.id, "birth_date"), Compartment.IDENTITY
        )
        row.turns_on = next_milestone(str(person.birth), local_date(self._work.now))
        row.died_on = None
        return row

    def _indexes(self, person: Person, dwelling: Dwelling) -> tuple[bytes, bytes]:
        keyring, born = self._work.keyring, str(person.birth)
        name = keyring.name_index(family_name(person.name_in_use), born, dwelling.postcode)
        return keyring.bsn_birth_index(person.bsn, born), name

    async def _save(self) -> None:
        """Households before the keys, moves and persons that point at them."""
        await self._work.session.flush()
        await save_all_keys(self._work, self._held.values())
        self._work.session.add_all(self._later)
        await self._work.session.flush()
