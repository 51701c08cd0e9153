"""A family that refuses for now: the lead records it, a coordinator confirms it, and it is looked at again.

While it stands, what needs the family's word lapses, with who said so and why; in its place runs the review.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID, uuid4

from casecoord.actions import texts
from casecoord.actions.cases import case_desk, has_standing, require
from casecoord.actions.office import Hand, verb
from casecoord.domain.errors import Problem
from casecoord.domain.words import Lapse, Role, Sphere
from casecoord.domain.workdays import local_date
from casecoord.storage.cases import Desk, desk_of, standing_refusal
from casecoord.storage.people import professional_of, team_of
from casecoord.storage.sealed import Compartment
from casecoord.storage.wait_tables import Refusal


@dataclass(frozen=True, slots=True)
class RecordRefusal:
    """`review_on`: when the lead asks again, at most as far away as a signal may be on hold."""

    idempotency_key: str
    case: UUID
    reason: str
    review_on: date


@dataclass(frozen=True, slots=True)
class OfRefusal:
    idempotency_key: str
    refusal: UUID


@dataclass(frozen=True, slots=True)
class RefusalBrief:
    id: UUID
    case: UUID
    confirmed: bool
    review_on: date
    ended: bool


@verb(RefusalBrief, act="C")
async def record_refusal(hand: Hand, input: RecordRefusal) -> RefusalBrief:
    """The lead heard the family refuse; a new one takes the place of an earlier one. Nothing lapses yet."""
    reason = texts.reason(input.reason)
    texts.not_in_past(input.review_on, hand.now, "reviewOn")
    if input.review_on > local_date(hand.now) + timedelta(days=hand.work.deadlines.hold_days):
        raise Problem("date_too_late", "reviewOn")
    desk = await case_desk(hand, input.case)
    rule = require(hand, desk, "review_case")
    assert desk.case is not None
    earlier = await standing_refusal(hand.work, desk.case.id)
    if earlier is not None:
        earlier.ended_at = desk.now
        await hand.work.session.flush()
    refusal = Refusal(
        area_id=hand.work.area_id,
        id=uuid4(),
        case_id=desk.case.id,
        recorded_by=desk.actor_membership,
        recorded_at=desk.now,
        review_on=input.review_on,
    )
    refusal.reason_sealed = desk.sealed(reason, refusal, "reason", Compartment.GENERAL)
    hand.work.session.add(refusal)
    return await _saved(desk, refusal, "record_refusal", rule)


@verb(RefusalBrief)
async def confirm_refusal(hand: Hand, input: OfRefusal) -> RefusalBrief:
    """A coordinator agrees that the family is left alone until the review: what needs its word lapses until then."""
    desk, refusal = await _refusal_desk(hand, input.refusal)
    # As for a signal on hold: whoever is accountable says that it may wait.
    answers = await _answers_for(hand, desk)
    rule = require(hand, desk, "triage_signal", backstop=True, of_accountable_team=answers)
    if await professional_of(hand.work, refusal.recorded_by) == hand.actor.professional_id:
        raise Problem("second_person_missing", "refusal")
    if refusal.ended_at is not None or refusal.confirmed_at is not None:
        raise Problem("already_answered", "refusal")
    refusal.confirmed_at, refusal.confirmed_by = desk.now, desk.actor_membership
    return await _saved(desk, refusal, "confirm_refusal", rule, Lapse.REFUSAL)


@verb(RefusalBrief)
async def end_refusal(hand: Hand, input: OfRefusal) -> RefusalBrief:
    """The family takes part again: every clock runs from here as before."""
    desk, refusal = await _refusal_desk(hand, input.refusal)
    rule = require(hand, desk, "review_case")
    if refusal.ended_at is not None:
        raise Problem("already_answered", "refusal")
    refusal.ended_at = desk.now
    return await _saved(desk, refusal, "end_refusal", rule)


async def _saved(
    desk: Desk, refusal: Refusal, verb: str, rule: str, lapse: Lapse | None = None
) -> RefusalBrief:
    desk.add_event(verb, "family.agreement", Sphere.GENERAL, rule, refusal=refusal.id)
    await desk.settle(lapse)
    return RefusalBrief(
        refusal.id,
        refusal.case_id,
        refusal.confirmed_at is not None,
        refusal.review_on,
        refusal.ended_at is not None,
    )


async def _answers_for(hand: Hand, desk: Desk) -> bool:
    """Whether the actor coordinates the lead's team, or the area."""
    if hand.actor.role is not Role.COORDINATOR or desk.lead is None:
        return hand.actor.role is Role.AREA_COORDINATOR
    return await team_of(hand.work, desk.lead.membership_id) == hand.actor.team_id


async def _refusal_desk(hand: Hand, identity: UUID) -> tuple[Desk, Refusal]:
    found = await desk_of(hand.work, Refusal, identity)
    if found is None or not has_standing(hand, found[0]):
        raise Problem("not_found", "refusal")
    desk, refusal = found
    if desk.case is None or desk.case.id != refusal.case_id:
        raise Problem("not_found", "refusal")
    return desk, refusal
