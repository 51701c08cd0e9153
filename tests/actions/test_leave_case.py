"""A team leaves a case: each open action goes to somebody by name, nothing else is left behind, and it sees no more."""

import asyncio
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest

from casecoord.actions.clocks import recompute_gaps
from casecoord.actions.joint_view import JointCaseOf, joint_case
from casecoord.actions.leads import (
    AnswerProposal,
    ProposeLead,
    accept_hand_over,
    offer_hand_over,
    propose_lead,
)
from casecoord.actions.notices import InboxOf, inbox
from casecoord.actions.participation import LeaveCase, Successor, leave_case
from casecoord.actions.plan import AddAction, CompleteAction, add_action, complete_action
from casecoord.actions.signals import Decision, TriageSignal, triage_signal
from casecoord.domain.errors import Problem
from casecoord.domain.ids import global_id
from casecoord.domain.joint_view import JointCase
from casecoord.domain.notices import NoticeKind
from casecoord.domain.words import LifeDomain
from tests.actions.moves import links
from tests.actions.steps import led_case, open_case, pending, propose, refused, signal, sql, take_part
from tests.actions.test_races import at_once
from tests.world import Town

SOON = date(2026, 11, 9)


async def with_social_team(town: Town) -> Any:
    """A case that Amina of the school leads, in which the social team takes part."""
    case = await led_case(town, (await town.janssens())["noor"])
    await take_part(town, "amina", case.id, "wijkteam", "chaima")
    town.clock.forward(hours=1)
    return case


async def step(
    town: Town, who: str, case: UUID, domain: LifeDomain = LifeDomain.TIME_USE, **more: Any
) -> UUID:
    added = AddAction(town.key(), case, domain, "Kanarie voor de balie.", SOON, **more)
    return (await town.act(who, add_action, added)).id


def leaving(town: Town, case: UUID, **successors: UUID) -> LeaveCase:
    """By whom each action is taken over: name=action."""
    named = tuple(Successor(action, town.members[who].professional) for who, action in successors.items())
    return LeaveCase(town.key(), case, named)


async def see(town: Town, who: str, identity: UUID) -> JointCase:
    return await town.office.look(town.caller(who), joint_case, JointCaseOf(identity))


async def told(town: Town, who: str) -> list[NoticeKind]:
    found = await town.office.look(town.caller(who), inbox, InboxOf())
    return [notice.kind for notice in found.notices.items]


async def test_a_family_on_its_way_to_another_team_goes_on_from_the_leads(
    town: Town, database_url: str
) -> None:
    noor = (await town.janssens())["noor"]
    case = await led_case(town, noor)
    await take_part(town, "amina", case.id, "wijkteam", "chaima")
    chaima = ProposeLead(town.key(), case.id, town.members["chaima"].professional, "verlof")
    offered = await town.act("amina", offer_hand_over, chaima)
    await town.act("chaima", accept_hand_over, AnswerProposal(town.key(), pending(offered)))
    await links(town, noor.id, "12AB00", since=date(2026, 9, 1))
    await town.act("bram", leave_case, leaving(town, case.id))
    async with sql(database_url) as database:
        waiting = await database.fetch(
            "select from_team_id, to_team_id from transfers where state = 'pending'"
        )
    assert [tuple(row) for row in waiting] == [(town.teams["wijkteam"], town.teams["regenboog"])]
    found = await recompute_gaps(town.database, "zuid", town.area)
    assert found.differences == []


async def test_a_team_that_left_sees_nothing_new(town: Town) -> None:
    case = await with_social_team(town)
    action = await step(town, "chaima", case.id)
    done = await town.act("dirk", leave_case, leaving(town, case.id, bram=action))
    assert (done.team, done.handed_over) == (town.teams["wijkteam"], [action])
    town.clock.forward(hours=1)
    for who in ("chaima", "dirk"):
        async with refused("not_found", "case"):
            await step(town, who, case.id)
    seen = await see(town, "bram", case.id)
    assert [(a.id, a.what, a.owner.name) for a in seen.actions] == [
        (action, "Kanarie voor de balie.", "Bram")
    ]
    assert [p.name for p in seen.participants] == ["Klimop"]
    # What they wrote they still see as written; what becomes of it they do not.
    await town.act("bram", complete_action, CompleteAction(town.key(), action, "Nachtegaal."))
    theirs = await see(town, "chaima", case.household)
    assert [a.state for a in theirs.actions] == ["open"] and "Nachtegaal" not in repr(theirs)


