"""The catalogue: what providers offer youths, kept by each provider for its own and by the programme bureau for all."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from casecoord.access.doing import ActFacts
from casecoord.actions import texts
from casecoord.actions.office import Hand, verb
from casecoord.actions.placements import free, record
from casecoord.domain.alternatives import NeededOf, OfferKind, Released
from casecoord.domain.errors import Problem
from casecoord.domain.notices import NoticeKind
from casecoord.domain.words import Role, TeamKind
from casecoord.domain.workdays import local_date
from casecoord.storage import offers as storage
from casecoord.storage import placements
from casecoord.storage.alternative_tables import Offer, Placement
from casecoord.storage.cases import Desk, open_desk
from casecoord.storage.people import open_team
from casecoord.storage.territories import neighbourhoods_of

YOUNGEST, OLDEST, MOST_PLACES, MOST_NEEDS = 10, 27, 500, 20
LONGEST_NAME = 120


@dataclass(frozen=True, slots=True)
class Need:
    """What an offer needs, of whom."""

    of: NeededOf
    what: str


@dataclass(frozen=True, slots=True)
class OfferTerms:
    """No neighbourhoods, no languages: for any. `ends_on` None: it goes on."""

    kind: OfferKind
    name: str
    age_from: int
    age_until: int
    places: int
    starts_on: date
    ends_on: date | None = None
    neighbourhoods: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    needs: tuple[Need, ...] = ()


@dataclass(frozen=True, slots=True)
class AddOffer:
    """`team`: the provider, where the programme bureau adds it."""

    idempotency_key: str
    terms: OfferTerms
    team: UUID | None = None


@dataclass(frozen=True, slots=True)
class ChangeOffer:
    idempotency_key: str
    alternative: UUID
    terms: OfferTerms


@dataclass(frozen=True, slots=True)
class WithdrawOffer:
    """`free_held`: what is held and not confirmed is freed, and who holds it told; otherwise it stays until its date."""

    idempotency_key: str
    alternative: UUID
    reason: str
    free_held: bool = False


@dataclass(frozen=True, slots=True)
class OfferBrief:
    """`freed`: how many places that were proposed or held are no more; for the provider alone, who knew of them."""

    id: UUID
    places: int
    withdrawn: bool
    freed: int | None = None


@dataclass(frozen=True, slots=True)
class OffersOf:
    """`withdrawn`: those too."""

    withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class NeighbourhoodsOf:
    """Nothing to ask for: they are those of the area."""


@dataclass(frozen=True, slots=True)
class OfferLine:
    id: UUID
    provider: str
    terms: OfferTerms
    #: for the provider alone: that a place is taken tells that there is a youth
    free: int | None
    withdrawn: bool
    because: str | None


@verb(OfferBrief, act="C")
async def add_offer(hand: Hand, input: AddOffer) -> OfferBrief:
    """A new offer: of the own provider, or of one that the bureau names."""
    team = input.team or hand.actor.team_id
    _may(hand, team)
    if await open_team(hand.work, team) is not TeamKind.PLACE_PROVIDER:
        raise Problem("offer_provider", "team")
    offer = Offer(area_id=hand.work.area_id, id=uuid4(), team_id=team, added_by=hand.actor.membership_id)
    await _set(hand, offer, input.terms)
    hand.work.session.add(offer)
    await hand.work.session.flush()
    return _brief(offer)


@verb(OfferBrief)
async def change_offer(hand: Hand, input: ChangeOffer) -> OfferBrief:
    """Other terms; what is held stays held, and there are never fewer places than are taken."""
    offer = await _offer(hand, input.alternative)
    await _set(hand, offer, input.terms)
    await hand.work.session.flush()
    return _brief(offer)


@verb(OfferBrief)
async def withdraw_offer(hand: Hand, input: WithdrawOffer) -> OfferBrief:
    """Nothing new is held of it. Who has a place keeps it; what is only held stays, or is freed and its holders told."""
    reason = texts.reason(input.reason)
    await _offer(hand, input.alternative)
    desks: dict[UUID, Desk] = {}
    if input.free_held:
        # Each family before the offer, as whoever holds a place of it locks them.
        for _, household in await placements.not_confirmed(hand.work, input.alternative):
            if household not in desks and (desk := await open_desk(hand.work, household)):
                desks[household] = desk
    offer = await storage.locked(hand.work, input.alternative)
    if offer is None or offer.withdrawn_at is not None:
        raise Problem("offer_withdrawn", "alternative")
    offer.withdrawn_at, offer.withdrawn_because = hand.now, reason
    await hand.work.session.flush()
    freed = await placements.not_confirmed(hand.work, offer.id) if input.free_held else []
    if any(household not in desks for _, household in freed):
        raise Problem("try_again")
    for identity, household in freed:
        await _free(hand, desks[household], identity)
    return _brief(offer, len(freed) if hand.actor.role is Role.PROVIDER else None)


async def offers(hand: Hand, query: OffersOf) -> list[OfferLine]:
    """The own provider's offers; for the programme bureau, all."""
    own = hand.actor.role is Role.PROVIDER
    facts = ActFacts(membership_valid=True, own_offer=own)
    decision = hand.may("manage_offers", facts)
    if not decision.allowed:
        raise hand.not_allowed(decision, "manage_offers")
    rows = await storage.listed(hand.work, hand.actor.team_id if own else None, withdrawn=query.withdrawn)
    return [_line(row, own) for row in rows]


