"""What the monitor counts: each measure from the work itself, each thing once."""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import asyncpg

from casecoord.domain import monitor as measures
from casecoord.domain.words import LifeDomain, TeamKind
from tests.actions.monitor_steps import OCTOBER, PLACES, SEPTEMBER, TEN, Area, figures, publish, read, told


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
    held_from = asyncpg.Range(third_quarter, None)
    for state, placed, during in (
        ("held", "confirmed", held_from),
        ("planned", "proposed", None),
        ("cancelled", "confirmed", held_from),
    ):
        hearings = [(uuid4(), home, uuid4()) for home in area.homes[PLACES[1]]]
        await area.put(
            "hearings",
            ("id", "household_id", "person_id", "held_on", "state", "planned_by", "planned_at"),
            [(*one, date(2026, 9, 14), state, jasmijn, third_quarter) for one in hearings],
        )
        await area.put(
            "placements",
            (
                "id",
                "hearing_id",
                "household_id",
                "person_id",
                "offer_id",
                "state",
                "proposed_at",
                "held_by",
                "during",
            ),
            [(uuid4(), *one, uuid4(), placed, third_quarter, jasmijn, during) for one in hearings],
        )
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
        ("complete", ""): 2,
        ("without_team", ""): 1,
        ("without_team", PLACES[3]): 1,
    }
    # Of months that are long over nobody knows any more which team covered what.
    assert told(found, "school_coverage", date(2026, 9, 1)) == {}
