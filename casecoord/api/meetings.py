"""What is done at a care team's table: it is set, opened, decided at, and closed or adjourned."""

from datetime import date, datetime
from typing import Annotated

import strawberry

from casecoord.actions import meetings, recording, staffing
from casecoord.api.context import Info
from casecoord.api.doing import do
from casecoord.api.enums import (
    AgendaState,
    Discipline,
    LifeDomain,
    MeetingState,
    MeetingWarning,
)
from casecoord.api.ids import global_id, key_of
from casecoord.api.leaving import zoned
from casecoord.api.problems import ProblemAnswer


@strawberry.input(description="`chair`: you, unless another of the team; `guests`: members of other teams.")
class ScheduleMeetingInput:
    idempotency_key: str
    team: strawberry.ID
    at: datetime
    minutes: int = 60
    chair: strawberry.ID | None = None
    guests: list[strawberry.ID] = strawberry.field(default_factory=list)

    def verb(self) -> meetings.ScheduleMeeting:
        at = zoned(self.at, "at")
        assert at is not None
        return meetings.ScheduleMeeting(
            self.idempotency_key,
            key_of("Team", self.team, "team"),
            at,
            self.minutes,
            key_of("Membership", self.chair, "chair") if self.chair is not None else None,
            tuple(key_of("Membership", one, "guests") for one in self.guests),
        )


@strawberry.input(description="`present`: the memberships of who is there; you are.")
class OpenMeetingInput:
    idempotency_key: str
    meeting: strawberry.ID
    present: list[strawberry.ID] = strawberry.field(default_factory=list)

    def verb(self) -> meetings.OpenMeeting:
        present = tuple(key_of("Membership", one, "present") for one in self.present)
        return meetings.OpenMeeting(self.idempotency_key, key_of("Meeting", self.meeting, "meeting"), present)


@strawberry.input(description="The memberships of who came later.")
class MarkPresentInput:
    idempotency_key: str
    meeting: strawberry.ID
    present: list[strawberry.ID]

    def verb(self) -> meetings.MarkPresent:
        present = tuple(key_of("Membership", one, "present") for one in self.present)
        return meetings.MarkPresent(self.idempotency_key, key_of("Meeting", self.meeting, "meeting"), present)


@strawberry.input(description="A meeting with nothing left open.")
class CloseMeetingInput:
    idempotency_key: str
    meeting: strawberry.ID

    def verb(self) -> meetings.CloseMeeting:
        return meetings.CloseMeeting(self.idempotency_key, key_of("Meeting", self.meeting, "meeting"))


@strawberry.input(description="`goesOnAt`: when, with what is open.")
class AdjournMeetingInput:
    idempotency_key: str
    meeting: strawberry.ID
    goes_on_at: datetime

    def verb(self) -> meetings.AdjournMeeting:
        goes_on_at = zoned(self.goes_on_at, "goesOnAt")
        assert goes_on_at is not None
        return meetings.AdjournMeeting(
            self.idempotency_key, key_of("Meeting", self.meeting, "meeting"), goes_on_at
        )


@strawberry.input(
    description="Who does what by when; `team` and `owner` are your own unless you name others."
)
class ItemActionInput:
    domain: LifeDomain
    what: str
    due_on: date
    team: strawberry.ID | None = None
    owner: strawberry.ID | None = None

    def step(self) -> recording.Homework:
        return recording.Homework(
            self.domain,
            self.what,
            self.due_on,
            key_of("Team", self.team, "action.team") if self.team is not None else None,
            key_of("Professional", self.owner, "action.owner") if self.owner is not None else None,
        )


@strawberry.input(
    description="`version`: the one you read; `nextOn`: when this family is talked about again;"
    " `withoutFamily`: why they were not there, where they were not."
)
class RecordDecisionInput:
    idempotency_key: str
    meeting_item: strawberry.ID
    version: int
    decision: str | None = None
    action: ItemActionInput | None = None
    next_on: date | None = None
    family_present: bool = False
    without_family: str | None = None

    def verb(self) -> recording.RecordDecision:
        return recording.RecordDecision(
            self.idempotency_key,
            key_of("MeetingItem", self.meeting_item, "meetingItem"),
            self.version,
            self.decision,
            self.action.step() if self.action is not None else None,
            self.next_on,
            self.family_present,
            self.without_family,
        )


