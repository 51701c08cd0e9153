"""Caseload: how many cases somebody leads, how many actions are theirs, and where that is too much."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from casecoord.actions import cursors
from casecoord.actions.filters import condition
from casecoord.actions.looking import Look, role_viewer, team_viewer, viewers
from casecoord.actions.office import Hand
from casecoord.domain.errors import Problem
from casecoord.domain.facets import Viewer
from casecoord.domain.lists import Slice
from casecoord.domain.words import Purpose, Role
from casecoord.storage import caseload as storage


@dataclass(frozen=True, slots=True)
class CaseloadOf:
    team: UUID
    first: int | None = None
    after: str | None = None


@dataclass(frozen=True, slots=True)
class Load:
    """What one professional has on their hands, in all their teams together.

    `actions`: open ones, in the spheres that this viewer may see. `ceiling` None: none was set.
    `full`: at the ceiling, or above it by a coordinator's word.
    """

    professional: UUID
    name: str
    leads: int
    actions: int
    ceiling: int | None
    full: bool


async def caseload(hand: Hand, query: CaseloadOf) -> Slice[Load]:
    """Who of a team carries how much? Oneself; for who watches over the area, everybody."""
    first, kind = cursors.page_size(query.first), f"caseload {query.team}"
    after = cursors.read(hand, kind, query.after)
    rows = await storage.caseload(
        hand.work,
        query.team,
        first,
        UUID(after[0]) if after else None,
        lines=condition(hand, "caseload", _as_viewers(hand, "i.own_team"), own_entry="i.own"),
        # An action that is open is a deadline in a sphere, whatever the purpose for which it is counted.
        actions=condition(
            hand,
            "case.next_deadline",
            {**_as_viewers(hand, "true"), Viewer.LEAD: "i.is_lead"},
            Purpose.CARE_COORDINATION,
            wrote_it="i.wrote_it" if team_viewer(hand.actor.role, hand.actor.team_kind) else "false",
        ),
    )
    if not rows and not after:
        raise Problem("not_found", "team")
    own_team = query.team == hand.actor.team_id
    look = Look(
        hand, None, viewers(hand, takes_part=own_team, is_lead=False, signalled=False, escalated=True)
    )
    for row in rows[:first]:
        look.decide("caseload", own_entry=row["own"])
    await look.remember("caseload")
    return Slice(
        [_load(hand, row) for row in rows[:first]],
        [cursors.write(hand, kind, [row["id"]]) for row in rows[:first]],
        len(rows) > first,
    )


def ceiling_of(hand: Hand, own: int | None) -> int | None:
    """How many cases somebody leads at most: their own ceiling, else the area's, else as many as may be."""
    limit = own if own is not None else hand.work.settings.get("case_ceiling")
    return limit if isinstance(limit, int) else None


def _as_viewers(hand: Hand, in_team: str) -> dict[Viewer, str]:
    """As what one looks at caseload: it is of no household, so a role is enough for all of it."""
    found: dict[Viewer, str] = {}
    as_team, as_role = team_viewer(hand.actor.role, hand.actor.team_kind), role_viewer(hand.actor.role)
    if as_team:
        found[as_team] = in_team
    if as_role:
        found[as_role] = "true"
    if hand.actor.role is Role.DECISION_POWER:
        found[Viewer.DECISION_POWER] = "true"
    return found


def _load(hand: Hand, row: dict[str, Any]) -> Load:
    ceiling = ceiling_of(hand, row["ceiling"])
    return Load(
        professional=row["id"],
        name=row["name"],
        leads=row["leads"],
        actions=row["actions"],
        ceiling=ceiling,
        full=ceiling is not None and row["leads"] >= ceiling,
    )
