"""The monitor: what it counts, that it is published once for good, who reads it, and what nobody works back from it."""

import asyncio
import csv
import io
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from casecoord.actions.clocks import sweep_areas
from casecoord.actions.monitor import Figure, Monitor, MonitorOf, as_csv, monitor
from casecoord.actions.publishing import publish_area
from casecoord.domain import monitor as measures
from casecoord.domain.monitor import CURRENT, MEASURES, VERSIONS
from casecoord.domain.words import Language, LifeDomain, Purpose, TeamKind
from casecoord.storage.connection import APP_ROLE
from tests.actions.looks import look, records
from tests.actions.monitor_steps import OCTOBER, PLACES, TEN, Area
from tests.actions.steps import refused, sql
from tests.world import Town, build_town

MONITORING = Purpose.MONITORING
SEPTEMBER = OCTOBER - timedelta(days=30)
Told = dict[tuple[str, ...], int | None]


@pytest.fixture
async def area(town: Town, database_url: str) -> AsyncIterator[Area]:
    """Twelve neighbourhoods of a dozen families each; nothing happened there yet."""
    async with sql(database_url) as connection:
        yield await Area(town, connection).found()


async def read(town: Town, query: MonitorOf | None = None, who: str = "karim") -> Monitor:
    return await look(town, who, monitor, query or MonitorOf(), MONITORING)


def figures(found: Monitor, measure: str) -> list[Figure]:
    (one,) = (one for one in found.measures if one.measure.name == measure)
    return list(one.figures)


def told(found: Monitor, measure: str, start: date = date(2026, 10, 1)) -> Told:
    """What is told of a measure in a period: by words and place, or by words alone where it is a rest."""
    return {
        (*one.category, *([one.neighbourhood] if one.neighbourhood is not None else [])): one.number
        for one in figures(found, measure)
        if one.period.from_on == start and one.number is not None
    }


async def publish(town: Town) -> int:
    return await publish_area(town.database, town.area)


async def test_signals_are_counted_by_sphere_domain_and_source(area: Area) -> None:
    place, other = PLACES[:2]
    await area.signals(place, 12)
    await area.signals(place, 13, LifeDomain.FINANCE)
    await area.signals(place, 14, LifeDomain.FINANCE, "rechtbank", TeamKind.COURT_PARTNER)
    await area.signals(place, 17, source="family")
    await area.signals(place, 40, source="area")
    await area.signals(other, 11, received=SEPTEMBER)
    for few in PLACES:
        await area.signals(few, 3, LifeDomain.MENTAL_HEALTH)
    await publish(area.town)
    found = await read(area.town)
    assert told(found, "signals") == {
        ("general", "time_use", "school_care", place): 10,
        ("livelihood", "finance", "school_care", place): 15,
        ("justice", "finance", "court_partner", place): 15,
        ("general", "time_use", "family", place): 15,
        ("health", "mental_health", "school_care"): 35,
    }
    assert told(found, "signals", date(2026, 9, 1)) == {("general", "time_use", "school_care", other): 10}


async def test_a_month_is_one_of_the_dutch_clock(area: Area) -> None:
    """Half past eleven in the evening of the thirtieth, Universal Time, is the first of October here."""
    await area.signals(PLACES[0], 12, received=datetime(2026, 9, 30, 22, 30, tzinfo=UTC))
    await area.signals(PLACES[1], 12, received=datetime(2026, 9, 30, 21, 30, tzinfo=UTC))
    await publish(area.town)
    found = await read(area.town)
    assert list(told(found, "signals")) == [("general", "time_use", "school_care", PLACES[0])]


async def test_how_long_triage_lead_and_contact_took(area: Area) -> None:
    for number, days in enumerate((0.5, 3, 10, 20, 90)):
        began = OCTOBER - timedelta(days=days)
        await area.signals(PLACES[number], TEN, received=began, triaged_after=timedelta(days=days))
        await area.cases(PLACES[number], TEN, began, led=OCTOBER)
        await area.cases(PLACES[number + 5], TEN, began - timedelta(days=50), led=began, met=OCTOBER)
    # In another sphere, or another month: not in these figures.
    await area.signals(PLACES[5], TEN, LifeDomain.MENTAL_HEALTH, triaged_after=timedelta(hours=1))
    await area.signals(PLACES[5], TEN, triaged_after=timedelta(days=25))
    await publish(area.town)
    found = await read(area.town)
    bands = [band for band, _ in measures.BANDS]
    assert told(found, "time_to_triage") == {(band, PLACES[n]): 10 for n, band in enumerate(bands)}
    led = told(found, "time_to_lead")
    assert led == {(band, PLACES[n]): 10 for n, band in enumerate(bands)} | {
        ("later", PLACES[5]): 10,
        ("later", PLACES[6]): 10,
        ("later", PLACES[7]): 10,
    }
    assert told(found, "time_to_contact") == {(band, PLACES[n + 5]): 10 for n, band in enumerate(bands)}


