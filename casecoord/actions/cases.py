"""What all verbs on a case share: may this be done, who takes part, and the case as its answer shows it."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from uuid import UUID, uuid4

from pydantic import TypeAdapter

from casecoord.access.decide import Permission
from casecoord.access.doing import ActFacts
from casecoord.actions.looking import Look, facts_of, viewers
from casecoord.actions.office import Hand
from casecoord.domain.errors import Problem
from casecoord.domain.facets import Shown
from casecoord.domain.teams import SECRECY, presence_sphere
from casecoord.domain.words import Audience, CaseState, ProposalKind, ProposalState, Role, Sphere, TeamKind
from casecoord.storage.case_tables import Case, Participant
from casecoord.storage.cases import Desk, case_brief, desk_of, from_now, until_now
from casecoord.storage.tables import Team


@dataclass(frozen=True, slots=True)
class Who:
    """A professional by name, under a membership."""

    membership: UUID
    professional: UUID
    name: str
    team: UUID


@dataclass(frozen=True, slots=True)
class ProposalBrief:
    id: UUID
    kind: ProposalKind
    state: ProposalState
    proposed: Who


@dataclass(frozen=True, slots=True)
class CaseBrief:
    """A case as verbs on its lead answer it: state, lead, the proposals so far. No family data."""

    id: UUID
    household: UUID
    state: CaseState
    lead: Who | None
    proposals: list[ProposalBrief]


#: What a refusal is called where a rule's condition says more than "you may not".
UNMET: dict[str, Callable[[], Problem]] = {
    "!preference_known": lambda: Problem("preference_missing", "reason"),
    "!within_ceiling": lambda: Problem("ceiling_reached", "proposal"),
    "!within_amount": lambda: Problem("amount_exceeded", "amount"),
    "!appointment_due": lambda: Problem("not_yet", "case"),
    "!second_coordinator": lambda: Problem("second_coordinator_needed", "merge"),
    "!reason_and_reviews_done": lambda: Problem("review_overdue"),
    "!identity_checked": lambda: Problem("identity_unchecked", "identityChecked"),
    "!ground_recorded": lambda: Problem("ground_missing", "ground"),
    "!consent_rules_met": lambda: Problem("consent_parties_missing", "givenBy"),
    "!actions_handed_over": lambda: Problem("successor_missing", "successors"),
    "!no_other_hold": lambda: Problem("place_held", "alternative"),
    "!kind_allowed": lambda: Problem("team_not_invitable", "team"),
}
_ADAPTER = TypeAdapter(CaseBrief)


def require(
    hand: Hand, desk: Desk, act: str, *, backstop: bool = False, hanging: tuple[str, ...] = (), **facts: bool
) -> str:
    """May this actor do this act here, now? The rule that says so; else Problem.

    `backstop`: no team is accountable, so the area's coordinator stands in for its coordinator.
    `hanging`: what a refusal for an unmet condition names.
    """
    known = {
        "membership_valid": True,
        "of_participating_team": desk.relation.participates,
        "of_accountable_team": desk.relation.participates and desk.lead is None,
        "is_lead": desk.relation.is_lead,
        "no_lead_yet": desk.lead is None,
        "no_case_yet": desk.case is None,
    }
    stands_in = backstop and hand.actor.role is Role.AREA_COORDINATOR
    if stands_in:
        known["of_accountable_team"] = True
    role = Role.COORDINATOR if stands_in else hand.actor.role
    decision = hand.may(act, ActFacts(**{**known, **facts}), role)
    if decision.allowed:
        hand.allowed(desk.household_id, decision.rule)
        hand.about(desk.person)
        return decision.rule
    raise refusal(hand, decision, act, hanging)


def refusal(hand: Hand, decision: Permission, act: str, hanging: tuple[str, ...] = ()) -> Problem:
    """What is answered where a rule refuses an act: the condition by name, else why it is not this actor's."""
    lacking = next((UNMET[word] for word in decision.reason if word in UNMET), None)
    if lacking is None:
        return hand.not_allowed(decision, act)
    unmet = lacking()
    return Problem(unmet.code, unmet.field, hanging)


