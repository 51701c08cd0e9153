"""What stops practice goes up to somebody who can decide, and comes down as a decision that opens it.

A team that cannot do an action that the lead put on it refuses it in no other way: the action stays open,
with its date, until the blockade is decided or its owner agrees a date after all.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from casecoord.access.attributes import Facts
from casecoord.access.doing import ActFacts, Doer
from casecoord.actions import cursors, texts
from casecoord.actions.cases import case_desk, look_at, require
from casecoord.actions.filters import condition
from casecoord.actions.looking import Look, facts_of, viewers
from casecoord.actions.office import Hand, verb
from casecoord.domain.errors import Problem
from casecoord.domain.facets import Shown, Viewer
from casecoord.domain.lists import Slice
from casecoord.domain.teams import most_secret, sphere_among
from casecoord.domain.words import (
    ActionState,
    Audience,
    BlockadeKind,
    BlockadeState,
    LifeDomain,
    Purpose,
    Reach,
    Sphere,
    sphere_of,
)
from casecoord.storage import access_log
from casecoord.storage import blockades as storage
from casecoord.storage.blockades import Weight
from casecoord.storage.case_tables import PlanAction
from casecoord.storage.cases import Desk, desk_of
from casecoord.storage.sealed import Compartment, Place
from casecoord.storage.views import seal_of
from casecoord.storage.wait_tables import Blockade


@dataclass(frozen=True, slots=True)
class RaiseBlockade:
    """`what` stops practice; `asked`: who should do what, by when. `action`: the one that cannot be done."""

    idempotency_key: str
    case: UUID
    kind: BlockadeKind
    domain: LifeDomain
    what: str
    asked: str
    action: UUID | None = None


@dataclass(frozen=True, slots=True)
class DecideBlockade:
    """A decision with its reason and reach; or, without one, the alliance's agenda."""

    idempotency_key: str
    blockade: UUID
    decision: str | None = None
    reach: Reach | None = None
    on_agenda: bool = False


@dataclass(frozen=True, slots=True)
class BlockadeBrief:
    id: UUID
    case: UUID
    state: BlockadeState
    reach: Reach | None


@dataclass(frozen=True, slots=True)
class BlockadesOf:
    first: int | None = None
    after: str | None = None


@dataclass(frozen=True, slots=True)
class Waiting:
    """An undecided blockade; `families`: how many wait on one of this kind in this life domain."""

    id: UUID
    household: UUID
    kind: BlockadeKind
    domain: LifeDomain
    what: str | None
    asked: str | None
    state: BlockadeState
    raised_at: datetime
    due_at: datetime
    families: int
    gaps: int


@verb(BlockadeBrief, act="C")
async def raise_blockade(hand: Hand, input: RaiseBlockade) -> BlockadeBrief:
    """The lead, or a member of a team that takes part, says what stops practice: G10 runs."""
    what, asked = texts.sentence(input.what, "what"), texts.sentence(input.asked, "asked")
    desk = await case_desk(hand, input.case)
    assert desk.case is not None
    rule = require(hand, desk, "raise_blockade")
    action = await _own_action(hand, desk, input.action) if input.action else None
    sources = [sphere_of(input.domain), *([Sphere(action.sphere)] if action else [])]
    sphere = sphere_among(most_secret(*sources), hand.actor.team_kind)
    audience = (action.audience if action else None) or Audience.SOCIAL_AND_LEAD
    # An action that cannot be done is the lead's to agree again; else somebody has to be able to decide.
    if action is None and not _may_be_decided(hand, sphere):
        raise Problem("blockade_out_of_view", "domain")
    blockade = Blockade(
        area_id=hand.work.area_id,
        id=uuid4(),
        case_id=desk.case.id,
        team_id=hand.actor.team_id,
        raised_by=desk.actor_membership,
        kind=input.kind,
        domain=input.domain,
        sphere=sphere,
        audience=audience if sphere is Sphere.HEALTH else None,
        action_id=input.action,
        state=BlockadeState.OPEN,
        raised_at=desk.now,
    )
    blockade.what_sealed = desk.sealed(what, blockade, "what", Compartment.of(sphere))
    blockade.asked_sealed = desk.sealed(asked, blockade, "asked", Compartment.of(sphere))
    hand.work.session.add(blockade)
    _happened(desk, "raise_blockade", blockade, rule)
    await desk.settle()
    return _brief(blockade)


@verb(BlockadeBrief)
async def decide_blockade(hand: Hand, input: DecideBlockade) -> BlockadeBrief:
    """The person with decision power opens the way, once or from now on, or asks the alliance."""
    decision = texts.optional(input.decision, "decision")
    if input.on_agenda and (decision is not None or input.reach is not None):
        raise Problem("decision_or_agenda", "decision")
    found = await desk_of(hand.work, Blockade, input.blockade)
    if found is None or not _sees(hand, *found):
        raise Problem("not_found", "blockade")
    desk, blockade = found
    rule = require(hand, desk, "decide_blockade")
    if blockade.state == BlockadeState.DECIDED or (input.on_agenda and blockade.state != BlockadeState.OPEN):
        raise Problem("already_answered", "blockade")
    if input.on_agenda:
        blockade.state = BlockadeState.AGENDA
    elif decision is None or input.reach is None:
        raise Problem("decision_incomplete", "reach" if decision else "decision")
    else:
        _decide(desk, blockade, decision, input.reach)
    _happened(desk, "decide_blockade", blockade, rule)
    await desk.settle()
    return _brief(blockade)


