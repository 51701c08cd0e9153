"""What the population register says of a person, as far as coordination needs it.

Who lives where with whom, and who has custody over whom. Sex, nationality, titles of residence and the
names of relatives are left where they are.
"""

from dataclasses import dataclass, field
from enum import StrEnum

from casecoord.registers.codes import PartialDate


class Usage(StrEnum):
    """Which surname a person goes by (aanduidingNaamgebruik)."""

    OWN = "E"
    PARTNER = "P"
    PARTNER_OWN = "V"
    OWN_PARTNER = "N"


@dataclass(frozen=True, slots=True)
class Surname:
    """A surname with its prefix; `text` is empty where it is unknown."""

    prefix: str = ""
    text: str = ""

    def __str__(self) -> str:
        return f"{self.prefix} {self.text}".strip()


@dataclass(frozen=True, slots=True)
class Name:
    """The registered name: given names, noble title or predicate, surname, and how it is used."""

    given: str
    surname: Surname
    title: str = ""
    usage: Usage = Usage.OWN

    def registered(self) -> str:
        """Given names and own surname, without a title; the form that names are matched on."""
        return f"{self.given} {self.surname}".strip()

    def in_use(self, partner: Surname | None = None) -> str:
        """The name a person goes by, with the surname of the `partner` where they chose so."""
        own, other = str(self.surname), str(partner or "")
        match self.usage if other else Usage.OWN:
            case Usage.OWN:
                surname = own
            case Usage.PARTNER:
                surname = other
            case Usage.PARTNER_OWN:
                surname = f"{other}-{own}"
            case Usage.OWN_PARTNER:
                surname = f"{own}-{other}"
        return " ".join(part for part in (self.given, surname) if part)


_NEAR = {"to": "t/o", "by": "bij"}  # as Dutch post writes it


class AddressKind(StrEnum):
    HOME = "home"
    LETTER = "letter"  # a postal address only: one does not live there
    LOCATION = "location"  # a place described in words, such as a houseboat
    ABROAD = "abroad"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Address:
    """Where a person is registered; what does not apply is empty."""

    kind: AddressKind
    street: str = ""
    number: str = ""
    letter: str = ""
    addition: str = ""
    near: str = ""  # `to` opposite, `by` beside the number
    postcode: str = ""
    town: str = ""
    description: str = ""
    country: str = ""
    since: PartialDate = field(default_factory=PartialDate)

    @property
    def line(self) -> str:
        """As one writes it: `Biezenkreek 15A-2, 3079SK Rotterdam`; empty where nothing is known."""
        if self.kind is AddressKind.ABROAD:
            return ", ".join(filter(None, (self.description, self.country)))
        near = _NEAR.get(self.near, "")
        house = f"{self.number}{self.letter}{'-' if self.addition else ''}{self.addition}"
        street = " ".join(filter(None, (self.street, near, house))) or self.description
        return ", ".join(filter(None, (street, f"{self.postcode} {self.town}".strip())))

    @property
    def key(self) -> tuple[str, str, str, str] | None:
        """What makes an address one address: postcode, number, letter, addition; None without postcode."""
        if not self.postcode:
            return None
        return self.postcode, self.number, self.letter.upper(), self.addition.upper()


@dataclass(frozen=True, slots=True)
class Partner:
    """A marriage or registered partnership; a dissolved one is not `current`."""

    bsn: str | None
    surname: Surname
    current: bool


class CustodyKind(StrEnum):
    """Who has custody over a minor (gezag)."""

    BOTH_PARENTS = "both_parents"
    ONE_PARENT = "one_parent"
    PARENT_AND_OTHER = "parent_and_other"
    GUARDIAN = "guardian"
    NOBODY_FOR_NOW = "nobody_for_now"
    UNDETERMINED = "undetermined"


@dataclass(frozen=True, slots=True)
class Custody:
    """Custody over the minor `child` (a BSN; None: unnamed, the person if a minor) and its holders.

    A guardian may be an institution: then there are no holders. The same custody stands on the records of
    child and parents.
    """

    kind: CustodyKind
    child: str | None
    holders: tuple[str, ...]


class Part(StrEnum):
    """What a municipality is investigating (in onderzoek), so that it may be wrong."""

    PERSON = "person"
    ADDRESS = "address"
    CUSTODY = "custody"
    DEATH = "death"
    PARENTS = "parents"
    CHILDREN = "children"
    PARTNER = "partner"


class Suspension(StrEnum):
    """Why a registration is no longer kept (opschortingBijhouding)."""

    DEATH = "O"
    EMIGRATION = "E"
    NON_RESIDENT = "R"
    MINISTERIAL = "M"
    ERROR = "F"
    OTHER = "."


@dataclass(frozen=True, slots=True)
class Person:
    """One registered person; relatives are the BSNs that the register names, mirrored or not."""

    row: int
    bsn: str
    name: Name
    birth: PartialDate
    municipality: str | None
    address: Address
    secret: bool
    parents: tuple[str, ...]
    children: tuple[str, ...]
    partners: tuple[Partner, ...]
    custody: tuple[Custody, ...]
    suspended: Suspension | None
    suspended_on: PartialDate
    under_investigation: frozenset[Part]

    @property
    def partner(self) -> Partner | None:
        """The current partner, else the last one: the surname in use may still be theirs."""
        current = [partner for partner in self.partners if partner.current]
        return next(iter(current or reversed(self.partners)), None)

    @property
    def name_in_use(self) -> str:
        return self.name.in_use(self.partner.surname if self.partner else None)
