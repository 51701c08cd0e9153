"""For every promise a broken one is found by the first sweep after its deadline, and by nobody before it."""

from collections.abc import Awaitable, Callable
from datetime import date, datetime, timedelta
from uuid import UUID

import pytest

from casecoord.actions import closing, leads, participation, plan, signals
from casecoord.actions.clocks import recompute_gaps, sweep_areas
from casecoord.domain.promises import PROMISES, Rule
from casecoord.domain.words import Lapse, LifeDomain, Urgency, VeiligThuis
from casecoord.domain.workdays import AMSTERDAM, add_working_days, end_of_day, months_after
from casecoord.storage.settle import settle, settle_area
from casecoord.storage.work import Area
from tests.actions.steps import open_case, propose, signal, sql
from tests.world import MONDAY, Town

INSTANT = timedelta(microseconds=1)


async def plain(town: Town, url: str, household: UUID | None, *statements: str) -> None:
    """Plants rows and settles what they are about, in one transaction, as a verb would."""
    async with town.database.within(town.area) as work:
        connection = await work.session.connection()
        for statement in statements:
            await connection.exec_driver_sql(statement)
        await (settle(work, household) if household else settle_area(work))


async def settings(town: Town, **changed: str) -> None:
    async with town.database.within(town.area) as work:
        connection = await work.session.connection()
        for name, value in changed.items():
            await connection.exec_driver_sql(
                f"update areas set settings = jsonb_set(settings, '{{{name}}}', '{value}')"
            )
    async with town.database.within(town.area) as work:
        await settle_area(work)


# Each plants one promise and says when it breaks.
Plant = Callable[[Town, str], Awaitable[datetime]]


async def untriaged(town: Town, url: str) -> datetime:
    await signal(town, "amina", (await town.janssens())["noor"])
    return add_working_days(MONDAY, 5)


async def unseen(town: Town, url: str) -> datetime:
    noor = (await town.janssens())["noor"]
    await signal(town, "amina", noor, urgency=Urgency.ACUTE, veilig_thuis=VeiligThuis.YES)
    return MONDAY + timedelta(hours=4)


async def seen_and_untriaged(town: Town, url: str) -> datetime:
    noor = (await town.janssens())["noor"]
    sent = await signal(town, "amina", noor, urgency=Urgency.ACUTE, veilig_thuis=VeiligThuis.YES)
    await town.act("dirk", signals.see_signal, signals.SeeSignal(town.key(), sent.signal))
    return MONDAY + timedelta(hours=24)


async def case_in_search(town: Town) -> UUID:
    """A case whose signaller was told, so that only its lead is waited for."""
    sent = await signal(town, "amina", (await town.janssens())["noor"])
    case = await open_case(town, "bram", sent.signal)
    async with town.database.within(town.area) as work:
        await (await work.session.connection()).exec_driver_sql(
            "update signals set feedback_at = now(), feedback_sealed = ''"
        )
        await settle(work, case.household)
    return case.id


async def unanswered_proposal(town: Town, url: str) -> datetime:
    await propose(town, "bram", await case_in_search(town), "amina")
    return add_working_days(MONDAY, 2)


async def no_lead(town: Town, url: str) -> datetime:
    await case_in_search(town)
    return add_working_days(MONDAY, 7)


async def led(town: Town, url: str) -> UUID:
    """A led case in which nothing else is late than what a test plants; its household."""
    case = await case_in_search(town)
    asked = await propose(town, "bram", case, "amina")
    await town.act("amina", leads.accept_lead, leads.AnswerProposal(town.key(), asked))
    return case


async def led_and_spoken(town: Town, url: str) -> UUID:
    case = await led(town, url)
    await town.act("amina", plan.record_contact, plan.RecordContact(town.key(), case))
    return case


async def no_contact(town: Town, url: str) -> datetime:
    await led(town, url)
    return add_working_days(MONDAY, 5)


async def action_overdue(town: Town, url: str) -> datetime:
    case, due = await led_and_spoken(town, url), date(2026, 11, 11)
    await town.act(
        "amina", plan.add_action, plan.AddAction(town.key(), case, LifeDomain.TIME_USE, "Ga langs.", due)
    )
    return end_of_day(due)


async def review_overdue(town: Town, url: str) -> datetime:
    await led_and_spoken(town, url)
    return MONDAY + timedelta(weeks=6)


async def no_feedback(town: Town, url: str) -> datetime:
    sent = await signal(town, "amina", (await town.janssens())["noor"])
    await open_case(town, "bram", sent.signal)
    return add_working_days(MONDAY, 5)


