"""What waits for a professional or a team is found by whom it waits for, however much waits for others."""

from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        "create index proposals_pending_with on proposals (area_id, membership_id) where state = 'pending'"
    )
    op.execute("create index plan_actions_open_with on plan_actions (area_id, owner_id) where state = 'open'")
    op.execute("create index invitations_pending_at on invitations (area_id, team_id) where state = 'pending'")


def downgrade() -> None:
    op.execute("drop index invitations_pending_at")
    op.execute("drop index plan_actions_open_with")
    op.execute("drop index proposals_pending_with")
