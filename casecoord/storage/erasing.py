"""What is erased: everything that hangs on a person, or on a household with everybody in it.

Found along the foreign keys, so that no new table is forgotten. What stays holds ids and words, nothing that leads
to anybody: who held a household when, which promises lapsed and in whose hands, that something happened.
"""

import importlib
import pkgutil
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Table, Uuid, any_, delete, literal, or_, select, text

from casecoord import storage
from casecoord.domain.words import Lapse
from casecoord.storage import lapsing
from casecoord.storage.destroying import Why, Word, destroy_all_keys, list_erasure
from casecoord.storage.settle import settle
from casecoord.storage.tables import Base, Household, Person
from casecoord.storage.telling import tell_transfers
from casecoord.storage.work import Area

#: Tables that name a household and stay, and why.
STAY = {
    "holders": "who was accountable when: an employee's, not the family's",
    "promises": "each ended, lapsed as erasure, in whose hands",
    "gaps": "with their promises",
    "events": "that something was done, by whom: ids and words, of things that are gone",
    "arrivals": "what another area asked: so that what it sent is not taken in twice",
}

# The foreign keys are known once every module that declares tables is there.
for _module in pkgutil.iter_modules(storage.__path__, "casecoord.storage."):
    if _module.name.endswith("tables"):
        importlib.import_module(_module.name)

_UUIDS = ARRAY(Uuid)
_MERGED = text(
    "with recursive one (id) as (select cast(:household as uuid) union select m.merged_id from merges m"
    " join one on m.household_id = one.id where m.area_id = :area and m.undone_at is null) select id from one"
)
_GRANTED = text(
    "select q.person_id, q.decided_by, q.second_by, q.ground, exists (select from request_decisions d"
    "   where d.area_id = q.area_id and d.request_id = q.id and d.state = 'confirmed' and d.despite_open) despite_open"
    " from requests q"
    " where q.area_id = :area and q.household_id = :household and q.kind = 'erasure' and q.state = 'granted'"
    " and q.second_by <> q.decided_by order by q.decided_at, q.id"
)
_LIVING = text(
    "select id from persons where area_id = :area and household_id = :household and died_on is null"
)
_OPEN_CASE = text(
    "select id from cases where area_id = :area and household_id = :household and state <> 'closed'"
)
_NOTICES = text(
    "delete from outbox where area_id = :area and (household_id = any(:households) or"
    " kind <> 'signal_lapsed' and source_id = any(:things))"
)
_TURNS = text("delete from turns where area_id = :area and subject_id = any(:things)")
_ARRIVALS = text(
    "update arrivals set neighbourhood = null, answer_sealed = null"
    " where area_id = :area and household_id = any(:households)"
)
_FORGET = text("select forget_households(cast(:households as uuid[]), :now)")


@dataclass(frozen=True, slots=True)
class Granted:
    """Whose erasure two people granted, of those who are here, and on whose word."""

    persons: frozenset[UUID]
    living: frozenset[UUID]
    decided_by: UUID
    second_by: UUID
    ground: str
    #: granted although something was open
    despite_open: bool

    @property
    def whole(self) -> bool:
        """Everybody who lives here: then the household is erased. Else only what is about these persons."""
        return self.living <= self.persons


@dataclass(slots=True)
class Doomed:
    """The rows that go: ids by table, and of tables that nothing refers to, by what they refer to."""

    ids: dict[str, list[UUID]] = field(default_factory=dict)
    leaves: list[tuple[Table, ColumnElement[bool]]] = field(default_factory=list)

    def things(self) -> list[UUID]:
        """All ids."""
        return [identity for ids in self.ids.values() for identity in ids]


async def granted_erasure(work: Area, household: UUID) -> Granted | None:
    """The decision that an erasure rests on; None: nobody's was granted."""
    values = {"area": work.area_id, "household": household}
    rows = (await work.session.execute(_GRANTED, values)).all()
    if not rows:
        return None
    living = frozenset(await work.session.scalars(_LIVING, values))
    last = rows[-1]
    persons = frozenset(row.person_id for row in rows)
    despite_open = all(row.despite_open for row in rows)
    return Granted(persons, living, last.decided_by, last.second_by, last.ground, despite_open)


