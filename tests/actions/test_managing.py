"""An area's settings: whoever may not change them changes nothing, and every clock that runs follows them."""

import asyncio
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest

from casecoord.actions import following
from casecoord.actions.managing import ChangeSettings, Deadline, SettingsOf, change_settings, settings
from casecoord.actions.signals import add_signal
from casecoord.domain.bounds import BOUNDS
from casecoord.domain.covering import SCHOOL_DISCIPLINES
from casecoord.domain.promises import Deadlines
from casecoord.domain.routing import DEFAULT_ORDER, RoutedBy
from casecoord.domain.words import LifeDomain
from casecoord.domain.workdays import add_working_days
from casecoord.storage.sweep import Swept
from tests.actions.leaving_steps import one
from tests.actions.steps import concern, led_case, refused, signal, sql, waiting_for_locks
from tests.actions.test_sweep import INSTANT, listed, recomputed, swept
from tests.world import MONDAY, PEOPLE, Town

NOTHING = Swept(0, 0, 0)


async def change(town: Town, by: str = "mo", **what: Any) -> Any:
    given = {name: value for name, value in what.items() if name not in BOUNDS}
    deadlines = tuple(Deadline(name, value) for name, value in what.items() if name in BOUNDS)
    return await town.act(by, change_settings, ChangeSettings(town.key(), deadlines=deadlines, **given))


async def test_a_shorter_deadline_breaks_at_its_own_instant_once_a_sweep_came_by(town: Town) -> None:
    await signal(town, "amina", (await town.janssens())["noor"])
    told = await change(town, triage=2)
    assert told.following and {one.name: one.value for one in told.deadlines}["triage"] == 2
    assert await swept(town) == NOTHING
    assert await recomputed(town) == {}
    seen = await town.office.look(town.caller("mo"), settings, SettingsOf())
    assert not seen.following and seen == replace(told, following=False)
    due = add_working_days(MONDAY, 2)
    town.clock.now = due - INSTANT
    assert (await swept(town), await listed(town)) == (NOTHING, [])
    town.clock.now = due
    assert await listed(town) == [("G1", 1)]
    assert await swept(town) == Swept(raised=1, escalated=0, ended=0)
    assert await recomputed(town) == {("G1", 1): 1}


async def test_a_longer_deadline_ends_the_gap_until_it_comes(town: Town) -> None:
    await signal(town, "amina", (await town.janssens())["noor"])
    town.clock.now = add_working_days(MONDAY, 5)
    assert await swept(town) == Swept(1, 0, 0)
    await change(town, triage=10)
    await swept(town)
    assert (await listed(town), await recomputed(town)) == ([], {})
    town.clock.now = add_working_days(MONDAY, 10)
    assert await swept(town) == Swept(1, 0, 0)
    assert await recomputed(town) == {("G1", 1): 1}


async def test_a_day_off_moves_every_deadline_and_rung_behind_it(town: Town) -> None:
    await signal(town, "amina", (await town.janssens())["noor"])
    due, area = add_working_days(MONDAY, 5), add_working_days(MONDAY, 8)
    town.clock.now = area
    assert await swept(town) == Swept(1, 0, 0)
    assert await recomputed(town) == {("G1", 2): 1}
    off = (due + timedelta(days=1)).date()
    await change(town, closed=(off,))
    await swept(town)
    assert await recomputed(town) == {("G1", 1): 1}
    # One day for another: the last rung stays where it was, one between does not.
    later = add_working_days(due, 5).date()
    await change(town, closed=(later,))
    await swept(town)
    assert await recomputed(town) == {("G1", 2): 1}


async def test_a_follow_that_is_killed_half_way_is_finished_by_the_next_sweep(
    town: Town, monkeypatch: pytest.MonkeyPatch, database_url: str
) -> None:
    for number in range(4):
        (child,) = await town.family((f"Kind {number}", date(2018, 1, 1)), links={0: [("school", "11VO00")]})
        await signal(town, "amina", child)
    town.clock.forward(hours=1)
    await change(town, triage=2)
    once, done = following._follow, []

    async def killed(*given: Any) -> None:
        if len(done) == 2:
            raise ConnectionError
        await once(*given)
        done.append(given)

    monkeypatch.setattr(following, "_follow", killed)
    with pytest.raises(ConnectionError):
        await swept(town)
    due = "select count(*) from promises where rule = 'G1' and due_at = $1"
    assert await one(database_url, due, add_working_days(MONDAY, 2)) == 2
    assert (await town.office.look(town.caller("mo"), settings, SettingsOf())).following
    town.clock.forward(hours=1)
    monkeypatch.setattr(following, "_follow", once)
    assert await swept(town) == NOTHING
    assert await one(database_url, due, add_working_days(MONDAY, 2)) == 4
    assert await recomputed(town) == {}


async def test_what_is_promised_of_the_area_follows_at_once(town: Town) -> None:
    await change(town, meeting_days=42)
    assert await listed(town) == [("G8", 4), ("G8", 4)]
    await change(town, meeting_days=730, disciplines=tuple(SCHOOL_DISCIPLINES))
    assert await listed(town) == [("G8", 4), ("G8", 4)]
    await swept(town)
    assert await recomputed(town) == {("G8", 4): 2}