async def test_cases_stand_in_the_phase_in_which_the_month_ended(area: Area) -> None:
    late = datetime(2026, 11, 1, 12, tzinfo=UTC)
    await area.cases(PLACES[0], TEN, SEPTEMBER)
    await area.cases(PLACES[1], TEN, SEPTEMBER, asked=OCTOBER)
    await area.cases(PLACES[2], TEN, SEPTEMBER, led=OCTOBER)
    await area.cases(PLACES[3], TEN, SEPTEMBER, led=SEPTEMBER, aftercare=OCTOBER)
    await area.cases(PLACES[4], TEN, SEPTEMBER, led=SEPTEMBER, closed=OCTOBER)
    # What happened when the month was over counts in the next.
    await area.cases(PLACES[5], TEN, SEPTEMBER, led=OCTOBER, aftercare=late, closed=late + timedelta(hours=1))
    await area.cases(PLACES[6], TEN, late)
    await area.signals(PLACES[0], 1, received=SEPTEMBER)
    await publish(area.town)
    found = await read(area.town)
    assert told(found, "cases") == {
        ("triaged", PLACES[0]): 10,
        ("lead_proposed", PLACES[1]): 10,
        ("led", PLACES[2]): 10,
        ("led", PLACES[5]): 10,
        ("aftercare", PLACES[3]): 10,
    }
    assert told(found, "outcomes") == {("family", PLACES[4]): 10}


async def test_gaps_stand_where_the_month_left_them(area: Area) -> None:
    ended = datetime(2026, 10, 31, 23, tzinfo=UTC)
    rows = [
        # due, area, decision, alliance, ended, sphere, place
        (OCTOBER, ended + timedelta(days=1), None, "general", PLACES[0]),
        (OCTOBER, ended - timedelta(days=1), None, "general", PLACES[1]),
        (OCTOBER, ended + timedelta(days=1), ended + timedelta(days=2), "livelihood", PLACES[2]),
        (OCTOBER, ended + timedelta(days=1), ended - timedelta(days=2), "general", PLACES[3]),
        (ended + timedelta(hours=1), ended + timedelta(days=1), None, "general", PLACES[4]),
        (OCTOBER, ended + timedelta(days=1), None, "justice", PLACES[5]),
    ]
    amina = area.town.members["amina"].membership
    await area.put(
        "promises",
        ("id", "household_id", "rule", "subject_id", "sphere", "responder_id", "made_at", "due_at", "area_at",
         "decision_at", "alliance_at", "ended_at"),
        [
            (uuid4(), home, "G4", uuid4(), sphere, amina, SEPTEMBER, due, climbs, climbs + timedelta(days=2),
             climbs + timedelta(days=9), over)
            for due, climbs, over, sphere, place in rows for home in area.homes[place]
        ],
    )  # fmt: skip
    await area.signals(PLACES[0], 1, received=SEPTEMBER)
    await publish(area.town)
    assert told(await read(area.town), "gaps") == {
        ("G4", "team_coordinator", PLACES[0]): 10,
        ("G4", "area_coordinator", PLACES[1]): 10,
        ("G4", "team_coordinator", PLACES[2]): 10,
    }


