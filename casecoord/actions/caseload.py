"""Caseload: how many cases somebody leads, what they ask in hours, what comes due, and where that is too much."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from casecoord.access.seats import role_viewer, team_viewer
from casecoord.actions import cursors
from casecoord.actions.filters import condition
from casecoord.actions.looking import Look, viewers
from casecoord.actions.office import Hand, survey
from casecoord.domain.caseload import Burden, Strain, hours_of, spoken
from casecoord.domain.errors import Problem
from casecoord.domain.facets import Viewer
from casecoord.domain.lists import Slice
from casecoord.domain.words import CaseState, Purpose, Role, Urgency
from casecoord.storage import caseload as storage


@dataclass(frozen=True, slots=True)
class CaseloadOf:
    team: UUID
    first: int | None = None
    after: str | None = None


@dataclass(frozen=True, slots=True)
class Strained:
    """What is too much, and how to say it in the caller's language."""

    strain: Strain
    words: str


@dataclass(frozen=True, slots=True)
class Load:
    """What one professional has on their hands, in all their teams together, in the spheres that this viewer may see.

    `actions`: open ones. `asked`: cases that they are asked to lead. `hours_asked`, `hours_coming`: what those that
    they lead and are asked to lead take in a week, by estimate; `hours`: what they have for it, None if it was not
    said. `clocks`: what waits for them in the next weeks. `ceiling` None: none was set. `full`: at the ceiling, or
    above it by a coordinator's word.
    """

    professional: UUID
    name: str
    leads: int
    actions: int
    ceiling: int | None
    full: bool
    asked: int = 0
    hours_asked: int = 0
    hours_coming: int = 0
    hours: int | None = None
    clocks: int = 0
    strains: tuple[Strained, ...] = ()


@survey
async def caseload(hand: Hand, query: CaseloadOf) -> Slice[Load]:
    """Who of a team carries how much? Oneself; for who watches over the area, everybody."""
    first, kind = cursors.page_size(query.first), f"caseload {query.team}"
    after = cursors.read(hand, kind, query.after)
    rows = await storage.caseload(
        hand.work, conditions(hand), first, UUID(after[0]) if after else None, team=query.team
    )
    if not rows and not after:
        raise Problem("not_found", "team")
    own_team = query.team == hand.actor.team_id
    look = Look(
        hand, None, viewers(hand, takes_part=own_team, is_lead=False, signalled=False, escalated=True)
    )
    for row in rows[:first]:
        look.decide("caseload", own_entry=row["own"])
    look.remember("caseload")
    return Slice(
        [load_of(hand, row) for row in rows[:first]],
        [cursors.write(hand, kind, [row["id"]]) for row in rows[:first]],
        len(rows) > first,
    )


def conditions(hand: Hand) -> storage.Conditions:
    """What of caseload this actor may see."""
    everywhere = {**_as_viewers(hand, "true"), Viewer.LEAD: "i.is_lead"}
    # What is open is a deadline in a sphere, whatever the purpose for which it is counted.
    care = Purpose.CARE_COORDINATION
    return storage.Conditions(
        lines=condition(hand, "caseload", _as_viewers(hand, "i.own_team"), own_entry="i.own"),
        actions=condition(
            hand,
            "case.next_deadline",
            everywhere,
            care,
            wrote_it="i.wrote_it" if team_viewer(hand.actor.role, hand.actor.team_kind) else "false",
        ),
        clocks=condition(hand, "case.next_deadline", everywhere, care),
        asked=condition(hand, "case.participants", _as_viewers(hand, "true"), care),
        signals=condition(hand, "signal.existence", everywhere, care),
    )


def burden_of(hand: Hand, row: dict[str, Any]) -> Burden:
    """The same, to be weighed."""
    return Burden(
        leads=len(row["led"]),
        asked=len(row["asked"]),
        hours_asked=sum(map(_hours, row["led"])),
        hours_coming=sum(map(_hours, row["asked"])),
        hours=row["hours"],
        ceiling=ceiling_of(hand, row["ceiling"]),
        clocks=row["clocks"],
    )


def _hours(case: list[str]) -> int:
    state, urgency = case
    return hours_of(CaseState(state), Urgency(urgency) if urgency else None)


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


def load_of(hand: Hand, row: dict[str, Any]) -> Load:
    """A line of a caseload."""
    burden = burden_of(hand, row)
    return Load(
        professional=row["id"],
        name=row["name"],
        leads=burden.leads,
        actions=row["actions"],
        ceiling=burden.ceiling,
        full=burden.ceiling is not None and burden.leads >= burden.ceiling,
        asked=burden.asked,
        hours_asked=burden.hours_asked,
        hours_coming=burden.hours_coming,
        hours=burden.hours,
        clocks=burden.clocks,
        strains=in_words(hand, burden),
    )


def in_words(hand: Hand, burden: Burden) -> tuple[Strained, ...]:
    """What is too much for somebody."""
    return tuple(Strained(one, spoken(one, hand.actor.language)) for one in burden.strains())
