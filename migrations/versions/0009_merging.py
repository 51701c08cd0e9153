"""Merging and splitting: what was moved is written down, so that it can go back; nothing is dropped on the way.

INVARIANT (no silent drop): a signal is in a case of its own household, and a household ends with nothing open.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

TABLES = ("merges", "merged_rows", "splits")

AT_HOME = """
create function signal_at_home() returns trigger language plpgsql as $$
begin
    perform judged_as_committed();
    if exists (select from signals s join cases c on c.area_id = s.area_id and c.id = s.case_id
                where s.area_id = new.area_id and new.id in (s.id, s.case_id)
                  and c.household_id <> s.household_id) then
        perform refuse('signals_in_a_case_at_home', 'a signal would be in a case of another household');
    end if;
    return null;
end $$
"""

ENDED_EMPTY = """
create function household_ended_empty() returns trigger language plpgsql as $$
begin
    perform judged_as_committed();
    if exists (select from households h where h.area_id = new.area_id and h.id = new.id and not upper_inf(h.during))
       and (exists (select from signals s where s.area_id = new.area_id and s.household_id = new.id
                       and s.state <> 'ended')
            or exists (select from cases c where c.area_id = new.area_id and c.household_id = new.id
                          and c.state <> 'closed')) then
        perform refuse('households_end_with_nothing_open', 'something is open in a household that ends');
    end if;
    return null;
