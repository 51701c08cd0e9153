"""The monitor is published once for good, and read by whoever may follow figures, of every area that published."""

import asyncio
import csv
import io
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from casecoord.actions.clocks import sweep_areas
from casecoord.actions.monitor import MonitorOf, as_csv, monitor
from casecoord.domain.monitor import CURRENT, MEASURES, VERSIONS
from casecoord.domain.words import Language, LifeDomain
from casecoord.storage.connection import APP_ROLE
from tests.actions.looks import look, records
from tests.actions.monitor_steps import (
    MONITORING,
    PLACES,
    SEPTEMBER,
    Area,
    figures,
    publish,
    read,
    told,
)
from tests.actions.steps import refused, sql
from tests.world import Town, build_town


async def test_what_is_over_is_published_once_and_the_running_month_never(area: Area) -> None:
    await area.signals(PLACES[0], 12, received=SEPTEMBER)
    await area.signals(PLACES[0], 12, received=area.town.clock.now - timedelta(hours=1))
    monthly = sum(one.months == 1 and not one.exact for one in MEASURES)
    quarters = sum(one.months == 3 for one in MEASURES)
    # September and October; no whole quarter since the first signal; schools as they are now.
    assert await publish(area.town) == 2 * monthly + 1
    assert await publish(area.town) == 0
    assert {one.period.from_on for one in figures(await read(area.town), "signals")} == {
        date(2026, 9, 1),
        date(2026, 10, 1),
    }
    area.town.clock.now = datetime(2026, 11, 30, 22, 59, tzinfo=UTC)
    assert await publish(area.town) == 0
    area.town.clock.now = datetime(2026, 11, 30, 23, 1, tzinfo=UTC)
    assert await publish(area.town) == monthly + 1
    area.town.clock.now = datetime(2027, 1, 1, 9, tzinfo=UTC)
    assert await publish(area.town) == monthly + 1 + quarters


async def test_two_who_publish_at_once_publish_once(area: Area) -> None:
    for place in PLACES:
        await area.signals(place, 12, received=SEPTEMBER)
    alone = sum(one.months == 1 and not one.exact for one in MEASURES) * 2 + 1
    published = await asyncio.gather(*(publish(area.town) for _ in range(5)))
    assert sum(published) == alone
    stored = await area.connection.fetchval("select count(*) from monitor_publications")
    assert stored == alone


async def test_the_sweep_publishes(area: Area) -> None:
    await area.signals(PLACES[0], 12)
    async for _ in sweep_areas(area.town.database):
        pass
    assert told(await read(area.town), "signals") == {("general", "time_use", "school_care", PLACES[0]): 10}


async def test_a_later_correction_changes_no_published_figure(area: Area) -> None:
    """Else two looks would say who was taken out between them."""
    await area.signals(PLACES[0], 13)
    await publish(area.town)
    before = await read(area.town)
    await area.connection.execute("delete from signals where household_id = $1", area.homes[PLACES[0]][0])
    await area.connection.execute("update signals set received_at = $1", SEPTEMBER)
    await publish(area.town)
    assert await read(area.town) == before


