"""Two people, one instant: one of them is first, the other is told so, and nothing is left half done."""

import asyncio
from collections import Counter
from collections.abc import Awaitable
from datetime import date
from typing import Any

import pytest

from casecoord.actions.leads import (
    AnswerProposal,
    ProposeLead,
    accept_hand_over,
    accept_lead,
    appoint_lead,
    decline_lead,
    offer_hand_over,
    propose_lead,
)
from casecoord.actions.participation import AnswerInvitation, InviteTeam, invite_team, join_case
from casecoord.actions.plan import (
    AddAction,
    CompleteAction,
    RecordContact,
    add_action,
    complete_action,
    record_contact,
)
from casecoord.actions.signals import Decision, TriageSignal, triage_signal
from casecoord.domain.errors import Problem
from casecoord.domain.words import LifeDomain
from tests.actions.steps import (
    led_case,
    open_case,
    pending,
    propose,
    refused,
    signal,
    sql,
    take_part,
    waiting_for_locks,
)
from tests.world import Town

ROUNDS = range(5)


async def at_once(*acts: Awaitable[Any]) -> tuple[list[Any], Counter[str]]:
    """The answers and the codes of the problems; anything else that was raised fails the test."""
    done = await asyncio.gather(*acts, return_exceptions=True)
    odd = [one for one in done if isinstance(one, BaseException) and not isinstance(one, Problem)]
    assert odd == []
    problems = Counter(one.code for one in done if isinstance(one, Problem))
    return [one for one in done if not isinstance(one, Problem)], problems


async def one(url: str, query: str, *values: object) -> Any:
    async with sql(url) as database:
        return await database.fetchval(query, *values)


@pytest.mark.parametrize("round", ROUNDS)
async def test_two_teams_flag_one_family_and_triage_at_the_same_instant(
    town: Town, database_url: str, round: int
) -> None:
    family = await town.janssens()
    flags = [
        ("amina", family["noor"], LifeDomain.SOCIAL_NETWORK),
        ("fleur", family["els"], LifeDomain.PHYSICAL_HEALTH),
    ]
    sent, _ = await at_once(*(signal(town, who, about, domain=domain) for who, about, domain in flags))
    assert len(sent) == 2

    async def triage(by: str, identity: object) -> Any:
        return await town.act(by, triage_signal, TriageSignal(town.key(), identity, Decision.OPEN_CASE))

    opened, problems = await at_once(triage("bram", sent[0].signal), triage("gijs", sent[1].signal))
    assert (len(opened), problems) == (1, Counter(case_open=1))
    assert await one(database_url, "select count(*) from cases") == 1
    assert await one(database_url, "select count(*) from holders where upper_inf(during)") == 1
    assert await one(database_url, "select count(distinct household_id) from signals") == 1


async def test_of_a_hundred_acceptances_one_makes_a_lead_and_ninety_nine_are_told(
    town: Town, database_url: str
) -> None:
    case = await open_case(
        town, "bram", (await signal(town, "amina", (await town.janssens())["noor"])).signal
    )
    proposal = await propose(town, "bram", case.id, "amina")
    led, problems = await at_once(
        *(town.act("amina", accept_lead, AnswerProposal(town.key(), proposal)) for _ in range(100))
    )
    assert (len(led), problems) == (1, Counter(already_answered=99))
    assert await one(database_url, "select count(*) from leads") == 1


@pytest.mark.parametrize("round", ROUNDS)
async def test_accepting_and_declining_at_once_is_one_answer(
    town: Town, database_url: str, round: int
) -> None:
    case = await open_case(
        town, "bram", (await signal(town, "amina", (await town.janssens())["noor"])).signal
    )
    proposal = await propose(town, "bram", case.id, "amina")
    acts = [
        town.act("amina", accept_lead, AnswerProposal(town.key(), proposal)),
        town.act("amina", decline_lead, AnswerProposal(town.key(), proposal, "te vol")),
    ]
    done, problems = await at_once(*(acts if round % 2 else reversed(acts)))
    assert (len(done), problems) == (1, Counter(already_answered=1))
    state = await one(database_url, "select state from cases")
    leads = await one(database_url, "select count(*) from leads")
    assert (state, leads) in (("led", 1), ("triaged", 0))


@pytest.mark.parametrize("round", ROUNDS)
async def test_a_hand_over_is_accepted_while_the_old_lead_completes_the_work(
    town: Town, database_url: str, round: int
) -> None:
    case = await led_case(town, (await town.janssens())["noor"])
    step = AddAction(town.key(), case.id, LifeDomain.TIME_USE, "Ga langs.", town.clock.now.date())
    added = await town.act("amina", add_action, step)
    bram = town.members["bram"].professional
    offered = await town.act("amina", offer_hand_over, ProposeLead(town.key(), case.id, bram, "verlof"))
    town.clock.forward(hours=1)
    done, problems = await at_once(
        town.act("bram", accept_hand_over, AnswerProposal(town.key(), pending(offered))),
        town.act("amina", complete_action, CompleteAction(town.key(), added.id, "gedaan")),
        town.act("amina", record_contact, RecordContact(town.key(), case.id)),
    )
    assert len(done) == 3 - problems.total() and set(problems) <= {"not_allowed"}
    assert await one(database_url, "select count(*) from leads where upper_inf(during)") == 1
    assert await one(database_url, "select state from plan_actions") == "done"
    held = await one(database_url, "select membership_id from holders where upper_inf(during)")
    assert held == town.members["bram"].membership


