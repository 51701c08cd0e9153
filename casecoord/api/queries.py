"""The queries: each resolver is one action; below the root, fields only read attributes of finished values."""

from datetime import datetime
from typing import cast

import strawberry

from casecoord.actions import lists
from casecoord.actions.arriving import MoveOffersOf, move_offers
from casecoord.actions.duty import RosterOf, roster
from casecoord.actions.explaining import ExplainOf, explain_facet
from casecoord.actions.joint_view import JointCaseOf, joint_case
from casecoord.actions.leaving import HangingOf, hanging
from casecoord.actions.managing import SettingsOf, settings
from casecoord.actions.me import me
from casecoord.actions.merge_proposals import MergeProposalsOf, merge_proposals
from casecoord.actions.notices import InboxOf, inbox
from casecoord.actions.teams import MembersOf, TeamsOf, members, teams
from casecoord.actions.transfers import TransfersOf, transfers
from casecoord.api.access_log import AccessLogQueries
from casecoord.api.agenda import MeetingQueries
from casecoord.api.alternatives import OfferQueries
from casecoord.api.blockades import BlockadeQueries
from casecoord.api.breakthroughs import BreakthroughQueries
from casecoord.api.carried_out import CarriedOutQueries
from casecoord.api.consents import ConsentQueries
from casecoord.api.context import Info
from casecoord.api.enums import Sphere, TeamKind, Urgency
from casecoord.api.explained import Explanation
from casecoord.api.hearings import HearingQueries
from casecoord.api.ids import global_id, key_of, key_of_any
from casecoord.api.inbox import Inbox
from casecoord.api.joint_case import JointCase
from casecoord.api.leaving import HangingItem, TeamMember, zoned
from casecoord.api.lists import Connection, Event, FlaggedHousehold, Gap, connection
from casecoord.api.managing import Roster, Settings
from casecoord.api.me import Me, Team
from casecoord.api.merging import MergeProposal
from casecoord.api.monitor import MonitorQueries
from casecoord.api.moving import AwaitedTransfer, OfferedMove
from casecoord.api.overviews import Overviews
from casecoord.api.placements import PlacementQueries
from casecoord.api.residents import ResidentQueries
from casecoord.api.rights import RightsQueries
from casecoord.api.spreading import SpreadingQueries


@strawberry.input(description="`urgency`: only this; `overdue`: only with a gap.")
class WorklistFilter:
    urgency: Urgency | None = None
    overdue: bool = False


