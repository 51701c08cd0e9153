"""Teams, who works in them, and an area's settings, for whoever manages them: of no family anything is shown."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from casecoord.actions.duty import Roster, RosterOf, roster
from casecoord.actions.leaving import HangingOf, hanging
from casecoord.actions.managing import Settings, SettingsOf, settings
from casecoord.actions.office import Hand, survey
from casecoord.actions.teams import (
    Colleagues,
    Leaver,
    LeavingOf,
    MemberLine,
    MemberOf,
    MembersOf,
    StaffedTeam,
    StaffOf,
    leaving_soon,
    may_staff,
    member,
    members,
    staff,
)
from casecoord.console.forms import Option
from casecoord.console.paging import onward
from casecoord.console.reception import Reception
from casecoord.console.sheets import Desk, Sheet
from casecoord.console.strip import Strip, strip
from casecoord.console.team_acts import SETTING_ACTS, TEAM_ACTS
from casecoord.console.texts import N_, word
from casecoord.domain.errors import Problem
from casecoord.domain.ids import global_id, key_of
from casecoord.domain.leaving import ItemKind
from casecoord.domain.lists import Slice
from casecoord.domain.words import TeamKind
from casecoord.identity.door import language_of
from casecoord.identity.sessions import Session

_PAGE = 50
#: What each deadline is about; in working days where its words say nothing else.
DEADLINES: dict[str, str] = {
    "triage": N_("A signal is triaged"),
    "acute_seen_hours": N_("An acute signal is seen, in hours"),
    "acute_triage_hours": N_("An acute signal is triaged, in hours"),
    "proposal": N_("Who is asked to lead answers"),
    "lead": N_("A case has a lead, after triage"),
    "appointment": N_("A lead can be appointed, after that"),
    "first_contact": N_("A lead has spoken with the family"),
    "handover": N_("A hand-over is accepted"),
    "feedback": N_("Whoever signalled hears what came of it"),
    "review_days": N_("A case is looked at again, in days"),
    "aftercare_days": N_("Aftercare ends, in days"),
    "invitation": N_("A team answers an invitation"),
    "hold_days": N_("A signal may wait, in days"),
    "meeting_days": N_("A care team meets again, in days"),
    "hearing_alternative": N_("An alternative is proposed, before a hearing"),
    "hearing_place": N_("A place is held, before a hearing"),
    "blockade": N_("A blockade is decided"),
    "break_glass": N_("Emergency access is reviewed"),
    "request_months": N_("A resident's request is decided, in months"),
}


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
    """One team."""

    strip: Strip
    now: datetime
    team: StaffedTeam
    members: list[MemberLine]


@dataclass(frozen=True, slots=True)
class MemberPage:
    """One membership; `hanging`: how many of each kind hang on it, of which nothing else is told."""

    strip: Strip
    now: datetime
    found: Colleagues
    hanging: Counter[ItemKind]


@dataclass(frozen=True, slots=True)
class SettingsPage:
    strip: Strip
    settings: Settings


async def crew(hand: Hand, query: StaffOf) -> Crew:
    """Who works where, in one transaction."""
    found = await staff(hand, query)
    leaving = await leaving_soon(hand, LeavingOf())
    return Crew(await strip(hand), hand.now, found, leaving, await roster(hand, RosterOf()))


async def team(hand: Hand, query: MembersOf) -> TeamPage:
    """Who works in one team, in one transaction."""
    known = (await staff(hand, StaffOf(team=query.team))).items
    if not known:
        raise Problem("not_found", "team")
    (one,) = known
    # A team in which nobody works yet has no members to be found.
    found = await members(hand, query) if one.working or one.leaving else []
    return TeamPage(await strip(hand), hand.now, one, found)


@survey
async def membership(hand: Hand, query: MemberOf) -> MemberPage:
    """One who works in a team, with how much hangs on it, in one transaction."""
    found = await member(hand, query)
    hangs = Counter(item.kind for item in await hanging(hand, HangingOf(query.membership)))
    return MemberPage(await strip(hand), hand.now, found, hangs)


async def area_settings(hand: Hand, query: SettingsOf) -> SettingsPage:
    """How the area is set up, in one transaction. For whoever may change it."""
    if not may_staff(hand):
        raise Problem("not_allowed")
    return SettingsPage(await strip(hand), await settings(hand, query))


@dataclass(frozen=True, slots=True)
class Teams:
    """The pages of an administrator."""

    at: Reception

    def routes(self) -> list[BaseRoute]:
        pages = {
            "/teams": (TEAM_ACTS, self.show_crew),
            "/teams/settings": (SETTING_ACTS, self.show_settings),
            "/teams/{id}": (TEAM_ACTS, self.show_team),
            "/memberships/{id}": (TEAM_ACTS, self.show_member),
        }
        # The address of settings stands before that of any one team.
        return [
            route
            for path, (acts, show) in pages.items()
            for route in Desk(self.at, path, acts, show).routes()
        ]

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
        return self.at.page(
            request,
            "team.html",
            session=session,
            strip=found.strip,
            sheet=sheet,
            found=found,
        )

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

    async def show_settings(self, request: Request, session: Session, sheet: Sheet) -> Response:
        found = await self.at.look(request, session, area_settings, SettingsOf())
        return self.at.page(
            request,
            "settings.html",
            session=session,
            strip=found.strip,
            sheet=sheet,
            settings=found.settings,
            deadlines=DEADLINES,
            closed=" ".join(day.isoformat() for day in found.settings.closed),
        )
