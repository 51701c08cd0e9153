"""The closed loop: whoever signalled is told, the case is reviewed, and it ends with a confirmed outcome."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from casecoord.actions import texts
from casecoord.actions.blockades import unblock
from casecoord.actions.cases import CaseBrief, brief, case_desk, has_standing, leave, require
from casecoord.actions.office import Hand, verb
from casecoord.actions.plan import ActionBrief, action_desk
from casecoord.actions.signals import SignalTriaged, signal_desk
from casecoord.domain.errors import Problem
from casecoord.domain.words import (
    ActionState,
    CaseState,
    InvitationState,
    ProposalState,
    Role,
    SignalState,
    Sphere,
    Word,
)
from casecoord.storage.case_tables import Case, PlanAction
from casecoord.storage.cases import (
    Desk,
    desk_of,
    open_actions,
    open_invitations,
    open_signals,
    rejoin_teams,
    standing_refusal,
    until_now,
)
from casecoord.storage.sealed import Compartment


@dataclass(frozen=True, slots=True)
class GiveFeedback:
    idempotency_key: str
    signal: UUID
    text: str


@dataclass(frozen=True, slots=True)
class ConfirmOutcome:
    """Of one signal or one action; `confirmed_by`: whose word it is."""

    idempotency_key: str
    outcome: str
    confirmed_by: Word
    signal: UUID | None = None
    action: UUID | None = None


@dataclass(frozen=True, slots=True)
class OfCase:
    idempotency_key: str
    case: UUID


@dataclass(frozen=True, slots=True)
class CloseCase:
    idempotency_key: str
    case: UUID
    outcome: str | None = None
    confirmed_by: Word | None = None


@dataclass(frozen=True, slots=True)
class ReAgreeAction:
    idempotency_key: str
    action: UUID
    due_on: date


@dataclass(frozen=True, slots=True)
class OutcomeConfirmed:
    """Of the signal or the action."""

    subject: UUID
    of_signal: bool
    state: str


@verb(SignalTriaged)
async def give_feedback(hand: Hand, input: GiveFeedback) -> SignalTriaged:
    """Tells whoever signalled what they may know: G6 is kept."""
    told = texts.sentence(input.text, "text")
    desk, signal = await signal_desk(hand, input.signal)
    accountable = signal.accountable_team_id == hand.actor.team_id
    rule = require(
        hand,
        desk,
        "give_feedback",
        of_accountable_team=accountable,
        no_case_yet=signal.case_id is None,
        is_lead=desk.relation.is_lead and signal.case_id is not None,
    )
    if signal.feedback_at is not None:
        raise Problem("feedback_given", "signal")
    if signal.triaged_at is None:
        raise Problem("not_yet", "signal")
    signal.feedback_at = desk.now
    signal.feedback_sealed = desk.sealed(told, signal, "feedback", Compartment.of(Sphere(signal.sphere)))
    desk.add_event(
        "give_feedback", "feedback", signal.sphere, rule, audience=signal.audience, signal=signal.id
    )
    await desk.settle()
    return SignalTriaged(signal.id, SignalState(signal.state), None)


@verb(OutcomeConfirmed)
async def confirm_outcome(hand: Hand, input: ConfirmOutcome) -> OutcomeConfirmed:
    """A signal or an action ends, on the word of the family or of whoever signalled."""
    outcome = texts.sentence(input.outcome, "outcome")
    if (input.signal is None) == (input.action is None):
        raise Problem("subject_mismatch", "signal")
    if input.signal is not None:
        return await _end_signal(hand, input.signal, outcome, input.confirmed_by)
    assert input.action is not None
    return await _end_action(hand, input.action, outcome, input.confirmed_by)


@verb(CaseBrief)
async def review_case(hand: Hand, input: OfCase) -> CaseBrief:
    """The lead went over the case: G5 runs anew."""
    desk = await case_desk(hand, input.case)
    rule = require(hand, desk, "review_case")
    assert desk.case is not None
    desk.case.reviewed_at = desk.now
    desk.add_event("review_case", "case.status", Sphere.GENERAL, rule)
    await desk.settle()
    return await brief(hand, desk)


@verb(CaseBrief)
async def begin_aftercare(hand: Hand, input: OfCase) -> CaseBrief:
    """At a review the lead sees that the plan is done; from here G11 runs."""
    desk = await case_desk(hand, input.case)
    rule = require(hand, desk, "review_case")
    assert desk.case is not None
    if desk.case.state != CaseState.LED:
        raise Problem("case_wrong_state", "case")
    if await open_actions(hand.work, desk.case.id):
        raise Problem("actions_open", "case")
    desk.case.state, desk.case.reviewed_at = CaseState.AFTERCARE, desk.now
    desk.case.aftercare_at = desk.now
    desk.add_event("begin_aftercare", "case.status", Sphere.GENERAL, rule)
    await desk.settle()
    return await brief(hand, desk)


@verb(CaseBrief)
async def close_case(hand: Hand, input: CloseCase) -> CaseBrief:
    """Aftercare is over and every signal has its outcome: the case ends on somebody's word."""
    desk = await case_desk(hand, input.case)
    assert desk.case is not None
    outcome = texts.optional(input.outcome, "outcome")
    in_aftercare = desk.case.state == CaseState.AFTERCARE
    rule = require(
        hand, desk, "close_case", aftercare_confirmed=in_aftercare or hand.actor.role is Role.AREA_COORDINATOR
    )
    if not in_aftercare:
        raise Problem("case_wrong_state", "case")
    if await open_actions(hand.work, desk.case.id):
        raise Problem("actions_open", "case")
    if await open_signals(hand.work, desk.case.id):
        raise Problem("signals_open", "case")
    if outcome is None or input.confirmed_by is None:
        raise Problem("outcome_missing", "outcome")
    desk.case.outcome_sealed = desk.sealed(outcome, desk.case, "outcome", Compartment.GENERAL)
    desk.case.outcome_by = input.confirmed_by
    desk.add_event("close_case", "case.status", Sphere.GENERAL, rule)
    told = await brief(hand, desk)
    await _end(hand, desk)
    return CaseBrief(told.id, told.household, CaseState.CLOSED, told.lead, told.proposals)


