"""The places that teams cover, and which team does."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import text

from casecoord.domain.covering import NEIGHBOURHOOD
from casecoord.storage.work import Area

_PLACE = {
    True: text("select true from neighbourhoods where area_id = :area and code = :code"),
    False: text("select true from institutions where area_id = :area and kind = :kind and code = :code"),
}
_OF_A_KIND = text("""
select p.code, p.name, t.id team, t.name team_name
from (select code, name from neighbourhoods where area_id = :area and :kind = 'neighbourhood'
      union all select code, name from institutions where area_id = :area and kind = :kind) p
left join team_covers c on c.area_id = :area and c.kind = :kind and c.code = p.code
left join teams t on t.area_id = c.area_id and t.id = c.team_id and t.during @> cast(:now as timestamptz)
order by p.name, p.code
""")
_COVERED_BY = text("select team_id from team_covers where area_id = :area and kind = :kind and code = :code")
_COVER = text(
    "insert into team_covers (area_id, kind, code, team_id) values (:area, :kind, :code, :team)"
    " on conflict (area_id, kind, code) do update set team_id = excluded.team_id"
)


@dataclass(frozen=True, slots=True)
class PlaceLine:
    """A school, practice, agency or neighbourhood of the area, and the team that covers it now, if one does."""

    code: str
    name: str
    team: UUID | None
    team_name: str | None


async def places_of(work: Area, kind: str) -> list[PlaceLine]:
    """All of a kind, by name."""
    found = await work.session.execute(_OF_A_KIND, {"area": work.area_id, "kind": kind, "now": work.now})
    return [PlaceLine(*row) for row in found]


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