async def unanswered_hand_over(town: Town, url: str) -> datetime:
    case = await led_and_spoken(town, url)
    bram = town.members["bram"].professional
    await town.act("amina", leads.offer_hand_over, leads.ProposeLead(town.key(), case, bram, "verlof"))
    return add_working_days(MONDAY, 5)


async def household_of(town: Town, url: str) -> UUID:
    async with sql(url) as database:
        return await database.fetchval("select household_id from cases")


async def unanswered_transfer(town: Town, url: str) -> datetime:
    await led_and_spoken(town, url)
    household = await household_of(town, url)
    await plain(
        town, url, household,
        "insert into transfers (area_id, id, household_id, kind, sphere, from_team_id, to_team_id, state, offered_at)"
        f" values ('{town.area}', gen_random_uuid(), '{household}', 'move', 'general', '{town.teams['klimop']}',"
        f" '{town.teams['wijkteam']}', 'pending', '{MONDAY}')",
    )  # fmt: skip
    return add_working_days(MONDAY, 5)


async def school_without_a_team(town: Town, url: str) -> datetime:
    town.clock.forward(days=3)
    await plain(town, url, None, "delete from team_covers where kind = 'school' and code = '12AB00'")
    return town.clock.now


async def school_without_a_discipline(town: Town, url: str) -> datetime:
    member = town.members["amina"].membership
    await plain(
        town, url, None,
        f"update memberships set discipline = 'internal_supervisor' where id in ('{member}',"
        f" '{town.members['ines'].membership}')",
    )  # fmt: skip
    await settings(town, disciplines='["internal_supervisor"]')
    gone = town.clock.forward(days=2)
    # Amina's seat in the team ends and begins anew, without that discipline.
    await plain(
        town, url, None,
        f"update memberships set during = tstzrange(lower(during), '{gone}') where id = '{member}'",
    )  # fmt: skip
    return gone


async def school_team_that_does_not_meet(town: Town, url: str) -> datetime:
    await plain(
        town, url, None,
        *(f"insert into meetings (area_id, id, team_id, held_at) values ('{town.area}', gen_random_uuid(),"
          f" '{town.teams[team]}', '{MONDAY - timedelta(days=days)}')" for team, days in (("klimop", 10), ("regenboog", 3))),
    )  # fmt: skip
    await settings(town, deadlines='{"meeting_days": 42}')
    return MONDAY + timedelta(days=32)


async def nobody_on_duty(town: Town, url: str) -> datetime:
    ends = MONDAY + timedelta(days=4, hours=9)
    await plain(town, url, None, f"update duty_shifts set during = tstzrange(lower(during), '{ends}')")
    return ends


def hearing(town: Town, url: str, on: date, *placed: str) -> Awaitable[None]:
    """`placed`: the state, and where it takes a place the time, of what was found for it."""

    async def planted() -> None:
        daan = (await town.janssens())["daan"]
        await plain(
            town, url, daan.household,
            "insert into hearings (area_id, id, household_id, person_id, held_on, state, planned_by, planned_at)"
            f" values ('{town.area}', gen_random_uuid(), '{daan.household}', '{daan.id}', '{on}', 'planned',"
            f" '{town.members['hanna'].membership}', '{MONDAY}')",
            *([PLACED.format(state=placed[0], during=placed[1])] if placed else []),
        )  # fmt: skip

    return planted()


PLACED = (
    "with offered as (insert into offers (area_id, id, team_id, kind, name, age_from, age_until, neighbourhoods, languages,"
    " places, starts_on, needs, added_by) select z.area_id, gen_random_uuid(), m.team_id, 'mentor', 'Samen', 12, 20, '{{}}',"
    " '{{}}', 1, '2026-12-01', '[]', m.id from hearings z join memberships m on m.id = z.planned_by returning id)"
    " insert into placements (area_id, id, household_id, person_id, offer_id, hearing_id, state, proposed_at, held_by,"
    " during) select z.area_id, gen_random_uuid(), z.household_id, z.person_id, o.id, z.id, '{state}', z.planned_at,"
    " z.planned_by, {during} from hearings z cross join offered o"
)


async def no_alternative(town: Town, url: str) -> datetime:
    # Ten working days before Tuesday 12 January 2027, with New Year's Day and both days of Christmas between.
    await hearing(town, url, date(2027, 1, 12))
    return end_of_day(date(2026, 12, 28))


async def no_place(town: Town, url: str) -> datetime:
    await hearing(town, url, date(2027, 1, 12), "proposed", "null")
    return end_of_day(date(2027, 1, 5))


