"""The people of the demo neighbourhood: about two thousand households, made from a seed.

Ages hold on REFERENCE and birth dates never move, so that what the README says stays true.
"""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache
from itertools import count
from pathlib import Path
from random import Random
from uuid import UUID

from casecoord.domain.bsn import is_bsn
from casecoord.domain.words import InstitutionKind
from casecoord.storage.newcomers import Dweller, Moved, Settlement

DATA = Path(__file__).parent / "data"
#: Another seed makes another neighbourhood.
SEED = 2026
#: The day on which ages are as said: the start of a school year.
REFERENCE = date(2026, 9, 1)
PRIMARY_SCHOOL = range(4, 12)


@dataclass(frozen=True, slots=True)
class Hood:
    """A neighbourhood: `weight` is its share of the households; postcode and street are invented."""

    code: str
    name: str
    district_code: str
    district_name: str
    lon: float
    lat: float
    vintage: int
    postcode: str
    street: str
    weight: int


@dataclass(frozen=True, slots=True)
class School:
    """A primary school location; most of its pupils live in `neighbourhood`."""

    code: str
    name: str
    street: str
    number: str
    postcode: str
    town: str
    neighbourhood: str


@dataclass(frozen=True, slots=True)
class Tongue:
    """People who speak a language at home: their share, and their common names."""

    language: str
    share: int
    given: tuple[str, ...]
    surnames: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Somebody:
    """A person before they live anywhere: `age` in years on REFERENCE, `at` the codes they are known at."""

    name: str
    age: int
    at: tuple[tuple[InstitutionKind, str], ...] = ()
    born: date | None = None


@dataclass(frozen=True, slots=True)
class House:
    """A household before it has ids. The first `parents` are the parents of the rest; `guardian`: nobody here
    has custody of the children."""

    hood: Hood
    people: tuple[Somebody, ...]
    language: str = "nl"
    parents: int = 1
    secret: bool = False
    guardian: bool = False
    reachable: bool = True
    moved_from: Hood | None = None


