"""What is not covered, who carries how much, whom one could ask, and what waits for me."""

from datetime import datetime
from typing import cast

import strawberry

from casecoord.actions import asked, candidates, caseload, coverage, holder_at
from casecoord.api.context import Info
from casecoord.api.enums import (
    CandidateReason,
    HolderKind,
    Lack,
    Lapse,
    Level,
    PlaceKind,
    ProposalKind,
    Strain,
    TeamKind,
)
from casecoord.api.ids import global_id, key_of
from casecoord.api.lists import Connection, connection
from casecoord.api.results import Professional
from casecoord.domain.errors import Problem


@strawberry.type(description="A school or neighbourhood that is not covered as it should be.")
class UncoveredPlace:
    kind: PlaceKind
    code: str = strawberry.field(description="Of the school (DUO) or the neighbourhood (CBS).")
    name: str
    lacks: list[Lack] = strawberry.field(
        description="Its team; or, of a school's care team, a discipline or a recent meeting."
    )

    @classmethod
    def of(cls, found: coverage.Place) -> "UncoveredPlace":
        return cls(kind=found.kind, code=found.code, name=found.name, lacks=list(found.lacks))


@strawberry.type(
    description="Of all places of a kind, how many have no team, and how many one that lacks something."
)
class PlaceTally:
    total: int
    uncovered: int
    lacking: int

    @classmethod
    def of(cls, found: coverage.Tally) -> "PlaceTally":
        return cls(total=found.total, uncovered=found.uncovered, lacking=found.lacking)


@strawberry.type(description="A count. Where it is small, and you are not the coordinator, null.")
class Figure:
    number: int | None
    suppressed: bool

    @classmethod
    def of(cls, found: coverage.Figure) -> "Figure":
        return cls(number=found.number, suppressed=found.suppressed)


@strawberry.type(description="How many households with something open are held by whom.")
class HouseholdsHeld:
    kind: HolderKind
    households: Figure


@strawberry.type(description="Gaps by how far they escalated: their age in working days.")
class GapsAtLevel:
    level: Level
    gaps: Figure


@strawberry.type(description="The open gaps of one promise.")
class GapsOfRule:
    rule: str
    name: str
    promise: str = strawberry.field(description="What is promised, in your language.")
    levels: list[GapsAtLevel]

    @classmethod
    def of(cls, found: coverage.GapsOfRule) -> "GapsOfRule":
        return cls(
            rule=found.rule,
            name=found.name,
            promise=found.promise,
            levels=[GapsAtLevel(level=level, gaps=Figure.of(gaps)) for level, gaps in found.levels],
        )


@strawberry.type(description="Promises that ended in the past year without being kept, and why.")
class LapsedOfRule:
    rule: str
    because: Lapse
    promises: Figure


@strawberry.type(
    description="What falls outside the covering structure of an area, in the spheres that count."
)
class Coverage:
    schools: PlaceTally
    neighbourhoods: PlaceTally
    uncovered: Connection[UncoveredPlace] = strawberry.field(
        description="Schools first, then neighbourhoods."
    )
    households: list[HouseholdsHeld]
    gaps: list[GapsOfRule]
    lapsed: list[LapsedOfRule]

    @classmethod
    def of(cls, found: coverage.Coverage) -> "Coverage":
        return cls(
            schools=PlaceTally.of(found.schools),
            neighbourhoods=PlaceTally.of(found.neighbourhoods),
            uncovered=connection(found.uncovered, UncoveredPlace.of),
            households=[
                HouseholdsHeld(kind=held.kind, households=Figure.of(held.households))
                for held in found.households
            ],
            gaps=[GapsOfRule.of(gaps) for gaps in found.gaps],
            lapsed=[
                LapsedOfRule(rule=one.rule, because=one.because, promises=Figure.of(one.promises))
                for one in found.lapsed
            ],
        )


@strawberry.type(description="What is too much for somebody, also in your language.")
class Strained:
    strain: Strain
    words: str

    @classmethod
    def of(cls, found: caseload.Strained) -> "Strained":
        return cls(strain=found.strain, words=found.words)


@strawberry.type(description="What one professional has on their hands, in all their teams together.")
class Caseload:
    professional: strawberry.ID
    name: str
    leads: int = strawberry.field(description="Cases that they lead.")
    actions: int = strawberry.field(description="Open actions, in the spheres that you may see.")
    ceiling: int | None
    full: bool = strawberry.field(description="A warning: at the ceiling, or above it.")
    asked: int = strawberry.field(description="Cases that they are asked to lead.")
    hours_asked: int = strawberry.field(description="What the cases they lead ask in a week, by estimate.")
    hours_coming: int = strawberry.field(description="What those would ask that they are asked to lead.")
    hours: int | None = strawberry.field(description="What they have for it in a week; null: not said.")
    clocks: int = strawberry.field(description="What waits for them in the next three weeks.")
    strains: list[Strained] = strawberry.field(description="What is too much, now or soon.")

    @classmethod
    def of(cls, found: caseload.Load) -> "Caseload":
        return cls(
            asked=found.asked,
            hours_asked=found.hours_asked,
            hours_coming=found.hours_coming,
            hours=found.hours,
            clocks=found.clocks,
            strains=[Strained.of(one) for one in found.strains],
            professional=global_id("Professional", found.professional),
            name=found.name,
            leads=found.leads,
            actions=found.actions,
            ceiling=found.ceiling,
            full=found.full,
        )


