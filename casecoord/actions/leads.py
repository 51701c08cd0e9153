"""One person gets the lead: proposed, accepted or declined, appointed, handed over."""

from dataclasses import dataclass
from uuid import UUID, uuid4

from casecoord.actions import texts
from casecoord.actions.caseload import ceiling_of
from casecoord.actions.cases import CaseBrief, brief, case_desk, has_standing, require, teams_in_view
from casecoord.actions.goals import OF_ALL, set_own_goal
from casecoord.actions.mandate import ask_instead, ask_next, left_hand_over, take_lead
from casecoord.actions.office import Hand, verb
from casecoord.domain.errors import Problem
from casecoord.domain.promises import appointment_from
from casecoord.domain.words import CaseState, LifeDomain, ProposalKind, ProposalState, Role, Sphere
from casecoord.storage.case_tables import Proposal
from casecoord.storage.cases import Desk, desk_of
from casecoord.storage.people import (
    Colleague,
    colleague,
    colleague_as,
    lock_caseload,
    professional_of,
    role_of,
    team_of,
)
from casecoord.storage.sealed import Compartment
from casecoord.storage.turns import plan_turns


@dataclass(frozen=True, slots=True)
class ProposeLead:
    """`professional` is asked; `preference` is what the family wants, `reason` why, or why it was not asked.

    `goal`: what the family itself wants, heard before there is a lead; only with the first proposal.
    `over_ceiling`: appointed all the same, where they lead as many cases as the ceiling allows.
    """

    idempotency_key: str
    case: UUID
    professional: UUID
    reason: str | None = None
    preference: str | None = None
    goal: str | None = None
    goal_domain: LifeDomain = OF_ALL
    over_ceiling: bool = False


@dataclass(frozen=True, slots=True)
class AnswerProposal:
    idempotency_key: str
    proposal: UUID
    reason: str | None = None


@verb(CaseBrief, act="C")
async def propose_lead(hand: Hand, input: ProposeLead) -> CaseBrief:
    """Asks a professional of a participating team to take the lead of a case that has none."""
    known = texts.optional(input.reason, "reason") or texts.optional(input.preference, "preference")
    goal = texts.optional(input.goal, "goal")
    desk = await case_desk(hand, input.case)
    rule = require(hand, desk, "propose_lead", preference_known=known is not None)
    if desk.lead is not None:
        raise Problem("lead_exists", "case")
    if goal is not None:
        set_own_goal(desk, input.goal_domain, goal, rule)
    await _propose(desk, ProposalKind.LEAD, await _asked(hand, desk, input.professional), input)
    assert desk.case is not None
    desk.case.state = CaseState.LEAD_PROPOSED
    desk.add_event("propose_lead", "case.lead", Sphere.GENERAL, rule)
    await desk.settle()
    return await brief(hand, desk)


@verb(CaseBrief)
async def accept_lead(hand: Hand, input: AnswerProposal) -> CaseBrief:
    """The professional proposed says yes: from this moment, and not before, there is a lead."""
    desk, proposal = await _proposal_desk(hand, input.proposal, ProposalKind.LEAD)
    rule = await _answerable(hand, desk, proposal, "accept_lead")
    if desk.lead is not None:
        raise Problem("lead_exists", "proposal")
    _answer(desk, proposal, ProposalState.ACCEPTED, texts.optional(input.reason, "reason"))
    await take_lead(desk, proposal)
    desk.add_event("accept_lead", "case.lead", Sphere.GENERAL, rule)
    await desk.settle()
    return await brief(hand, desk)


@verb(CaseBrief)
async def decline_lead(hand: Hand, input: AnswerProposal) -> CaseBrief:
    """The professional proposed says no, with a reason; the search for a lead goes on."""
    reason = texts.reason(input.reason)
    desk, proposal = await _proposal_desk(hand, input.proposal, ProposalKind.LEAD)
    rule = await _answerable(hand, desk, proposal, "decline_lead")
    _answer(desk, proposal, ProposalState.DECLINED, reason)
    assert desk.case is not None
    desk.case.state = CaseState.TRIAGED
    desk.add_event("decline_lead", "case.lead", Sphere.GENERAL, rule)
    await desk.settle()
    return await brief(hand, desk)


