"""Who could be asked to lead a case: its teams, their people, and who signalled; one statement."""

from typing import Any
from uuid import UUID

from sqlalchemy import text

from casecoord.storage.relating import RELATION
from casecoord.storage.work import Work

_CANDIDATES = text(
    f"""
with teams_in as materialized (
  select t.area_id, t.id, t.name, t.kind, q.sphere, q.audience, lower(q.during) since
    from participants q join teams t on t.area_id = q.area_id and t.id = q.team_id
     and t.during @> cast(:now as timestamptz)
   where q.area_id = :area and q.case_id = :case and q.during @> cast(:now as timestamptz)
), people as materialized (
  select m.id, m.team_id, m.professional_id, lower(m.during) since from teams_in t
    join memberships m on m.area_id = t.area_id and m.team_id = t.id
   where m.role in ('member', 'coordinator') and m.during @> cast(:now as timestamptz)
), seats as materialized (
  select m.id, m.professional_id from memberships m
   where m.area_id = :area and m.professional_id = any(array(select professional_id from people))
), led as materialized (
  select l.membership_id, count(*) number from leads l
   where l.area_id = :area and l.membership_id = any(array(select id from seats))
     and l.during @> cast(:now as timestamptz)
   group by 1
)
select h.id household, rel.*,
  (select jsonb_build_object('professional', m.professional_id, 'team', m.team_id) from leads l
     join memberships m on m.area_id = l.area_id and m.id = l.membership_id
    where l.area_id = c.area_id and l.case_id = c.id and l.during @> cast(:now as timestamptz)) as lead,
  coalesce((select jsonb_agg(jsonb_build_object('team', t.id, 'name', t.name, 'kind', t.kind,
      'sphere', t.sphere, 'audience', t.audience, 'since', t.since, 'people',
      (select coalesce(jsonb_agg(jsonb_build_object('professional', w.id, 'name', w.name,
          'ceiling', w.case_ceiling, 'since', m.since, 'membership', m.id,
          'leads', (select coalesce(sum(led.number), 0) from seats s join led on led.membership_id = s.id
            where s.professional_id = w.id))), '[]')
        from people m join professionals w on w.area_id = :area and w.id = m.professional_id
       where m.team_id = t.id)))
    from teams_in t), '[]') teams,
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
            **work.asked_by,
            "case": case,
        },
    )
    found = row.mappings().one_or_none()
    return dict(found) if found else None
