"""Teams and who works in them, for whoever manages them, and its own for a team's coordinator: of no family anything."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from casecoord.actions.duty import Roster, RosterOf, roster
from casecoord.actions.leaving import HangingOf, hanging
from casecoord.actions.office import Hand, survey
from casecoord.actions.teams import (
    Colleagues,
    Leaver,
    LeavingOf,
    MemberLine,
    MemberOf,
    MembersOf,
    Places,
    PlacesOf,
    StaffedTeam,
    StaffOf,
    TeamLine,
    TeamsOf,
    leaving_soon,
    may_staff,
    member,
    members,
    places,
    staff,
    teams,
)
from casecoord.console.forms import Option
from casecoord.console.paging import onward
from casecoord.console.reception import Reception
from casecoord.console.sheets import Desk, Sheet
from casecoord.console.strip import Strip, strip
from casecoord.console.team_acts import TEAM_ACTS
from casecoord.console.texts import word
from casecoord.domain.errors import Problem
from casecoord.domain.ids import global_id, key_of
from casecoord.domain.leaving import ItemKind
from casecoord.domain.lists import Slice
from casecoord.domain.meetings import COMPOSITION
from casecoord.domain.words import TeamKind
from casecoord.identity.door import language_of
from casecoord.identity.sessions import Session

_PAGE = 50


@dataclass(frozen=True, slots=True)
class Crew:
    """All teams, and when nobody is on duty."""

    strip: Strip
    now: datetime
    teams: Slice[StaffedTeam]
    leaving: list[Leaver]
    roster: Roster


@dataclass(frozen=True, slots=True)
class TeamPage:
    """One team; `places`: what teams of its kind cover, `heirs`: the other teams of its kind."""

    strip: Strip
    now: datetime
    team: StaffedTeam
    members: list[MemberLine]
    places: Places
    heirs: list[TeamLine]


@dataclass(frozen=True, slots=True)
class OwnTeam:
    """Who works in the team that somebody coordinates."""

    strip: Strip
    now: datetime
    members: list[MemberLine]


@dataclass(frozen=True, slots=True)
class MemberPage:
    """One membership. For whoever manages teams also `hanging`: how many of each kind hang on it, of which nothing else
    is told; `tabled`: whether its team has a table at which each sits as something."""

    strip: Strip
    now: datetime
    found: Colleagues
    manages: bool
    hanging: Counter[ItemKind]
    tabled: bool


async def crew(hand: Hand, query: StaffOf) -> Crew:
    """Who works where, in one transaction."""
    found = await staff(hand, query)
    leaving = await leaving_soon(hand, LeavingOf())
    return Crew(await strip(hand), hand.now, found, leaving, await roster(hand, RosterOf()))


async def team(hand: Hand, query: MembersOf) -> TeamPage:
    """Who works in one team and what it covers, in one transaction."""
    known = (await staff(hand, StaffOf(team=query.team))).items
    if not known:
        raise Problem("not_found", "team")
    (one,) = known
    # A team in which nobody works yet has no members to be found.
    found = await members(hand, query) if one.working or one.leaving else []
    heirs = [other for other in await teams(hand, TeamsOf(one.kind)) if other.id != one.id]
    return TeamPage(await strip(hand), hand.now, one, found, await places(hand, PlacesOf(one.kind)), heirs)


async def own_team(hand: Hand, query: None) -> OwnTeam:
    """Who works in the team that one coordinates, in one transaction."""
    found = await members(hand, MembersOf(hand.actor.team_id))
    return OwnTeam(await strip(hand), hand.now, found)


@survey
async def membership(hand: Hand, query: MemberOf) -> MemberPage:
    """One who works in a team, with how much hangs on it, in one transaction."""
    found, manages = await member(hand, query), may_staff(hand)
    hangs = await hanging(hand, HangingOf(query.membership)) if manages else []
    teams_of_it = (await staff(hand, StaffOf(team=found.team))).items if manages else []
    return MemberPage(
        await strip(hand),
        hand.now,
        found,
        manages,
        Counter(item.kind for item in hangs),
        any(COMPOSITION.get(one.kind) for one in teams_of_it),
    )


@dataclass(frozen=True, slots=True)
class Teams:
    """The pages of an administrator, and that of a team's coordinator."""

    at: Reception

    def routes(self) -> list[BaseRoute]:
        pages = {
            "/teams": (TEAM_ACTS, self.show_crew),
            "/teams/{id}": (TEAM_ACTS, self.show_team),
            "/memberships/{id}": (TEAM_ACTS, self.show_member),
        }
        desks = [Desk(self.at, path, acts, show) for path, (acts, show) in pages.items()]
        own = Route("/team", self.at.guarded(self.show_own))
        return [own, *(route for desk in desks for route in desk.routes())]

    async def show_crew(self, request: Request, session: Session, sheet: Sheet) -> Response:
        asked = request.query_params
        kind = asked.get("kind")
        query = StaffOf(
            TeamKind(kind) if kind in list(TeamKind) else None,
            first=_PAGE,
            after=asked.get("after") or None,
        )
        found = await self.at.look(request, session, crew, query)
        return self.at.page(
            request,
            "teams.html",
            session=session,
            strip=found.strip,
            sheet=sheet,
            crew=found,
            query=query,
            kinds=list(TeamKind),
            following=onward(found.teams, "/teams", kind=query.kind),
        )

    async def show_team(self, request: Request, session: Session, sheet: Sheet) -> Response:
        query = MembersOf(key_of("Team", request.path_params["id"]))
        found = await self.at.look(request, session, team, query)
        others = [
            Option(one.code, one.name, one.team_name or "")
            for one in found.places.lines
            if one.team != query.team
        ]
        heirs = [Option(global_id("Team", one.id), one.name) for one in found.heirs]
        return self.at.page(
            request,
            "team.html",
            session=session,
            strip=found.strip,
            sheet=sheet.offering(places=others, heirs=heirs),
            found=found,
        )

    async def show_own(self, request: Request) -> Response:
        session = self.at.session(request)
        found = await self.at.look(request, session, own_team, None)
        return self.at.page(request, "own_team.html", session=session, strip=found.strip, found=found)

    async def show_member(self, request: Request, session: Session, sheet: Sheet) -> Response:
        language = language_of(request)
        query = MemberOf(key_of("Membership", request.path_params["id"]))
        found = await self.at.look(request, session, membership, query)
        others = [
            Option(global_id("Membership", one.id), f"{one.name}, {word(one.role, language)}")
            for one in found.found.others
        ]
        return self.at.page(
            request,
            "membership.html",
            session=session,
            strip=found.strip,
            sheet=sheet.offering(others=others),
            found=found,
        )
