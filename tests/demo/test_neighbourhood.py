"""The demo neighbourhood: invented from a seed, told by real verbs, there whole or not yet."""

import asyncio
import hashlib
import os
import signal
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import asyncpg
import pytest

from casecoord.access.decide import Policy
from casecoord.actions.clocks import recompute_gaps, sweep_areas
from casecoord.actions.office import Office
from casecoord.demo.load import AreaInUse, LoadedArea, Loader, Mark, load
from casecoord.demo.neighbourhood import AREAS, NIEUWLAND, WITHOUT_TEAM, ZUID
from casecoord.demo.people import PRIMARY_SCHOOL, REFERENCE, plain_households
from casecoord.demo.setting_up import README, TABLES, settlements
from casecoord.demo.stories import README_FAMILY, TABLES_FAMILY
from casecoord.demo.storybook import STORIES
from casecoord.demo.teller import Clock
from casecoord.demo.users import USERS
from casecoord.domain.actors import Caller
from casecoord.domain.bsn import is_bsn
from casecoord.domain.promises import OF_THE_AREA, Rule
from casecoord.domain.words import Role, TeamKind
from casecoord.storage.households import find_by_bsn
from casecoord.storage.organising import Organiser
from casecoord.storage.sealed import Keyring
from casecoord.storage.work import Database, UnknownLogin
from tests.demo.killable import ISSUER, settings_of
from tests.demo.loaded import NOW, Demo, home

HOMES = {area.code: settlements(area, NOW) for area in AREAS}
PEOPLE = [dweller for homes in HOMES.values() for home in homes.values() for dweller in home.people]
CHECKOUT = Path(__file__).parents[2]


def test_the_same_seed_makes_the_same_neighbourhood_and_another_seed_another():
    assert settlements(ZUID, NOW) == HOMES[ZUID.code]
    one, again, other = (list(plain_households(ZUID.ground, 50, seed)) for seed in ("a", "a", "b"))
    assert one == again != other


def test_about_two_thousand_households_live_in_zuid_and_a_few_elsewhere():
    assert 1_900 < len(HOMES[ZUID.code]) < 2_100
    assert 50 < len(HOMES[NIEUWLAND.code]) < 100


def test_every_number_passes_the_test_is_used_once_and_is_nobody_else_s():
    numbers = [dweller.bsn for dweller in PEOPLE]
    assert all(is_bsn(number) for number in numbers)
    assert len(set(numbers)) == len(numbers)
    assert min(numbers) >= "999900000" and max(numbers) < "999970008"


def test_no_address_is_a_real_one():
    real = {"SA", "SD", "SS"}  # no Dutch postcode ends in these
    assert {home.postcode[4:] for homes in HOMES.values() for home in homes.values()} <= real


def test_some_households_with_a_child_of_four_to_eleven_live_at_a_secret_address():
    def is_pupil(born) -> bool:
        return (REFERENCE - born).days // 365.25 in PRIMARY_SCHOOL

    secret = [home for home in HOMES[ZUID.code].values() if home.secret]
    assert sum(any(is_pupil(dweller.born) for dweller in home.people) for home in secret) >= 5


def test_people_live_in_neighbourhoods_and_go_to_schools_that_no_team_covers():
    covered = {code for team in ZUID.all_teams for kind, code in team.covers}
    homes = HOMES[ZUID.code].values()
    assert sum(home.neighbourhood not in covered for home in homes) >= 10
    links = {code for home in homes for dweller in home.people for _, code, _ in dweller.bonds}
    assert links & WITHOUT_TEAM
    assert links - covered - WITHOUT_TEAM  # practices without a care team, and an agency of another kind


def test_more_than_sixty_families_are_remembered_each_in_two_languages():
    assert len(STORIES) >= 60
    assert all(story.nl and story.en and story.looks and story.facets for story in STORIES.values())
    assert len({story.nl for story in STORIES.values()}) == len(STORIES)


