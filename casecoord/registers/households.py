"""Which registered persons form a household: an address, and inside it parents, children and partners.

The register knows addresses, not households. People at one address who are not related stay apart
(a shelter, a care home, a shared house); a relation that only one of both records mentions counts too.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from casecoord.registers.codes import PartialDate
from casecoord.registers.persons import AddressKind, Custody, Person, Suspension
from casecoord.registers.reasons import Refused

AddressKey = tuple[str, str, str, str]


@dataclass(frozen=True, slots=True)
class Resident:
    """What grouping needs of a person: little enough to hold a whole municipality in memory."""

    row: int
    bsn: str
    birth: PartialDate
    address: AddressKey | None
    abroad: bool
    municipality: str | None
    suspended: Suspension | None
    suspended_on: PartialDate
    parents: tuple[str, ...]
    children: tuple[str, ...]
    partners: tuple[str, ...]
    custody: tuple[Custody, ...]

    @classmethod
    def of(cls, person: Person) -> "Resident":
        return cls(
            row=person.row,
            bsn=person.bsn,
            birth=person.birth,
            address=person.address.key,
            abroad=person.address.kind is AddressKind.ABROAD,
            municipality=person.municipality,
            suspended=person.suspended,
            suspended_on=person.suspended_on,
            parents=person.parents,
            children=person.children,
            partners=tuple(partner.bsn for partner in person.partners if partner.current and partner.bsn),
            custody=person.custody,
        )

    @property
    def relatives(self) -> tuple[str, ...]:
        """Who makes one household with this person if they share the address."""
        return self.parents + self.children + self.partners


def residents(rows: Iterable[Person | Refused]) -> Iterator[Resident]:
    """The persons whose registration is not suspended."""
    for person in rows:
        if isinstance(person, Person) and person.suspended is None:
            yield Resident.of(person)


def households(people: Iterable[Resident]) -> Iterator[tuple[Resident, ...]]:
    """Each household once, in the order of the file; a person without a postcode is one of their own."""
    by_address: defaultdict[object, list[Resident]] = defaultdict(list)
    for resident in people:
        by_address[resident.address or resident.bsn].append(resident)
    for neighbours in by_address.values():
        yield from _related(neighbours)


def _related(neighbours: list[Resident]) -> Iterator[tuple[Resident, ...]]:
    """Union-find over the relations that stay inside the address."""
    root = {resident.bsn: resident.bsn for resident in neighbours}

    def find(bsn: str) -> str:
        while root[bsn] != bsn:
            root[bsn] = root[root[bsn]]
            bsn = root[bsn]
        return bsn

    for resident in neighbours:
        for other in resident.relatives:
            if other in root:
                root[find(other)] = find(resident.bsn)
    groups: defaultdict[str, list[Resident]] = defaultdict(list)
    for resident in neighbours:
        groups[find(resident.bsn)].append(resident)
    yield from (tuple(group) for group in groups.values())