@strawberry.type
class Query(
    Overviews,
    AccessLogQueries,
    ConsentQueries,
    ResidentQueries,
    RightsQueries,
    CarriedOutQueries,
    MonitorQueries,
    SpreadingQueries,
    BlockadeQueries,
    BreakthroughQueries,
    OfferQueries,
    PlacementQueries,
    HearingQueries,
    MeetingQueries,
):
    @strawberry.field(description="Who I am here: name, area, and the memberships I can act under.")
    async def me(self, info: Info) -> Me:
        return Me.of(await me(info.context.office.database, info.context.caller))

    @strawberry.field(description="The joint case view, by the id of a case or a household.")
    async def joint_case(self, info: Info, id: strawberry.ID) -> JointCase:
        query = JointCaseOf(key_of_any(("Case", "Household"), id, "id"))
        return JointCase.of(await info.context.office.look(info.context.caller, joint_case, query))

    @strawberry.field(description="Flagged households: by urgency, then next deadline.")
    async def worklist(
        self,
        info: Info,
        team: strawberry.ID | None = None,
        filter: WorklistFilter | None = None,
        first: int | None = None,
        after: str | None = None,
    ) -> Connection[FlaggedHousehold]:
        query = lists.WorklistOf(
            team=key_of("Team", team, "team") if team else None,
            urgency=filter.urgency if filter else None,
            overdue=filter.overdue if filter else False,
            first=first,
            after=after,
        )
        found = await info.context.office.look(info.context.caller, lists.worklist, query)
        return cast(Connection[FlaggedHousehold], connection(found, FlaggedHousehold.of))

    @strawberry.field(description="Broken promises, oldest first; `area` can only be your own.")
    async def gaps(
        self,
        info: Info,
        area: strawberry.ID | None = None,
        first: int | None = None,
        after: str | None = None,
    ) -> Connection[Gap]:
        wanted = key_of("Area", area, "area") if area else None
        query = lists.GapsOf(area=wanted, first=first, after=after)
        found = await info.context.office.look(info.context.caller, lists.gaps, query)
        return cast(Connection[Gap], connection(found, Gap.of))

    @strawberry.field(description="What happened in a case, by the id of the case or the household.")
    async def timeline(
        self, info: Info, id: strawberry.ID, first: int | None = None, after: str | None = None
    ) -> Connection[Event]:
        query = lists.TimelineOf(key_of_any(("Case", "Household"), id, "id"), first, after)
        found = await info.context.office.look(info.context.caller, lists.timeline, query)
        return cast(Connection[Event], connection(found, Event.of))

    @strawberry.field(description="What waits for you and what you were told, as far as you may see it.")
    async def inbox(
        self, info: Info, unread: bool = False, first: int | None = None, after: str | None = None
    ) -> Inbox:
        query = InboxOf(unread, first, after)
        return Inbox.of(await info.context.office.look(info.context.caller, inbox, query))

    @strawberry.field(description="By which rule you may see a facet of a household, or may not.")
    async def explain(
        self,
        info: Info,
        household: strawberry.ID,
        facet: str,
        sphere: Sphere = Sphere.GENERAL,
        thing: strawberry.ID | None = None,
    ) -> Explanation:
        about = None if thing is None else key_of_any(("Signal", "MedicalNote"), thing, "thing")
        query = ExplainOf(key_of("Household", household, "household"), facet, sphere, about)
        return Explanation.of(await info.context.office.look(info.context.caller, explain_facet, query))

    @strawberry.field(description="What would have to be handed over if this membership ended then.")
    async def hanging(
        self, info: Info, membership: strawberry.ID, at: datetime | None = None
    ) -> list[HangingItem]:
        query = HangingOf(key_of("Membership", membership, "membership"), zoned(at, "at"))
        found = await info.context.office.look(info.context.caller, hanging, query)
        return [HangingItem.of(item) for item in found]

    @strawberry.field(description="Who works in a team, for whoever may name their deputies.")
    async def members(self, info: Info, team: strawberry.ID) -> list[TeamMember]:
        query = MembersOf(key_of("Team", team, "team"))
        found = await info.context.office.look(info.context.caller, members, query)
        return [TeamMember.of(one) for one in found]

    @strawberry.field(description="The teams that work in your area now.")
    async def teams(self, info: Info, kind: TeamKind | None = None) -> list[Team]:
        found = await info.context.office.look(info.context.caller, teams, TeamsOf(kind))
        return [Team(id=global_id("Team", team.id), name=team.name, kind=team.kind) for team in found]

    @strawberry.field(description="Households that may be one, for the area's coordinator to decide.")
    async def merge_proposals(
        self, info: Info, first: int | None = None, after: str | None = None
    ) -> Connection[MergeProposal]:
        query = MergeProposalsOf(first, after)
        found = await info.context.office.look(info.context.caller, merge_proposals, query)
        return cast(Connection[MergeProposal], connection(found, MergeProposal.of))

    @strawberry.field(description="Hand-overs that wait for your team's yes, soonest deadline first.")
    async def transfers(self, info: Info) -> list[AwaitedTransfer]:
        found = await info.context.office.look(info.context.caller, transfers, TransfersOf())
        return [AwaitedTransfer.of(one) for one in found]

    @strawberry.field(description="Families that other areas offer to yours, soonest to expire first.")
    async def move_offers(self, info: Info) -> list[OfferedMove]:
        found = await info.context.office.look(info.context.caller, move_offers, MoveOffersOf())
        return [OfferedMove.of(one) for one in found]

    @strawberry.field(description="Your area's settings, for whoever may change them and its coordinator.")
    async def settings(self, info: Info) -> Settings:
        return Settings.of(await info.context.office.look(info.context.caller, settings, SettingsOf()))

    @strawberry.field(description="Who is on duty, and when nobody is; four weeks from now unless you say.")
    async def roster(
        self, info: Info, since: datetime | None = None, until: datetime | None = None
    ) -> Roster:
        query = RosterOf(zoned(since, "since"), zoned(until, "until"))
        return Roster.of(await info.context.office.look(info.context.caller, roster, query))
