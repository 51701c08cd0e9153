"""The monitor publishes figures of closed months, once and for good; every area may read what another published."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


# What is published holds no small cell: of any area, by its id.
PUBLISHED = """
create function monitor_published(of_area uuid, since date, before date)
returns table (measure text, version int, from_on date, until_on date, figures jsonb)
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
    select m.measure, m.version, m.from_on, m.until_on, m.figures from monitor_publications m
     where m.area_id = of_area and m.from_on >= since and m.until_on <= before order by m.from_on, m.measure
$$
"""
# And which areas published something, with the names of their places.
AREAS = """
create function monitor_areas() returns table (id uuid, code text, name text, neighbourhoods jsonb)
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
    select a.id, a.code, a.name, coalesce((select jsonb_object_agg(n.code, n.name) from neighbourhoods n
        where n.area_id = a.id), '{}')
      from areas a where exists (select from monitor_publications m where m.area_id = a.id)
$$
"""


def upgrade() -> None:
    op.create_table(
        "monitor_publications",
        sa.Column("area_id", sa.Uuid(), nullable=False),
        sa.Column("measure", sa.Text(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("figures", postgresql.JSONB(), nullable=False),
        sa.ForeignKeyConstraint(["area_id"], ["areas.id"], name=op.f("monitor_publications_area_id_fkey")),
        sa.PrimaryKeyConstraint("area_id", "measure", "from_on", name=op.f("monitor_publications_pkey")),
        sa.CheckConstraint(
            "extract(day from from_on) = 1 and extract(day from until_on) = 1 and from_on < until_on",
            name=op.f("monitor_publications_of_whole_months"),
        ),
        sa.CheckConstraint(
            "until_on <= (published_at at time zone 'Europe/Amsterdam')::date",
            name=op.f("monitor_publications_once_over"),
        ),
        sa.CheckConstraint("jsonb_typeof(figures) = 'array'", name=op.f("monitor_publications_a_list")),
    )
    table = "monitor_publications"
    # Never changed and never taken away: two figures of one month could be subtracted.
    op.execute(f"select guard_rows('{table}', 'select, insert')")
    op.execute(f"grant select on {table} to casecoord_surveyor")
    op.execute(f"select guard_reading('{table}', 'true')")
    for function in (PUBLISHED, AREAS):
        op.execute(function)
    for name in ("monitor_published(uuid, date, date)", "monitor_areas()"):
        op.execute(f"revoke execute on function {name} from public")
        op.execute(f"grant execute on function {name} to casecoord_app, casecoord_reader, casecoord_surveyor")


def downgrade() -> None:
    raise RuntimeError("what was published is not taken away; restore a backup instead")
