"""Ten thousand households in good time: no gap among them, and each broken promise that is planted is found."""

from datetime import timedelta
from string import Template
from uuid import UUID

from casecoord.actions.clocks import recompute_gaps, sweep_areas
from casecoord.domain.promises import OF_THE_AREA, Rule
from casecoord.storage.settle import settle
from casecoord.storage.sweep import Swept
from tests.actions.steps import sql
from tests.crowd import crowd
from tests.world import MONDAY, Town

HOUSEHOLDS = 10_000
LONG_AGO = f"'{MONDAY - timedelta(days=30)}'"

#: Of whom it is planted: the households, by what makes them ready for it.
SIGNALLED = "select household_id from signals where state = 'open' and urgency = 'high'"
IN_SEARCH = "select household_id from cases where state = 'triaged'"
LED = "select c.household_id from cases c join invitations i on i.case_id = c.id where c.state = 'led'"
HANDED_OVER = (
    "select c.household_id from cases c join proposals p on p.case_id = c.id and p.kind = 'handover'"
)
QUIET = (
    "select id from households h where not exists (select from promises p where p.household_id = h.id)"
    " and not exists (select from cases c where c.household_id = h.id)"
)
HELD_SINCE = f"update holders set during = tstzrange({LONG_AGO}, null) where household_id = $household"
CASE = "(select id from cases where household_id = $household)"
SAID_YES = (
    f"update proposals set answered_at = {LONG_AGO}::timestamptz - interval '20 days'"
    f" where case_id = {CASE} and state = 'accepted'"
)
SOMEBODY = "insert into persons (area_id, id, household_id, name_sealed) values ($area, gen_random_uuid(), $household, '')"
SOMEBODYS_ID = "(select id from persons where household_id = $household)"

#: By rule: of whose, and what makes it late.
PLANTED: list[tuple[Rule, str, tuple[str, ...]]] = [
    (
        Rule.TRIAGE, SIGNALLED,
        (f"update signals set received_at = {LONG_AGO} where household_id = $household and state = 'open'", HELD_SINCE),
    ),
    (Rule.LEAD, IN_SEARCH, (f"update cases set triaged_at = {LONG_AGO} where household_id = $household", HELD_SINCE)),
    (
        Rule.FIRST_CONTACT, LED,
        (SAID_YES, f"update leads set during = tstzrange({LONG_AGO}, null) where case_id = {CASE}"),
    ),
    (Rule.ACTION, LED, (f"update plan_actions set due_on = {LONG_AGO} where id = (select min(id::text)::uuid from plan_actions where case_id = {CASE})",)),
    (
        Rule.REVIEW, HANDED_OVER,
        (SAID_YES, f"update leads set during = tstzrange({LONG_AGO}::timestamptz - interval '20 days', null) where case_id = {CASE}"),
    ),
    (Rule.FEEDBACK, IN_SEARCH, (f"update signals set triaged_at = {LONG_AGO} where household_id = $household and feedback_at is null",)),
    (Rule.HANDOVER, HANDED_OVER, (f"update proposals set proposed_at = {LONG_AGO} where case_id = {CASE} and state = 'pending'",)),
    (
        Rule.HANDOVER, LED,
        ("insert into transfers (area_id, id, household_id, kind, sphere, to_team_id, state, offered_at)"
         f" values ($area, gen_random_uuid(), $household, 'move', 'general', $team, 'pending', {LONG_AGO})",),
    ),
    (
        Rule.HEARING, QUIET,
        (SOMEBODY, "insert into hearings (area_id, id, household_id, person_id, held_on, state, planned_by, planned_at)"
         f" values ($area, gen_random_uuid(), $household, {SOMEBODYS_ID}, '{MONDAY + timedelta(days=3)}', 'planned', $member, {LONG_AGO})"),
    ),
    (
        Rule.BLOCKADE, LED,
        ("insert into blockades (area_id, id, case_id, team_id, raised_by, kind, domain, sphere, what_sealed, asked_sealed,"
         f" state, raised_at) values ($area, gen_random_uuid(), {CASE}, $team, $member, 'rule', 'time_use', 'general', '', '',"
         f" 'open', {LONG_AGO})",),
    ),
    (
        Rule.OUTCOME, "select household_id from cases where state = 'aftercare'",
        (f"update cases set aftercare_at = {LONG_AGO}::timestamptz - interval '90 days' where household_id = $household",),
    ),
    (
        Rule.BREAK_GLASS, QUIET,
        ("insert into break_glass_grants (area_id, id, household_id, membership_id, reason_sealed, medical, during)"
         f" values ($area, gen_random_uuid(), $household, $member, '', false, tstzrange({LONG_AGO}, {LONG_AGO}::timestamptz + interval '1 day'))",),
    ),
    (Rule.HOLD, "select household_id from signals where state = 'on_hold'", (f"update signals set review_on = {LONG_AGO} where household_id = $household and state = 'on_hold'",)),
    (Rule.INVITATION, LED, (f"update invitations set invited_at = {LONG_AGO} where case_id = {CASE}",)),
    (
        Rule.REQUEST, QUIET,
        (SOMEBODY, "insert into requests (area_id, id, household_id, person_id, kind, received_at, recorded_by, state)"
         f" values ($area, gen_random_uuid(), $household, {SOMEBODYS_ID}, 'access', {LONG_AGO}::timestamptz - interval '9 days', $member, 'open')"),
    ),
    (Rule.COVERED, SIGNALLED, ("update signals set accountable_team_id = null where household_id = $household and state = 'open'",)),
]  # fmt: skip


