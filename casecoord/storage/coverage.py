"""What of an area is not covered, who holds its households and how old its gaps are: one statement.

The policy's filters stand in it as SQL over the alias `i`, so that a figure counts only what may be seen.
"""

from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import TextClause, text

from casecoord.domain.covering import disciplines_of
from casecoord.domain.words import InstitutionKind, TeamKind
from casecoord.storage.work import Area, Work


@dataclass(frozen=True, slots=True)
class Counted:
    """Conditions on what is counted: broken promises, those that lapsed, open signals and open cases."""

    gaps: str
    lapses: str
    signals: str
    cases: str


_COVERED = """exists (select from team_covers v
    join teams t on t.area_id = v.area_id and t.id = v.team_id and t.during @> cast(:now as timestamptz)
    where v.area_id = x.area_id and v.kind = '{kind}' and v.code = x.code and t.kind = '{team}')"""
# What the care team of a school lacks: a discipline that the area asks for, or a meeting within its weeks.
_TEAM_OF = f"""(team_covers v join teams t on t.area_id = v.area_id and t.id = v.team_id
    and t.during @> cast(:now as timestamptz) and t.kind = '{TeamKind.SCHOOL_CARE}')"""
_LACKS_DISCIPLINE = """exists (select from unnest(cast(:disciplines as text[])) d (name) where not exists (
    select from memberships m where m.area_id = t.area_id and m.team_id = t.id and m.discipline = d.name
      and m.during @> cast(:now as timestamptz)))"""
_LACKS_MEETING = """coalesce((select max(g.held_at) from meetings g where g.area_id = t.area_id
    and g.team_id = t.id and g.held_at <= :now), lower(t.during)) <= cast(:met_since as timestamptz)"""
_NEIGHBOURHOOD = _COVERED.format(kind="neighbourhood", team=TeamKind.SOCIAL)
#: Every school with what it lacks, in the values of `of_schools`.
SCHOOLS = f"""
  select '{InstitutionKind.SCHOOL}' kind, x.code, x.name, case when t.id is null then array['team'] else
      array_remove(array[case when {_LACKS_DISCIPLINE} then 'discipline' end,
        case when {_LACKS_MEETING} then 'meeting' end], null) end lacks
    from institutions x left join {_TEAM_OF} on v.area_id = x.area_id and v.kind = x.kind and v.code = x.code
   where x.area_id = :area and x.kind = '{InstitutionKind.SCHOOL}'"""
#: Every neighbourhood, with what it lacks.
NEIGHBOURHOODS = f"""
  select 'neighbourhood', x.code, x.name, case when {_NEIGHBOURHOOD} then '{{}}'::text[] else array['team'] end
    from neighbourhoods x where x.area_id = :area"""


@lru_cache(maxsize=64)
def _coverage(counted: Counted) -> TextClause:
    return text(
        f"""
with places as ({SCHOOLS}
  union all {NEIGHBOURHOODS}
), page as (
  select kind, code, name, lacks from places where lacks <> '{{}}'
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
    select s.id, s.household_id, s.accountable_team_id, s.sphere, s.audience, s.received_at,
      e.household_id is not null escalated from signals s
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
select (select jsonb_object_agg(kind, jsonb_build_array(total, loose, lacking)) from (
    select kind, count(*) total, count(*) filter (where 'team' = any(lacks)) loose,
      count(*) filter (where lacks <> '{{}}' and not 'team' = any(lacks)) lacking
    from places group by kind) x) tallies,
  coalesce((select jsonb_agg(to_jsonb(page) order by kind <> 'school', code) from page), '[]') page,
  coalesce((select jsonb_object_agg(kind, number) from held), '{{}}') held,
  coalesce((select jsonb_object_agg(rule || ' ' || level, number) from broken), '{{}}') broken,
  coalesce((select jsonb_object_agg(rule || ' ' || lapsed_as, number) from (
    select i.rule, i.lapsed_as, count(*) number from (select p.*, false escalated from promises p
        where p.area_id = :area and p.lapsed_as is not null
          and p.ended_at > cast(:now as timestamptz) - interval '1 year') i
    where {counted.lapses} group by 1, 2) x), '{{}}') lapsed
"""
    )


async def coverage(work: Work, first: int, after: tuple[str, str] | None, counted: Counted) -> dict[str, Any]:
    """The area's figures, and a page of what is not covered with one place more than asked, if there is."""
    kind, code = after or (None, None)
    row = await work.session.execute(
        _coverage(counted),
        {**of_schools(work), "first": first + 1, "from_kind": kind, "from_code": code},
    )
    return dict(row.mappings().one())


def of_schools(work: Area) -> dict[str, Any]:
    """By which disciplines and since when a care team has to have met: the values of `SCHOOLS`."""
    return {
        "area": work.area_id,
        "now": work.now,
        "disciplines": sorted(disciplines_of(work.settings)),
        "met_since": work.now - timedelta(days=work.deadlines.meeting_days),
    }
