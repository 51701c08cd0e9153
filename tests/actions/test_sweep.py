"""A gap exists from its deadline on, to the microsecond, whether or not a sweep has come by."""

import asyncio
from collections import Counter
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from casecoord.actions.clocks import recompute_gaps, sweep_areas
from casecoord.actions.leads import AnswerProposal, ProposeLead, accept_lead, appoint_lead, decline_lead
from casecoord.actions.lists import GapsOf, WorklistOf, gaps, worklist
from casecoord.actions.plan import RecordContact, record_contact
from casecoord.actions.signals import Decision, SeeSignal, TriageSignal, see_signal, triage_signal
from casecoord.domain.errors import Problem
from casecoord.domain.promises import appointment_from
from casecoord.domain.words import Urgency, VeiligThuis
from casecoord.domain.workdays import add_working_days
from casecoord.storage.households import holder_at
from casecoord.storage.sweep import Swept
from tests.actions.steps import led_case, open_case, propose, refused, signal, sql, take_part
from tests.world import MONDAY, Someone, Town

INSTANT = timedelta(microseconds=1)
NOTHING = Swept(0, 0, 0)


async def swept(town: Town) -> Swept:
    return {code: found async for code, found in sweep_areas(town.database)}["zuid"]


async def recomputed(town: Town) -> Counter[tuple[str, int]]:
    found = await recompute_gaps(town.database, "zuid", town.area)
    assert (found.differences, found.without_holder) == ([], 0)
    return found.counts


async def listed(town: Town, name: str = "ibrahim") -> list[tuple[str, int]]:
    seen = await town.office.look(town.caller(name), gaps, GapsOf())
    assert all(gap.holder and gap.responder for gap in seen.items)
    return sorted((gap.rule, int(gap.level)) for gap in seen.items)


async def written(url: str) -> list[tuple[Any, ...]]:
    async with sql(url) as database:
        return [tuple(row) for row in await database.fetch("select * from gaps order by id")]


async def test_g1_breaks_at_its_deadline_and_not_a_microsecond_before(town: Town) -> None:
    await signal(town, "amina", (await town.janssens())["noor"])
    due = add_working_days(MONDAY, 5)
    town.clock.now = due - INSTANT
    assert (await swept(town), await listed(town), await recomputed(town)) == (NOTHING, [], Counter())
    town.clock.now = due
    assert await listed(town) == [("G1", 1)]
    assert await swept(town) == Swept(raised=1, escalated=0, ended=0)
    assert await recomputed(town) == {("G1", 1): 1}
    assert await swept(town) == NOTHING


async def test_g2_breaks_when_nobody_accepted_in_time(town: Town) -> None:
    case = await open_case(
        town, "bram", (await signal(town, "amina", (await town.janssens())["noor"])).signal
    )
    town.clock.forward(days=1)
    await propose(town, "bram", case.id, "amina")
    due = add_working_days(town.clock.now, 2)
    town.clock.now = due - INSTANT
    assert await listed(town) == []
    town.clock.now = due
    assert await listed(town) == [("G2", 1)]
    assert await swept(town) == Swept(1, 0, 0)
    assert await recomputed(town) == {("G2", 1): 1}


async def test_a_gap_climbs_by_working_days_and_ends_on_the_alliances_agenda(town: Town) -> None:
    await signal(town, "amina", (await town.janssens())["noor"])
    due = add_working_days(MONDAY, 5)
    town.clock.now = due
    assert await swept(town) == Swept(1, 0, 0)
    for working_days, level in ((3, 2), (5, 3), (10, 4)):
        instant = add_working_days(MONDAY, 5 + working_days)
        town.clock.now = instant - INSTANT
        assert await listed(town) == [("G1", level - 1)]
        town.clock.now = instant
        assert await listed(town) == [("G1", level)]
        assert await swept(town) == Swept(0, 1, 0)
        assert await recomputed(town) == {("G1", level): 1}
    town.clock.now = MONDAY + timedelta(weeks=52)
    assert (await swept(town), await recomputed(town)) == (NOTHING, {("G1", 4): 1})


