"""What a family wants, the small steps there, and what there is to be proud of.

A goal is the family's own or the plan's. A small step counts: once reached it can be told with a word of praise. A
compliment is praise for the family as a whole, from anybody who takes part; it is read with the family's own goals.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from casecoord.actions import texts
from casecoord.actions.cases import case_desk, look_at, require
from casecoord.actions.looking import About, Look, wrote
from casecoord.actions.office import Hand, verb
from casecoord.domain.agreements import MilestoneKind
from casecoord.domain.errors import Problem
from casecoord.domain.facets import Viewer
from casecoord.domain.joint_view import MilestoneView
from casecoord.domain.teams import most_secret, sphere_among
from casecoord.domain.words import Audience, LifeDomain, Sphere, sphere_of
from casecoord.storage.agreements import is_replaced
from casecoord.storage.cases import Desk, desk_of
from casecoord.storage.family_tables import Agreement, Milestone
from casecoord.storage.sealed import Compartment, HouseholdSeal, Place

Row = dict[str, Any]
#: Of which life domain a compliment is: of none that tells of anything.
OF_ALL = LifeDomain.SOCIAL_PARTICIPATION


@dataclass(frozen=True, slots=True)
class SetGoal:
    """`own`: in the family's own words, else the plan's. With `goal` or `agreement`: a small step of that."""

    idempotency_key: str
    case: UUID
    domain: LifeDomain
    words: str
    own: bool = False
    goal: UUID | None = None
    agreement: UUID | None = None


@dataclass(frozen=True, slots=True)
class ReachMilestone:
    """A goal or step that was reached, or an agreement that was kept, with a word of praise."""

    idempotency_key: str
    milestone: UUID | None = None
    agreement: UUID | None = None
    praise: str | None = None


@dataclass(frozen=True, slots=True)
class PraiseFamily:
    idempotency_key: str
    case: UUID
    words: str


@dataclass(frozen=True, slots=True)
class MilestoneBrief:
    """`id`: of the milestone, or of the agreement that was kept."""

    id: UUID
    case: UUID
    kind: MilestoneKind | None
    reached_at: datetime | None


def facet_of(own: bool) -> str:
    """By which facet a milestone is seen."""
    return "family.goal" if own else "plan.goal"


@verb(MilestoneBrief, act="C")
async def set_goal(hand: Hand, input: SetGoal) -> MilestoneBrief:
    """The lead writes down what the family wants, what the plan aims at, or a small step on the way."""
    words = texts.sentence(input.words, "words")
    if input.goal is not None and input.agreement is not None:
        raise Problem("step_of_one", "agreement")
    desk = await case_desk(hand, input.case)
    rule = require(hand, desk, "set_goal")
    above = await _above(hand, desk, input)
    own = input.own if above is None else getattr(above, "own", True)
    sphere = sphere_of(input.domain)
    milestone = Milestone(
        id=uuid4(),
        kind=MilestoneKind.GOAL if above is None else MilestoneKind.STEP,
        own=own,
        domain=input.domain,
        sphere=sphere if above is None else most_secret(sphere, Sphere(above.sphere)),
        goal_id=input.goal,
        agreement_id=input.agreement,
    )
    _keep(desk, milestone, words, "set_goal", rule)
    await desk.settle()
    return _brief(milestone)


def set_own_goal(desk: Desk, domain: LifeDomain, words: str, rule: str) -> None:
    """What the family itself wants, as whoever proposes a lead heard it before there is one."""
    goal = Milestone(id=uuid4(), kind=MilestoneKind.GOAL, own=True, domain=domain, sphere=sphere_of(domain))
    _keep(desk, goal, words, "set_goal", rule)


@verb(MilestoneBrief)
async def reach_milestone(hand: Hand, input: ReachMilestone) -> MilestoneBrief:
    """The lead tells that a goal or a step was reached, or an agreement kept."""
    praise = texts.optional(input.praise, "praise")
    kind: type[Milestone] | type[Agreement]
    if input.milestone is not None and input.agreement is None:
        kind, identity, field = Milestone, input.milestone, "milestone"
    elif input.agreement is not None and input.milestone is None:
        kind, identity, field = Agreement, input.agreement, "agreement"
    else:
        raise Problem("step_of_one", "agreement")
    found = await desk_of(hand.work, kind, identity)
    if found is None or not in_view(hand, *found):
        raise Problem("not_found", field)
    desk, thing = found
    rule = require(hand, desk, "set_goal")
    if isinstance(thing, Agreement):
        if thing.kept_at is not None or await is_replaced(hand.work, thing.id):
            raise Problem("already_answered", field)
        thing.kept_at = desk.now
    else:
        if thing.reached_at is not None:
            raise Problem("already_answered", field)
        thing.reached_at = desk.now
    thing.praise_sealed = desk.sealed_if(praise, thing, "praise", Compartment.of(Sphere(thing.sphere)))
    about = {field: thing.id}
    desk.add_event("reach_milestone", _facet(thing), thing.sphere, rule, audience=thing.audience, **about)
    await desk.settle()
    return _brief(thing)


@verb(MilestoneBrief, act="C")
async def praise_family(hand: Hand, input: PraiseFamily) -> MilestoneBrief:
    """Anybody who takes part says what goes well. It names who says it, so it is as secret as their team's presence."""
    words = texts.sentence(input.words, "words")
    desk = await case_desk(hand, input.case)
    # As an action: a member's own contribution to the case, by name and now.
    rule = require(hand, desk, "add_action", for_own_team=True, owner_and_date=True)
    praise = Milestone(
        id=uuid4(),
        kind=MilestoneKind.PROUD,
        own=True,
        domain=OF_ALL,
        sphere=sphere_among(Sphere.GENERAL, hand.actor.team_kind),
        reached_at=desk.now,
    )
    _keep(desk, praise, words, "praise_family", rule)
    await desk.settle()
    return _brief(praise)