async def test_a_signal_that_was_on_its_way_runs_by_the_settings_that_stand_then(
    town: Town, database_url: str
) -> None:
    noor = (await town.janssens())["noor"]
    async with sql(database_url) as watching, sql(database_url) as beside, beside.transaction():
        await beside.execute("select 1 from households where id = $1 for update", noor.household)
        # It shares what stands, and waits for the household; the change waits for it.
        sent = asyncio.create_task(town.act("amina", add_signal, concern(town, noor)))
        await waiting_for_locks(watching, 1)
        changed = asyncio.create_task(change(town, triage=2))
        await waiting_for_locks(watching, 2)
    await asyncio.gather(sent, changed)
    await swept(town)
    assert await recomputed(town) == {}
    assert await one(database_url, "select due_at from promises where rule = 'G1'") == add_working_days(
        MONDAY, 2
    )


async def test_another_order_of_routing_offers_what_is_open_to_whoever_comes_first(
    town: Town, database_url: str
) -> None:
    els = (await town.family(("Els Post", date(1984, 3, 14)), links={0: [("benefit", "WPI")]}))[0]
    await signal(town, "dirk", els, domain=LifeDomain.FINANCE)
    order = (RoutedBy.NEIGHBOURHOOD, RoutedBy.SCHOOL, RoutedBy.BENEFIT, RoutedBy.PRACTICE)
    await change(town, routing_order=order)
    for _ in range(2):
        await swept(town)
        query = "select count(*) from transfers where state = 'pending' and to_team_id = $1"
        assert await one(database_url, query, town.teams["wijkteam"]) == 1
    await recomputed(town)


async def test_only_an_administrator_changes_settings_and_only_the_coordinator_sees_them_too(
    town: Town,
) -> None:
    for who in set(PEOPLE) - {"mo"}:
        async with refused("not_allowed"):
            await change(town, who, triage=2)
    for who in set(PEOPLE) - {"mo", "ibrahim"}:
        async with refused("not_allowed"):
            await town.office.look(town.caller(who), settings, SettingsOf())
    seen = await town.office.look(town.caller("ibrahim"), settings, SettingsOf())
    assert {one.name: one.value for one in seen.deadlines} == {
        name: getattr(Deadlines(meeting_days=36_500), name) for name in BOUNDS
    }
    assert seen.routing_order == list(DEFAULT_ORDER)


async def test_what_cannot_be_a_setting_changes_nothing_and_says_which_it_is(
    town: Town, database_url: str
) -> None:
    before = await one(database_url, "select settings from areas where id = $1", town.area)
    for name, (least, most) in BOUNDS.items():
        for number in (least - 1, most + 1, -1, 2**31):
            async with refused("setting_out_of_bounds", f"deadlines.{name}"):
                await change(town, **{name: number})
    async with refused("setting_unknown", "deadlines.name"):
        unknown = (Deadline("triage", 3), Deadline("closed", 3))
        await town.act("mo", change_settings, ChangeSettings(town.key(), unknown))
    wrong: list[tuple[str, str, dict[str, Any]]] = [
        ("setting_out_of_bounds", "caseCeiling", {"case_ceiling": 0}),
        ("choice_missing", "disciplines", {"disciplines": ()}),
        ("not_found", "justiceDeputy", {"justice_deputy": uuid4()}),
        ("order_incomplete", "routingOrder", {"routing_order": (*DEFAULT_ORDER[1:], RoutedBy.BACKSTOP)}),
        ("order_incomplete", "routingOrder", {"routing_order": DEFAULT_ORDER[:3]}),
        ("order_incomplete", "routingOrder", {"routing_order": (*DEFAULT_ORDER, RoutedBy.SCHOOL)}),
        ("date_too_late", "closed", {"closed": (date(2099, 1, 1),)}),
        ("date_in_past", "closed", {"closed": (date(1999, 1, 1),)}),
        ("too_many_days", "closed", {"closed": tuple(date(2026, 1, 1) + timedelta(days=n) for n in range(401))}),
    ]  # fmt: skip
    for code, field, given in wrong:
        async with refused(code, field):
            await change(town, **given)
    async with refused("choice_missing"):
        await change(town)
    assert await one(database_url, "select settings from areas where id = $1", town.area) == before


async def test_the_same_settings_again_change_nothing_and_the_same_key_answers_the_same(town: Town) -> None:
    deputy = town.members["jasmijn"].membership
    asked = ChangeSettings(
        town.key(), (Deadline("lead", 9),), (date(2026, 12, 24),), tuple(SCHOOL_DISCIPLINES), 12, deputy
    )
    told = await town.act("mo", change_settings, asked)
    assert (told.closed, told.case_ceiling, told.justice_deputy) == ([date(2026, 12, 24)], 12, deputy)
    assert told == await town.act("mo", change_settings, asked)
    await swept(town)
    again = await town.act("mo", change_settings, replace(asked, idempotency_key=town.key()))
    assert again == replace(told, following=False)
    async with refused("key_reused"):
        await town.act("mo", change_settings, replace(asked, case_ceiling=13))


async def test_a_case_that_runs_follows_in_every_clock(town: Town) -> None:
    await led_case(town, (await town.janssens())["noor"])
    town.clock.forward(days=1)
    await change(town, **{name: least for name, (least, _) in BOUNDS.items()})
    await swept(town)
    await recomputed(town)
    town.clock.forward(weeks=3)
    await swept(town)
    assert {rule for rule, _ in await recomputed(town)} >= {"G3", "G5", "G6"}
