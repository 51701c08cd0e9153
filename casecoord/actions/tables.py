"""Whose tables are whose: who knows of them, who leads one, and who could be asked to sit there. No family's data."""

from dataclasses import dataclass
from uuid import UUID

from casecoord.access.doing import ActFacts, Doer
from casecoord.access.seats import TEAM_ROLES
from casecoord.actions.office import Hand
from casecoord.domain.meetings import COMPOSITION
from casecoord.domain.words import Role
from casecoord.storage.meetings import Tablemate, at_work_in

__all__ = [
    "Tablemate",
    "TablematesOf",
    "may_know_tables",
    "may_lead_table",
    "may_say_it_met",
    "may_set_table",
    "sits_at_tables",
    "tablemates",
]


def sits_at_tables(hand: Hand) -> bool:
    """Does this actor work in a team that meets about families?"""
    return hand.actor.role in TEAM_ROLES and hand.actor.team_kind in COMPOSITION


def may_know_tables(hand: Hand) -> bool:
    """Does this actor sit at such tables, or watch over those of the area?"""
    return sits_at_tables(hand) or hand.actor.role is Role.AREA_COORDINATOR


def may_set_table(hand: Hand) -> bool:
    """May this actor say when the own team meets?"""
    at_a_table = hand.actor.team_kind in COMPOSITION
    return at_a_table and may_lead_table(hand, hand.actor.team_id, hand.actor.membership_id)


def may_lead_table(hand: Hand, team: UUID, chair: UUID | None) -> bool:
    """May this actor open, record at and close a meeting of this team, with this chair?"""
    own = team == hand.actor.team_id
    return _may_close(hand, own_team_meeting=own, chairs_meeting=own and chair == hand.actor.membership_id)


def may_say_it_met(hand: Hand) -> bool:
    """May this actor say that the own team met, at a table that nobody here set?"""
    return hand.actor.team_kind in COMPOSITION and _may_close(hand, own_team_meeting=True)


def _may_close(hand: Hand, **facts: bool) -> bool:
    asked = ActFacts(membership_valid=True, nothing_hanging=True, **facts)
    return hand.policy.may(Doer(hand.actor.role, hand.actor.team_kind), "close_meeting", asked).allowed


@dataclass(frozen=True, slots=True)
class TablematesOf:
    """Besides the own team: whose people could be guests."""

    teams: tuple[UUID, ...] = ()


async def tablemates(hand: Hand, query: TablematesOf) -> list[Tablemate]:
    """Who could be asked to the own team's table: its own people, and those of these care teams, by team and name."""
    asked = (hand.actor.team_id, *query.teams)
    return [one for one in await at_work_in(hand.work, asked) if one.team_kind in COMPOSITION]
