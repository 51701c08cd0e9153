"""The legal grounds of an area: laws, each with the article that it gives a ground under, from when until when."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select, text

from casecoord.storage.consent_tables import LegalGround
from casecoord.storage.work import Area

_ALONE = text(
    "select pg_advisory_xact_lock(hashtextextended('casecoord grounds ' || cast(:area as text), 0))"
)


async def grounds(work: Area) -> Sequence[LegalGround]:
    """All of them, those that ended too, by article and begin."""
    found = await work.session.scalars(
        select(LegalGround)
        .where(LegalGround.area_id == work.area_id)
        .order_by(LegalGround.ground, text("lower(legal_grounds.during)"), LegalGround.id)
        .execution_options(populate_existing=True)
    )
    return found.all()


async def alone(work: Area) -> None:
    """Nobody else changes them until this transaction ends."""
    await work.session.execute(_ALONE, {"area": str(work.area_id)})


async def ground(work: Area, identity: UUID) -> LegalGround | None:
    """One of them."""
    return await work.session.get(LegalGround, (work.area_id, identity))
