"""Who held a household at a moment, and what of it was open then; one statement."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text

from casecoord.storage.relating import RELATION
from casecoord.storage.work import Work

_AT = "cast(:at as timestamptz)"


def _who(table: str, alias: str) -> str:
    return f"""select jsonb_build_object('professional', w.id, 'name', w.name, 'team', m.team_id)
      from {table} {alias} join memberships m on m.area_id = {alias}.area_id and m.id = {alias}.membership_id
      join professionals w on w.area_id = m.area_id and w.id = m.professional_id
     where {alias}.area_id = h.area_id and {alias}.during @> {_AT}"""


_HOLDER = text(
    f"""
select h.id household, rel.*,
  ({_who("holders", "o")} and o.household_id = h.id) holder,
  exists (select from leads l join cases c on c.area_id = l.area_id and c.id = l.case_id
    where c.area_id = h.area_id and c.household_id = h.id and l.during @> {_AT}) led,
  exists (select from cases c where c.area_id = h.area_id and c.household_id = h.id
    and tstzrange(c.triaged_at, c.closed_at) @> {_AT}) in_case,
  ({_who("coordinator_seats", "o")} and o.seat = h.area_id) backstop,
  first_signal(h.id, {_AT}) first,
  coalesce((select jsonb_agg(jsonb_build_object('id', s.id, 'sphere', s.sphere, 'audience', s.audience,
      'source', s.source_team_id, 'in_case', s.case_id is not null, 'accountable', s.accountable_team_id,
      'coordinator', ({_who("coordinator_seats", "o")} and o.seat = s.accountable_team_id))
      order by s.sphere <> 'general', s.received_at, s.id)
    from signals s where s.area_id = h.area_id and s.household_id = h.id
      and tstzrange(s.received_at, s.ended_at) @> {_AT}), '[]') signals
from households h
cross join lateral ({RELATION.format(area="h.area_id", household="h.id")}) rel
where h.area_id = :area and h.id = :household
"""
)


async def holder_at(work: Work, household: UUID, at: datetime) -> dict[str, Any] | None:
    """The holder as recorded, and the signals open then in the order in which they would make a holder."""
    row = await work.session.execute(
        _HOLDER,
        {
            **work.asked_by,
            "household": household,
            "at": at,
        },
    )
    found = row.mappings().one_or_none()
    return dict(found) if found else None