def in_view(hand: Hand, desk: Desk, thing: Milestone | Agreement) -> bool:
    """Whether a milestone or an agreement of the open case exists for this actor."""
    if desk.case is None or desk.case.id != thing.case_id:
        return False
    shared = thing.audience == Audience.TEAMS_IN_CASE
    return look_at(hand, desk).sees(_facet(thing), Sphere(thing.sphere), shared_with_teams=shared)


def milestones_in_view(
    look: Look, seal: HouseholdSeal, rows: Iterable[Row], about: About, viewers: frozenset[Viewer]
) -> list[MilestoneView]:
    """The goals, steps and compliments that this viewer may see."""
    seen = [row for row in rows if _sees(look, row, about, viewers)]
    known = {row["id"] for row in seen}
    return [_view(look, seal, row, known, about, viewers) for row in seen]


def _sees(look: Look, row: Row, about: About, viewers: frozenset[Viewer], *, as_written: bool = True) -> bool:
    facet = facet_of(row["own"])
    return look.sees(
        facet,
        Sphere(row["sphere"]),
        viewers=viewers,
        of=(UUID(row["person"]),) if row["person"] else (),
        shared_with_teams=row["audience"] == Audience.TEAMS_IN_CASE,
        wrote_it=as_written and wrote(look.hand, row["author_team"], row["author"]),
        **about(facet, row),
    )


def _view(
    look: Look, seal: HouseholdSeal, row: Row, known: set[str], about: About, viewers: frozenset[Viewer]
) -> MilestoneView:
    # What one sees because one wrote it is what one wrote, not what became of it.
    whole = row["kind"] == MilestoneKind.PROUD or _sees(look, row, about, viewers, as_written=False)

    def opened(column: str) -> str | None:
        place = Place("milestones", UUID(row["id"]), column)
        sealed = row[column]
        return (
            seal.open(bytes.fromhex(sealed), place, Compartment.of(Sphere(row["sphere"]))) if sealed else None
        )

    return MilestoneView(
        id=UUID(row["id"]),
        kind=MilestoneKind(row["kind"]),
        own=row["own"],
        person=UUID(row["person"]) if row["person"] else None,
        domain=LifeDomain(row["domain"]),
        words=opened("words") or "",
        said_by=row["by"] if row["kind"] == MilestoneKind.PROUD else None,
        set_at=datetime.fromisoformat(row["set_at"]),
        goal=UUID(row["goal"]) if row["goal"] in known else None,
        agreement=UUID(row["agreement"]) if row["agreement"] else None,
        reached_at=datetime.fromisoformat(row["reached_at"]) if whole and row["reached_at"] else None,
        praise=opened("praise") if whole else None,
    )


async def _above(hand: Hand, desk: Desk, input: SetGoal) -> Milestone | Agreement | None:
    """What the step is of: a goal, or an agreement, of this case."""
    assert desk.case is not None
    for kind, identity, field in ((Milestone, input.goal, "goal"), (Agreement, input.agreement, "agreement")):
        if identity is None:
            continue
        above = await hand.work.session.get(kind, (hand.work.area_id, identity))
        if above is None or not in_view(hand, desk, above):  # type: ignore[arg-type]
            raise Problem("not_found", field)
        if isinstance(above, Milestone) and above.kind != MilestoneKind.GOAL:
            raise Problem("step_of_one", field)
        return above  # type: ignore[return-value]
    return None


def _keep(desk: Desk, milestone: Milestone, words: str, verb: str, rule: str) -> None:
    assert desk.case is not None
    milestone.area_id, milestone.case_id = desk.work.area_id, desk.case.id
    milestone.author_id, milestone.set_at = desk.actor_membership, desk.now
    milestone.words_sealed = desk.sealed(words, milestone, "words", Compartment.of(Sphere(milestone.sphere)))
    desk.work.session.add(milestone)
    desk.add_event(verb, facet_of(milestone.own), milestone.sphere, rule, milestone=milestone.id)


def _facet(thing: Milestone | Agreement) -> str:
    return "family.agreement" if isinstance(thing, Agreement) else facet_of(thing.own)


def _brief(thing: Milestone | Agreement) -> MilestoneBrief:
    if isinstance(thing, Agreement):
        return MilestoneBrief(thing.id, thing.case_id, None, thing.kept_at)
    return MilestoneBrief(thing.id, thing.case_id, MilestoneKind(thing.kind), thing.reached_at)
