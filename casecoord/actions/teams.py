"""The teams of the area: whom one can invite; and who works in a team. No family's data."""

from dataclasses import dataclass
from uuid import UUID

from casecoord.access.doing import ActFacts, Doer
from casecoord.actions import cursors
from casecoord.actions.office import Hand
from casecoord.domain.covering import COVERED_BY
from casecoord.domain.errors import Problem
from casecoord.domain.lists import Slice
from casecoord.domain.words import TeamKind
from casecoord.storage import leaving
from casecoord.storage.memberships import (
    Leaver,
    MemberLine,
    StaffedTeam,
    leavers,
    members_of,
    staffed_teams,
)
from casecoord.storage.people import open_teams
from casecoord.storage.places import PlaceLine, places_of

__all__ = [
    "Leaver",
    "MemberLine",
    "MembersOf",
    "PlaceLine",
    "StaffedTeam",
    "TeamLine",
    "TeamsOf",
    "members",
    "teams",
]

#: Of whom one page tells that they leave.
_MOST_LEAVERS = 50


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
    facts = ActFacts(membership_valid=True, own_team_deputy=query.team == hand.actor.team_id)
    decision = hand.may("set_deputy", facts)
    if not decision.allowed:
        raise hand.not_allowed(decision, "set_deputy")
    found = await members_of(hand.work, query.team)
    if not found:
        raise Problem("not_found", "team")
    return found


def may_name_deputies(hand: Hand, *, own: bool) -> bool:
    """Whether this actor names deputies in a team: the `own`, or any."""
    doer, facts = _asked(hand, own_team_deputy=own)
    return hand.policy.may(doer, "set_deputy", facts).allowed


@dataclass(frozen=True, slots=True)
class StaffOf:
    """Those of the actor's area; `kind` and `team` narrow them."""

    kind: TeamKind | None = None
    team: UUID | None = None
    first: int | None = None
    after: str | None = None


@dataclass(frozen=True, slots=True)
class LeavingOf:
    """Those of the actor's area."""


async def staff(hand: Hand, query: StaffOf) -> Slice[StaffedTeam]:
    """Which teams work now, by name, and who coordinates them? For whoever manages teams."""
    _manages(hand)
    first = cursors.page_size(query.first)
    after = cursors.read(hand, "staff", query.after)
    found = await staffed_teams(hand.work, first, kind=query.kind, team=query.team, after=after)
    written = [cursors.write(hand, "staff", [team.name, team.id]) for team in found[:first]]
    return Slice(found[:first], written, len(found) > first)


async def leaving_soon(hand: Hand, query: LeavingOf) -> list[Leaver]:
    """Whose membership ends on a known day, the first first? For whoever manages teams."""
    _manages(hand)
    return await leavers(hand.work, _MOST_LEAVERS)


def _manages(hand: Hand) -> None:
    if not may_staff(hand):
        raise Problem("not_allowed")


def may_staff(hand: Hand) -> bool:
    """Whether this actor manages the area's teams."""
    doer, facts = _asked(hand, nothing_hanging=True)
    return hand.policy.may(doer, "manage_teams", facts).allowed


def _asked(hand: Hand, **facts: bool) -> tuple[Doer, ActFacts]:
    return Doer(hand.actor.role, hand.actor.team_kind), ActFacts(membership_valid=True, **facts)


@dataclass(frozen=True, slots=True)
class PlacesOf:
    """Those that a team of this kind can cover."""

    kind: TeamKind


@dataclass(frozen=True, slots=True)
class Places:
    """`kind`: school, practice, benefit or neighbourhood; None where teams of this kind cover none."""

    kind: str | None
    lines: list[PlaceLine]


async def places(hand: Hand, query: PlacesOf) -> Places:
    """Which places are there for such a team to cover, and which team covers each? For whoever manages teams."""
    _manages(hand)
    kind = next((place for place, team in COVERED_BY.items() if team is query.kind), None)
    return Places(kind, await places_of(hand.work, kind) if kind else [])


@dataclass(frozen=True, slots=True)
class MemberOf:
    membership: UUID


@dataclass(frozen=True, slots=True)
class Colleagues:
    """One membership, with the others of its team, who could take over or stand in."""

    one: MemberLine
    team: UUID
    others: list[MemberLine]


async def member(hand: Hand, query: MemberOf) -> Colleagues:
    """One who works in a team. For whoever may name their deputy."""
    team = await leaving.team_of(hand.work, query.membership)
    if team is None or not may_name_deputies(hand, own=team == hand.actor.team_id):
        raise Problem("not_found", "membership")
    there = await members(hand, MembersOf(team))
    one = next((line for line in there if line.id == query.membership), None)
    if one is None:
        raise Problem("not_found", "membership")
    return Colleagues(one, team, [line for line in there if line is not one])
