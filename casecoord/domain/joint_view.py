"""The joint case view: the minimum that everyone who takes part may see, and what is withheld from whom.

A value that is None is absent, or withheld as if it were. `Withheld` says that there is something, by
which rule it stays closed, and whom to ask.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Generic, TypeVar
from uuid import UUID

from casecoord.domain.agreements import Answer, MilestoneKind, Standing
from casecoord.domain.alternatives import FollowStep, OfferKind, PlacementState, PlaceOutcome
from casecoord.domain.consents import ConsentSource, Receiver
from casecoord.domain.promises import Level
from casecoord.domain.words import (
    BlockadeKind,
    BlockadeState,
    HearingState,
    Language,
    LifeDomain,
    Purpose,
    Reach,
    Sphere,
    TeamKind,
    Urgency,
)

T = TypeVar("T")

#: Whose signal it is that came from no team.
ITSELF = {Language.NL: "het gezin zelf", Language.EN: "the family itself"}


@dataclass(frozen=True, slots=True)
class Withheld:
    """There is something that this viewer may not see. `reason` is in the viewer's language."""

    facet: str
    rule: str
    reason: str
    ground: str
    ask: str


@dataclass(frozen=True, slots=True)
class Shared(Generic[T]):
    """A value, or why it is withheld; never both."""

    value: T | None = None
    withheld: Withheld | None = None


@dataclass(frozen=True, slots=True)
class Colleague:
    """A professional as the joint view names one."""

    professional: UUID
    name: str
    phone: str | None
    team: UUID
    team_name: str
    team_kind: TeamKind


@dataclass(frozen=True, slots=True)
class PersonView:
    id: UUID
    name: Shared[str] | None
    age: Shared[int] | None
    birth_date: Shared[str] | None
    language: Shared[str] | None
    custody: Shared[list[str]] | None
    practice: Shared[str] | None
    school: Shared[str] | None


@dataclass(frozen=True, slots=True)
class SignalView:
    id: UUID
    person: UUID | None
    state: str
    urgency: Urgency
    received_at: datetime
    sphere: Sphere
    source: Shared[str] | None
    domain: Shared[LifeDomain] | None
    summary: Shared[str] | None
    detail: Shared[str] | None
    feedback: Shared[str] | None
    outcome: Shared[str] | None


@dataclass(frozen=True, slots=True)
class ParticipantView:
    team: UUID
    name: str
    kind: TeamKind


@dataclass(frozen=True, slots=True)
class ActionView:
    id: UUID
    domain: LifeDomain
    what: str
    result: str | None
    state: str
    due_on: date
    owner: Colleague


@dataclass(frozen=True, slots=True)
class GapView:
    """A broken promise: by rule, since when, how far it escalated, who is to act next."""

    id: UUID
    rule: str
    name: str
    since: datetime
    level: Level
    responder: str


@dataclass(frozen=True, slots=True)
class HomeworkView:
    """What a partner of the alliance does about a blockade; `what` None: it may not be read now."""

    id: UUID
    addressee: str
    what: str | None
    needed_by: date
    done_at: datetime | None


@dataclass(frozen=True, slots=True)
class BlockadeView:
    """What stops practice, and what was decided; `action`: the one that cannot be done, if it is in view."""

    id: UUID
    kind: BlockadeKind
    domain: LifeDomain
    what: str
    asked: str
    state: BlockadeState
    raised_at: datetime
    raised_by: Colleague
    action: UUID | None
    decision: str | None
    reach: Reach | None
    addressee: str
    needed_by: date | None
    urgency: Urgency
    mandate: str | None
    rule: UUID | None
    homework: list[HomeworkView] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class SpendView:
    """What the lead spent, in cents, and what it changed; `reason`: why it was taken back."""

    id: UUID
    domain: LifeDomain
    amount: int
    purpose: str
    changed: str | None
    spent_on: date
    cancelled: bool
    reason: str | None


@dataclass(frozen=True, slots=True)
class HearingView:
    """A date before the neighbourhood judge, and when an alternative was proposed and a place held."""

    id: UUID
    person: UUID
    held_on: date
    state: HearingState
    alternative_at: datetime | None
    place_held_at: datetime | None


