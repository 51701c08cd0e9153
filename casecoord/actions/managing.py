"""An area's settings: its deadlines and days off, who sits in a care team, in which order families are routed.

What waits already follows a change: what is promised of the area at once, each household at the next sweep.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from casecoord.access.doing import ActFacts
from casecoord.actions.office import Hand, verb
from casecoord.actions.texts import FURTHEST
from casecoord.domain.bounds import BOUNDS
from casecoord.domain.covering import SCHOOL_DISCIPLINES, disciplines_of
from casecoord.domain.errors import Problem
from casecoord.domain.routing import DEFAULT_ORDER, RoutedBy
from casecoord.domain.words import Discipline, Role
from casecoord.domain.workdays import local_date
from casecoord.storage import leaving
from casecoord.storage.roster import keep_settings
from casecoord.storage.settle import settle_area
from casecoord.storage.spending import amount_of
from casecoord.storage.standing import Change, Followed, alone, changes, to_follow

CEILING = (1, 200)
MOST_DAYS_OFF = 400
#: For a family and a year, in cents: what is given without asking stays a small amount.
FAMILY_AMOUNT = (0, 5_000_000)


@dataclass(frozen=True, slots=True)
class Deadline:
    """A deadline of `domain/promises.py` by its name there."""

    name: str
    value: int


@dataclass(frozen=True, slots=True)
class ChangeSettings:
    """What is None stays. `closed`: all days off, those that were there included."""

    idempotency_key: str
    deadlines: tuple[Deadline, ...] = ()
    closed: tuple[date, ...] | None = None
    disciplines: tuple[Discipline, ...] | None = None
    case_ceiling: int | None = None
    justice_deputy: UUID | None = None
    routing_order: tuple[RoutedBy, ...] | None = None
    family_amount: int | None = None


@dataclass(frozen=True, slots=True)
class SettingsOf:
    """Those of the actor's area."""


@dataclass(frozen=True, slots=True)
class BoundDeadline:
    """A deadline as it is now, and what it may be."""

    name: str
    value: int
    least: int
    most: int


@dataclass(frozen=True, slots=True)
class Settings:
    """`following`: what waits has not followed the last change everywhere yet. `family_amount`: what a lead spends for
    a family in a year without asking, in cents."""

    deadlines: list[BoundDeadline]
    closed: list[date]
    disciplines: list[Discipline]
    case_ceiling: int | None
    justice_deputy: UUID | None
    routing_order: list[RoutedBy]
    following: bool
    family_amount: int = 0


@verb(Settings)
async def change_settings(hand: Hand, input: ChangeSettings) -> Settings:
    """Changes what is given. Every clock that runs follows it."""
    rule = may_manage(hand, "manage_settings")
    await alone(hand.work)
    new = await _checked(hand, input)
    if not new:
        raise Problem("choice_missing")
    was = hand.work.settings
    changed = {name: value for name, value in new.items() if was.get(name) != value}
    if changed:
        await keep_settings(hand.work, **changed)
    if {"deadlines", "closed"} & set(changed):
        await to_follow(hand.work, Change(Followed.SETTINGS, hand.now))
    if "routing_order" in changed:
        await to_follow(hand.work, Change(Followed.ROUTING, hand.now))
    await settle_area(hand.work)
    hand.done.rules.append(rule)
    return _told(hand)


async def settings(hand: Hand, query: SettingsOf) -> Settings:
    """For whoever may change them, and the area's coordinator."""
    may_read(hand)
    return _told(hand)


def may_manage(hand: Hand, act: str, **facts: bool) -> str:
    """May this actor do this to teams or settings? The rule that says so; else Problem."""
    asked = ActFacts(membership_valid=True, nothing_hanging=True, **facts)
    decision = hand.may(act, asked)
    if not decision.allowed:
        raise hand.not_allowed(decision, act)
    return decision.rule


def may_read(hand: Hand) -> None:
    """How an area is set up is for its coordinator to see too."""
    if hand.actor.role is not Role.AREA_COORDINATOR:
        may_manage(hand, "manage_settings")


async def _checked(hand: Hand, input: ChangeSettings) -> dict[str, Any]:
    new: dict[str, Any] = {}
    if input.deadlines:
        known: Any = hand.work.settings.get("deadlines", {})
        new["deadlines"] = known | {one.name: _within(one) for one in input.deadlines}
    if input.closed is not None:
        new["closed"] = _days_off(hand, input.closed)
    if input.disciplines is not None:
        if not input.disciplines:
            raise Problem("choice_missing", "disciplines")
        if not SCHOOL_DISCIPLINES.issuperset(input.disciplines):
            raise Problem("discipline_unfit", "disciplines")
        new["disciplines"] = sorted(set(input.disciplines))
    if input.case_ceiling is not None:
        if not CEILING[0] <= input.case_ceiling <= CEILING[1]:
            raise Problem("setting_out_of_bounds", "caseCeiling")
        new["case_ceiling"] = input.case_ceiling
    if input.justice_deputy is not None:
        new["justice_deputy"] = str(await _works_here(hand, input.justice_deputy))
    if input.routing_order is not None:
        if sorted(input.routing_order) != sorted(DEFAULT_ORDER):
            raise Problem("order_incomplete", "routingOrder")
        new["routing_order"] = list(input.routing_order)
    if input.family_amount is not None:
        if not FAMILY_AMOUNT[0] <= input.family_amount <= FAMILY_AMOUNT[1]:
            raise Problem("setting_out_of_bounds", "familyAmount")
        new["family_amount"] = input.family_amount
    return new


def _within(given: Deadline) -> int:
    if given.name not in BOUNDS:
        raise Problem("setting_unknown", "deadlines.name")
    least, most = BOUNDS[given.name]
    if not least <= given.value <= most:
        raise Problem("setting_out_of_bounds", f"deadlines.{given.name}")
    return given.value


def _days_off(hand: Hand, days: tuple[date, ...]) -> list[str]:
    today = local_date(hand.now)
    if len(days) > MOST_DAYS_OFF:
        raise Problem("too_many_days", "closed")
    if any(day > today + FURTHEST for day in days):
        raise Problem("date_too_late", "closed")
    if any(day < today - FURTHEST for day in days):
        raise Problem("date_in_past", "closed")
    return sorted({day.isoformat() for day in days})


async def _works_here(hand: Hand, membership: UUID) -> UUID:
    found = await leaving.lock_memberships(hand.work, [membership])
    if not found:
        raise Problem("not_found", "justiceDeputy")
    if not found[0].during.contains(hand.now):
        raise Problem("professional_not_active", "justiceDeputy")
    return membership


def _told(hand: Hand) -> Settings:
    kept: Mapping[str, Any] = hand.work.settings
    order, deputy = kept.get("routing_order"), kept.get("justice_deputy")
    return Settings(
        deadlines=[
            BoundDeadline(name, getattr(hand.work.deadlines, name), *bounds)
            for name, bounds in BOUNDS.items()
        ],
        closed=sorted(hand.work.deadlines.closed),
        disciplines=sorted(disciplines_of(kept)),
        case_ceiling=kept.get("case_ceiling"),
        justice_deputy=UUID(deputy) if deputy else None,
        routing_order=[RoutedBy(point) for point in order] if order else list(DEFAULT_ORDER),
        following=bool(changes(hand.work.settings)),
        family_amount=amount_of(hand.work.settings),
    )
