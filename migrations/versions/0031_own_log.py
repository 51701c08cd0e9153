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

# Of the lines about these persons, and of those about a home of `who` while it was theirs, the ids.
LINES = """
create function casecoord_lines_about(these uuid[], who uuid) returns setof uuid
language plpgsql stable security definer set search_path = pg_catalog, public, pg_temp as $$
declare here uuid := nullif(current_setting('casecoord.area', true), '')::uuid;
        named uuid[] := array(select p.pseudonym from persons p where p.area_id = here and p.id = any(these));
begin
    return query
        select a.id from access_log a where a.area_id = here and a.subjects && named
        union
        select a.id from casecoord_lived(who) l
          join access_log a on a.area_id = here and a.household = l.pseudonym and a.at <= l.until;
end $$
"""


def upgrade() -> None:
    op.create_index("access_log_subjects", "access_log", ["subjects"], postgresql_using="gin")
    op.execute(sa.text(LINES.replace(":", "\\:")))
    op.execute("revoke execute on function casecoord_lines_about(uuid[], uuid) from public")
    op.execute("grant execute on function casecoord_lines_about(uuid[], uuid) to casecoord_app")


def downgrade() -> None:
    raise RuntimeError("guards are not taken away; restore a backup instead")
