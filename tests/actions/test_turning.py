"""What a date alone changes: birthdays, a school that was left, an enrolment that begins on a day."""

from datetime import date, datetime

from casecoord.actions.clocks import sweep_areas
from casecoord.actions.notices import InboxOf, inbox
from casecoord.actions.transfers import AcceptTransfer, accept_transfer
from tests.actions.moves import all_of, awaited, links, one, whole
from tests.actions.steps import led_case, signal, sql
from tests.world import MONDAY, Town

PENDING = "select kind, from_team_id, to_team_id from transfers where state = 'pending'"


def at(day: date) -> datetime:
    return MONDAY.replace(year=day.year, month=day.month, day=day.day)


async def told_changes(town: Town, name: str) -> int:
    box = await town.office.look(town.caller(name), inbox, InboxOf(first=100))
    return [notice.kind for notice in box.notices.items].count("family_changed")


async def test_the_lead_is_told_once_when_a_childs_own_consent_begins_to_count(
    town: Town, database_url: str
) -> None:
    (sam,) = await town.family(("Sam Bos", date(2014, 11, 10)), links={0: [("school", "11VO00")]})
    await led_case(town, sam)
    for day, expected in (
        (date(2026, 11, 9), 0),
        (date(2026, 11, 10), 1),
        (date(2026, 11, 11), 1),
        (date(2030, 11, 10), 2),
        (date(2032, 11, 11), 3),
    ):
        town.clock.now = at(day)
        for _ in range(2):
            async for _ in sweep_areas(town.database):
                pass
        assert await told_changes(town, "amina") == expected, day
    assert await one(database_url, "select turns_on from persons") is None
    await whole(town)


async def test_nobody_but_the_lead_is_told_of_a_birthday(town: Town) -> None:
    (sam,) = await town.family(("Sam Bos", date(2014, 11, 10)), links={0: [("school", "11VO00")]})
    await signal(town, "amina", sam)
    town.clock.now = at(date(2026, 11, 12))
    async for _ in sweep_areas(town.database):
        pass
    for name in town.members:
        assert await told_changes(town, name) == 0


async def test_at_thirteen_nobody_is_in_primary_school_and_its_care_team_hands_over(
    town: Town, database_url: str
) -> None:
    (sam,) = await town.family(("Sam Bos", date(2013, 11, 10)), links={0: [("school", "11VO00")]})
    await signal(town, "amina", sam)
    await whole(town)
    assert await all_of(database_url, PENDING) == []
    town.clock.now = at(date(2026, 11, 10))
    for _ in range(2):
        await whole(town)
    teams = town.teams
    assert await all_of(database_url, PENDING) == [("age", teams["klimop"], teams["wijkteam"])]
    (waits,) = await awaited(town, "dirk")
    await town.act("dirk", accept_transfer, AcceptTransfer(town.key(), waits.id))
    await whole(town)
    assert await all_of(database_url, PENDING) == []


async def test_a_school_that_is_left_on_a_day_hands_over_on_that_day(town: Town, database_url: str) -> None:
    noor = (await town.janssens())["noor"]
    await signal(town, "amina", noor)
    async with sql(database_url) as admin:
        await admin.execute("update person_links set until_on = '2026-11-12' where kind = 'school'")
    town.clock.now = at(date(2026, 11, 11))
    await whole(town)
    assert await all_of(database_url, PENDING) == []
    town.clock.now = at(date(2026, 11, 12))
    for _ in range(2):
        await whole(town)
    teams = town.teams
    assert await all_of(database_url, PENDING) == [("school", teams["klimop"], teams["huisarts"])]


async def test_a_link_that_begins_while_no_sweep_ran_is_followed_by_the_first_that_does(
    town: Town, database_url: str
) -> None:
    noor = (await town.janssens())["noor"]
    await signal(town, "amina", noor)
    await whole(town)
    await links(town, noor.id, "12AB00", since=date(2026, 12, 1))
    assert await all_of(database_url, PENDING) == []
    town.clock.now = at(date(2027, 1, 15))
    await whole(town)
    assert await all_of(database_url, PENDING) == [("school", town.teams["klimop"], town.teams["regenboog"])]


async def test_links_of_families_without_anything_open_lock_nobody(town: Town, database_url: str) -> None:
    await town.janssens()
    await whole(town)
    town.clock.forward(days=400)
    await whole(town)
    assert await one(database_url, "select count(*) from transfers") == 0


async def test_a_day_that_was_never_written_is_found_by_the_first_sweep(
    town: Town, database_url: str
) -> None:
    """As after the migration, which cannot open a birth date."""
    (sam,) = await town.family(("Sam Bos", date(2016, 5, 5)), links={0: [("school", "11VO00")]})
    await led_case(town, sam)
    async with sql(database_url) as admin:
        await admin.execute("update persons set turns_on = $1", town.clock.now.date())
    await whole(town)
    assert await one(database_url, "select turns_on from persons") == date(2028, 5, 5)
    assert await told_changes(town, "amina") == 0
