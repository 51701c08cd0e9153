"""Emergency access: one professional, one household, a day, a reason; told at once, reviewed after (G12).

INVARIANT (short): it ends by the database's clock, whether or not anything runs.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from casecoord.access.decide import Permission
from casecoord.access.doing import ActFacts
from casecoord.actions import texts
from casecoord.actions.cases import look_at, refusal, require
from casecoord.actions.looking import About, Look, is_oneself
from casecoord.actions.office import Hand, verb
from casecoord.domain.errors import Problem
from casecoord.domain.joint_view import GrantView
from casecoord.domain.words import Sphere
from casecoord.storage import break_glass as storage
from casecoord.storage.cases import desk_of, open_desk
from casecoord.storage.people import on_duty, professional_of
from casecoord.storage.sealed import Compartment, HouseholdSeal, Place
from casecoord.storage.wait_tables import BreakGlassGrant

LASTS = timedelta(hours=24)
SHORTEST_REASON = 20


@dataclass(frozen=True, slots=True)
class ByNumber:
    bsn: str


@dataclass(frozen=True, slots=True)
class ByAddress:
    postcode: str
    number: str


@dataclass(frozen=True, slots=True)
class BreakGlass:
    """`medical`: a GP lifts the medical lock for a patient of the own practice."""

    idempotency_key: str
    about: ByNumber | ByAddress
    reason: str
    medical: bool = False


@dataclass(frozen=True, slots=True)
class ReviewBreakGlass:
    idempotency_key: str
    grant: UUID
    finding: str


@dataclass(frozen=True, slots=True)
class GlassBroken:
    id: UUID
    household: UUID
    until: datetime


@dataclass(frozen=True, slots=True)
class GlassReviewed:
    id: UUID
    household: UUID


@verb(GlassBroken, act="E")
async def break_glass(hand: Hand, input: BreakGlass) -> GlassBroken:
    """Opens a household to somebody on duty for a day, as the social team sees it; lead and supervisor are told."""
    reason = texts.reason(input.reason)
    if len(reason) < SHORTEST_REASON:
        raise Problem("reason_too_short", "reason")
    known = {
        "membership_valid": True,
        "on_duty": await on_duty(hand.work),
        "without_medical": not input.medical,
        "reason_and_reviews_done": not await storage.review_overdue(hand.work),
    }
    found = await _household(hand, input.about)
    own_patient = found is not None and await storage.own_patient(hand.work, found)
    if found is None and not _may(hand, **known).allowed:
        # Who may not look learns nothing of who lives here.
        raise refusal(hand, _may(hand, **known), "break_glass")
    desk = await open_desk(hand.work, found) if found else None
    if desk is None:
        raise Problem("household_not_found", "about")
    rule = require(hand, desk, "break_glass", own_patient=own_patient, hanging=(), **known)
    if await storage.active_grant(hand.work, desk.household_id) is not None:
        raise Problem("glass_broken", "about")
    grant = BreakGlassGrant(
        area_id=hand.work.area_id,
        id=uuid4(),
        household_id=desk.household_id,
        membership_id=desk.actor_membership,
        medical=input.medical,
        during=storage.lasting(hand.work, LASTS),
    )
    grant.reason_sealed = desk.sealed(reason, grant, "reason", Compartment.GENERAL)
    hand.work.session.add(grant)
    desk.add_event("break_glass", "break_glass.grant", Sphere.GENERAL, rule, grant=grant.id)
    await desk.settle()
    return GlassBroken(grant.id, desk.household_id, desk.now + LASTS)


@verb(GlassReviewed)
async def review_break_glass(hand: Hand, input: ReviewBreakGlass) -> GlassReviewed:
    """The privacy officer, who is not the one who used it, says what to find of it: G12 is kept."""
    finding = texts.sentence(input.finding, "finding")
    found = await desk_of(hand.work, BreakGlassGrant, input.grant)
    if found is None:
        raise Problem("not_found", "grant")
    desk, grant = found
    own = await professional_of(hand.work, grant.membership_id) == hand.actor.professional_id
    if not look_at(hand, desk).sees("break_glass.grant", own_entry=own):
        raise Problem("not_found", "grant")
    rule = require(hand, desk, "review_break_glass", used_by_another=not own)
    if grant.reviewed_at is not None:
        raise Problem("already_answered", "grant")
    grant.reviewed_at, grant.reviewed_by = desk.now, desk.actor_membership
    grant.review_sealed = desk.sealed(finding, grant, "review", Compartment.GENERAL)
    desk.add_event("review_break_glass", "break_glass.grant", Sphere.GENERAL, rule, grant=grant.id)
    await desk.settle()
    return GlassReviewed(grant.id, desk.household_id)


def grants_in_view(
    look: Look,
    seal: HouseholdSeal,
    rows: Iterable[dict[str, Any]],
    about: About,
) -> list[GrantView]:
    """The emergency accesses of a household that this viewer may know of: the own ones, or all.

    `about`: what is so for each of them besides.
    """

    def opened(row: dict[str, Any], facet: str) -> str | None:
        place = Place("break_glass_grants", UUID(row["id"]), facet)
        sealed = row[facet]
        return None if sealed is None else seal.open(bytes.fromhex(sealed), place, Compartment.GENERAL)

    return [
        GrantView(
            id=UUID(row["id"]),
            professional=row["name"],
            since=datetime.fromisoformat(row["since"]),
            until=datetime.fromisoformat(row["until"]),
            medical=row["medical"],
            reason=opened(row, "reason") or "",
            review=opened(row, "review"),
        )
        for row in rows
        if look.sees(
            "break_glass.grant",
            own_entry=is_oneself(look.hand, row["professional"]),
            **about("break_glass.grant", row),
        )
    ]


async def _household(hand: Hand, about: ByNumber | ByAddress) -> UUID | None:
    match about:
        case ByNumber(bsn):
            return await storage.household_by_bsn(hand.work, texts.bsn(bsn, "about.bsn"))
        case ByAddress(postcode, number):
            homes = await storage.households_at(
                hand.work,
                texts.postcode(postcode, "about.postcode"),
                texts.sentence(number, "about.number", longest=20),
            )
    if len(homes) > 1:
        known = {"membership_valid": True, "on_duty": await on_duty(hand.work), "without_medical": True}
        permission = _may(hand, reason_and_reviews_done=True, **known)
        if not permission.allowed:
            raise hand.not_allowed(permission, "break_glass")
        raise Problem("address_shared")
    return homes[0] if homes else None


def _may(hand: Hand, **facts: bool) -> Permission:
    return hand.may("break_glass", ActFacts(**facts))