async def erase_whole(work: Area, household: UUID, by: UUID, word: Word | None) -> UUID | None:
    """Erases a locked household with everybody in it and the keys; `by`: in whose hands promises lapse.

    `word` None: it is listed already, and applied again.
    """
    homes = list(await work.session.scalars(_MERGED, {"area": work.area_id, "household": household}))
    persons = list(
        await work.session.scalars(
            select(Person.id).where(Person.area_id == work.area_id, Person.household_id.in_(homes))
        )
    )
    await _lapse(work, household, await lapsing.open_signals(work, household), by)
    case = await work.session.scalar(_OPEN_CASE, {"area": work.area_id, "household": household})
    if case is not None:
        await lapsing.lapse_case(work, household, case, Lapse.ERASURE, by)
    await _delete(work, await _doomed(work, {Household.__tablename__: homes}), homes)
    await settle(work, household, Lapse.ERASURE, by)
    await work.session.execute(_ARRIVALS, {"area": work.area_id, "households": homes})
    compartments, keys = await destroy_all_keys(work, homes)
    await work.session.execute(_FORGET, {"households": homes, "now": work.now})
    if word is None:
        return None
    return await list_erasure(
        work,
        household,
        Why.ERASURE,
        households=homes,
        persons=persons,
        whole=True,
        compartments=compartments,
        keys=keys,
        word=word,
    )


async def erase_persons(
    work: Area, household: UUID, persons: Collection[UUID], by: UUID, word: Word | None
) -> UUID | None:
    """Erases what is about these persons of a locked household, in which others live: theirs stays, with its keys."""
    for person in sorted(persons):
        await _lapse(work, household, await lapsing.open_signals_about(work, household, person), by)
    await _delete(work, await _doomed(work, {Person.__tablename__: list(persons)}), [])
    await settle(work, household, Lapse.ERASURE, by)
    if word is None:
        return None
    return await list_erasure(work, household, Why.ERASURE, persons=persons, word=word)


async def _lapse(work: Area, household: UUID, signals: list[UUID], by: UUID) -> None:
    """What is open ends as erased, in somebody's hands, and whoever signalled is told that it runs here no more."""
    if signals:
        await lapsing.lapse_signals(work, household, signals, Lapse.ERASURE, by)
        await tell_transfers(work, household, by)


async def _doomed(work: Area, roots: Mapping[str, list[UUID]]) -> Doomed:
    """Every row that refers to these, directly or by another that goes."""
    doomed = Doomed()
    going = dict(roots)
    for table in Base.metadata.sorted_tables:
        if table.schema is not None or table.name in STAY or table.name in roots:
            continue
        condition = _refers(table, going)
        if condition is None:
            continue
        here = (table.c.area_id == work.area_id) & condition
        if "id" in table.c:
            going[table.name] = doomed.ids[table.name] = list(
                await work.session.scalars(select(table.c.id).where(here))
            )
        else:
            doomed.leaves.append((table, here))
    for root, ids in roots.items():
        if root != Household.__tablename__:
            doomed.ids[root] = ids
    return doomed


def _refers(table: Table, going: Mapping[str, list[UUID]]) -> ColumnElement[bool] | None:
    references = [
        key.parent == any_(literal(going[key.column.table.name], _UUIDS))
        for key in table.foreign_keys
        if key.column.table.name in going
        and key.column.name == "id"
        and key.column.table is not table
        and going[key.column.table.name]
    ]
    return or_(*references) if references else None


async def _delete(work: Area, doomed: Doomed, homes: Iterable[UUID]) -> None:
    """Whatever refers first, then what it refers to; the session forgets what it read."""
    values = {"area": work.area_id, "things": doomed.things()}
    await work.session.flush()
    await work.session.execute(_NOTICES, {**values, "households": list(homes)})
    await work.session.execute(_TURNS, values)
    for table, here in doomed.leaves:
        await work.session.execute(delete(table).where(here))
    for table in reversed(Base.metadata.sorted_tables):
        ids = doomed.ids.get(table.name)
        if ids and table.schema is None:
            await work.session.execute(
                delete(table).where(table.c.area_id == work.area_id, table.c.id == any_(literal(ids, _UUIDS)))
            )
    work.session.expunge_all()
