"""What a door offers is what the verbs grant: each act is tried by everybody, whether it was offered or not."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import text

from casecoord.actions.goals import PraiseFamily, SetGoal, praise_family, set_goal
from casecoord.actions.joint_view import JointCaseOf, joint_case
from casecoord.actions.leads import (
    AnswerProposal,
    ProposeLead,
    accept_hand_over,
    accept_lead,
    appoint_lead,
    object_to_appointment,
    offer_hand_over,
    propose_lead,
)
from casecoord.actions.office import Hand
from casecoord.actions.participation import InviteTeam, invite_team
from casecoord.actions.plan import (
    AddAction,
    CompleteAction,
    RecordContact,
    add_action,
    complete_action,
    record_contact,
)
from casecoord.actions.possible import Possible, possible
from casecoord.actions.signals import Decision, SeeSignal, TriageSignal, see_signal, triage_signal
from casecoord.domain.errors import Problem
from casecoord.domain.words import LifeDomain, Urgency, VeiligThuis
from casecoord.domain.workdays import local_date
from tests.actions.leaving_steps import leave
from tests.actions.steps import led_case, open_case, propose, signal, take_part
from tests.world import PEOPLE, Town


@dataclass
class Told(Exception):
    """Ends a transaction in which a verb succeeded, so that the next person finds the world unchanged."""


async def offered(town: Town, name: str, household: UUID) -> tuple[Possible, set[UUID]]:
    """What somebody is offered on the family's page, and the things on it."""

    async def view(hand: Hand, query: None) -> tuple[Possible, set[UUID]]:
        try:
            seen = await joint_case(hand, JointCaseOf(household))
        except Problem:
            return Possible(), set()
        in_view = {thing.id for thing in (*seen.signals, *seen.actions)}
        return await possible(hand, household, in_view), in_view

    return await town.office.look(town.caller(name), view, None)


async def granted(town: Town, name: str, verb, input) -> bool:
    """Whether a verb would be done for this person now."""

    try:
        async with town.database.enter(town.caller(name)) as work:
            await verb.do(Hand(work, town.office.policy), input)
            raise Told
    except Told:
        return True
    except Problem:
        return False


async def one_signal(town: Town):
    noor = (await town.janssens())["noor"]
    added = await signal(town, "amina", noor)
    return noor.household, {"signals": [added.signal]}


async def acute_signal(town: Town):
    noor = (await town.janssens())["noor"]
    added = await signal(town, "amina", noor, urgency=Urgency.ACUTE, veilig_thuis=VeiligThuis.YES)
    return noor.household, {"signals": [added.signal], "acute": True}


async def nobody_leads(town: Town):
    noor = (await town.janssens())["noor"]
    added = await signal(town, "amina", noor)
    case = await open_case(town, "bram", added.signal)
    health = await signal(town, "fleur", noor, domain=LifeDomain.MENTAL_HEALTH)
    return noor.household, {"case": case.id, "signals": [health.signal]}


async def somebody_is_asked(town: Town):
    household, things = await nobody_leads(town)
    await take_part(town, "bram", things["case"], "wijkteam", "chaima")
    return household, {**things, "proposal": await propose(town, "bram", things["case"], "chaima")}


async def nobody_for_weeks(town: Town):
    found = await nobody_leads(town)
    town.clock.forward(weeks=6)
    return found


async def led(town: Town):
    noor = (await town.janssens())["noor"]
    case = await led_case(town, noor, "amina")
    await take_part(town, "amina", case.id, "werk", "esra")
    due = local_date(town.clock.now) + timedelta(days=3)
    done = await town.act(
        "esra", add_action, AddAction(town.key(), case.id, LifeDomain.FINANCE, "Bel de bank.", due)
    )
    return noor.household, {"case": case.id, "actions": [done.id]}


async def handed_over(town: Town):
    household, things = await led(town)
    asked = ProposeLead(town.key(), things["case"], town.members["bram"].professional, "verlof")
    case = await town.act("amina", offer_hand_over, asked)
    return household, {**things, "handover": next(p.id for p in case.proposals if p.state == "pending")}


