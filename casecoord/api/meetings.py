"""A care team's meeting: its date, its table, its agenda, and how each item on it ends."""

import asyncio
import base64
from datetime import date, datetime
from typing import Annotated

import strawberry

from casecoord.actions import agenda, meetings, recording, staffing
from casecoord.api.context import Info
from casecoord.api.doing import do
from casecoord.api.enums import (
    AgendaKind,
    AgendaState,
    Discipline,
    Language,
    LifeDomain,
    MeetingState,
    MeetingWarning,
    TeamKind,
)
from casecoord.api.ids import global_id, key_of
from casecoord.api.leaving import zoned
from casecoord.api.problems import ProblemAnswer
from casecoord.domain import meeting_view as views
from casecoord.paper.minutes import pdf_of_minutes


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


@strawberry.input(description="`to`: when it goes on with what is open.")
class AdjournMeetingInput:
    idempotency_key: str
    meeting: strawberry.ID
    to: datetime

    def verb(self) -> meetings.AdjournMeeting:
        to = zoned(self.to, "to")
        assert to is not None
        return meetings.AdjournMeeting(self.idempotency_key, key_of("Meeting", self.meeting, "meeting"), to)


@strawberry.input(
    description="Who does what by when; `team` and `owner` are your own unless you name others."
)
class HomeworkInput:
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
    item: strawberry.ID
    version: int
    decision: str | None = None
    action: HomeworkInput | None = None
    next_on: date | None = None
    family_present: bool = False
    without_family: str | None = None

    def verb(self) -> recording.RecordDecision:
        return recording.RecordDecision(
            self.idempotency_key,
            key_of("MeetingItem", self.item, "item"),
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


@strawberry.type(description="Somebody who is expected, and whether they are there.")
class Attendant:
    membership: strawberry.ID
    name: str
    team: str
    team_kind: TeamKind
    discipline: Discipline | None
    guest: bool
    present: bool

    @classmethod
    def of(cls, found: views.Attendant) -> "Attendant":
        return cls(
            membership=global_id("Membership", found.membership),
            name=found.name,
            team=found.team_name,
            team_kind=found.team_kind,
            discipline=found.discipline,
            guest=found.guest,
            present=found.present,
        )


@strawberry.type(description="The action in which an item ended.")
class Homework:
    id: strawberry.ID
    what: str
    owner: str
    due_on: date

    @classmethod
    def of(cls, found: views.Homework) -> "Homework":
        return cls(id=global_id("Action", found.id), what=found.what, owner=found.owner, due_on=found.due_on)


@strawberry.type(
    description="A family on the agenda. `id` null: it would be on it if the meeting opened now."
    " Null while somebody's objection is undecided: what was decided."
)
class AgendaItem:
    id: strawberry.ID | None
    household: strawberry.ID
    kind: AgendaKind
    rule: str | None
    minutes: int
    state: AgendaState
    version: int
    names: list[str]
    decision: str | None
    without_family: str | None
    family_present: bool | None
    next_on: date | None
    decided_by: str | None
    decided_at: datetime | None
    action: Homework | None

    @classmethod
    def of(cls, found: views.AgendaItem) -> "AgendaItem":
        return cls(
            id=global_id("MeetingItem", found.id) if found.id else None,
            household=global_id("Household", found.household),
            kind=found.kind,
            rule=found.rule,
            minutes=found.minutes,
            state=found.state,
            version=found.version,
            names=found.names,
            decision=found.decision,
            without_family=found.without_family,
            family_present=found.family_present,
            next_on=found.next_on,
            decided_by=found.decided_by,
            decided_at=found.decided_at,
            action=Homework.of(found.action) if found.action else None,
        )


@strawberry.type(
    description="A meeting with who is expected and, as far as you may see it, what is on the table."
)
class Meeting:
    id: strawberry.ID
    team: strawberry.ID
    team_name: str
    state: MeetingState
    at: datetime
    minutes: int | None
    chair: strawberry.ID | None
    expected: list[Attendant]
    missing: list[Discipline]
    warnings: list[MeetingWarning]
    agenda: list[AgendaItem]

    @classmethod
    def of(cls, found: views.MeetingView) -> "Meeting":
        return cls(
            id=global_id("Meeting", found.id),
            team=global_id("Team", found.team),
            team_name=found.team_name,
            state=found.state,
            at=found.at,
            minutes=found.minutes,
            chair=global_id("Membership", found.chair) if found.chair else None,
            expected=[Attendant.of(one) for one in found.expected],
            missing=found.missing,
            warnings=found.warnings,
            agenda=[AgendaItem.of(one) for one in found.agenda],
        )


@strawberry.type(description="A meeting that you may know of.")
class MeetingLine:
    id: strawberry.ID
    team: strawberry.ID
    team_name: str
    state: MeetingState
    at: datetime
    minutes: int | None

    @classmethod
    def of(cls, found: agenda.MeetingLine) -> "MeetingLine":
        return cls(
            id=global_id("Meeting", found.id),
            team=global_id("Team", found.team),
            team_name=found.team_name,
            state=found.state,
            at=found.at,
            minutes=found.minutes,
        )


@strawberry.type(description="What you may see of what was decided, to read.")
class MeetingMinutes:
    pdf: str = strawberry.field(description="A PDF, in base64.")


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


@strawberry.type
class MeetingQueries:
    @strawberry.field(description="The meetings that you may know of, the latest first.")
    async def meetings(self, info: Info) -> list[MeetingLine]:
        found = await info.context.office.look(info.context.caller, agenda.meetings, agenda.MeetingsOf())
        return [MeetingLine.of(one) for one in found]

    @strawberry.field(description="A meeting: who is expected, and the agenda as far as you may see it.")
    async def meeting(self, info: Info, id: strawberry.ID) -> Meeting:
        query = agenda.MeetingOf(key_of("Meeting", id, "id"))
        return Meeting.of(await info.context.office.look(info.context.caller, agenda.meeting, query))

    @strawberry.field(description="The minutes of a meeting, as far as you may see them.")
    async def meeting_minutes(
        self, info: Info, id: strawberry.ID, language: Language = Language.NL
    ) -> MeetingMinutes:
        query = agenda.MeetingOf(key_of("Meeting", id, "id"))
        found = await info.context.office.look(info.context.caller, agenda.meeting_minutes, query)
        made = await asyncio.to_thread(pdf_of_minutes, found, language)
        return MeetingMinutes(pdf=base64.b64encode(made).decode())
