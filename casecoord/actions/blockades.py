"""What stops practice goes up to somebody who can decide, and comes down as a decision that opens it.

A team that cannot do an action that the lead put on it refuses it in no other way: the action stays open,
with its date, until the blockade is decided or its owner agrees a date after all.
"""

from dataclasses import dataclass, field, replace
from datetime import date
from uuid import UUID, uuid4

from casecoord.access.attributes import Facts
from casecoord.actions import cursors, texts
from casecoord.actions.addressing import Addressed, Addressee, addressed, needed_by
from casecoord.actions.breakthroughs import (
    Rule,
    RuleWords,
    checked,
    publish,
    rules_for,
    without_persons,
    words_in,
)
from casecoord.actions.cases import case_desk, look_at, require
from casecoord.actions.office import Hand, verb
from casecoord.domain.breakthroughs import OWNER
from casecoord.domain.errors import Problem
from casecoord.domain.facets import Shown, Viewer
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
    Urgency,
    sphere_of,
)
from casecoord.storage import blockades as storage
from casecoord.storage import breakthroughs as rules
from casecoord.storage.breakthrough_tables import Homework
from casecoord.storage.case_tables import PlanAction
from casecoord.storage.cases import Desk, desk_of
from casecoord.storage.sealed import Compartment
from casecoord.storage.wait_tables import Blockade


@dataclass(frozen=True, slots=True)
class RaiseBlockade:
    """`what` stops practice; `asked`: what `to` should do; `action`: the one that cannot be done.

    `to` None: who decides for the area. `needed_by` None: when it has to be decided.
    """

    idempotency_key: str
    case: UUID
    kind: BlockadeKind
    domain: LifeDomain
    what: str
    asked: str
    action: UUID | None = None
    to: Addressee | None = None
    needed_by: date | None = None
    urgency: Urgency = Urgency.NORMAL


@dataclass(frozen=True, slots=True)
class GiveHomework:
    """What a partner of the alliance does, by when."""

    to: Addressee
    what: str
    needed_by: date


@dataclass(frozen=True, slots=True)
class DecideBlockade:
    """A decision with its reason and reach, on an authority; or, without one, the alliance's agenda with homework.

    `also`: blockades that are alike, which this one word decides too. `rule`: what a structural decision becomes.
    """

    idempotency_key: str
    blockade: UUID
    decision: str | None = None
    reach: Reach | None = None
    on_agenda: bool = False
    mandate: str | None = None
    rule: RuleWords | None = None
    also: tuple[UUID, ...] = ()
    homework: tuple[GiveHomework, ...] = ()


@dataclass(frozen=True, slots=True)
class BlockadeBrief:
    """`rules`: those in force that may open it. `case_closed`: the case ended meanwhile; the word stands."""

    id: UUID
    case: UUID
    state: BlockadeState
    reach: Reach | None
    also: list[UUID] = field(default_factory=list)
    rule: UUID | None = None
    rules: list[Rule] = field(default_factory=list)
    case_closed: bool = False


@verb(BlockadeBrief, act="C")
async def raise_blockade(hand: Hand, input: RaiseBlockade) -> BlockadeBrief:
    """The lead, or a member of a team that takes part, says what stops practice: G10 runs."""
    desk = await case_desk(hand, input.case)
    rule = require(hand, desk, "raise_blockade")
    blockade = await put_up(hand, desk, rule, input)
    await desk.settle()
    rules = await rules_for(hand, input.kind, input.domain, f"{input.what} {input.asked}")
    return replace(_brief(desk, blockade), rules=rules)


async def put_up(hand: Hand, desk: Desk, rule: str, input: RaiseBlockade) -> Blockade:
    """The blockade of this input, in the case at this desk; whoever settles the desk makes G10 run."""
    assert desk.case is not None
    what, asked = texts.sentence(input.what, "what"), texts.sentence(input.asked, "asked")
    to = await addressed(hand, input.to) if input.to else Addressed()
    day = needed_by(hand, input.needed_by)
    action = await _own_action(hand, desk, input.action) if input.action else None
    sources = [sphere_of(input.domain), *([Sphere(action.sphere)] if action else [])]
    kinds = [hand.actor.team_kind, *([to.team_kind] if to.team_kind else [])]
    sphere = sphere_among(most_secret(*sources), *kinds)
    audience = (action.audience if action else None) or Audience.SOCIAL_AND_LEAD
    # An action that cannot be done is the lead's to agree again; else somebody has to be able to decide.
    if action is None and not _may_be_decided(hand, sphere):
        raise Problem("blockade_out_of_view", "domain" if not to.team_kind else "to.team")
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
        urgency=input.urgency,
        to_team_id=to.team,
        to_organisation_id=to.organisation,
        needed_by=day,
        action_id=input.action,
        state=BlockadeState.OPEN,
        raised_at=desk.now,
    )
    compartment = Compartment.of(sphere)
    blockade.what_sealed = desk.sealed(what, blockade, "what", compartment)
    blockade.asked_sealed = desk.sealed(asked, blockade, "asked", compartment)
    blockade.function_sealed = desk.sealed_if(to.function, blockade, "function", compartment)
    hand.work.session.add(blockade)
    happened(desk, "raise_blockade", blockade, rule)
    return blockade


