"""The outbox between areas: what waits to be carried, and what each side writes when it comes.

Every step asks by the offer's id whether it was taken already, so that carrying twice changes nothing.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import select, text

from casecoord.domain.words import TransferState
from casecoord.storage.moving_tables import Arrival, MoveOffer
from casecoord.storage.work import Area


class ParcelKind(StrEnum):
    OFFER = "offer"
    ANSWER = "answer"


@dataclass(frozen=True, slots=True)
class OfferParcel:
    """An offer on its way."""

    id: UUID
    from_area: UUID
    moved_on: date
    expires_at: datetime
    persons: int
    children: int
    spheres: list[str]
    content: bytes
    key: bytes


@dataclass(frozen=True, slots=True)
class AnswerParcel:
    """An answer on its way back; `sealed` is why not."""

    offer: UUID
    state: TransferState
    sealed: bytes | None


@dataclass(frozen=True, slots=True)
class Claimed:
    """A parcel that this transaction carries, and nobody beside it."""

    id: UUID
    to_area: UUID
    content: OfferParcel | AnswerParcel | None


_POST = text(
    "insert into parcels (area_id, id, to_area, offer_id, kind, posted_at)"
    " values (:area, gen_random_uuid(), :to_area, :offer, :kind, :now)"
    " on conflict (area_id, offer_id, kind) do nothing"
)
_CLAIM = text(
    "select id, to_area, offer_id, kind from parcels where area_id = :area and delivered_at is null"
    " and id <> all(:but) order by posted_at, id limit 1 for update skip locked"
)
_DELIVERED = text(
    "update parcels set delivered_at = greatest(:now, posted_at) where area_id = :area and id = :id"
)
_ARRIVE = text(
    "insert into arrivals (area_id, id, from_area, neighbourhood, persons, children, spheres, moved_on, arrived_at,"
    " expires_at, state, content_sealed, key_wrapped) values (:area, :id, :from_area, :neighbourhood, :persons,"
    " :children, :spheres, :moved_on, :now, :expires_at, 'pending', :content, :key)"
    " on conflict (area_id, id) do nothing returning id"
)
_HERE = text("select exists (select from arrivals where area_id = :area and id = :id)")
_EXPIRE = text(
    "with expired as (update arrivals set state = 'expired', answered_at = greatest(:now, expires_at),"
    "   content_sealed = null, key_wrapped = null"
    "   where area_id = :area and state = 'pending' and expires_at <= :now returning id, from_area)"
    " insert into parcels (area_id, id, to_area, offer_id, kind, posted_at)"
    " select :area, gen_random_uuid(), from_area, id, 'answer', :now from expired"
    " on conflict (area_id, offer_id, kind) do nothing returning id"
)


async def post(work: Area, to_area: UUID, offer: UUID, kind: ParcelKind) -> None:
    """Puts a parcel into the outbox, in the transaction of what it tells."""
    values = {"area": work.area_id, "to_area": to_area, "offer": offer, "kind": kind, "now": work.now}
    await work.session.execute(_POST, values)


async def claim(work: Area, but: set[UUID]) -> Claimed | None:
    """The next parcel to carry, locked for this transaction; `but` were tried in vain."""
    row = (await work.session.execute(_CLAIM, {"area": work.area_id, "but": list(but)})).one_or_none()
    if row is None:
        return None
    content: OfferParcel | AnswerParcel | None = None
    if row.kind == ParcelKind.OFFER:
        offer = await work.session.get_one(MoveOffer, (work.area_id, row.offer_id))
        # Answered already: the other side has it.
        if offer.content_sealed is not None and offer.key_wrapped is not None:
            content = OfferParcel(
                offer.id,
                work.area_id,
                offer.moved_on,
                offer.expires_at,
                offer.persons,
                offer.children,
                offer.spheres,
                offer.content_sealed,
                offer.key_wrapped,
            )
    else:
        arrival = await work.session.get_one(Arrival, (work.area_id, row.offer_id))
        content = AnswerParcel(arrival.id, TransferState(arrival.state), arrival.answer_sealed)
    return Claimed(row.id, row.to_area, content)


async def delivered(work: Area, parcel: Claimed) -> None:
    """Writes that the other area has it."""
    await work.session.execute(_DELIVERED, {"area": work.area_id, "id": parcel.id, "now": work.now})


async def has_arrived(work: Area, offer: UUID) -> bool:
    """Whether this offer came in before."""
    return bool(await work.session.scalar(_HERE, {"area": work.area_id, "id": offer}))


async def arrive(work: Area, parcel: OfferParcel, neighbourhood: str | None) -> bool:
    """Writes an offer that came in; False if it had."""
    values: dict[str, Any] = {
        "area": work.area_id,
        "now": work.now,
        "id": parcel.id,
        "from_area": parcel.from_area,
        "neighbourhood": neighbourhood,
        "persons": parcel.persons,
        "children": parcel.children,
        "spheres": parcel.spheres,
        "moved_on": parcel.moved_on,
        "expires_at": parcel.expires_at,
        "content": parcel.content,
        "key": parcel.key,
    }
    return (await work.session.execute(_ARRIVE, values)).first() is not None


async def expire(work: Area) -> int:
    """Offers that nobody answered by their date go back, without what was sealed in them; how many."""
    return len((await work.session.execute(_EXPIRE, {"area": work.area_id, "now": work.now})).all())


async def lock_arrival(work: Area, offer: UUID) -> Arrival | None:
    """What another area offers, locked; None if it is not there."""
    found = await work.session.scalars(
        select(Arrival).where(Arrival.area_id == work.area_id, Arrival.id == offer).with_for_update()
    )
    return found.one_or_none()


async def offer_of(work: Area, offer: UUID) -> MoveOffer | None:
    """What this area offered."""
    return await work.session.get(MoveOffer, (work.area_id, offer), populate_existing=True)


def answered(arrival: Arrival, work: Area, state: TransferState, by: UUID) -> None:
    """Writes the receiver's act; what was sealed for the way is not kept."""
    arrival.state, arrival.answered_at, arrival.answered_by = state, work.now, by
    arrival.content_sealed = arrival.key_wrapped = None
