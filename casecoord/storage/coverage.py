"""What of an area is not covered, who holds its households and how old its gaps are: one statement.

The policy's filters stand in it as SQL over the alias `i`, so that a figure counts only what may be seen.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import TextClause, text

from casecoord.domain.words import InstitutionKind, TeamKind
from casecoord.storage.work import Work


@dataclass(frozen=True, slots=True)
class Counted:
    """Conditions on what is counted: broken promises, open signals and open cases."""

    gaps: str
    signals: str
    cases: str


_COVERED = """exists (select from team_covers v
    join teams t on t.area_id = v.area_id and t.id = v.team_id and t.during @> cast(:now as timestamptz)
    where v.area_id = x.area_id and v.kind = '{kind}' and v.code = x.code and t.kind = '{team}')"""
_SCHOOL = _COVERED.format(kind=InstitutionKind.SCHOOL, team=TeamKind.SCHOOL_CARE)
_NEIGHBOURHOOD = _COVERED.format(kind="neighbourhood", team=TeamKind.SOCIAL)


@lru_cache(maxsize=64)
def _coverage(counted: Counted) -> TextClause:
    return text(
        f"""
with places as (
  select '{InstitutionKind.SCHOOL}' kind, x.code, x.name, {_SCHOOL} covered
    from institutions x where x.area_id = :area and x.kind = '{InstitutionKind.SCHOOL}'
  union all
  select 'neighbourhood', x.code, x.name, {_NEIGHBOURHOOD} from neighbourhoods x where x.area_id = :area
), page as (
  select kind, code, name from places where not covered
    and (cast(:from_kind as text) is null or (kind <> 'school', code) > (:from_kind <> 'school', :from_code))
  order by kind <> 'school', code limit :first
), escalated as (
  select distinct household_id from promises
   where area_id = :area and ended_at is null and decision_at <= :now
), broken as (
  select i.rule, 1 + (i.area_at <= :now)::int + (i.decision_at <= :now)::int + (i.alliance_at <= :now)::int as level,
    count(*) number
  from (select p.*, e.household_id is not null escalated
          from promises p left join escalated e on e.household_id = p.household_id
         where p.area_id = :area and p.ended_at is null and p.due_at <= :now) i
  where {counted.gaps} group by 1, 2
), open_cases as (
  select i.id, i.household_id, i.led from (
    select c.id, c.household_id, l.id is not null led, e.household_id is not null escalated from cases c
      left join leads l on l.area_id = c.area_id and l.case_id = c.id and l.during @> cast(:now as timestamptz)
      left join escalated e on e.household_id = c.household_id
     where c.area_id = :area and c.state <> 'closed') i
  where {counted.cases}
), first_signals as (
  select distinct on (i.household_id) i.household_id, i.accountable_team_id from (
    select s.*, e.household_id is not null escalated from signals s
      left join cases c on c.area_id = s.area_id and c.id = s.case_id
      left join escalated e on e.household_id = s.household_id
     where s.area_id = :area and s.state <> 'ended' and c.state is distinct from 'closed') i
  where {counted.signals} order by i.household_id, i.sphere <> 'general', i.received_at, i.id
), held as (
  select case when c.led then 'lead' when s.household_id is null or y.id is not null then 'coordinator'
              else 'area' end kind, count(*) number
  from first_signals s full join open_cases c on c.household_id = s.household_id
  left join coordinator_seats y on y.area_id = :area and y.seat = s.accountable_team_id
    and y.during @> cast(:now as timestamptz)
  group by 1
)
select (select jsonb_object_agg(kind, jsonb_build_array(total, loose)) from (
    select kind, count(*) total, count(*) filter (where not covered) loose from places group by kind) x) tallies,
  coalesce((select jsonb_agg(to_jsonb(page) order by kind <> 'school', code) from page), '[]') page,
  coalesce((select jsonb_object_agg(kind, number) from held), '{{}}') held,
  coalesce((select jsonb_object_agg(rule || ' ' || level, number) from broken), '{{}}') broken
"""
    )


async def coverage(work: Work, first: int, after: tuple[str, str] | None, counted: Counted) -> dict[str, Any]:
    """The area's figures, and a page of what is not covered with one place more than asked, if there is."""
    kind, code = after or (None, None)
    row = await work.session.execute(
        _coverage(counted),
        {"area": work.area_id, "now": work.now, "first": first + 1, "from_kind": kind, "from_code": code},
    )
    return dict(row.mappings().one())
