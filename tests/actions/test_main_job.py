"""Two teams flag a family, and it gets one case, one lead and a minimal joint view."""

from uuid import UUID

import pytest

from casecoord.actions.by_bsn import ByBsn
from casecoord.actions.cases import CaseBrief
from casecoord.actions.joint_view import JointCaseOf, joint_case
from casecoord.actions.leads import (
    AnswerProposal,
    ProposeLead,
    accept_hand_over,
    accept_lead,
    decline_lead,
    offer_hand_over,
    propose_lead,
)
from casecoord.actions.lists import GapsOf, TimelineOf, WorklistOf, gaps, timeline, worklist
from casecoord.actions.participation import AnswerInvitation, InviteTeam, invite_team, join_case
from casecoord.actions.signals import AddSignal, Decision, TriageSignal, add_signal, triage_signal
from casecoord.domain.errors import Problem
from casecoord.domain.words import CaseState, LifeDomain, ProposalState, SignalSubject, Urgency
from tests.world import Someone, Town


def about(town: Town, who: Someone, domain: LifeDomain, summary: str = "Zorgen over thuis.") -> AddSignal:
    return AddSignal(
        town.key(), ByBsn(who.bsn, who.born), SignalSubject.PERSON, domain, Urgency.HIGH, summary
    )


def pending(case: CaseBrief) -> UUID:
    return next(p.id for p in case.proposals if p.state is ProposalState.PENDING)


async def test_two_teams_flag_a_family_and_it_gets_one_case_and_one_lead(town: Town) -> None:
    family = await town.janssens()
    by_school = await town.act("amina", add_signal, about(town, family["noor"], LifeDomain.SOCIAL_NETWORK))
    by_gp = await town.act("fleur", add_signal, about(town, family["els"], LifeDomain.TIME_USE))
    assert (by_school.case_open, by_gp.case_open, by_gp.lead) == (False, False, None)
    triaged = await town.act(
        "bram", triage_signal, TriageSignal(town.key(), by_school.signal, Decision.OPEN_CASE)
    )
    case = triaged.case
    assert case.state is CaseState.TRIAGED
    joined = await town.act("bram", triage_signal, TriageSignal(town.key(), by_gp.signal, Decision.JOIN_CASE))
    assert joined.case.id == case.id

    invited = await town.act("bram", invite_team, InviteTeam(town.key(), case.id, town.teams["wijkteam"]))
    await town.act("chaima", join_case, AnswerInvitation(town.key(), invited.id))
    chaima = town.members["chaima"].professional
    proposed = await town.act(
        "bram", propose_lead, ProposeLead(town.key(), case.id, chaima, "kent het gezin")
    )
    declined = await town.act("chaima", decline_lead, AnswerProposal(town.key(), pending(proposed), "te vol"))
    assert declined.state is CaseState.TRIAGED
    dirk = town.members["dirk"].professional
    proposed = await town.act("bram", propose_lead, ProposeLead(town.key(), case.id, dirk, "tweede keus"))
    led = await town.act("dirk", accept_lead, AnswerProposal(town.key(), pending(proposed)))
    assert led.lead.name == "Dirk" and led.state is CaseState.LED

    offered = await town.act("dirk", offer_hand_over, ProposeLead(town.key(), case.id, chaima, "verlof"))
    assert offered.lead.name == "Dirk"
    handed = await town.act("chaima", accept_hand_over, AnswerProposal(town.key(), pending(offered)))
    assert handed.lead.name == "Chaima"

    view = await town.office.look(town.caller("amina"), joint_case, JointCaseOf(case.id))
    assert view.lead.value.name == "Chaima"
    assert {p.name.value for p in view.persons} == {"Els Janssen", "Daan Janssen", "Noor Janssen"}
    assert len(view.signals) == 2
    assert {p.name for p in view.participants} == {"Klimop", "Wijkteam"}
    listed = await town.office.look(town.caller("amina"), worklist, WorklistOf())
    assert [item.case for item in listed.items] == [case.id]
    assert listed.items[0].holder == "Chaima"
    assert listed.items[0].next_deadline == view.next_deadline
    told = await town.act("fleur", add_signal, about(town, family["els"], LifeDomain.TIME_USE))
    assert (told.case_open, told.lead) == (True, "Chaima")
    happened = await town.office.look(town.caller("amina"), timeline, TimelineOf(case.id))
    assert {e.verb for e in happened.items} >= {"add_signal", "triage_signal", "accept_lead"}
    assert (await town.office.look(town.caller("amina"), gaps, GapsOf())).items == []
    with pytest.raises(Problem) as refused:
        await town.office.look(town.caller("hanna"), joint_case, JointCaseOf(case.id))
    assert refused.value.code == "not_found"
