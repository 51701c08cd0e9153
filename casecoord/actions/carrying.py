"""The carrier between areas: takes each parcel to the other area, at least once, until that one has it.

A parcel is held by one carrier's transaction in the area that sent it while a second transaction, in the
area it goes to, writes it there. Killed between the two, it is carried again, and found there already.
"""

from uuid import UUID

import structlog

from casecoord.actions.offering import take_answer
from casecoord.domain.notices import NoticeKind
from casecoord.storage import luggage, parcels
from casecoord.storage.moving import neighbourhood_of
from casecoord.storage.parcels import Claimed, OfferParcel
from casecoord.storage.telling import tell_area
from casecoord.storage.work import Area, Database

_log = structlog.get_logger()


async def carry(database: Database) -> int:
    """Carries everything that waits in any area; how many parcels arrived.

    What cannot be written over there holds up nothing else, and is tried again the next time.
    """
    areas, failed, carried = (await database.areas()).values(), set[UUID](), 0
    for area in areas:
        async with database.within(area) as work:
            await parcels.expire(work)
    while True:
        before = carried
        for area in areas:
            while (arrived := await _carry_one(database, area, failed)) is not None:
                carried += arrived
        # What arrived somewhere may have been answered at once.
        if carried == before:
            return carried


async def _carry_one(database: Database, area: UUID, failed: set[UUID]) -> bool | None:
    """Whether the next parcel arrived; None if there is none."""
    async with database.within(area) as work:
        parcel = await parcels.claim(work, failed)
        if parcel is None:
            return None
        try:
            await hand_in(database, parcel)
        except Exception as error:  # also where the other area's database is away: ours is not
            failed.add(parcel.id)
            _log.error("parcel_not_taken", parcel=str(parcel.id), kind=type(error).__name__)
            return False
        await parcels.delivered(work, parcel)
    return True


async def hand_in(database: Database, parcel: Claimed) -> None:
    """Writes a parcel in the area that it goes to, in a transaction of that area; twice is once."""
    if parcel.content is None:
        return
    async with database.within(parcel.to_area) as work:
        if isinstance(parcel.content, OfferParcel):
            await _take_offer(work, parcel.content)
        else:
            await take_answer(work, parcel.content)


async def _take_offer(work: Area, offer: OfferParcel) -> None:
    """The receiving area learns the neighbourhood, not the address: only its own table knows which that is.

    Of a secret address it does not learn even that before it accepted.
    """
    if await parcels.has_arrived(work, offer.id):
        return
    found = luggage.unpack(work.keyring, offer.id, offer.content, offer.key)
    postcode = found.address.postcode if found.address and not found.secret else None
    neighbourhood = await neighbourhood_of(work, postcode) if postcode else None
    if await parcels.arrive(work, offer, neighbourhood):
        await tell_area(work, NoticeKind.MOVE_OFFER, offer.id)
        await parcels.expire(work)
