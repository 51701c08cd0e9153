"""Who was accountable for a household at a moment that has been, as far as this viewer may know.

Only what was in view can have a holder in view: as on the worklist, it is the lead, else the coordinator
whom the signals in view make accountable. Naming another would give away a signal in another sphere.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from casecoord.actions import texts
from casecoord.actions.looking import Look, facts_of, viewers, wrote
from casecoord.actions.office import Hand
from casecoord.domain.errors import Problem
from casecoord.domain.facets import Viewer
from casecoord.domain.words import HolderKind, Sphere
from casecoord.storage import holder_at as storage

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class HolderAtOf:
    """`at`: a moment that has been."""

    household: UUID
    at: datetime


@dataclass(frozen=True, slots=True)
class Holding:
    """Who held a household, and as what."""

    kind: HolderKind
    professional: UUID
    name: str
    team: UUID


@dataclass(frozen=True, slots=True)
class HeldAt:
    """`holder` None: nothing was open then that this viewer may know of."""

    household: UUID
    at: datetime
    holder: Holding | None


async def holder_at(hand: Hand, query: HolderAtOf) -> HeldAt:
    """For whoever sees the case and its lead: who was it then?"""
    at = texts.moment_past(query.at, hand.now, "at")
    row = await storage.holder_at(hand.work, query.household, at)
    if row is None:
        raise Problem("not_found", "household")
    seen_by = _as_viewer(hand, row, row["participates"] or row["accountable"])
    look = Look(hand, row["household"], seen_by, facts_of(row))
    # Like the timeline, the past is for those to whom the case itself is open: not for whoever only signalled.
    if not (look.sees("case.status") and look.sees("case.lead")):
        raise Problem("not_found", "household")
    holder = _holder(hand, look, row)
    look.remember("holder_at")
    return HeldAt(row["household"], at, holder)


def _holder(hand: Hand, look: Look, row: Row) -> Holding | None:
    takes_part = _as_viewer(hand, row, row["participates"])
    sees_case = look.decide("case.lead", viewers=takes_part).shown == "full"
    if row["holder"] is None:
        return None
    if row["led"] and sees_case:
        return _holding(HolderKind.LEAD, row["holder"])
    signal = next((signal for signal in row["signals"] if _sees(hand, look, row, signal)), None)
    if signal is not None and not row["led"] and signal["id"] == str(row["first"]):
        kind = HolderKind.COORDINATOR if signal["coordinator"] else HolderKind.AREA
        return _holding(kind, row["holder"])
    if signal is not None and signal["coordinator"]:
        return _holding(HolderKind.COORDINATOR, signal["coordinator"])
    if signal is not None or (row["in_case"] and sees_case):
        return _holding(HolderKind.AREA, row["backstop"])
    return None


def _sees(hand: Hand, look: Look, row: Row, signal: Row) -> bool:
    own = str(hand.actor.team_id)
    takes_part = row["participates"] if signal["in_case"] else signal["accountable"] == own
    facts: dict[str, Any] = {
        "viewers": _as_viewer(hand, row, takes_part),
        "wrote_it": wrote(hand, signal["source"]),
        "shared_with_teams": signal["audience"] == "teams_in_case",
    }
    return look.sees("signal.existence", Sphere(signal["sphere"]), **facts)


def _as_viewer(hand: Hand, row: Row, takes_part: bool) -> frozenset[Viewer]:
    return viewers(
        hand,
        takes_part=takes_part,
        is_lead=row["is_lead"],
        signalled=row["signalled"],
        escalated=row["escalated"],
    )


def _holding(kind: HolderKind, who: Row | None) -> Holding | None:
    if who is None:
        return None
    return Holding(kind, UUID(who["professional"]), who["name"], UUID(who["team"]))