async def test_of_two_proposals_at_once_one_waits_for_its_answer(town: Town, database_url: str) -> None:
    case = await open_case(
        town, "bram", (await signal(town, "amina", (await town.janssens())["noor"])).signal
    )
    asked = [("bram", "amina"), ("amina", "bram")]
    done, problems = await at_once(
        *(
            town.act(
                by, propose_lead, ProposeLead(town.key(), case.id, town.members[who].professional, "past")
            )
            for by, who in asked
        )
    )
    assert (len(done), problems) == (1, Counter(proposal_pending=1))
    assert await one(database_url, "select count(*) from proposals where state = 'pending'") == 1


async def test_an_invitation_is_joined_once(town: Town, database_url: str) -> None:
    case = await open_case(
        town, "bram", (await signal(town, "amina", (await town.janssens())["noor"])).signal
    )
    invited = await town.act("bram", invite_team, InviteTeam(town.key(), case.id, town.teams["wijkteam"]))
    done, problems = await at_once(
        *(town.act(who, join_case, AnswerInvitation(town.key(), invited.id)) for who in ("chaima", "dirk"))
    )
    assert (len(done), problems) == (1, Counter(already_answered=1))
    there = "select count(*) from participants where team_id = $1"
    assert await one(database_url, there, town.teams["wijkteam"]) == 1


async def test_one_team_is_invited_once(town: Town) -> None:
    case = await open_case(
        town, "bram", (await signal(town, "amina", (await town.janssens())["noor"])).signal
    )
    done, problems = await at_once(
        *(
            town.act(by, invite_team, InviteTeam(town.key(), case.id, town.teams["wijkteam"]))
            for by in ("amina", "bram")
        )
    )
    assert (len(done), problems) == (1, Counter(team_in_case=1))


async def test_two_leads_accepted_at_once_stay_below_the_ceiling(town: Town, database_url: str) -> None:
    async with sql(database_url) as database:
        await database.execute("update professionals set case_ceiling = 1 where name = 'Amina'")
    waiting = []
    for name in ("Aa", "Bb"):
        (child,) = await town.family((f"Kind {name}", date(2018, 1, 1)), links={0: [("school", "11VO00")]})
        case = await open_case(town, "bram", (await signal(town, "amina", child)).signal)
        # Only a member's word: a coordinator's would lift the ceiling.
        waiting.append(await propose(town, "amina", case.id, "amina"))
    async with sql(database_url) as beside, sql(database_url) as watching:
        # Both have counted, or wait to count, before either has a lead.
        transaction = beside.transaction()
        await transaction.start()
        await beside.execute("lock table leads in share mode")
        racing = asyncio.ensure_future(
            at_once(
                *(
                    town.act("amina", accept_lead, AnswerProposal(town.key(), proposal))
                    for proposal in waiting
                )
            )
        )
        await waiting_for_locks(watching, 2)
        await transaction.rollback()
        led, problems = await racing
    assert (len(led), problems) == (1, Counter(ceiling_reached=1))
    assert await one(database_url, "select count(*) from leads") == 1


async def test_above_the_ceiling_only_with_the_coordinators_word(town: Town, database_url: str) -> None:
    async with sql(database_url) as database:
        await database.execute("update professionals set case_ceiling = 0 where name = 'Amina'")
    case = await open_case(
        town, "bram", (await signal(town, "amina", (await town.janssens())["noor"])).signal
    )
    own = await propose(town, "amina", case.id, "amina")
    async with refused("ceiling_reached", "proposal"):
        await town.act("amina", accept_lead, AnswerProposal(town.key(), own))
    await town.act("amina", decline_lead, AnswerProposal(town.key(), own, "te vol"))
    theirs = await propose(town, "bram", case.id, "amina")
    led = await town.act("amina", accept_lead, AnswerProposal(town.key(), theirs))
    assert led.lead.name == "Amina"


async def test_an_acceptance_and_an_appointment_at_once_make_one_lead(town: Town, database_url: str) -> None:
    case = await open_case(
        town, "bram", (await signal(town, "amina", (await town.janssens())["noor"])).signal
    )
    proposal = await propose(town, "bram", case.id, "amina")
    town.clock.forward(days=30)
    bram = town.members["bram"].professional
    led, problems = await at_once(
        town.act("amina", accept_lead, AnswerProposal(town.key(), proposal)),
        town.act("jasmijn", appoint_lead, ProposeLead(town.key(), case.id, bram, "te lang gewacht")),
    )
    # Where the acceptance came first, the case is no longer with the person with decision power.
    assert len(led) == 1 and set(problems) <= {"already_answered", "lead_exists", "not_found"}
    assert await one(database_url, "select count(*) from leads") == 1


async def test_who_joined_a_second_team_accepts_what_was_asked_of_the_first(
    town: Town, database_url: str
) -> None:
    """A proposal names a membership, and an older membership in another team that came in later changes nothing."""
    async with sql(database_url) as database:
        chaima, gp = town.members["chaima"], town.teams["huisarts"]
        await database.execute(
            "insert into memberships (area_id, id, professional_id, team_id, role, during)"
            " values ($1, gen_random_uuid(), $2, $3, 'member', tstzrange('2020-01-01', null))",
            town.area, chaima.professional, gp,
        )  # fmt: skip
        await database.execute(
            "update memberships set during = tstzrange('2025-12-01', null) where id = $1", chaima.membership
        )
    case = await open_case(
        town, "bram", (await signal(town, "amina", (await town.janssens())["noor"])).signal
    )
    await take_part(town, "bram", case.id, "wijkteam", "dirk")
    proposal = await propose(town, "bram", case.id, "chaima")
    await take_part(town, "bram", case.id, "huisarts", "fleur")
    led = await town.act("chaima", accept_lead, AnswerProposal(town.key(), proposal))
    assert led.lead.membership == chaima.membership
