"""The rules that decisions left behind, of every area; homework for the alliance; and who can be asked by id."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, text

from casecoord.storage.breakthrough_tables import Breakthrough, Homework
from casecoord.storage.tables import Organisation, Team
from casecoord.storage.wait_tables import Blockade
from casecoord.storage.work import Area

#: How a blockade or its homework `x` names who should do it; a function stands sealed in the row itself.
ADDRESSEE = (
    "coalesce((select t.name from teams t where t.area_id = {x}.area_id and t.id = {x}.to_team_id),"
    " (select o.name from organisations o where o.area_id = {x}.area_id and o.id = {x}.to_organisation_id))"
)
#: A blockade's homework, the soonest first.
HOMEWORK = f"""coalesce((select jsonb_agg(jsonb_build_object('id', w.id, 'sphere', w.sphere, 'addressee', {ADDRESSEE.format(x="w")},
    'function', encode(w.function_sealed, 'hex'), 'what', encode(w.what_sealed, 'hex'), 'needed_by', w.needed_by,
    'done_at', w.done_at) order by w.needed_by, w.id)
  from blockade_homework w where w.area_id = {{x}}.area_id and w.blockade_id = {{x}}.id), '[]')"""

_RULES = """
select id, area_id, made_in, kind, domain, title, applies, allowed, authority, published_at from breakthroughs b
where b.ended_at is null and (cast(:kind as text) is null or b.kind = :kind)
  and (cast(:domain as text) is null or b.domain = :domain)
"""
_FOUND = text(
    f"""{_RULES}
  and not exists (select from unnest(cast(:words as text[])) w (word)
    where strpos(lower(concat_ws(' ', b.title, b.applies, b.allowed, b.authority)), w.word) = 0)
  and (cast(:at as timestamptz) is null
    or (b.published_at, b.area_id, b.id) < (cast(:at as timestamptz), cast(:area as uuid), cast(:id as uuid)))
order by b.published_at desc, b.area_id desc, b.id desc limit :first"""
)
#: Of one kind and life domain; nobody reads more than the newest of these.
_FITTING = text(f"{_RULES} order by b.published_at desc, b.id limit 200")


@dataclass(frozen=True, slots=True)
class Newest:
    """Where a page of rules ended: the newest come first."""

    at: datetime
    area: UUID
    id: UUID


async def published(
    work: Area, kind: str | None, domain: str | None, words: list[str], first: int, after: Newest | None
) -> list[dict[str, Any]]:
    """The rules in force, of all areas, that hold all these words; one more than asked, if there is."""
    rows = await work.session.execute(
        _FOUND,
        {
            "kind": kind,
            "domain": domain,
            "words": words,
            "first": first + 1,
            "at": after.at if after else None,
            "area": after.area if after else None,
            "id": after.id if after else None,
        },
    )
    return [dict(row) for row in rows.mappings()]


async def fitting(work: Area, kind: str, domain: str) -> list[dict[str, Any]]:
    """The rules in force, of all areas, of this kind in this life domain, the newest first."""
    rows = await work.session.execute(_FITTING, {"kind": kind, "domain": domain})
    return [dict(row) for row in rows.mappings()]


async def area_name(work: Area) -> str:
    """What the area is called now."""
    found = await work.session.execute(
        text("select name from areas where id = :area"), {"area": work.area_id}
    )
    return str(found.scalar_one())


async def lock_rule(work: Area, identity: UUID) -> Breakthrough | None:
    """An own rule, which nobody else changes until this transaction ends."""
    found = await work.session.scalars(
        select(Breakthrough)
        .where(Breakthrough.area_id == work.area_id, Breakthrough.id == identity)
        .with_for_update()
    )
    return found.one_or_none()


async def team_at_work(work: Area, identity: UUID) -> Team | None:
    """A team of the area that works now."""
    team = await work.session.get(Team, (work.area_id, identity))
    return team if team is not None and team.during.contains(work.now) else None


async def organisation(work: Area, identity: UUID) -> Organisation | None:
    """An organisation of the area."""
    return await work.session.get(Organisation, (work.area_id, identity))


async def homework_of(work: Area, identity: UUID) -> UUID | None:
    """The blockade that this homework is about."""
    found = await work.session.execute(
        select(Homework.blockade_id).where(Homework.area_id == work.area_id, Homework.id == identity)
    )
    return found.scalar_one_or_none()


async def households_of(work: Area, blockades: list[UUID]) -> dict[UUID, UUID]:
    """In which household each of these blockades is."""
    found = await work.session.execute(
        text(
            "select b.id, c.household_id from blockades b join cases c on c.area_id = b.area_id and c.id = b.case_id"
            " where b.area_id = :area and b.id = any(:ids)"
        ),
        {"area": work.area_id, "ids": blockades},
    )
    return {row.id: row.household_id for row in found}


async def documented_by(work: Area, rule: UUID) -> bool:
    """Whether a decision of this area became this rule."""
    found = await work.session.execute(
        select(Blockade.id).where(Blockade.area_id == work.area_id, Blockade.breakthrough_id == rule).limit(1)
    )
    return found.first() is not None