async def test_a_team_does_not_leave_while_an_action_of_it_has_no_successor(town: Town) -> None:
    case = await with_social_team(town)
    first, second = [await step(town, "chaima", case.id) for _ in range(2)]
    with pytest.raises(Problem) as problem:
        await town.act("dirk", leave_case, leaving(town, case.id, bram=first))
    assert (problem.value.code, problem.value.hanging) == (
        "successor_missing",
        (global_id("Action", second),),
    )
    assert len((await see(town, "chaima", case.id)).participants) == 2


@pytest.mark.parametrize("who", ["chaima", "amina", "ibrahim", "esra", "mo"])
async def test_only_its_coordinator_takes_a_team_out(town: Town, who: str) -> None:
    case = await with_social_team(town)
    with pytest.raises(Problem) as problem:
        await town.act(who, leave_case, leaving(town, case.id))
    assert problem.value.code == ("not_found" if who in ("esra", "mo") else "not_allowed")


async def test_a_successor_takes_part_in_another_team_and_may_see_the_action(town: Town) -> None:
    case = await with_social_team(town)
    action, debt = (
        await step(town, "chaima", case.id),
        await step(town, "chaima", case.id, LifeDomain.FINANCE),
    )
    for who, code in (
        ("dirk", "professional_not_in_case"),  # leaves too
        ("fleur", "professional_not_in_case"),  # takes no part
        ("bram", "successor_not_in_view"),  # a school does not see money
    ):
        both = (
            Successor(action, town.members["amina"].professional),
            Successor(debt, town.members[who].professional),
        )
        async with refused(code, "successors"):
            await town.act("dirk", leave_case, LeaveCase(town.key(), case.id, both))
    nobody = (Successor(action, uuid4()), Successor(debt, uuid4()))
    async with refused("professional_not_in_case", "successors"):
        await town.act("dirk", leave_case, LeaveCase(town.key(), case.id, nobody))
    stray = leaving(town, case.id, amina=uuid4())
    both = (*stray.successors, *(Successor(a, town.members["amina"].professional) for a in (action, debt)))
    async with refused("not_found", "successors"):
        await town.act("dirk", leave_case, LeaveCase(town.key(), case.id, both))
    await town.act("dirk", leave_case, LeaveCase(town.key(), case.id, both[1:]))
    assert {a.owner.name for a in (await see(town, "amina", case.id)).actions} == {"Amina"}


async def test_an_action_that_comes_to_a_team_whose_presence_is_secret_is_as_secret(town: Town) -> None:
    case = await with_social_team(town)
    await take_part(town, "amina", case.id, "werk", "esra")
    action = await step(town, "chaima", case.id)
    assert len((await see(town, "bram", case.id)).actions) == 1
    await town.act("dirk", leave_case, leaving(town, case.id, esra=action))
    assert (await see(town, "bram", case.id)).actions == []
    (theirs,) = (await see(town, "esra", case.id)).actions
    assert (theirs.what, theirs.owner.name) == ("Kanarie voor de balie.", "Esra")


async def test_the_team_that_leads_stays_until_another_leads(town: Town) -> None:
    case = await with_social_team(town)
    async with refused("lead_leaves", "case"):
        await town.act("bram", leave_case, leaving(town, case.id))
    offer = ProposeLead(town.key(), case.id, town.members["chaima"].professional, "past beter")
    await town.act("amina", offer_hand_over, offer)
    async with refused("lead_leaves", "case"):
        await town.act("bram", leave_case, leaving(town, case.id))


async def test_who_is_accountable_leaves_no_case_without_a_lead(town: Town, database_url: str) -> None:
    case = await open_case(
        town, "bram", (await signal(town, "amina", (await town.janssens())["noor"])).signal
    )
    async with refused("lead_first", "case"):
        await town.act("bram", leave_case, leaving(town, case.id))
    await take_part(town, "bram", case.id, "wijkteam", "chaima")
    await town.act("dirk", leave_case, leaving(town, case.id))
    async with sql(database_url) as plain:
        held = await plain.fetchval("select membership_id from holders where upper_inf(during)")
    assert held == town.members["bram"].membership