async def leaves(town: Town):
    """Whoever is asked to take over from a lead who leaves gives way to whom the lead asks."""
    household, things = await led(town)
    await leave(town, "amina", town.clock.now + timedelta(days=6))
    async with town.database.within(town.area) as work:
        pending = await work.session.scalar(text("select id from proposals where state = 'pending'"))
    return household, {**things, "handover": pending}


async def appointed_and_objecting(town: Town):
    household, things = await nobody_for_weeks(town)
    chaima = town.members["chaima"].professional
    await take_part(town, "bram", things["case"], "wijkteam", "chaima")
    appointment = ProposeLead(town.key(), things["case"], chaima, "te lang gewacht")
    done = await town.act("jasmijn", appoint_lead, appointment)
    await town.act("chaima", object_to_appointment, AnswerProposal(town.key(), done.proposals[-1].id, "nee"))
    return household, things


def trials(town: Town, name: str, things: dict, may: Possible, in_view: set[UUID]):
    """Each act on what is in view: whether it was offered, the verb and its input."""
    key, me = "trial", town.members[name].professional
    decision = Decision.JOIN_CASE if "case" in things else Decision.OPEN_CASE
    # Who has duty may triage what no page of theirs shows; that is another page's story.
    for one in in_view.intersection(things.get("signals", [])):
        yield "triage", one in may.triage, triage_signal, TriageSignal(key, one, decision)
        if things.get("acute"):
            yield "see", one in may.see, see_signal, SeeSignal(key, one)
    for one in things.get("actions", []):
        yield "complete", one in may.complete, complete_action, CompleteAction(key, one)
    if "proposal" in things:
        yield "accept", things["proposal"] in may.answer, accept_lead, AnswerProposal(key, things["proposal"])
    if "handover" in things:
        answer = AnswerProposal(key, things["handover"])
        yield "take over", things["handover"] in may.answer, accept_hand_over, answer
    if "case" not in things:
        return
    case, due = things["case"], local_date(town.clock.now) + timedelta(days=3)
    asked = ProposeLead(key, case, town.members["bram"].professional, "omdat")
    yield "invite", may.invite_team, invite_team, InviteTeam(key, case, town.teams["huisarts"])
    goal, praise = SetGoal(key, case, LifeDomain.TIME_USE, "Rust."), PraiseFamily(key, case, "Goed zo.")
    yield "set goal", may.set_goal, set_goal, goal
    yield "praise", may.praise, praise_family, praise
    yield "record contact", may.record_contact, record_contact, RecordContact(key, case)
    own = AddAction(key, case, LifeDomain.FINANCE, "Iets kleins.", due)
    team, owner = town.teams["klimop"], town.members["bram"].professional
    any_team = AddAction(key, case, LifeDomain.FINANCE, "Iets kleins.", due, team, owner)
    yield "add action", may.add_action, add_action, own
    if town.members[name].team != team:
        yield "act for teams", may.act_for_teams, add_action, any_team
    yield "propose", may.propose_lead, propose_lead, asked
    yield "appoint", may.appoint_lead, appoint_lead, asked
    if me != town.members["bram"].professional:
        yield "hand over", may.offer_hand_over, offer_hand_over, asked


@pytest.mark.parametrize(
    "story",
    [
        appointed_and_objecting,
        one_signal,
        acute_signal,
        nobody_leads,
        somebody_is_asked,
        nobody_for_weeks,
        led,
        handed_over,
        leaves,
    ],
    ids=lambda story: story.__name__,
)
async def test_what_is_offered_is_granted_and_what_is_not_offered_is_not(town, story):
    household, things = await story(town)
    wrong = []
    for name in PEOPLE:
        may, in_view = await offered(town, name, household)
        for act, there, verb, input in trials(town, name, things, may, in_view):
            if await granted(town, name, verb, input) != there:
                wrong.append(f"{name}: {act} is {'offered' if there else 'not offered'}")
    assert wrong == [], wrong
