"""The plan in small steps: each with one owner and one date; and the lead's contact with the family."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID, uuid4

from casecoord.actions import texts
from casecoord.actions.blockades import unblock
from casecoord.actions.cases import case_desk, look_at, require
from casecoord.actions.looking import wrote
from casecoord.actions.office import Hand, verb
from casecoord.domain.errors import Problem
from casecoord.domain.teams import sphere_among
from casecoord.domain.words import ActionState, Audience, LifeDomain, Sphere, sphere_of
from casecoord.domain.workdays import local_date
from casecoord.storage.case_tables import Contact, PlanAction
from casecoord.storage.cases import Desk, desk_of
from casecoord.storage.people import colleague_in, professional_of, team_of
from casecoord.storage.sealed import Compartment
from casecoord.storage.turns import plan_turns


class Manner(StrEnum):
    """How the lead and the family met."""

    HOME_VISIT = "home_visit"
    AT_SCHOOL = "at_school"
    TELEPHONE = "telephone"
    AT_OFFICE = "at_office"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class AddAction:
    """`team` and `owner` default to the actor's own."""

    idempotency_key: str
    case: UUID
    domain: LifeDomain
    what: str
    due_on: date
    team: UUID | None = None
    owner: UUID | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """A step as it may be sealed; `team` and `owner` default to the actor's own."""

    domain: LifeDomain
    what: str
    due_on: date
    team: UUID | None = None
    owner: UUID | None = None


@dataclass(frozen=True, slots=True)
class CompleteAction:
    idempotency_key: str
    action: UUID
    result: str | None = None


@dataclass(frozen=True, slots=True)
class ActionBrief:
    id: UUID
    case: UUID
    state: ActionState
    due_on: date


@dataclass(frozen=True, slots=True)
class RecordContact:
    """`contacted_at` defaults to now."""

    idempotency_key: str
    case: UUID
    manner: Manner = Manner.OTHER
    contacted_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ContactRecorded:
    id: UUID
    case: UUID
    contacted_at: datetime


@verb(ActionBrief, act="C")
async def add_action(hand: Hand, input: AddAction) -> ActionBrief:
    """A step for the own team; the lead may ask it of any team that takes part."""
    what = texts.sentence(input.what, "what")
    texts.soon(input.due_on, hand.now, "dueOn")
    desk = await case_desk(hand, input.case)
    action = await add_step(hand, desk, Step(input.domain, what, input.due_on, input.team, input.owner))
    await desk.settle()
    return ActionBrief(action.id, action.case_id, ActionState.OPEN, action.due_on)


async def add_step(hand: Hand, desk: Desk, step: Step) -> PlanAction:
    """Puts a step into the plan of the open case of this desk, if the actor may."""
    assert desk.case is not None
    team = step.team or hand.actor.team_id
    rule = require(
        hand,
        desk,
        "add_action",
        for_own_team=team == hand.actor.team_id,
        for_participating_team=True,
        owner_and_date=True,
    )
    # After the rule: only the lead, who sees all that take part, is told which team does not.
    if team not in desk.teams():
        raise Problem("team_not_in_case", "team")
    owner = await colleague_in(hand.work, step.owner or hand.actor.professional_id, team)
    if owner is None:
        raise Problem("owner_not_in_team", "owner")
    # An action names its owner and who asked for it: it is as secret as their teams' part in the case.
    sphere = sphere_among(sphere_of(step.domain), hand.actor.team_kind, owner.team_kind)
    action = PlanAction(
        area_id=hand.work.area_id,
        id=uuid4(),
        case_id=desk.case.id,
        team_id=team,
        owner_id=owner.membership,
        author_id=desk.actor_membership,
        domain=step.domain,
        sphere=sphere,
        due_on=step.due_on,
        state=ActionState.OPEN,
        added_at=desk.now,
    )
    action.what_sealed = desk.sealed(step.what, action, "what", Compartment.of(sphere))
    hand.work.session.add(action)
    if owner.until is not None:
        await hand.work.session.flush()
        await plan_turns(hand.work, action.id, owner.membership)
    desk.add_event("add_action", "plan.action", sphere, rule, action=action.id)
    return action


@verb(ActionBrief)
async def complete_action(hand: Hand, input: CompleteAction) -> ActionBrief:
    """Its owner, or the lead, says that it is done, and what came of it."""
    result = texts.optional(input.result, "result")
    desk, action, owns = await action_desk(hand, input.action)
    rule = require(hand, desk, "complete_action", is_owner=owns)
    if action.state != ActionState.OPEN or desk.case is None or desk.case.id != action.case_id:
        raise Problem("action_done", "action")
    await unblock(desk, action, result or f"{local_date(desk.now):%d-%m-%Y}")
    action.state, action.done_at = ActionState.DONE, desk.now
    action.result_sealed = desk.sealed_if(result, action, "result", Compartment.of(Sphere(action.sphere)))
    desk.add_event(
        "complete_action", "plan.action", action.sphere, rule, audience=action.audience, action=action.id
    )
    await desk.settle()
    return ActionBrief(action.id, action.case_id, ActionState.DONE, action.due_on)


async def action_desk(hand: Hand, identity: UUID) -> tuple[Desk, PlanAction, bool]:
    """An action that the actor owns, wrote or sees, and whether they own it: another is as one that is not there."""
    found = await desk_of(hand.work, PlanAction, identity)
    if found is None:
        raise Problem("not_found", "action")
    desk, action = found
    owns = await professional_of(hand.work, action.owner_id) == hand.actor.professional_id
    if not owns and not await _sees(hand, desk, action):
        raise Problem("not_found", "action")
    return desk, action, owns


async def _sees(hand: Hand, desk: Desk, action: PlanAction) -> bool:
    author = await professional_of(hand.work, action.author_id)
    return look_at(hand, desk).sees(
        "plan.action",
        Sphere(action.sphere),
        shared_with_teams=action.audience == Audience.TEAMS_IN_CASE,
        wrote_it=wrote(hand, str(await team_of(hand.work, action.author_id)), str(author)),
    )


@verb(ContactRecorded, act="C")
async def record_contact(hand: Hand, input: RecordContact) -> ContactRecorded:
    """The lead spoke with the family: G3 is kept."""
    said = input.contacted_at
    at = None if said is None else texts.moment_past(said, hand.now, "contactedAt")
    desk = await case_desk(hand, input.case)
    rule = require(hand, desk, "record_contact")
    assert desk.case is not None
    contact = Contact(
        area_id=hand.work.area_id,
        id=uuid4(),
        case_id=desk.case.id,
        membership_id=desk.actor_membership,
        contacted_at=at or desk.now,
        manner=input.manner,
    )
    hand.work.session.add(contact)
    desk.add_event(
        "record_contact", "case.contact", Sphere.GENERAL, rule, manner=input.manner, contact=contact.id
    )
    await desk.settle()
    return ContactRecorded(contact.id, contact.case_id, contact.contacted_at)