async def a_hold_that_runs_out(town: Town, url: str) -> datetime:
    await hearing(town, url, date(2027, 1, 12), "held", f"tstzrange('{MONDAY}', '2027-01-07 23:00+00')")
    return end_of_day(date(2027, 1, 7))


async def undecided_by_the_alliance(town: Town, url: str) -> datetime:
    return await undecided_blockade(town, url, "agenda")


async def undecided_blockade(town: Town, url: str, state: str = "open") -> datetime:
    case = await led_and_spoken(town, url)
    await plain(
        town, url, await household_of(town, url),
        "insert into blockades (area_id, id, case_id, team_id, raised_by, kind, domain, sphere, what_sealed,"
        f" asked_sealed, state, raised_at) values ('{town.area}', gen_random_uuid(), '{case}',"
        f" '{town.teams['klimop']}', '{town.members['amina'].membership}', 'rule', 'time_use', 'general', '', '',"
        f" '{state}', '{MONDAY}')",
    )  # fmt: skip
    return add_working_days(MONDAY, 10)


async def unconfirmed_outcome(town: Town, url: str) -> datetime:
    case = await led_and_spoken(town, url)
    await town.act("amina", closing.begin_aftercare, closing.OfCase(town.key(), case))
    return MONDAY + timedelta(days=90)


async def unreviewed_access(town: Town, url: str) -> datetime:
    noor = (await town.janssens())["noor"]
    await plain(
        town, url, noor.household,
        "insert into break_glass_grants (area_id, id, household_id, membership_id, reason_sealed, medical, during)"
        f" values ('{town.area}', gen_random_uuid(), '{noor.household}', '{town.members['dirk'].membership}', '',"
        f" false, tstzrange('{MONDAY}', '{MONDAY + timedelta(hours=24)}'))",
    )  # fmt: skip
    return add_working_days(MONDAY, 5)


async def unreviewed_hold(town: Town, url: str) -> datetime:
    sent = await signal(town, "amina", (await town.janssens())["noor"])
    review = date(2026, 11, 6)
    await town.act("bram", signals.triage_signal, signals.TriageSignal(
        town.key(), sent.signal, signals.Decision.ON_HOLD, "even wachten", review))  # fmt: skip
    return end_of_day(review)


async def unanswered_invitation(town: Town, url: str) -> datetime:
    case = await led_and_spoken(town, url)
    await town.act(
        "amina", participation.invite_team, participation.InviteTeam(town.key(), case, town.teams["wijkteam"])
    )
    return add_working_days(MONDAY, 3)


async def undecided_request(town: Town, url: str) -> datetime:
    els = (await town.janssens())["els"]
    await plain(
        town, url, els.household,
        "insert into requests (area_id, id, household_id, person_id, kind, received_at, recorded_by, state) values"
        f" ('{town.area}', gen_random_uuid(), '{els.household}', '{els.id}', 'access', '{MONDAY}',"
        f" '{town.members['lotte'].membership}', 'open')",
    )  # fmt: skip
    return end_of_day(date(2026, 12, 2))


async def unreviewed_refusal(town: Town, url: str) -> datetime:
    case = await led(town, url)  # nobody spoke with the family yet: it refuses
    await plain(
        town, url, await household_of(town, url),
        "insert into refusals (area_id, id, case_id, recorded_by, recorded_at, reason_sealed, review_on, confirmed_by,"
        f" confirmed_at) values ('{town.area}', gen_random_uuid(), '{case}', '{town.members['amina'].membership}',"
        f" '{MONDAY}', '', '2026-12-01', '{town.members['bram'].membership}', '{MONDAY}')",
    )  # fmt: skip
    return end_of_day(date(2026, 12, 1))


async def uncovered(town: Town, url: str) -> datetime:
    (loner,) = await town.family(("Wim Post", date(1960, 5, 5)), neighbourhood="BU05991098")
    town.clock.forward(hours=1)
    await signal(town, "amina", loner)
    return town.clock.now


async def undelivered(town: Town, url: str) -> datetime:
    town.clock.forward(hours=1)
    await plain(
        town, url, None,
        "insert into letters (area_id, id, professional_id, made_at, tries, next_attempt_at, outcome, ended_at) values"
        f" ('{town.area}', gen_random_uuid(), '{town.members['amina'].professional}', '{MONDAY}', 8, '{MONDAY}',"
        f" 'dead', '{town.clock.now}')",
    )  # fmt: skip
    return town.clock.now


