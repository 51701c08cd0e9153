"""Offers: those of a provider or of all, and one of them held against changes."""

from typing import Any
from uuid import UUID

from sqlalchemy import select, text

from casecoord.storage.alternative_tables import Offer
from casecoord.storage.work import Area

_LISTED = text(
    "select o.id, o.kind, o.name, o.age_from, o.age_until, o.neighbourhoods, o.languages, o.places, o.starts_on,"
    " o.ends_on, o.needs, o.withdrawn_because, t.name provider, greatest(o.places - coalesce(k.taken, 0), 0) free"
    " from offers o join teams t on t.area_id = o.area_id and t.id = o.team_id"
    " left join places_taken(:now) k on k.offer_id = o.id"
    " where o.area_id = :area and (cast(:team as uuid) is null or o.team_id = :team)"
    " and (:withdrawn or o.withdrawn_at is null) order by t.name, o.starts_on, o.name, o.id limit 1000"
)


async def listed(work: Area, team: UUID | None, *, withdrawn: bool) -> list[dict[str, Any]]:
    """The offers of a provider, or (None) of all, with how many places of each are free."""
    values = {"area": work.area_id, "now": work.now, "team": team, "withdrawn": withdrawn}
    return [dict(row) for row in (await work.session.execute(_LISTED, values)).mappings()]


async def locked(work: Area, identity: UUID) -> Offer | None:
    """An offer as it is now; until this transaction ends nobody takes a place of it."""
    found = await work.session.scalars(
        select(Offer)
        .where(Offer.area_id == work.area_id, Offer.id == identity)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    return found.one_or_none()
