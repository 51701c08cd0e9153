"""Teams come to the table and leave it: invited by the lead, joining, declining and leaving for themselves."""

from dataclasses import dataclass, replace
from uuid import UUID, uuid4

from casecoord.access.attributes import Facts
from casecoord.access.seats import team_viewer
from casecoord.actions.cases import case_desk, join, leave, look_at, require, teams_in_view
from casecoord.actions.office import Hand, verb
from casecoord.domain.actors import purposes_of
from casecoord.domain.errors import Problem
from casecoord.domain.facets import Shown, Viewer
from casecoord.domain.ids import global_id
from casecoord.domain.teams import TEAM_KINDS, presence_sphere, sphere_among
from casecoord.domain.words import Audience, CaseState, InvitationState, ProposalState, Role, Sphere
from casecoord.storage import transfers
from casecoord.storage.case_tables import Invitation, PlanAction
from casecoord.storage.cases import Desk, desk_of
from casecoord.storage.people import (
    Colleague,
    colleague,
    open_team,
    pending_invitation,
    professional_of,
    team_of,
)
from casecoord.storage.sealed import Compartment
from casecoord.storage.taking_part import open_actions_of, signals_of
from casecoord.storage.telling import tell_transfers


@dataclass(frozen=True, slots=True)
class InviteTeam:
    idempotency_key: str
    case: UUID
    team: UUID


@dataclass(frozen=True, slots=True)
class AnswerInvitation:
    idempotency_key: str
    invitation: UUID


@dataclass(frozen=True, slots=True)
class InvitationBrief:
    id: UUID
    case: UUID
    team: UUID
    state: InvitationState


@dataclass(frozen=True, slots=True)
class Successor:
    """Who takes over an open action, in another team that takes part."""

    action: UUID
    professional: UUID


@dataclass(frozen=True, slots=True)
class LeaveCase:
    """`successors` names, for each open action of the own team, who takes it over."""

    idempotency_key: str
    case: UUID
    successors: tuple[Successor, ...] = ()


@dataclass(frozen=True, slots=True)
class CaseLeft:
    """`handed_over`: the actions that are another team's from now on."""

    case: UUID
    team: UUID
    handed_over: list[UUID]


@verb(InvitationBrief, act="C")
async def invite_team(hand: Hand, input: InviteTeam) -> InvitationBrief:
    """The lead, or before there is one the accountable team, asks a team to take part."""
    desk = await case_desk(hand, input.case)
    assert desk.case is not None
    kind = await open_team(hand.work, input.team)
    if kind is None:
        raise Problem("not_found", "team")
    rule = require(
        hand, desk, "invite_team", backstop=not desk.teams(), kind_allowed=TEAM_KINDS[kind].invitable
    )
    if input.team in teams_in_view(hand, desk):
        raise Problem("team_in_case", "team")
    sphere = presence_sphere(kind, Sphere.GENERAL)
    waiting = await pending_invitation(hand.work, desk.case.id, input.team)
    if waiting is not None:
        if look_at(hand, desk).sees("case.participants", sphere):
            raise Problem("team_in_case", "team")
        return _brief(waiting)
    # A team that takes part out of view is asked as any other: a refusal would tell that it does.
    invitation = Invitation(
        area_id=hand.work.area_id,
        id=uuid4(),
        case_id=desk.case.id,
        team_id=input.team,
        invited_by=desk.actor_membership,
        sphere=sphere,
        state=InvitationState.PENDING,
        invited_at=desk.now,
    )
    hand.work.session.add(invitation)
    desk.add_event("invite_team", "case.participants", invitation.sphere, rule, team=input.team)
    await desk.settle()
    return _brief(invitation)


@verb(InvitationBrief)
async def join_case(hand: Hand, input: AnswerInvitation) -> InvitationBrief:
    """A member of the invited team says yes for the team: from now on it takes part."""
    desk, invitation = await _invitation_desk(hand, input.invitation)
    rule = _answerable(hand, desk, invitation, "join_case")
    _answer(desk, invitation, InvitationState.JOINED)
    await join(hand, desk, invitation.team_id, Sphere(invitation.sphere), None)
    desk.add_event("join_case", "case.participants", invitation.sphere, rule, team=invitation.team_id)
    await desk.settle()
    return _brief(invitation)


@verb(InvitationBrief)
async def decline_invitation(hand: Hand, input: AnswerInvitation) -> InvitationBrief:
    """A member of the invited team says no for the team."""
    desk, invitation = await _invitation_desk(hand, input.invitation)
    rule = _answerable(hand, desk, invitation, "decline_invitation")
    _answer(desk, invitation, InvitationState.DECLINED)
    desk.add_event(
        "decline_invitation", "case.participants", invitation.sphere, rule, team=invitation.team_id
    )
    await desk.settle()
    return _brief(invitation)