async def test_the_database_holds_every_household_and_person(demo: Demo):
    provisional = sum(key.startswith("zonder_bsn") for key in STORIES)
    homes = sum(len(homes) for homes in HOMES.values())
    assert await demo.admin.fetchval("select count(*) from households") == homes + provisional
    assert await demo.admin.fetchval("select count(*) from persons") == len(PEOPLE) + provisional
    assert demo.loaded.fresh and sum(area.households for area in demo.loaded.areas) == homes


@pytest.mark.parametrize(("key", "family_told"), [(README, README_FAMILY), (TABLES, TABLES_FAMILY)])
async def test_the_families_of_the_docs_are_known_and_nobody_flagged_them(demo: Demo, key, family_told):
    family = HOMES[ZUID.code][key]
    assert [(who.name, who.bsn, who.born) for who in family.people] == [
        (known.name, known.bsn, known.born)
        for known in (family_told["mother"], family_told["brother"], family_told["child"])
    ]
    async with demo.office.database.within(demo.loaded.areas[0].id) as work:
        found = await find_by_bsn(work, family_told["child"].bsn, family_told["child"].born)
    assert found is not None and found.household == family.id
    assert not await demo.admin.fetchval(
        "select exists (select from signals where household_id = $1)", family.id
    )


@pytest.mark.parametrize("user", USERS.values(), ids=lambda user: user.key)
async def test_every_demo_user_comes_in_by_their_own_role(demo: Demo, user):
    if user.team is None:
        with pytest.raises(UnknownLogin):
            async with demo.office.database.enter(demo.caller(user.key)):
                pass
        async with demo.office.database.receive(demo.caller(user.key)) as visit:
            assert visit.actor.role is user.role is Role.RESIDENT
        return
    async with demo.office.database.enter(demo.caller(user.key)) as work:
        assert (work.actor.name, work.actor.role, work.actor.team_kind) == (
            user.name,
            user.role,
            user.team_kind,
        )


async def test_somebody_is_on_duty_and_every_team_has_a_coordinator(demo: Demo):
    on_duty = await demo.admin.fetch(
        "select p.name from duty_shifts d join memberships m on m.id = d.membership_id"
        " join professionals p on p.id = m.professional_id where d.during @> $1::timestamptz",
        NOW,
    )
    assert {row["name"] for row in on_duty} == {"Omar Haddad", "Rosa Monteiro"}
    seats = await demo.admin.fetchval(
        "select count(distinct seat) from coordinator_seats where upper_inf(during)"
    )
    assert seats == sum(len(area.all_teams) + 1 for area in AREAS)


async def test_each_story_has_the_gaps_and_the_running_clocks_that_it_tells_of(demo: Demo):
    await check_promises(demo.admin, demo.homes)


@pytest.mark.prove
@pytest.mark.parametrize(
    "now",
    [
        datetime(2026, 11, 28, 23, 30, tzinfo=UTC),  # the night from Saturday to Sunday
        datetime(2026, 12, 25, 10, tzinfo=UTC),  # Christmas, a Friday
        datetime(2026, 12, 28, 6, tzinfo=UTC),  # the Monday after
        datetime(2027, 3, 28, 1, 30, tzinfo=UTC),  # the hour that summer time skips
        datetime(2027, 4, 30, 15, tzinfo=UTC),  # after Good Friday, Easter and the King's birthday
    ],
    ids=lambda now: now.strftime("%a %d %b"),
)
async def test_stories_tell_the_same_on_whatever_day_the_demo_begins(database_url, admin, now):
    settings, clock = settings_of(database_url), Clock(now)
    loaded = await load(settings, issuer=ISSUER, now=now)
    database = Database(database_url, KEYRING, clock=clock, pool_size=2)
    homes = {}
    for area, found in zip(AREAS, loaded.areas, strict=True):
        loader = Loader(Office(database, Policy()), clock, ISSUER, now)
        tellers = await loader.tell(found.id, area, Mark(now, ISSUER))
        homes |= {key: await home(admin, teller) for key, teller in tellers.items()}
    await database.close()
    await check_promises(admin, homes)


