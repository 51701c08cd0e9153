"""A resident's rights: asked for with the identity checked, taken back, appealed, each with its clock (G15).

While a restriction or an objection is undecided, and once it is granted until it is lifted, the household is
shown to fewer; it stops no promise.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from casecoord.access.doing import ActFacts
from casecoord.actions import texts
from casecoord.actions.by_bsn import ByBsn, desk_by_bsn, found_by_bsn
from casecoord.actions.cases import require
from casecoord.actions.office import Hand, verb
from casecoord.domain import rights
from casecoord.domain.ages import age_on
from casecoord.domain.errors import Problem
from casecoord.domain.words import RequestKind, RequestState, Role, Sphere
from casecoord.domain.workdays import local_date
from casecoord.storage import rights as storage
from casecoord.storage.cases import Desk, desk_of
from casecoord.storage.sealed import Compartment
from casecoord.storage.wait_tables import Request


@dataclass(frozen=True, slots=True)
class ExerciseRight:
    """`received_at` defaults to now; `words`: what the resident said or wrote.

    `agreeing`: the children of 12 to 15 who agree that their data are asked for too.
    """

    idempotency_key: str
    about: ByBsn
    kind: RequestKind
    identity_checked: bool
    words: str | None = None
    received_at: datetime | None = None
    agreeing: tuple[ByBsn, ...] = ()


@dataclass(frozen=True, slots=True)
class OfRequest:
    """`words`: what the resident said or wrote; `received_at` defaults to now."""

    idempotency_key: str
    request: UUID
    identity_checked: bool
    words: str | None = None
    received_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class RequestBrief:
    id: UUID
    kind: RequestKind
    state: RequestState
    received_at: datetime


#: A complaint is taken in as an objection is; what one gave oneself is asked for as all else is.
ACTS = {
    RequestKind.ACCESS: "request_access",
    RequestKind.PORTABILITY: "request_access",
    RequestKind.RECTIFICATION: "rectify",
    RequestKind.RESTRICTION: "restrict",
    RequestKind.OBJECTION: "object",
    RequestKind.ERASURE: "request_erasure",
    RequestKind.COMPLAINT: "object",
}
MOST_CHILDREN = 20


@verb(RequestBrief, act="C")
async def exercise_right(hand: Hand, input: ExerciseRight) -> RequestBrief:
    """The privacy officer records on a resident's behalf what is asked, once it is certain who asks."""
    words, at = _said(hand, input)
    # Who lives here is nobody's to try who may not record it.
    if hand.actor.role is not Role.PRIVACY_OFFICER:
        raise hand.not_allowed(hand.may(ACTS[input.kind], ActFacts()), ACTS[input.kind])
    found = await desk_by_bsn(hand, input.about)
    if found is None:
        raise Problem("person_not_matched", "person.bsn")
    person, desk = found
    desk.person = person
    rule = require(hand, desk, ACTS[input.kind], identity_checked=input.identity_checked)
    children = [await _agreeing(hand, desk, child) for child in input.agreeing[:MOST_CHILDREN]]
    return await _record(hand, desk, person, input.kind, rule, words, at, children)


@verb(RequestBrief)
async def withdraw_right(hand: Hand, input: OfRequest) -> RequestBrief:
    """The resident takes back what was asked; what was granted of it no longer holds."""
    desk, request = await request_desk(hand, input.request)
    rule = require(hand, desk, ACTS[RequestKind(request.kind)], identity_checked=input.identity_checked)
    if request.state == RequestState.OPEN:
        await replace_pending(desk, request)
        request.state, request.decided_at = RequestState.WITHDRAWN, desk.now
    elif holds(request):
        request.lifted_at, request.lifted_by = desk.now, desk.actor_membership
    else:
        raise Problem("already_answered", "request")
    desk.add_event("withdraw_right", "family.complaint", Sphere.GENERAL, rule, request=request.id)
    await desk.settle()
    return brief(request)


@verb(RequestBrief, act="C")
async def appeal_decision(hand: Hand, input: OfRequest) -> RequestBrief:
    """A refusal is appealed within six weeks: asked anew, with a clock of its own, of others than before."""
    words, at = _said(hand, input)
    desk, refused = await request_desk(hand, input.request)
    kind = RequestKind(refused.kind)
    rule = require(hand, desk, ACTS[kind], identity_checked=input.identity_checked)
    if refused.appeal_of is not None:
        raise Problem("appeal_to_court", "request")
    if refused.state != RequestState.REFUSED or refused.decided_at is None:
        raise Problem("not_refused", "request")
    if local_date(at or desk.now) > rights.last_day_to_appeal(refused.decided_at):
        raise Problem("appeal_too_late", "request")
    return await _record(hand, desk, refused.person_id, kind, rule, words, at, [], appeal_of=refused.id)


async def request_desk(hand: Hand, identity: UUID) -> tuple[Desk, Request]:
    """The desk of a request that exists for the actor, and the request; Problem `not_found` for any other."""
    found = await desk_of(hand.work, Request, identity)
    if found is None or hand.actor.role is not Role.PRIVACY_OFFICER:
        raise Problem("not_found", "request")
    return found


def holds(request: Request) -> bool:
    """Whether a restriction or objection was granted and not lifted."""
    return (
        request.state == RequestState.GRANTED
        and request.kind in rights.RESTRICTING
        and request.lifted_at is None
    )


async def replace_pending(desk: Desk, request: Request) -> None:
    """What was prepared on this request and not answered yet is answered no more."""
    pending = await storage.pending_decision(desk.work, request.id)
    if pending is not None:
        pending.state, pending.answered_at = rights.DecisionState.REPLACED, desk.now
        await desk.work.session.flush()


def brief(request: Request) -> RequestBrief:
    """A request as verbs answer it."""
    return RequestBrief(
        request.id, RequestKind(request.kind), RequestState(request.state), request.received_at
    )


async def _record(
    hand: Hand,
    desk: Desk,
    person: UUID,
    kind: RequestKind,
    rule: str,
    words: str | None,
    at: datetime | None,
    children: list[UUID],
    *,
    appeal_of: UUID | None = None,
) -> RequestBrief:
    request = Request(
        area_id=hand.work.area_id,
        id=uuid4(),
        household_id=desk.household_id,
        person_id=person,
        kind=kind,
        received_at=at or desk.now,
        recorded_by=desk.actor_membership,
        state=RequestState.OPEN,
        appeal_of=appeal_of,
    )
    request.words_sealed = desk.sealed_if(words, request, "words", Compartment.IDENTITY)
    await storage.save_request(hand.work, request, dict.fromkeys(children))
    verb_name = "exercise_right" if appeal_of is None else "appeal_decision"
    desk.add_event(verb_name, "family.complaint", Sphere.GENERAL, rule, request=request.id)
    await desk.settle()
    return brief(request)


def _said(hand: Hand, input: ExerciseRight | OfRequest) -> tuple[str | None, datetime | None]:
    words = texts.optional(input.words, "words", longest=texts.DETAIL)
    at = input.received_at
    return words, None if at is None else texts.moment_past(at, hand.now, "receivedAt")


async def _agreeing(hand: Hand, desk: Desk, about: ByBsn) -> UUID:
    """A child of this household whose own word counts beside that of whoever has custody."""
    found = await found_by_bsn(hand, about, "agreeing")
    age = age_on(about.birth_date.isoformat(), local_date(hand.now)) or 0
    if (
        found is None
        or found.household != desk.household_id
        or not rights.BESIDE_PARENTS <= age < rights.ALONE
    ):
        raise Problem("child_not_matched", "agreeing.bsn")
    return found.person
