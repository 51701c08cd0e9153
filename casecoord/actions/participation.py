"""Teams come to the table: invited by the lead, joining or declining for themselves."""

from dataclasses import dataclass
from uuid import UUID, uuid4

from casecoord.actions.cases import case_desk, join, look_at, require, teams_in_view
from casecoord.actions.office import Hand, verb
from casecoord.domain.errors import Problem
from casecoord.domain.teams import TEAM_KINDS, presence_sphere
from casecoord.domain.words import InvitationState, Sphere
from casecoord.storage.case_tables import Invitation
from casecoord.storage.cases import Desk, desk_of
from casecoord.storage.people import open_team, pending_invitation


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