async def check_promises(admin: asyncpg.Connection, homes: dict[str, UUID]) -> None:
    """Every gap that was written down is in a story's row, and every promise of a row is as it says."""
    rows = await admin.fetch(
        "select p.household_id home, p.rule, exists (select from gaps g where g.promise_id = p.id"
        " and g.ended_at is null) gap from promises p where p.ended_at is null and p.household_id is not null"
    )
    found = {(row["home"], row["rule"], row["gap"]) for row in rows}
    told = {
        (homes[key], str(rule), broken)
        for key, story in STORIES.items()
        for broken, rules in ((True, story.broken), (False, story.running))
        for rule in rules
    }
    names = {home: key for key, home in homes.items()}
    assert {(names[home], rule, gap) for home, rule, gap in told - found} == set()
    broken = {(names[home], rule) for home, rule, gap in found if gap}
    assert broken == {(key, str(rule)) for key, story in STORIES.items() for rule in story.broken}


def test_each_promise_is_broken_in_one_story_and_runs_in_another():
    of_families = set(Rule) - OF_THE_AREA
    assert {rule for story in STORIES.values() for rule in story.broken} == of_families
    # A household that no team covers is a gap at once: that clock never runs without one.
    assert {rule for story in STORIES.values() for rule in story.running} == of_families - {Rule.COVERED}


async def test_one_school_care_team_of_each_area_forgot_to_meet(demo: Demo):
    late = await demo.admin.fetch(
        "select p.area_id, p.rule from gaps g join promises p on p.id = g.promise_id"
        " left join institutions i on i.id = p.subject_id"
        " where g.ended_at is null and p.household_id is null and i.uncovered_since is null"
    )
    assert sorted(tuple(row) for row in late) == sorted((area.id, "G8") for area in demo.loaded.areas)


async def test_each_gap_has_a_holder_and_a_recomputation_finds_the_same_gaps(demo: Demo):
    loose = await demo.admin.fetchval(
        "select count(*) from gaps g join promises p on p.id = g.promise_id where g.ended_at is null"
        " and p.household_id is not null and not exists (select from holders h where h.household_id = p.household_id and upper_inf(h.during))"
    )
    assert loose == 0
    for area in demo.loaded.areas:
        again = await recompute_gaps(demo.office.database, area.code, area.id)
        assert (again.differences, again.without_holder) == ([], 0)
        assert again.counts
    assert [
        swept async for _, swept in sweep_areas(demo.office.database) if swept.raised or swept.ended
    ] == []


async def test_all_constraints_hold_when_asked_again(demo: Demo):
    """Touching every guarded row makes the deferred triggers judge it anew."""
    guarded = await demo.admin.fetch(
        "select distinct tgrelid::regclass::text as name from pg_trigger where tgdeferrable and not tgisinternal"
    )
    assert {"signals", "cases", "holders", "leads", "teams", "coordinator_seats"} <= {
        row["name"] for row in guarded
    }
    judging = demo.admin.transaction()
    await judging.start()
    try:
        for row in guarded:
            await demo.admin.execute(f"update {row['name']} set area_id = area_id")
        await demo.admin.execute("set constraints all immediate")
    finally:
        await judging.rollback()


async def test_a_second_load_changes_nothing(demo: Demo):
    before = await digest(demo.admin)
    again = await load(settings_of(demo.url), issuer=ISSUER, now=NOW + timedelta(days=3))
    assert not again.fresh
    assert await digest(demo.admin) == before


async def test_telling_a_story_again_changes_nothing(demo: Demo):
    before = await digest(demo.admin)
    teller = demo.tellers["zeven_aan_tafel"]
    again = type(teller)(demo.office, demo.clock, teller.cast, NOW, teller.story, teller.family)
    await STORIES["zeven_aan_tafel"].tell(again)
    demo.clock.now = NOW
    assert again.signals == teller.signals
    assert await digest(demo.admin) == before


