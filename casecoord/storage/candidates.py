"""Who could be asked to lead a case: its teams, their people, and who signalled; one statement."""

from typing import Any
from uuid import UUID

from sqlalchemy import text

from casecoord.storage.cases import RELATION
from casecoord.storage.work import Work

_CANDIDATES = text(
    f"""
select h.id household, rel.*,
  (select jsonb_build_object('professional', m.professional_id, 'team', m.team_id) from leads l
     join memberships m on m.area_id = l.area_id and m.id = l.membership_id
    where l.area_id = c.area_id and l.case_id = c.id and l.during @> cast(:now as timestamptz)) as lead,
  coalesce((select jsonb_agg(jsonb_build_object('team', t.id, 'name', t.name, 'kind', t.kind,
      'sphere', q.sphere, 'audience', q.audience, 'since', lower(q.during), 'people',
      (select coalesce(jsonb_agg(jsonb_build_object('professional', w.id, 'name', w.name,
          'ceiling', w.case_ceiling, 'since', lower(m.during), 'membership', m.id,
          'leads', (select count(*) from memberships y
             join leads l on l.area_id = y.area_id and l.membership_id = y.id
            where y.area_id = w.area_id and y.professional_id = w.id
              and l.during @> cast(:now as timestamptz)))), '[]')
        from memberships m join professionals w on w.area_id = m.area_id and w.id = m.professional_id
       where m.area_id = t.area_id and m.team_id = t.id and m.role in ('member', 'coordinator')
         and m.during @> cast(:now as timestamptz))))
    from participants q join teams t on t.area_id = q.area_id and t.id = q.team_id
     and t.during @> cast(:now as timestamptz)
   where q.area_id = c.area_id and q.case_id = c.id and q.during @> cast(:now as timestamptz)), '[]') teams,
  coalesce((select jsonb_agg(jsonb_build_object('source', s.source_team_id, 'sphere', s.sphere,
      'audience', s.audience, 'in_case', s.case_id is not null, 'accountable', s.accountable_team_id))
    from signals s where s.area_id = h.area_id and s.household_id = h.id
     and (s.case_id is null or s.case_id = c.id)), '[]') signals
from cases c join households h on h.area_id = c.area_id and h.id = c.household_id
cross join lateral ({RELATION.format(area="h.area_id", household="h.id")}) rel
where c.area_id = :area and c.id = :case and c.state <> 'closed'
"""
)


async def candidates(work: Work, case: UUID) -> dict[str, Any] | None:
    """An open case's teams with their people, its signals' sources, and how the actor stands to it."""
    row = await work.session.execute(
        _CANDIDATES,
        {
            "area": work.area_id,
            "team": work.actor.team_id,
            "professional": work.actor.professional_id,
            "now": work.now,
            "case": case,
        },
    )
    found = row.mappings().one_or_none()
    return dict(found) if found else None
