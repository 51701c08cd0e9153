"""A family gives and takes back consent itself, on its own page; there too consents and notes are of the own home only."""

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.alter_column("consents", "team_id", nullable=True)
    op.alter_column("consents", "recorded_by", nullable=True)
    op.drop_constraint(op.f("consents_withdrawn_by_somebody"), "consents")
    for name, condition in (
        ("withdrawn_by_somebody", "withdrawn_by is null or withdrawn_at is not null"),
        ("recorded_by_a_team_or_the_family", "(team_id is null) = (recorded_by is null)"),
        ("to_something", "thing_id is not null or team_id is not null"),
    ):
        op.create_check_constraint(op.f(f"consents_{name}"), "consents", condition)
    home = "(select nullif(current_setting('casecoord.household', true), '')::uuid)"
    for table in ("consents", "medical_notes"):
        op.execute(
            f"create policy own_home on {table} as restrictive to casecoord_app"
            f" using ({home} is null or household_id = {home})"
        )


def downgrade() -> None:
    raise RuntimeError("what was consented to is not taken away; restore a backup instead")
