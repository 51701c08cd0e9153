"""Blockades that wait for a decision, by weight; and the one by which an action was refused."""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import TextClause, select, text

from casecoord.domain.promises import Rule
from casecoord.domain.words import BlockadeState
from casecoord.storage.relating import RELATION
from casecoord.storage.telling import openly
from casecoord.storage.views import KEYS
from casecoord.storage.wait_tables import Blockade
from casecoord.storage.work import Area, Work


@dataclass(frozen=True, slots=True)
class Weight:
    """The order of the list: most families first, then most gaps in that family, then the longest wait."""

    families: int
    gaps: int
    raised_at: datetime
    id: UUID

    @classmethod
    def of(cls, row: dict[str, Any]) -> "Weight":
        return cls(row["families"], row["gaps"], row["raised_at"], row["id"])

    @classmethod
    def read(cls, key: tuple[Any, ...]) -> "Weight":
        """Out of a cursor."""
        return cls(int(key[0]), int(key[1]), datetime.fromisoformat(key[2]), UUID(key[3]))

    def key(self) -> list[Any]:
        """For a cursor."""
        return [self.families, self.gaps, self.raised_at, self.id]


@lru_cache(maxsize=64)
def _undecided(shown: str, gaps: str) -> TextClause:
    return text(
        f"""
with seen as (
  select i.*, (select count(*) from promises p
      cross join lateral (select p.sphere, p.audience, i.escalated) j
      where p.area_id = :area and p.household_id = i.household and p.ended_at is null and p.due_at <= :now
        and {openly("p")} and {gaps.replace("i.", "j.")}) gaps
  from (
    select b.*, c.household_id household, p.due_at, rel.escalated, rel.restricted
    from blockades b join cases c on c.area_id = b.area_id and c.id = b.case_id
    join promises p on p.area_id = b.area_id and p.rule = '{Rule.BLOCKADE}' and p.subject_id = b.id
      and p.ended_at is null
    cross join lateral ({RELATION.format(area="b.area_id", household="c.household_id")}) rel
    where b.area_id = :area and b.state <> '{BlockadeState.DECIDED}') i
  where {shown}
), weighed as (
  select s.*, (select count(distinct o.household) from seen o where o.kind = s.kind and o.domain = s.domain)
    families from seen s
)
select w.*, {KEYS.replace("h.area_id", "w.area_id").replace("h.id", "w.household")} as keys
from weighed w
where cast(:families as int) is null or (-w.families, -w.gaps, w.raised_at, w.id)
  > (-cast(:families as int), -cast(:gaps as int), cast(:raised_at as timestamptz), cast(:id as uuid))
order by -w.families, -w.gaps, w.raised_at, w.id limit :first
"""
    )


async def undecided(
    work: Work, shown: str, gaps: str, first: int, after: Weight | None
) -> list[dict[str, Any]]:
    """The undecided blockades of which `shown` says that they are in view; one more than asked, if there is."""
    rows = await work.session.execute(
        _undecided(shown, gaps),
        {
            "area": work.area_id,
            "team": work.actor.team_id,
            "professional": work.actor.professional_id,
            "membership": work.actor.membership_id,
            "now": work.now,
            "first": first + 1,
            "families": after.families if after else None,
            "gaps": after.gaps if after else None,
            "raised_at": after.raised_at if after else None,
            "id": after.id if after else None,
        },
    )
    return [dict(row) for row in rows.mappings()]


async def on_action(work: Area, action: UUID) -> Blockade | None:
    """The undecided blockade by which this action was refused."""
    found = await work.session.scalars(
        select(Blockade).where(
            Blockade.area_id == work.area_id,
            Blockade.action_id == action,
            Blockade.state != BlockadeState.DECIDED,
        )
    )
    return found.one_or_none()
