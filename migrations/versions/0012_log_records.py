"""What the access log says: whose data a record is about, by pseudonyms that stand outside what is hashed.

And every version of the policy that ever decided, so that a decision can be put again to the rules of its day.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0012"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "persons",
        sa.Column("pseudonym", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
    )
    op.create_unique_constraint(
        op.f("persons_area_id_pseudonym_key"), "persons", ["area_id", "pseudonym"]
    )
    op.add_column(
        "access_log",
        sa.Column("subjects", postgresql.ARRAY(sa.Uuid()), server_default=sa.text("'{}'"), nullable=False),
    )
    # An export, and whoever asks what happened in the area, reads in this order.
    op.create_index(op.f("access_log_area_id_at_id_idx"), "access_log", ["area_id", "at", "id"])
    # What is done at the machine itself is done by nobody of the area.
    op.alter_column("access_log", "professional_id", nullable=True)
    op.create_table(
        "policy_versions",
        sa.Column("area_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("files", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["area_id"], ["areas.id"], name=op.f("policy_versions_area_id_fkey")),
        sa.PrimaryKeyConstraint("area_id", "digest", name=op.f("policy_versions_pkey")),
    )
    guard_rows()


def guard_rows() -> None:
    """Row level security as for every table; what decided once is kept as it was."""
    here = "(select nullif(current_setting('casecoord.area', true), '')::uuid)"
    op.execute("alter table policy_versions enable row level security")
    op.execute("alter table policy_versions force row level security")
    op.execute(
        f"create policy own_area on policy_versions using (area_id = {here}) with check (area_id = {here})"
    )
    op.execute(
        "create policy migrations on policy_versions to casecoord_migrator using (true) with check (true)"
    )
    op.execute("grant select, insert on policy_versions to casecoord_app")


def downgrade() -> None:
    raise RuntimeError("what the log says is not taken away; restore a backup instead")
