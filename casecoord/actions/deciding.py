"""Two people decide what a resident asked: the privacy officer prepares, another confirms or sends it back.

Until both have, the request is undecided and its clock runs. An appeal is decided by others than before.
"""

from dataclasses import dataclass
from uuid import UUID, uuid4

from casecoord.access.doing import ActFacts, Doer
from casecoord.actions import texts
from casecoord.actions.cases import require
from casecoord.actions.office import Hand, verb
from casecoord.actions.rights import RequestBrief, brief, holds, replace_pending, request_desk
from casecoord.domain import rights
from casecoord.domain.errors import Problem
from casecoord.domain.notices import NoticeKind
from casecoord.domain.rights import DecisionState, Outcome
from casecoord.domain.words import RequestKind, RequestState, Role, Sphere
from casecoord.storage import rights as storage
from casecoord.storage.cases import Desk, desk_of
from casecoord.storage.people import active_membership
from casecoord.storage.rights_tables import RequestDecision
from casecoord.storage.sealed import Compartment
from casecoord.storage.telling import tell_members
from casecoord.storage.wait_tables import Request

LONGEST_GROUND = 100


@dataclass(frozen=True, slots=True)
class DecideRight:
    """`second`: the professional who is asked to decide with the privacy officer; `ground`: by which article.

    `despite_open_case`: an erasure is granted all the same.
    """

    idempotency_key: str
    request: UUID
    grant: bool
    ground: str | None
    second: UUID
    decision: str
    despite_open_case: bool = False


@dataclass(frozen=True, slots=True)
class LiftRestriction:
    """A restriction or objection that was granted is to end; `ground`, `second`, `decision` as in DecideRight."""

    idempotency_key: str
    request: UUID
    ground: str | None
    second: UUID
    decision: str


@dataclass(frozen=True, slots=True)
class ConfirmDecision:
    """`agree` False sends it back, with `words`: why."""

    idempotency_key: str
    decision: UUID
    agree: bool
    words: str | None = None


@dataclass(frozen=True, slots=True)
class DecisionBrief:
    """A decision that was prepared, confirmed or sent back; `offered`: what may be asked instead."""

    id: UUID
    state: DecisionState
    outcome: Outcome
    offered: list[RequestKind]
    request: RequestBrief


@verb(DecisionBrief)
async def decide_right(hand: Hand, input: DecideRight) -> DecisionBrief:
    """The privacy officer prepares a yes or a no, on a ground, and asks somebody else to confirm it."""
    desk, request = await request_desk(hand, input.request)
    if request.state != RequestState.OPEN:
        raise Problem("already_answered", "request")
    outcome = Outcome.GRANT if input.grant else Outcome.REFUSE
    return await _prepare(hand, desk, request, outcome, input, despite=input.despite_open_case)


@verb(DecisionBrief)
async def lift_restriction(hand: Hand, input: LiftRestriction) -> DecisionBrief:
    """The privacy officer prepares the end of a restriction; it holds until somebody else agrees."""
    desk, request = await request_desk(hand, input.request)
    if not holds(request):
        raise Problem("nothing_restricted", "request")
    return await _prepare(hand, desk, request, Outcome.LIFT, input)


@verb(DecisionBrief)
async def confirm_decision(hand: Hand, input: ConfirmDecision) -> DecisionBrief:
    """Whoever was asked says yes, and only now it is decided; or sends it back, and it is not."""
    words = texts.optional(input.words, "words") if input.agree else texts.reason(input.words, "words")
    found = await storage.decision_asked_of(hand.work, input.decision)
    at = await desk_of(hand.work, Request, found.request_id) if found else None
    if found is None or at is None:
        raise Problem("not_found", "decision")
    desk, request = at
    # Only now, with the household locked, does it say what it says.
    decision = await storage.as_it_is(hand.work, found)
    if decision.state != DecisionState.PENDING:
        raise Problem("already_answered", "decision")
    rule = _by_two(hand, desk, request)
    decision.answered_at = desk.now
    decision.answer_sealed = desk.sealed_if(words, decision, "answer", Compartment.IDENTITY)
    if input.agree:
        decision.state = DecisionState.CONFIRMED
        await _decide(desk, request, decision)
    else:
        decision.state = DecisionState.SENT_BACK
    _happened(desk, "confirm_decision", rule, request, decision)
    await desk.settle()
    await tell_members(
        hand.work, desk.household_id, NoticeKind.DECISION_ANSWER, decision.id, [decision.prepared_by]
    )
    return _brief(decision, request)


