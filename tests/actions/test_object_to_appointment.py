"""Who was appointed may object: the lead stays until another accepted, and the search goes on in the open."""

from typing import Any
from uuid import UUID

import pytest

from casecoord.actions.clocks import recompute_gaps, sweep_areas
from casecoord.actions.leads import (
    AnswerProposal,
    ProposeLead,
    accept_hand_over,
    appoint_lead,
    object_to_appointment,
    offer_hand_over,
)
from casecoord.actions.notices import InboxOf, inbox
from casecoord.domain.errors import Problem
from casecoord.domain.notices import NoticeKind
from casecoord.domain.words import CaseState
from tests.actions.steps import led_case, open_case, pending, refused, signal, sql, take_part
from tests.actions.test_races import at_once
from tests.world import Town


async def appointed(town: Town, who: str = "bram") -> tuple[Any, UUID]:
    """A case that nobody wanted to lead, to which this professional is appointed; and the appointment."""
    case = await open_case(
        town, "bram", (await signal(town, "amina", (await town.janssens())["noor"])).signal
    )
    await take_part(town, "bram", case.id, "wijkteam", "chaima")
    town.clock.forward(days=30)
    asked = ProposeLead(town.key(), case.id, town.members[who].professional, "te lang gewacht")
    done = await town.act("jasmijn", appoint_lead, asked)
    town.clock.forward(hours=1)
    return done, done.proposals[-1].id


def objection(town: Town, proposal: UUID) -> AnswerProposal:
    return AnswerProposal(town.key(), proposal, "Ik ken dit gezin uit mijn straat.")


async def running(url: str) -> dict[str, UUID]:
    async with sql(url) as plain:
        rows = await plain.fetch(
            "select rule, responder_id from promises where rule in ('G2', 'G7')"
            " and to_jsonb(promises) ->> 'ended_at' is null"
            " and to_jsonb(promises) ->> 'kept_at' is null"
        )
    return {row["rule"]: row["responder_id"] for row in rows}


async def agreed(town: Town) -> None:
    async for _ in sweep_areas(town.database):
        pass
    found = await recompute_gaps(town.database, "zuid", town.area)
    assert (found.differences, found.without_holder) == ([], 0)


async def test_who_objects_leads_until_another_accepted(town: Town, database_url: str) -> None:
    case, proposal = await appointed(town)
    assert await running(database_url) == {}
    done = await town.act("bram", object_to_appointment, objection(town, proposal))
    assert (done.state, done.lead.name) == (CaseState.LED, "Bram")
    assert await running(database_url) == {"G2": town.members["ibrahim"].membership}
    await agreed(town)
    offer = ProposeLead(town.key(), case.id, town.members["chaima"].professional, "past beter")
    offered = await town.act("ibrahim", offer_hand_over, offer)
    assert set(await running(database_url)) == {"G2", "G7"}
    led = await town.act("chaima", accept_hand_over, AnswerProposal(town.key(), pending(offered)))
    assert led.lead.name == "Chaima"
    assert await running(database_url) == {}
    await agreed(town)


async def test_whoever_appointed_and_whoever_finds_another_are_told(town: Town) -> None:
    _, proposal = await appointed(town)
    await town.act("bram", object_to_appointment, objection(town, proposal))
    for who in ("jasmijn", "ibrahim"):
        found = await town.office.look(town.caller(who), inbox, InboxOf())
        assert [n.waits for n in found.notices.items if n.kind is NoticeKind.OBJECTION] == [True], who


async def test_decision_power_appoints_another_in_one_transaction(town: Town, database_url: str) -> None:
    case, proposal = await appointed(town)
    again = ProposeLead(town.key(), case.id, town.members["amina"].professional, "bezwaar is terecht")
    async with refused("lead_exists", "case"):
        await town.act("jasmijn", appoint_lead, again)
    await town.act("bram", object_to_appointment, objection(town, proposal))
    same = ProposeLead(town.key(), case.id, town.members["bram"].professional, "toch")
    async with refused("already_lead", "professional"):
        await town.act("jasmijn", appoint_lead, same)
    led = await town.act("jasmijn", appoint_lead, again)
    assert led.lead.name == "Amina"
    async with sql(database_url) as plain:
        rows = await plain.fetch("select lower(during) since, upper(during) until from leads order by 1")
    assert [row["until"] for row in rows] == [rows[1]["since"], None]
    await agreed(town)
    async with refused("already_answered", "proposal"):
        await town.act("bram", object_to_appointment, objection(town, proposal))


@pytest.mark.parametrize("who", ["amina", "chaima", "ibrahim", "esra", "mo"])
async def test_nobody_objects_for_another(town: Town, who: str) -> None:
    _, proposal = await appointed(town)
    with pytest.raises(Problem) as problem:
        await town.act(who, object_to_appointment, objection(town, proposal))
    assert problem.value.code == ("not_found" if who in ("esra", "mo") else "not_allowed")


async def test_an_objection_gives_its_reason_and_is_made_once(town: Town, database_url: str) -> None:
    _, proposal = await appointed(town)
    async with refused("reason_missing", "reason"):
        await town.act("bram", object_to_appointment, AnswerProposal(town.key(), proposal, " "))
    done, problems = await at_once(
        *(town.act("bram", object_to_appointment, objection(town, proposal)) for _ in range(20))
    )
    assert len(done) == 1 and problems == {"already_answered": 19}
    async with sql(database_url) as plain:
        sealed = await plain.fetchval("select objection_sealed from proposals where id = $1", proposal)
    assert b"straat" not in sealed


async def test_a_lead_who_said_yes_has_nothing_to_object_to(town: Town) -> None:
    case = await led_case(town, (await town.janssens())["noor"])
    async with refused("not_found", "proposal"):
        await town.act("amina", object_to_appointment, objection(town, case.proposals[-1].id))
