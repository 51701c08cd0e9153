"""The catalogue of youth alternatives, for providers and the programme bureau."""

from datetime import date
from typing import Annotated

import strawberry

from casecoord.actions import offers
from casecoord.api.context import Info
from casecoord.api.doing import do
from casecoord.api.ids import global_id, key_of
from casecoord.api.placed import NeededOf, OfferKind
from casecoord.api.problems import ProblemAnswer


@strawberry.input(description="What an offer needs, of whom.")
class NeedInput:
    of: NeededOf
    what: str


@strawberry.input(description="No neighbourhoods, no languages: for any. Without an end it goes on.")
class OfferTermsInput:
    kind: OfferKind
    name: str
    age_from: int
    age_until: int
    places: int
    starts_on: date
    ends_on: date | None = None
    neighbourhoods: list[str] = strawberry.field(default_factory=list)
    languages: list[str] = strawberry.field(default_factory=list)
    needs: list[NeedInput] = strawberry.field(default_factory=list)

    def terms(self) -> offers.OfferTerms:
        return offers.OfferTerms(
            kind=self.kind,
            name=self.name,
            age_from=self.age_from,
            age_until=self.age_until,
            places=self.places,
            starts_on=self.starts_on,
            ends_on=self.ends_on,
            neighbourhoods=tuple(self.neighbourhoods),
            languages=tuple(self.languages),
            needs=tuple(offers.Need(need.of, need.what) for need in self.needs),
        )


@strawberry.input(description="`team`: the provider, where the programme bureau adds it.")
class AddOfferInput:
    idempotency_key: str
    terms: OfferTermsInput
    team: strawberry.ID | None = None

    def verb(self) -> offers.AddOffer:
        team = key_of("Team", self.team, "team") if self.team is not None else None
        return offers.AddOffer(self.idempotency_key, self.terms.terms(), team)


@strawberry.input
class ChangeOfferInput:
    idempotency_key: str
    alternative: strawberry.ID
    terms: OfferTermsInput

    def verb(self) -> offers.ChangeOffer:
        key = key_of("Alternative", self.alternative, "alternative")
        return offers.ChangeOffer(self.idempotency_key, key, self.terms.terms())


@strawberry.input(
    description="`freeHeld`: what is held and not confirmed is freed and its holders told; otherwise it stays held."
)
class WithdrawOfferInput:
    idempotency_key: str
    alternative: strawberry.ID
    reason: str
    free_held: bool = False

    def verb(self) -> offers.WithdrawOffer:
        key = key_of("Alternative", self.alternative, "alternative")
        return offers.WithdrawOffer(self.idempotency_key, key, self.reason, self.free_held)


@strawberry.type
class OfferSaved:
    id: strawberry.ID
    places: int
    withdrawn: bool
    freed: int | None = strawberry.field(
        description="Places that were proposed or held, and are no more; for their provider."
    )

    @classmethod
    def of(cls, found: offers.OfferBrief) -> "OfferSaved":
        return cls(
            id=global_id("Alternative", found.id),
            places=found.places,
            withdrawn=found.withdrawn,
            freed=found.freed,
        )


OfferAnswer = Annotated[OfferSaved | ProblemAnswer, strawberry.union("OfferAnswer")]


@strawberry.type(description="What an offer needs, of whom.")
class Need:
    of_whom: NeededOf
    what: str

    @classmethod
    def of(cls, found: offers.Need) -> "Need":
        return cls(of_whom=found.of, what=found.what)


@strawberry.type(description="An offer of places for youths.")
class Offer:
    id: strawberry.ID
    provider: str
    kind: OfferKind
    name: str
    age_from: int
    age_until: int
    neighbourhoods: list[str]
    languages: list[str]
    places: int
    free: int | None = strawberry.field(description="For its provider.")
    starts_on: date
    ends_on: date | None
    needs: list[Need]
    withdrawn: bool
    because: str | None

    @classmethod
    def of(cls, found: offers.OfferLine) -> "Offer":
        terms = found.terms
        return cls(
            id=global_id("Alternative", found.id),
            provider=found.provider,
            kind=terms.kind,
            name=terms.name,
            age_from=terms.age_from,
            age_until=terms.age_until,
            neighbourhoods=list(terms.neighbourhoods),
            languages=list(terms.languages),
            places=terms.places,
            free=found.free,
            starts_on=terms.starts_on,
            ends_on=terms.ends_on,
            needs=[Need.of(need) for need in terms.needs],
            withdrawn=found.withdrawn,
            because=found.because,
        )


@strawberry.type
class OfferQueries:
    @strawberry.field(description="Your own offers; for the programme bureau, all.")
    async def offers(self, info: Info, withdrawn: bool = False) -> list[Offer]:
        query = offers.OffersOf(withdrawn)
        found = await info.context.office.look(info.context.caller, offers.offers, query)
        return [Offer.of(one) for one in found]


@strawberry.type
class OfferMutations:
    @strawberry.mutation(description="A new offer.")
    async def add_offer(self, info: Info, input: AddOfferInput) -> OfferAnswer:
        return await do(info, offers.add_offer, input, OfferSaved.of)

    @strawberry.mutation(description="Other terms of an offer.")
    async def change_offer(self, info: Info, input: ChangeOfferInput) -> OfferAnswer:
        return await do(info, offers.change_offer, input, OfferSaved.of)

    @strawberry.mutation(description="Withdraws an offer. Who has a place keeps it.")
    async def withdraw_offer(self, info: Info, input: WithdrawOfferInput) -> OfferAnswer:
        return await do(info, offers.withdraw_offer, input, OfferSaved.of)