async def neighbourhood(town: Town) -> list[Someone]:
    """Households in every state that waits."""
    born = town.clock.now.date().replace(year=2018)
    school = {0: [("school", "11VO00")]}
    people = [(await town.family((f"Kind {name}", born), links=school))[0] for name in "ABCDEF"]
    await signal(town, "amina", people[0])
    await signal(town, "amina", people[1], urgency=Urgency.ACUTE, veilig_thuis=VeiligThuis.YES)
    held = await signal(town, "amina", people[2])
    hold = TriageSignal(town.key(), held.signal, Decision.ON_HOLD, "wacht", date(2026, 11, 13))
    await town.act("bram", triage_signal, hold)
    case = await open_case(town, "bram", (await signal(town, "amina", people[3])).signal)
    await propose(town, "bram", case.id, "amina")
    await led_case(town, people[4])
    (loner,) = await town.family(("Wim Post", date(1960, 5, 5)), neighbourhood="BU05991098")
    await signal(town, "chaima", loner)
    return people


async def test_three_weeks_later_the_first_sweep_raises_everything_and_the_second_nothing(
    town: Town, database_url: str
) -> None:
    await neighbourhood(town)
    town.clock.forward(weeks=3)
    first = await swept(town)
    before = await written(database_url)
    assert first == Swept(raised=10, escalated=0, ended=0)
    assert await swept(town) == NOTHING
    assert await written(database_url) == before
    counts = await recomputed(town)
    assert counts.total() == 10 and {rule for rule, _ in counts} == {"G1", "G2", "G3", "G6", "G13", "covered"}
    assert sorted(counts.elements()) == await listed(town)


async def test_ten_sweeps_at_once_write_each_gap_once(town: Town, database_url: str) -> None:
    await neighbourhood(town)
    town.clock.forward(weeks=3)
    done = await asyncio.gather(*(swept(town) for _ in range(10)))
    assert sum(one.raised for one in done) == 10
    town.clock.forward(weeks=2)
    done = await asyncio.gather(*(swept(town) for _ in range(10)))
    assert sum(one.raised for one in done) == 0 and sum(one.escalated for one in done) > 0
    async with sql(database_url) as database:
        assert await database.fetchval("select count(*) from gaps") == 10
    await recomputed(town)


async def test_sweeps_and_acts_at_once_agree_in_the_end(town: Town) -> None:
    people = await neighbourhood(town)
    town.clock.forward(weeks=3)
    await swept(town)
    acts = [signal(town, "amina", person) for person in people for _ in range(3)]
    done = await asyncio.gather(*acts, *(swept(town) for _ in range(10)), return_exceptions=True)
    assert [one for one in done if isinstance(one, BaseException)] == []
    await swept(town)
    await recomputed(town)


async def test_before_any_sweep_worklist_and_gaps_show_the_gap(town: Town, database_url: str) -> None:
    await signal(town, "amina", (await town.janssens())["noor"])
    town.clock.forward(weeks=3)
    item = (await town.office.look(town.caller("bram"), worklist, WorklistOf(overdue=True))).items[0]
    assert (item.open_gaps, item.holder) == (1, "Bram")
    seen = (await town.office.look(town.caller("bram"), gaps, GapsOf())).items
    assert [(gap.rule, gap.since, gap.level, gap.holder, gap.responder) for gap in seen] == [
        ("G1", add_working_days(MONDAY, 5), 3, "Bram", "Bram")
    ]
    assert await written(database_url) == []


async def test_a_gap_ends_when_its_promise_is_kept(town: Town, database_url: str) -> None:
    added = await signal(town, "amina", (await town.janssens())["noor"])
    town.clock.forward(weeks=2)
    await swept(town)
    town.clock.forward(hours=1)
    await open_case(town, "bram", added.signal)
    assert await listed(town) == []
    async with sql(database_url) as database:
        (ended,) = await database.fetch("select since, ended_at from gaps")
    assert tuple(ended) == (add_working_days(MONDAY, 5), town.clock.now)
    assert await swept(town) == NOTHING