async def unblock(desk: Desk, action: PlanAction, decision: str) -> None:
    """Its owner can do the action after all: what it was refused by is decided with that."""
    blockade = await storage.on_action(desk.work, action.id)
    if blockade is not None:
        _decide(desk, blockade, decision, Reach.INCIDENTAL)


async def blockades(hand: Hand, query: BlockadesOf) -> Slice[Waiting]:
    """What waits for a decision, by weight? Listed if, and only if, it may be seen by who may order it."""
    first = cursors.page_size(query.first)
    after = cursors.read(hand, "blockades", query.after)
    doer = Doer(hand.actor.role, hand.actor.team_kind)
    if not hand.policy.may(doer, "order_blockades", ActFacts.that("membership_valid")).allowed:
        return Slice([], [], False)
    power = {Viewer.DECISION_POWER: "i.escalated"}
    shown, gaps = condition(hand, "blockade", power), condition(hand, "gap", power)
    rows = await storage.undecided(hand.work, shown, gaps, first, Weight.read(after) if after else None)
    looks = [_look(hand, row) for row in rows[:first]]
    items = [_waiting(look, row) for look, row in zip(looks, rows, strict=False)]
    await access_log.write(hand.work, [look.entry("blockades") for look in looks])
    written = [cursors.write(hand, "blockades", Weight.of(row).key()) for row in rows[:first]]
    return Slice(items, written, len(rows) > first)


async def _own_action(hand: Hand, desk: Desk, identity: UUID) -> PlanAction:
    """An open action that the own team was asked to do; the lead may name any."""
    assert desk.case is not None
    action = await hand.work.session.get(PlanAction, (hand.work.area_id, identity))
    own = action is not None and action.team_id == hand.actor.team_id and desk.relation.participates
    if action is None or action.case_id != desk.case.id or not (own or desk.relation.is_lead):
        raise Problem("not_found", "action")
    if action.state != ActionState.OPEN:
        raise Problem("action_done", "action")
    if await storage.on_action(hand.work, action.id) is not None:
        raise Problem("blockade_raised", "action")
    return action


def _may_be_decided(hand: Hand, sphere: Sphere) -> bool:
    decision = hand.policy.decide(
        frozenset({Viewer.DECISION_POWER}), "blockade", sphere, Purpose.CARE_COORDINATION, Facts.that()
    )
    return decision.shown is Shown.FULL


def _sees(hand: Hand, desk: Desk, blockade: Blockade) -> bool:
    shared = blockade.audience == Audience.TEAMS_IN_CASE
    return look_at(hand, desk).sees("blockade", Sphere(blockade.sphere), shared_with_teams=shared)


def _decide(desk: Desk, blockade: Blockade, decision: str, reach: Reach) -> None:
    compartment = Compartment.of(Sphere(blockade.sphere))
    blockade.decision_sealed = desk.sealed(decision, blockade, "decision", compartment)
    blockade.state, blockade.reach = BlockadeState.DECIDED, reach
    blockade.decided_at, blockade.decided_by = desk.now, desk.actor_membership


def _happened(desk: Desk, verb: str, blockade: Blockade, rule: str) -> None:
    desk.add_event(
        verb, "blockade", blockade.sphere, rule, audience=blockade.audience, blockade=blockade.id,
        state=blockade.state,
    )  # fmt: skip


def _look(hand: Hand, row: dict[str, Any]) -> Look:
    seen_by = viewers(hand, takes_part=False, is_lead=False, signalled=False, escalated=row["escalated"])
    look = Look(hand, row["household"], seen_by, facts_of(row))
    if row["gaps"]:
        look.decide("gap")
    return look


def _waiting(look: Look, row: dict[str, Any]) -> Waiting:
    seal, sphere = seal_of(look.hand.work, row["household"], row["keys"]), Sphere(row["sphere"])

    def opened(facet: str) -> str | None:
        if not look.sees("blockade", sphere):
            return None
        place = Place("blockades", row["id"], facet)
        return seal.open(row[f"{facet}_sealed"], place, Compartment.of(sphere))

    return Waiting(
        id=row["id"],
        household=row["household"],
        kind=BlockadeKind(row["kind"]),
        domain=LifeDomain(row["domain"]),
        what=opened("what"),
        asked=opened("asked"),
        state=BlockadeState(row["state"]),
        raised_at=row["raised_at"],
        due_at=row["due_at"],
        families=row["families"],
        gaps=row["gaps"],
    )


def _brief(blockade: Blockade) -> BlockadeBrief:
    reach = Reach(blockade.reach) if blockade.reach else None
    return BlockadeBrief(blockade.id, blockade.case_id, BlockadeState(blockade.state), reach)
