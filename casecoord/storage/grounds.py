"""The legal grounds of an area: laws, each with the article that it gives a ground under, from when until when."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import text

from casecoord.storage.consent_tables import LegalGround
from casecoord.storage.work import Area

_GROUNDS = text(
    "select id, ground, source, during, reason from legal_grounds where area_id = :area"
    " order by ground, lower(during), id"
)
_ALONE = text(
    "select pg_advisory_xact_lock(hashtextextended('casecoord grounds ' || cast(:area as text), 0))"
)


async def grounds(work: Area) -> Sequence[Any]:
    """All of them, those that ended too, by article and begin."""
    found = await work.session.execute(_GROUNDS, {"area": work.area_id})
    return found.all()


async def alone(work: Area) -> None:
    """Nobody else changes them until this transaction ends."""
    await work.session.execute(_ALONE, {"area": str(work.area_id)})


async def ground(work: Area, identity: UUID) -> LegalGround | None:
    """One of them."""
    return await work.session.get(LegalGround, (work.area_id, identity))
