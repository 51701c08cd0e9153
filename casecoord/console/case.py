"""A family's page: the joint case view, what happened, and what this person may do now."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from casecoord.actions.candidates import Candidate, CandidatesOf, candidates
from casecoord.actions.joint_view import JointCaseOf, joint_case
from casecoord.actions.lists import TimelineOf, timeline
from casecoord.actions.office import Hand
from casecoord.actions.plan import Manner
from casecoord.actions.possible import Possible, possible
from casecoord.actions.signals import Decision
from casecoord.actions.teams import TeamLine, TeamsOf, teams
from casecoord.console.reception import Reception
from casecoord.console.sheets import Desk, Sheet
from casecoord.console.strip import Strip, strip
from casecoord.console.table_acts import FAMILY_ACTS
from casecoord.domain.agreements import Answer
from casecoord.domain.errors import Problem
from casecoord.domain.ids import global_id, key_of_any
from casecoord.domain.joint_view import JointCase
from casecoord.domain.lists import Happened, Slice
from casecoord.domain.teams import TEAM_KINDS
from casecoord.domain.words import LifeDomain
from casecoord.domain.workdays import local_date
from casecoord.identity.sessions import Session

_EVENTS = 100


@dataclass(frozen=True, slots=True)
class FamilyOf:
    """The id of a household or a case; `after` is the cursor of the history's page before."""

    id: UUID
    after: str | None = None


@dataclass(frozen=True, slots=True)
class Helper:
    """Somebody who can be given an action: a professional in a team of the case."""

    professional: UUID
    name: str
    team: UUID
    team_name: str


@dataclass(frozen=True, slots=True)
class Family:
    """All of a family's page for one viewer at one moment."""

    strip: Strip
    now: datetime
    case: JointCase
    history: Slice[Happened]
    may: Possible
    candidates: list[Candidate]
    helpers: list[Helper]
    invitable: list[TeamLine]


async def family(hand: Hand, query: FamilyOf) -> Family:
    """Everything of a family's page, in one transaction. Raises Problem `not_found`."""
    seen = await joint_case(hand, JointCaseOf(query.id))
    may = await possible(hand, seen.household, _in_view(seen))
    above = await strip(hand)
    asks_who = seen.case and (may.propose_lead or may.appoint_lead or may.offer_hand_over or may.add_action)
    people = await _candidates(hand, seen.case) if asks_who and seen.case else []
    there = {participant.team for participant in seen.participants}
    return Family(
        strip=above,
        now=hand.now,
        case=seen,
        history=await _history(hand, query),
        may=may,
        candidates=people,
        helpers=_helpers(above, may, people),
        invitable=[
            team
            for team in (await teams(hand, TeamsOf()) if may.invite_team else [])
            if TEAM_KINDS[team.kind].invitable and team.id not in there
        ],
    )


def _in_view(seen: JointCase) -> Collection[UUID]:
    return {signal.id for signal in seen.signals} | {action.id for action in seen.actions}


async def _candidates(hand: Hand, case: UUID) -> list[Candidate]:
    try:
        return await candidates(hand, CandidatesOf(case))
    except Problem:
        return []  # whoever may not propose anybody chooses from nobody


async def _history(hand: Hand, query: FamilyOf) -> Slice[Happened]:
    try:
        return await timeline(hand, TimelineOf(query.id, _EVENTS, query.after))
    except Problem as problem:
        if problem.code != "not_found":
            raise
        return Slice([], [], False)  # who may not know the case has no history of it


def _helpers(above: Strip, may: Possible, people: list[Candidate]) -> list[Helper]:
    """Oneself first; others of the own team, and for the lead of any team."""
    if not may.add_action:
        return []
    me = above.me
    own = Helper(me.professional_id, me.name, me.acting.team_id, me.acting.team_name)
    return [
        own,
        *(
            Helper(one.professional, one.name, one.team, one.team_name)
            for one in people
            if one.professional != me.professional_id and (may.act_for_teams or one.team == own.team)
        ),
    ]


@dataclass(frozen=True, slots=True)
class Cases:
    """A family's page and the forms on it."""

    at: Reception

    def routes(self) -> list[BaseRoute]:
        return Desk(self.at, "/families/{id}", FAMILY_ACTS, self.show_family).routes()

    async def show_family(self, request: Request, session: Session, sheet: Sheet) -> Response:
        identity = key_of_any(("Case", "Household"), request.path_params["id"])
        query = FamilyOf(identity, request.query_params.get("after") or None)
        found = await self.at.look(request, session, family, query)
        here = global_id("Household", found.case.household)
        return self.at.page(
            request,
            "family.html",
            status=sheet.status,
            session=session,
            strip=found.strip,
            sheet=replace(sheet, here=f"/families/{here}"),
            family=found,
            case=found.case,
            may=found.may,
            names={person.id: person.name for person in found.case.persons},
            here=here,
            decisions=[
                Decision.JOIN_CASE if found.case.case else Decision.OPEN_CASE,
                Decision.ON_HOLD,
            ],
            domains=list(LifeDomain),
            manners=list(Manner),
            answers=[Answer.CONFIRMED, Answer.CHANGED, Answer.REFUSED],
            today=local_date(found.now),
        )
