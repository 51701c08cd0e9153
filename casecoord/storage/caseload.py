"""How much the professionals of a team have on their hands: one statement per page."""

from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import TextClause, text

from casecoord.storage.turns import is_with, whose
from casecoord.storage.work import Work


@lru_cache(maxsize=64)
def _caseload(lines: str, actions: str) -> TextClause:
    return text(
        f"""
with page as (
  select i.* from (
    select w.id, w.name, w.case_ceiling ceiling, w.id = :professional own,
      cast(:wanted as uuid) = cast(:team as uuid) own_team
      from professionals w where w.area_id = :area and exists (
        select from memberships m join teams t on t.area_id = m.area_id and t.id = m.team_id
         where m.area_id = w.area_id and m.professional_id = w.id and m.team_id = :wanted
           and m.during @> cast(:now as timestamptz) and t.during @> cast(:now as timestamptz)
           and m.role in ('member', 'coordinator', 'duty'))) i
  where {lines} and (cast(:after as uuid) is null or (lower(i.name), i.id) > (
    select lower(x.name), x.id from professionals x where x.area_id = :area and x.id = :after))
  order by lower(i.name), i.id limit :first
), seats as materialized (
  select m.id, m.professional_id from memberships m
   where m.area_id = :area and m.professional_id = any(array(select id from page))
), led as materialized (
  select l.membership_id, count(*) number from leads l
   where l.area_id = :area and l.membership_id = any(array(select id from seats))
     and l.during @> cast(:now as timestamptz)
   group by 1
), doing as materialized (
  select i.owner_id, count(*) number from (
    select a.sphere, a.audience, {whose("a", "owner_id")} owner_id, b.team_id = :team wrote_it,
      exists (select from leads l join memberships q on q.area_id = l.area_id and q.id = l.membership_id
        where l.area_id = a.area_id and l.case_id = a.case_id and l.during @> cast(:now as timestamptz)
          and q.professional_id = :professional) is_lead
    from plan_actions a
    join cases c on c.area_id = a.area_id and c.id = a.case_id and c.state <> 'closed'
    join memberships b on b.area_id = a.area_id and b.id = a.author_id
    where a.area_id = :area and a.state = 'open' and {is_with("a", "owner_id", "= any(array(select id from seats))")}) i
  where {actions} group by 1
)
select page.*,
  (select coalesce(sum(led.number), 0)::int from seats s join led on led.membership_id = s.id
    where s.professional_id = page.id) leads,
  (select coalesce(sum(doing.number), 0)::int from seats s join doing on doing.owner_id = s.id
    where s.professional_id = page.id) actions
from page
order by lower(page.name), page.id
"""
    )


async def caseload(
    work: Work, team: UUID, first: int, after: UUID | None, *, lines: str, actions: str
) -> list[dict[str, Any]]:
    """The professionals of a team in view, by name; one more than asked, if there is.

    `lines`, `actions`: the policy's conditions on a line and on an action that it counts.
    """
    rows = await work.session.execute(
        _caseload(lines, actions),
        {
            "area": work.area_id,
            "team": work.actor.team_id,
            "professional": work.actor.professional_id,
            "now": work.now,
            "wanted": team,
            "first": first + 1,
            "after": after,
        },
    )
    return [dict(row) for row in rows.mappings()]
