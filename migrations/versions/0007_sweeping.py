"""What a sweep has to do follows what came due or changed: each promise knows when it is next looked at.

Guards of a promise judge changes of what they speak about, not that a sweep came by.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

RUNNING = sa.text("ended_at is null")
BROKEN = sa.text("ended_at is null and next_at is distinct from due_at")

# Whoever writes a deadline, the next sweep after it looks.
WATCHED = """
create function promise_watched() returns trigger language plpgsql as $$
begin
    if tg_op = 'INSERT' or (new.due_at, new.area_at, new.decision_at, new.alliance_at)
        is distinct from (old.due_at, old.area_at, old.decision_at, old.alliance_at) then
        new.next_at := new.due_at;
    end if;
    return new;
end $$
"""

# A gap ends with its promise, and when the promise gets a deadline that is still to come.
GAP_ENDS = """
create function gap_ends() returns trigger language plpgsql as $$
begin
    update gaps set ended_at = greatest(coalesce(new.ended_at, clock()), since)
     where area_id = new.area_id and promise_id = new.id and ended_at is null
       and (new.ended_at is not null or new.due_at > clock());
    return null;
end $$
"""

# A gap that is gone or was taken down, while its promise runs: the next sweep looks again.
GAP_GONE = """
create function gap_gone() returns trigger language plpgsql as $$
begin
    if tg_op = 'DELETE' or new.ended_at is not null or new.level < old.level then
        update promises set next_at = due_at
         where area_id = old.area_id and id = old.promise_id and ended_at is null
           and next_at is distinct from due_at;
    end if;
    return null;
end $$
"""

#: What each guard of a promise speaks about.
GUARDS = {
    "promises_timed": (
        "insert or delete or update of area_id, household_id, rule, subject_id, ended_at",
        "promised_at_commit",
    ),
    "promises_inside_membership": (
        "insert or update of area_id, responder_id, ended_at, due_at",
        "responder_works",
    ),
}


def upgrade() -> None:
    op.add_column("promises", sa.Column("next_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("promises", sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("alter table promises disable trigger user")
    op.execute("update promises set next_at = due_at where ended_at is null")
    op.execute("alter table promises enable trigger user")
    op.create_index("promises_next", "promises", ["area_id", "next_at"], postgresql_where=RUNNING)
    op.create_index("promises_responder", "promises", ["area_id", "responder_id"], postgresql_where=RUNNING)
    op.create_index("promises_broken", "promises", ["area_id", "due_at"], postgresql_where=BROKEN)
    # What a team lacks is asked of each school of the area.
    op.create_index("memberships_area_id_team_id_idx", "memberships", ["area_id", "team_id"])
    op.create_index(
        "signals_unseen",
        "signals",
        ["area_id", "id"],
        postgresql_where=sa.text("state = 'open' and urgency = 'acute' and seen_at is null"),
    )
    for statement in (WATCHED, GAP_ENDS, GAP_GONE):
        op.execute(statement)
    op.execute(
        "create trigger promises_watched before insert or update on promises"
        " for each row execute function promise_watched()"
    )
    op.execute(
        "create trigger promises_end_their_gaps after update of ended_at, due_at on promises for each row"
        " when (new.ended_at is not null or new.due_at <> old.due_at) execute function gap_ends()"
    )
    op.execute(
        "create trigger gaps_gone after delete or update of ended_at, level on gaps for each row"
        " when (old.ended_at is null) execute function gap_gone()"
    )
    for name, (when, function) in GUARDS.items():
        op.execute(f"drop trigger {name} on promises")
        op.execute(
            f"create constraint trigger {name} after {when} on promises "
            f"deferrable initially deferred for each row execute function {function}()"
        )


def downgrade() -> None:
    raise RuntimeError("when promises are looked at is not taken away; restore a backup instead")