async def test_what_a_team_was_accountable_for_is_the_leads_teams(town: Town, database_url: str) -> None:
    family = await town.janssens()
    case = await led_case(town, family["noor"])
    worry = await signal(town, "fleur", family["els"], domain=LifeDomain.PHYSICAL_HEALTH)
    await town.act("gijs", triage_signal, TriageSignal(town.key(), worry.signal, Decision.JOIN_CASE))
    await town.act("gijs", leave_case, leaving(town, case.id))
    async with sql(database_url) as plain:
        accountable = await plain.fetchval(
            "select accountable_team_id from signals where id = $1", worry.signal
        )
    assert accountable == town.teams["klimop"]
    found = await recompute_gaps(town.database, "zuid", town.area)
    assert (found.differences, found.without_holder) == ([], 0)


async def test_who_asked_a_member_to_lead_is_told_that_the_team_left(town: Town) -> None:
    case = await open_case(
        town, "bram", (await signal(town, "amina", (await town.janssens())["noor"])).signal
    )
    await take_part(town, "bram", case.id, "wijkteam", "chaima")
    await propose(town, "bram", case.id, "chaima")
    town.clock.forward(hours=1)
    await town.act("dirk", leave_case, leaving(town, case.id))
    assert NoticeKind.ANSWER in await told(town, "bram")
    asked = ProposeLead(town.key(), case.id, town.members["amina"].professional, "kent het gezin")
    assert pending(await town.act("bram", propose_lead, asked))


async def test_the_lead_and_the_new_owner_are_told(town: Town) -> None:
    case = await with_social_team(town)
    action = await step(town, "chaima", case.id)
    await town.act("dirk", leave_case, leaving(town, case.id, bram=action))
    assert NoticeKind.TEAM_LEFT in await told(town, "amina")
    assert NoticeKind.ACTION in await told(town, "bram")


async def test_a_court_partner_leaves_as_it_came_unseen(town: Town) -> None:
    case = await with_social_team(town)
    before = repr(await see(town, "bram", case.id))
    await take_part(town, "amina", case.id, "rechtbank", "hanna")
    action = await step(town, "hanna", case.id)
    town.clock.forward(hours=1)
    await town.act("hanna", leave_case, leaving(town, case.id, amina=action))
    assert repr(await see(town, "bram", case.id)) == before
    assert NoticeKind.TEAM_LEFT not in await told(town, "bram") + await told(town, "ibrahim")
    assert NoticeKind.TEAM_LEFT in await told(town, "amina")


async def test_leaving_twice_with_one_key_is_leaving_once(town: Town, database_url: str) -> None:
    case = await with_social_team(town)
    input = leaving(town, case.id)
    done = await asyncio.gather(*(town.act("dirk", leave_case, input) for _ in range(5)))
    assert all(one == done[0] for one in done)
    async with refused("not_found", "case"):
        await town.act("dirk", leave_case, leaving(town, case.id))
    async with sql(database_url) as plain:
        assert await plain.fetchval("select count(*) from events where verb = 'leave_case'") == 1


@pytest.mark.parametrize("round", range(6))
async def test_leaving_while_an_action_is_put_on_the_team(town: Town, database_url: str, round: int) -> None:
    case = await with_social_team(town)
    asked = AddAction(
        town.key(), case.id, LifeDomain.TIME_USE, "Ga langs.", SOON, town.teams["wijkteam"],
        town.members["chaima"].professional,
    )  # fmt: skip
    acts = [town.act("dirk", leave_case, leaving(town, case.id)), town.act("amina", add_action, asked)]
    done, problems = await at_once(*(acts if round % 2 else reversed(acts)))
    assert len(done) == 1 and set(problems) <= {"successor_missing", "team_not_in_case"}
    async with sql(database_url) as plain:
        hanging = await plain.fetchval(
            "select count(*) from plan_actions a where a.state = 'open' and not exists (select from participants p"
            " where p.case_id = a.case_id and p.team_id = a.team_id and upper_inf(p.during))"
        )
    assert hanging == 0
