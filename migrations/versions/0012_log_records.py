"""What the access log says: whose data a record is about, by pseudonyms that stand outside what is hashed."""

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


def downgrade() -> None:
    raise RuntimeError("what the log says is not taken away; restore a backup instead")