async def test_the_application_cannot_change_what_was_published(area: Area, database_url: str) -> None:
    await area.signals(PLACES[0], 12)
    await publish(area.town)
    async with sql(database_url, role=APP_ROLE) as application:
        await application.execute(f"set casecoord.area = '{area.town.area}'")
        for act in ("update {} set figures = '[]'", "delete from {}", "truncate {}"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await application.execute(act.format("monitor_publications"))


async def test_the_database_keeps_no_figures_of_what_is_not_over_or_no_whole_month(area: Area) -> None:
    columns = ("measure", "from_on", "until_on", "version", "published_at", "figures")
    for from_on, until_on, constraint in (
        (date(2026, 11, 1), date(2026, 12, 1), "monitor_publications_once_over"),
        (date(2026, 9, 2), date(2026, 10, 1), "monitor_publications_of_whole_months"),
        (date(2026, 9, 1), date(2026, 9, 15), "monitor_publications_of_whole_months"),
    ):
        row = ("signals", from_on, until_on, 1, area.town.clock.now, "[]")
        with pytest.raises(asyncpg.CheckViolationError) as broken:
            await area.put("monitor_publications", columns, [row])
        assert broken.value.constraint_name == constraint


async def test_a_new_definition_leaves_what_was_published(
    area: Area, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And never tells a month under both: they could be subtracted."""
    await area.signals(PLACES[0], 12)
    await publish(area.town)
    old = CURRENT["outcomes"]
    new = replace(old, version=2, definition=("Anders geteld.", "Counted otherwise."))
    monkeypatch.setitem(VERSIONS, ("outcomes", 2), new)
    monkeypatch.setitem(CURRENT, "outcomes", new)
    area.town.clock.forward(days=31)
    await publish(area.town)
    found = [one for one in (await read(area.town)).measures if one.measure.name == "outcomes"]
    assert [
        (one.measure.version, one.definition, {figure.period.from_on.month for figure in one.figures})
        for one in found
    ] == [(1, old.definition[1], {10}), (2, "Counted otherwise.", {11})]


async def test_whoever_may_follow_figures_reads_the_same_and_nobody_else_does(area: Area) -> None:
    """The tables let the privacy officer do it, and show them figures for no purpose that they have."""
    await area.signals(PLACES[0], 12)
    await publish(area.town)
    found = await read(area.town)
    for who in ("ibrahim", "jasmijn"):
        assert await read(area.town, who=who) == found
    others = ("ibrahim", "jasmijn", "lotte", "amina", "bram", "hanna", "mo", "dirk")
    for who, purpose in (*((who, None) for who in others), ("lotte", MONITORING)):
        async with refused("not_found", "area"):
            await look(area.town, who, monitor, MonitorOf(), purpose)


async def test_that_it_was_read_is_in_the_access_log(area: Area, database_url: str) -> None:
    await read(area.town)
    async with refused("not_found", "area"):
        await look(area.town, "amina", monitor, MonitorOf())
    (asked, also_named), (seen, named) = sorted(
        await records(database_url, "monitor"), key=lambda record: record[0]["purpose"]
    )
    assert (list(seen["facets"]), seen["purpose"], named) == (["monitor.aggregate"], "monitoring", False)
    assert (asked["facets"], asked["problem"], also_named) == ({}, "not_found", False)


async def test_areas_read_each_other_by_the_same_definitions(area: Area) -> None:
    noord = await build_town(area.town.database, area.town.clock, area.town.office.policy, "noord")
    there = await Area(noord, area.connection).found(["BU03630001"])
    await there.signals("BU03630001", 23)
    # Noord has published nothing yet: it is as if it were not there.
    async with refused("not_found", "area"):
        await read(area.town, MonitorOf(noord.area))
    await publish(noord)
    found = await read(area.town, MonitorOf(noord.area))
    assert (found.area.code, told(found, "signals")) == (
        "noord",
        {("general", "time_use", "school_care", "BU03630001"): 25},
    )
    own = await read(area.town)
    assert [one.code for one in own.areas] == ["noord"] and told(own, "signals") == {}
    assert [(one.measure.name, one.measure.version, one.definition) for one in own.measures] == [
        (one.measure.name, one.measure.version, one.definition) for one in found.measures
    ]
    assert await read(noord, MonitorOf(noord.area), "karim") == replace(found, areas=())
    (line,) = (one for one in figures(found, "signals") if one.neighbourhood)
    assert line.place == "Buurt 01"


async def test_what_cannot_be_asked_has_an_answer(area: Area) -> None:
    await area.signals(PLACES[0], 12)
    await publish(area.town)
    for query, code, field in (
        (MonitorOf(area=uuid4()), "not_found", "area"),
        (MonitorOf(from_on=date(2026, 10, 1), to_on=date(2026, 9, 30)), "period_reversed", "from"),
        (MonitorOf(to_on=date(2026, 12, 1)), "month_open", "to"),
        (MonitorOf(to_on=date(2026, 11, 1)), "month_open", "to"),
        (MonitorOf(from_on=date(2027, 1, 1)), "month_open", "from"),
        (MonitorOf(from_on=date(2016, 10, 1)), "period_too_long", "from"),
        (MonitorOf(from_on=date.min), "period_too_long", "from"),
        (MonitorOf(to_on=date.max), "month_open", "to"),
        (MonitorOf(neighbourhood="BU03630001"), "not_found", "neighbourhood"),
        (MonitorOf(neighbourhood=""), "not_found", "neighbourhood"),
    ):
        async with refused(code, field):
            await read(area.town, query)


async def test_the_first_months_of_the_calendar_can_be_asked_for(area: Area) -> None:
    found = await read(area.town, MonitorOf(to_on=date.min))
    assert all(one.figures == () for one in found.measures)


async def test_an_area_without_any_data_has_measures_and_no_figures(town: Town) -> None:
    assert await publish(town) == 0
    found = await read(town)
    assert [one.measure for one in found.measures] == list(MEASURES)
    assert all(one.figures == () and one.totals == () for one in found.measures)
    assert (found.from_on, found.to_on) == (date(2025, 11, 1), date(2026, 10, 31))


async def test_a_neighbourhood_alone_and_months_alone_are_parts_of_the_whole(area: Area) -> None:
    await area.signals(PLACES[0], 12)
    await area.signals(PLACES[1], 12, received=SEPTEMBER)
    await publish(area.town)
    whole = figures(await read(area.town), "signals")
    there = await read(area.town, MonitorOf(neighbourhood=PLACES[1]))
    assert figures(there, "signals") == [one for one in whole if one.neighbourhood == PLACES[1]] != []
    assert all(one.totals == () for one in there.measures)
    october = await read(area.town, MonitorOf(from_on=date(2026, 10, 5), to_on=date(2026, 10, 6)))
    assert figures(october, "signals") == [one for one in whole if one.period.from_on.month == 10]


async def test_totals_are_of_what_is_told_and_say_when_it_is_not_all(area: Area) -> None:
    await area.signals(PLACES[0], 13)
    await area.signals(PLACES[1], 13, LifeDomain.SOCIAL_NETWORK)
    await publish(area.town)
    (signals,) = (one for one in (await read(area.town)).measures if one.measure.name == "signals")
    assert {one.category: (one.number, one.at_least) for one in signals.totals} == {
        "general": (30, True),
        "livelihood": (0, True),
        "health": (0, True),
        "justice": (0, True),
    }


def lines(text: str, delimiter: str) -> list[dict[str, Any]]:
    return list(csv.DictReader(io.StringIO(text), delimiter=delimiter))


async def test_it_is_exported_as_csv_in_both_languages(area: Area) -> None:
    await area.signals(PLACES[0], 12)
    await area.connection.execute(
        "update neighbourhoods set name = $1 where code = $2", '=HYPERLINK("http://x")', PLACES[0]
    )
    await publish(area.town)
    english = as_csv(await read(area.town))
    first = next(line for line in lines(english, ",") if line["number"] == "10")
    assert (first["area"], first["measure"], first["version"]) == ("zuid", "signals", "1")
    assert (first["from"], first["to"], first["suppressed"]) == ("2026-10-01", "2026-10-31", "no")
    # No spreadsheet takes it for a formula.
    assert first["place"] == '\'=HYPERLINK("http://x")'
    caller = replace(area.town.caller("karim", MONITORING), language=Language.NL)
    dutch = lines(as_csv(await area.town.office.look(caller, monitor, MonitorOf())), ";")
    chosen = next(line for line in dutch if line["aantal"] == "10")
    assert (chosen["in woorden"], chosen["onderdrukt"]) == (
        "algemeen, tijdsbesteding, zorgteam school",
        "nee",
    )
    assert any(line["onderdrukt"] == "ja" and line["aantal"] == "" for line in dutch)
