"""What lists show: one line per flagged household, gap or event."""

from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Generic, TypeVar
from uuid import UUID

from casecoord.domain.joint_view import Shared
from casecoord.domain.promises import Level
from casecoord.domain.words import Urgency

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Slice(Generic[T]):
    """A page: its items, each with a cursor, and whether more follow."""

    items: list[T]
    cursors: list[str]
    more: bool


@dataclass(frozen=True, slots=True)
class Flagged:
    """A household on a worklist. `urgency` is the highest among the signals that this viewer may see.

    `untriaged`: how many of those nobody triaged yet.
    """

    household: UUID
    case: UUID | None
    state: str | None
    urgency: Urgency | None
    next_deadline: datetime | None
    open_gaps: int
    holder: str | None
    names: Shared[list[str]] | None
    untriaged: int = 0


@dataclass(frozen=True, slots=True)
class OpenGap:
    """A broken promise, who holds the household, and who is to act next."""

    id: UUID
    #: None: it is the area's own, or between few
    household: UUID | None
    rule: str
    name: str
    since: datetime
    level: Level
    holder: str | None
    responder: str


@dataclass(frozen=True, slots=True)
class Chosen:
    """Only gaps of this rule, at this level, of families of this neighbourhood, with a child at this school."""

    rule: str | None = None
    level: int | None = None
    neighbourhood: str | None = None
    school: str | None = None

    @property
    def given(self) -> dict[str, str | int]:
        """What was chosen, by its name."""
        return {name: value for name, value in asdict(self).items() if value is not None}


#: No choice.
EVERYTHING = Chosen()


@dataclass(frozen=True, slots=True)
class Happened:
    """Something that happened in a case, by whom."""

    id: UUID
    at: datetime
    verb: str
    who: str
    about: dict[str, str] = field(default_factory=dict)