async def neighbourhoods(hand: Hand, query: NeighbourhoodsOf) -> dict[str, str]:
    """For which neighbourhoods an offer can be: by code, what each is called."""
    return await neighbourhoods_of(hand.work)


def _may(hand: Hand, team: UUID) -> str:
    own = hand.actor.role is Role.PROVIDER and team == hand.actor.team_id
    decision = hand.may("manage_offers", ActFacts(membership_valid=True, own_offer=own))
    if not decision.allowed:
        raise hand.not_allowed(decision, "manage_offers")
    hand.done.rules.append(decision.rule)
    return decision.rule


async def _offer(hand: Hand, identity: UUID) -> Offer:
    """An offer that this actor may manage and that was not withdrawn."""
    offer = await hand.work.session.get(Offer, (hand.work.area_id, identity))
    if offer is None:
        raise Problem("not_found", "alternative")
    _may(hand, offer.team_id)
    if offer.withdrawn_at is not None:
        raise Problem("offer_withdrawn", "alternative")
    return offer


async def _set(hand: Hand, offer: Offer, terms: OfferTerms) -> None:
    """Writes terms that hold together; Problem, naming the field, for those that do not."""
    if not YOUNGEST <= terms.age_from <= terms.age_until <= OLDEST:
        raise Problem("offer_ages", "ageFrom")
    if not 1 <= terms.places <= MOST_PLACES:
        raise Problem("offer_places", "places")
    last = terms.ends_on
    if last is not None and (last < terms.starts_on or last < local_date(hand.now)):
        raise Problem("offer_dates", "endsOn")
    if not set(terms.neighbourhoods) <= (await neighbourhoods_of(hand.work)).keys():
        raise Problem("offer_neighbourhood", "neighbourhoods")
    if not all(len(code) in (2, 3) and code.isascii() and code.islower() for code in terms.languages):
        raise Problem("offer_language", "languages")
    if len(terms.needs) > MOST_NEEDS:
        raise Problem("page_too_large", "needs")
    offer.kind, offer.name = terms.kind, texts.sentence(terms.name, "name", longest=LONGEST_NAME)
    offer.age_from, offer.age_until, offer.places = terms.age_from, terms.age_until, terms.places
    offer.starts_on, offer.ends_on = terms.starts_on, last
    offer.neighbourhoods = sorted(set(terms.neighbourhoods))
    offer.languages = sorted(set(terms.languages))
    offer.needs = [{"of": need.of, "what": texts.sentence(need.what, "needs")} for need in terms.needs]


async def _free(hand: Hand, desk: Desk, identity: UUID) -> None:
    placement = await hand.work.session.get_one(
        Placement, (hand.work.area_id, identity), populate_existing=True
    )
    desk.person = placement.person_id
    rule = _may(hand, hand.actor.team_id)
    hand.allowed(desk.household_id, rule)
    hand.about(placement.person_id)
    free(placement, Released.OFFER_WITHDRAWN, desk.now)
    await record(desk, "release_place", placement, rule)
    await placements.tell_holders(
        hand.work, NoticeKind.PLACE_LAPSED, placement.id, desk.household_id, but=desk.actor_membership
    )


def _brief(offer: Offer, freed: int | None = None) -> OfferBrief:
    return OfferBrief(offer.id, offer.places, offer.withdrawn_at is not None, freed)


def _line(row: dict[str, Any], own: bool) -> OfferLine:
    terms = OfferTerms(
        kind=OfferKind(row["kind"]),
        name=row["name"],
        age_from=row["age_from"],
        age_until=row["age_until"],
        places=row["places"],
        starts_on=row["starts_on"],
        ends_on=row["ends_on"],
        neighbourhoods=tuple(row["neighbourhoods"]),
        languages=tuple(row["languages"]),
        needs=needs_of(row["needs"]),
    )
    because = row["withdrawn_because"]
    free_places = row["free"] if own else None
    return OfferLine(row["id"], row["provider"], terms, free_places, because is not None, because)


def needs_of(stored: list[dict[str, str]]) -> tuple[Need, ...]:
    """What an offer needs, as its row says."""
    return tuple(Need(NeededOf(one["of"]), one["what"]) for one in stored)
