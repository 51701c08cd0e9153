"""A law that is a ground for sharing begins or ends here on a day: as a row, and for every facet that rests on it.

INVARIANT (no sharing without a ground): from the moment at which no law gives it, nobody is shown what rests on it,
but for what they wrote themselves.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from casecoord.actions import texts
from casecoord.actions.managing import may_manage
from casecoord.actions.office import Hand, verb
from casecoord.domain.errors import Problem
from casecoord.domain.facets import FACETS, SPHERE_GROUND
from casecoord.domain.words import Role
from casecoord.domain.workdays import local_date
from casecoord.storage import grounds as storage
from casecoord.storage.cases import between
from casecoord.storage.consent_tables import LegalGround

LONGEST_SOURCE = 200
#: The articles that some facet, or some sphere, rests on.
ARTICLES = {article for facet in FACETS.values() for article in facet.ground.split()} | {
    *SPHERE_GROUND.values()
}


@dataclass(frozen=True, slots=True)
class StartGround:
    """`source`: the law; `since`: now where it is None."""

    idempotency_key: str
    ground: str
    source: str
    reason: str
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class EndGround:
    """`until`: now where it is None."""

    idempotency_key: str
    id: UUID
    reason: str
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class GroundsOf:
    """Those of the actor's area."""


@dataclass(frozen=True, slots=True)
class Ground:
    """`facets`: what rests on this article; `holds`: this law is in force now."""

    id: UUID
    ground: str
    source: str
    since: datetime | None
    until: datetime | None
    reason: str | None
    holds: bool
    facets: list[str]


@verb(Ground, act="C")
async def start_ground(hand: Hand, input: StartGround) -> Ground:
    """From then on what rests on this article is shown again, or on one law more."""
    rule = may_manage(hand, "manage_settings")
    if input.ground not in ARTICLES:
        raise Problem("ground_unknown", "ground")
    source = texts.sentence(input.source, "source", longest=LONGEST_SOURCE)
    reason = texts.reason(input.reason)
    await storage.alone(hand.work)
    since = _from_now_on(hand, input.since, "since")
    if any(
        row.ground == input.ground
        and row.source == source
        and (row.during.upper is None or row.during.upper > since)
        for row in await storage.grounds(hand.work)
    ):
        raise Problem("ground_in_force", "source")
    ground = LegalGround(
        area_id=hand.work.area_id,
        id=uuid4(),
        ground=input.ground,
        source=source,
        during=between(since, None),
        reason=reason,
        changed_at=hand.now,
        changed_by=hand.actor.membership_id,
    )
    hand.work.session.add(ground)
    await hand.work.session.flush()
    hand.done.rules.append(rule)
    return _told(hand, ground)


@verb(Ground)
async def end_ground(hand: Hand, input: EndGround) -> Ground:
    """From then on nobody is shown what rests on this article alone, unless another law gives it."""
    rule = may_manage(hand, "manage_settings")
    reason = texts.reason(input.reason)
    await storage.alone(hand.work)
    ground = await storage.ground(hand.work, input.id)
    if ground is None:
        raise Problem("not_found", "id")
    until = _from_now_on(hand, input.until, "until")
    begun = ground.during.lower
    if begun is not None and until <= begun:
        raise Problem("ends_before_it_begins", "until")
    if ground.during.upper is not None and ground.during.upper <= hand.now:
        raise Problem("ground_over", "id")
    ground.during = between(begun, until)
    ground.reason, ground.changed_at, ground.changed_by = reason, hand.now, hand.actor.membership_id
    hand.done.rules.append(rule)
    return _told(hand, ground)


async def legal_grounds(hand: Hand, query: GroundsOf) -> list[Ground]:
    """For whoever may change them, and for those who watch over them: the coordinator and the privacy officer."""
    if hand.actor.role not in (Role.AREA_COORDINATOR, Role.PRIVACY_OFFICER):
        may_manage(hand, "manage_settings")
    return [_told(hand, row) for row in await storage.grounds(hand.work)]


def _from_now_on(hand: Hand, at: datetime | None, field: str) -> datetime:
    moment = at or hand.now
    if moment < hand.now:
        raise Problem("date_in_past", field)
    texts.soon(local_date(moment), hand.now, field)
    return moment


def _told(hand: Hand, row: Any) -> Ground:
    since, until = row.during.lower, row.during.upper
    return Ground(
        id=row.id,
        ground=row.ground,
        source=row.source,
        since=since,
        until=until,
        reason=row.reason,
        holds=(since is None or since <= hand.now) and (until is None or hand.now < until),
        facets=[name for name, facet in FACETS.items() if row.ground in facet.ground.split()],
    )
