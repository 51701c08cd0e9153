"""Every school and neighbourhood of an area, what it lacks, and how many broken promises its families have."""

from functools import lru_cache
from typing import Any

from sqlalchemy import TextClause, text

from casecoord.storage.broken import ENROLLED
from casecoord.storage.coverage import NEIGHBOURHOODS, SCHOOLS, of_schools
from casecoord.storage.telling import openly
from casecoord.storage.work import Work

_NAME = text(
    """
select coalesce((select name from neighbourhoods where area_id = :area and code = :neighbourhood),
  (select name from institutions where area_id = :area and kind = 'school' and code = :school))
"""
)


@lru_cache(maxsize=16)
def _places(gaps: str) -> TextClause:
    return text(
        f"""
with broken as (
  select i.id, i.household_id, h.neighbourhood, h.secret_address from promises i
    join households h on h.area_id = i.area_id and h.id = i.household_id
   where i.area_id = :area and i.ended_at is null and i.due_at <= :now and {openly("i")} and {gaps}
), at_home as (
  -- Where a family with a secret address lives, no map tells.
  select neighbourhood code, count(*) number from broken where not secret_address group by 1
), at_school as (
  select l.code, count(distinct b.id) number from broken b
    join persons p on p.area_id = :area and p.household_id = b.household_id and p.died_on is null
    join person_links l on l.area_id = :area and l.person_id = p.id and {ENROLLED}
   group by 1
), places as ({SCHOOLS} union all {NEIGHBOURHOODS})
select x.kind, x.code, x.name, x.lacks, coalesce(n.number, 0) gaps, b.district_name district
from places x
left join (select 'school' kind, * from at_school union all select 'neighbourhood', * from at_home) n
  on n.kind = x.kind and n.code = x.code
left join neighbourhoods b on x.kind = 'neighbourhood' and b.area_id = :area and b.code = x.code
union all
select 'neighbourhood', null, null, '{{}}', coalesce(sum(1) filter (where b.secret_address or y.code is null), 0), null
  from broken b left join neighbourhoods y on y.area_id = :area and y.code = b.neighbourhood
order by 6, 3
"""
    )


async def places(work: Work, gaps: str) -> list[dict[str, Any]]:
    """The places, and one row without a code: broken promises of families that are at no place that may be told."""
    rows = await work.session.execute(_places(gaps), of_schools(work))
    return [dict(row) for row in rows.mappings()]


async def name_of(work: Work, neighbourhood: str | None, school: str | None) -> str | None:
    """What a neighbourhood or a school is called."""
    found: str | None = await work.session.scalar(
        _NAME, {"area": work.area_id, "neighbourhood": neighbourhood, "school": school}
    )
    return found
