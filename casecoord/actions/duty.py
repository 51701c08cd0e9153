"""The duty roster: somebody is there for what is acute at every hour, or the hole shows before it comes."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from casecoord.access.doing import ActFacts, Doer
from casecoord.actions.managing import may_manage, may_read
from casecoord.actions.office import Hand, verb
from casecoord.actions.texts import FURTHEST
from casecoord.domain.errors import Problem
from casecoord.domain.words import Role
from casecoord.storage import duty as storage
from casecoord.storage import leaving
from casecoord.storage.duty import Shift
from casecoord.storage.households import lock_household
from casecoord.storage.settle import settle, settle_area
from casecoord.storage.standing import alone
from casecoord.storage.tables import Membership
from casecoord.storage.telling import tell_passed_on

__all__ = ["Hole", "PlanDuty", "Roster", "RosterOf", "Shift", "plan_duty", "roster"]

#: What a roster shows where nobody says until when, and at most.
SHOWN = timedelta(weeks=4)
MOST_SHOWN = timedelta(days=366)
_ON_DUTY = (Role.MEMBER, Role.COORDINATOR, Role.DUTY)


@dataclass(frozen=True, slots=True)
class PlanDuty:
    """`since` None: now. Whoever was planned for that time is on duty before and after it."""

    idempotency_key: str
    membership: UUID
    until: datetime
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class RosterOf:
    """From a moment (None: now) until another (None: four weeks on)."""

    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Hole:
    """Nobody is on duty."""

    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Roster:
    since: datetime
    until: datetime
    shifts: list[Shift]
    holes: list[Hole]


@verb(Roster)
async def plan_duty(hand: Hand, input: PlanDuty) -> Roster:
    """Puts somebody on duty. What is acute and unseen waits for whoever is on duty from now on."""
    work, rule = hand.work, may_manage(hand, "manage_teams")
    await alone(work)
    since = max(input.since or hand.now, hand.now)
    if input.until <= since:
        raise Problem("period_invalid", "until")
    if input.until > hand.now + FURTHEST:
        raise Problem("date_too_late", "until")
    found = await leaving.lock_memberships(work, [input.membership])
    if not found:
        raise Problem("not_found", "membership")
    if not _works(found[0], since, input.until):
        raise Problem("professional_not_active", "membership")
    households = await storage.waiting_for_duty(work)
    for household in households:
        await lock_household(work, household)
        hand.allowed(household, rule)
    await storage.put_on_duty(work, input.membership, since, input.until)
    for household in households:
        await settle(work, household)
        await tell_passed_on(work, household)
    await settle_area(work)
    hand.done.rules.append(rule)
    return await _roster(hand, since, input.until)


async def roster(hand: Hand, query: RosterOf) -> Roster:
    """Who is on duty, and when nobody is? For whoever plans it, and the area's coordinator."""
    may_read(hand)
    since = query.since or hand.now
    until = query.until or since + SHOWN
    if until <= since:
        raise Problem("period_invalid", "until")
    if until > since + MOST_SHOWN:
        raise Problem("date_too_late", "until")
    return await _roster(hand, since, until)


@dataclass(frozen=True, slots=True)
class CouldHaveDuty:
    """Somebody who can be put on duty."""

    membership: UUID
    name: str
    team: str


async def could_have_duty(hand: Hand) -> list[CouldHaveDuty]:
    """Who can be put on duty? For whoever plans it."""
    may_manage(hand, "manage_teams")
    return [CouldHaveDuty(*one) for one in await storage.working(hand.work, _ON_DUTY)]


def may_plan(hand: Hand) -> bool:
    """Whether this actor plans who is on duty."""
    return _may(hand, "manage_teams")


def may_see_roster(hand: Hand) -> bool:
    """Whether this actor watches over the roster."""
    return hand.actor.role is Role.AREA_COORDINATOR or _may(hand, "manage_settings")


def _may(hand: Hand, act: str) -> bool:
    facts = ActFacts.that("membership_valid", "nothing_hanging")
    return hand.policy.may(Doer(hand.actor.role, hand.actor.team_kind), act, facts).allowed


async def _roster(hand: Hand, since: datetime, until: datetime) -> Roster:
    shifts = await storage.shifts(hand.work, since, until)
    return Roster(since, until, shifts, list(_holes(shifts, since, until)))


def _holes(shifts: list[Shift], since: datetime, until: datetime) -> Iterable[Hole]:
    free = since
    for shift in shifts:
        if shift.since > free:
            yield Hole(free, shift.since)
        free = shift.until
    if free < until:
        yield Hole(free, until)


def _works(row: Membership, since: datetime, until: datetime) -> bool:
    """They work here all the while, as somebody who can see what is acute."""
    lower, upper = row.during.lower, row.during.upper
    there = (lower is None or lower <= since) and (upper is None or upper >= until)
    return there and row.role in _ON_DUTY
