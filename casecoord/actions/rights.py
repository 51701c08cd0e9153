"""A resident's rights: asked for with the identity checked, decided within a month by two people, on a ground (G15).

While a restriction or an objection is undecided the household is shown to fewer; it stops no promise.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from casecoord.access.doing import ActFacts
from casecoord.actions import texts
from casecoord.actions.cases import require
from casecoord.actions.office import Hand, verb
from casecoord.actions.signals import ByBsn
from casecoord.domain.errors import Problem
from casecoord.domain.words import RequestKind, RequestState, Role, Sphere
from casecoord.storage.cases import desk_of, open_desk
from casecoord.storage.households import find_by_bsn
from casecoord.storage.people import active_membership
from casecoord.storage.sealed import Compartment
from casecoord.storage.wait_tables import Request


@dataclass(frozen=True, slots=True)
class ExerciseRight:
    """`received_at` defaults to now; `words`: what the resident said or wrote."""

    idempotency_key: str
    about: ByBsn
    kind: RequestKind
    identity_checked: bool
    words: str | None = None
    received_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class DecideRight:
    """`second`: the professional who decides with the privacy officer; `ground`: by which article."""

    idempotency_key: str
    request: UUID
    grant: bool
    ground: str | None
    second: UUID
    decision: str


@dataclass(frozen=True, slots=True)
class RequestBrief:
    id: UUID
    kind: RequestKind
    state: RequestState
    received_at: datetime


#: A complaint is taken in as an objection is.
ACTS = {
    RequestKind.ACCESS: "request_access",
    RequestKind.RECTIFICATION: "rectify",
    RequestKind.RESTRICTION: "restrict",
    RequestKind.OBJECTION: "object",
    RequestKind.ERASURE: "request_erasure",
    RequestKind.COMPLAINT: "object",
}
LONGEST_GROUND = 100


@verb(RequestBrief, act="C")
async def exercise_right(hand: Hand, input: ExerciseRight) -> RequestBrief:
    """The privacy officer records on a resident's behalf what is asked, once it is certain who asks."""
    words = texts.optional(input.words, "words", longest=texts.DETAIL)
    at = None if input.received_at is None else texts.moment_past(input.received_at, hand.now, "receivedAt")
    # Who lives here is nobody's to try who may not record it.
    if hand.actor.role is not Role.PRIVACY_OFFICER:
        raise hand.not_allowed(hand.may(ACTS[input.kind], ActFacts()), ACTS[input.kind])
    number = texts.bsn(input.about.bsn, "person.bsn")
    texts.not_in_future(input.about.birth_date, hand.now, "person.birthDate")
    found = await find_by_bsn(hand.work, number, input.about.birth_date)
    desk = await open_desk(hand.work, found.household) if found else None
    if found is None or found.person is None or desk is None:
        raise Problem("person_not_matched", "person.bsn")
    desk.person = found.person
    rule = require(hand, desk, ACTS[input.kind], identity_checked=input.identity_checked)
    request = Request(
        area_id=hand.work.area_id,
        id=uuid4(),
        household_id=desk.household_id,
        person_id=found.person,
        kind=input.kind,
        received_at=at or desk.now,
        recorded_by=desk.actor_membership,
        state=RequestState.OPEN,
    )
    request.words_sealed = desk.sealed_if(words, request, "words", Compartment.IDENTITY)
    hand.work.session.add(request)
    desk.add_event("exercise_right", "family.complaint", Sphere.GENERAL, rule, request=request.id)
    await desk.settle()
    return _brief(request)


@verb(RequestBrief)
async def decide_right(hand: Hand, input: DecideRight) -> RequestBrief:
    """Two people grant or refuse it, on a ground; a refusal can be appealed."""
    decision = texts.reason(input.decision, "decision")
    ground = texts.optional(input.ground, "ground", longest=LONGEST_GROUND)
    found = await desk_of(hand.work, Request, input.request)
    if found is None or hand.actor.role is not Role.PRIVACY_OFFICER:
        raise Problem("not_found", "request")
    desk, request = found
    second = await active_membership(hand.work, input.second)
    if second is None or input.second == hand.actor.professional_id:
        raise Problem("second_person_unknown", "second")
    rule = require(hand, desk, "decide_request", second_person=True, ground_recorded=ground is not None)
    if request.state != RequestState.OPEN:
        raise Problem("already_answered", "request")
    request.state = RequestState.GRANTED if input.grant else RequestState.REFUSED
    request.decided_at, request.decided_by, request.second_by = desk.now, desk.actor_membership, second
    request.ground = ground
    request.decision_sealed = desk.sealed(decision, request, "decision", Compartment.IDENTITY)
    desk.add_event("decide_right", "family.complaint", Sphere.GENERAL, rule, request=request.id)
    await desk.settle()
    return _brief(request)


def _brief(request: Request) -> RequestBrief:
    return RequestBrief(
        request.id, RequestKind(request.kind), RequestState(request.state), request.received_at
    )
