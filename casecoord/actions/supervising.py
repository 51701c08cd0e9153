"""What waits for the privacy officer: requests with their clocks, emergency access to review, what is deferred.

All of it in three reads and one record; and one request by itself, with what can be done about it now.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from casecoord.actions.deferring import DeferralLine, deferred
from casecoord.actions.looking import Look, facts_of, is_oneself, viewers
from casecoord.actions.office import Hand, by_right
from casecoord.actions.rights_asked import MOST, AskedRight, asked_right, words_of
from casecoord.domain import rights
from casecoord.domain.errors import Problem
from casecoord.domain.facets import FACETS
from casecoord.domain.joint_view import Shared
from casecoord.domain.words import RequestKind, RequestState, Role
from casecoord.storage import access_log, break_glass
from casecoord.storage import rights as storage
from casecoord.storage.sealed import Compartment, HouseholdSeal, Place
from casecoord.storage.views import seal_of

_EXPORTED = (RequestKind.ACCESS, RequestKind.PORTABILITY)


@dataclass(frozen=True, slots=True)
class SupervisionOf:
    """Nothing to ask: what waits in the own area."""


@dataclass(frozen=True, slots=True)
class GlassToReview:
    """An emergency access that nobody reviewed yet; `data`: the classes of data that were looked at by it.

    `own`: by whoever looks, so that another has to review it.
    """

    id: UUID
    household: UUID
    by: str
    since: datetime
    until: datetime
    medical: bool
    reason: Shared[str]
    due_at: datetime | None
    times: int
    data: list[str]
    own: bool


@dataclass(frozen=True, slots=True)
class Supervision:
    """Soonest first."""

    now: datetime
    requests: list[AskedRight]
    grants: list[GlassToReview]
    deferrals: list[DeferralLine]


@dataclass(frozen=True, slots=True)
class RequestOf:
    request: UUID


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody who could decide along."""

    professional: UUID
    name: str
    role: Role


@dataclass(frozen=True, slots=True)
class OneRequest:
    """A request, whose it is, what was decided, and what can be done now.

    `appeal_by`: the last day to appeal, where there is something to appeal. `holds`: it restricts now.
    """

    asked: AskedRight
    person: UUID
    applicant: Shared[str] | None
    decided_at: datetime | None
    ground: str | None
    answer: Shared[str] | None
    holds: bool
    lifted_at: datetime | None
    appeal_by: date | None
    exportable: bool
    seconds: list[Colleague]


@by_right
async def supervision(hand: Hand, query: SupervisionOf) -> Supervision:
    """What waits for the privacy officer, soonest first; for anybody else there is nothing."""
    _officer(hand)
    asked = await storage.supervised(hand.work, hand.now - rights.APPEAL_WITHIN, MOST)
    used = await break_glass.to_review(hand.work, MOST)
    deferrals, entries = await deferred(hand)
    requests, grants = [], []
    for row in asked:
        look = _look(hand, row)
        requests.append(asked_right(hand, look, row))
        entries.append(look.entry("rights_asked"))
    for row in used:
        look = _look(hand, row)
        grants.append(_grant(look, row))
        entries.append(look.entry("glass_to_review"))
    access_log.write(hand.work, entries)
    return Supervision(hand.now, requests, [one for one in grants if one], deferrals)


@by_right
async def one_request(hand: Hand, query: RequestOf) -> OneRequest:
    """One request: for the privacy officer, who handles it for whoever asked."""
    _officer(hand)
    row = await storage.one_asked(hand.work, query.request)
    if row is None:
        raise Problem("not_found", "request")
    look = _look(hand, row)
    seal = seal_of(hand.work, row["household"], row["keys"])
    found = OneRequest(
        asked=asked_right(hand, look, row),
        person=row["person"],
        applicant=_applicant(look, seal, row),
        decided_at=row["decided_at"],
        ground=row["law"],
        answer=words_of(look, seal, row, "answer", Place("requests", row["id"], "decision")),
        holds=_holds(row),
        lifted_at=row["lifted_at"],
        appeal_by=_appeal_by(row),
        exportable=row["kind"] in _EXPORTED and row["state"] == RequestState.GRANTED,
        seconds=[Colleague(*one) for one in await storage.seconds(hand.work)],
    )
    look.remember("rights_asked")
    return found


def _officer(hand: Hand) -> None:
    if hand.actor.role is not Role.PRIVACY_OFFICER:
        raise Problem("not_found")


def _look(hand: Hand, row: dict[str, Any]) -> Look:
    seen_by = viewers(hand, takes_part=False, is_lead=False, signalled=False, escalated=False)
    return Look(hand, row["household"], seen_by, facts_of(row))


def _applicant(look: Look, seal: HouseholdSeal, row: dict[str, Any]) -> Shared[str] | None:
    """Who asked: none is recorded but of somebody whose identity was checked."""
    place = Place("persons", row["person"], "name")
    return look.share(
        "person.name",
        lambda: seal.open(bytes.fromhex(row["name"]), place, Compartment.IDENTITY) if row["name"] else None,
        of=(row["person"],),
        identity_checked=True,
    )


def _grant(look: Look, row: dict[str, Any]) -> GlassToReview | None:
    own = is_oneself(look.hand, str(row["professional"]))
    place = Place("break_glass_grants", row["id"], "reason")
    seal = seal_of(look.hand.work, row["household"], row["keys"])
    reason = look.share(
        "break_glass.grant",
        lambda: seal.open(bytes.fromhex(row["reason"]), place, Compartment.GENERAL),
        own_entry=own,
    )
    if reason is None:
        return None
    language, looked = look.hand.actor.language, row["looked"]
    return GlassToReview(
        id=row["id"],
        household=row["household"],
        by=row["name"],
        since=row["since"],
        until=row["until"],
        medical=row["medical"],
        reason=reason,
        due_at=row["due_at"],
        times=looked["times"],
        data=[FACETS[name].label(language) for name in looked["facets"] if name in FACETS],
        own=own,
    )


def _holds(row: dict[str, Any]) -> bool:
    granted = row["state"] == RequestState.GRANTED and row["lifted_at"] is None
    return granted and row["kind"] in rights.RESTRICTING


def _appeal_by(row: dict[str, Any]) -> date | None:
    """A refusal is appealed once; a decision on an appeal goes to the court."""
    if row["state"] != RequestState.REFUSED or row["appeal_of"] or row["appealed"]:
        return None
    return rights.last_day_to_appeal(row["decided_at"])
