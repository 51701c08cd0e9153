"""What is written about somebody stands in their own household: nobody of another reads it there.

INVARIANT (no silent drop): a signal, hearing, placement, request or note goes where the person goes whom it is about.
"""

from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

ABOUT = ("signals", "hearings", "placements", "requests", "medical_notes")

# Judged as it stands at the commit: on the way a merge moves the one before the other.
ABOUT_HOME = """
create function about_somebody_at_home() returns trigger language plpgsql as $$
declare strays boolean;
begin
    perform judged_as_committed();
    execute format('select exists (select from %I x join persons p on p.area_id = x.area_id and p.id = x.person_id'
        ' where x.area_id = $1 and x.id = $2 and p.household_id <> x.household_id)', tg_table_name)
        into strays using new.area_id, new.id;
    if strays then
        perform refuse('about_somebody_at_home', 'something would be about somebody of another household');
    end if;
    return null;
end $$
"""

# Sought in the household that the person left: of one household there is little.
LEAVES = """
create function leaves_nothing_behind() returns trigger language plpgsql as $$
begin
    perform judged_as_committed();
    if exists (select from ({all}) x join persons p on p.area_id = x.area_id and p.id = x.person_id
                where x.area_id = old.area_id and x.household_id = old.household_id and x.person_id = old.id
                  and p.household_id <> x.household_id) then
        perform refuse('about_somebody_at_home', 'somebody would leave behind what is about them');
    end if;
    return null;
end $$
""".format(
    all=" union all ".join(f"select area_id, household_id, person_id from {table}" for table in ABOUT)
)


def upgrade() -> None:
    op.execute(ABOUT_HOME)
    op.execute(LEAVES)
    for table in ABOUT:
        op.execute(
            f"create constraint trigger {table}_about_somebody_at_home after insert or update of household_id, person_id"
            f" on {table} deferrable initially deferred for each row when (new.person_id is not null)"
            " execute function about_somebody_at_home()"
        )
    op.execute(
        "create constraint trigger persons_leave_nothing_behind after update of household_id on persons"
        " deferrable initially deferred for each row when (old.household_id <> new.household_id)"
        " execute function leaves_nothing_behind()"
    )


def downgrade() -> None:
    raise RuntimeError("what is about somebody could be read in another household; restore a backup instead")
