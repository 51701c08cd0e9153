"""A consent that one's own team recorded is in view whatever one looks for, as all that is one's own writing is."""

from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

# Whatever else already opens one goes on doing so.
OWN = """
do $$
declare known text := (select qual from pg_policies where schemaname = 'public' and tablename = 'consents'
                          and policyname = 'in_view');
begin
    execute format($policy$alter policy in_view on consents using (%s
        or team_id = nullif(current_setting('casecoord.team', true), '')::uuid
        or strpos(current_setting('casecoord.own', true), recorded_by::text) > 0)$policy$, known);
end $$
"""


def upgrade() -> None:
    op.execute(OWN)


def downgrade() -> None:
    raise RuntimeError("guards are not taken away; restore a backup instead")