async def test_an_acute_signal_seen_after_its_second_deadline_too_is_one_gap_that_agrees(town: Town) -> None:
    """Unseen it is late after 4 hours, untriaged after 24: seeing it late moves the gap to the later deadline."""
    acute = await signal(
        town, "amina", (await town.janssens())["noor"], urgency=Urgency.ACUTE, veilig_thuis=VeiligThuis.YES
    )
    town.clock.forward(days=4)
    assert await swept(town) == Swept(1, 0, 0)
    await town.act("dirk", see_signal, SeeSignal(town.key(), acute.signal))
    await swept(town)
    assert sum((await recomputed(town)).values()) == 1
    town.clock.forward(days=30)
    await swept(town)
    await recomputed(town)


async def test_a_proposal_declined_late_leaves_the_search_where_it_was(town: Town) -> None:
    case = await open_case(
        town, "bram", (await signal(town, "amina", (await town.janssens())["noor"])).signal
    )
    town.clock.forward(hours=1)
    proposal = await propose(town, "bram", case.id, "amina")
    town.clock.forward(days=20)
    await swept(town)
    await town.act("amina", decline_lead, AnswerProposal(town.key(), proposal, "te vol"))
    await swept(town)
    assert sorted(rule for rule, _ in await recomputed(town)) == ["G2", "G6"]
    proposal = await propose(town, "bram", case.id, "amina")
    await swept(town)
    await recomputed(town)
    await town.act("amina", accept_lead, AnswerProposal(town.key(), proposal))
    assert [rule for rule, _ in await listed(town)] == ["G6"]


async def test_an_uncovered_household_is_a_gap_at_once_and_the_areas_coordinator_holds_it(town: Town) -> None:
    (loner,) = await town.family(("Wim Post", date(1960, 5, 5)), neighbourhood="BU05991098")
    await signal(town, "chaima", loner)
    assert await listed(town) == [("covered", 1)]
    (seen,) = (await town.office.look(town.caller("ibrahim"), gaps, GapsOf())).items
    assert (seen.name, seen.holder, seen.responder) == ("uncovered", "Ibrahim", "Ibrahim")
    assert await swept(town) == Swept(1, 0, 0)
    assert await recomputed(town) == {("covered", 1): 1}


async def test_the_person_with_decision_power_appoints_from_the_border_and_not_before(town: Town) -> None:
    case = await open_case(
        town, "bram", (await signal(town, "amina", (await town.janssens())["noor"])).signal
    )
    town.clock.forward(days=2)
    await propose(town, "bram", case.id, "bram")
    asked = town.members["amina"].professional
    border = appointment_from(MONDAY, (await deadlines(town)))
    assert border == add_working_days(MONDAY, 7 + 5)

    async def appoint() -> Any:
        return await town.act(
            "jasmijn", appoint_lead, ProposeLead(town.key(), case.id, asked, "te lang gewacht")
        )

    town.clock.now = border - INSTANT
    with pytest.raises(Problem) as problem:
        await appoint()
    assert problem.value.code in ("not_yet", "not_found")
    town.clock.now = border
    async with refused("reason_missing", "reason"):
        await town.act("jasmijn", appoint_lead, ProposeLead(town.key(), case.id, asked, " "))
    for name in ("ibrahim", "bram"):
        async with refused("not_allowed"):
            await town.act(name, appoint_lead, ProposeLead(town.key(), case.id, asked, "te lang"))
    assert (await appoint()).lead.name == "Amina"
    await swept(town)
    assert {rule for rule, _ in await recomputed(town)} == {"G6"}


async def deadlines(town: Town) -> Any:
    async with town.database.within(town.area) as work:
        return work.deadlines