@verb(BlockadeBrief)
async def decide_blockade(hand: Hand, input: DecideBlockade) -> BlockadeBrief:
    """The person with decision power opens the way, once or from now on, or asks the alliance.

    All that one word decides is decided, or nothing is.
    """
    decision, mandate = texts.optional(input.decision, "decision"), texts.optional(input.mandate, "mandate")
    if input.on_agenda and any(one is not None for one in (decision, input.reach, mandate, input.rule)):
        raise Problem("decision_or_agenda", "decision")
    if input.homework and not input.on_agenda:
        raise Problem("homework_without_agenda", "homework")
    found = await _to_decide(hand, input)
    for desk, blockade in found:
        rule = require(hand, desk, "decide_blockade")
        on_agenda = input.on_agenda and blockade.state != BlockadeState.OPEN and not input.homework
        if blockade.state == BlockadeState.DECIDED or on_agenda:
            raise Problem("already_answered", "blockade" if blockade.id == input.blockade else "also")
    if input.on_agenda:
        for desk, blockade in found:
            await _ask_alliance(hand, desk, blockade, input.homework)
    elif decision is None or input.reach is None:
        raise Problem("decision_incomplete", "reach" if decision else "decision")
    else:
        written = await _written(hand, input, found)
        for desk, blockade in found:
            _decide(desk, blockade, decision, input.reach, mandate)
            blockade.breakthrough_id = written
    for desk, blockade in found:
        happened(desk, "decide_blockade", blockade, rule)
    for desk, _ in found:
        await desk.settle()
    desk, blockade = next(pair for pair in found if pair[1].id == input.blockade)
    return replace(_brief(desk, blockade), also=[one.id for _, one in found if one is not blockade])


async def _to_decide(hand: Hand, input: DecideBlockade) -> list[tuple[Desk, Blockade]]:
    """The blockades that one word decides, each at its family's desk; locked in one order, whoever asks."""
    ids = list(dict.fromkeys((input.blockade, *input.also)))
    if len(ids) > cursors.LARGEST_PAGE:
        raise Problem("page_too_large", "also")
    homes = await rules.households_of(hand.work, ids)
    found = {}
    for identity in sorted(ids, key=lambda one: (str(homes.get(one)), str(one))):
        pair = await desk_of(hand.work, Blockade, identity)
        if pair is not None and sees(hand, *pair):
            found[identity] = pair
    for identity in ids:
        if identity not in found:
            raise Problem("not_found", "blockade" if identity == input.blockade else "also")
    together = list(found.values())
    if len({(blockade.kind, blockade.domain) for _, blockade in together}) > 1:
        raise Problem("not_alike", "also")
    return together


async def _written(hand: Hand, input: DecideBlockade, found: list[tuple[Desk, Blockade]]) -> UUID | None:
    """The rule that a structural decision becomes, where it is written down with it."""
    if input.rule is None:
        return None
    if input.reach is not Reach.STRUCTURAL:
        raise Problem("rule_of_a_structural_decision", "reach")
    said = [text for desk, blockade in found for text in words_in(hand, desk, blockade)]
    _, first = found[0]
    words = checked(input.rule, [*said, input.decision or ""])
    return await publish(hand, words, BlockadeKind(first.kind), LifeDomain(first.domain))


async def _ask_alliance(
    hand: Hand, desk: Desk, blockade: Blockade, homework: tuple[GiveHomework, ...]
) -> None:
    """The alliance's agenda, with what each partner does; more homework may follow. G10 runs on."""
    blockade.state = BlockadeState.AGENDA
    compartment = Compartment.of(Sphere(blockade.sphere))
    for one in homework:
        to = await addressed(hand, one.to, "homework.to")
        what = without_persons(texts.sentence(one.what, "homework.what"), "homework.what")
        given = Homework(
            area_id=hand.work.area_id,
            id=uuid4(),
            blockade_id=blockade.id,
            sphere=blockade.sphere,
            to_team_id=to.team,
            to_organisation_id=to.organisation,
            needed_by=needed_by(hand, one.needed_by, "homework.neededBy"),
            given_at=desk.now,
            given_by=desk.actor_membership,
        )
        given.what_sealed = desk.sealed(what, given, "what", compartment)
        given.function_sealed = desk.sealed_if(to.function, given, "function", compartment)
        hand.work.session.add(given)


async def unblock(desk: Desk, action: PlanAction, decision: str) -> None:
    """Its owner can do the action after all: what it was refused by is decided with that."""
    blockade = await storage.on_action(desk.work, action.id)
    if blockade is not None:
        _decide(desk, blockade, decision, Reach.INCIDENTAL, OWNER[desk.work.actor.language])


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


def sees(hand: Hand, desk: Desk, blockade: Blockade) -> bool:
    """Whether this actor is shown this blockade."""
    shared = blockade.audience == Audience.TEAMS_IN_CASE
    return look_at(hand, desk).sees("blockade", Sphere(blockade.sphere), shared_with_teams=shared)


def _decide(desk: Desk, blockade: Blockade, decision: str, reach: Reach, mandate: str | None = None) -> None:
    compartment = Compartment.of(Sphere(blockade.sphere))
    blockade.decision_sealed = desk.sealed(decision, blockade, "decision", compartment)
    blockade.mandate_sealed = desk.sealed_if(mandate, blockade, "mandate", compartment)
    blockade.state, blockade.reach = BlockadeState.DECIDED, reach
    blockade.decided_at, blockade.decided_by = desk.now, desk.actor_membership


def happened(desk: Desk, verb: str, blockade: Blockade, rule: str) -> None:
    """Adds it to the family's history."""
    desk.add_event(
        verb, "blockade", blockade.sphere, rule, audience=blockade.audience, blockade=blockade.id,
        state=blockade.state,
    )  # fmt: skip


def _brief(desk: Desk, blockade: Blockade) -> BlockadeBrief:
    return BlockadeBrief(
        blockade.id,
        blockade.case_id,
        BlockadeState(blockade.state),
        Reach(blockade.reach) if blockade.reach else None,
        rule=blockade.breakthrough_id,
        case_closed=desk.case is None,
    )