async def test_a_load_killed_twice_is_finished_by_the_next(
    database_url, admin: asyncpg.Connection, demo: Demo
):
    await kill_at(database_url, "HOUSEHOLDS 750")
    assert await admin.fetchval("select count(*) from households") == 0
    assert await admin.fetchval("select count(*) from teams") == 0
    await kill_at(database_url, "STORIES 20")
    assert 20 <= await admin.fetchval("select count(*) from signals") < len(STORIES)
    # A day later: the stories still end when the load began.
    finished = await load(settings_of(database_url), issuer=ISSUER, now=NOW + timedelta(days=1))
    assert finished.fresh
    assert await picture(admin) == await picture(demo.admin)


async def test_another_provider_logs_the_same_people_in(database_url):
    area = await small(database_url, "https://first.test")
    moved = await small(database_url, "https://second.test")
    assert (area.fresh, moved.fresh) == (True, False)
    database = Database(database_url, KEYRING)
    for issuer in ("https://first.test", "https://second.test"):
        async with database.enter(Caller(issuer, "demo-rosa")) as work:
            assert work.actor.name == "Rosa Monteiro"
    await database.close()


async def test_the_demo_keeps_out_of_an_area_where_people_work(database_url):
    database = Database(database_url, KEYRING)
    identity, _ = await database.found_area(NIEUWLAND.code, NIEUWLAND.name)
    async with database.within(identity) as work:
        organiser = Organiser(work, NOW - timedelta(days=1))
        await organiser.kinds()
        team = await organiser.team(TeamKind.SOCIAL, "Wijkteam", "Gemeente")
        await organiser.coordinate(team, (await organiser.member("Wie Dan Ook", team)).membership)
    await database.close()
    with pytest.raises(AreaInUse):
        await small(database_url, ISSUER)


KEYRING = Keyring(b"m" * 32, b"h" * 32)


async def small(url: str, issuer: str) -> LoadedArea:
    """The small area alone."""
    clock = Clock(NOW)
    database = Database(url, KEYRING, clock=clock, pool_size=2)
    try:
        return await Loader(Office(database, Policy()), clock, issuer, NOW).load(NIEUWLAND)
    finally:
        await database.close()


async def kill_at(url: str, line: str) -> None:
    """Starts a load in a process of its own and kills it, without warning, when it says this line."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.demo.killable",
        url,
        NOW.isoformat(),
        cwd=CHECKOUT,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    async for said in process.stdout:
        if said.decode().strip() == line:
            os.kill(process.pid, signal.SIGKILL)
            break
    assert await process.wait() == -signal.SIGKILL


async def digest(admin: asyncpg.Connection) -> dict[str, str]:
    """Every row of every table."""
    found = {}
    for table in await tables(admin):
        rows = await admin.fetch(f"select t::text from {table} t order by 1")
        found[table] = hashlib.sha256("\n".join(row[0] for row in rows).encode()).hexdigest()
    return found


#: Grows with every look that other tests have at the demo.
LOOKED = {"access_log"}


async def picture(admin: asyncpg.Connection) -> dict[str, object]:
    """What a neighbourhood looks like, whatever its random ids are."""
    seen: dict[str, object] = {
        table: await admin.fetchval(f"select count(*) from {table}")
        for table in await tables(admin)
        if table not in LOOKED
    }
    for table, columns in (
        ("signals", "state, domain, urgency, received_at, triaged_at, routed_by"),
        ("cases", "state, triaged_at"),
        ("promises", "rule, due_at, ended_at"),
        ("gaps", "since, level, ended_at"),
        ("events", "verb, at"),
    ):
        seen[table] = Counter(tuple(row) for row in await admin.fetch(f"select {columns} from {table}"))
    return seen


async def tables(admin: asyncpg.Connection) -> list[str]:
    rows = await admin.fetch("select tablename from pg_tables where schemaname = 'public' order by 1")
    return [row["tablename"] for row in rows]
