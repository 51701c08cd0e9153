"""Every table that holds something of an area can be split by area, and so can live in a database of its own."""

import asyncpg

#: What belongs to no area, and why.
OF_NO_AREA = {
    "alembic_version": "which schema this database has",
    "areas": "which areas there are; its key is the area",
    "vault.backups": "which dumps of this database there are",
    "vault.backup_terms": "how long dumps of this database are kept",
}
#: PostgreSQL partitions a table by a column that is in each of its keys, unique indexes and exclusions.
TABLES = """
select case n.nspname when 'public' then '' else n.nspname || '.' end || c.relname as name,
  exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'area_id' and a.attnotnull) of_area,
  array(select i.indexrelid::regclass::text from pg_index i where i.indrelid = c.oid
    and (i.indisunique or i.indisexclusion) and not exists (select from pg_attribute a
      where a.attrelid = c.oid and a.attname = 'area_id' and a.attnum = any (i.indkey))) as across,
  exists (select from pg_index i where i.indrelid = c.oid and i.indisprimary) as keyed
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where c.relkind = 'r' and n.nspname in ('public', 'vault') order by 1
"""
#: A reference from one area's row to another area's would keep the two together.
REFERENCES = """
select con.conrelid::regclass::text || '.' || con.conname from pg_constraint con
where con.contype = 'f' and con.confrelid <> 'areas'::regclass and not exists (
  select from unnest(con.conkey, con.confkey) as pair (here, there)
  join pg_attribute h on h.attrelid = con.conrelid and h.attnum = pair.here and h.attname = 'area_id'
  join pg_attribute t on t.attrelid = con.confrelid and t.attnum = pair.there and t.attname = 'area_id')
"""


async def test_each_table_can_be_split_by_area_or_is_of_none(database_url: str) -> None:
    admin = await asyncpg.connect(database_url)
    try:
        tables = {row["name"]: row for row in await admin.fetch(TABLES)}
        assert {name for name, row in tables.items() if not row["of_area"]} == set(OF_NO_AREA)
        of_areas = [row for name, row in tables.items() if name not in OF_NO_AREA]
        assert len(of_areas) > 60
        assert [row["name"] for row in of_areas if row["across"] or not row["keyed"]] == []
        assert await admin.fetch(REFERENCES) == []
    finally:
        await admin.close()


async def test_a_table_that_could_not_be_split_would_be_found(database_url: str) -> None:
    admin = await asyncpg.connect(database_url)
    try:
        await admin.execute(
            "create table numbered (area_id uuid not null, id int primary key references numbered,"
            " signal uuid, unique (area_id, signal))"
        )
        found = {row["name"]: row for row in await admin.fetch(TABLES)}["numbered"]
        assert (found["of_area"], found["across"]) == (True, ["numbered_pkey"])
        assert [row[0] for row in await admin.fetch(REFERENCES)] == ["numbered.numbered_id_fkey"]
    finally:
        await admin.close()