async def test_breakthroughs_and_alternatives_are_told_by_the_quarter(area: Area) -> None:
    third_quarter = datetime(2026, 8, 3, 12, tzinfo=UTC)
    jasmijn, klimop = area.town.members["jasmijn"].membership, area.town.teams["klimop"]
    cases = await area.cases(PLACES[0], TEN, third_quarter)
    await area.put(
        "blockades",
        ("id", "case_id", "team_id", "raised_by", "kind", "domain", "sphere", "what_sealed", "asked_sealed", "state",
         "raised_at", "decided_at", "decided_by", "decision_sealed", "reach"),
        [
            (uuid4(), case, klimop, jasmijn, "money", "finance", sphere, b"", b"", "decided", third_quarter,
             third_quarter + timedelta(days=20), jasmijn, b"", "structural")
            for case in cases for sphere in ("livelihood", "health")
        ],
    )  # fmt: skip
    ready, alternative = third_quarter, third_quarter
    for held, found_at, state in (
        (ready, alternative, "held"),
        (None, alternative, "planned"),
        (None, None, "cancelled"),
    ):
        await area.put(
            "hearings",
            ("id", "household_id", "person_id", "held_on", "state", "planned_by", "planned_at", "alternative_at",
             "place_held_at"),
            [
                (uuid4(), home, uuid4(), date(2026, 9, 14), state, jasmijn, third_quarter, found_at, held)
                for home in area.homes[PLACES[1]]
            ],
        )  # fmt: skip
    await area.signals(PLACES[0], 1, received=third_quarter - timedelta(days=60))
    await publish(area.town)
    found = await read(area.town)
    summer = date(2026, 7, 1)
    assert told(found, "breakthroughs", summer) == {("structural", "money", PLACES[0]): 10}
    # Of a hearing not even the neighbourhood is told.
    assert told(found, "alternatives", summer) == {("place_kept",): 10, ("alternative_found",): 10}
    (one,) = {figure.period for figure in figures(found, "alternatives")}
    assert (one.from_on, one.last_day) == (summer, date(2026, 9, 30))


async def test_schools_are_no_families_and_told_as_they_are(area: Area) -> None:
    await area.put(
        "institutions",
        ("kind", "code", "name", "postcode"),
        [("school", "33ZZ00", "De Zee", "3071AA"), ("school", "22YY00", "De Berg", None)],
    )
    await area.put("postcodes", ("postcode", "neighbourhood"), [("3071AA", PLACES[3])])
    await area.signals(PLACES[0], 1, received=SEPTEMBER)
    await publish(area.town)
    found = await read(area.town)
    assert told(found, "school_coverage") == {
        ("covered", ""): 2,
        ("uncovered", ""): 1,
        ("uncovered", PLACES[3]): 1,
    }
    # Of months that are long over nobody knows any more which team covered what.
    assert told(found, "school_coverage", date(2026, 9, 1)) == {}


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


@pytest.mark.parametrize(
    "statement",
    [
        "update monitor_publications set figures = '[]'",
        "delete from monitor_publications",
        "truncate monitor_publications",
    ],
)
async def test_the_application_cannot_change_what_was_published(
    area: Area, database_url: str, statement: str
) -> None:
    await area.signals(PLACES[0], 12)
    await publish(area.town)
    async with sql(database_url, role=APP_ROLE) as application:
        await application.execute(f"set casecoord.area = '{area.town.area}'")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await application.execute(statement)


@pytest.mark.parametrize(
    ("from_on", "until_on", "constraint"),
    [
        (date(2026, 11, 1), date(2026, 12, 1), "monitor_publications_once_over"),
        (date(2026, 9, 2), date(2026, 10, 1), "monitor_publications_of_whole_months"),
        (date(2026, 9, 1), date(2026, 9, 15), "monitor_publications_of_whole_months"),
    ],
)
async def test_the_database_keeps_no_figures_of_what_is_not_over_or_no_whole_month(
    area: Area, from_on: date, until_on: date, constraint: str
) -> None:
    row = ("signals", from_on, until_on, 1, area.town.clock.now, "[]")
    with pytest.raises(asyncpg.CheckViolationError) as broken:
        columns = ("measure", "from_on", "until_on", "version", "published_at", "figures")
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


READERS = ["karim", "ibrahim", "jasmijn"]


@pytest.mark.parametrize("who", READERS)
async def test_whoever_may_follow_figures_reads_the_same(area: Area, who: str) -> None:
    await area.signals(PLACES[0], 12)
    await publish(area.town)
    assert await read(area.town, who=who) == await read(area.town)


@pytest.mark.parametrize(
    ("who", "purpose"),
    [("ibrahim", None), ("jasmijn", None), ("lotte", None), ("lotte", MONITORING), ("amina", None), ("bram", None), ("hanna", None),
     ("mo", None), ("dirk", None)],
)  # fmt: skip
async def test_nobody_else_reads_it_nor_for_another_purpose(
    area: Area, who: str, purpose: Purpose | None
) -> None:
    """The tables let the privacy officer do it, and show them figures for no purpose that they have."""
    await area.signals(PLACES[0], 12)
    await publish(area.town)
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


@pytest.mark.parametrize(
    ("query", "code", "field"),
    [
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
    ],
)
async def test_what_cannot_be_asked_has_an_answer(
    area: Area, query: MonitorOf, code: str, field: str
) -> None:
    await area.signals(PLACES[0], 12)
    await publish(area.town)
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
