"""What waits for a decision, for whoever can take it: by weight or as they order it, alike ones together, and the
alliance's agenda with its homework."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from casecoord.access.doing import ActFacts, Doer
from casecoord.actions import cursors
from casecoord.actions.addressing import named
from casecoord.actions.blockades import happened, sees
from casecoord.actions.breakthroughs import Rule, rules_for
from casecoord.actions.cases import require
from casecoord.actions.filters import condition
from casecoord.actions.looking import Look, facts_of, viewers
from casecoord.actions.office import Hand, verb
from casecoord.actions.opening import homework_view
from casecoord.domain.breakthroughs import alike, words_of
from casecoord.domain.errors import Problem
from casecoord.domain.facets import Viewer
from casecoord.domain.joint_view import HomeworkView
from casecoord.domain.lists import Slice
from casecoord.domain.words import BlockadeKind, BlockadeState, Language, LifeDomain, Sphere, Urgency
from casecoord.domain.workdays import local_date
from casecoord.storage import access_log
from casecoord.storage import blockades as storage
from casecoord.storage import breakthroughs as rules
from casecoord.storage.blockades import Weight
from casecoord.storage.breakthrough_tables import Homework
from casecoord.storage.cases import desk_of
from casecoord.storage.sealed import Compartment, Place
from casecoord.storage.spending import amount_of
from casecoord.storage.views import seal_of
from casecoord.storage.wait_tables import Blockade

#: Of more than these nobody looks which are alike, or goes through an agenda.
MOST = 500


@dataclass(frozen=True, slots=True)
class BlockadesOf:
    first: int | None = None
    after: str | None = None


@dataclass(frozen=True, slots=True)
class Waiting:
    """An undecided blockade; `families`: how many wait on one of this kind in this life domain.

    `urgency`: as who raised it says. `place`: where it was put by hand.
    """

    id: UUID
    household: UUID
    kind: BlockadeKind
    domain: LifeDomain
    what: str | None
    asked: str | None
    addressee: str
    needed_by: date | None
    state: BlockadeState
    raised_at: datetime
    due_at: datetime
    days: int
    families: int
    urgency: Urgency
    gaps: int
    place: int | None
    homework: list[HomeworkView]


@dataclass(frozen=True, slots=True)
class OrderBlockades:
    """All that are put by hand, the first first; none: by weight alone."""

    idempotency_key: str
    blockades: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class Ordered:
    blockades: list[UUID]


@dataclass(frozen=True, slots=True)
class CompleteHomework:
    """`done` False: it is not done after all."""

    idempotency_key: str
    homework: UUID
    done: bool = True


@dataclass(frozen=True, slots=True)
class HomeworkSaved:
    id: UUID
    blockade: UUID
    done: bool


@dataclass(frozen=True, slots=True)
class SimilarOf:
    """All that are alike, in the actor's area."""


@dataclass(frozen=True, slots=True)
class BlockadeOf:
    blockade: UUID


@dataclass(frozen=True, slots=True)
class Deciding:
    """A blockade with all that helps to decide it. `alike`: what the same word may decide; `rules`: in force that may
    open it; `placed`: all that are put by hand, in their order; `amount`: of the mandate for a family and a year."""

    one: Waiting
    alike: list[Waiting]
    rules: list[Rule]
    placed: list[UUID]
    amount: int


@dataclass(frozen=True, slots=True)
class Agenda:
    """The alliance's agenda on a day; `language`: its reader's."""

    items: list[Waiting]
    day: date
    language: Language


@dataclass(frozen=True, slots=True)
class AgendaOf:
    """The one of the actor's area."""


async def blockades(hand: Hand, query: BlockadesOf) -> Slice[Waiting]:
    """What waits for a decision, by weight? Listed if, and only if, it may be seen by who may order it."""
    first = cursors.page_size(query.first)
    after = cursors.read(hand, "blockades", query.after)
    if not may_order(hand):
        return Slice([], [], False)
    rows = await storage.undecided(hand.work, in_view(hand), first, Weight.read(after) if after else None)
    items = waiting(hand, "blockades", rows[:first])
    written = [cursors.write(hand, "blockades", Weight.of(row).key()) for row in rows[:first]]
    return Slice(items, written, len(rows) > first)


async def similar_blockades(hand: Hand, query: SimilarOf) -> list[list[Waiting]]:
    """Which may be decided by one word: of one kind and life domain, asked of the same, in like words."""
    return _alike(await _all(hand, "similar_blockades"))


async def deciding(hand: Hand, query: BlockadeOf) -> Deciding:
    """What helps to decide this one? Shown if, and only if, it may be seen by who may decide it."""
    rows = await storage.undecided(hand.work, in_view(hand), MOST) if may_order(hand) else []
    asked = next((row for row in rows if row["id"] == query.blockade), None)
    if asked is None:
        raise Problem("not_found", "blockade")
    kin = [row for row in rows if (row["kind"], row["domain"]) == (asked["kind"], asked["domain"])]
    found = waiting(hand, "similar_blockades", kin)
    one = next(found_one for found_one in found if found_one.id == query.blockade)
    group = next((group for group in _alike(found) if one in group), [])
    return Deciding(
        one,
        [other for other in group if other is not one],
        await rules_for(hand, one.kind, one.domain, _said(one)),
        [row["id"] for row in rows if row["place"] is not None],
        amount_of(hand.work.settings),
    )