async def swept(town: Town) -> Swept:
    return {code: found async for code, found in sweep_areas(town.database)}["zuid"]


async def test_a_crowd_stands_before_every_guard_and_is_swept_as_it_is_recomputed(
    town: Town, database_url: str
) -> None:
    async with sql(database_url, role="casecoord_migrator") as database:
        await crowd(database, town, 500, late_of_ten=3, guarded=True)
    found = await recompute_gaps(town.database, "zuid", town.area)
    assert found.without_holder == 0 and {one.swept and one.swept[1] for one in found.differences} == {0}
    assert (await swept(town)).raised == found.counts.total() == len(found.differences) > 50
    found = await recompute_gaps(town.database, "zuid", town.area)
    assert (found.differences, found.without_holder) == ([], 0)


async def test_no_false_gap_in_a_clean_area_and_then_exactly_those_that_are_planted(
    town: Town, database_url: str
) -> None:
    async with sql(database_url, role="casecoord_migrator") as database:
        await crowd(database, town, HOUSEHOLDS)
        waiting = dict(
            await database.fetch("select rule, count(*) from promises where ended_at is null group by 1")
        )
        assert len(waiting) == 11 and sum(waiting.values()) > HOUSEHOLDS
    assert await swept(town) == Swept(0, 0, 0)
    found = await recompute_gaps(town.database, "zuid", town.area)
    assert (found.counts.total(), found.differences, found.without_holder) == (0, [], 0)

    planted = [
        (str(rule), await plant(town, database_url, number)) for number, (rule, _, _) in enumerate(PLANTED)
    ]
    assert {rule for rule, _, _ in PLANTED} == set(Rule) - OF_THE_AREA
    assert await swept(town) == Swept(len(PLANTED), 0, 0)
    async with sql(database_url) as database:
        gaps = await database.fetch(
            "select p.rule, p.household_id from gaps g join promises p on p.id = g.promise_id"
        )
    assert sorted(map(tuple, gaps)) == sorted(planted)
    found = await recompute_gaps(town.database, "zuid", town.area)
    assert (found.counts.total(), found.differences) == (len(PLANTED), [])


async def plant(town: Town, url: str, number: int) -> UUID:
    """Makes one promise late, as a verb's transaction would have; in whose household."""
    _, whose, statements = PLANTED[number]
    async with sql(url) as database:
        household: UUID = await database.fetchval(f"{whose} order by 1 offset {number}")
    values = {
        "household": household,
        "area": town.area,
        "team": town.teams["wijkteam"],
        "member": town.members["dirk"].membership,
    }
    async with town.database.within(town.area) as work:
        connection = await work.session.connection()
        for statement in statements:
            named = Template(statement).substitute({name: f"'{one}'::uuid" for name, one in values.items()})
            await connection.exec_driver_sql(named)
        await settle(work, household)
    return household


async def test_the_recomputation_tells_what_is_not_written_and_what_is_written_of_nothing(
    town: Town, database_url: str
) -> None:
    """Among households before and after it, whatever the order of their ids: of each side what the other lacks."""
    async with sql(database_url, role="casecoord_migrator") as database:
        await crowd(database, town, 300)
        lost = await database.fetch(
            "delete from promises where rule in ('G5', 'G11') returning rule, subject_id"
        )
        strays = await database.fetch(
            "insert into promises (area_id, id, household_id, rule, subject_id, sphere, responder_id, made_at,"
            " due_at, area_at, decision_at, alliance_at) select $1, gen_random_uuid(), h.id, 'G3', gen_random_uuid(),"
            " 'general', $2, n, n, n + interval '3 days', n + interval '5 days', n + interval '9 days'"
            " from households h, cast($3 as timestamptz) n where h.id not in (select household_id from holders) returning rule, subject_id",
            town.area, town.members["dirk"].membership, town.clock.now,
        )  # fmt: skip
    assert await swept(town) == Swept(len(strays), 0, 0)
    found = await recompute_gaps(town.database, "zuid", town.area)
    assert (len(lost), len(strays), found.differing) == (90, 60, 150)
    told = {(one.rule, one.subject, one.recomputed is None, one.swept is None) for one in found.differences}
    assert told == {(*one, False, True) for one in map(tuple, lost)} | {
        (*one, True, False) for one in map(tuple, strays)
    }
