"""Who looked at me, and why: found by the persons and homes that a line is about, however much the area's log holds.

It was sought among all lines of the area. To seek by the persons that a line names takes an index, which row level
security would not let a statement use; so a function finds the ids, and the statement reads these as before.
"""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

# The newest lines about these persons, or about a home of `who` while it was theirs, older than the key; so many. Of a
# look that showed both, what was the home's makes it everybody's; an act is about whom it names.
LINES = """
create function casecoord_lines_about(these uuid[], who uuid, from_at timestamptz, from_id uuid, most int)
returns setof uuid
language plpgsql stable security definer set search_path = pg_catalog, public, pg_temp as $$
declare here uuid := nullif(current_setting('casecoord.area', true), '')::uuid;
        named uuid[] := array(select p.pseudonym from persons p where p.area_id = here and p.id = any(these));
begin
    return query select line.id from (
        -- Sought by the persons alone: to the planner without statistics the area looks like the fewer.
        select a.id, a.at from (select * from access_log x where x.subjects && named offset 0) a where a.area_id = here
        union
        select a.id, a.at from casecoord_lived(who) l cross join lateral (
            select * from access_log x where x.area_id = here and x.household = l.pseudonym and x.at <= l.until offset 0) a
         where cardinality(a.subjects) = 0 or not a.subjects && named and a.record::jsonb ->> 'act' = 'R'
           and exists (select from jsonb_object_keys(a.record::jsonb -> 'facets') f
                where not jsonb_exists(coalesce(a.record::jsonb -> 'of', '{}'), f))) line
     where from_at is null or (line.at, line.id) < (from_at, from_id)
     order by line.at desc, line.id desc limit most;
end $$
"""
# Of the few homes each is looked up: how few they are, the planner does not know.
LOOKED_UP = """
do $do$
declare was text := pg_get_functiondef('casecoord_lived(uuid)'::regprocedure);
        old text := 'join households h on h.area_id = here.area and h.id = l.home group by';
begin
    if strpos(was, old) = 0 then raise exception 'casecoord_lived does not say: %', old; end if;
    execute replace(was, old, 'cross join lateral (select x.id, x.pseudonym from households x'
        ' where x.area_id = here.area and x.id = l.home offset 0) h group by');
end $do$
"""


def upgrade() -> None:
    op.execute(sa.text(LOOKED_UP.replace(":", "\\:")))
    op.create_index("access_log_subjects", "access_log", ["subjects"], postgresql_using="gin")
    op.execute(sa.text(LINES.replace(":", "\\:")))
    op.execute("revoke execute on function casecoord_lines_about(uuid[], uuid, timestamptz, uuid, int) from public")
    op.execute("grant execute on function casecoord_lines_about(uuid[], uuid, timestamptz, uuid, int) to casecoord_app")


def downgrade() -> None:
    raise RuntimeError("guards are not taken away; restore a backup instead")
