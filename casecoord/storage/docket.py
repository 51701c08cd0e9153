"""The hearings that wait for a team, with what each was prepared by; one statement, sealed."""

from datetime import date
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import TextClause, text

from casecoord.storage.consents import standing
from casecoord.storage.placements import PLACEMENTS
from casecoord.storage.preparing import DONE
from casecoord.storage.relating import PREPARES, RELATION
from casecoord.storage.views import KEYS
from casecoord.storage.work import Work

#: The planned hearings that the actor's team planned or prepares, or that are in a case in which it takes part.
_WAITING = """
  select z.id from hearings z join memberships m on m.area_id = z.area_id and m.id = z.planned_by
   where z.area_id = :area and z.state = 'planned' and m.team_id = :team
  union
  select z.id from team_covers n
    join households y on y.area_id = n.area_id and y.neighbourhood = n.code
    join hearings z on z.area_id = y.area_id and z.household_id = y.id and z.state = 'planned'
   where n.area_id = :area and n.kind = 'neighbourhood' and n.team_id = :team
  union
  select z.id from participants p join cases c on c.area_id = p.area_id and c.id = p.case_id and c.state <> 'closed'
    join hearings z on z.area_id = c.area_id and z.household_id = c.household_id and z.state = 'planned'
   where p.area_id = :area and p.team_id = :team and p.during @> cast(:now as timestamptz)"""
_ONE = "select z.id from hearings z where z.area_id = :area and z.id = :id"
#: Hearings in the same week, this one among them, for the team that planned them: of others it says nothing.
_IN_WEEK = """case when m.team_id = :team then (select count(*) from hearings w join memberships wm on wm.area_id = w.area_id and wm.id = w.planned_by
  where w.area_id = z.area_id and w.state = 'planned' and wm.team_id = m.team_id
    and date_trunc('week', w.held_on) = date_trunc('week', z.held_on)) else 1 end"""


@lru_cache(maxsize=64)
def _docket(which: str, shown: str) -> TextClause:
    return text(
        f"""
with asked as materialized ({which}),
known as materialized (
  select z.id, z.area_id, z.held_on, m.team_id planner, rel.*, 'justice' sphere, null::text audience, prepares,
    rel.participates or m.team_id = :team or prepares takes_part
  from asked a join hearings z on z.area_id = :area and z.id = a.id
  join memberships m on m.area_id = z.area_id and m.id = z.planned_by
  cross join lateral ({RELATION.format(area="z.area_id", household="z.household_id")} offset 0) rel
  cross join lateral (select {PREPARES.format(area="z.area_id", household="z.household_id")} prepares offset 0) pr
), page as (
  select i.* from known i where ({shown})
    and (cast(:from_on as date) is null or (i.held_on, i.id) > (:from_on, cast(:from_id as uuid)))
  order by i.held_on, i.id limit :first
)
select i.*, z.household_id, z.person_id, z.state, z.moves, {_IN_WEEK} in_week, {KEYS} as keys, p.name_sealed,
  p.birth_date_sealed, p.language, {PLACEMENTS} placements, {DONE}
join page i on i.area_id = z.area_id and i.id = z.id
join households h on h.area_id = z.area_id and h.id = z.household_id
left join persons p on p.area_id = z.area_id and p.id = z.person_id and p.died_on is null
  and (z.state = 'planned' or i.participates or i.is_lead)
order by i.held_on, i.id"""
    )


async def waiting(
    work: Work, shown: str, first: int, after: tuple[date, UUID] | None
) -> list[dict[str, Any]]:
    """Those that wait for the actor's team, the soonest first; one more than asked, if there is.

    `shown`: which of them, over the alias `i`.
    """
    on, identity = after or (None, None)
    values = {**standing(work), "first": first + 1, "from_on": on, "from_id": identity}
    return [dict(row) for row in (await work.session.execute(_docket(_WAITING, shown), values)).mappings()]


async def one(work: Work, hearing: UUID, shown: str) -> dict[str, Any] | None:
    """A hearing in any state, if it is shown."""
    values = {**standing(work), "id": hearing, "first": 1, "from_on": None, "from_id": None}
    row = (await work.session.execute(_docket(_ONE, shown), values)).mappings().first()
    return dict(row) if row else None
