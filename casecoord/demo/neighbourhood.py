"""The two areas of the demo: what they are made of, their teams, who works in them and who is on duty.

Schools and neighbourhoods are real by name; every team, practice and professional is invented.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from random import Random
from uuid import UUID

from casecoord.demo.people import SEED, Ground, Hood, School, hoods, schools, tongues
from casecoord.demo.users import USERS
from casecoord.domain.words import InstitutionKind, Role, TeamKind

#: Teams and memberships began so long before the demo was loaded.
STANDING = timedelta(days=400)

SCHOOL, PRACTICE, BENEFIT = InstitutionKind.SCHOOL, InstitutionKind.PRACTICE, InstitutionKind.BENEFIT
#: The school, practice and agency whose teams the demo users work in.
BLOEMENTUIN, GLOBETROTTER, TAALTUIN = "18VF00", "17DP00", "14GW00"
HUISARTSEN_BLOEMHOF, HUISARTSEN_AFRIKAANDER, HUISARTSEN_NIEUWLAND = (
    "HA-BLOEMHOF",
    "HA-AFRIKAANDER",
    "HA-NIEUWLAND",
)
WERKPLEIN, UITKERING_ELDERS, WERKPLEIN_SCHIEDAM = "WERKPLEIN-ZUID", "UITKERING-ELDERS", "WERKPLEIN-SCHIEDAM"
#: Schools and neighbourhoods that nobody covers, so that the structure's holes show.
WITHOUT_TEAM = frozenset({"31JX00", "12GJ00", "17AB00", "29UG00"})

Cover = tuple[str, str]  # neighbourhood, school, practice or benefit, and its code


@dataclass(frozen=True, slots=True)
class TeamPlan:
    """A team to be set up, with what it covers."""

    key: str
    kind: TeamKind
    name: str
    organisation: str
    covers: tuple[Cover, ...] = ()


@dataclass(frozen=True, slots=True)
class Colleague:
    """A professional to be set up; `login` where stories are told through them or a demo user is them."""

    key: str
    name: str
    team: str
    role: Role = Role.MEMBER
    login: bool = True
    ceiling: int | None = None

    @property
    def subject(self) -> str:
        """The OpenID Connect subject, as the demo users have it."""
        return f"demo-{self.key}"


@dataclass(frozen=True)
class DemoArea:
    """One area of the demo. `institutions` are practices and agencies: kind, code, name.

    BSNs are counted from `first_bsn`, in the range reserved for tests; RvIG's own begin at 999970008.
    """

    code: str
    name: str
    municipality: str
    districts: tuple[str, ...]
    households: int
    first_bsn: int
    teams: tuple[TeamPlan, ...]
    colleagues: tuple[Colleague, ...]
    institutions: tuple[tuple[InstitutionKind, str, str], ...]
    practices: tuple[tuple[str, str], ...]
    area_coordinator: str
    on_duty: tuple[str, str]
    case_ceiling: int = 12

    @cached_property
    def hoods(self) -> Sequence[Hood]:
        return [hood for hood in hoods() if hood.district_code in self.districts]

    @cached_property
    def schools(self) -> Sequence[School]:
        own = {hood.code for hood in self.hoods}
        return [school for school in schools() if school.neighbourhood in own]

    @cached_property
    def ground(self) -> Ground:
        agencies = [code for kind, code, _ in self.institutions if kind is BENEFIT]
        return Ground(self.hoods, self.schools, self.practices, agencies)

    @cached_property
    def all_teams(self) -> Sequence[TeamPlan]:
        """The teams of the stories, and a care team at nearly every other school."""
        named = {code for team in self.teams for kind, code in team.covers if kind == SCHOOL} | WITHOUT_TEAM
        others = [school for school in self.schools if school.code not in named]
        return [*self.teams, *(_school_team(school) for school in others)]

    @cached_property
    def everybody(self) -> Sequence[Colleague]:
        """All who work here, at least a coordinator in every team."""
        users = [
            Colleague(user.key, user.name, user.team, user.role)
            for user in USERS.values()
            if user.team in {team.key for team in self.teams} and user.team
        ]
        known = [*users, *self.colleagues]
        seated = {one.team for one in known if one.role is Role.COORDINATOR}
        empty = [team for team in self.all_teams if team.key not in seated]
        return [*known, *_staff(empty, Random(f"{SEED} {self.code} staff"))]

    def hood(self, name: str) -> Hood:
        """The neighbourhood of this name."""
        return next(hood for hood in self.hoods if hood.name == name)


def duty_roster(
    area: DemoArea, since: datetime, now: datetime
) -> Iterator[tuple[str, datetime, datetime | None]]:
    """Who is on duty from when to when: since a week ago the demo's user, before that week and week about."""
    user, other = area.on_duty
    until, turn = now - timedelta(weeks=1), False
    yield user, until, None
    while until > since:
        start = max(since, until - timedelta(weeks=1))
        yield (user if turn else other), start, until
        until, turn = start, not turn


