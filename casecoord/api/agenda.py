"""What a care team's meeting shows: who is expected, the agenda and its items, and the minutes on paper."""

import asyncio
import base64
from datetime import date, datetime

import strawberry

from casecoord.actions import agenda
from casecoord.api.context import Info
from casecoord.api.enums import (
    AgendaKind,
    AgendaState,
    Discipline,
    Language,
    MeetingState,
    MeetingWarning,
    TeamKind,
)
from casecoord.api.ids import global_id, key_of
from casecoord.domain import meeting_view as views
from casecoord.paper.minutes import pdf_of_minutes


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
class ItemAction:
    id: strawberry.ID
    what: str
    owner: str
    due_on: date

    @classmethod
    def of(cls, found: views.Homework) -> "ItemAction":
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
    action: ItemAction | None

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
            action=ItemAction.of(found.action) if found.action else None,
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


@strawberry.type
class MeetingQueries:
    @strawberry.field(description="The meetings that you may know of, the latest first.")
    async def meetings(self, info: Info) -> list[MeetingLine]:
        found = await info.context.office.look(info.context.caller, agenda.meetings, agenda.MeetingsOf())
        return [MeetingLine.of(one) for one in found]

    @strawberry.field(description="A meeting: who is expected, and the agenda as far as you may see it.")
    async def meeting(self, info: Info, meeting: strawberry.ID) -> Meeting:
        query = agenda.MeetingOf(key_of("Meeting", meeting, "meeting"))
        return Meeting.of(await info.context.office.look(info.context.caller, agenda.meeting, query))

    @strawberry.field(description="The minutes of a meeting, as far as you may see them.")
    async def meeting_minutes(
        self, info: Info, meeting: strawberry.ID, language: Language = Language.NL
    ) -> MeetingMinutes:
        query = agenda.MeetingOf(key_of("Meeting", meeting, "meeting"))
        found = await info.context.office.look(info.context.caller, agenda.meeting_minutes, query)
        made = await asyncio.to_thread(pdf_of_minutes, found, language)
        return MeetingMinutes(pdf=base64.b64encode(made).decode())
