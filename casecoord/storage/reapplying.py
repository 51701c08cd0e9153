"""A restored backup brings back what was erased since: it is erased again, by the list that is kept with the keys."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select, text

from casecoord.storage.destroying import Why, applied, destroy_all_keys
from casecoord.storage.erasing import erase_persons, erase_whole
from casecoord.storage.households import lock_household
from casecoord.storage.key_tables import Erasure, HouseholdKey
from casecoord.storage.tables import Person
from casecoord.storage.work import Area, Database

_WAITING = text(
    "select e.id from vault.erasures e where e.area_id = :area and not exists (select from erasures_applied a"
    " where a.area_id = e.area_id and a.erasure_id = e.id) order by e.erased_at, e.id"
)
#: In whose hands promises lapse: whoever erased, where they worked here already, else the area's coordinator.
_BY = text(
    "select coalesce((select id from memberships where area_id = :area and id = :by),"
    " (select membership_id from coordinator_seats where area_id = :area and seat = :area"
    "   and during @> cast(:now as timestamptz)))"
)
_HOMES = text("select distinct household_id from persons where area_id = :area and id = any(:persons)")
#: The keys come from a newer backup than the data: all of them may be needed again.
_KEYS_IN_USE = text("update vault.household_keys set retired_at = null where area_id = :area")
_LIST = text(
    "insert into vault.erasures select r.* from jsonb_populate_record(null::vault.erasures, cast(:row as jsonb)) r"
    " where r.area_id = :area on conflict do nothing"
)
_LISTED = text(
    "select to_jsonb(e)::text from vault.erasures e where e.area_id = :area order by erased_at, id"
)


async def erasures_waiting(db: Database) -> int:
    """How many erasures these data do not follow; while it is not 0, nobody may be served."""
    waiting = 0
    for area in (await db.areas()).values():
        async with db.within(area) as work:
            waiting += len((await work.session.execute(_WAITING, {"area": area})).all())
    return waiting


async def apply_again(db: Database) -> int:
    """Erases anew what came back; how many erasures. Killed half-way, the rest is found again."""
    done = 0
    for area in (await db.areas()).values():
        async with db.within(area) as work:
            waiting = list(await work.session.scalars(_WAITING, {"area": area}))
        for erasure in waiting:
            async with db.within(area) as work:
                await _apply(work, erasure)
            done += 1
    return done


async def keys_in_use(db: Database) -> None:
    """No key is retired for data that are older than it."""
    for area in (await db.areas()).values():
        async with db.within(area) as work:
            await work.session.execute(_KEYS_IN_USE, {"area": area})


async def listed(db: Database) -> dict[str, list[str]]:
    """Every line of the list, as JSON, by area: to be kept outside the database too."""
    found = {}
    for code, area in (await db.areas()).items():
        async with db.within(area) as work:
            found[code] = list(await work.session.scalars(_LISTED, {"area": area}))
    return found


async def list_again(db: Database, rows: list[str]) -> None:
    """Takes over lines that were kept outside the database. Those that are there already stay."""
    for area in (await db.areas()).values():
        async with db.within(area) as work:
            for row in rows:
                await work.session.execute(_LIST, {"area": area, "row": row})


async def _apply(work: Area, identity: UUID) -> None:
    erasure = await work.session.get_one(Erasure, (work.area_id, identity))
    households, persons, why = list(erasure.households), list(erasure.persons), Why(erasure.why)
    whole, erased_by = erasure.whole, erasure.erased_by
    if why is Why.RETENTION:
        await _destroy_older(work, households, list(erasure.compartments), erasure.erased_at)
    else:
        by = await work.session.scalar(_BY, {"area": work.area_id, "by": erased_by, "now": work.now})
        homes = await work.session.scalars(_HOMES, {"area": work.area_id, "persons": persons})
        for household in sorted({*(households if whole else ()), *homes}):
            await _erase(work, household, set(persons), by, whole=whole and household in households)
    await applied(work, identity)


async def _erase(work: Area, household: UUID, persons: set[UUID], by: UUID, *, whole: bool) -> None:
    """Somebody who has left the household since, or had not come yet, is not erased with it."""
    if await lock_household(work, household, ended=True) is None:
        if whole:
            await destroy_all_keys(work, [household])
        return
    here = await work.session.execute(
        select(Person.id, Person.died_on).where(
            Person.area_id == work.area_id, Person.household_id == household
        )
    )
    living = {row.id for row in here if row.died_on is None}
    if whole and living <= persons:
        await erase_whole(work, household, by, None)
    else:
        await erase_persons(work, household, persons & living, by, None)


async def _destroy_older(
    work: Area, households: list[UUID], compartments: list[str], erased_at: datetime
) -> None:
    await work.session.execute(
        delete(HouseholdKey).where(
            HouseholdKey.area_id == work.area_id,
            HouseholdKey.household_id.in_(households),
            HouseholdKey.compartment.in_(compartments),
            HouseholdKey.made_at <= erased_at,
        )
    )
