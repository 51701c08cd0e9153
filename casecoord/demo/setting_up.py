"""An area of the demo before anything happens in it: ground, teams, people at work, people at home."""

from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random
from uuid import UUID

from casecoord.demo.neighbourhood import (
    STANDING,
    ZUID,
    Colleague,
    DemoArea,
    TeamPlan,
    duty_roster,
    somebodys_name,
)
from casecoord.demo.people import SEED, House, Register, plain_households
from casecoord.demo.stories import README_HOUSE, TABLES_HOUSE
from casecoord.demo.storybook import STORIES
from casecoord.domain.covering import SCHOOL_DISCIPLINES
from casecoord.domain.words import Discipline, InstitutionKind, Role, TeamKind
from casecoord.storage.newcomers import Settlement, move_in
from casecoord.storage.organising import Member, Organiser
from casecoord.storage.roster import set_ceiling
from casecoord.storage.tables import Institution, Neighbourhood, Postcode
from casecoord.storage.territories import describe
from casecoord.storage.upserts import upsert
from casecoord.storage.work import Area

#: The keys of the families of README and docs among the settlements.
README, TABLES = "readme", "tables"
#: Households written at a time, between two signs of progress.
BATCH = 250
#: How many school care teams one special-education contact sits in.
SCHOOLS_EACH = 12

Told = Callable[[int, int], None]


def known_families(area: DemoArea) -> dict[str, House]:
    """The families of README and docs, and those of the stories, by key."""
    readme = {README: README_HOUSE, TABLES: TABLES_HOUSE} if area is ZUID else {}
    return readme | {story.key: story.family for story in STORIES.values() if story.area is area}


def settlements(area: DemoArea, since: datetime) -> dict[str, Settlement]:
    """Every household of the area, the known families by key; the same each time."""
    seed = f"{SEED} {area.code}"
    register = Register(seed, area.first_bsn)
    houses = known_families(area)
    houses |= {
        f"plain {number}": house
        for number, house in enumerate(plain_households(area.ground, area.households, seed))
    }
    return {key: register.enter(house, since) for key, house in houses.items()}


async def set_up(work: Area, area: DemoArea, issuer: str, at: datetime, told: Told) -> None:
    """Writes the whole area as it stood before its stories, in the caller's one transaction."""
    since = at - STANDING
    await _lay_ground(work, area)
    await _staff(Organiser(work, since), area, issuer, at)
    homes = list(settlements(area, since).values())
    for start in range(0, len(homes), BATCH):
        told(start, len(homes))
        await move_in(work, homes[start : start + BATCH])
    told(len(homes), len(homes))


async def _lay_ground(work: Area, area: DemoArea) -> None:
    await describe(work, area.name, municipalities=[area.municipality], districts=area.districts)
    await upsert(
        work,
        Neighbourhood,
        [
            {
                "code": hood.code,
                "name": hood.name,
                "district_code": hood.district_code,
                "district_name": hood.district_name,
                "lon": hood.lon,
                "lat": hood.lat,
                "vintage": hood.vintage,
            }
            for hood in area.hoods
        ],
    )
    places = [{"postcode": hood.postcode, "neighbourhood": hood.code} for hood in area.hoods]
    await upsert(work, Postcode, places)
    schools = [
        {
            "kind": InstitutionKind.SCHOOL,
            "code": school.code,
            "name": school.name,
            "postcode": school.postcode,
            "address": f"{school.street} {school.number}, {school.postcode} {school.town}",
        }
        for school in area.schools
    ]
    others = [
        {"kind": kind, "code": code, "name": name, "postcode": None, "address": None}
        for kind, code, name in area.institutions
    ]
    await upsert(work, Institution, [*schools, *others])


async def _staff(organiser: Organiser, area: DemoArea, issuer: str, at: datetime) -> None:
    await organiser.kinds()
    teams = {team.key: await _form(organiser, team) for team in area.all_teams}
    school_teams = {team.key for team in area.all_teams if team.kind is TeamKind.SCHOOL_CARE}
    members: dict[str, Member] = {}
    for number, one in enumerate(area.everybody):
        login = (issuer, one.subject) if one.login else None
        phone = f"010-0000{number:03}"
        discipline = _discipline(one) if one.team in school_teams else None
        member = await organiser.member(
            one.name, teams[one.team], one.role, login=login, phone=phone, discipline=discipline
        )
        members[one.key] = member
        await _place(organiser, one, member)
    area_seat = members[area.area_coordinator].membership
    await organiser.coordinate(organiser.work.area_id, area_seat)
    for key, start, until in duty_roster(area, organiser.since, at):
        await Organiser(organiser.work, start).duty(members[key].membership, until)
    await _complete_school_teams(organiser, area, {key: teams[key] for key in sorted(school_teams)}, at)


def _discipline(one: Colleague) -> Discipline:
    """A school's own people: the internal supervisor coordinates, the social worker is the other."""
    coordinates = one.role is Role.COORDINATOR
    return Discipline.INTERNAL_SUPERVISOR if coordinates else Discipline.SCHOOL_SOCIAL_WORK


async def _complete_school_teams(
    organiser: Organiser, area: DemoArea, teams: dict[str, UUID], at: datetime
) -> None:
    """Whom a school does not have itself sits in several care teams; all met lately, but the last one."""
    random = Random(f"{SEED} {area.code} care teams")
    shared: dict[tuple[Discipline, int], UUID] = {}
    for number, (key, team) in enumerate(teams.items()):
        own = {_discipline(one) for one in area.everybody if one.team == key}
        for discipline in [one for one in Discipline if one in SCHOOL_DISCIPLINES - own]:
            who = (discipline, number // SCHOOLS_EACH)
            if who in shared:
                await organiser.membership(shared[who], team, discipline=discipline)
            else:
                member = await organiser.member(somebodys_name(random), team, discipline=discipline)
                shared[who] = member.professional
        last = team == list(teams.values())[-1]
        await organiser.met(team, at - timedelta(days=50 if last else 3 + number % 30))


async def _form(organiser: Organiser, plan: TeamPlan) -> UUID:
    team = await organiser.team(plan.kind, plan.name, plan.organisation)
    for kind, code in plan.covers:
        await organiser.cover(team, kind, code)
    return team


async def _place(organiser: Organiser, one: Colleague, member: Member) -> None:
    """The coordinator's seat, and the ceiling where the area's own does not hold."""
    if one.role is Role.COORDINATOR:
        await organiser.coordinate(member.team, member.membership)
    if one.ceiling is not None:
        await set_ceiling(organiser.work, member.professional, one.ceiling)
