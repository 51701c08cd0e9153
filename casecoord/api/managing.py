"""How an area is run: its settings, its duty roster, who works in a team, which team covers a place, that it met."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

import strawberry

from casecoord.actions import duty, managing, staffing
from casecoord.api.enums import Discipline, Language, Role, RoutedBy
from casecoord.api.ids import global_id, key_of
from casecoord.api.leaving import zoned
from casecoord.api.problems import ProblemAnswer


@strawberry.type(description="A deadline by its name, and the bounds within which it can be changed.")
class Deadline:
    name: str
    value: int
    least: int
    most: int


@strawberry.type(
    description="An area's settings. `following`: what waits has not followed the last change everywhere yet."
)
class Settings:
    deadlines: list[Deadline]
    closed: list[date]
    disciplines: list[Discipline]
    case_ceiling: int | None
    justice_deputy: strawberry.ID | None
    routing_order: list[RoutedBy]
    following: bool
    family_amount: int = strawberry.field(
        description="What a lead spends for a family in a calendar year without asking, in cents."
    )

    @classmethod
    def of(cls, found: managing.Settings) -> "Settings":
        return cls(
            deadlines=[
                Deadline(name=one.name, value=one.value, least=one.least, most=one.most)
                for one in found.deadlines
            ],
            closed=found.closed,
            disciplines=found.disciplines,
            case_ceiling=found.case_ceiling,
            justice_deputy=_id("Membership", found.justice_deputy),
            routing_order=found.routing_order,
            following=found.following,
            family_amount=found.family_amount,
        )


@strawberry.type(description="Somebody is on duty.")
class DutyShift:
    membership: strawberry.ID
    name: str
    since: datetime
    until: datetime


@strawberry.type(description="Nobody is on duty.")
class DutyHole:
    since: datetime
    until: datetime


@strawberry.type(description="Who is on duty from a moment until a moment, and when nobody is.")
class Roster:
    since: datetime
    until: datetime
    shifts: list[DutyShift]
    holes: list[DutyHole]

    @classmethod
    def of(cls, found: duty.Roster) -> "Roster":
        return cls(
            since=found.since,
            until=found.until,
            shifts=[
                DutyShift(
                    membership=global_id("Membership", one.membership),
                    name=one.name,
                    since=one.since,
                    until=one.until,
                )
                for one in found.shifts
            ],
            holes=[DutyHole(since=one.since, until=one.until) for one in found.holes],
        )


@strawberry.type(description="Which team covers a place from now on.")
class PlaceCovered:
    kind: str
    code: str
    team: strawberry.ID

    @classmethod
    def of(cls, found: staffing.PlaceCovered) -> "PlaceCovered":
        return cls(kind=found.kind, code=found.code, team=global_id("Team", found.team))


@strawberry.type(description="Who works in a team from when.")
class MemberAdded:
    membership: strawberry.ID
    professional: strawberry.ID
    team: strawberry.ID
    role: Role
    since: datetime

    @classmethod
    def of(cls, found: staffing.MemberAdded) -> "MemberAdded":
        return cls(
            membership=global_id("Membership", found.membership),
            professional=global_id("Professional", found.professional),
            team=global_id("Team", found.team),
            role=found.role,
            since=found.since,
        )


@strawberry.type(description="When a team met.")
class MeetingRecorded:
    team: strawberry.ID
    held_at: datetime

    @classmethod
    def of(cls, found: staffing.MeetingRecorded) -> "MeetingRecorded":
        return cls(team=global_id("Team", found.team), held_at=found.held_at)


@strawberry.input(description="A deadline by its name, as the settings show it.")
class DeadlineInput:
    name: str
    value: int


@strawberry.input(description="What is missing stays as it is. `closed`: all days off of the area.")
class ChangeSettingsInput:
    idempotency_key: str
    deadlines: list[DeadlineInput] | None = None
    closed: list[date] | None = None
    disciplines: list[Discipline] | None = None
    case_ceiling: int | None = None
    justice_deputy: strawberry.ID | None = None
    routing_order: list[RoutedBy] | None = None
    family_amount: int | None = None

    def verb(self) -> managing.ChangeSettings:
        return managing.ChangeSettings(
            self.idempotency_key,
            tuple(managing.Deadline(one.name, one.value) for one in self.deadlines or ()),
            None if self.closed is None else tuple(self.closed),
            None if self.disciplines is None else tuple(self.disciplines),
            self.case_ceiling,
            _key("Membership", self.justice_deputy, "justiceDeputy"),
            None if self.routing_order is None else tuple(self.routing_order),
            self.family_amount,
        )


@strawberry.input(description="`since`: now where it is missing.")
class PlanDutyInput:
    idempotency_key: str
    membership: strawberry.ID
    until: datetime
    since: datetime | None = None

    def verb(self) -> duty.PlanDuty:
        until = zoned(self.until, "until")
        assert until is not None
        membership = key_of("Membership", self.membership, "membership")
        return duty.PlanDuty(self.idempotency_key, membership, until, zoned(self.since, "since"))


@strawberry.input(description="`kind`: school, practice, benefit, neighbourhood.")
class CoverPlaceInput:
    idempotency_key: str
    kind: str
    code: str
    team: strawberry.ID

    def verb(self) -> staffing.CoverPlace:
        team = key_of("Team", self.team, "team")
        return staffing.CoverPlace(self.idempotency_key, self.kind, self.code, team)


@strawberry.input(
    description="`professional`: somebody known here; else `name` and the rest describe somebody new. `since`: now"
    " where it is missing. `issuer` and `subject`: as whom they log in."
)
class AddMemberInput:
    idempotency_key: str
    team: strawberry.ID
    role: Role
    professional: strawberry.ID | None = None
    name: str | None = None
    phone: str | None = None
    email: str | None = None
    language: Language | None = None
    discipline: Discipline | None = None
    since: datetime | None = None
    issuer: str | None = None
    subject: str | None = None

    def verb(self) -> staffing.AddMember:
        return staffing.AddMember(
            self.idempotency_key,
            key_of("Team", self.team, "team"),
            self.role,
            _key("Professional", self.professional, "professional"),
            self.name,
            self.phone,
            self.email,
            self.language,
            self.discipline,
            zoned(self.since, "since"),
            self.issuer,
            self.subject,
        )


@strawberry.input(description="When your team met.")
class RecordMeetingInput:
    idempotency_key: str
    team: strawberry.ID
    held_at: datetime

    def verb(self) -> staffing.RecordMeeting:
        held_at = zoned(self.held_at, "heldAt")
        assert held_at is not None
        return staffing.RecordMeeting(self.idempotency_key, key_of("Team", self.team, "team"), held_at)


def _key(kind: str, given: str | None, field: str) -> UUID | None:
    return None if given is None else key_of(kind, given, field)


def _id(kind: str, key: UUID | None) -> strawberry.ID | None:
    return None if key is None else global_id(kind, key)


SettingsAnswer = Annotated[Settings | ProblemAnswer, strawberry.union("SettingsAnswer")]
RosterAnswer = Annotated[Roster | ProblemAnswer, strawberry.union("RosterAnswer")]
CoverAnswer = Annotated[PlaceCovered | ProblemAnswer, strawberry.union("CoverAnswer")]
MemberAnswer = Annotated[MemberAdded | ProblemAnswer, strawberry.union("MemberAnswer")]
MeetingAnswer = Annotated[MeetingRecorded | ProblemAnswer, strawberry.union("MeetingAnswer")]