@verb(CaseBrief)
async def appoint_lead(hand: Hand, input: ProposeLead) -> CaseBrief:
    """Where nobody accepted in time, the person with decision power appoints."""
    reason = texts.reason(input.reason)
    desk = await case_desk(hand, input.case)
    assert desk.case is not None
    rule = require(
        hand,
        desk,
        "appoint_lead",
        appointment_due=desk.now >= appointment_from(desk.case.triaged_at, hand.work.deadlines),
    )
    objector = await _objector(desk)
    if desk.lead is not None and objector is None:
        raise Problem("lead_exists", "case")
    waiting = await desk.pending_proposal()
    if waiting is not None:
        _answer(desk, waiting, ProposalState.SUPERSEDED, None)
        await hand.work.session.flush()
    asked = await _appointable(hand, desk, input)
    if asked.professional == objector:
        raise Problem("already_lead", "professional")
    proposal = await _propose(desk, ProposalKind.APPOINTMENT, asked, input, reason=reason)
    _answer(desk, proposal, ProposalState.ACCEPTED, None)
    await hand.work.session.flush()  # the lead refers to the proposal: it has to be there first
    await take_lead(desk, proposal)
    desk.add_event("appoint_lead", "case.lead", Sphere.GENERAL, rule)
    await desk.settle()
    return await brief(hand, desk)


@verb(CaseBrief)
async def object_to_appointment(hand: Hand, input: AnswerProposal) -> CaseBrief:
    """Who was appointed objects, and stays the lead until another is: the search goes on in the open (G2)."""
    reason = texts.reason(input.reason)
    desk, proposal = await _proposal_desk(hand, input.proposal, ProposalKind.APPOINTMENT)
    appointed = await professional_of(hand.work, proposal.membership_id) == hand.actor.professional_id
    rule = require(hand, desk, "object_to_appointment", is_appointed=appointed)
    leads = desk.lead is not None and desk.lead.proposal_id == proposal.id
    if not leads or proposal.objected_at is not None:
        raise Problem("already_answered", "proposal")
    proposal.objected_at = desk.now
    proposal.objection_sealed = desk.sealed(reason, proposal, "objection", Compartment.GENERAL)
    desk.add_event("object_to_appointment", "case.lead", Sphere.GENERAL, rule, proposal=proposal.id)
    await desk.settle()
    return await brief(hand, desk)


@verb(CaseBrief, act="C")
async def offer_hand_over(hand: Hand, input: ProposeLead) -> CaseBrief:
    """The lead asks another to take over, and stays the lead until that other accepted.

    Whoever is to take over from a lead who leaves, and was asked so, gives way to whom is asked now; until
    that other says yes it stays theirs from the lead's last day on.
    """
    reason = texts.reason(input.reason)
    desk = await case_desk(hand, input.case)
    if desk.lead is None:
        raise Problem("no_lead", "case")
    rule = require(hand, desk, "offer_handover", lead_left_or_ill=True)
    asked = await _asked(hand, desk, input.professional)
    if asked.professional == await professional_of(hand.work, desk.lead.membership_id):
        raise Problem("already_lead", "professional")
    left = await left_hand_over(desk)
    if left is not None:
        own = left.membership_id == desk.lead.membership_id and desk.relation.is_lead
        _answer(desk, left, ProposalState.ACCEPTED if own else ProposalState.SUPERSEDED, None)
        await hand.work.session.flush()
    offered = await _propose(desk, ProposalKind.HANDOVER, asked, input, reason=reason)
    if left is not None and left.state == ProposalState.SUPERSEDED:
        await hand.work.session.flush()
        ask_instead(desk, left, offered)
    desk.add_event("offer_hand_over", "case.lead", Sphere.GENERAL, rule)
    await desk.settle()
    return await brief(hand, desk)


@verb(CaseBrief)
async def accept_hand_over(hand: Hand, input: AnswerProposal) -> CaseBrief:
    """The receiver says yes: one transaction ends the old lead and begins the new."""
    desk, proposal = await _proposal_desk(hand, input.proposal, ProposalKind.HANDOVER)
    rule = await _answerable(hand, desk, proposal, "accept_handover")
    if desk.lead is None:
        raise Problem("no_lead", "proposal")
    _answer(desk, proposal, ProposalState.ACCEPTED, texts.optional(input.reason, "reason"))
    await take_lead(desk, proposal)
    desk.add_event("accept_hand_over", "case.lead", Sphere.GENERAL, rule)
    await desk.settle()
    return await brief(hand, desk)


@verb(CaseBrief)
async def decline_hand_over(hand: Hand, input: AnswerProposal) -> CaseBrief:
    """The receiver says no, with a reason; the old lead stays, or where that one leaves, the next is asked."""
    reason = texts.reason(input.reason)
    desk, proposal = await _proposal_desk(hand, input.proposal, ProposalKind.HANDOVER)
    rule = await _answerable(hand, desk, proposal, "decline_handover")
    left = await left_hand_over(desk)
    _answer(desk, proposal, ProposalState.DECLINED, reason)
    if left is not None:
        await ask_next(desk, left)
    desk.add_event("decline_hand_over", "case.lead", Sphere.GENERAL, rule)
    await desk.settle()
    return await brief(hand, desk)


async def _asked(hand: Hand, desk: Desk, professional: UUID) -> Colleague:
    """Who is asked must work, now, in a team that takes part: the case exists for them already.

    A team out of the asker's view is refused as one that takes no part.
    """
    asked = await colleague(desk.work, professional, teams_in_view(hand, desk))
    if asked is None:
        raise Problem("professional_not_in_case", "professional")
    return asked


