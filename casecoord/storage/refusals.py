"""Families that refuse, as their lead recorded it, while it waits for a coordinator's word: one statement."""

from typing import Any

from sqlalchemy import text

from casecoord.storage.relating import RELATION
from casecoord.storage.views import KEYS
from casecoord.storage.work import Work

_WAITING = text(
    f"""
select f.id, c.household_id, f.recorded_at, f.review_on, encode(f.reason_sealed, 'hex') reason, w.name recorded_by,
  rel.*, (select {KEYS} from households h where h.area_id = f.area_id and h.id = c.household_id) as keys
from refusals f
join cases c on c.area_id = f.area_id and c.id = f.case_id and c.state <> 'closed'
join memberships m on m.area_id = f.area_id and m.id = f.recorded_by
join professionals w on w.area_id = m.area_id and w.id = m.professional_id
cross join lateral ({RELATION.format(area="c.area_id", household="c.household_id")}) rel
where f.area_id = :area and f.confirmed_at is null and f.ended_at is null
  and w.id <> :professional and (cast(:whole_area as boolean) or exists (
    select from leads l join memberships lm on lm.area_id = l.area_id and lm.id = l.membership_id
     where l.area_id = f.area_id and l.case_id = c.id and l.during @> cast(:now as timestamptz)
       and lm.team_id = :team))
order by f.recorded_at, f.id limit :most
"""
)


async def waiting_refusals(work: Work, most: int, *, whole_area: bool) -> list[dict[str, Any]]:
    """Those that somebody else recorded, of cases led by the actor's team or of the whole area; oldest first."""
    rows = await work.session.execute(
        _WAITING,
        {
            **work.asked_by,
            "whole_area": whole_area,
            "most": most,
        },
    )
    return [dict(row) for row in rows.mappings()]
