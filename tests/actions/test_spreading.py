"""Scarce hands: the ceiling holds however many say yes at once, and what is too much is seen before it is."""

import asyncio
from collections import Counter
from datetime import date
from typing import Any

import pytest

from casecoord.actions.caseload import CaseloadOf, Load, caseload
from casecoord.actions.leads import (
    AnswerProposal,
    ProposeLead,
    accept_hand_over,
    accept_lead,
    appoint_lead,
    offer_hand_over,
)
from casecoord.actions.managing import ChangeSettings, change_settings
from casecoord.actions.spreading import CaseToMove, SetLeadHours, SpreadOf, set_lead_hours, spread
from casecoord.domain.caseload import MOST_CLOCKS, Burden, Strain, hours_of, spoken
from casecoord.domain.errors import Problem
from casecoord.domain.words import CaseState, Language, Urgency
from tests.actions.looks import look, records
from tests.actions.steps import led_case, open_case, pending, propose, refused, signal, sql, take_part
from tests.world import Town


async def children(town: Town, number: int) -> list[Any]:
    made = []
    for name in range(number):
        made += await town.family((f"Kind {name}", date(2018, 1, 1)), links={0: [("school", "11VO00")]})
    return made


async def hours(town: Town, who: str, number: int) -> None:
    wish = SetLeadHours(town.key(), town.members[who].membership, number)
    await town.act("mo", set_lead_hours, wish)


async def load(town: Town, who: str, name: str, team: str = "klimop") -> Load:
    found = await look(town, who, caseload, CaseloadOf(town.teams[team]))
    return next(one for one in found.items if one.name == name)


async def to_spread(town: Town, who: str = "ibrahim", team: str = "klimop") -> list[CaseToMove]:
    return await look(town, who, spread, SpreadOf(town.teams[team]))


def test_a_case_weighs_by_how_far_it_is_and_how_urgent() -> None:
    led = [
        hours_of(CaseState.LED, urgency) for urgency in (Urgency.ACUTE, Urgency.HIGH, Urgency.NORMAL, None)
    ]
    assert led == sorted(led, reverse=True) and len(set(led)) == 4
    assert {hours_of(CaseState.AFTERCARE, urgency) for urgency in (*Urgency, None)} == {1}


@pytest.mark.parametrize(
    ("changed", "strains"),
    [
        ({}, []),
        ({"leads": 5}, [Strain.OVER_CEILING]),
        ({"asked": 2}, [Strain.CEILING_SOON]),
        ({"hours_asked": 21}, [Strain.OVER_HOURS]),
        ({"hours_coming": 11}, [Strain.HOURS_SOON]),
        ({"clocks": MOST_CLOCKS + 1}, [Strain.CLOCKS_SOON]),
        ({"hours": None, "ceiling": None, "leads": 90, "hours_asked": 900}, []),
    ],
)
def test_what_is_too_much_is_said_by_name(changed: dict[str, Any], strains: list[Strain]) -> None:
    calm = {
        "leads": 3,
        "asked": 0,
        "hours_asked": 10,
        "hours_coming": 0,
        "hours": 20,
        "ceiling": 4,
        "clocks": 2,
    }
    assert Burden(**{**calm, **changed}).strains() == strains
    for strain in strains:
        assert spoken(strain, Language.NL) != spoken(strain, Language.EN)


