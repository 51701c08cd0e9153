"""What waits for the answer of a team or a professional; one statement per list."""

from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import TextClause, text

from casecoord.domain.promises import Rule
from casecoord.domain.words import ProposalKind
from casecoord.storage.turns import is_with
from casecoord.storage.work import Work

# What waits for the team is found first: a planner that does not know which team it is would begin at the clocks.
_INVITATIONS = f"""
with waiting as materialized (
  select * from invitations where area_id = :area and team_id = :team and state = 'pending')
select x.id, x.case_id, c.household_id, null kind, x.invited_at since, p.due_at until, w.name asked_by
from waiting x
join cases c on c.area_id = x.area_id and c.id = x.case_id and c.state <> 'closed'
join promises p on p.area_id = x.area_id and p.rule = '{Rule.INVITATION}' and p.subject_id = x.id
  and p.ended_at is null
join memberships m on m.area_id = x.area_id and m.id = x.invited_by
join professionals w on w.area_id = m.area_id and w.id = m.professional_id
where (cast(:from_at as timestamptz) is null or (p.due_at, x.id) > (:from_at, cast(:from_id as uuid)))
order by p.due_at, x.id limit :first
"""


_MINE = "select q.id from memberships q where q.area_id = :area and q.professional_id = :professional"


@lru_cache(maxsize=64)
def _proposals(shown: str) -> str:
    return f"""
with mine as materialized (
  select r.* from proposals r where r.area_id = :area and r.state = 'pending' and {is_with("r", "membership_id", f"= any(array({_MINE}))")}
), known as materialized (
  select r.*,
    (select c.household_id from cases c
      where c.area_id = r.area_id and c.id = r.case_id and c.state <> 'closed') household_id,
    exists (select from participants y where y.area_id = r.area_id and y.case_id = r.case_id
      and y.team_id = :team and y.during @> cast(:now as timestamptz)) takes_part,
    (select p.due_at from promises p where p.area_id = r.area_id and p.subject_id = r.case_id
      and p.ended_at is null and p.rule = case r.kind when '{ProposalKind.HANDOVER}' then '{Rule.HANDOVER}'
        else '{Rule.LEAD}' end) until
  from mine r
)
select i.id, i.case_id, i.household_id, i.kind, i.proposed_at since, i.until, w.name asked_by
from known i
join memberships m on m.area_id = i.area_id and m.id = i.proposed_by
join professionals w on w.area_id = m.area_id and w.id = m.professional_id
where i.household_id is not null and i.until is not null and {shown}
  and (cast(:from_at as timestamptz) is null or (i.until, i.id) > (:from_at, cast(:from_id as uuid)))
order by i.until, i.id limit :first
"""


@lru_cache(maxsize=64)
def _both(shown: str) -> TextClause:
    return text(
        f"select 'invitations' list, x.* from ({_INVITATIONS}) x"
        f" union all select 'proposals', y.* from ({_proposals(shown)}) y order by until, id"
    )


async def invitations(work: Work, first: int, after: tuple[datetime, UUID] | None) -> list[dict[str, Any]]:
    """The pending invitations of the actor's team, the most urgent first; one more than asked, if there is."""
    rows = await work.session.execute(text(_INVITATIONS), _values(work, first, after))
    return [dict(row) for row in rows.mappings()]


async def proposals(
    work: Work, first: int, after: tuple[datetime, UUID] | None, shown: str
) -> list[dict[str, Any]]:
    """The pending proposals to the actor in cases of which `shown` says that they may know."""
    who = {"professional": work.actor.professional_id, "now": work.now}
    rows = await work.session.execute(text(_proposals(shown)), {**_values(work, first, after), **who})
    return [dict(row) for row in rows.mappings()]


async def both(work: Work, first: int, shown: str) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The first invitations and the first proposals, in one statement."""
    who = {"professional": work.actor.professional_id, "now": work.now}
    rows = (await work.session.execute(_both(shown), {**_values(work, first, None), **who})).mappings().all()
    invited, proposed = (
        [dict(row) for row in rows if row["list"] == name] for name in ("invitations", "proposals")
    )
    return invited, proposed


def _values(work: Work, first: int, after: tuple[datetime, UUID] | None) -> dict[str, Any]:
    at, identity = after or (None, None)
    return {
        "area": work.area_id,
        "team": work.actor.team_id,
        "first": first + 1,
        "from_at": at,
        "from_id": identity,
    }
