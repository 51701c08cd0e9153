"""What waits for a receiver's yes: hand-overs within the area, and families that another area offers."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import text

from casecoord.storage.work import Area

_AWAITED = text(
    """
select h.id, h.kind, h.sphere, h.offered_at, p.due_at, t.name from_team,
  h.kind = 'move' and h.from_team_id is null and h.to_team_id is null departure,
  case when h.from_team_id is not null or h.to_team_id is not null then
    signals_offered(h.id) end signals
from transfers h
join promises p on p.area_id = h.area_id and p.rule = 'G7' and p.subject_id = h.id and p.ended_at is null
left join teams t on t.area_id = h.area_id and t.id = h.from_team_id
where h.area_id = :area and h.state = 'pending'
  and (h.to_team_id = any(:teams) or (h.to_team_id is null and cast(:whole_area as boolean)))
order by p.due_at, h.id
"""
)
_ARRIVALS = text(
    "select x.*, n.name neighbourhood_name from arrivals x left join neighbourhoods n"
    " on n.area_id = x.area_id and n.code = x.neighbourhood"
    " where x.area_id = :area and x.state = 'pending' and x.expires_at > :now order by x.expires_at, x.id"
)


async def awaited_transfers(work: Area, teams: Sequence[UUID], *, area: bool) -> list[dict[str, Any]]:
    """The hand-overs that wait for one of these teams, or for the area's coordinator; soonest deadline first."""
    rows = await work.session.execute(
        _AWAITED, {"area": work.area_id, "teams": list(teams), "whole_area": area}
    )
    return [dict(row) for row in rows.mappings()]


async def waiting_arrivals(work: Area) -> list[dict[str, Any]]:
    """The families that other areas offer and nobody has answered for; soonest to expire first."""
    rows = await work.session.execute(_ARRIVALS, {"area": work.area_id, "now": work.now})
    return [dict(row) for row in rows.mappings()]
