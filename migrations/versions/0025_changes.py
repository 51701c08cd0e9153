"""What happened knows in which transaction: pages that are open are told what is new since they were made."""

from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # What is there already happened before any page that is open.
    op.execute("alter table events add column txid xid8 not null default '0'")
    op.execute("alter table events alter column txid set default pg_current_xact_id()")
    op.create_index(op.f("events_area_id_txid_idx"), "events", ["area_id", "txid"])


def downgrade() -> None:
    raise RuntimeError("pages that are open need it; restore a backup instead")
