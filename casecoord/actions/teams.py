"""The teams of the area: whom one can invite; and who works in a team. No family's data."""

from dataclasses import dataclass
from uuid import UUID

from casecoord.access.doing import ActFacts
from casecoord.actions.office import Hand
from casecoord.domain.errors import Problem
from casecoord.domain.words import TeamKind
from casecoord.storage.memberships import MemberLine, members_of
from casecoord.storage.people import open_teams

__all__ = ["MemberLine", "MembersOf", "TeamLine", "TeamsOf", "members", "teams"]


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


@dataclass(frozen=True, slots=True)
class MembersOf:
    team: UUID


async def members(hand: Hand, query: MembersOf) -> list[MemberLine]:
    """Who works in a team? For whoever may name their deputies: an administrator, and its own coordinator."""
    own = query.team == hand.actor.team_id
    facts = ActFacts(membership_valid=True, own_team_deputy=own)
    decision = hand.may("set_deputy", facts)
    if not decision.allowed:
        raise hand.not_allowed(decision, "set_deputy")
    found = await members_of(hand.work, query.team)
    if not found:
        raise Problem("not_found", "team")
    return found
