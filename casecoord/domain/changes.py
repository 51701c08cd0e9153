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
    """An event, in which transaction it was written, and the households whose history it can be part of."""

    id: UUID
    transaction: int
    homes: frozenset[UUID]

    def is_in(self, seen: str) -> bool:
        """Whether it was there already for whoever saw this: PostgreSQL's `xmin:xmax:xip,xip`."""
        first, next, running = seen.split(":")
        return self.transaction < int(first) or (
            self.transaction < int(next) and str(self.transaction) not in running.split(",")
        )


@dataclass(frozen=True, slots=True)
class News:
    """What one look found: `seen` is where the next one goes on; `ended`: seats that are no more."""

    seen: str
    events: tuple[Happening, ...]
    ended: frozenset[Seat]