def _school_team(school: School) -> TeamPlan:
    return TeamPlan(
        f"school-{school.code}",
        TeamKind.SCHOOL_CARE,
        f"Zorgteam {school.name} ({school.code})",
        "Samenwerkingsverband primair onderwijs",
        ((SCHOOL, school.code),),
    )


def somebodys_name(random: Random) -> str:
    """A name as they are heard in these neighbourhoods."""
    tongue = random.choice(tongues())
    return f"{random.choice(tongue.given)} {random.choice(tongue.surnames)}"


def _staff(teams: Sequence[TeamPlan], random: Random) -> Iterator[Colleague]:
    for team in teams:
        for role in (Role.COORDINATOR, Role.MEMBER):
            yield Colleague(f"{team.key}-{role}", somebodys_name(random), team.key, role, login=False)


def _buurten(*names: str) -> tuple[Cover, ...]:
    codes = {hood.name: hood.code for hood in hoods()}
    return tuple(("neighbourhood", codes[name]) for name in names)


def _code(name: str) -> str:
    return _buurten(name)[0][1]


_WELFARE, _MUNICIPALITY = "Welzijn Zuid", "Gemeente Rotterdam"

ZUID = DemoArea(
    code="rotterdam-zuid",
    name="Rotterdam-Zuid",
    municipality="GM0599",
    districts=("WK059910", "WK059912", "WK059915"),
    households=1_930,
    first_bsn=999_900_000,
    teams=(
        TeamPlan(
            "school", TeamKind.SCHOOL_CARE, "Zorgteam De Bloementuin", _WELFARE, ((SCHOOL, BLOEMENTUIN),)
        ),
        TeamPlan(
            "school-globetrotter",
            TeamKind.SCHOOL_CARE,
            "Zorgteam De Globetrotter",
            _WELFARE,
            ((SCHOOL, GLOBETROTTER),),
        ),
        TeamPlan(
            "social",
            TeamKind.SOCIAL,
            "Wijkteam Bloemhof-Hillesluis",
            _MUNICIPALITY,
            _buurten("Bloemhof", "Hillesluis"),
        ),
        TeamPlan(
            "outsider",
            TeamKind.SOCIAL,
            "Wijkteam Pendrecht-Zuidwijk",
            _MUNICIPALITY,
            _buurten("Pendrecht", "Zuidwijk"),
        ),
        TeamPlan(
            "social-feijenoord",
            TeamKind.SOCIAL,
            "Wijkteam Feijenoord",
            _MUNICIPALITY,
            _buurten(
                "Kop van Zuid",
                "Kop van Zuid-Entrepot",
                "Katendrecht",
                "Afrikaanderwijk",
                "Feijenoord",
                "Noordereiland",
                "Vreewijk",
            ),
        ),
        TeamPlan(
            "social-ijsselmonde",
            TeamKind.SOCIAL,
            "Wijkteam IJsselmonde",
            _MUNICIPALITY,
            _buurten("Oud-IJsselmonde", "Lombardijen", "Groot-IJsselmonde", "Beverwaard"),
        ),
        TeamPlan(
            "social-charlois",
            TeamKind.SOCIAL,
            "Wijkteam Charlois",
            _MUNICIPALITY,
            _buurten("Charlois Zuidrand", "Tarwewijk", "Carnisse", "Oud-Charlois", "Zuidplein", "Zuiderpark"),
        ),
        TeamPlan(
            "work", TeamKind.WORK_CARE, "Zorgteam Werkplein Zuid", _MUNICIPALITY, ((BENEFIT, WERKPLEIN),)
        ),
        TeamPlan(
            "gp-one",
            TeamKind.GP_CARE,
            "Zorgteam Huisartsen Bloemhof",
            "Huisartsen Bloemhof",
            ((PRACTICE, HUISARTSEN_BLOEMHOF),),
        ),
        TeamPlan(
            "gp-two",
            TeamKind.GP_CARE,
            "Zorgteam Huisartsen Afrikaander",
            "Huisartsen Afrikaander",
            ((PRACTICE, HUISARTSEN_AFRIKAANDER),),
        ),
        TeamPlan("court", TeamKind.COURT_PARTNER, "Wijkrechtspraak Zuid", "Wijkrechtspraak"),
        TeamPlan("provider", TeamKind.PLACE_PROVIDER, "Werkplaats De Kade", "Werkplaats De Kade"),
        TeamPlan("bureau", TeamKind.PROGRAMME_BUREAU, "Programmabureau Zuid", "Alliantie Zuid"),
    ),
    colleagues=(
        Colleague("joke", "Joke Hoekstra", "school-globetrotter", Role.COORDINATOR),
        Colleague("ivana", "Ivana Petrova", "school-globetrotter"),
        Colleague("thijs", "Thijs Kramer", "social"),
        Colleague("yvonne", "Yvonne Cairo", "social", ceiling=2),
        Colleague("ursula", "Ursula Prins", "outsider", Role.COORDINATOR),
        Colleague("vera", "Vera Tavares", "social-feijenoord", Role.COORDINATOR),
        Colleague("walid", "Walid Tahiri", "social-feijenoord"),
        Colleague("wim", "Wim Kooijman", "work", Role.COORDINATOR),
        Colleague("xandra", "Xandra Lopes", "gp-one", Role.COORDINATOR),
        Colleague("zeynep", "Zeynep Koç", "gp-two", Role.COORDINATOR),
        Colleague("rob", "Rob Schouten", "court", Role.COORDINATOR),
        Colleague("sander", "Sander Blom", "provider", Role.COORDINATOR),
        Colleague("bea", "Bea Wijdenbosch", "bureau", Role.COORDINATOR),
    ),
    institutions=(
        (PRACTICE, HUISARTSEN_BLOEMHOF, "Huisartsen Bloemhof"),
        (PRACTICE, HUISARTSEN_AFRIKAANDER, "Huisartsen Afrikaander"),
        (PRACTICE, "HA-IJSSELMONDE", "Huisartsen IJsselmonde"),
        (PRACTICE, "HA-CHARLOIS", "Huisartsen Charlois"),
        (PRACTICE, "HA-PENDRECHT", "Huisartsen Pendrecht"),
        (BENEFIT, WERKPLEIN, "Werkplein Zuid"),
        (BENEFIT, UITKERING_ELDERS, "Uitkering van een andere instantie"),
    ),
    practices=(
        (HUISARTSEN_BLOEMHOF, _code("Bloemhof")),
        (HUISARTSEN_AFRIKAANDER, _code("Afrikaanderwijk")),
        ("HA-IJSSELMONDE", _code("Groot-IJsselmonde")),
        ("HA-CHARLOIS", _code("Oud-Charlois")),
        ("HA-PENDRECHT", _code("Pendrecht")),
    ),
    area_coordinator="ibrahim",
    on_duty=("omar", "thijs"),
)