def has_standing(hand: Hand, desk: Desk) -> bool:
    """Whether the case, its actions and proposals exist for this actor: whether its view shows its status.

    A restriction hides what the case says and stops no promise: who has something to do in it still can.
    """
    look = look_at(hand, desk)
    return look.decide("case.status", restricted=False).shown is Shown.FULL


def look_at(hand: Hand, desk: Desk, *, takes_part: bool = False) -> Look:
    """The actor's look at this desk's case. `takes_part`: a reason besides the own team's part in the case."""
    relation = desk.relation
    seen_by = viewers(
        hand,
        takes_part=relation.participates or takes_part,
        is_lead=relation.is_lead,
        signalled=relation.signalled,
        escalated=relation.escalated,
    )
    return Look(hand, desk.household_id, seen_by, facts_of(asdict(relation)))


def teams_in_view(hand: Hand, desk: Desk) -> set[UUID]:
    """The teams that take part, as far as the actor may know: the own one, and those whose sphere is open.

    Decision power, who is shown no participants, knows of a team what may be known of its gaps.
    """
    look = look_at(hand, desk)
    facet = "gap" if hand.actor.role is Role.DECISION_POWER else "case.participants"
    return {
        p.team_id
        for p in desk.participants
        if (p.team_id == hand.actor.team_id and desk.relation.participates)
        or look.sees(facet, Sphere(p.sphere), shared_with_teams=p.audience == Audience.TEAMS_IN_CASE)
    }


async def case_desk(hand: Hand, identity: UUID) -> Desk:
    """The desk of an open case; Problem `not_found` for one that is closed, absent or elsewhere."""
    found = await desk_of(hand.work, Case, identity)
    if (
        found is None
        or found[0].case is None
        or found[0].case.id != identity
        or not has_standing(hand, found[0])
    ):
        raise Problem("not_found", "case")
    return found[0]


async def join(
    hand: Hand, desk: Desk, team_id: UUID, source: Sphere, audience: Audience | str | None
) -> None:
    """Lets a team take part, as secretly as the least secret reason for which it does."""
    assert desk.case is not None
    team = await hand.work.session.get_one(Team, (hand.work.area_id, team_id))
    sphere = presence_sphere(TeamKind(team.kind), source)
    shared = audience if sphere is Sphere.HEALTH else None
    there = next((p for p in desk.participants if p.team_id == team_id), None)
    if there is None:
        there = Participant(
            area_id=hand.work.area_id,
            id=uuid4(),
            case_id=desk.case.id,
            team_id=team_id,
            sphere=sphere,
            audience=shared,
            during=from_now(hand.work),
        )
        hand.work.session.add(there)
        desk.participants.append(there)
    elif SECRECY.index(sphere) < SECRECY.index(Sphere(there.sphere)):
        there.sphere, there.audience = sphere, shared


async def leave(hand: Hand, desk: Desk, team_id: UUID) -> None:
    """Ends a team's taking part at this moment."""
    for participant in [p for p in desk.participants if p.team_id == team_id]:
        participant.during = until_now(hand.work, participant.during)
        desk.participants.remove(participant)


async def brief(hand: Hand, desk: Desk) -> CaseBrief:
    """The open case of this desk, as it is in this transaction; of the proposals those to teams in view.

    While a restriction holds: of lead and proposals only what is about the actor.
    """
    assert desk.case is not None
    hand.told("case.status", "case.lead")
    found = _ADAPTER.validate_python(await case_brief(hand.work, desk.case.id))
    if desk.relation.restricted and not look_at(hand, desk).sees("case.lead"):
        me = hand.actor.professional_id
        mine = [p for p in found.proposals if p.proposed.professional == me]
        lead = found.lead if found.lead and found.lead.professional == me else None
        return replace(found, lead=lead, proposals=mine)
    out_of_view = desk.teams() - teams_in_view(hand, desk)
    return replace(found, proposals=[p for p in found.proposals if p.proposed.team not in out_of_view])
