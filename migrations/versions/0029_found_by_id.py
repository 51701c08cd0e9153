"""What a write checks is found by an index: a signal by its own id and by its case's. So is what a list asks of many."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

# `new.id in (s.id, s.case_id)` is served by no index: each signal and each case that was written asked every signal of
# the area. Of one case there are few signals, and most signals never come into one: so the index is partial.
AT_HOME = """
create or replace function signal_at_home() returns trigger language plpgsql as $$
begin
    perform judged_as_committed();
    if exists (select from (
            select s.area_id, s.case_id, s.household_id from signals s where s.area_id = new.area_id and s.id = new.id
            union all
            select s.area_id, s.case_id, s.household_id from signals s
             where s.area_id = new.area_id and s.case_id = new.id) s
          join cases c on c.area_id = s.area_id and c.id = s.case_id where c.household_id <> s.household_id) then
        perform refuse('signals_in_a_case_at_home', 'a signal would be in a case of another household');
    end if;
    return null;
end $$
"""


def upgrade() -> None:
    op.create_index(
        op.f("signals_area_id_case_id_idx"),
        "signals",
        ["area_id", "case_id"],
        postgresql_where=sa.text("case_id is not null"),
    )
    op.execute(AT_HOME)
    op.create_index(
        "requests_that_restrict",
        "requests",
        ["area_id", "household_id"],
        postgresql_where=sa.text(
            "kind in ('restriction', 'objection') and (state = 'open' or state = 'granted' and lifted_at is null)"
        ),
    )


def downgrade() -> None:
    raise RuntimeError("each signal that is written would ask all signals of its area; restore a backup instead")
