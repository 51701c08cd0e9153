"""What is kept no longer: each table's rows with what starts their term, in the order in which they can go.

What is open is in no condition here. A household's rows go under its lock, and what happened goes by the
database's own reading of the term (`forget_events`, `retire_log`).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import TextClause, select, text

from casecoord.domain.facets import Retention
from casecoord.domain.retention import Term
from casecoord.storage.belongings import BELONGINGS
from casecoord.storage.destroying import Why, destroy_keys
from casecoord.storage.key_tables import HouseholdKey
from casecoord.storage.retention_step import Step, past
from casecoord.storage.retention_steps import steps
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
_EVENTS = text("select id from forget_events(:households) id")
_OLD_EVENTS = "select household_id from old_events(cast(null as uuid[]))"
_LOG = text("select retire_log(:most)")


def _some(table: str, when: str, moment: str = "at", *key: str) -> str:
    named = ", ".join(key or ("id",))
    return (
        f"delete from {table} where area_id = :area and ({named}) in (select {named} from {table} x"
        f" where x.area_id = :area and {past(f'x.{moment}', Retention.JOINT_VIEW)} and {when} limit :most)"
        f" returning {(key or ('id',))[0]}"
    )


#: What is no household's, or only by name. An answer is kept for its key as long as what it names.
OF_THE_AREA = {
    "outbox": _some("outbox", "x.household_id is null"),
    "letters": _some(
        "letters",
        "x.outcome in ('sent', 'moot') and not exists (select from outbox o where o.area_id = x.area_id"
        " and o.letter_id = x.id)",
        "ended_at",
    ),
    "parcels": _some("parcels", "true", "delivered_at"),
    "arrivals": _some(
        "arrivals",
        "x.household_id is null and not exists (select from parcels l where l.area_id = x.area_id"
        " and l.offer_id = x.id and l.delivered_at is null)",
        "answered_at",
    ),
    "code_tries": _some("code_tries", "true"),
    "answered_keys": _some("answered_keys", "true", "at", "professional_id", "key"),
}


@dataclass(frozen=True, slots=True)
class Steps:
    """What goes in which order, and the statement that finds the households of which something does."""

    first: list[Step]
    register: list[Step]
    households: Step
    find: TextClause


async def read_steps(work: Area) -> Steps:
    """The steps, with what refers to what as the catalogue has it: nothing is torn from what needs it."""
    referring = {
        target: [
            (row.named.strip('"'), row.col)
            for row in await work.session.execute(_REFERRING, {"target": target})
        ]
        for target in ("households", "persons", "cases")
    }
    first, register, households = steps(referring)
    starting = (step.owners() for step in (*first, *register, households) if step.starts)
    asked = " union ".join([*starting, _OLD_EVENTS])
    find = text(f"select o.id from ({asked}) o (id) where o.id is not null order by 1")
    return Steps(first, register, households, find)


async def households_past(work: Area, known: Steps, terms: Mapping[Retention, Term]) -> list[UUID]:
    """The households of which something is past its term, by id."""
    wanted = _wanted(known.find.text, _values(work, terms))
    return list(await work.session.scalars(known.find, wanted))


async def let_go(
    work: Area, known: Steps, terms: Mapping[Retention, Term], households: list[UUID]
) -> tuple[Gone, list[UUID]]:
    """Deletes what of these households is past its term; what went, and of which of them something did."""
    gone: Gone = {}
    touched: set[UUID] = set()
    await work.session.execute(_LOCK, {"area": work.area_id, "households": households})
    values = {**_values(work, terms), "households": households}
    for step in known.first:
        await _step(work, step, values, gone, touched)
    for row in await work.session.execute(_EVENTS, {"households": households}):
        gone.setdefault((Retention.JOINT_VIEW, "events"), []).append(str(row.id))
    for step in known.register:
        await _step(work, step, values, gone, touched)
    for household in households:
        await _destroy_unused(work, household)
    await _step(work, known.households, values, gone, touched)
    return {key: rows for key, rows in gone.items() if rows}, sorted(touched)


async def _step(work: Area, step: Step, values: Mapping[str, Any], gone: Gone, touched: set[UUID]) -> None:
    statement, wanted = text(step.statement), _wanted(step.statement, values)
    while rows := (await work.session.execute(statement, wanted)).all():
        gone.setdefault((step.kept_as, step.table), []).extend(str(row.key) for row in rows)
        touched.update(row.owner for row in rows if row.owner is not None)
        # A case that went on in another goes first, and lets that one go.
        if not step.again:
            return


async def let_area_go(work: Area, terms: Mapping[Retention, Term], most: int) -> Gone:
    """So much of what is no household's: notices, letters and kept answers; and the content of log records.

    The leaves of the log stay.
    """
    gone: Gone = {}
    values = {**_values(work, terms), "most": most}
    for table, statement in OF_THE_AREA.items():
        rows = await work.session.scalars(text(statement), _wanted(statement, values))
        gone[Retention.JOINT_VIEW, table] = [str(key) for key in rows]
    rows = await work.session.scalars(_LOG, {"most": most})
    gone[Retention.ACCESS_LOG, "access_log"] = [str(key) for key in rows]
    return {key: keys for key, keys in gone.items() if keys}


async def _destroy_unused(work: Area, household: UUID) -> None:
    """A compartment's key goes when its last row has gone."""
    keys = select(HouseholdKey.compartment).where(
        HouseholdKey.area_id == work.area_id, HouseholdKey.household_id == household
    )
    held = set(await work.session.scalars(keys))
    used = set(await work.session.scalars(_USED, {"area": work.area_id, "household": household}))
    unused = sorted(held - used)
    if unused:
        await destroy_keys(work, household, unused, Why.RETENTION)


def _in_use() -> Iterable[str]:
    for kind in BELONGINGS.values():
        if kind.sealed:
            owner, join = kind.owner
            there = " or ".join(f"x.{facet}_sealed is not null" for facet in kind.sealed)
            yield (
                f"select {kind.compartment_sql} from {kind.table} x {join}"
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


def _wanted(statement: str, values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if f":{name}" in statement}
