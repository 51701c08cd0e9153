"""Coverage: what falls outside the structure, for whoever watches over the area, and what it never tells."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest

from casecoord.actions.coverage import (
    Coverage,
    CoverageOf,
    Figure,
    Lack,
    Place,
    PlaceKind,
    Tally,
    coverage,
)
from casecoord.actions.leads import AnswerProposal, accept_lead
from casecoord.actions.refusing import OfRefusal, RecordRefusal, confirm_refusal, record_refusal
from casecoord.domain.promises import Level, Rule
from casecoord.domain.words import HolderKind, Lapse, LifeDomain, Purpose, Role, TeamKind
from casecoord.storage.organising import Organiser
from casecoord.storage.tables import Institution
from tests.actions.looks import look, look_in_dutch, records
from tests.actions.steps import led_case, open_case, propose, refused, signal, sql, take_part
from tests.statements import statements
from tests.world import ISSUER, Someone, Town, build_town

MONITORING = Purpose.MONITORING
#: Everybody who may read an area's figures, with the purposes under which they may.
WATCHERS = [
    ("ibrahim", None),
    ("ibrahim", MONITORING),
    ("jasmijn", None),
    ("jasmijn", MONITORING),
    ("karim", None),
]
#: Of these, who follows figures, and reads in the monitor how many there are: a count beside it would be a total.
FOLLOWERS = [("jasmijn", MONITORING), ("karim", None)]


def held(found: Coverage) -> dict[str, int | None]:
    return {line.kind.value: line.households.number for line in found.households}


def gaps(found: Coverage) -> dict[tuple[str, Level], int]:
    return {
        (of_rule.rule, level): figure.number
        for of_rule in found.gaps
        for level, figure in of_rule.levels
        if figure.number
    }


async def families(town: Town, number: int, neighbourhood: str | None = "BU05991099") -> list[Someone]:
    made = [
        await town.family((f"Lid {n}", date(1990, 1, 1)), neighbourhood=neighbourhood) for n in range(number)
    ]
    return [family[0] for family in made]


async def add_schools(town: Town, *codes: str) -> None:
    async with town.database.within(town.area) as work:
        for code in codes:
            work.session.add(Institution(area_id=town.area, kind="school", code=code, name=f"School {code}"))


async def test_the_coordinator_sees_schools_and_neighbourhoods_without_a_team(town: Town) -> None:
    await add_schools(town, "33ZZ00", "22YY00")
    found = await look(town, "ibrahim", coverage, CoverageOf(town.area))
    assert (found.schools, found.neighbourhoods) == (Tally(4, 2), Tally(2, 1))
    assert found.uncovered.items == [
        Place(PlaceKind.SCHOOL, "22YY00", "School 22YY00"),
        Place(PlaceKind.SCHOOL, "33ZZ00", "School 33ZZ00"),
        Place(PlaceKind.NEIGHBOURHOOD, "BU05991098", "BU05991098"),
    ]


async def test_a_team_that_ended_or_of_another_kind_covers_nothing(town: Town, database_url: str) -> None:
    async with sql(database_url) as database:
        ended = town.clock.now - timedelta(days=1)
        # No guard would let a team go while it covers something.
        await database.execute("set session_replication_role = replica")
        await database.execute(
            "update teams set during = tstzrange(lower(during), $1) where id = $2",
            ended,
            town.teams["regenboog"],
        )
        await database.execute(
            "update team_covers set team_id = $1 where code in ('11VO00', 'BU05991099')",
            town.teams["huisarts"],
        )
    found = await look(town, "ibrahim", coverage, CoverageOf())
    assert (found.schools, found.neighbourhoods) == (Tally(2, 2), Tally(2, 2))


async def test_what_is_not_covered_comes_in_pages(town: Town) -> None:
    await add_schools(town, "33ZZ00", "22YY00")
    codes, after, more = [], None, True
    while more:
        found = await look(town, "ibrahim", coverage, CoverageOf(first=1, after=after))
        codes += [place.code for place in found.uncovered.items]
        after, more = found.uncovered.cursors[-1], found.uncovered.more
        assert found.schools == Tally(4, 2)
    assert codes == ["22YY00", "33ZZ00", "BU05991098"]
    async with refused("cursor_invalid", "after"):
        await look(town, "jasmijn", coverage, CoverageOf(after=after))
    async with refused("page_too_large", "first"):
        await look(town, "ibrahim", coverage, CoverageOf(first=101))


async def test_households_are_counted_by_who_holds_them(town: Town) -> None:
    janssens = await town.janssens()
    await led_case(town, janssens["noor"])
    with_team, uncovered, out_of_town = (
        (await families(town, 1))[0],
        (await families(town, 1, "BU05991098"))[0],
        (await families(town, 1, None))[0],
    )
    for someone in (with_team, uncovered, out_of_town):
        await signal(town, "amina", someone)
    await families(town, 3)  # nothing is open with them
    found = await look(town, "ibrahim", coverage, CoverageOf())
    assert held(found) == {"lead": 1, "coordinator": 1, "area": 2}


async def test_a_case_without_a_lead_is_with_a_coordinator(town: Town) -> None:
    added = await signal(town, "amina", (await town.janssens())["noor"])
    case = await open_case(town, "bram", added.signal)
    found = await look(town, "ibrahim", coverage, CoverageOf())
    assert held(found) == {"lead": 0, "coordinator": 1, "area": 0}
    proposal = await propose(town, "bram", case.id, "amina")
    await town.act("amina", accept_lead, AnswerProposal(town.key(), proposal))
    found = await look(town, "ibrahim", coverage, CoverageOf())
    assert held(found) == {"lead": 1, "coordinator": 0, "area": 0}


async def test_gaps_grow_older_rule_by_rule(town: Town) -> None:
    await signal(town, "amina", (await town.janssens())["noor"])
    assert gaps(await look(town, "ibrahim", coverage, CoverageOf())) == {}
    triage = Rule.TRIAGE.value
    for days, level in [(8, Level.TEAM_COORDINATOR), (4, Level.AREA_COORDINATOR), (5, Level.DECISION_POWER)]:
        town.clock.forward(days=days)
        assert gaps(await look(town, "ibrahim", coverage, CoverageOf())) == {(triage, level): 1}
    town.clock.forward(days=8)
    found = await look(town, "ibrahim", coverage, CoverageOf())
    assert gaps(found) == {(triage, Level.ALLIANCE): 1}
    assert {of_rule.rule for of_rule in found.gaps} == set(Rule)
    in_dutch = await look_in_dutch(town, "ibrahim", coverage, CoverageOf())
    assert (found.gaps[0].promise, in_dutch.gaps[0].promise) == (
        "every open signal is triaged",
        "elk open signaal is beoordeeld",
    )


@pytest.mark.parametrize(("who", "purpose"), WATCHERS)
async def test_justice_and_health_leave_no_trace_in_anybodys_figures(
    town: Town, who: str, purpose: Purpose | None
) -> None:
    people = await families(town, 24)
    for someone in people[:12]:
        await signal(town, "amina", someone)
    before = await look(town, who, coverage, CoverageOf(), purpose)
    for someone in people:
        await signal(town, "hanna", someone, domain=LifeDomain.JUSTICE)
        await signal(town, "fleur", someone, domain=LifeDomain.MENTAL_HEALTH)
    assert await look(town, who, coverage, CoverageOf(), purpose) == before
    town.clock.forward(days=40)
    later = await look(town, who, coverage, CoverageOf(), purpose)
    assert gaps(later) == ({} if (who, purpose) in FOLLOWERS else {("G1", Level.ALLIANCE): 12})
    assert held(later) == held(before)


async def test_small_cells_are_shown_to_the_coordinator_alone(town: Town) -> None:
    people = await families(town, 10)
    for someone in people[:9]:
        await signal(town, "amina", someone)
    town.clock.forward(days=40)
    exact = await look(town, "ibrahim", coverage, CoverageOf())
    assert (held(exact)["coordinator"], gaps(exact)) == (9, {("G1", Level.ALLIANCE): 9})
    for who, purpose in WATCHERS[2:]:
        found = await look(town, who, coverage, CoverageOf(), purpose)
        cells = [line.households for line in found.households]
        cells += [figure for of_rule in found.gaps for _, figure in of_rule.levels]
        assert set(cells) == {Figure(None, True)}, who  # none at all looks like nine
    town.clock.forward(days=-40)
    await signal(town, "amina", people[9])
    town.clock.forward(days=40)
    for who, purpose in WATCHERS:
        found = await look(town, who, coverage, CoverageOf(), purpose)
        assert gaps(found) == ({} if (who, purpose) in FOLLOWERS else {("G1", Level.ALLIANCE): 10}), who
        # A signal that is in no case is not decision power's to know of, for care.
        by_signals = 10 if who == "ibrahim" else None
        assert held(found)["coordinator"] == by_signals, who


async def test_decision_power_sees_for_care_only_what_came_up_to_it(town: Town) -> None:
    """For monitoring it reads the monitor instead, and here nothing of a family, at once or later."""
    for someone in await families(town, 10):
        added = await signal(town, "amina", someone)
        await open_case(town, "dirk", added.signal)
    broken = (Rule.LEAD.value, Rule.FEEDBACK.value)
    town.clock.forward(days=10)
    care = await look(town, "jasmijn", coverage, CoverageOf())
    figures = await look(town, "jasmijn", coverage, CoverageOf(), MONITORING)
    assert (held(care)["coordinator"], gaps(care)) == (None, {})
    assert (held(figures)["coordinator"], gaps(figures)) == (None, {})
    town.clock.forward(days=20)
    care = await look(town, "jasmijn", coverage, CoverageOf())
    assert (held(care)["coordinator"], gaps(care)) == (
        10,
        dict.fromkeys(((rule, Level.ALLIANCE) for rule in broken), 10),
    )


@pytest.mark.parametrize(
    "who", ["amina", "bram", "chaima", "dirk", "esra", "gijs", "hanna", "lotte", "mo", "bea"]
)
async def test_an_area_is_no_one_elses_to_watch(town: Town, who: str) -> None:
    async with refused("not_found", "area"):
        await look(town, who, coverage, CoverageOf(town.area))
    async with refused("not_found", "area"):
        await look(town, who, coverage, CoverageOf())


@pytest.mark.parametrize("who", ["bram", "lotte"])
async def test_monitoring_opens_it_only_for_who_may_read_the_monitor(town: Town, who: str) -> None:
    async with refused("not_found", "area"):
        await look(town, who, coverage, CoverageOf(), MONITORING)


async def test_another_area_and_no_area_have_one_answer(town: Town) -> None:
    elsewhere = await build_town(town.database, town.clock, town.office.policy, "noord")
    for area in (elsewhere.area, uuid4()):
        for who in ("ibrahim", "jasmijn", "karim"):
            async with refused("not_found", "area"):
                await look(town, who, coverage, CoverageOf(area))


async def test_figures_are_of_ones_own_area(town: Town) -> None:
    elsewhere = await build_town(town.database, town.clock, town.office.policy, "noord")
    before = await look(town, "ibrahim", coverage, CoverageOf())
    await signal(elsewhere, "amina", (await elsewhere.janssens())["noor"])
    elsewhere.clock.forward(days=40)
    assert replace(await look(town, "ibrahim", coverage, CoverageOf())) == before


async def empty_area(town: Town) -> Town:
    area, _ = await town.database.found_area("leeg", "Leeg")
    async with town.database.within(area) as work:
        organiser = Organiser(work, town.clock.now - timedelta(days=1))
        await organiser.kinds()
        bureau = await organiser.team(TeamKind.PROGRAMME_BUREAU, "Bureau", "Programma")
        roles = {"ibrahim": Role.AREA_COORDINATOR, "karim": Role.ANALYST, "jasmijn": Role.DECISION_POWER}
        for name, role in roles.items():
            member = await organiser.member(name.title(), bureau, role, login=(ISSUER, f"{area}:{name}"))
            if role is Role.AREA_COORDINATOR:
                await organiser.coordinate(bureau, member.membership)
                await organiser.coordinate(area, member.membership)
    return Town(town.database, town.office, town.clock, area)


async def test_an_empty_area_has_nothing_to_cover(town: Town) -> None:
    empty = await empty_area(town)
    found = await look(empty, "ibrahim", coverage, CoverageOf(empty.area))
    assert (found.schools, found.neighbourhoods, found.uncovered.items) == (Tally(0, 0), Tally(0, 0), [])
    assert (found.uncovered.more, held(found)) == (False, dict.fromkeys(HolderKind, 0))
    assert gaps(found) == {}
    for who in ("karim", "jasmijn"):
        figures = await look(empty, who, coverage, CoverageOf())
        assert held(figures) == dict.fromkeys(HolderKind), who


async def test_a_look_is_three_statements_however_much_there_is(town: Town, database_url: str) -> None:
    counts: list[int] = []
    for number in (0, 5):
        for someone in await families(town, number):
            await signal(town, "amina", someone)
        with statements(town.database) as sent:
            await look(town, "ibrahim", coverage, CoverageOf())
        counts.append(len(sent))
    assert counts == [3, 3]


async def test_the_record_says_by_which_facet_and_of_no_household(town: Town, database_url: str) -> None:
    await signal(town, "amina", (await town.janssens())["noor"])
    await look(town, "ibrahim", coverage, CoverageOf())
    town.clock.forward(minutes=1)
    await look(town, "karim", coverage, CoverageOf())
    written = await records(database_url, "coverage")
    assert [(sorted(record["facets"]), named) for record, named in written] == [
        (["gap"], False),
        (["monitor.aggregate"], False),
    ]
    assert [record["purpose"] for record, _ in written] == ["care_coordination", "monitoring"]


async def test_a_household_in_a_case_of_a_sphere_out_of_view_is_counted_once(town: Town) -> None:
    """That there is a case is the coordinator's to know; why, is not."""
    daan = (await town.janssens())["daan"]
    added = await signal(town, "hanna", daan, domain=LifeDomain.JUSTICE)
    assert sum(held(await look(town, "ibrahim", coverage, CoverageOf())).values()) == 0
    case: UUID = (await open_case(town, "dirk", added.signal)).id
    await take_part(town, "dirk", case, "klimop", "amina")
    found = await look(town, "ibrahim", coverage, CoverageOf())
    assert held(found) == {"lead": 0, "coordinator": 1, "area": 0}


