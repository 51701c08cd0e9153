"""A small town that tests remember: two schools, a social team, two GPs, a benefit agency, a court partner.

Families: the Janssens (Noor, 8, at De Klimop; brother Daan, 17; mother Els), with BSNs of the official
test range made from a seed.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from itertools import count
from uuid import UUID, uuid4

from sqlalchemy.dialects.postgresql import Range

from casecoord.access.decide import Policy
from casecoord.actions.office import Office
from casecoord.actions.teams import TeamsOf, teams
from casecoord.domain.actors import Caller
from casecoord.domain.ages import next_milestone
from casecoord.domain.bsn import is_bsn
from casecoord.domain.words import Language, Purpose, Role, TeamKind
from casecoord.storage.households import save_keys
from casecoord.storage.organising import Member, Organiser
from casecoord.storage.roster import keep_settings
from casecoord.storage.sealed import Compartment, HouseholdSeal, Keyring, Place
from casecoord.storage.settle import settle_area
from casecoord.storage.tables import Household, Institution, Neighbourhood, Person, PersonLink
from casecoord.storage.work import Area, Database

ISSUER = "https://login.test"
#: A Monday morning without holidays near.
MONDAY = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
MASTER, MATCH = b"m" * 32, b"h" * 32
KEYRING = Keyring(MASTER, MATCH)


@dataclass
class Clock:
    """The town's clock: stands still until moved."""

    now: datetime = MONDAY

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **span: float) -> datetime:
        self.now += timedelta(**span)
        return self.now


@dataclass(frozen=True)
class Someone:
    """A person of the register."""

    id: UUID
    household: UUID
    bsn: str
    name: str
    born: date


@dataclass
class Town:
    """One area with its teams, people and families; `caller(name)` is that professional's verified login."""

    database: Database
    office: Office
    clock: Clock
    area: UUID
    #: where its rows are, for plain SQL
    url: str = ""
    members: dict[str, Member] = field(default_factory=dict)
    teams: dict[str, UUID] = field(default_factory=dict)
    keys: "count[int]" = field(default_factory=lambda: count(1))

    def caller(self, name: str, purpose: Purpose | None = None, language: Language = Language.EN) -> Caller:
        return Caller(ISSUER, f"{self.area}:{name}", purpose=purpose, language=language, trace_id="0" * 32)

    def key(self) -> str:
        """A fresh idempotency key."""
        return f"key-{next(self.keys)}"

    async def act(self, name: str, verb: object, input: object, **how: object) -> object:
        return await self.office.act(self.caller(name), verb, input)  # type: ignore[arg-type]

    async def family(
        self,
        *people: tuple[str, date],
        neighbourhood: str | None = "BU05991099",
        links: dict[int, list[tuple[str, str]]] | None = None,
        secret_address: bool = False,
    ) -> list[Someone]:
        """A household of these people (name, birth date); `links` by position: (kind, code)."""
        household = uuid4()
        seal = HouseholdSeal(self.database.keyring, household)
        made = []
        async with self.database.within(self.area) as work:
            address = seal.seal(
                "Dahliastraat 12, 3073 AB Rotterdam",
                Place("households", household, "address"),
                Compartment.IDENTITY,
            )
            contact = seal.seal(
                "06-00000000", Place("households", household, "contact"), Compartment.IDENTITY
            )
            work.session.add(
                Household(
                    area_id=self.area,
                    id=household,
                    neighbourhood=neighbourhood,
                    address_sealed=address,
                    contact_sealed=contact,
                    secret_address=secret_address,
                    during=Range(self.clock.now, None),
                )
            )
            await work.session.flush()
            for position, (name, born) in enumerate(people):
                someone = Someone(uuid4(), household, next(BSNS), name, born)
                work.session.add(self._person(seal, someone))
                await work.session.flush()
                for kind, code in (links or {}).get(position, []):
                    work.session.add(
                        PersonLink(
                            area_id=self.area,
                            person_id=someone.id,
                            kind=kind,
                            code=code,
                            from_on=date(2020, 8, 1),
                        )
                    )
                made.append(someone)
            await save_keys(work, seal)
        return made

    def _person(self, seal: HouseholdSeal, someone: Someone) -> Person:
        ring, born = self.database.keyring, someone.born.isoformat()
        return Person(
            area_id=self.area,
            id=someone.id,
            household_id=someone.household,
            bsn_index=ring.bsn_index(someone.bsn),
            bsn_birth_index=ring.bsn_birth_index(someone.bsn, born),
            name_index=ring.name_index(someone.name.split()[-1], born, "3073AB"),
            name_sealed=seal.seal(someone.name, Place("persons", someone.id, "name"), Compartment.IDENTITY),
            birth_date_sealed=seal.seal(
                born, Place("persons", someone.id, "birth_date"), Compartment.IDENTITY
            ),
            language="nl",
            turns_on=next_milestone(born, self.clock.now.date()),
        )

    async def janssens(self) -> dict[str, Someone]:
        """The family that most stories are about."""
        els, daan, noor = await self.family(
            ("Els Janssen", date(1984, 3, 14)),
            ("Daan Janssen", date(2009, 6, 2)),
            ("Noor Janssen", date(2018, 9, 30)),
            links={0: [("practice", "P1")], 2: [("school", "11VO00"), ("practice", "P1")]},
        )
        return {"els": els, "daan": daan, "noor": noor}