PLANTED = {
    "a deadline moved away": "update promises set due_at = '2027-06-01', area_at = '2027-06-02',"
    " decision_at = '2027-06-03', alliance_at = '2027-06-04' where rule = 'G1'",
    "a deadline moved by a microsecond": "update promises set due_at = due_at + interval '1 microsecond' where rule = 'G1'",
    "a ladder without rungs": "update promises set area_at = due_at + interval '300 days', decision_at = due_at"
    " + interval '301 days', alliance_at = due_at + interval '302 days' where rule = 'G1'",
    "a gap at another level": "update gaps set level = 1",
    "a gap ended by hand": "update gaps set ended_at = noticed_at",
    "a gap dated by hand": "update gaps set since = since - interval '1 day'",
}


@pytest.mark.parametrize("planted", PLANTED, ids=str)
async def test_what_was_altered_by_hand_is_found_by_the_recomputation(
    town: Town, database_url: str, planted: str
) -> None:
    await signal(town, "amina", (await town.janssens())["noor"])
    town.clock.forward(weeks=3)
    if "gap" in planted:
        await swept(town)
    async with sql(database_url) as database:
        assert (await database.execute(PLANTED[planted])) == "UPDATE 1"
    if "gap" not in planted:
        await swept(town)
    found = await recompute_gaps(town.database, "zuid", town.area)
    assert {(one.rule, one.subject) for one in found.differences} and found.counts == {("G1", 3): 1}


async def test_a_deadline_altered_before_it_is_due_is_found_too(town: Town, database_url: str) -> None:
    await signal(town, "amina", (await town.janssens())["noor"])
    assert await recomputed(town) == {}
    async with sql(database_url) as database:
        await database.execute("update promises set due_at = due_at - interval '1 hour' where rule = 'G1'")
    found = await recompute_gaps(town.database, "zuid", town.area)
    assert [(one.rule, one.recomputed[0] - one.swept[0]) for one in found.differences] == [
        ("G1", timedelta(hours=1))
    ]


async def test_at_another_moment_the_sweep_writes_what_would_be_and_nothing_else_moves(
    town: Town, database_url: str
) -> None:
    await neighbourhood(town)
    later = town.clock.now + timedelta(weeks=3)

    async def rest() -> list[Any]:
        async with sql(database_url) as database:
            return [
                # When it looks again is the sweep's own.
                await database.fetch(f"select to_jsonb(t) - 'next_at' from {table} t order by id")
                for table in ("promises", "holders")
            ]

    before = await rest()
    async for _ in sweep_areas(town.database, later):
        pass
    found = await recompute_gaps(town.database, "zuid", town.area, later)
    assert (found.differences, found.counts.total()) == ([], 10)
    assert await rest() == before


async def test_a_clock_that_was_ahead_and_is_set_back_leaves_what_there_is_now(
    town: Town, database_url: str
) -> None:
    await neighbourhood(town)
    town.clock.forward(days=9)
    await swept(town)
    async with sql(database_url) as database:
        before = await database.fetch(
            "select promise_id, since, level from gaps where ended_at is null order by 1"
        )
    async for _ in sweep_areas(town.database, town.clock.now + timedelta(days=365)):
        pass
    await swept(town)
    await recomputed(town)
    async with sql(database_url) as database:
        after = await database.fetch(
            "select promise_id, since, level from gaps where ended_at is null order by 1"
        )
    assert after == before and {row["level"] for row in before} & {1, 2, 3}
    assert await swept(town) == NOTHING
    for _ in range(29):
        town.clock.forward(days=1)
        await swept(town)
        await recomputed(town)


async def succeed(town: Town, url: str, at: datetime, seat: str, old: str, new: str) -> None:
    """From this moment another holds the coordinator's seat."""
    values = [town.teams[seat], town.members[old].membership, town.members[new].membership, at, town.area]
    async with sql(url) as database, database.transaction():
        await database.execute(
            "update coordinator_seats set during = tstzrange(lower(during), $2) where seat = $1",
            values[0],
            at,
        )
        await database.execute(
            "insert into coordinator_seats (area_id, id, seat, membership_id, during)"
            " values ($1, gen_random_uuid(), $2, $3, tstzrange($4, null))", values[4], values[0], values[2], at,
        )  # fmt: skip


