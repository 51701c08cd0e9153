"""What stands in an area for every household: its settings and who covers what; and changes not followed everywhere yet.

Whoever locks a household shares it until the transaction ends; whoever changes it is alone with it. So what was
written by what stood before is there to be found when the change is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import text

from casecoord.domain.covering import NEIGHBOURHOOD
from casecoord.storage.work import Area

_LOCK = "hashtextextended('casecoord standing ' || cast(cast(:area as uuid) as text), 0)"
#: In a statement that locks a household, before it does.
SHARED = f"cast(pg_advisory_xact_lock_shared({_LOCK}) as text)"
_ALONE = text(f"select pg_advisory_xact_lock({_LOCK})")
_AFTER_LOCK = text(
    "select case when coalesce(current_setting('casecoord.now', true), '') = '' then clock_timestamp()"
    " else clock() end now, settings from areas where id = :area for no key update"
)
_REREAD = text("select settings from areas where id = :area")
_ADD = text(
    "update areas set settings = jsonb_set(settings, '{to_follow}',"
    " coalesce(settings -> 'to_follow', '[]') || cast(:change as jsonb)) where id = :area"
)
_DONE = text(
    "update areas set settings = jsonb_set(settings, '{to_follow}', coalesce((select jsonb_agg(c.one)"
    " from jsonb_array_elements(settings -> 'to_follow') c (one) where c.one <> cast(:change as jsonb)), '[]'))"
    " where id = :area"
)
_SETTLED_BEFORE = text(
    "select distinct household_id from promises where area_id = :area and ended_at is null"
    " and household_id is not null and coalesce(settled_at, made_at) <= :at order by 1"
)
_OPEN = (
    "select distinct h.id from households h join signals s on s.area_id = h.area_id and s.household_id = h.id"
    " and s.state <> 'ended' where h.area_id = :area and upper_inf(h.during)"
)
_WITH_OPEN = text(f"{_OPEN} order by 1")
_OPEN_IN = text(f"{_OPEN} and h.neighbourhood = :code order by 1")
_OPEN_AT = text(
    f"{_OPEN} and exists (select from persons p join person_links l on l.area_id = p.area_id and l.person_id = p.id"
    "   and l.kind = :kind and l.code = :code where p.area_id = h.area_id and p.household_id = h.id) order by 1"
)


class Followed(StrEnum):
    """What changed: the settings, by which promises run; the order of routing; or who covers a place."""

    SETTINGS = "settings"
    ROUTING = "routing"
    PLACE = "place"


@dataclass(frozen=True, slots=True)
class Change:
    """Something that the households concerned have not all followed yet; of a place its kind and code."""

    what: Followed
    at: datetime
    kind: str | None = None
    code: str | None = None

    def stored(self) -> str:
        """As it lies in the area's settings."""
        return orjson.dumps([self.what, self.at.isoformat(), self.kind, self.code]).decode()


async def alone(work: Area) -> None:
    """Nobody who has a household locked, and nobody who locks one, until this transaction ends."""
    await work.session.execute(_ALONE, {"area": work.area_id})
    row = (await work.session.execute(_AFTER_LOCK, {"area": work.area_id})).one()
    work.now = max(work.now, row.now)
    work.follow(row.settings)


async def reread_settings(work: Area) -> None:
    """The area's settings as they stand now."""
    work.follow((await work.session.execute(_REREAD, {"area": work.area_id})).scalar_one())


async def to_follow(work: Area, change: Change) -> None:
    """Remembers a change, in its own transaction, until every household has followed it."""
    values = {"area": work.area_id, "change": f"[{change.stored()}]"}
    await work.session.execute(_ADD, values)


async def followed(work: Area, change: Change) -> None:
    """Every household has followed it."""
    await work.session.execute(_DONE, {"area": work.area_id, "change": change.stored()})


def changes(settings: dict[str, object]) -> list[Change]:
    """What is still to be followed, the oldest change first."""
    stored: Any = settings.get("to_follow", [])
    return [Change(Followed(what), datetime.fromisoformat(at), kind, code) for what, at, kind, code in stored]


async def concerned(work: Area, change: Change) -> Sequence[UUID]:
    """The households that a change is about and that, as far as it shows, have not followed it."""
    values: dict[str, object] = {"area": work.area_id}
    match change.what:
        case Followed.SETTINGS:
            found = await work.session.scalars(_SETTLED_BEFORE, {**values, "at": change.at})
        case Followed.ROUTING:
            found = await work.session.scalars(_WITH_OPEN, values)
        case Followed.PLACE if change.kind == NEIGHBOURHOOD:
            found = await work.session.scalars(_OPEN_IN, {**values, "code": change.code})
        case Followed.PLACE:
            found = await work.session.scalars(_OPEN_AT, {**values, "kind": change.kind, "code": change.code})
    return list(found)
