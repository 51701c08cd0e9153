"""Who works in an area and where, by the names under which they were set up; and what the area remembers."""

from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import text

from casecoord.storage.work import Area

_TEAMS = text("select name, id from teams where area_id = :area")
_LOGINS = text("select subject, professional_id from logins where area_id = :area and issuer = :issuer")
_REBIND_RESIDENTS = text(
    "update resident_logins set issuer = :new where area_id = :area and issuer = :old and unbound_at is null"
)
_REBIND = text(
    "insert into logins (area_id, issuer, subject, professional_id)"
    " select area_id, :new, subject, professional_id from logins where area_id = :area and issuer = :old"
    " on conflict (area_id, issuer, subject) do nothing"
)
_CEILING = text(
    "update professionals set case_ceiling = :ceiling where area_id = :area and id = :professional"
)
_SETTINGS = text("select settings from areas where id = :area for no key update")
_KEEP = text("update areas set settings = settings || cast(:new as jsonb) where id = :area")


async def teams_by_name(work: Area) -> dict[str, UUID]:
    """The area's teams."""
    return {row.name: row.id for row in await work.session.execute(_TEAMS, {"area": work.area_id})}


async def professionals_by_login(work: Area, issuer: str) -> dict[str, UUID]:
    """The professionals whom this provider knows, by subject."""
    rows = await work.session.execute(_LOGINS, {"area": work.area_id, "issuer": issuer})
    return {row.subject: row.professional_id for row in rows}


async def rebind_logins(work: Area, old: str, new: str) -> None:
    """Lets a provider that moved to another address log the same people in."""
    for statement in (_REBIND, _REBIND_RESIDENTS):
        await work.session.execute(statement, {"area": work.area_id, "old": old, "new": new})


async def set_ceiling(work: Area, professional: UUID, ceiling: int) -> None:
    """The most cases that this professional leads without a coordinator's word."""
    values = {"area": work.area_id, "professional": professional, "ceiling": ceiling}
    await work.session.execute(_CEILING, values)


async def locked_settings(work: Area) -> dict[str, Any]:
    """The area's settings, which nobody else changes until this transaction ends."""
    return dict((await work.session.execute(_SETTINGS, {"area": work.area_id})).scalar_one())


async def keep_settings(work: Area, **settings: object) -> None:
    """Adds to the area's settings, or replaces what is there by that name."""
    await work.session.execute(_KEEP, {"area": work.area_id, "new": orjson.dumps(settings).decode()})