#: Numbers of the official test range that pass the 11-test, each used once.
BSNS: Iterator[str] = (f"{number:09d}" for number in count(999_900_000) if is_bsn(f"{number:09d}"))

PEOPLE = {
    "amina": ("klimop", Role.MEMBER),
    "bram": ("klimop", Role.COORDINATOR),
    "ines": ("regenboog", Role.COORDINATOR),
    "chaima": ("wijkteam", Role.MEMBER),
    "dirk": ("wijkteam", Role.COORDINATOR),
    "esra": ("werk", Role.COORDINATOR),
    "fleur": ("huisarts", Role.MEMBER),
    "gijs": ("huisarts", Role.COORDINATOR),
    "hanna": ("rechtbank", Role.COORDINATOR),
    "ibrahim": ("bureau", Role.AREA_COORDINATOR),
    "jasmijn": ("bureau", Role.DECISION_POWER),
    "karim": ("bureau", Role.ANALYST),
    "lotte": ("bureau", Role.PRIVACY_OFFICER),
    "mo": ("bureau", Role.ADMINISTRATOR),
    "bea": ("bureau", Role.COORDINATOR),
}
TEAMS = {
    "klimop": TeamKind.SCHOOL_CARE,
    "regenboog": TeamKind.SCHOOL_CARE,
    "wijkteam": TeamKind.SOCIAL,
    "werk": TeamKind.WORK_CARE,
    "huisarts": TeamKind.GP_CARE,
    "rechtbank": TeamKind.COURT_PARTNER,
    "bureau": TeamKind.PROGRAMME_BUREAU,
}


async def build_town(database: Database, clock: Clock, policy: Policy, code: str = "zuid") -> Town:
    """An area with all kinds of teams, covered schools, practice, agency and one of its two neighbourhoods."""
    return await first_looked_at(await lay_town(database, clock, policy, code))


async def come_to(laid: Town | None, database: Database, clock: Clock, policy: Policy) -> Town:
    """The town that was laid, in a copy of its database; where none was, one that is built here."""
    if laid is None:
        return await build_town(database, clock, policy)
    here = replace(
        laid, database=database, office=Office(database, policy), clock=clock, url="", keys=count(1)
    )
    here.members, here.teams = {**laid.members}, {**laid.teams}
    return await first_looked_at(here)


async def first_looked_at(town: Town) -> Town:
    """The first look of an instance keeps the version of its policy: what is counted after it is any other."""
    await town.office.look(town.caller("amina"), teams, TeamsOf())
    return town


async def lay_town(database: Database, clock: Clock, policy: Policy, code: str = "zuid") -> Town:
    """The same, that nobody has looked at yet."""
    area, _ = await database.found_area(code, code.title())
    town = Town(database, Office(database, policy), clock, area)
    async with database.within(area) as work:
        # Its care teams are complete and need not meet: what they owe has its own tests.
        await keep_settings(work, disciplines=[], deadlines={"meeting_days": 36_500})
    async with database.within(area) as work:
        organiser = Organiser(work, clock.now - timedelta(days=365))
        await organiser.kinds()
        for name, kind in TEAMS.items():
            town.teams[name] = await organiser.team(kind, name.title(), f"Stichting {name.title()}")
        for name, (team, role) in PEOPLE.items():
            member = await organiser.member(
                name.title(), town.teams[team], role, login=(ISSUER, f"{area}:{name}"), phone="010-0000000"
            )
            town.members[name] = member
            if role is Role.COORDINATOR:
                await organiser.coordinate(town.teams[team], member.membership)
        await organiser.coordinate(area, town.members["ibrahim"].membership)
        await organiser.duty(town.members["dirk"].membership)
        _places(work, area)
        await work.session.flush()
        await organiser.cover(town.teams["klimop"], "school", "11VO00")
        await organiser.cover(town.teams["regenboog"], "school", "12AB00")
        await organiser.cover(town.teams["huisarts"], "practice", "P1")
        await organiser.cover(town.teams["werk"], "benefit", "WPI")
        await organiser.cover(town.teams["wijkteam"], "neighbourhood", "BU05991099")
        await settle_area(work)
    return town


def _places(work: Area, area: UUID) -> None:
    for kind, code in (("school", "11VO00"), ("school", "12AB00"), ("practice", "P1"), ("benefit", "WPI")):
        work.session.add(Institution(area_id=area, kind=kind, code=code, name=f"{kind} {code}".title()))
    for code in ("BU05991099", "BU05991098"):
        work.session.add(
            Neighbourhood(
                area_id=area,
                code=code,
                name=code,
                district_code="WK059910",
                district_name="Feijenoord",
                vintage=2014,
            )
        )