async def alliance_agenda(hand: Hand, query: AgendaOf) -> Agenda:
    """What was put before the alliance and waits, with who does what by when."""
    found = await _all(hand, "alliance_agenda", agenda=True)
    return Agenda(found, local_date(hand.now), hand.actor.language)


@verb(Ordered)
async def order_blockades(hand: Hand, input: OrderBlockades) -> Ordered:
    """Who decides says what comes first; a later order replaces it whole."""
    ids = list(dict.fromkeys(input.blockades))
    decision = hand.may("order_blockades", ActFacts.that("membership_valid"))
    if not decision.allowed:
        raise hand.not_allowed(decision, "order_blockades")
    known = {row["id"]: row for row in await storage.undecided(hand.work, in_view(hand), MOST)}
    if not set(ids) <= set(known):
        raise Problem("not_found", "blockades")
    await storage.order(hand.work, ids)
    hand.done.rules.append(decision.rule)
    for identity in ids:
        hand.allowed(known[identity]["household"], decision.rule)
    return Ordered(ids)


@verb(HomeworkSaved)
async def complete_homework(hand: Hand, input: CompleteHomework) -> HomeworkSaved:
    """Who put it on the agenda hears that a partner did what was asked, or did not after all."""
    blockade_id = await rules.homework_of(hand.work, input.homework)
    found = await desk_of(hand.work, Blockade, blockade_id) if blockade_id else None
    if found is None or not sees(hand, *found):
        raise Problem("not_found", "homework")
    desk, blockade = found
    rule = require(hand, desk, "decide_blockade")
    homework = await hand.work.session.get_one(
        Homework, (hand.work.area_id, input.homework), populate_existing=True
    )
    if (homework.done_at is not None) == input.done:
        raise Problem("homework_done" if input.done else "homework_open", "homework")
    homework.done_at = desk.now if input.done else None
    homework.done_by = desk.actor_membership if input.done else None
    happened(desk, "complete_homework", blockade, rule)
    await desk.settle()
    return HomeworkSaved(homework.id, blockade.id, input.done)


def may_order(hand: Hand) -> bool:
    """Whether this actor decides on blockades, and so in which order."""
    doer = Doer(hand.actor.role, hand.actor.team_kind)
    return hand.policy.may(doer, "order_blockades", ActFacts.that("membership_valid")).allowed


def in_view(hand: Hand) -> storage.Conditions:
    """What of the undecided blockades this actor may see, as SQL."""
    power = {Viewer.DECISION_POWER: "i.escalated"}
    return storage.Conditions(condition(hand, "blockade", power), condition(hand, "gap", power))


def waiting(hand: Hand, view: str, rows: list[dict[str, Any]]) -> list[Waiting]:
    """These rows as they are shown, and recorded as seen in this view."""
    looks = [_look(hand, row) for row in rows]
    items = [_waiting(look, row) for look, row in zip(looks, rows, strict=True)]
    access_log.write(hand.work, [look.entry(view) for look in looks])
    return items


async def _all(hand: Hand, view: str, *, agenda: bool = False) -> list[Waiting]:
    if not may_order(hand):
        return []
    rows = await storage.undecided(hand.work, in_view(hand), MOST, agenda=agenda)
    return waiting(hand, view, rows[:MOST])


def _alike(found: list[Waiting]) -> list[list[Waiting]]:
    return alike(
        found,
        lambda one: (one.kind, one.domain, one.addressee.casefold()),
        lambda one: words_of(_said(one)),
    )


def _said(one: Waiting) -> str:
    return f"{one.what or ''} {one.asked or ''}"


def _look(hand: Hand, row: dict[str, Any]) -> Look:
    seen_by = viewers(hand, takes_part=False, is_lead=False, signalled=False, escalated=row["escalated"])
    look = Look(hand, row["household"], seen_by, facts_of(row))
    if row["gaps"]:
        look.decide("gap")
    return look


def _waiting(look: Look, row: dict[str, Any]) -> Waiting:
    hand, sphere = look.hand, Sphere(row["sphere"])
    seal, compartment = seal_of(hand.work, row["household"], row["keys"]), Compartment.of(sphere)

    def opened(table: str, identity: UUID, facet: str, sealed: bytes | None) -> str | None:
        if sealed is None or not look.sees("blockade", sphere):
            return None
        return seal.open(sealed, Place(table, identity, facet), compartment)

    def own(facet: str) -> str | None:
        return opened("blockades", row["id"], facet, row[f"{facet}_sealed"])

    def of_homework(table: str, one: dict[str, Any], facet: str) -> str | None:
        return opened(table, UUID(one["id"]), facet, bytes.fromhex(one[facet]) if one[facet] else None)

    return Waiting(
        id=row["id"],
        household=row["household"],
        kind=BlockadeKind(row["kind"]),
        domain=LifeDomain(row["domain"]),
        what=own("what"),
        asked=own("asked"),
        addressee=named(row, own("function"), hand.actor.language),
        needed_by=row["needed_by"],
        state=BlockadeState(row["state"]),
        raised_at=row["raised_at"],
        due_at=row["due_at"],
        days=max(0, (hand.now - row["raised_at"]).days),
        families=row["families"],
        urgency=Urgency(row["urgency"]),
        gaps=row["gaps"],
        place=row["place"],
        homework=[homework_view(one, hand.actor.language, of_homework) for one in row["homework"]],
    )
