"""Whole neighbourhoods at once: households that are written together with everybody in them.

Sealing is per household, as everywhere; writing is one statement per table and batch.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import insert
from sqlalchemy.dialects.postgresql import Range

from casecoord.domain.ages import next_milestone
from casecoord.domain.words import InstitutionKind
from casecoord.domain.workdays import local_date
from casecoord.storage.family import Care, Tie, change_cares, change_ties
from casecoord.storage.households import family_name
from casecoord.storage.key_tables import HouseholdKey
from casecoord.storage.sealed import Compartment, HouseholdSeal, Keyring, Place
from casecoord.storage.tables import Base, Household, HouseholdMove, Person, PersonLink
from casecoord.storage.work import Area

#: A person's school, practice or benefit agency by kind and code, since when.
Bond = tuple[InstitutionKind, str, date]
_IDENTITY = Compartment.IDENTITY


@dataclass(frozen=True, slots=True)
class Dweller:
    """A person who lives in a new household."""

    id: UUID
    bsn: str
    name: str
    born: date
    language: str
    bonds: tuple[Bond, ...] = ()


@dataclass(frozen=True, slots=True)
class Moved:
    """The household's last move: when, and where from."""

    on: date
    from_neighbourhood: str | None
    former_address: str


@dataclass(frozen=True, slots=True)
class Settlement:
    """A new household: where it lives since when, who is in it, and who is whose parent, partner, guardian.

    `address` is the line as one writes it; `postcode` and `number` are what it is matched by.
    """

    id: UUID
    since: datetime
    neighbourhood: str
    address: str
    postcode: str
    number: str
    contact: str | None
    secret: bool
    people: tuple[Dweller, ...]
    ties: tuple[Tie, ...] = ()
    cares: tuple[Care, ...] = ()
    moved: Moved | None = None


async def move_in(work: Area, settlements: Sequence[Settlement]) -> None:
    """Writes these households, their people, keys, bonds and moves. None of them is here yet."""
    today = local_date(work.now)
    made = [_Rows(work.area_id, work.keyring, settlement, today) for settlement in settlements]
    for kind, name in (
        (Household, "household"),
        (HouseholdKey, "keys"),
        (Person, "people"),
        (PersonLink, "bonds"),
        (HouseholdMove, "moves"),
    ):
        await _add(work, kind, [row for rows in made for row in getattr(rows, name)])
    await change_ties(work, add=[tie for one in settlements for tie in one.ties], drop=[])
    await change_cares(work, add=[care for one in settlements for care in one.cares], drop=[])


async def _add(work: Area, kind: type[Base], rows: Sequence[dict[str, Any]]) -> None:
    if rows:
        await work.session.execute(insert(kind), rows)


class _Rows:
    """One settlement as rows: what is sealed is sealed before the keys are known to be needed."""

    def __init__(self, area: UUID, keyring: Keyring, settlement: Settlement, today: date) -> None:
        self._area, self._keyring, self._one, self._today = area, keyring, settlement, today
        self._seal = HouseholdSeal(keyring, settlement.id)
        self.household = [self._household()]
        self.people = [self._person(dweller) for dweller in settlement.people]
        self.moves = list(self._moves())
        self.bonds = [
            {"area_id": area, "person_id": dweller.id, "kind": kind, "code": code, "from_on": since}
            for dweller in settlement.people
            for kind, code, since in dweller.bonds
        ]
        self.keys = [
            {
                "area_id": area,
                "household_id": settlement.id,
                "compartment": compartment,
                "version": version,
                "wrapped": wrapped,
            }
            for compartment, version, wrapped in self._seal.made
        ]

    def _household(self) -> dict[str, Any]:
        one, seal = self._one, self._seal
        return {
            "area_id": self._area,
            "id": one.id,
            "pseudonym": uuid4(),
            "neighbourhood": one.neighbourhood,
            "address_sealed": seal.seal(one.address, Place("households", one.id, "address"), _IDENTITY),
            "address_index": self._keyring.address_index(one.postcode, one.number),
            "contact_sealed": seal.seal_if(one.contact, Place("households", one.id, "contact"), _IDENTITY),
            "secret_address": one.secret,
            "provisional": False,
            "during": Range(one.since, None),
        }

    def _person(self, dweller: Dweller) -> dict[str, Any]:
        ring, seal, born = self._keyring, self._seal, dweller.born.isoformat()
        return {
            "area_id": self._area,
            "id": dweller.id,
            "household_id": self._one.id,
            "bsn_index": ring.bsn_index(dweller.bsn),
            "bsn_birth_index": ring.bsn_birth_index(dweller.bsn, born),
            "name_index": ring.name_index(family_name(dweller.name), born, self._one.postcode),
            "name_sealed": seal.seal(dweller.name, Place("persons", dweller.id, "name"), _IDENTITY),
            "birth_date_sealed": seal.seal(born, Place("persons", dweller.id, "birth_date"), _IDENTITY),
            "language": dweller.language,
            "turns_on": next_milestone(born, self._today),
        }

    def _moves(self) -> Iterator[dict[str, Any]]:
        moved = self._one.moved
        if moved is None:
            return
        move = uuid4()
        place = Place("household_moves", move, "former_address")
        yield {
            "area_id": self._area,
            "id": move,
            "household_id": self._one.id,
            "moved_on": moved.on,
            "from_neighbourhood": moved.from_neighbourhood,
            "to_neighbourhood": self._one.neighbourhood,
            "former_address_sealed": self._seal.seal(moved.former_address, place, _IDENTITY),
        }
