"""Which team covers a place, who works in it, and that it met: what an area's own promises wait for."""

import re
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from casecoord.actions import texts
from casecoord.actions.managing import may_manage
from casecoord.actions.office import Hand, verb
from casecoord.domain.covering import COVERED_BY
from casecoord.domain.errors import Problem
from casecoord.domain.meetings import COMPOSITION
from casecoord.domain.words import Discipline, Language, Role, TeamKind
from casecoord.storage import places
from casecoord.storage.ending import lock_teams
from casecoord.storage.leaving import lock_memberships
from casecoord.storage.organising import Organiser
from casecoord.storage.settle import settle_area
from casecoord.storage.standing import Change, Followed, alone, to_follow
from casecoord.storage.tables import Professional, Team

_EMAIL = re.compile(r"[^@\s<>,;]+@[^@\s<>,;]+")
_ROLES = (Role.MEMBER, Role.COORDINATOR, Role.DUTY)
#: Who offers places to youths does nothing else there.
_PROVIDER_ROLES = (Role.PROVIDER, Role.COORDINATOR)
#: Who works for the whole area does so in its bureau.
_BUREAU_ROLES = (
    Role.MEMBER, Role.COORDINATOR, Role.AREA_COORDINATOR, Role.DECISION_POWER, Role.ANALYST, Role.PRIVACY_OFFICER,
    Role.ADMINISTRATOR,
)  # fmt: skip
_ROLES_OF = {TeamKind.PROGRAMME_BUREAU: _BUREAU_ROLES, TeamKind.PLACE_PROVIDER: _PROVIDER_ROLES}


@dataclass(frozen=True, slots=True)
class CoverPlace:
    """`kind`: school, practice, benefit or neighbourhood; `code`: as the registers know it."""

    idempotency_key: str
    kind: str
    code: str
    team: UUID


@dataclass(frozen=True, slots=True)
class PlaceCovered:
    kind: str
    code: str
    team: UUID


@dataclass(frozen=True, slots=True)
class AddMember:
    """`professional`: somebody known here; else `name` and the rest make somebody new. `since` None: now."""

    idempotency_key: str
    team: UUID
    role: Role
    professional: UUID | None = None
    name: str | None = None
    phone: str | None = None
    email: str | None = None
    language: Language | None = None
    discipline: Discipline | None = None
    since: datetime | None = None
    issuer: str | None = None
    subject: str | None = None


@dataclass(frozen=True, slots=True)
class MemberAdded:
    membership: UUID
    professional: UUID
    team: UUID
    role: Role
    since: datetime


@dataclass(frozen=True, slots=True)
class RecordDiscipline:
    """As what somebody sits in a care team; None: as none that its table asks for."""

    idempotency_key: str
    membership: UUID
    discipline: Discipline | None


@dataclass(frozen=True, slots=True)
class DisciplineRecorded:
    membership: UUID
    team: UUID
    discipline: Discipline | None


@dataclass(frozen=True, slots=True)
class RecordMeeting:
    idempotency_key: str
    team: UUID
    held_at: datetime


@dataclass(frozen=True, slots=True)
class MeetingRecorded:
    team: UUID
    held_at: datetime


@verb(PlaceCovered)
async def cover_place(hand: Hand, input: CoverPlace) -> PlaceCovered:
    """Names the team that covers a place. What is open there is offered to it at the next sweep, family by family."""
    work, rule = hand.work, may_manage(hand, "manage_teams")
    await alone(work)
    wanted = COVERED_BY.get(input.kind)
    if wanted is None:
        raise Problem("not_found", "kind")
    if not await places.is_place(work, input.kind, input.code):
        raise Problem("not_found", "code")
    team = await _team(hand, input.team)
    if team.during.upper is not None or not team.during.contains(hand.now):
        raise Problem("team_not_there", "team")
    if team.kind != wanted:
        raise Problem("team_kind_unfit", "team")
    if await places.covered_by(work, input.kind, input.code) != team.id:
        await places.cover(work, input.kind, input.code, team.id)
        await to_follow(work, Change(Followed.PLACE, hand.now, input.kind, input.code))
    await settle_area(work)
    hand.done.rules.append(rule)
    return PlaceCovered(input.kind, input.code, team.id)


