"""What an actor's possibilities in one household depend on: how they stand to it and what waits there."""

from typing import Any
from uuid import UUID

from sqlalchemy import text

from casecoord.storage.relating import RELATION
from casecoord.storage.turns import whose
from casecoord.storage.work import Work

_POSSIBLE = text(
    f"""
select rel.*, c.id case_id, c.triaged_at, c.state case_state,
  exists (select from leads l where l.area_id = h.area_id and l.case_id = c.id and l.during @> cast(:now as timestamptz)) has_lead,
  exists (select from leads l join proposals o on o.area_id = l.area_id and o.id = l.proposal_id
    and o.objected_at is not null where l.area_id = h.area_id and l.case_id = c.id and l.during @> cast(:now as timestamptz)) objected,
  teams_in_case(c.id, :now) <> '{{}}' has_teams,
  lead_proposed(c.id, :now) has_proposal,
  exists (select from duty_shifts d join memberships m on m.area_id = d.area_id and m.id = d.membership_id
    where d.area_id = h.area_id and d.during @> cast(:now as timestamptz) and m.professional_id = :professional)
    on_duty,
  exists (select from leads l join memberships m on m.area_id = l.area_id and m.id = l.membership_id
    where l.area_id = h.area_id and l.case_id = c.id and l.during @> cast(:now as timestamptz)
      and m.team_id = :team) leads_as_team,
  case when c.id is null then (select jsonb_agg(jsonb_build_object('id', z.id)) from (select d.id from cases d
      where d.area_id = h.area_id and d.household_id = h.id and d.forgotten_at is null and d.merged_into is null
      order by d.closed_at desc, d.id limit 1) z) end closed,
  (select jsonb_agg(jsonb_build_object('id', o.id)) from leads l
    join proposals o on o.area_id = l.area_id and o.id = l.proposal_id
    join memberships m on m.area_id = o.area_id and m.id = o.membership_id
    where l.area_id = h.area_id and l.case_id = c.id and l.during @> cast(:now as timestamptz)
      and o.kind = 'appointment' and o.objected_at is null and m.professional_id = :professional) appointments,
  (select jsonb_agg(jsonb_build_object('id', f.id, 'confirmed', f.confirmed_at is not null,
      'own', m.professional_id = :professional)) from refusals f
    join memberships m on m.area_id = f.area_id and m.id = f.recorded_by
    where f.area_id = h.area_id and f.case_id = c.id and f.ended_at is null) refusals,
  (select jsonb_agg(jsonb_build_object('id', x.id, 'lead', x.receiver = 'lead', 'own', x.team_id = :team
      or coalesce(m.professional_id = :professional, false)))
    from consents x left join memberships m on m.area_id = x.area_id and m.id = x.recorded_by
    where x.area_id = h.area_id and x.household_id = h.id and x.withdrawn_at is null
      and (upper_inf(x.during) or upper(x.during) > :now)) consents,
  coalesce((select jsonb_agg(jsonb_build_object('id', s.id, 'acute', s.urgency = 'acute', 'state', s.state,
      'unseen', s.urgency = 'acute' and s.seen_at is null and s.state = 'open', 'accountable', s.accountable_team_id,
      'in_case', s.case_id is not null, 'triaged', s.triaged_at is not null, 'fed_back', s.feedback_at is not null,
      'own', coalesce(m.professional_id = :professional, false), 'own_team', coalesce(s.source_team_id = :team, false))
      order by s.received_at, s.id)
    from signals s left join memberships m on m.area_id = s.area_id and m.id = s.author_id
    where s.area_id = h.area_id and s.household_id = h.id
      and (s.case_id is null or s.case_id = c.id)), '[]') signals,
  coalesce((select jsonb_agg(jsonb_build_object('id', x.id, 'kind', x.kind))
    from proposals x join memberships m on m.area_id = x.area_id and m.id = {whose("x", "membership_id")}
    where x.area_id = h.area_id and x.case_id = c.id and x.state = 'pending'
      and m.professional_id = :professional), '[]') proposals,
  coalesce((select jsonb_agg(jsonb_build_object('id', a.id, 'own', m.professional_id = :professional,
      'own_team', a.team_id = :team, 'open', a.state = 'open') order by a.due_on, a.id)
    from plan_actions a join memberships m on m.area_id = a.area_id and m.id = {whose("a", "owner_id")}
    where a.area_id = h.area_id and a.case_id = c.id and a.state in ('open', 'done')), '[]') actions
from households h
cross join lateral ({RELATION.format(area="h.area_id", household="h.id")}) rel
left join cases c on c.area_id = h.area_id and c.household_id = h.id and c.state <> 'closed'
where h.area_id = :area and h.id = :household
"""
)


async def possible(work: Work, household: UUID) -> dict[str, Any] | None:
    """The actor's relation to a household, and what waits there: signals, proposals, actions."""
    found = await work.session.execute(
        _POSSIBLE,
        {
            **work.asked_by,
            "household": household,
        },
    )
    row = found.mappings().one_or_none()
    return dict(row) if row else None