end $$
"""

TRIGGERS = [
    ("signals_in_a_case_at_home", "signals", "insert or update", "signal_at_home"),
    ("cases_at_home", "cases", "update", "signal_at_home"),
    ("households_end_with_nothing_open", "households", "update", "household_ended_empty"),
]


def upgrade() -> None:
    keys()
    proposals()
    op.add_column("cases", sa.Column("merged_into", sa.Uuid()))
    op.create_foreign_key(
        op.f("cases_area_id_merged_into_fkey"),
        "cases",
        "cases",
        ["area_id", "merged_into"],
        ["area_id", "id"],
    )
    op.drop_constraint("cases_closes_with_an_outcome", "cases")
    op.create_check_constraint(
        op.f("cases_closes_with_an_outcome"),
        "cases",
        "state <> 'closed' or lapsed_as is not null or merged_into is not null"
        " or (outcome_sealed is not null and outcome_by is not null)",
    )
    op.create_check_constraint(
        op.f("cases_merged_at_its_end"), "cases", "merged_into is null or state = 'closed'"
    )
    merges()
    splits()
    # Everything of one household or case is read when it moves.
    for table, column in (
        ("contacts", "case_id"), ("invitations", "case_id"), ("proposals", "case_id"), ("gaps", "promise_id"),
        ("outbox", "household_id"), ("merges", "merged_id"),
    ):  # fmt: skip
        op.create_index(op.f(f"{table}_area_id_{column}_idx"), table, ["area_id", column])
    for function in (AT_HOME, ENDED_EMPTY):
        op.execute(function)
    for name, table, when, function in TRIGGERS:
        op.execute(
            f"create constraint trigger {name} after {when} on {table} "
            f"deferrable initially deferred for each row execute function {function}()"
        )
    guard_rows()


def keys() -> None:
    """What duplicates are found by: keyed hashes, written for who is here already by the first search."""
    for name in ("birth_index", "sound_index"):
        op.add_column("persons", sa.Column(name, sa.LargeBinary()))
    op.create_index(op.f("persons_area_id_sound_index_idx"), "persons", ["area_id", "sound_index"])


def proposals() -> None:
    """A proposal has reasons and a score; a pair waits for one word at a time, and may be asked about again."""
    op.add_column("merge_proposals", sa.Column("reasons", postgresql.ARRAY(sa.Text())))
    op.add_column("merge_proposals", sa.Column("score", sa.Integer()))
    op.add_column("merge_proposals", sa.Column("proposed_by", sa.Uuid()))
    op.execute(
        "update merge_proposals set reasons = array[reason],"
        " score = case reason when 'name_birth_postcode' then 60 else 70 end"
    )
    op.alter_column("merge_proposals", "reasons", nullable=False)
    op.alter_column("merge_proposals", "score", nullable=False)
    op.drop_column("merge_proposals", "reason")
    op.create_foreign_key(
        op.f("merge_proposals_area_id_proposed_by_fkey"),
        "merge_proposals",
        "memberships",
        ["area_id", "proposed_by"],
        ["area_id", "id"],
    )
    op.drop_constraint("merge_proposals_area_id_provisional_id_household_id_key", "merge_proposals")
    op.create_check_constraint(
        op.f("merge_proposals_of_two"), "merge_proposals", "provisional_id <> household_id"
    )
    op.create_index(
        "merge_proposals_one_pending",
        "merge_proposals",
        [
            "area_id",
            sa.text("least(provisional_id, household_id)"),
            sa.text("greatest(provisional_id, household_id)"),
        ],
        unique=True,
        postgresql_where=sa.text("state = 'pending'"),
    )
    for column in ("provisional_id", "household_id"):
        op.create_index(
            op.f(f"merge_proposals_area_id_{column}_idx"), "merge_proposals", ["area_id", column]
        )


def merges() -> None:
    op.create_table(
        "merges",
        sa.Column("area_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("proposal_id", sa.Uuid(), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column("merged_id", sa.Uuid(), nullable=False),
        sa.Column("merged_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("merged_by", sa.Uuid(), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True)),
        sa.Column("undone_by", sa.Uuid()),
        *(
            sa.ForeignKeyConstraint(
                ["area_id", column],
                [f"{table}.area_id", f"{table}.id"],
                name=op.f(f"merges_area_id_{column}_fkey"),
            )
            for column, table in (
                ("proposal_id", "merge_proposals"),
                ("household_id", "households"),
                ("merged_id", "households"),
                ("merged_by", "memberships"),
                ("undone_by", "memberships"),
            )
        ),
        sa.ForeignKeyConstraint(["area_id"], ["areas.id"], name=op.f("merges_area_id_fkey")),
        sa.PrimaryKeyConstraint("area_id", "id", name=op.f("merges_pkey")),
        sa.CheckConstraint(
            "(undone_at is null) = (undone_by is null) and undone_by is distinct from merged_by",
            name=op.f("merges_undone_by_another"),
        ),
    )
    op.create_index(op.f("merges_area_id_household_id_idx"), "merges", ["area_id", "household_id"])
    op.create_index(
        "merges_once",
        "merges",
        ["area_id", "merged_id"],
        unique=True,
        postgresql_where=sa.text("undone_at is null"),
    )
    op.create_table(
        "merged_rows",
        sa.Column("area_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("merge_id", sa.Uuid(), nullable=False),
        sa.Column("kept_in", sa.Text(), nullable=False),
        sa.Column("row_key", postgresql.JSONB(), nullable=False),
        sa.Column("former", postgresql.JSONB()),
        sa.Column("later", postgresql.JSONB(), nullable=False),
        sa.ForeignKeyConstraint(["area_id"], ["areas.id"], name=op.f("merged_rows_area_id_fkey")),
        sa.ForeignKeyConstraint(
            ["area_id", "merge_id"],
            ["merges.area_id", "merges.id"],
            name=op.f("merged_rows_area_id_merge_id_fkey"),
        ),
        sa.PrimaryKeyConstraint("area_id", "id", name=op.f("merged_rows_pkey")),
        sa.UniqueConstraint(
            "area_id", "merge_id", "kept_in", "row_key", name=op.f("merged_rows_area_id_merge_id_kept_in_row_key_key")
        ),
    )


def splits() -> None:
    op.create_table(
        "splits",
        sa.Column("area_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column("part_id", sa.Uuid(), nullable=False),
        sa.Column("split_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("split_by", sa.Uuid(), nullable=False),
        *(
            sa.ForeignKeyConstraint(
                ["area_id", column],
                [f"{table}.area_id", f"{table}.id"],
                name=op.f(f"splits_area_id_{column}_fkey"),
            )
            for column, table in (
                ("household_id", "households"),
                ("part_id", "households"),
                ("split_by", "memberships"),
            )
        ),
        sa.ForeignKeyConstraint(["area_id"], ["areas.id"], name=op.f("splits_area_id_fkey")),
        sa.PrimaryKeyConstraint("area_id", "id", name=op.f("splits_pkey")),
        sa.UniqueConstraint("area_id", "part_id", name=op.f("splits_area_id_part_id_key")),
    )
    op.create_index(op.f("splits_area_id_household_id_idx"), "splits", ["area_id", "household_id"])


def guard_rows() -> None:
    """Row level security as for every table: only the context's area; without a context, nothing."""
    here = "(select nullif(current_setting('casecoord.area', true), '')::uuid)"
    for table in TABLES:
        op.execute(f"alter table {table} enable row level security")
        op.execute(f"alter table {table} force row level security")
        op.execute(f"create policy own_area on {table} using (area_id = {here}) with check (area_id = {here})")
        op.execute(f"create policy migrations on {table} to casecoord_migrator using (true) with check (true)")
        op.execute(f"grant select, insert, update, delete on {table} to casecoord_app")


def downgrade() -> None:
    raise RuntimeError("what was merged or split cannot be told apart without these; restore a backup instead")
