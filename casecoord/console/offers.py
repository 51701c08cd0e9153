"""Places and offers: whom a place is held for and until when, who has begun, and what is offered.

A provider reads every word of this: a name, an age, a language and the place, and never why somebody needs one.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from casecoord.actions.alternatives import OwnPlace, PlacesOf, places
from casecoord.actions.offers import NeighbourhoodsOf, OfferLine, OffersOf, neighbourhoods, offers
from casecoord.actions.office import Hand
from casecoord.actions.teams import TeamLine, TeamsOf, teams
from casecoord.console import texts
from casecoord.console.forms import Option
from casecoord.console.offer_acts import AT_FIRST, LIST_ACTS, NEW_ACTS, OFFER_ACTS, shown_terms
from casecoord.console.reception import Reception
from casecoord.console.sheets import Desk, Sheet
from casecoord.console.strip import Strip, strip
from casecoord.domain.alternatives import PlacementState
from casecoord.domain.errors import Problem
from casecoord.domain.ids import global_id, key_of
from casecoord.domain.words import Language, Role, TeamKind
from casecoord.identity.door import language_of
from casecoord.identity.sessions import Session

#: What is spoken most in the areas; any other that an offer names stands with them.
_LANGUAGES = ("nl", "en", "ar", "tr", "pt", "pl", "bg", "es", "fr", "ti", "so", "uk", "zh")


@dataclass(frozen=True, slots=True)
class Offered:
    """The first screen: the own places, and the offers of the own provider or of all."""

    strip: Strip
    now: datetime
    own: bool
    held: list[OwnPlace]
    had: list[OwnPlace]
    offers: list[OfferLine]


@dataclass(frozen=True, slots=True)
class AskedOffer:
    """None: a new one."""

    id: UUID | None


@dataclass(frozen=True, slots=True)
class OneOffer:
    """An offer, or None for a new one, with what its form can be filled in with."""

    strip: Strip
    own: bool
    offer: OfferLine | None
    neighbourhoods: dict[str, str]
    providers: list[TeamLine]


async def offered(hand: Hand, query: OffersOf) -> Offered:
    """Everything of the first screen, in one transaction. Raises Problem `not_allowed`."""
    found = await offers(hand, query)
    taken = await places(hand, PlacesOf())
    waits = (one for one in taken if one.state is PlacementState.HELD and one.until)
    return Offered(
        strip=await strip(hand),
        now=hand.now,
        own=hand.actor.role is Role.PROVIDER,
        held=sorted(waits, key=lambda one: (one.until, one.id)),
        had=[one for one in taken if one.state is not PlacementState.HELD],
        offers=found,
    )


async def one_offer(hand: Hand, query: AskedOffer) -> OneOffer:
    """Everything of an offer's page, in one transaction. Raises Problem `not_allowed`, `not_found`."""
    every = await offers(hand, OffersOf(withdrawn=True))
    found = next((one for one in every if one.id == query.id), None)
    if query.id is not None and found is None:
        raise Problem("not_found", "alternative")
    own = hand.actor.role is Role.PROVIDER
    return OneOffer(
        strip=await strip(hand),
        own=own,
        offer=found,
        neighbourhoods=await neighbourhoods(hand, NeighbourhoodsOf()),
        providers=[] if own or found else await teams(hand, TeamsOf(TeamKind.PLACE_PROVIDER)),
    )


@dataclass(frozen=True, slots=True)
class Offers:
    """The page of places and offers, the page of each offer, and that of a new one."""

    at: Reception

    def routes(self) -> list[BaseRoute]:
        desks = (
            Desk(self.at, "/offers", LIST_ACTS, self.show_all),
            Desk(self.at, "/offers/new", NEW_ACTS, self.show_new),
            Desk(self.at, "/offers/{id}", OFFER_ACTS, self.show_one),
        )
        return [route for desk in desks for route in desk.routes()]

    async def show_all(self, request: Request, session: Session, sheet: Sheet) -> Response:
        withdrawn = request.query_params.get("withdrawn") == "1"
        found = await self.at.look(request, session, offered, OffersOf(withdrawn))
        return self.at.page(
            request,
            "offers.html",
            session=session,
            strip=found.strip,
            sheet=sheet,
            found=found,
            withdrawn=withdrawn,
        )

    async def show_new(self, request: Request, session: Session, sheet: Sheet) -> Response:
        found = await self.at.look(request, session, one_offer, AskedOffer(None))
        return self._form(request, session, sheet, found, {**AT_FIRST, "languages": (), "neighbourhoods": ()})

    async def show_one(self, request: Request, session: Session, sheet: Sheet) -> Response:
        query = AskedOffer(key_of("Alternative", request.path_params["id"]))
        found = await self.at.look(request, session, one_offer, query)
        assert found.offer is not None
        return self._form(request, session, sheet, found, shown_terms(found.offer.terms))

    def _form(
        self, request: Request, session: Session, sheet: Sheet, found: OneOffer, given: dict[str, Any]
    ) -> Response:
        filled = sheet.offering(
            neighbourhoods=_options(found.neighbourhoods.items()),
            languages=_languages(given["languages"], language_of(request)),
            team=[Option(global_id("Team", team.id), team.name) for team in found.providers],
        )
        return self.at.page(
            request,
            "offer.html",
            session=session,
            strip=found.strip,
            sheet=filled,
            found=found,
            given=given,
        )


def _options(pairs: Iterable[tuple[str, str]]) -> list[Option]:
    return [Option(code, label) for code, label in pairs]


def _languages(known: Iterable[str], language: Language) -> list[Option]:
    codes = dict.fromkeys((*_LANGUAGES, *known))
    return _options((code, texts.tongue(code, language)) for code in codes)
