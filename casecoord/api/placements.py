"""Places of alternatives: proposed, held, confirmed, started, followed and ended."""

from datetime import date, datetime
from typing import Annotated

import strawberry

from casecoord.actions import alternatives, placements
from casecoord.api.alternatives import Need
from casecoord.api.context import Info
from casecoord.api.doing import do
from casecoord.api.ids import global_id, key_of
from casecoord.api.placed import Fit, FollowStep, OfferKind, PlacementState, PlaceOutcome, Released
from casecoord.api.problems import ProblemAnswer


@strawberry.input(description="For a hearing, or for a person in a case.")
class ProposeAlternativeInput:
    idempotency_key: str
    alternative: strawberry.ID
    hearing: strawberry.ID | None = None
    person: strawberry.ID | None = None

    def verb(self) -> placements.ProposeAlternative:
        return placements.ProposeAlternative(
            self.idempotency_key,
            key_of("Alternative", self.alternative, "alternative"),
            key_of("Hearing", self.hearing, "hearing") if self.hearing is not None else None,
            key_of("Person", self.person, "person") if self.person is not None else None,
        )


@strawberry.input(description="For a hearing, or for a person in a case; up to and with `until`.")
class HoldAlternativeInput:
    idempotency_key: str
    alternative: strawberry.ID
    until: date
    hearing: strawberry.ID | None = None
    person: strawberry.ID | None = None

    def verb(self) -> placements.HoldAlternative:
        return placements.HoldAlternative(
            self.idempotency_key,
            key_of("Alternative", self.alternative, "alternative"),
            self.until,
            key_of("Hearing", self.hearing, "hearing") if self.hearing is not None else None,
            key_of("Person", self.person, "person") if self.person is not None else None,
        )


@strawberry.input
class OfPlacementInput:
    idempotency_key: str
    placement: strawberry.ID

    def verb(self) -> placements.OfPlacement:
        key = key_of("Placement", self.placement, "placement")
        return placements.OfPlacement(self.idempotency_key, key)


@strawberry.input
class ReleaseAlternativeInput:
    idempotency_key: str
    placement: strawberry.ID
    because: Released

    def verb(self) -> placements.ReleaseAlternative:
        key = key_of("Placement", self.placement, "placement")
        return placements.ReleaseAlternative(self.idempotency_key, key, self.because)


@strawberry.input
class FollowAlternativeInput:
    idempotency_key: str
    placement: strawberry.ID
    step: FollowStep

    def verb(self) -> placements.FollowAlternative:
        key = key_of("Placement", self.placement, "placement")
        return placements.FollowAlternative(self.idempotency_key, key, self.step)


@strawberry.input
class EndAlternativeInput:
    idempotency_key: str
    placement: strawberry.ID
    outcome: PlaceOutcome

    def verb(self) -> placements.EndAlternative:
        key = key_of("Placement", self.placement, "placement")
        return placements.EndAlternative(self.idempotency_key, key, self.outcome)


@strawberry.type
class PlacementSaved:
    id: strawberry.ID
    alternative: strawberry.ID
    state: PlacementState
    until: datetime | None

    @classmethod
    def of(cls, found: placements.PlacementBrief) -> "PlacementSaved":
        return cls(
            id=global_id("Placement", found.id),
            alternative=global_id("Alternative", found.alternative),
            state=found.state,
            until=found.until,
        )


PlacementAnswer = Annotated[PlacementSaved | ProblemAnswer, strawberry.union("PlacementAnswer")]


@strawberry.type(description="An offer that can still begin for a youth: why it fits, and what is missing.")
class AlternativeMatch:
    id: strawberry.ID
    provider: str
    kind: OfferKind
    name: str
    starts_on: date
    ends_on: date | None
    free: int
    needs: list[Need]
    fits: list[Fit]
    missing: list[Fit]

    @classmethod
    def of(cls, found: alternatives.Match) -> "AlternativeMatch":
        return cls(
            id=global_id("Alternative", found.id),
            provider=found.provider,
            kind=found.kind,
            name=found.name,
            starts_on=found.starts_on,
            ends_on=found.ends_on,
            free=found.free,
            needs=[Need.of(need) for need in found.needs],
            fits=found.fits,
            missing=found.missing,
        )


