"""Somebody is away: a deputy of the own team is there from a date to a date, and no clock has to do anything."""

from datetime import datetime, timedelta
from typing import Any

from casecoord.actions.absence import SetDeputy, set_deputy
from casecoord.actions.joint_view import JointCaseOf, joint_case
from casecoord.actions.plan import AddAction, RecordContact, add_action, record_contact
from casecoord.actions.signals import Decision, TriageSignal, triage_signal
from casecoord.domain.words import LifeDomain
from tests.actions.leaving_steps import holds, lead_now, leave, newcomer, one
from tests.actions.steps import led_case, refused, signal, take_part
from tests.world import PEOPLE, Town


async def away(
    town: Town, who: str, deputy: str, days: tuple[int, int] = (2, 9), by: str = "mo", **more: Any
) -> Any:
    since, until = (town.clock.now + timedelta(days=day) for day in days)
    members = town.members[who].membership, town.members[deputy].membership
    return await town.act(by, set_deputy, SetDeputy(town.key(), *members, until, since))


async def sitting(town: Town, url: str, team: str, at: datetime) -> Any:
    """Who coordinates this team then, by name and role."""
    return await one(
        url,
        "select p.name || ' ' || m.role from coordinator_seats y join memberships m on m.id = y.membership_id"
        " join professionals p on p.id = m.professional_id where y.seat = $1 and y.during @> $2::timestamptz",
        town.teams[team],
        at,
    )


async def test_a_coordinators_deputy_sits_in_the_seat_from_the_date_to_the_date(
    town: Town, database_url: str
) -> None:
    noor = (await town.janssens())["noor"]
    added = await signal(town, "fleur", noor)
    await away(town, "bram", "amina")
    start = town.clock.now
    seen = []
    for days in (1, 2, 8, 9):
        town.clock.now = start + timedelta(days=days)
        seen.append(await sitting(town, database_url, "klimop", town.clock.now))
        await holds(town, database_url)
    assert seen == ["Bram coordinator", "Amina coordinator", "Amina coordinator", "Bram coordinator"]
    done = await town.act("bram", triage_signal, TriageSignal(town.key(), added.signal, Decision.OPEN_CASE))
    assert done.case


async def test_what_waits_for_a_lead_who_is_away_waits_for_the_deputy_and_the_mandate_stays(
    town: Town, database_url: str
) -> None:
    case = await led_case(town, (await town.janssens())["noor"])
    await take_part(town, "amina", case.id, "wijkteam", "chaima")
    due = town.clock.now.date() + timedelta(days=30)
    await town.act("amina", add_action, AddAction(town.key(), case.id, LifeDomain.TIME_USE, "Ga langs.", due))
    await newcomer(town, "klimop")
    await away(town, "amina", "nora")
    amina, nora = town.members["amina"].membership, town.members["nora"].membership
    holder = "select membership_id from holders where during @> $1::timestamptz"
    waits = (
        "select coalesce((select t.membership_id from turns t where t.subject_id = p.id and t.at <= $1"
        " order by t.at desc limit 1), p.responder_id) from promises p where p.ended_at is null and p.rule = $2"
    )
    start = town.clock.now
    for days, who in ((1, amina), (2, nora), (8, nora), (9, amina)):
        town.clock.now = start + timedelta(days=days)
        await holds(town, database_url)
        assert await one(database_url, holder, town.clock.now) == who
        assert [await one(database_url, waits, town.clock.now, rule) for rule in ("G3", "G4")] == [who, who]
        assert await lead_now(town, database_url) == amina


async def test_a_deputy_sees_what_the_own_team_sees_and_may_do_no_more(town: Town) -> None:
    case = await led_case(town, (await town.janssens())["noor"])
    await newcomer(town, "klimop")
    before = await town.office.look(town.caller("nora"), joint_case, JointCaseOf(case.id))
    await away(town, "amina", "nora")
    town.clock.forward(days=3)
    during = await town.office.look(town.caller("nora"), joint_case, JointCaseOf(case.id))
    assert (during.status, during.persons, during.signals, during.actions) == (
        before.status, before.persons, before.signals, before.actions)  # fmt: skip
    async with refused("not_allowed"):
        await town.act("nora", record_contact, RecordContact(town.key(), case.id))


async def test_a_coordinator_names_deputies_in_the_own_team_and_no_other_does(town: Town) -> None:
    await newcomer(town, "klimop")
    assert (await away(town, "amina", "nora", (1, 3), "bram")).name == "Nora"
    async with refused("not_found", "membership"):
        await away(town, "chaima", "dirk", by="bram")
    for who in set(PEOPLE) - {"mo", "bram", "ines", "dirk", "esra", "gijs", "hanna", "bea"}:
        async with refused("not_allowed"):
            await away(town, "amina", "nora", (5, 7), who)


async def test_who_cannot_be_a_deputy_is_not_named(town: Town) -> None:
    await newcomer(town, "klimop")
    async with refused("deputy_unfit", "deputy"):
        await away(town, "amina", "chaima")
    async with refused("deputy_unfit", "deputy"):
        await away(town, "amina", "amina")
    async with refused("period_invalid", "until"):
        await away(town, "amina", "nora", (-4, -1))
    await away(town, "amina", "nora")
    async with refused("absence_exists", "membership"):
        await away(town, "amina", "bram", (8, 12))
    async with refused("deputy_absent", "deputy"):
        await away(town, "bram", "amina", (3, 4))
    async with refused("deputy_absent", "deputy"):
        await away(town, "nora", "bram", (3, 4))
    await away(town, "amina", "bram", (9, 12))


async def test_a_deputy_who_leaves_meanwhile_is_followed_by_another(town: Town, database_url: str) -> None:
    await led_case(town, (await town.janssens())["noor"])
    await newcomer(town, "klimop")
    await away(town, "amina", "nora")
    await leave(town, "nora", town.clock.now + timedelta(days=5))
    start = town.clock.now
    holder = "select membership_id from holders where during @> $1::timestamptz"
    for days, who in ((1, "amina"), (4, "nora"), (6, "bram"), (9, "amina")):
        town.clock.now = start + timedelta(days=days)
        await holds(town, database_url)
        assert await one(database_url, holder, town.clock.now) == town.members[who].membership


async def test_whoever_is_away_may_leave_meanwhile(town: Town, database_url: str) -> None:
    await led_case(town, (await town.janssens())["noor"])
    await newcomer(town, "klimop")
    await away(town, "bram", "amina")
    start = town.clock.now
    await leave(town, "bram", start + timedelta(days=5), "nora")
    for days in (1, 3, 6, 10):
        town.clock.now = start + timedelta(days=days)
        await holds(town, database_url)
    assert await sitting(town, database_url, "klimop", town.clock.now) == "Nora coordinator"