@strawberry.input(description="As what a member sits in a care team; null: as none that its table asks for.")
class RecordDisciplineInput:
    idempotency_key: str
    membership: strawberry.ID
    discipline: Discipline | None = None

    def verb(self) -> staffing.RecordDiscipline:
        key = key_of("Membership", self.membership, "membership")
        return staffing.RecordDiscipline(self.idempotency_key, key, self.discipline)


@strawberry.type(
    description="A meeting as it is planned, sits or ended. `next`: the one in which it goes on."
)
class MeetingSaved:
    id: strawberry.ID
    team: strawberry.ID
    state: MeetingState
    at: datetime
    minutes: int
    chair: strawberry.ID
    expected: int
    missing: list[Discipline]
    warnings: list[MeetingWarning]
    next: strawberry.ID | None

    @classmethod
    def of(cls, found: meetings.MeetingBrief) -> "MeetingSaved":
        return cls(
            id=global_id("Meeting", found.id),
            team=global_id("Team", found.team),
            state=found.state,
            at=found.at,
            minutes=found.minutes,
            chair=global_id("Membership", found.chair),
            expected=found.expected,
            missing=found.missing,
            warnings=found.warnings,
            next=global_id("Meeting", found.next) if found.next else None,
        )


@strawberry.type(description="How an item ended, and its version from now on.")
class DecisionRecorded:
    item: strawberry.ID
    state: AgendaState
    version: int
    action: strawberry.ID | None

    @classmethod
    def of(cls, found: recording.DecisionBrief) -> "DecisionRecorded":
        action = global_id("Action", found.action) if found.action else None
        return cls(
            item=global_id("MeetingItem", found.item), state=found.state, version=found.version, action=action
        )


@strawberry.type(description="As what a member sits in a care team.")
class DisciplineRecorded:
    membership: strawberry.ID
    team: strawberry.ID
    discipline: Discipline | None

    @classmethod
    def of(cls, found: staffing.DisciplineRecorded) -> "DisciplineRecorded":
        return cls(
            membership=global_id("Membership", found.membership),
            team=global_id("Team", found.team),
            discipline=found.discipline,
        )


MeetingSavedAnswer = Annotated[MeetingSaved | ProblemAnswer, strawberry.union("MeetingSavedAnswer")]
DecisionAnswer = Annotated[DecisionRecorded | ProblemAnswer, strawberry.union("DecisionRecordedAnswer")]
DisciplineAnswer = Annotated[DisciplineRecorded | ProblemAnswer, strawberry.union("DisciplineAnswer")]


@strawberry.type
class MeetingMutations:
    @strawberry.mutation(description="When your team meets, who chairs and which guests come.")
    async def schedule_meeting(self, info: Info, input: ScheduleMeetingInput) -> MeetingSavedAnswer:
        return await do(info, meetings.schedule_meeting, input, MeetingSaved.of)

    @strawberry.mutation(description="Who is there; the agenda is made from what the team may see now.")
    async def open_meeting(self, info: Info, input: OpenMeetingInput) -> MeetingSavedAnswer:
        return await do(info, meetings.open_meeting, input, MeetingSaved.of)

    @strawberry.mutation(description="Who came later.")
    async def mark_present(self, info: Info, input: MarkPresentInput) -> MeetingSavedAnswer:
        return await do(info, meetings.mark_present, input, MeetingSaved.of)

    @strawberry.mutation(description="An item ends in a decision, or in an action with an owner and a date.")
    async def record_decision(self, info: Info, input: RecordDecisionInput) -> DecisionAnswer:
        return await do(info, recording.record_decision, input, DecisionRecorded.of)

    @strawberry.mutation(description="The team met, and nothing was left open.")
    async def close_meeting(self, info: Info, input: CloseMeetingInput) -> MeetingSavedAnswer:
        return await do(info, meetings.close_meeting, input, MeetingSaved.of)

    @strawberry.mutation(description="It goes on at another date, with what is open.")
    async def adjourn_meeting(self, info: Info, input: AdjournMeetingInput) -> MeetingSavedAnswer:
        return await do(info, meetings.adjourn_meeting, input, MeetingSaved.of)

    @strawberry.mutation(description="As what a member sits in a care team.")
    async def record_discipline(self, info: Info, input: RecordDisciplineInput) -> DisciplineAnswer:
        return await do(info, staffing.record_discipline, input, DisciplineRecorded.of)