async def test_what_waits_finds_the_coordinator_who_came_after(town: Town, database_url: str) -> None:
    noor = (await town.janssens())["noor"]
    passing = town.clock.now + timedelta(days=2)
    await succeed(town, database_url, passing, "klimop", "bram", "amina")
    await signal(town, "fleur", noor)
    bram, amina = town.members["bram"].membership, town.members["amina"].membership
    async with town.database.within(town.area) as work:
        line = [await holder_at(work, noor.household, at) for at in (MONDAY, passing - INSTANT, passing)]
        assert line == [bram, bram, amina]
        assert await holder_at(work, noor.household, MONDAY - INSTANT) is None
    town.clock.now = passing
    await swept(town)
    async with sql(database_url) as database:
        assert await database.fetchval("select responder_id from promises where rule = 'G1'") == amina
        assert await database.fetchval("select count(*) from holders") == 2
    assert await swept(town) == NOTHING
    await recomputed(town)


async def test_a_seat_that_will_pass_on_moves_no_clock(town: Town, database_url: str) -> None:
    noor = (await town.janssens())["noor"]
    await succeed(town, database_url, town.clock.now + timedelta(days=2), "klimop", "bram", "amina")
    for _ in range(2):
        await signal(town, "fleur", noor)
    async with sql(database_url) as database:
        assert {row[0] for row in await database.fetch("select received_at from signals")} == {MONDAY}


async def test_a_seat_that_passed_on_unplanned_takes_its_households_along(
    town: Town, database_url: str
) -> None:
    noor = (await town.janssens())["noor"]
    await signal(town, "fleur", noor)
    town.clock.forward(days=1)
    await succeed(town, database_url, town.clock.now, "klimop", "bram", "amina")
    await swept(town)
    async with town.database.within(town.area) as work:
        assert await holder_at(work, noor.household, town.clock.now) == town.members["amina"].membership
    await recomputed(town)


async def test_an_unseen_acute_signal_waits_for_whoever_has_the_next_shift(
    town: Town, database_url: str
) -> None:
    noor = (await town.janssens())["noor"]
    await signal(town, "amina", noor, urgency=Urgency.ACUTE, veilig_thuis=VeiligThuis.YES)
    town.clock.forward(hours=2)
    async with sql(database_url) as database, database.transaction():
        await database.execute("update duty_shifts set during = tstzrange(lower(during), $1)", town.clock.now)
        await database.execute(
            "insert into duty_shifts (area_id, id, membership_id, during)"
            " values ($1, gen_random_uuid(), $2, tstzrange($3, null))",
            town.area, town.members["chaima"].membership, town.clock.now,
        )  # fmt: skip
    await swept(town)
    async with sql(database_url) as database:
        responder = await database.fetchval("select responder_id from promises where rule = 'G1'")
    assert responder == town.members["chaima"].membership


async def test_g3_waits_for_the_lead_and_again_for_the_next(town: Town) -> None:
    case = await led_case(town, (await town.janssens())["noor"])
    await take_part(town, "amina", case.id, "wijkteam", "chaima")
    town.clock.forward(weeks=2)
    assert await listed(town) == [("G3", 2), ("G6", 2)]
    async with refused("date_in_future", "contactedAt"):
        contact = RecordContact(town.key(), case.id, contacted_at=town.clock.now + INSTANT)
        await town.act("amina", record_contact, contact)
    naive = town.clock.now.replace(tzinfo=None) - timedelta(hours=3)
    await town.act("amina", record_contact, RecordContact(town.key(), case.id, contacted_at=naive))
    await swept(town)
    assert {rule for rule, _ in await recomputed(town)} == {"G6"}