@dataclass(frozen=True, slots=True)
class PlacementView:
    """A place of an alternative for a youth; `until`: where it is only held."""

    id: UUID
    person: UUID
    offer: UUID
    alternative: str
    kind: OfferKind
    provider: str
    state: PlacementState
    until: datetime | None
    step: FollowStep | None
    outcome: PlaceOutcome | None


@dataclass(frozen=True, slots=True)
class GrantView:
    """Somebody had emergency access, from when to when, why, and what a supervisor found of it."""

    id: UUID
    professional: str
    since: datetime
    until: datetime
    medical: bool
    reason: str
    review: str | None


@dataclass(frozen=True, slots=True)
class NoteView:
    """What a practice wrote about a patient."""

    id: UUID
    person: UUID
    practice: str
    written_at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class ConsentView:
    """To what, for whom, from when to when, who gave it and who recorded it. `holds`: now.

    `thing`: None too where what it is to is itself not in view.
    """

    id: UUID
    person: UUID
    facet: str
    thing: UUID | None
    receiver: Receiver
    purpose: Purpose
    source: ConsentSource
    since: datetime
    until: datetime | None
    given_by: list[UUID]
    recorded_at: datetime
    recorded_by: str
    withdrawn_at: datetime | None
    holds: bool


@dataclass(frozen=True, slots=True)
class MoveView:
    id: UUID
    moved_on: date


@dataclass(frozen=True, slots=True)
class ContactView:
    id: UUID
    at: datetime
    manner: str


@dataclass(frozen=True, slots=True)
class ProposalView:
    id: UUID
    kind: str
    state: str
    proposed: Colleague


@dataclass(frozen=True, slots=True)
class MilestoneView:
    """A goal, a small step or something to be proud of. `own`: in the family's words; `goal`, `agreement`: of which."""

    id: UUID
    kind: MilestoneKind
    own: bool
    person: UUID | None
    domain: LifeDomain
    words: str
    #: who praised; None: the family itself, or it is no praise
    said_by: str | None
    set_at: datetime
    goal: UUID | None
    agreement: UUID | None
    reached_at: datetime | None
    praise: str | None


@dataclass(frozen=True, slots=True)
class AnswerView:
    """What somebody said to an agreement, in turn."""

    person: UUID
    answer: Answer
    words: str | None
    on_paper: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class AgreementView:
    """One wording: who does what by when, on whose behalf, and what they said to it."""

    id: UUID
    domain: LifeDomain
    what: str
    doer: str
    due_on: date
    recorded_at: datetime
    replaces: UUID | None
    adopts: UUID | None
    reply: str | None
    standing: Standing
    kept_at: datetime | None
    praise: str | None
    answers: list[AnswerView]


@dataclass(frozen=True, slots=True)
class JointCase:
    """One household's joint case view for one viewer at one moment."""

    household: UUID
    case: UUID | None
    status: Shared[str] | None = None
    lead: Shared[Colleague] | None = None
    proposals: list[ProposalView] = field(default_factory=list)
    address: Shared[str] | None = None
    contact_details: Shared[str] | None = None
    moves: list[MoveView] = field(default_factory=list)
    persons: list[PersonView] = field(default_factory=list)
    participants: list[ParticipantView] = field(default_factory=list)
    next_deadline: datetime | None = None
    contacts: list[ContactView] = field(default_factory=list)
    signals: list[SignalView] = field(default_factory=list)
    actions: list[ActionView] = field(default_factory=list)
    blockades: list[BlockadeView] = field(default_factory=list)
    spends: list[SpendView] = field(default_factory=list)
    #: of the amount for a family in this calendar year, in cents; for the lead
    left_to_spend: int | None = None
    hearings: list[HearingView] = field(default_factory=list)
    placements: list[PlacementView] = field(default_factory=list)
    grants: list[GrantView] = field(default_factory=list)
    notes: list[NoteView] = field(default_factory=list)
    consents: list[ConsentView] = field(default_factory=list)
    gaps: list[GapView] = field(default_factory=list)
    milestones: list[MilestoneView] = field(default_factory=list)
    agreements: list[AgreementView] = field(default_factory=list)
    withheld: list[Withheld] = field(default_factory=list)


def level_of(levels: list[str], now: datetime) -> Level:
    """How far a gap has escalated, from the instants of its ladder."""
    return Level(1 + sum(datetime.fromisoformat(instant) <= now for instant in levels))
