"""What is new since somebody looked: events by their ids, and never what they say."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Seat:
    """A login and the membership that it acts under."""

    issuer: str
    subject: str
    membership: UUID


@dataclass(frozen=True, slots=True)
class Happening:
    """An event, and the households whose history it can be part of."""

    id: UUID
    homes: frozenset[UUID]


@dataclass(frozen=True, slots=True)
class News:
    """What one look found: `seen` is where the next one goes on; `ended`: seats that are no more."""

    seen: str
    events: tuple[Happening, ...]
    ended: frozenset[Seat]
