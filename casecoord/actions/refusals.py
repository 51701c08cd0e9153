"""Which families refuse, and wait for a coordinator to say that they may be left alone until a date?"""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from casecoord.actions.looking import Look, facts_of, viewers
from casecoord.actions.office import Hand
from casecoord.domain.joint_view import Shared
from casecoord.domain.words import Role
from casecoord.storage import access_log
from casecoord.storage.refusals import waiting_refusals
from casecoord.storage.sealed import Compartment, Place
from casecoord.storage.views import seal_of

#: Enough to answer at once; what is left comes up when these are answered.
MOST_REFUSALS = 50


@dataclass(frozen=True, slots=True)
class RefusalsOf:
    """Those that wait for the actor's word."""


@dataclass(frozen=True, slots=True)
class WaitingRefusal:
    id: UUID
    household: UUID
    recorded_by: str
    recorded_at: datetime
    review_on: date
    reason: Shared[str] | None


async def refusals(hand: Hand, query: RefusalsOf) -> list[WaitingRefusal]:
    """For the coordinator of the team that leads, and the area's: each if, and only if, it may be seen."""
    if hand.actor.role not in (Role.COORDINATOR, Role.AREA_COORDINATOR):
        return []
    whole = hand.actor.role is Role.AREA_COORDINATOR
    looks, found = [], []
    for row in await waiting_refusals(hand.work, MOST_REFUSALS, whole_area=whole):
        seen_by = viewers(
            hand,
            takes_part=row["participates"],
            is_lead=row["is_lead"],
            signalled=False,
            escalated=row["escalated"],
        )
        look = Look(hand, row["household_id"], seen_by, facts_of(row))
        if not look.sees("family.agreement"):
            continue
        looks.append(look)
        seal, place = (
            seal_of(hand.work, row["household_id"], row["keys"]),
            Place("refusals", row["id"], "reason"),
        )
        sealed = bytes.fromhex(row["reason"])
        reason = seal.open(sealed, place, Compartment.GENERAL)
        found.append(
            WaitingRefusal(
                row["id"],
                row["household_id"],
                row["recorded_by"],
                row["recorded_at"],
                row["review_on"],
                Shared(value=reason),
            )
        )
    access_log.write(hand.work, [look.entry("refusals") for look in looks])
    return found