async def _propose(
    desk: Desk, kind: ProposalKind, asked: Colleague, input: ProposeLead, *, reason: str | None = None
) -> Proposal:
    assert desk.case is not None
    if kind is not ProposalKind.LEAD and input.goal is not None:
        raise Problem("goal_elsewhere", "goal")
    if kind is not ProposalKind.APPOINTMENT and await desk.pending_proposal() is not None:
        raise Problem("proposal_pending", "case")
    proposal = Proposal(
        area_id=desk.work.area_id,
        id=uuid4(),
        case_id=desk.case.id,
        kind=kind,
        membership_id=asked.membership,
        proposed_by=desk.actor_membership,
        state=ProposalState.PENDING,
        proposed_at=desk.now,
    )
    said = reason or texts.optional(input.reason, "reason")
    preference = texts.optional(input.preference, "preference")
    proposal.reason_sealed = desk.sealed_if(said, proposal, "reason", Compartment.GENERAL)
    proposal.preference_sealed = desk.sealed_if(preference, proposal, "preference", Compartment.GENERAL)
    desk.work.session.add(proposal)
    if asked.until is not None:
        await desk.work.session.flush()
        await plan_turns(desk.work, proposal.id, asked.membership)
    return proposal


async def _proposal_desk(hand: Hand, identity: UUID, kind: ProposalKind) -> tuple[Desk, Proposal]:
    found = await desk_of(hand.work, Proposal, identity)
    if (
        found is None
        or found[1].kind != kind
        or not has_standing(hand, found[0])
        or not await _may_know(hand, *found)
    ):
        raise Problem("not_found", "proposal")
    return found


async def _may_know(hand: Hand, desk: Desk, proposal: Proposal) -> bool:
    """Who is asked; else who may know that their team takes part."""
    if await professional_of(hand.work, proposal.membership_id) == hand.actor.professional_id:
        return True
    team = await team_of(hand.work, proposal.membership_id)
    return team not in desk.teams() or team in teams_in_view(hand, desk)


async def _answerable(hand: Hand, desk: Desk, proposal: Proposal, act: str) -> str:
    asked = await professional_of(hand.work, proposal.membership_id) == hand.actor.professional_id
    within = not asked or not act.startswith("accept") or await _within_ceiling(hand, desk, proposal)
    rule = require(hand, desk, act, is_proposed=asked, is_receiver=asked, within_ceiling=within)
    if proposal.state != ProposalState.PENDING or desk.case is None or desk.case.id != proposal.case_id:
        raise Problem("already_answered", "proposal")
    if not within:
        # No rule says who may take over; but hands are as few for that as for a new case.
        raise Problem("ceiling_reached", "proposal")
    return rule


async def _within_ceiling(hand: Hand, desk: Desk, proposal: Proposal) -> bool:
    """More cases than the ceiling only with the word of the coordinator who asked."""
    if proposal.state != ProposalState.PENDING:
        return True
    if await left_hand_over(desk) is not None:
        return True  # they lead it by name already, or will: saying yes makes it no more
    await lock_caseload(hand.work, hand.actor.professional_id)
    taker = await colleague_as(hand.work, proposal.membership_id, desk.teams())
    if taker is None:
        # Between the question and the answer the professional or the team left.
        raise Problem("professional_not_active", "proposal")
    return _has_room(hand, taker) or await role_of(hand.work, proposal.proposed_by) in (
        Role.COORDINATOR,
        Role.AREA_COORDINATOR,
    )


def _has_room(hand: Hand, taker: Colleague) -> bool:
    ceiling = ceiling_of(hand, taker.ceiling)
    return ceiling is None or taker.leads < ceiling


async def _appointable(hand: Hand, desk: Desk, input: ProposeLead) -> Colleague:
    """Who is appointed, counted one after the other; above the ceiling only where that is said in so many words."""
    await lock_caseload(hand.work, input.professional)
    asked = await _asked(hand, desk, input.professional)
    if not (input.over_ceiling or _has_room(hand, asked)):
        raise Problem("over_ceiling", "professional")
    return asked


def _answer(desk: Desk, proposal: Proposal, state: ProposalState, reason: str | None) -> None:
    proposal.state = state
    proposal.answered_at = desk.now
    proposal.answer_sealed = desk.sealed_if(reason, proposal, "answer", Compartment.GENERAL)


async def _objector(desk: Desk) -> UUID | None:
    """The professional who leads by appointment and objects to it, if that is how this case is led."""
    if desk.lead is None:
        return None
    by = await desk.work.session.get_one(Proposal, (desk.work.area_id, desk.lead.proposal_id))
    return await professional_of(desk.work, by.membership_id) if by.objected_at is not None else None