@verb(CaseBrief)
async def reopen_case(hand: Hand, input: OfCase) -> CaseBrief:
    """A closed case returns to triaged: it searches a lead again, with the teams that took part."""
    found = await desk_of(hand.work, Case, input.case)
    if found is None or not has_standing(hand, found[0]):
        raise Problem("not_found", "case")
    desk, case = found
    if case.forgotten_at is not None:
        raise Problem("not_found", "case")
    rule = require(hand, desk, "reopen_case")
    if desk.case is not None:
        raise Problem("case_open", "case")
    if case.merged_into is not None:
        raise Problem("case_merged", "case")
    closed_at = case.closed_at
    assert closed_at is not None
    case.state, case.triaged_at, case.closed_at = CaseState.TRIAGED, desk.now, None
    case.aftercare_at = case.outcome_sealed = case.outcome_by = case.lapsed_as = None
    desk.case = case
    await rejoin_teams(hand.work, case.id, closed_at)
    desk.add_event("reopen_case", "case.status", Sphere.GENERAL, rule)
    await desk.settle()
    return await brief(hand, desk)


@verb(ActionBrief)
async def re_agree_action(hand: Hand, input: ReAgreeAction) -> ActionBrief:
    """A new date for an action, agreed by its owner or the lead."""
    texts.not_in_past(input.due_on, hand.now, "dueOn")
    desk, action, owns = await _open_action(hand, input.action)
    rule = require(hand, desk, "re_agree_action", is_owner=owns)
    if action.state != ActionState.OPEN:
        raise Problem("action_done", "action")
    # A date that the lead sets alone leaves a refusal standing: only its owner takes it back.
    if owns:
        await unblock(desk, action, f"{input.due_on:%d-%m-%Y}")
    action.due_on = input.due_on
    desk.add_event(
        "re_agree_action", "plan.action", action.sphere, rule, audience=action.audience, action=action.id
    )
    await desk.settle()
    return ActionBrief(action.id, action.case_id, ActionState.OPEN, action.due_on)


async def _end_signal(hand: Hand, identity: UUID, outcome: str, word: Word) -> OutcomeConfirmed:
    desk, signal = await signal_desk(hand, identity)
    in_case = desk.case is not None and signal.case_id == desk.case.id
    rule = require(hand, desk, "confirm_outcome", word_named=True, is_lead=desk.relation.is_lead and in_case)
    if signal.state == SignalState.ENDED:
        raise Problem("signal_ended", "signal")
    if signal.feedback_at is None:
        raise Problem("feedback_first", "signal")
    signal.state, signal.ended_at, signal.outcome_by = SignalState.ENDED, desk.now, word
    signal.outcome_sealed = desk.sealed(outcome, signal, "outcome", Compartment.of(Sphere(signal.sphere)))
    desk.add_event(
        "confirm_outcome", "outcome", signal.sphere, rule, audience=signal.audience, signal=signal.id
    )
    await desk.settle()
    return OutcomeConfirmed(signal.id, True, signal.state)


async def _end_action(hand: Hand, identity: UUID, outcome: str, word: Word) -> OutcomeConfirmed:
    desk, action, _ = await _open_action(hand, identity)
    rule = require(hand, desk, "confirm_outcome", word_named=True)
    if action.state != ActionState.DONE:
        raise Problem("action_not_done", "action")
    action.state, action.outcome_by = ActionState.ENDED, word
    action.outcome_sealed = desk.sealed(outcome, action, "outcome", Compartment.of(Sphere(action.sphere)))
    desk.add_event(
        "confirm_outcome", "outcome", action.sphere, rule, audience=action.audience, action=action.id
    )
    await desk.settle()
    return OutcomeConfirmed(action.id, False, action.state)


async def _open_action(hand: Hand, identity: UUID) -> tuple[Desk, PlanAction, bool]:
    """An action of the open case, and whether the actor owns it."""
    desk, action, owns = await action_desk(hand, identity)
    if desk.case is None or desk.case.id != action.case_id:
        raise Problem("not_found", "action")
    return desk, action, owns


async def _end(hand: Hand, desk: Desk) -> None:
    """Everything of the case that runs ends with it, at this moment."""
    assert desk.case is not None
    waiting = await desk.pending_proposal()
    if waiting is not None:
        waiting.state, waiting.answered_at = ProposalState.SUPERSEDED, desk.now
    for invitation in await open_invitations(hand.work, desk.case.id):
        invitation.state, invitation.answered_at = InvitationState.DECLINED, desk.now
    refusal = await standing_refusal(hand.work, desk.case.id)
    if refusal is not None:
        refusal.ended_at = desk.now
    if desk.lead is not None:
        desk.lead.during = until_now(hand.work, desk.lead.during)
    for lead in desk.coming:
        await hand.work.session.delete(lead)
    for team in desk.teams():
        await leave(hand, desk, team)
    desk.case.state, desk.case.closed_at = CaseState.CLOSED, desk.now
    await desk.settle()
