"""A team's meeting from its date to its end: planned, opened with who is there, closed, or adjourned to a date."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from casecoord.access.seats import TEAM_ROLES
from casecoord.actions import texts
from casecoord.actions.agenda import known, missing_at, planned_agenda
from casecoord.actions.managing import may_manage
from casecoord.actions.office import Hand, verb
from casecoord.domain.errors import Problem
from casecoord.domain.meetings import COMPOSITION, MINUTES, MeetingState, MeetingWarning, warnings
from casecoord.domain.words import Discipline, TeamKind
from casecoord.domain.workdays import AMSTERDAM, local_date
from casecoord.storage.leaving import lock_memberships
from casecoord.storage.meeting_tables import Meeting
from casecoord.storage.meetings import MeetingRow, carry_over, expected, load_of, lock_meeting, put_on, seat
from casecoord.storage.settle import settle_area
from casecoord.storage.tables import Team


@dataclass(frozen=True, slots=True)
class ScheduleMeeting:
    """`chair`: of the own team, by default the actor; `guests`: of other teams."""

    idempotency_key: str
    team: UUID
    at: datetime
    minutes: int = 60
    chair: UUID | None = None
    guests: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class OpenMeeting:
    """`present`: who is there, by membership; whoever opens it is."""

    idempotency_key: str
    meeting: UUID
    present: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class MarkPresent:
    """Whoever came later."""

    idempotency_key: str
    meeting: UUID
    present: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class CloseMeeting:
    idempotency_key: str
    meeting: UUID


@dataclass(frozen=True, slots=True)
class AdjournMeeting:
    """`goes_on_at`: when, with what is open."""

    idempotency_key: str
    meeting: UUID
    goes_on_at: datetime


@dataclass(frozen=True, slots=True)
class MeetingBrief:
    """`next`: the meeting in which it goes on; `expected`: how many."""

    id: UUID
    team: UUID
    state: MeetingState
    at: datetime
    minutes: int
    chair: UUID
    expected: int
    missing: list[Discipline]
    warnings: list[MeetingWarning]
    next: UUID | None = None


@verb(MeetingBrief, act="C")
async def schedule_meeting(hand: Hand, input: ScheduleMeeting) -> MeetingBrief:
    """The team's coordinator, or the member who will chair, sets a date."""
    own, chair = input.team == hand.actor.team_id, input.chair or hand.actor.membership_id
    facts = {"own_team_meeting": own, "chairs_meeting": own and chair == hand.actor.membership_id}
    rule = may_manage(hand, "schedule_meeting", **facts)
    at = _to_come(hand, input.at, "at")
    if not MINUTES[0] <= input.minutes <= MINUTES[1]:
        raise Problem("minutes_out_of_bounds", "minutes")
    if hand.actor.team_kind not in COMPOSITION:
        raise Problem("team_kind_unfit", "team")
    await _works_in(hand, chair, input.team)
    guests = await _guests(hand, input.guests, input.team)
    meeting = Meeting(
        area_id=hand.work.area_id,
        id=uuid4(),
        team_id=input.team,
        state=MeetingState.PLANNED,
        planned_at=at,
        minutes=input.minutes,
        chair_id=chair,
    )
    hand.work.session.add(meeting)
    await hand.work.session.flush()
    await seat(hand.work, meeting.id, guests, guest=True)
    hand.done.rules.append(rule)
    return await _brief(hand, meeting.id)


@verb(MeetingBrief)
async def open_meeting(hand: Hand, input: OpenMeeting) -> MeetingBrief:
    """The agenda is made of what the team may see now, and those present see it until the meeting ends."""
    meeting, rule = await _own(hand, input.meeting, "schedule_meeting")
    if meeting.state != MeetingState.PLANNED:
        raise Problem("meeting_begun", "meeting")
    assert meeting.planned_at is not None
    if local_date(hand.now) < local_date(meeting.planned_at):
        raise Problem("meeting_not_today", "meeting")
    row = await known(hand, meeting.id)
    await _arrive(hand, row, {*input.present, hand.actor.membership_id})
    load = await load_of(hand.work, meeting.id)
    await put_on(hand.work, meeting.id, await planned_agenda(hand, row, load), load.after)
    meeting.state, meeting.opened_at = MeetingState.OPEN, hand.now
    hand.done.rules.append(rule)
    return await _brief(hand, meeting.id)


@verb(MeetingBrief)
async def mark_present(hand: Hand, input: MarkPresent) -> MeetingBrief:
    """Who comes in later sees the agenda from then on."""
    meeting, rule = await _own(hand, input.meeting, "schedule_meeting")
    if meeting.state != MeetingState.OPEN:
        raise Problem("meeting_not_open", "meeting")
    await _arrive(hand, await known(hand, meeting.id), set(input.present))
    hand.done.rules.append(rule)
    return await _brief(hand, meeting.id)