async def _prepare(
    hand: Hand,
    desk: Desk,
    request: Request,
    outcome: Outcome,
    input: DecideRight | LiftRestriction,
    *,
    despite: bool = False,
) -> DecisionBrief:
    words = texts.reason(input.decision, "decision")
    ground = texts.optional(input.ground, "ground", longest=LONGEST_GROUND)
    second = await active_membership(hand.work, input.second)
    if second is None or input.second == hand.actor.professional_id:
        raise Problem("second_person_unknown", "second")
    act = "erase" if request.kind == RequestKind.ERASURE and outcome is Outcome.GRANT else "decide_request"
    rule = require(hand, desk, act, second_person=True, ground_recorded=ground is not None)
    assert ground is not None
    await _by_others(hand, request, hand.actor.professional_id, input.second)
    still_open = await storage.something_open(desk)
    if act == "erase" and still_open and not despite:
        raise Problem("erasure_case_open", "grant")
    await replace_pending(desk, request)
    decision = RequestDecision(
        area_id=hand.work.area_id,
        id=uuid4(),
        request_id=request.id,
        outcome=outcome,
        ground=ground,
        offered=list(rights.offered_instead(RequestKind(request.kind), outcome, something_open=still_open)),
        prepared_by=desk.actor_membership,
        prepared_at=desk.now,
        second_id=second,
        despite_open=despite,
        state=DecisionState.PENDING,
    )
    decision.words_sealed = desk.sealed(words, decision, "words", Compartment.IDENTITY)
    hand.work.session.add(decision)
    _happened(desk, "prepare_decision", rule, request, decision)
    await desk.settle()
    # Of which family it is the second person learns by looking, as far as they may.
    await tell_members(hand.work, None, NoticeKind.DECISION_ASKED, decision.id, [second])
    return _brief(decision, request)


def _happened(desk: Desk, verb: str, rule: str, request: Request, decision: RequestDecision) -> None:
    desk.add_event(verb, "family.complaint", Sphere.GENERAL, rule, request=request.id, decision=decision.id)


async def _by_others(hand: Hand, request: Request, *deciding: UUID) -> None:
    """An appeal is not decided by who decided before."""
    if not rights.undecided_by(await storage.who_decided(hand.work, request.appeal_of), *deciding):
        raise Problem("decided_before", "second")


async def _decide(desk: Desk, request: Request, decision: RequestDecision) -> None:
    if decision.outcome == Outcome.LIFT:
        if not holds(request):
            raise Problem("nothing_restricted", "request")
        request.lifted_at, request.lifted_by = desk.now, decision.prepared_by
        return
    grants = decision.outcome == Outcome.GRANT
    # Something may have been opened since it was prepared.
    erases = grants and request.kind == RequestKind.ERASURE
    if erases and not decision.despite_open and await storage.something_open(desk):
        raise Problem("erasure_case_open", "decision")
    request.state = RequestState.GRANTED if grants else RequestState.REFUSED
    request.decided_at, request.decided_by = desk.now, decision.prepared_by
    request.second_by, request.ground = desk.actor_membership, decision.ground
    words = desk.opened(decision.words_sealed, decision, "words", Compartment.IDENTITY)
    request.decision_sealed = desk.sealed(words, request, "decision", Compartment.IDENTITY)


def _by_two(hand: Hand, desk: Desk, request: Request) -> str:
    """The rule by which the officer decides: with a second person, who is there now."""
    act = "erase" if request.kind == RequestKind.ERASURE else "decide_request"
    facts = ActFacts.that("second_person", "ground_recorded")
    decision = hand.policy.may(Doer(Role.PRIVACY_OFFICER), act, facts)
    if not decision.allowed:
        raise Problem("not_allowed")
    hand.allowed(desk.household_id, decision.rule)
    return decision.rule


def _brief(decision: RequestDecision, request: Request) -> DecisionBrief:
    offered = [RequestKind(kind) for kind in decision.offered]
    return DecisionBrief(
        decision.id, DecisionState(decision.state), Outcome(decision.outcome), offered, brief(request)
    )
