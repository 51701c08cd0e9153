"""Which alternatives there are for a youth, why each fits and what is missing; and a provider's own places.

INVARIANT (offers are ranked, nobody else): what is compared is what an offer asks, never where anybody is from; there
is no score on a person, and the order is that of begin and free places.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from casecoord.access.attributes import Facts
from casecoord.actions.looking import Look
from casecoord.actions.offers import Need, needs_of
from casecoord.actions.office import Hand
from casecoord.actions.preparing import look_of
from casecoord.domain.ages import age_on
from casecoord.domain.alternatives import Fit, FollowStep, OfferKind, PlacementState
from casecoord.domain.errors import Problem
from casecoord.domain.facets import Viewer
from casecoord.domain.words import Role, Sphere
from casecoord.domain.workdays import local_date
from casecoord.storage import access_log, preparing
from casecoord.storage import placements as storage
from casecoord.storage.sealed import Compartment, Place
from casecoord.storage.views import seal_of

MOST = 100


@dataclass(frozen=True, slots=True)
class AlternativesOf:
    """For a planned hearing, or for a person in a case; `kind` narrows."""

    hearing: UUID | None = None
    person: UUID | None = None
    kind: OfferKind | None = None
    first: int | None = None


@dataclass(frozen=True, slots=True)
class Match:
    """An offer that can still begin: why it fits, and what is missing."""

    id: UUID
    provider: str
    kind: OfferKind
    name: str
    starts_on: date
    ends_on: date | None
    free: int
    needs: tuple[Need, ...]
    fits: list[Fit]
    missing: list[Fit]


@dataclass(frozen=True, slots=True)
class PlacesOf:
    """Nothing to ask for: they are the own ones."""


@dataclass(frozen=True, slots=True)
class OwnPlace:
    """Who has, or is held for, a place of the own provider; `until`: where it is only held."""

    id: UUID
    alternative: UUID
    offer: str
    kind: OfferKind
    state: PlacementState
    since: datetime
    until: datetime | None
    name: str | None
    age: int | None
    language: str | None
    step: FollowStep | None
    step_at: datetime | None


async def alternatives(hand: Hand, query: AlternativesOf) -> list[Match]:
    """The offers for this youth: those that fit whole first, then the soonest, then those with most free places."""
    first = MOST // 5 if query.first is None else query.first
    if not 0 < first <= MOST:
        raise Problem("page_too_large", "first")
    if (query.hearing is None) == (query.person is None):
        raise Problem("youth_or_hearing", "hearing")
    row = await preparing.youth(hand.work, query.hearing, query.person)
    field = "hearing" if query.hearing else "person"
    if row is None or (query.hearing is None and not row["in_case"]):
        raise Problem("not_found", field)
    look, who = look_of(hand, row), row["person_id"]
    if not look.sees("court.suitability", Sphere.JUSTICE, of=(who,)):
        raise Problem("not_found", field)
    day = row["held_on"] or local_date(hand.now)
    place = Place("persons", who, "birth_date")
    born = seal_of(hand.work, row["household_id"], row["keys"]).open(
        row["birth_date_sealed"], place, Compartment.IDENTITY
    )
    found = await storage.matching(
        hand.work,
        age=age_on(born, day),
        neighbourhood=row["neighbourhood"],
        language=row["language"],
        day=day,
        kind=query.kind,
        first=first,
    )
    look.remember("alternatives")
    return [_match(one) for one in found]


async def places(hand: Hand, query: PlacesOf) -> list[OwnPlace]:
    """The youths who have, or are held for, a place of the own provider, and nothing else about them."""
    if hand.actor.role is not Role.PROVIDER:
        return []
    looks = []
    found = []
    for row in await storage.own_places(hand.work, MOST * 10):
        facts = Facts.that("own_place", *(("restricted",) if row["restricted"] else ()))
        look = Look(hand, row["household_id"], frozenset({Viewer.PROVIDER}), facts)
        if look.sees("court.placement", Sphere.JUSTICE, of=(row["person_id"],)):
            looks.append(look)
            found.append(_own(look, row))
    access_log.write(hand.work, [look.entry("places") for look in looks])
    return found


def _match(row: dict[str, Any]) -> Match:
    so = {fit: bool(row[f"fits_{fit}"]) for fit in Fit}
    return Match(
        id=row["id"],
        provider=row["provider"],
        kind=OfferKind(row["kind"]),
        name=row["name"],
        starts_on=row["starts_on"],
        ends_on=row["ends_on"],
        free=row["free"],
        needs=needs_of(row["needs"]),
        fits=[fit for fit, fits in so.items() if fits],
        missing=[fit for fit, fits in so.items() if not fits],
    )


def _own(look: Look, row: dict[str, Any]) -> OwnPlace:
    who = row["person_id"]
    seal = seal_of(look.hand.work, row["household_id"], row["keys"])

    def opened(column: str) -> str:
        place = Place("persons", who, column)
        return seal.open(row[f"{column}_sealed"], place, Compartment.IDENTITY)

    name = look.share("person.name", lambda: opened("name"), of=(who,))
    age = look.share("person.age", lambda: age_on(opened("birth_date"), local_date(look.hand.now)), of=(who,))
    language = look.share("person.language", lambda: row["language"], of=(who,))
    return OwnPlace(
        id=row["id"],
        alternative=row["offer_id"],
        offer=row["offer_name"],
        kind=OfferKind(row["kind"]),
        state=PlacementState(row["state"]),
        since=row["since"],
        until=row["until"],
        name=name.value if name else None,
        age=age.value if age else None,
        language=language.value if language else None,
        step=FollowStep(row["followed"]) if row["followed"] else None,
        step_at=row["followed_at"],
    )