@verb(MeetingBrief)
async def close_meeting(hand: Hand, input: CloseMeeting) -> MeetingBrief:
    """Everything on the table ended in a decision or an action: the team met, and its weeks begin anew."""
    meeting, rule = await _own(hand, input.meeting, "close_meeting")
    if meeting.state != MeetingState.OPEN:
        raise Problem("meeting_not_open", "meeting")
    if (await load_of(hand.work, meeting.id)).open:
        raise Problem("items_open", "meeting")
    meeting.state, meeting.held_at, meeting.ended_at = MeetingState.CLOSED, meeting.opened_at, hand.now
    await hand.work.session.flush()
    await settle_area(hand.work)
    hand.done.rules.append(rule)
    return await _brief(hand, meeting.id)


@verb(MeetingBrief)
async def adjourn_meeting(hand: Hand, input: AdjournMeeting) -> MeetingBrief:
    """It goes on at another date, with what is open and with whoever was asked to come."""
    meeting, rule = await _own(hand, input.meeting, "close_meeting")
    if meeting.state not in (MeetingState.PLANNED, MeetingState.OPEN):
        raise Problem("meeting_over", "meeting")
    goes_on_at = _to_come(hand, input.goes_on_at, "goesOnAt")
    following = Meeting(
        area_id=hand.work.area_id,
        id=uuid4(),
        team_id=meeting.team_id,
        state=MeetingState.PLANNED,
        planned_at=goes_on_at,
        minutes=meeting.minutes,
        chair_id=meeting.chair_id,
        continues_id=meeting.id,
    )
    hand.work.session.add(following)
    await hand.work.session.flush()
    await carry_over(hand.work, meeting.id, following.id)
    meeting.state, meeting.ended_at = MeetingState.ADJOURNED, hand.now
    hand.done.rules.append(rule)
    return await _brief(hand, meeting.id, following.id)


async def _own(hand: Hand, identity: UUID, act: str) -> tuple[Meeting, str]:
    """A meeting, locked, at which the actor may do this act; and the rule that says so."""
    await known(hand, identity)
    meeting = await lock_meeting(hand.work, identity)
    assert meeting is not None
    return meeting, may_lead(hand, meeting, act)


def may_lead(hand: Hand, meeting: Meeting, act: str) -> str:
    """May this actor do this at this table? The rule that says so; else Problem."""
    own = meeting.team_id == hand.actor.team_id
    chairs = own and meeting.chair_id == hand.actor.membership_id
    return may_manage(hand, act, own_team_meeting=own, chairs_meeting=chairs)


def _to_come(hand: Hand, at: datetime, field: str) -> datetime:
    moment = at if at.tzinfo else at.replace(tzinfo=AMSTERDAM)
    texts.soon(local_date(moment), hand.now, field)
    return moment


async def _works_in(hand: Hand, membership: UUID, team: UUID) -> None:
    found = await lock_memberships(hand.work, [membership])
    if not found or found[0].team_id != team or found[0].role not in TEAM_ROLES:
        raise Problem("not_expected", "chair")
    if not found[0].during.contains(hand.now):
        raise Problem("professional_not_active", "chair")


async def _guests(hand: Hand, asked: Iterable[UUID], team: UUID) -> set[UUID]:
    """Those who work in a care team: a court partner at the table would tell what it is about."""
    wanted = set(asked)
    found = await lock_memberships(hand.work, sorted(wanted))
    if {one.id for one in found} != wanted:
        raise Problem("not_found", "guests")
    for one in found:
        of = await hand.work.session.get_one(Team, (hand.work.area_id, one.team_id))
        if one.role not in TEAM_ROLES or TeamKind(of.kind) not in COMPOSITION:
            raise Problem("guest_unfit", "guests")
        if not one.during.contains(hand.now):
            raise Problem("professional_not_active", "guests")
    return {one.id for one in found if one.team_id != team}


async def _arrive(hand: Hand, row: MeetingRow, present: set[UUID]) -> None:
    there = {one.membership for one in await expected(hand.work, row.id)}
    if not present <= there:
        raise Problem("not_expected", "present")
    await seat(hand.work, row.id, present)


async def _brief(hand: Hand, identity: UUID, following: UUID | None = None) -> MeetingBrief:
    await hand.work.session.flush()
    row = await known(hand, identity)
    there = await expected(hand.work, identity)
    missing = missing_at(hand, row, there)
    assert row.minutes is not None and row.chair_id is not None
    return MeetingBrief(
        id=row.id,
        team=row.team_id,
        state=MeetingState(row.state),
        at=row.at,
        minutes=row.minutes,
        chair=row.chair_id,
        expected=len(there),
        missing=missing,
        warnings=warnings(len(there), missing),
        next=following,
    )
