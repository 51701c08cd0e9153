"""The agenda of a team's meeting, made from the data: one statement, and only of what this team may see."""

from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import TextClause, text

from casecoord.domain.meetings import AHEAD, MINUTES, AgendaKind
from casecoord.domain.promises import Rule
from casecoord.domain.words import ActionState, SignalState, TransferState, Urgency
from casecoord.domain.workdays import local_date
from casecoord.storage.relating import RELATION
from casecoord.storage.telling import openly
from casecoord.storage.work import Work

_ORDER = "array[" + ", ".join(f"'{kind}'" for kind in AgendaKind) + "]"


@lru_cache(maxsize=64)
def _topics(shown: str) -> TextClause:
    return text(
        f"""
with last as (
  select coalesce(max(g.held_at), cast(:at_the_latest as timestamptz)) met from meetings g
   where g.area_id = :area and g.team_id = :team and g.held_at <= :now
), parts as (
  select c.household_id, c.id case_id from participants q
  join cases c on c.area_id = q.area_id and c.id = q.case_id and c.state <> 'closed'
  where q.area_id = :area and q.team_id = :team and q.during @> cast(:now as timestamptz)
), mine as (
  select s.* from signals s where s.area_id = :area and s.accountable_team_id = :team and s.case_id is null
    and s.state <> '{SignalState.ENDED}'
), due as (
  select p.*, t.case_id, cast(null as uuid) signal_id from promises p join parts t on t.household_id = p.household_id
    left join signals s on s.area_id = p.area_id and s.id = p.subject_id and s.case_id is null
   where p.area_id = :area and p.ended_at is null and p.due_at <= :ahead and s.id is null and {openly("p")}
  union all
  select p.*, null, m.id from promises p join mine m on m.id = p.subject_id
   where p.area_id = :area and p.ended_at is null and p.due_at <= :now and p.rule <> '{Rule.TRIAGE}' and {openly("p")}
), found as (
  select case m.urgency when '{Urgency.ACUTE}' then '{AgendaKind.ACUTE}' else '{AgendaKind.UNTRIAGED}' end kind,
    m.household_id, cast(null as uuid) case_id, m.id signal_id, m.id subject_id, cast(null as text) rule, m.sphere,
    m.audience, m.received_at at
  from mine m where m.state = '{SignalState.OPEN}'
  union all
  select '{AgendaKind.ACUTE}', s.household_id, s.case_id, s.id, s.id, null, s.sphere, s.audience, s.received_at
  from parts t join signals s on s.area_id = :area and s.case_id = t.case_id cross join last
  where s.urgency = '{Urgency.ACUTE}' and s.state = '{SignalState.IN_CASE}' and s.received_at > last.met
  union all
  select case d.rule when '{Rule.REVIEW}' then '{AgendaKind.REVIEW}' else '{AgendaKind.GAP}' end,
    d.household_id, d.case_id, d.signal_id, d.id, d.rule, d.sphere, d.audience, d.due_at
  from due d where d.due_at <= :now or d.rule = '{Rule.REVIEW}'
  union all
  -- What a table agreed to come back to.
  select '{AgendaKind.REVIEW}', i.household_id, t.case_id, null, i.id, null, i.sphere, i.audience, i.decided_at
  from parts t cross join lateral (
    select i.* from meeting_items i join meetings g on g.area_id = i.area_id and g.id = i.meeting_id
     where i.area_id = :area and i.household_id = t.household_id and g.team_id = :team and i.decided_at is not null
     order by i.decided_at desc, i.id limit 1) i
  where i.next_on <= :today
  union all
  select '{AgendaKind.MOVE}', v.household_id, t.case_id, null, v.id, null, 'general', null, cast(v.moved_on as timestamptz)
  from parts t join household_moves v on v.area_id = :area and v.household_id = t.household_id cross join last
  where v.moved_on >= cast(last.met as date)
  union all
  select '{AgendaKind.MOVE}', x.household_id, t.case_id, m.id, x.id, null, x.sphere, x.audience, x.answered_at
  from transfers x cross join last left join parts t on t.household_id = x.household_id
  left join lateral (select m.id from mine m where m.household_id = x.household_id and m.sphere = x.sphere
    order by m.received_at, m.id limit 1) m on true
  where x.area_id = :area and x.to_team_id = :team and x.state = '{TransferState.ACCEPTED}'
    and x.answered_at > last.met and coalesce(t.case_id, m.id) is not null
  union all
  select '{AgendaKind.QUICK_WIN}', t.household_id, t.case_id, null, a.id, null, a.sphere, a.audience, a.done_at
  from parts t join plan_actions a on a.area_id = :area and a.case_id = t.case_id cross join last
  where a.state <> '{ActionState.OPEN}' and a.done_at > last.met
), first as (
  -- A family is talked about once, for the first reason that there is.
  select distinct on (i.household_id) i.*, array_position({_ORDER}, i.kind) rank from found i
  where {shown} and not exists (select from meeting_items x where x.area_id = :area
    and x.meeting_id = cast(:meeting as uuid) and x.household_id = i.household_id)
  order by i.household_id, array_position({_ORDER}, i.kind), i.at, i.subject_id
), page as (select * from first order by rank, at, household_id limit :most)
select f.kind, f.household_id household, f.case_id, f.signal_id, f.subject_id, f.rule, f.sphere, f.audience, f.at,
  rel.restricted, rel.split_other_part, rel.break_glass from page f cross join lateral ({RELATION.format(area=":area", household="f.household_id")}) rel
order by f.rank, f.at, f.household_id
"""
    )


async def topics(work: Work, shown: str, team: UUID, meeting: UUID, at: datetime) -> list[dict[str, Any]]:
    """What a team could talk about at a meeting at that moment, in the order of an agenda.

    `shown` says of the alias `i` that the team may see it. A family that is on this meeting's agenda is no topic.
    """
    values = {
        "area": work.area_id,
        "team": team,
        "meeting": meeting,
        "professional": work.actor.professional_id,
        "membership": work.actor.membership_id,
        "now": work.now,
        "today": local_date(at),
        "ahead": max(at, work.now) + AHEAD,
        "at_the_latest": work.now - timedelta(days=work.deadlines.meeting_days),
        "most": MINUTES[1],
    }
    rows = await work.session.execute(_topics(shown), values)
    return [dict(row) for row in rows.mappings()]
