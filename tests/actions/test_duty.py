"""The duty roster: who plans it, whom it replaces, and a hole that is a gap at its instant."""

import asyncio
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from casecoord.actions.duty import Hole, PlanDuty, Roster, RosterOf, plan_duty, roster
from casecoord.actions.signals import SeeSignal, see_signal
from casecoord.domain.errors import Problem
from casecoord.domain.words import Urgency, VeiligThuis
from tests.actions.leaving_steps import leave, newcomer, one
from tests.actions.steps import refused, signal, sql
from tests.actions.test_sweep import INSTANT, NOTHING, listed, recomputed, swept
from tests.world import MONDAY, PEOPLE, Town

DAY = timedelta(days=1)


async def plan(
    town: Town, who: str, since: datetime | None, until: datetime, by: str = "mo", key: str | None = None
) -> Roster:
    asked = PlanDuty(key or town.key(), town.members[who].membership, until, since)
    return await town.act(by, plan_duty, asked)


async def seen(town: Town, days: int = 6, by: str = "mo") -> list[tuple[str, int, int]]:
    found = await town.office.look(town.caller(by), roster, RosterOf(MONDAY, MONDAY + days * DAY))
    return [(x.name, (x.since - MONDAY).days, (x.until - MONDAY).days) for x in found.shifts]


async def ends(town: Town, url: str, at: datetime) -> None:
    """Dirk, who is on duty without an end, is so until this moment."""
    async with sql(url) as database:
        await database.execute("update duty_shifts set during = tstzrange(lower(during), $1)", at)
    await swept(town)


async def test_whoever_is_planned_replaces_who_was_for_that_time_alone(town: Town) -> None:
    told = await plan(town, "chaima", MONDAY + DAY, MONDAY + 3 * DAY)
    assert [shift.name for shift in told.shifts] == ["Chaima"] and told.holes == []
    assert await seen(town) == [("Dirk", 0, 1), ("Chaima", 1, 3), ("Dirk", 3, 6)]
    await plan(town, "fleur", MONDAY + 2 * DAY, MONDAY + 4 * DAY)
    assert await seen(town) == [("Dirk", 0, 1), ("Chaima", 1, 2), ("Fleur", 2, 4), ("Dirk", 4, 6)]
    await plan(town, "amina", None, MONDAY + 6 * DAY)
    assert await seen(town, by="ibrahim") == [("Amina", 0, 6)]
    assert (await swept(town), await recomputed(town)) == (NOTHING, {})


async def test_a_hole_shows_before_it_comes_and_is_a_gap_at_its_instant(
    town: Town, database_url: str
) -> None:
    start, end = MONDAY + 2 * DAY, MONDAY + 4 * DAY
    await ends(town, database_url, start)
    await plan(town, "chaima", end, MONDAY + 5 * DAY)
    found = await town.office.look(town.caller("mo"), roster, RosterOf(until=MONDAY + 6 * DAY))
    assert found.holes == [Hole(start, end), Hole(MONDAY + 5 * DAY, MONDAY + 6 * DAY)]
    town.clock.now = start - INSTANT
    assert (await listed(town), await swept(town)) == ([], NOTHING)
    town.clock.now = start
    assert await listed(town) == [("G8 duty", 1)]
    assert (await swept(town)).raised == 1
    assert await recomputed(town) == {("G8 duty", 1): 1}
    await plan(town, "fleur", None, end)
    assert await listed(town) == []
    assert (await swept(town), await recomputed(town)) == (NOTHING, {})


async def test_what_is_acute_and_unseen_waits_for_whoever_is_on_duty_now(
    town: Town, database_url: str
) -> None:
    noor = (await town.janssens())["noor"]
    sent = await signal(town, "amina", noor, urgency=Urgency.ACUTE, veilig_thuis=VeiligThuis.YES)
    waits = "select responder_id from promises where rule = 'G1' and ended_at is null"
    assert await one(database_url, waits) == town.members["dirk"].membership
    await plan(town, "fleur", None, town.clock.now + DAY)
    assert await one(database_url, waits) == town.members["fleur"].membership
    assert await recomputed(town) == {}
    await town.act("fleur", see_signal, SeeSignal(town.key(), sent.signal))


async def test_nobody_is_on_duty_who_does_not_work_here_then(town: Town) -> None:
    await newcomer(town, "wijkteam")
    await leave(town, "nora", town.clock.now + 2 * DAY)
    await plan(town, "nora", None, MONDAY + 2 * DAY)
    for since, until in ((None, MONDAY + 3 * DAY), (MONDAY + 4 * DAY, MONDAY + 5 * DAY)):
        async with refused("professional_not_active", "membership"):
            await plan(town, "nora", since, until)
    for who in ("karim", "mo", "ibrahim", "lotte", "jasmijn"):
        async with refused("professional_not_active", "membership"):
            await plan(town, who, None, MONDAY + DAY)
    async with refused("not_found", "membership"):
        await town.act("mo", plan_duty, PlanDuty(town.key(), uuid4(), MONDAY + DAY))


async def test_a_period_that_is_over_or_none_is_refused(town: Town) -> None:
    for since, until in ((None, MONDAY), (MONDAY + DAY, MONDAY + DAY), (MONDAY - 3 * DAY, MONDAY - DAY)):
        async with refused("period_invalid", "until"):
            await plan(town, "chaima", since, until)
    async with refused("date_too_late", "until"):
        await plan(town, "chaima", None, MONDAY + 4000 * DAY)
    async with refused("period_invalid", "until"):
        await town.office.look(town.caller("mo"), roster, RosterOf(MONDAY, MONDAY))
    async with refused("date_too_late", "until"):
        await town.office.look(town.caller("mo"), roster, RosterOf(MONDAY, MONDAY + 400 * DAY))
    assert await seen(town) == [("Dirk", 0, 6)]


async def test_only_an_administrator_plans_and_only_the_areas_coordinator_looks_too(town: Town) -> None:
    for who in set(PEOPLE) - {"mo"}:
        async with refused("not_allowed"):
            await plan(town, "chaima", None, MONDAY + DAY, who)
    for who in set(PEOPLE) - {"mo", "ibrahim"}:
        async with refused("not_allowed"):
            await seen(town, by=who)


async def test_the_same_key_plans_once(town: Town, database_url: str) -> None:
    first = await plan(town, "chaima", None, MONDAY + DAY, key="once")
    again = await plan(town, "chaima", None, MONDAY + DAY, key="once")
    assert first == again
    assert await one(database_url, "select count(*) from duty_shifts") == 3


async def test_of_two_plans_for_the_same_hours_the_later_one_holds_whole(
    town: Town, database_url: str
) -> None:
    async def one_of(who: str, since: int, until: int) -> Any:
        try:
            return await plan(town, who, MONDAY + since * DAY, MONDAY + until * DAY)
        except Problem as problem:
            assert problem.code == "try_again"

    for _ in range(5):
        told = await asyncio.gather(one_of("chaima", 1, 3), one_of("fleur", 2, 4), one_of("esra", 1, 4))
        assert all(told)
    async with sql(database_url) as database:
        rows = await database.fetch("select during from duty_shifts")
        whole = await database.fetchval("select range_agg(during)::text from duty_shifts")
    assert len(rows) >= 3 and whole.count("[") == 1
    assert (await swept(town), await recomputed(town)) == (NOTHING, {})
