"""What is kept no longer: each table's rows with what starts their term, in the order in which they can go.

What is open is in no condition here. A household's rows go under its lock, and what happened goes by the
database's own reading of the term (`forget_events`, `retire_log`).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import TextClause, text

from casecoord.domain.facets import Retention
from casecoord.domain.retention import Term
from casecoord.storage.belongings import BELONGINGS, BY_SPHERE
from casecoord.storage.destroying import Why, destroy_keys
from casecoord.storage.retention_steps import BLOCKS, HOUSEHOLD_STEPS, LEAVING_STEPS, Step
from casecoord.storage.sealed import Compartment
from casecoord.storage.work import Area

#: By class and table: the keys of the rows that went.
Gone = dict[tuple[Retention, str], list[str]]

_LOCK = text(
    "select id from households where area_id = :area and id = any(:households) order by id for update"
)
_REFERRING = text(
    "select c.conrelid::regclass::text named, a.attname col from pg_constraint c"
    " join pg_attribute a on a.attrelid = c.conrelid and a.attnum = c.conkey[2]"
    " where c.contype = 'f' and c.confrelid = cast(:target as regclass) and array_length(c.conkey, 1) = 2"
)
_EVENTS = text("select count(*) from forget_events(:households)")
_LOG = text("select retire_log(:most)")
_KEYS = text(
    "select compartment from household_keys where area_id = :area and household_id = :household"
    " group by compartment order by compartment"
)


@dataclass(frozen=True, slots=True)
class Candidates:
    """Which households have something past its term: a statement made once for an area."""

    statement: TextClause
    steps: tuple[Step, ...]


async def candidates(work: Area) -> Candidates:
    """Reads from the catalogue what refers to households and persons, so that nothing is torn from what needs it."""
    bound = [await _bound(work, step) for step in LEAVING_STEPS]
    steps = (*HOUSEHOLD_STEPS, *bound)
    asked = " union ".join(step.owners() for step in steps if step.starts)
    statement = text(
        f"select distinct o.id from ({asked}) o (id) where cast(:after as uuid) is null or o.id > :after"
        " order by 1 limit :most"
    )
    return Candidates(statement, steps)


async def _bound(work: Area, step: Step) -> Step:
    """The step with what must not refer to its rows, whatever tables there are."""
    free = []
    for target, own in BLOCKS.get(step.table, {}).items():
        for row in (await work.session.execute(_REFERRING, {"target": target})).all():
            table = row.named.strip('"')
            if table not in own:
                on = "x.id" if target == step.table else "p.id"
                free.append((target, f"exists (select from {table} r where r.area_id = :area and r.{row.col} = {on})"))
    return step.unless(free)


async def next_households(
    work: Area, known: Candidates, terms: Mapping[Retention, Term], after: UUID | None, most: int
) -> list[UUID]:
    """The next households of which something is past its term, by id."""
    values = {**_values(work, terms), "after": after, "most": most}
    wanted = {name: value for name, value in values.items() if f":{name}" in str(known.statement)}
    return list(await work.session.scalars(known.statement, wanted))


async def let_go(
    work: Area, known: Candidates, terms: Mapping[Retention, Term], households: list[UUID]
) -> tuple[Gone, list[UUID]]:
    """Deletes what of these households is past its term; what went, and of which of them something did."""
    gone: Gone = {}
    touched: set[UUID] = set()
    await work.session.execute(_LOCK, {"area": work.area_id, "households": households})
    values = {**_values(work, terms), "households": households}
    for step in known.steps:
        await _step(work, step, values, gone, touched)
        if step.table == "promises":
            count = await work.session.scalar(_EVENTS, {"households": households})
            gone.setdefault((Retention.JOINT_VIEW, "events"), []).extend([""] * int(count or 0))
    for household in sorted(touched):
        await _destroy_unused(work, household)
    return {key: rows for key, rows in gone.items() if rows}, sorted(touched)


async def _step(
    work: Area, step: Step, values: Mapping[str, Any], gone: Gone, touched: set[UUID]
) -> None:
    while True:
        wanted = {name: value for name, value in values.items() if f":{name}" in step.statement}
        rows = (await work.session.execute(text(step.statement), wanted)).all()
        for row in rows:
            gone.setdefault((step.kept_as, step.table), []).append(str(row.key))
            if row.owner is not None:
                touched.add(row.owner)
        # A case that went on in another goes first, and lets that one go.
        if not rows or not step.again:
            return


async def let_log_go(work: Area, most: int) -> list[UUID]:
    """Takes the content of so many records of the log whose term is over; their leaves stay."""
    return list(await work.session.scalars(_LOG, {"most": most}))


async def _destroy_unused(work: Area, household: UUID) -> None:
    """A compartment's key goes when its last row has gone."""
    held = set(
        await work.session.scalars(_KEYS, {"area": work.area_id, "household": household})
    )
    used = set(
        await work.session.scalars(_USED, {"area": work.area_id, "household": household})
    )
    unused = sorted(held - used)
    if unused:
        await destroy_keys(work, household, [Compartment(name) for name in unused], Why.RETENTION)


def _in_use() -> Iterable[str]:
    for kind in BELONGINGS.values():
        if kind.sealed:
            owner, join = kind.owner
            there = " or ".join(f"x.{facet}_sealed is not null" for facet in kind.sealed)
            compartment = "x.sphere" if kind.compartment is BY_SPHERE else f"'{kind.compartment}'"
            yield (
                f"select {compartment} from {kind.table} x {join}"
                f" where x.area_id = :area and {owner} = :household and ({there})"
            )
    # What another area answered is sealed for the household too.
    yield (
        "select 'general' from move_offers x where x.area_id = :area and x.household_id = :household"
        " and x.answer_sealed is not null"
    )


_USED = text(" union ".join(_in_use()))


def _values(work: Area, terms: Mapping[Retention, Term]) -> dict[str, Any]:
    months = {f"{one}_months": terms[one].months if one in terms else None for one in Retention}
    return {"area": work.area_id, "now": work.now, **months}