@strawberry.type(description="How many cases somebody leads, and how many more they could; null: no ceiling.")
class Room:
    leads: int
    ceiling: int | None
    left: int | None


@strawberry.type(description="What one may want to know of a candidate, also in your language.")
class Because:
    reason: CandidateReason
    words: str


@strawberry.type(description="Somebody who can be proposed as the lead of a case.")
class Candidate:
    professional: strawberry.ID = strawberry.field(description="For `proposeLead`.")
    name: str
    team: strawberry.ID
    team_name: str
    team_kind: TeamKind
    takes_part_since: datetime
    room: Room | None = strawberry.field(description="Null: their caseload is not yours to see.")
    reasons: list[Because]

    @classmethod
    def of(cls, found: candidates.Candidate) -> "Candidate":
        room = found.room
        return cls(
            professional=global_id("Professional", found.professional),
            name=found.name,
            team=global_id("Team", found.team),
            team_name=found.team_name,
            team_kind=found.team_kind,
            takes_part_since=found.takes_part_since,
            room=Room(leads=room.leads, ceiling=room.ceiling, left=room.left) if room else None,
            reasons=[Because(reason=one.reason, words=one.words) for one in found.reasons],
        )


@strawberry.type(
    description="My team is asked to take part in a case: for `joinCase` or `declineInvitation`."
)
class WaitingInvitation:
    id: strawberry.ID
    case: strawberry.ID
    asked_by: str
    since: datetime
    until: datetime

    @classmethod
    def of(cls, found: asked.Invited) -> "WaitingInvitation":
        return cls(
            id=global_id("Invitation", found.id),
            case=global_id("Case", found.case),
            asked_by=found.asked_by,
            since=found.since,
            until=found.until,
        )


@strawberry.type(description="I am asked to lead a case, or to take it over.")
class WaitingProposal:
    id: strawberry.ID
    case: strawberry.ID
    kind: ProposalKind
    asked_by: str
    since: datetime
    until: datetime

    @classmethod
    def of(cls, found: asked.Proposed) -> "WaitingProposal":
        return cls(
            id=global_id("Proposal", found.id),
            case=global_id("Case", found.case),
            kind=found.kind,
            asked_by=found.asked_by,
            since=found.since,
            until=found.until,
        )


@strawberry.type(description="Who held a household at a moment; null: nothing was open that you may know of.")
class HeldAt:
    household: strawberry.ID
    at: datetime
    kind: HolderKind | None
    holder: Professional | None

    @classmethod
    def of(cls, found: holder_at.HeldAt) -> "HeldAt":
        held = found.holder
        return cls(
            household=global_id("Household", found.household),
            at=found.at,
            kind=held.kind if held else None,
            holder=Professional(
                id=global_id("Professional", held.professional),
                name=held.name,
                team=global_id("Team", held.team),
            )
            if held
            else None,
        )


@strawberry.type
class Overviews:
    """Queries that show where an area and its people stand."""

    @strawberry.field(description="What is not covered, who holds the households, how old gaps are.")
    async def coverage(
        self,
        info: Info,
        area: strawberry.ID | None = None,
        first: int | None = None,
        after: str | None = None,
    ) -> Coverage:
        wanted = key_of("Area", area, "area") if area else None
        query = coverage.CoverageOf(wanted, first, after)
        return Coverage.of(await info.context.office.look(info.context.caller, coverage.coverage, query))

    @strawberry.field(description="Cases led and open actions per professional of a team, by name.")
    async def caseload(
        self, info: Info, team: strawberry.ID, first: int | None = None, after: str | None = None
    ) -> Connection[Caseload]:
        query = caseload.CaseloadOf(key_of("Team", team, "team"), first, after)
        found = await info.context.office.look(info.context.caller, caseload.caseload, query)
        return cast(Connection[Caseload], connection(found, Caseload.of))

    @strawberry.field(description="Whom one could propose as the lead of a case: by room, then by name.")
    async def candidates(self, info: Info, case: strawberry.ID) -> list[Candidate]:
        query = candidates.CandidatesOf(key_of("Case", case, "case"))
        found = await info.context.office.look(info.context.caller, candidates.candidates, query)
        return [Candidate.of(one) for one in found]

    @strawberry.field(description="The invitations that wait for my team, by deadline.")
    async def invitations(
        self, info: Info, first: int | None = None, after: str | None = None
    ) -> Connection[WaitingInvitation]:
        found = await info.context.office.look(
            info.context.caller, asked.invitations, asked.AskedOf(first, after)
        )
        return cast(Connection[WaitingInvitation], connection(found, WaitingInvitation.of))

    @strawberry.field(description="The leads and hand-overs that wait for my word, by deadline.")
    async def proposals(
        self, info: Info, first: int | None = None, after: str | None = None
    ) -> Connection[WaitingProposal]:
        found = await info.context.office.look(
            info.context.caller, asked.proposals, asked.AskedOf(first, after)
        )
        return cast(Connection[WaitingProposal], connection(found, WaitingProposal.of))

    @strawberry.field(description="Who was accountable for a household at a moment that has been.")
    async def holder_at(self, info: Info, household: strawberry.ID, at: datetime) -> HeldAt:
        if at.tzinfo is None:
            raise Problem("time_without_zone", "at")
        query = holder_at.HolderAtOf(key_of("Household", household, "household"), at)
        return HeldAt.of(await info.context.office.look(info.context.caller, holder_at.holder_at, query))