async def test_eight_acceptances_at_once_never_exceed_the_ceiling(town: Town, database_url: str) -> None:
    """Leads accepted, hand-overs accepted and appointments, all of one person, with the area's ceiling at three."""
    await town.act("mo", change_settings, ChangeSettings(town.key(), case_ceiling=3))
    amina = town.members["amina"].professional
    acts = []
    kids = await children(town, 9)
    for child in kids[:3]:
        case = await open_case(town, "bram", (await signal(town, "fleur", child)).signal)
        # Only a member's word: a coordinator's would lift the ceiling.
        asked = await propose(town, "amina", case.id, "amina")
        acts.append((accept_lead, "amina", AnswerProposal(town.key(), asked)))
    for child in kids[3:6]:
        await led_case(town, child, lead="bram")
        case_id = await one(database_url, "select id from cases where household_id = $1", child.household)
        async with sql(database_url) as database:
            # Bram leads as a member here, so that his word lifts nothing.
            await database.execute(
                "update memberships set role = 'member' where id = $1", town.members["bram"].membership
            )
        wish = ProposeLead(town.key(), case_id, amina, "verlof")
        offered = await town.act("bram", offer_hand_over, wish)
        async with sql(database_url) as database:
            await database.execute(
                "update memberships set role = 'coordinator' where id = $1", town.members["bram"].membership
            )
        acts.append((accept_hand_over, "amina", AnswerProposal(town.key(), pending(offered))))
    waiting = [
        await open_case(town, "bram", (await signal(town, "fleur", child)).signal) for child in kids[6:]
    ]
    town.clock.forward(days=30)
    for case in waiting:
        acts.append((appoint_lead, "jasmijn", ProposeLead(town.key(), case.id, amina, "te lang gewacht")))
    async with sql(database_url) as database:
        await database.execute(
            "update memberships set role = 'member' where id = $1", town.members["bram"].membership
        )
    done = await asyncio.gather(
        *(town.act(who, verb, wish) for verb, who, wish in acts), return_exceptions=True
    )
    codes = Counter(one.code for one in done if isinstance(one, Problem))
    assert not [one for one in done if isinstance(one, BaseException) and not isinstance(one, Problem)]
    assert set(codes) <= {"ceiling_reached", "over_ceiling", "try_again"} and codes.total() == 6
    led = "select count(*) from leads where membership_id = $1 and upper_inf(during)"
    assert await one(database_url, led, town.members["amina"].membership) == 3


async def one(url: str, query: str, *values: object) -> Any:
    async with sql(url) as database:
        return await database.fetchval(query, *values)


async def test_whoever_appoints_above_the_ceiling_says_so_expressly(town: Town) -> None:
    await town.act("mo", change_settings, ChangeSettings(town.key(), case_ceiling=1))
    first, second = await children(town, 2)
    await led_case(town, first)
    case = await open_case(town, "bram", (await signal(town, "fleur", second)).signal)
    town.clock.forward(days=30)
    amina = town.members["amina"].professional
    async with refused("over_ceiling", "professional"):
        await town.act("jasmijn", appoint_lead, ProposeLead(town.key(), case.id, amina, "te lang gewacht"))
    wish = ProposeLead(town.key(), case.id, amina, "niemand anders kan dit", over_ceiling=True)
    led = await town.act("jasmijn", appoint_lead, wish)
    assert led.lead.name == "Amina"


async def test_hours_are_set_by_who_manages_teams(town: Town) -> None:
    await hours(town, "amina", 12)
    assert (await load(town, "ibrahim", "Amina")).hours == 12
    assert (await load(town, "amina", "Amina")).hours == 12
    for who in ("ibrahim", "bram", "amina", "jasmijn"):
        async with refused("not_allowed"):
            await town.act(who, set_lead_hours, SetLeadHours(town.key(), town.members["amina"].membership, 8))
    for number in (-1, 61):
        async with refused("hours_out_of_bounds", "hours"):
            await hours(town, "amina", number)


async def test_what_is_asked_counts_before_it_is_accepted(town: Town) -> None:
    first, second = await children(town, 2)
    await led_case(town, first)
    await hours(town, "amina", 6)
    case = await open_case(town, "bram", (await signal(town, "fleur", second)).signal)
    before = await load(town, "ibrahim", "Amina")
    assert (before.asked, before.hours_asked, before.strains) == (0, 4, ())
    await propose(town, "bram", case.id, "amina")
    after = await load(town, "ibrahim", "Amina")
    assert (after.asked, after.hours_coming, [one.strain for one in after.strains]) == (
        1,
        4,
        [Strain.HOURS_SOON],
    )