@dataclass(slots=True)
class Register:
    """Gives households ids, numbers and addresses, in order: the same order from the same seed gives the same."""

    seed: str
    first_bsn: int
    _random: Random = field(init=False)
    _bsns: Iterator[str] = field(init=False)
    _numbers: dict[str, Iterator[int]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self._random = Random(f"{self.seed} register")
        self._bsns = (f"{number:09}" for number in count(self.first_bsn) if is_bsn(f"{number:09}"))

    def enter(self, house: House, since: datetime) -> Settlement:
        """The household as it is written, living here since then."""
        people = tuple(self._person(somebody, house.language) for somebody in house.people)
        grown, children = people[: house.parents], people[house.parents :]
        number = str(next(self._numbers.setdefault(house.hood.code, count(1))))
        return Settlement(
            id=self._id(),
            since=since,
            neighbourhood=house.hood.code,
            address=_address(house.hood, number),
            postcode=house.hood.postcode,
            number=number,
            contact=f"06-0000{self._random.randrange(10_000):04}" if house.reachable else None,
            secret=house.secret,
            people=people,
            ties=tuple(_ties(grown, children)),
            cares=tuple(_cares(grown, children, house.guardian)),
            moved=self._moved(house.moved_from),
        )

    def _person(self, somebody: Somebody, language: str) -> Dweller:
        born = somebody.born or self._born(somebody.age)
        bonds = tuple((kind, code, _since(kind, born)) for kind, code in somebody.at)
        return Dweller(self._id(), next(self._bsns), somebody.name, born, language, bonds)

    def _born(self, age: int) -> date:
        """A day on which somebody of this age may be born."""
        return _birthday(REFERENCE, age) - timedelta(days=self._random.randrange(365))

    def _moved(self, hood: Hood | None) -> Moved | None:
        if hood is None:
            return None
        return Moved(
            REFERENCE, hood.code, _address(hood, str(next(self._numbers.setdefault(hood.code, count(1)))))
        )

    def _id(self) -> UUID:
        return UUID(int=self._random.getrandbits(128), version=4)


@cache
def tongues() -> tuple[Tongue, ...]:
    """The languages spoken at home in the demo, with their names."""
    parts: dict[str, dict[str, str]] = {}
    for row in _rows("names.csv"):
        parts.setdefault(row["group"], {})[row["part"]] = row["names"]
    return tuple(
        Tongue(
            part["language"],
            int(part["share"]),
            tuple(part["given"].split()),
            tuple(part["surname"].split("|")),
        )
        for part in parts.values()
    )


@cache
def hoods() -> tuple[Hood, ...]:
    """The neighbourhoods of both areas."""
    return tuple(
        Hood(
            row["code"],
            row["name"],
            row["district_code"],
            row["district_name"],
            float(row["lon"]),
            float(row["lat"]),
            int(row["vintage"]),
            row["postcode"],
            row["street"],
            int(row["weight"]),
        )
        for row in _rows("neighbourhoods.csv")
    )


@cache
def schools() -> tuple[School, ...]:
    """The primary schools of both areas."""
    return tuple(School(**row) for row in _rows("schools.csv"))


@dataclass(frozen=True, slots=True)
class Ground:
    """Where households are made up: neighbourhoods, schools, and the practices and agencies people go to."""

    hoods: Sequence[Hood]
    schools: Sequence[School]
    practices: Sequence[tuple[str, str]]  # code, neighbourhood
    agencies: Sequence[str]


def plain_households(ground: Ground, how_many: int, seed: str) -> Iterator[House]:
    """Households that nobody flagged: of all sizes, languages and neighbourhoods."""
    random = Random(f"{seed} households")
    weights = [hood.weight for hood in ground.hoods]
    for _ in range(how_many):
        hood = random.choices(ground.hoods, weights)[0]
        tongue = random.choices(tongues(), [one.share for one in tongues()])[0]
        yield _household(random, ground, hood, tongue)


def _household(random: Random, ground: Ground, hood: Hood, tongue: Tongue) -> House:
    kind = random.choices(("single", "couple", "family", "one_parent", "old"), (27, 15, 30, 16, 12))[0]
    surname = random.choice(tongue.surnames)
    children = (
        random.choices((1, 2, 3, 4, 5), (35, 38, 17, 7, 3))[0] if kind in ("family", "one_parent") else 0
    )
    parents = 1 if kind in ("single", "one_parent") else random.choice((1, 2)) if kind == "old" else 2
    oldest = random.randrange(68, 94) if kind == "old" else random.randrange(22, 60)
    if children:
        oldest = random.randrange(24, 49)
    practice = random.choice([code for code, _ in _near(ground.practices, hood)])
    at = ((InstitutionKind.PRACTICE, practice),) if random.random() < 0.93 else ()
    names = iter(random.sample(tongue.given, parents + children))
    people = []
    for position in range(parents):
        age = max(19, oldest - random.randrange(6) * position)
        own = surname if random.random() < 0.7 else random.choice(tongue.surnames)
        benefit = age < 67 and random.random() < 0.16
        agency = ((InstitutionKind.BENEFIT, random.choice(ground.agencies)),) if benefit else ()
        people.append(Somebody(f"{next(names)} {own}", age, at + agency))
    for _ in range(children):
        age = random.randrange(0, min(18, oldest - 18))
        school = ((InstitutionKind.SCHOOL, random.choice(_schools(ground, hood)).code),)
        people.append(Somebody(f"{next(names)} {surname}", age, at + school if age in PRIMARY_SCHOOL else at))
    return House(
        hood=hood,
        people=tuple(people),
        language=tongue.language if random.random() < 0.7 else "nl",
        parents=parents,
        secret=random.random() < 0.015,
        reachable=random.random() < 0.9,
        moved_from=random.choice(ground.hoods) if random.random() < 0.04 else None,
    )


def _near(practices: Sequence[tuple[str, str]], hood: Hood) -> Sequence[tuple[str, str]]:
    return [practice for practice in practices if practice[1] == hood.code] or practices


def _schools(ground: Ground, hood: Hood) -> Sequence[School]:
    district = {other.code for other in ground.hoods if other.district_code == hood.district_code}
    own = [school for school in ground.schools if school.neighbourhood == hood.code]
    return own or [school for school in ground.schools if school.neighbourhood in district]


def _ties(parents: Sequence[Dweller], children: Sequence[Dweller]) -> Iterator[tuple[UUID, UUID, str]]:
    yield from ((parent.id, child.id, "parent") for parent in parents for child in children)
    yield from ((one.id, other.id, "partner") for one in parents for other in parents if one is not other)


def _cares(
    parents: Sequence[Dweller], children: Sequence[Dweller], guardian: bool
) -> Iterator[tuple[UUID, UUID | None, str]]:
    """Custody over minors; a guardian is somebody outside the household."""
    for child in children:
        if child.born <= _birthday(REFERENCE, 18):
            continue
        if guardian:
            yield child.id, None, "guardian"
            continue
        kind = "both_parents" if len(parents) > 1 else "one_parent"
        yield from ((child.id, parent.id, kind) for parent in parents)


def _birthday(day: date, years: int) -> date:
    """The same day so many years before; REFERENCE is never a leap day."""
    return day.replace(year=day.year - years)


def _since(kind: InstitutionKind, born: date) -> date:
    """A school from the school year at four; a practice or a benefit from the year before the reference."""
    if kind is InstitutionKind.SCHOOL:
        return date(min(born.year + 4, REFERENCE.year), 8, 1)
    return date(REFERENCE.year - 1, 1, 1)


def _address(hood: Hood, number: str) -> str:
    town = "Schiedam" if hood.code.startswith("BU0606") else "Rotterdam"
    return f"{hood.street} {number}, {hood.postcode} {town}"


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)
