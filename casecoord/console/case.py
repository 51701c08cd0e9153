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
from casecoord.actions.possible import Possible, possible
from casecoord.actions.signals import Decision
from casecoord.actions.teams import TeamLine, TeamsOf, teams
from casecoord.console import choices
from casecoord.console.acts import ACTS
from casecoord.console.choices import Helper
from casecoord.console.course_acts import COURSE_ACTS
from casecoord.console.reception import Reception
from casecoord.console.seldom_acts import SELDOM_ACTS, signals_as_one
from casecoord.console.sheets import Desk, Sheet
from casecoord.console.strip import Strip, strip
from casecoord.console.table_acts import TABLE_ACTS
from casecoord.domain.errors import Problem
from casecoord.domain.ids import global_id, key_of_any
from casecoord.domain.joint_view import JointCase
from casecoord.domain.lists import Happened, Slice
from casecoord.domain.teams import TEAM_KINDS
from casecoord.domain.words import Language
from casecoord.domain.workdays import local_date
from casecoord.identity.door import language_of
from casecoord.identity.sessions import Session

_EVENTS = 100
#: Every act on a family's page.
FAMILY_ACTS = ACTS | TABLE_ACTS | COURSE_ACTS | SELDOM_ACTS
#: Those that stand together, folded away.
_MORE = (*SELDOM_ACTS, "review", "begin-aftercare", "close-case", "hand-over")


@dataclass(frozen=True, slots=True)
class FamilyOf:
    """The id of a household or a case; `after` is the cursor of the history's page before."""

    id: UUID
    after: str | None = None


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
    asks_who = may.propose_lead or may.appoint_lead or may.offer_hand_over or may.add_action or may.hand_on
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
    things = (seen.signals, seen.actions, seen.blockades, seen.contacts)
    return {thing.id for some in things for thing in some}


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


def offering(sheet: Sheet, found: Family, language: Language) -> Sheet:
    """The page's forms with all that can be picked in them."""
    own = found.strip.me.acting.team_id
    return sheet.offering(
        **choices.of_family(found.case, found.may, language),
        candidates=choices.candidates(found.candidates, language),
        successors=choices.candidates((one for one in found.candidates if one.team != own), language),
        helpers=choices.helpers(found.helpers),
        invitable=choices.invitable(found.invitable, language),
    )


def is_more(sheet: Sheet) -> bool:
    """Whether what was tried stands among what is folded away."""
    tried = sheet.tried.id if sheet.tried else ""
    return any(tried == name or tried.startswith(f"{name}-") for name in _MORE)


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
        case, language = found.case, language_of(request)
        here = global_id("Household", case.household)
        whole = [one.id for one in case.signals if one.person is None and one.state != "ended"]
        return self.at.page(
            request,
            "family.html",
            session=session,
            strip=found.strip,
            sheet=offering(replace(sheet, here=f"/families/{here}"), found, language),
            more=is_more(sheet),
            family=found,
            case=case,
            may=found.may,
            asked=choices.asked_of(case),
            whole=signals_as_one(whole),
            names={person.id: person.name for person in case.persons},
            here=here,
            decisions=[Decision.JOIN_CASE if case.case else Decision.OPEN_CASE, Decision.ON_HOLD],
            today=local_date(found.now),
        )
