"""How an item on the table ends: in a decision, or in an action with an owner and a date; and never by itself.

Whoever records says which version of the item they saw: of two at once the second is told, and keeps what they wrote.
"""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from casecoord.actions import texts
from casecoord.actions.agenda import items_in_view, known
from casecoord.actions.meetings import may_lead
from casecoord.actions.office import Hand, verb
from casecoord.actions.plan import Step, add_step
from casecoord.domain.errors import Problem
from casecoord.domain.meetings import AgendaKind, AgendaState, MeetingState
from casecoord.domain.words import LifeDomain, Sphere
from casecoord.storage.cases import Desk, desk_of
from casecoord.storage.meeting_tables import MeetingItem
from casecoord.storage.meetings import lock_item, lock_meeting
from casecoord.storage.sealed import Compartment


@dataclass(frozen=True, slots=True)
class Homework:
    """Who does what by when; `team` and `owner` default to the actor's own."""

    domain: LifeDomain
    what: str
    due_on: date
    team: UUID | None = None
    owner: UUID | None = None


@dataclass(frozen=True, slots=True)
class RecordDecision:
    """`version`: the one that was read. `next_on`: when this family is talked about again.

    `without_family`: why they were not there, where they were not.
    """

    idempotency_key: str
    item: UUID
    version: int
    decision: str | None = None
    action: Homework | None = None
    next_on: date | None = None
    family_present: bool = False
    without_family: str | None = None


@dataclass(frozen=True, slots=True)
class DecisionBrief:
    item: UUID
    state: AgendaState
    version: int
    action: UUID | None


@verb(DecisionBrief)
async def record_decision(hand: Hand, input: RecordDecision) -> DecisionBrief:
    """The item ends; a case that was discussed has a lead, or somebody who is asked, and a next date."""
    desk, item = await _on_the_table(hand, input.item)
    meeting = await lock_meeting(hand.work, item.meeting_id, share=True)
    assert meeting is not None
    rule = may_lead(hand, meeting, "record_decision")
    decision, absent = _said(input)
    if input.next_on is not None:
        texts.soon(input.next_on, hand.now, "nextOn")
    if meeting.state != MeetingState.OPEN:
        raise Problem("meeting_not_open", "meetingItem")
    item = await lock_item(hand.work, item.id)
    if item.version != input.version:
        raise Problem("changed_meanwhile", "version")
    await _may_end(desk, item, input)
    if desk.case is not None:
        item.case_id = desk.case.id
    if input.action is not None:
        item.action_id = await _homework(hand, desk, item, input.action)
    compartment = Compartment.of(Sphere(item.sphere))
    item.decision_sealed = desk.sealed_if(decision, item, "decision", compartment) or item.decision_sealed
    item.family_present = input.family_present
    item.without_family_sealed = desk.sealed_if(absent, item, "without_family", compartment)
    item.state, item.version, item.next_on = AgendaState.DECIDED, item.version + 1, input.next_on
    item.decided_at, item.decided_by = hand.now, desk.actor_membership
    hand.allowed(desk.household_id, rule)
    desk.add_event(
        "record_decision", "meeting.item", item.sphere, rule, audience=item.audience, item=item.id,
        signal=item.signal_id,
    )  # fmt: skip
    await desk.settle()
    return DecisionBrief(item.id, AgendaState.DECIDED, item.version, item.action_id)


def _said(input: RecordDecision) -> tuple[str | None, str | None]:
    """The decision and why the family was not there, as they may be sealed."""
    decision = texts.optional(input.decision, "decision")
    if decision is None and input.action is None:
        raise Problem("decision_missing", "decision")
    if input.family_present:
        return decision, None
    if not (input.without_family or "").strip():
        raise Problem("family_not_there", "withoutFamily")
    return decision, texts.reason(input.without_family, "withoutFamily")


async def _on_the_table(hand: Hand, identity: UUID) -> tuple[Desk, MeetingItem]:
    """An item that the actor sees, with its household locked; else Problem `not_found`."""
    found = await desk_of(hand.work, MeetingItem, identity)
    if found is None:
        raise Problem("not_found", "meetingItem")
    desk, item = found
    try:
        row = await known(hand, item.meeting_id)
    except Problem:
        raise Problem("not_found", "meetingItem") from None
    if not await items_in_view(hand, item.meeting_id, present=row.present, item=item.id):
        raise Problem("not_found", "meetingItem")
    return desk, item


async def _may_end(desk: Desk, item: MeetingItem, input: RecordDecision) -> None:
    """What a case that was discussed needs; one that closed meanwhile needs nothing but a word."""
    if desk.case is None:
        if input.action is not None or input.next_on is not None:
            code = "case_closed_meanwhile" if item.case_id else "case_not_yet"
            raise Problem(code, "action" if input.action else "nextOn")
        return
    if item.kind == AgendaKind.QUICK_WIN:
        return
    if desk.lead is None and await desk.pending_proposal() is None:
        raise Problem("lead_missing", "meetingItem")
    if input.next_on is None:
        raise Problem("next_date_missing", "nextOn")


async def _homework(hand: Hand, desk: Desk, item: MeetingItem, asked: Homework) -> UUID:
    if item.action_id is not None:
        raise Problem("action_given", "action")
    step = Step(
        asked.domain, texts.sentence(asked.what, "action.what"), asked.due_on, asked.team, asked.owner
    )
    texts.soon(asked.due_on, hand.now, "action.dueOn")
    action = await add_step(hand, desk, step)
    await hand.work.session.flush()
    return action.id