@strawberry.type(description="Who has, or is held for, a place of yours.")
class OwnPlace:
    id: strawberry.ID
    alternative: strawberry.ID
    offer: str
    kind: OfferKind
    state: PlacementState
    since: datetime
    until: datetime | None = strawberry.field(description="Where it is only held.")
    name: str | None
    age: int | None
    language: str | None
    step: FollowStep | None
    step_at: datetime | None

    @classmethod
    def of(cls, found: alternatives.OwnPlace) -> "OwnPlace":
        return cls(
            id=global_id("Placement", found.id),
            alternative=global_id("Alternative", found.alternative),
            offer=found.offer,
            kind=found.kind,
            state=found.state,
            since=found.since,
            until=found.until,
            name=found.name,
            age=found.age,
            language=found.language,
            step=found.step,
            step_at=found.step_at,
        )


@strawberry.type
class PlacementQueries:
    @strawberry.field(description="Alternatives for a youth, by a hearing or a person in a case.")
    async def alternatives(
        self,
        info: Info,
        hearing: strawberry.ID | None = None,
        person: strawberry.ID | None = None,
        kind: OfferKind | None = None,
        first: int | None = None,
    ) -> list[AlternativeMatch]:
        query = alternatives.AlternativesOf(
            key_of("Hearing", hearing, "hearing") if hearing is not None else None,
            key_of("Person", person, "person") if person is not None else None,
            kind,
            first,
        )
        found = await info.context.office.look(info.context.caller, alternatives.alternatives, query)
        return [AlternativeMatch.of(one) for one in found]

    @strawberry.field(description="Who has, or is held for, a place of yours, for a provider.")
    async def places(self, info: Info) -> list[OwnPlace]:
        query = alternatives.PlacesOf()
        found = await info.context.office.look(info.context.caller, alternatives.places, query)
        return [OwnPlace.of(one) for one in found]


@strawberry.type
class PlacementMutations:
    @strawberry.mutation(description="Proposes an alternative for a youth; no place is taken yet.")
    async def propose_alternative(self, info: Info, input: ProposeAlternativeInput) -> PlacementAnswer:
        return await do(info, placements.propose_alternative, input, PlacementSaved.of)

    @strawberry.mutation(description="Holds a place for a youth until a date.")
    async def hold_alternative(self, info: Info, input: HoldAlternativeInput) -> PlacementAnswer:
        return await do(info, placements.hold_alternative, input, PlacementSaved.of)

    @strawberry.mutation(description="Gives a place back.")
    async def release_alternative(self, info: Info, input: ReleaseAlternativeInput) -> PlacementAnswer:
        return await do(info, placements.release_alternative, input, PlacementSaved.of)

    @strawberry.mutation(description="Says yes to a place that is held.")
    async def confirm_alternative(self, info: Info, input: OfPlacementInput) -> PlacementAnswer:
        return await do(info, placements.confirm_alternative, input, PlacementSaved.of)

    @strawberry.mutation(description="The youth began.")
    async def start_alternative(self, info: Info, input: OfPlacementInput) -> PlacementAnswer:
        return await do(info, placements.start_alternative, input, PlacementSaved.of)

    @strawberry.mutation(description="How it goes.")
    async def follow_alternative(self, info: Info, input: FollowAlternativeInput) -> PlacementAnswer:
        return await do(info, placements.follow_alternative, input, PlacementSaved.of)

    @strawberry.mutation(description="It ends, with an outcome.")
    async def end_alternative(self, info: Info, input: EndAlternativeInput) -> PlacementAnswer:
        return await do(info, placements.end_alternative, input, PlacementSaved.of)