@verb(CaseLeft)
async def leave_case(hand: Hand, input: LeaveCase) -> CaseLeft:
    """A team's coordinator takes the team out of a case; nothing that waits for it is left behind."""
    desk = await case_desk(hand, input.case)
    assert desk.case is not None
    team = hand.actor.team_id
    actions = {action.id: action for action in await open_actions_of(hand.work, desk.case.id, team)}
    named = {one.action: one.professional for one in input.successors}
    missing = [identity for identity in actions if identity not in named]
    rule = require(
        hand,
        desk,
        "leave_case",
        actions_handed_over=not missing,
        hanging=tuple(global_id("Action", identity) for identity in missing),
    )
    if not named.keys() <= actions.keys():
        raise Problem("not_found", "successors")
    leads = await team_of(hand.work, desk.lead.membership_id) if desk.lead else None
    await _nothing_waits_for(hand, desk, team, leads)
    # The lead's team is known to all who take part, also to those who are shown no other.
    others = (teams_in_view(hand, desk) | ({leads} if leads else set())) - {team}
    for identity, action in actions.items():
        await _hand_over(hand, desk, action, named[identity], others)
        desk.add_event(
            "leave_case", "plan.action", action.sphere, rule, audience=action.audience, action=identity
        )
    for part in [part for part in desk.participants if part.team_id == team]:
        desk.add_event(
            "leave_case", "case.participants", part.sphere, rule, audience=part.audience, participant=part.id
        )
    await leave(hand, desk, team)
    await desk.settle()
    await tell_transfers(hand.work, desk.household_id, desk.actor_membership)
    return CaseLeft(desk.case.id, team, list(actions))


async def _nothing_waits_for(hand: Hand, desk: Desk, team: UUID, leads: UUID | None) -> None:
    """Who leads stays until another leads; what the team was accountable for is the lead's team's from now on.

    A member who was asked to lead can no longer say yes: whoever asked is told no.
    """
    assert desk.case is not None
    if leads == team:
        raise Problem("lead_leaves", "case")
    for signal in await signals_of(hand.work, desk.case.id, team):
        if leads is None:
            raise Problem("lead_first", "case")
        signal.accountable_team_id = leads
    await _pass_on_hand_overs(hand, desk, leads)
    asked = await desk.pending_proposal()
    if asked is not None and await team_of(hand.work, asked.membership_id) == team:
        asked.state, asked.answered_at = ProposalState.DECLINED, desk.now
        if desk.lead is None:
            desk.case.state = CaseState.TRIAGED


async def _pass_on_hand_overs(hand: Hand, desk: Desk, leads: UUID | None) -> None:
    """A family that was coming to another team still is: from the lead's team, which has its signals now."""
    pending = await transfers.pending_of(hand.work, desk.household_id)
    await transfers.drop_idle(hand.work, desk.household_id)
    left = {known.id for known in await transfers.pending_of(hand.work, desk.household_id)}
    for known in pending:
        if known.id not in left and known.transfer.to_team != leads:
            coming = replace(known.transfer, from_team=leads)
            await transfers.offer(hand.work, desk.household_id, known.kind, coming)


async def _hand_over(hand: Hand, desk: Desk, action: PlanAction, to: UUID, teams: set[UUID]) -> None:
    """The action is this professional's from now on, sealed as secretly as its new owner's team requires."""
    owner = await colleague(hand.work, to, teams)
    if owner is None:
        raise Problem("professional_not_in_case", "successors")
    before = Sphere(action.sphere)
    after = sphere_among(before, owner.team_kind)
    if not await _may_see(hand, desk, owner, after, action.audience):
        raise Problem("successor_not_in_view", "successors")
    if after is not before:
        what = desk.opened(action.what_sealed, action, "what", Compartment.of(before))
        action.what_sealed = desk.sealed(what, action, "what", Compartment.of(after))
    action.team_id, action.owner_id, action.sphere = owner.team, owner.membership, after


async def _may_see(hand: Hand, desk: Desk, owner: Colleague, sphere: Sphere, audience: str | None) -> bool:
    """Whether an action of this sphere is in view for a member of this professional's team, or for the lead."""
    leads = desk.lead and await professional_of(hand.work, desk.lead.membership_id) == owner.professional
    as_team = team_viewer(Role.MEMBER, owner.team_kind)
    viewers = frozenset(v for v in (as_team, Viewer.LEAD if leads else None) if v is not None)
    facts = Facts.that(*(("shared_with_teams",) if audience == Audience.TEAMS_IN_CASE else ()))
    purpose = purposes_of(Role.MEMBER, owner.team_kind)[0]
    return hand.policy.decide(viewers, "plan.action", sphere, purpose, facts).shown is Shown.FULL


async def _invitation_desk(hand: Hand, identity: UUID) -> tuple[Desk, Invitation]:
    found = await desk_of(hand.work, Invitation, identity)
    if found is None or found[1].team_id != hand.actor.team_id:
        raise Problem("not_found", "invitation")
    return found


def _answerable(hand: Hand, desk: Desk, invitation: Invitation, act: str) -> str:
    rule = require(hand, desk, act, of_invited_team=invitation.team_id == hand.actor.team_id)
    if invitation.state != InvitationState.PENDING or desk.case is None or desk.case.id != invitation.case_id:
        raise Problem("already_answered", "invitation")
    return rule


def _answer(desk: Desk, invitation: Invitation, state: InvitationState) -> None:
    invitation.state, invitation.answered_at = state, desk.now


def _brief(invitation: Invitation) -> InvitationBrief:
    return InvitationBrief(
        invitation.id, invitation.case_id, invitation.team_id, InvitationState(invitation.state)
    )
