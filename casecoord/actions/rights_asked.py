"""What residents asked and what waits for a second person: the privacy officer's list, and everybody's own part of it."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from casecoord.actions.looking import Look, facts_of, viewers
from casecoord.actions.office import Hand
from casecoord.domain.joint_view import Shared
from casecoord.domain.rights import Outcome
from casecoord.domain.words import RequestKind, RequestState, Role
from casecoord.storage import access_log
from casecoord.storage import rights as storage
from casecoord.storage.relating import relation
from casecoord.storage.sealed import Compartment, HouseholdSeal, Place
from casecoord.storage.views import seal_of

MOST = 100


@dataclass(frozen=True, slots=True)
class RightsAsked:
    """Nothing to ask: one's own."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A decision that waits; `mine`: for the actor. `words`: as the officer prepared it."""

    id: UUID
    outcome: Outcome
    ground: str
    words: Shared[str] | None
    offered: list[RequestKind]
    prepared_by: str
    prepared_at: datetime
    second: str
    mine: bool


@dataclass(frozen=True, slots=True)
class AskedRight:
    """A request; household None: of whom is not for this actor to know. `due_at` None: decided already."""

    id: UUID
    household: UUID | None
    kind: RequestKind
    state: RequestState
    received_at: datetime
    due_at: datetime | None
    appeal_of: UUID | None
    words: Shared[str] | None
    decision: Prepared | None


async def rights_asked(hand: Hand, query: RightsAsked) -> list[AskedRight]:
    """What is open or restricts, for the privacy officer; complaints, for the area's coordinator too; and for
    everybody what they are asked to decide along.
    """
    role = hand.actor.role
    rows = await storage.asked(
        hand.work,
        all_of_them=role is Role.PRIVACY_OFFICER,
        complaints=role is Role.AREA_COORDINATOR,
        most=MOST,
    )
    found, looks = [], []
    for row in rows:
        look = await _look(hand, row["household"])
        found.append(asked_right(hand, look, row))
        looks.append(look.entry("rights_asked"))
    access_log.write(hand.work, looks)
    return found


async def _look(hand: Hand, household: UUID) -> Look:
    standing = await relation(hand.work, household)
    seen_by = viewers(
        hand,
        takes_part=standing.participates,
        is_lead=standing.is_lead,
        signalled=standing.signalled,
        escalated=standing.escalated,
    )
    return Look(hand, household, seen_by, facts_of(asdict(standing)))


def asked_right(hand: Hand, look: Look, row: dict[str, Any]) -> AskedRight:
    """A request as this look may show it."""
    seal = seal_of(hand.work, row["household"], row["keys"])
    return AskedRight(
        id=row["id"],
        household=row["household"] if look.sees("family.complaint", wrote_it=row["own"]) else None,
        kind=RequestKind(row["kind"]),
        state=RequestState(row["state"]),
        received_at=row["received_at"],
        due_at=row["due_at"],
        appeal_of=row["appeal_of"],
        words=words_of(look, seal, row, "words", Place("requests", row["id"], "words")),
        decision=_prepared(look, seal, row) if row["decision"] else None,
    )


def _prepared(look: Look, seal: HouseholdSeal, row: dict[str, Any]) -> Prepared:
    place = Place("request_decisions", row["decision"], "words")
    return Prepared(
        id=row["decision"],
        outcome=Outcome(row["outcome"]),
        ground=row["ground"],
        words=words_of(look, seal, row, "decided", place),
        offered=[RequestKind(kind) for kind in row["offered"]],
        prepared_by=row["prepared_by"],
        prepared_at=row["prepared_at"],
        second=row["second"],
        mine=row["mine"],
    )


def words_of(
    look: Look, seal: HouseholdSeal, row: dict[str, Any], column: str, place: Place
) -> Shared[str] | None:
    """What was said in a column of a request, if it may be shown."""
    sealed = row[column]
    if sealed is None:
        return None
    return look.share(
        "family.complaint",
        lambda: seal.open(bytes.fromhex(sealed), place, Compartment.IDENTITY),
        wrote_it=row["own"],
    )
