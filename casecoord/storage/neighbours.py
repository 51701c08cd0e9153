"""What databases tell each other of their areas: that they are there, and what they published for all to read."""

from uuid import UUID

from sqlalchemy import text

from casecoord.storage.availability import is_unavailable
from casecoord.storage.territories import name_of_area
from casecoord.storage.work import Area, Database

#: Published figures, and the names of the places that they are about. Nothing of these is of anybody.
_TOLD = ("neighbourhoods", "monitor_publications")
_MANY = text("select count(*) from monitor_publications where area_id = :area")
_ROWS = {
    table: text(f"select cast(jsonb_agg(t) as text) from {table} t where area_id = :area") for table in _TOLD
}
_KEEP = {
    table: text(
        f"insert into {table} select r.* from jsonb_populate_recordset(null::{table}, cast(:rows as jsonb)) r"
        " where r.area_id = :area on conflict do nothing"
    )
    for table in _TOLD
}


async def introduce(database: Database) -> None:
    """Tells the databases in which an area does not live that there is one. Who is away hears it the next time."""
    for code, area in (await database.areas()).items():
        others = database.beyond(area)
        if not others:
            continue
        async with database.within(area) as work:
            name, told = await name_of_area(work), await work.session.scalar(_MANY, {"area": area})
        for other in others:
            try:
                await other.introduce(area, code, name)
                await _tell(database, other, area, told or 0)
            except Exception as error:
                if not is_unavailable(error):
                    raise


async def _tell(database: Database, other: Database, area: UUID, told: int) -> None:
    """Publications are only ever added: as many there as here is the same ones."""
    async with other.within(area) as work:
        heard = await work.session.scalar(_MANY, {"area": area}) or 0
    if heard >= told:
        return
    async with database.within(area) as work:
        rows = {table: await _rows(work, table) for table in _TOLD}
    async with other.within(area) as work:
        for table, found in rows.items():
            await work.session.execute(_KEEP[table], {"area": area, "rows": found})


async def _rows(work: Area, table: str) -> str:
    return await work.session.scalar(_ROWS[table], {"area": work.area_id}) or "[]"