PLANTED: list[tuple[Rule, Plant]] = [
    (Rule.TRIAGE, untriaged), (Rule.TRIAGE, unseen), (Rule.TRIAGE, seen_and_untriaged),
    (Rule.LEAD, unanswered_proposal), (Rule.LEAD, no_lead), (Rule.FIRST_CONTACT, no_contact),
    (Rule.ACTION, action_overdue), (Rule.REVIEW, review_overdue), (Rule.FEEDBACK, no_feedback),
    (Rule.HANDOVER, unanswered_hand_over), (Rule.HANDOVER, unanswered_transfer),
    (Rule.SCHOOL, school_without_a_team), (Rule.SCHOOL, school_without_a_discipline),
    (Rule.SCHOOL, school_team_that_does_not_meet), (Rule.DUTY, nobody_on_duty),
    (Rule.HEARING, no_alternative), (Rule.HEARING, no_place), (Rule.HEARING, a_hold_that_runs_out), (Rule.BLOCKADE, undecided_blockade),
    (Rule.BLOCKADE, undecided_by_the_alliance),
    (Rule.OUTCOME, unconfirmed_outcome), (Rule.BREAK_GLASS, unreviewed_access), (Rule.HOLD, unreviewed_hold),
    (Rule.HOLD, unreviewed_refusal), (Rule.INVITATION, unanswered_invitation), (Rule.REQUEST, undecided_request),
    (Rule.COVERED, uncovered), (Rule.DELIVERY, undelivered),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "plant"), PLANTED, ids=[plant.__name__ for _, plant in PLANTED])
async def test_a_broken_promise_is_found_at_its_instant_and_not_before(
    town: Town, database_url: str, rule: Rule, plant: Plant
) -> None:
    due = await plant(town, database_url)
    if due > town.clock.now:
        town.clock.now = due - INSTANT
        assert await found(town, database_url) == []
    town.clock.now = due
    assert await found(town, database_url) == [str(rule)]
    assert await found(town, database_url) == [str(rule)]


async def found(town: Town, url: str) -> list[str]:
    """The gaps that are open after a sweep, which the recomputation finds by its own path too."""
    async for _ in sweep_areas(town.database):
        pass
    recomputed = await recompute_gaps(town.database, "zuid", town.area)
    assert (recomputed.differences, recomputed.without_holder) == ([], 0)
    async with sql(url) as database:
        rows = await database.fetch(
            "select p.rule from gaps g join promises p on p.id = g.promise_id where g.ended_at is null order by 1"
        )
    assert sorted(str(rule) for rule, _ in recomputed.counts.elements()) == [row[0] for row in rows]
    return [row[0] for row in rows]


def test_every_promise_has_a_planted_one() -> None:
    assert {rule for rule, _ in PLANTED} == set(Rule) == set(PROMISES)


async def test_what_a_refusal_stops_lapses_with_who_and_why_and_runs_again_after_it(
    town: Town, database_url: str
) -> None:
    await led(town, database_url)
    household = await household_of(town, database_url)
    async with sql(database_url) as database:
        case = await database.fetchval("select id from cases")
    amina, bram = town.members["amina"].membership, town.members["bram"].membership
    refused = (
        "insert into refusals (area_id, id, case_id, recorded_by, recorded_at, reason_sealed, review_on, confirmed_by,"
        f" confirmed_at) values ('{town.area}', gen_random_uuid(), '{case}', '{amina}', '{MONDAY}', '', '2026-12-01',"
        f" '{bram}', '{MONDAY}')"
    )
    async with town.database.within(town.area) as work:
        await (await work.session.connection()).exec_driver_sql(refused)
        await settle(work, household, Lapse.REFUSAL, bram)
        assert await running(work) == {"G13", "G5"}
    async with sql(database_url) as database:
        lapsed = await database.fetch("select rule, lapsed_by from promises where lapsed_as = 'refusal'")
        assert [tuple(row) for row in lapsed] == [("G3", bram)]
    await plain(town, database_url, household, "update refusals set ended_at = recorded_at")
    async with town.database.within(town.area) as work:
        assert await running(work) == {"G3", "G5"}


async def running(work: Area) -> set[str]:
    connection = await work.session.connection()
    rows = await connection.exec_driver_sql(
        "select rule from promises where ended_at is null and household_id is not null"
    )
    return set(rows.scalars())


def test_a_month_is_as_long_as_its_last_day_allows() -> None:
    assert months_after(date(2027, 1, 31), 1) == date(2027, 2, 28)
    assert months_after(date(2026, 12, 2), 1) == date(2027, 1, 2)
    assert months_after(date(2028, 1, 30), 1) == date(2028, 2, 29)
    assert end_of_day(date(2026, 12, 2)).astimezone(AMSTERDAM).hour == 0
