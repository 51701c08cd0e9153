"""The teams of the area: whom one can invite. No personal data."""

from dataclasses import dataclass
from uuid import UUID

from casecoord.actions.office import Hand
from casecoord.domain.words import TeamKind
from casecoord.storage.people import open_teams


@dataclass(frozen=True, slots=True)
class TeamsOf:
    """`kind` narrows the list."""

    kind: TeamKind | None = None


@dataclass(frozen=True, slots=True)
class TeamLine:
    id: UUID
    name: str
    kind: TeamKind


async def teams(hand: Hand, query: TeamsOf) -> list[TeamLine]:
    """The teams that work in the area now, by name."""
    return [
        TeamLine(identity, name, kind)
        for identity, name, kind in await open_teams(hand.work)
        if query.kind in (None, kind)
    ]