async def test_the_urgency_of_what_one_may_not_see_weighs_nothing(town: Town) -> None:
    """A health signal makes a case heavier for its lead, and for nobody who may not know of it."""
    (child,) = await children(town, 1)
    case = await led_case(town, child)
    before = await load(town, "ibrahim", "Amina")
    async with town.database.within(town.area) as work:
        from sqlalchemy import text

        await work.session.execute(
            text(
                "update signals set urgency = 'normal', sphere = 'health', domain = 'mental_health',"
                " audience = 'social_team_and_lead' where case_id = :case"
            ),
            {"case": case.id},
        )
    after = await load(town, "ibrahim", "Amina")
    assert (before.hours_asked, after.hours_asked) == (4, 2)
    assert (await load(town, "amina", "Amina")).hours_asked == 3


async def test_cases_that_are_too_many_are_proposed_to_who_has_room_with_reasons(
    town: Town, database_url: str
) -> None:
    kids = await children(town, 3)
    for child in kids:
        await led_case(town, child)
        town.clock.forward(hours=1)
    await hours(town, "amina", 8)
    await hours(town, "bram", 20)
    found = await to_spread(town)
    # Three cases of four hours, and eight hours for them: one has to go, the one that she leads shortest.
    newest = await one(database_url, "select id from cases where household_id = $1", kids[-1].household)
    assert [(move.case, move.lead_name, move.hours) for move in found] == [(newest, "Amina", 4)]
    assert [(one.strain, one.words) for one in found[0].because] == [
        (Strain.OVER_HOURS, spoken(Strain.OVER_HOURS, Language.EN))
    ]
    (taker,) = found[0].takers
    assert taker.candidate.name == "Bram" and taker.load.hours == 20
    assert [one.reason for one in taker.candidate.reasons]
    # It only proposes: nothing moved until the coordinator asks and the other says yes.
    assert (await load(town, "ibrahim", "Amina")).leads == 3
    wish = ProposeLead(town.key(), newest, town.members["bram"].professional, "Amina heeft te weinig uren.")
    offered = await town.act("ibrahim", offer_hand_over, wish)
    assert newest not in {move.case for move in await to_spread(town)}
    await town.act("bram", accept_hand_over, AnswerProposal(town.key(), pending(offered)))
    assert await to_spread(town) == []
    seen = Counter((*record["facets"], named) for record, named in await records(database_url, "spread"))
    assert seen == {("caseload", False): 3, ("case.lead", "case.status", True): 1}


async def test_nobody_is_proposed_who_has_no_room(town: Town) -> None:
    kids = await children(town, 2)
    for child in kids:
        await led_case(town, child)
    await hours(town, "amina", 4)
    await hours(town, "bram", 3)
    assert await to_spread(town) == []
    await hours(town, "bram", 4)
    (move,) = await to_spread(town)
    assert [taker.candidate.name for taker in move.takers] == ["Bram"]


@pytest.mark.parametrize("who", ["amina", "bram", "jasmijn", "hanna", "karim", "lotte", "mo"])
async def test_who_may_offer_no_hand_over_of_the_area_gets_no_proposal(town: Town, who: str) -> None:
    (child,) = await children(town, 1)
    await led_case(town, child)
    await hours(town, "amina", 1)
    async with refused("not_found", "team"):
        await to_spread(town, who)


async def test_a_court_partners_part_in_a_case_is_no_reason_and_no_candidate(town: Town) -> None:
    (child,) = await children(town, 1)
    case = await led_case(town, child)
    await hours(town, "amina", 1)
    before = await to_spread(town)
    await take_part(town, "amina", case.id, "rechtbank", "hanna")
    assert await to_spread(town) == before