NIEUWLAND = DemoArea(
    code="schiedam-nieuwland-oost",
    name="Schiedam Nieuwland-Oost",
    municipality="GM0606",
    districts=("WK060601", "WK060606"),
    households=60,
    first_bsn=999_960_000,
    teams=(
        TeamPlan(
            "nieuwland-school",
            TeamKind.SCHOOL_CARE,
            "Zorgteam De Taaltuin",
            "Welzijn Schiedam",
            ((SCHOOL, TAALTUIN),),
        ),
        TeamPlan(
            "nieuwland",
            TeamKind.SOCIAL,
            "Wijkteam Nieuwland",
            "Gemeente Schiedam",
            _buurten(
                "Spieringshoek",
                "Staatsliedenbuurt",
                "Vakbondsliedenbuurt",
                "Hollandiabuurt",
                "Schiehart",
                "Nolensbuurt",
                "Wibautbuurt",
                "Stadserf",
                "Natuurkundigenbuurt",
                "Singelkwartier",
                "Stationsbuurt",
                "Wetenschappersbuurt",
                "Newtonbuurt",
            ),
        ),
        TeamPlan(
            "nieuwland-work",
            TeamKind.WORK_CARE,
            "Zorgteam Werkplein Schiedam",
            "Gemeente Schiedam",
            ((BENEFIT, WERKPLEIN_SCHIEDAM),),
        ),
        TeamPlan(
            "nieuwland-gp",
            TeamKind.GP_CARE,
            "Zorgteam Huisartsen Nieuwland",
            "Huisartsen Nieuwland",
            ((PRACTICE, HUISARTSEN_NIEUWLAND),),
        ),
        TeamPlan(
            "nieuwland-bureau",
            TeamKind.PROGRAMME_BUREAU,
            "Programmabureau Nieuwland-Oost",
            "Alliantie Schiedam",
        ),
    ),
    colleagues=(
        Colleague("annelies", "Annelies Vos", "nieuwland", Role.COORDINATOR),
        Colleague("baran", "Baran Polat", "nieuwland-school", Role.COORDINATOR),
        Colleague("cor", "Cor Dekker", "nieuwland-bureau", Role.AREA_COORDINATOR),
        Colleague("dounia", "Dounia Saidi", "nieuwland-gp", Role.COORDINATOR),
    ),
    institutions=(
        (PRACTICE, HUISARTSEN_NIEUWLAND, "Huisartsen Nieuwland"),
        (BENEFIT, WERKPLEIN_SCHIEDAM, "Werkplein Schiedam"),
    ),
    practices=((HUISARTSEN_NIEUWLAND, _code("Nolensbuurt")),),
    area_coordinator="cor",
    on_duty=("rosa", "annelies"),
)

AREAS = (ZUID, NIEUWLAND)


@dataclass(frozen=True, slots=True)
class Cast:
    """An area as it was set up: its teams by key, and the people of its stories by key."""

    area: UUID
    issuer: str
    teams: dict[str, UUID]
    professionals: dict[str, UUID]
