"""Blockades that wait for a decision, by weight; and the one by which an action was refused."""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import TextClause, select, text

from casecoord.domain.promises import Rule
from casecoord.domain.words import BlockadeState
from casecoord.storage.breakthroughs import ADDRESSEE, HOMEWORK
from casecoord.storage.relating import RELATION
from casecoord.storage.telling import openly
from casecoord.storage.views import KEYS
from casecoord.storage.wait_tables import Blockade
from casecoord.storage.work import Area, Work

#: Where nobody put it by hand: behind all that somebody did.
NOWHERE = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Weight:
    """The order of the list: as it was put by hand; then most families first, the most urgent,
    most gaps, the longest wait."""

    place: int
    families: int
    urgency: int
    gaps: int
    raised_at: datetime
    id: UUID

    @classmethod
    def of(cls, row: dict[str, Any]) -> "Weight":
        place = NOWHERE if row["place"] is None else row["place"]
        return cls(place, row["families"], row["rank"], row["gaps"], row["raised_at"], row["id"])

    @classmethod
    def read(cls, key: tuple[Any, ...]) -> "Weight":
        """Out of a cursor."""
        place, families, urgency, gaps = map(int, key[:4])
        return cls(place, families, urgency, gaps, datetime.fromisoformat(key[4]), UUID(key[5]))

    def key(self) -> list[Any]:
        """For a cursor."""
        return [self.place, self.families, self.urgency, self.gaps, self.raised_at, self.id]


@dataclass(frozen=True, slots=True)
class Conditions:
    """The policy as SQL: when a blockade and a gap are in view."""

    blockade: str
    gap: str


@lru_cache(maxsize=64)
def _undecided(seen: Conditions) -> TextClause:
    gaps = seen.gap.replace("i.", "j.")
    return text(
        f"""
with seen as (
  select i.*, (select count(*) from promises p
      cross join lateral (select p.sphere, p.audience, i.escalated) j
      where p.area_id = :area and p.household_id = i.household and p.ended_at is null and p.due_at <= :now
        and {openly("p")} and {gaps}) gaps,
    array_position(array['acute', 'high', 'normal'], i.urgency) rank
  from (
    select b.*, c.household_id household, p.due_at, rel.escalated, rel.restricted, {ADDRESSEE.format(x="b")} addressee,
      {HOMEWORK.format(x="b")} homework
    from blockades b join cases c on c.area_id = b.area_id and c.id = b.case_id
    join promises p on p.area_id = b.area_id and p.rule = '{Rule.BLOCKADE}' and p.subject_id = b.id
      and p.ended_at is null
    cross join lateral ({RELATION.format(area="b.area_id", household="c.household_id")}) rel
    where b.area_id = :area and b.state <> '{BlockadeState.DECIDED}') i
  where {seen.blockade}
), weighed as (
  select s.*, coalesce(s.place, {NOWHERE}) stands, (select count(distinct o.household) from seen o
    where o.kind = s.kind and o.domain = s.domain) families from seen s
)
select w.*, {KEYS.replace("h.area_id", "w.area_id").replace("h.id", "w.household")} as keys
from weighed w
where (not cast(:agenda as boolean) or w.state = '{BlockadeState.AGENDA}') and (cast(:families as int) is null
  or (w.stands, -w.families, w.rank, -w.gaps, w.raised_at, w.id) > (cast(:place as int), -cast(:families as int),
    cast(:urgency as int), -cast(:gaps as int), cast(:raised_at as timestamptz), cast(:id as uuid)))
order by w.stands, -w.families, w.rank, -w.gaps, w.raised_at, w.id limit :first
"""
    )


async def undecided(
    work: Work, seen: Conditions, first: int, after: Weight | None = None, *, agenda: bool = False
) -> list[dict[str, Any]]:
    """The undecided blockades in view, by weight; one more than asked, if there is. `agenda`: only the alliance's."""
    rows = await work.session.execute(
        _undecided(seen),
        {
            **work.asked_by,
            "agenda": agenda,
            "first": first + 1,
            "place": after.place if after else None,
            "families": after.families if after else None,
            "urgency": after.urgency if after else None,
            "gaps": after.gaps if after else None,
            "raised_at": after.raised_at if after else None,
            "id": after.id if after else None,
        },
    )
    return [dict(row) for row in rows.mappings()]


# One statement: of two who order at once, the later order stands whole.
_ORDER = text(
    "update blockades set place = array_position(cast(:ids as uuid[]), id)"
    f" where area_id = :area and state <> '{BlockadeState.DECIDED}'"
    " and place is distinct from array_position(cast(:ids as uuid[]), id)"
)


async def order(work: Area, ids: list[UUID]) -> None:
    """These undecided ones come first, in this order; the others stand by their weight."""
    await work.session.execute(_ORDER, {"area": work.area_id, "ids": ids})


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