async def test_a_school_whose_team_is_incomplete_or_does_not_meet_is_not_covered_as_it_should_be(
    town: Town, database_url: str
) -> None:
    async with sql(database_url) as plain:
        await plain.execute(
            "update areas set settings = settings || $1::jsonb",
            '{"disciplines": ["internal_supervisor"], "deadlines": {"meeting_days": 42}}',
        )
        await plain.execute(
            "update memberships set discipline = 'internal_supervisor' where id = $1",
            town.members["amina"].membership,
        )
        for team, days in (("klimop", 43), ("regenboog", 3)):
            await plain.execute(
                "insert into meetings values ($1, gen_random_uuid(), $2, $3)",
                town.area, town.teams[team], town.clock.now - timedelta(days=days),
            )  # fmt: skip
    found = await look(town, "ibrahim", coverage, CoverageOf())
    assert found.schools == Tally(2, 0, 2)
    assert [(place.code, place.lacks) for place in found.uncovered.items] == [
        ("11VO00", (Lack.MEETING,)),
        ("12AB00", (Lack.DISCIPLINE,)),
        ("BU05991098", (Lack.TEAM,)),
    ]


async def test_what_lapsed_is_counted_by_rule_and_reason(town: Town) -> None:
    case = await led_case(town, (await town.janssens())["noor"])
    said = RecordRefusal(town.key(), case.id, "Moeder wil niet.", date(2026, 12, 1))
    refusal = await town.act("amina", record_refusal, said)
    await town.act("bram", confirm_refusal, OfRefusal(town.key(), refusal.id))
    for who, number in (("ibrahim", 1), ("jasmijn", None)):
        found = await look(town, who, coverage, CoverageOf(), MONITORING)
        assert [(one.rule, one.because, one.promises.number) for one in found.lapsed] == [
            (Rule.FIRST_CONTACT, Lapse.REFUSAL, number)
        ]
