"""An area may live in another database: here stands only that it exists, so that families can be offered to it."""

from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

# Whoever works through the areas of a database works through those that live in it.
AREAS = """
create or replace function casecoord_areas() returns table (code text, id uuid)
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
    select code, id from areas where not elsewhere order by code
$$
"""

FOUND_AREA = """
create or replace function casecoord_found_area(area_code text, area_name text) returns table (id uuid, created boolean)
language sql security definer set search_path = pg_catalog, public, pg_temp as $$
    with made as (
        insert into areas (id, code, name) values (gen_random_uuid(), area_code, area_name)
        on conflict (code) do nothing returning id)
    select id, true from made union all
    select a.id, false from areas a
     where a.code = area_code and not a.elsewhere and not exists (select from made)
$$
"""

KNOWN_AREAS = """
create function casecoord_known_areas() returns table (code text, id uuid)
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
    select code, id from areas order by code
$$
"""

# INVARIANT (one home): what lives here is never made a stranger, and a stranger's id never comes to live here.
INTRODUCE = """
create function casecoord_introduce(area uuid, area_code text, area_name text) returns void
language sql security definer set search_path = pg_catalog, public, pg_temp as $$
    insert into areas (id, code, name, elsewhere) values (area, area_code, area_name, true)
    on conflict (id) do update set name = excluded.name
     where areas.elsewhere and areas.name <> excluded.name
$$
"""


def upgrade() -> None:
    op.execute("alter table areas add column elsewhere boolean not null default false")
    for statement in (AREAS, FOUND_AREA, KNOWN_AREAS, INTRODUCE):
        op.execute(statement)
    for door in ("casecoord_known_areas()", "casecoord_introduce(uuid, text, text)"):
        op.execute(f"revoke execute on function {door} from public")
        op.execute(f"grant execute on function {door} to casecoord_app")
    op.execute("grant execute on function casecoord_known_areas() to casecoord_reader")


def downgrade() -> None:
    raise RuntimeError("areas that live elsewhere would be taken for this database's own; restore a backup instead")