@verb(MemberAdded, act="C")
async def add_member(hand: Hand, input: AddMember) -> MemberAdded:
    """Somebody works in a team from a moment on. Nobody gives themselves a role."""
    work, rule = hand.work, may_manage(hand, "manage_teams")
    team = await _team(hand, input.team)
    since = input.since or hand.now
    if since < hand.now:
        raise Problem("date_in_past", "since")
    if team.during.upper is not None or not team.during.contains(since):
        raise Problem("team_not_there", "team")
    if input.role not in _ROLES_OF.get(TeamKind(team.kind), _ROLES):
        raise Problem("role_unfit", "role")
    if input.discipline is not None:
        _fits(input.discipline, team)
    login = _login(input)
    organiser = Organiser(work, since)
    professional = await _professional(hand, input)
    if professional is None:
        made = await organiser.member(
            texts.sentence(input.name or "", "name", longest=200),
            team.id,
            input.role,
            phone=texts.optional(input.phone, "phone", longest=50),
            email=_email(input.email),
            language=input.language,
            discipline=input.discipline,
        )
        professional, membership = made.professional, made.membership
    else:
        membership = await organiser.membership(professional, team.id, input.role, input.discipline)
    if login is not None:
        await organiser.bind(professional, *login)
    await settle_area(work)
    hand.done.rules.append(rule)
    return MemberAdded(membership, professional, team.id, input.role, since)


@verb(DisciplineRecorded)
async def record_discipline(hand: Hand, input: RecordDiscipline) -> DisciplineRecorded:
    """What was not known of a member, or was written down wrong: the team's table is whole again, or is not."""
    rule = may_manage(hand, "manage_teams")
    found = await lock_memberships(hand.work, [input.membership])
    if not found or (found[0].during.upper is not None and found[0].during.upper <= hand.now):
        raise Problem("not_found", "membership")
    membership = found[0]
    team = await _team(hand, membership.team_id)
    if input.discipline is not None:
        _fits(input.discipline, team)
    membership.discipline = input.discipline
    await hand.work.session.flush()
    await settle_area(hand.work)
    hand.done.rules.append(rule)
    return DisciplineRecorded(membership.id, team.id, input.discipline)


@verb(MeetingRecorded, act="C")
async def record_meeting(hand: Hand, input: RecordMeeting) -> MeetingRecorded:
    """The team met: it has to meet again within its weeks from then on."""
    rule = may_manage(hand, "schedule_meeting", own_team_meeting=input.team == hand.actor.team_id)
    held_at = texts.moment_past(input.held_at, hand.now, "heldAt")
    team = await _team(hand, input.team)
    if not team.during.contains(held_at):
        raise Problem("team_not_there", "heldAt")
    await Organiser(hand.work, held_at).met(team.id, held_at)
    await settle_area(hand.work)
    hand.done.rules.append(rule)
    return MeetingRecorded(team.id, held_at)


def _fits(discipline: Discipline, team: Team) -> None:
    if discipline not in COMPOSITION.get(TeamKind(team.kind), ()):
        raise Problem("discipline_unfit", "discipline")


async def _team(hand: Hand, identity: UUID) -> Team:
    team = (await lock_teams(hand.work, {identity})).get(identity)
    if team is None:
        raise Problem("not_found", "team")
    return team


async def _professional(hand: Hand, input: AddMember) -> UUID | None:
    """Somebody who is known here; None where somebody new is described."""
    if input.professional is None:
        return None
    if any((input.name, input.phone, input.email, input.language)):
        raise Problem("professional_or_name", "professional")
    found = await hand.work.session.get(Professional, (hand.work.area_id, input.professional))
    if found is None:
        raise Problem("not_found", "professional")
    if found.id == hand.actor.professional_id:
        raise Problem("own_membership", "professional")
    return found.id


def _email(given: str | None) -> str | None:
    email = texts.optional(given, "email", longest=254)
    if email is not None and not _EMAIL.fullmatch(email):
        raise Problem("email_invalid", "email")
    return email


def _login(input: AddMember) -> tuple[str, str] | None:
    issuer, subject = texts.issued(input.issuer, "issuer"), texts.issued(input.subject, "subject")
    if issuer is None and subject is None:
        return None
    if issuer is None or subject is None:
        raise Problem("login_incomplete", "subject" if issuer else "issuer")
    return issuer, subject
