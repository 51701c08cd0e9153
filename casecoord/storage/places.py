"""The places that teams cover, and which team does."""

from uuid import UUID

from sqlalchemy import text

from casecoord.domain.covering import NEIGHBOURHOOD
from casecoord.storage.work import Area

_PLACE = {
    True: text("select true from neighbourhoods where area_id = :area and code = :code"),
    False: text("select true from institutions where area_id = :area and kind = :kind and code = :code"),
}
_COVERED_BY = text("select team_id from team_covers where area_id = :area and kind = :kind and code = :code")
_COVER = text(
    "insert into team_covers (area_id, kind, code, team_id) values (:area, :kind, :code, :team)"
    " on conflict (area_id, kind, code) do update set team_id = excluded.team_id"
)


async def is_place(work: Area, kind: str, code: str) -> bool:
    """Whether this school, practice, agency or neighbourhood is of the area."""
    values = {"area": work.area_id, "code": code}
    at = values if kind == NEIGHBOURHOOD else {**values, "kind": kind}
    return (await work.session.execute(_PLACE[kind == NEIGHBOURHOOD], at)).first() is not None


async def covered_by(work: Area, kind: str, code: str) -> UUID | None:
    """The team that covers this place."""
    found = await work.session.execute(_COVERED_BY, {"area": work.area_id, "kind": kind, "code": code})
    team: UUID | None = found.scalar()
    return team


async def cover(work: Area, kind: str, code: str, team: UUID) -> None:
    """Makes this team the one that covers this place."""
    await work.session.execute(_COVER, {"area": work.area_id, "kind": kind, "code": code, "team": team})
