"""What a meeting shows: who is expected, and the families on its agenda with how each of them ended."""

from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from casecoord.domain.meetings import AgendaKind, AgendaState, MeetingState, MeetingWarning
from casecoord.domain.words import Discipline, TeamKind


@dataclass(frozen=True, slots=True)
class Attendant:
    """Somebody who is expected at a meeting."""

    membership: UUID
    professional: UUID
    name: str
    team: UUID
    team_name: str
    team_kind: TeamKind
    discipline: Discipline | None
    guest: bool
    present: bool


@dataclass(frozen=True, slots=True)
class Homework:
    """The action in which an item ended."""

    id: UUID
    what: str
    owner: str
    due_on: date


@dataclass(frozen=True, slots=True)
class AgendaItem:
    """A family on the agenda; `id` None: it would be on it if the meeting opened now.

    What is None was not recorded, was not asked for, or stays closed while somebody's objection is undecided.
    `nameable`: this viewer can ask who it is about; `led`: the viewer is the family's lead; `signal`: the one that
    waits, for a viewer who has a part in the family.
    """

    id: UUID | None
    household: UUID
    kind: AgendaKind
    rule: str | None
    minutes: int
    state: AgendaState
    version: int
    names: list[str] = field(default_factory=list)
    nameable: bool = False
    led: bool = False
    signal: UUID | None = None
    decision: str | None = None
    without_family: str | None = None
    family_present: bool | None = None
    next_on: date | None = None
    decided_by: str | None = None
    decided_at: datetime | None = None
    action: Homework | None = None


@dataclass(frozen=True, slots=True)
class MeetingView:
    """`missing`: the disciplines that belong at this table and are not in the team."""

    id: UUID
    team: UUID
    team_name: str
    state: MeetingState
    at: datetime
    minutes: int | None
    chair: UUID | None
    expected: list[Attendant]
    missing: list[Discipline]
    warnings: list[MeetingWarning]
    agenda: list[AgendaItem]
