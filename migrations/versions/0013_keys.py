"""Wrapped keys in a schema of their own, that is dumped apart; what was erased is listed beside them.

The vault refers to nothing outside it, so that newer keys can be brought back beside older data.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

LAPSES = "('death', 'emigration', 'moved', 'erasure')"

#: A wrapped key says which version of the master key wrapped it; those from before were wrapped by the first.
BEFORE = "'\\x020001'::bytea"

# What was erased is not there for the application, whichever way it asks; its row stays so that what is kept for
# accountability (who held it when, which promises lapsed) has something to refer to. The access log names the
# pseudonym: with another one here, nothing leads from its records to this household or back.
FORGET = """
create function forget_households(ids uuid[], at timestamptz) returns void
language sql security definer set search_path = pg_catalog, public, pg_temp as $$
    update households set pseudonym = gen_random_uuid(), neighbourhood = null, address_sealed = null,
        address_index = null, contact_sealed = null, secret_address = false, provisional = false, left_on = null,
        erased_at = clock_timestamp(), during = case when upper_inf(during)
          then tstzrange(lower(during), greatest(at, lower(during) + interval '1 microsecond')) else during end
     where area_id = nullif(current_setting('casecoord.area', true), '')::uuid and id = any(ids)
$$
"""


def upgrade() -> None:
    # Whoever dumps and restores may be a role of its own; a schema that is there is the migrator's.
    op.execute("create schema vault")
    op.execute("grant usage on schema vault to casecoord_app")
    keys()
    rotations()
    erasures()
    backups()
    for table, state in (("signals", "ended"), ("cases", "closed")):
        name = f"{table}_lapses_at_its_end"
        op.drop_constraint(name, table)
        op.create_check_constraint(
            op.f(name), table, f"lapsed_as is null or (state = '{state}' and lapsed_as in {LAPSES})"
        )
    guard_rows()


def keys() -> None:
    for key in ("household_id_fkey", "fkey"):
        op.drop_constraint(f"household_keys_area_id_{key}", "household_keys")
    op.add_column(
        "household_keys",
        sa.Column(
            "made_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.text("clock_timestamp()")
        ),
    )
    op.add_column("household_keys", sa.Column("retired_at", sa.DateTime(timezone=True)))
    op.execute(f"update household_keys set wrapped = {BEFORE} || wrapped")
    op.execute("alter table household_keys set schema vault")
    op.create_index(
        "household_keys_retired",
        "household_keys",
        ["area_id", "retired_at"],
        schema="vault",
        postgresql_where=sa.text("retired_at is not null"),
    )
    for table in ("move_offers", "arrivals"):
        op.execute(f"update {table} set key_wrapped = {BEFORE} || key_wrapped where key_wrapped is not null")


def rotations() -> None:
    op.create_table(
        "key_rotations",
        sa.Column("area_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=False),
        sa.Column("master_version", sa.Integer()),
        sa.Column("finished_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("area_id", "id", name=op.f("key_rotations_pkey")),
        sa.CheckConstraint("kind in ('master', 'data')", name=op.f("key_rotations_kind_known")),
        schema="vault",
    )
    op.create_index(
        "key_rotations_one_at_a_time",
        "key_rotations",
        ["area_id", "kind"],
        unique=True,
        schema="vault",
        postgresql_where=sa.text("finished_at is null"),
    )


def erasures() -> None:
    op.create_table(
        "erasures",
        sa.Column("area_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column("households", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("whole", sa.Boolean(), nullable=False),
        sa.Column("persons", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("compartments", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("keys", sa.Integer(), nullable=False),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("erased_by", sa.Uuid()),
        sa.Column("second_by", sa.Uuid()),
        sa.Column("ground", sa.Text()),
        sa.Column("openable_until", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("area_id", "id", name=op.f("erasures_pkey")),
        sa.CheckConstraint("why in ('erasure', 'retention')", name=op.f("erasures_why_known")),
        sa.CheckConstraint(
            "why <> 'erasure' or (erased_by is not null and second_by is not null and ground is not null)",
            name=op.f("erasures_by_two_on_a_ground"),
        ),
        schema="vault",
    )
    op.create_index(
        op.f("erasures_area_id_household_id_idx"), "erasures", ["area_id", "household_id"], schema="vault"
    )
    op.create_table(
        "erasures_applied",
        sa.Column("area_id", sa.Uuid(), nullable=False),
        sa.Column("erasure_id", sa.Uuid(), nullable=False),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["area_id"], ["areas.id"], name=op.f("erasures_applied_area_id_fkey")),
        sa.PrimaryKeyConstraint("area_id", "erasure_id", name=op.f("erasures_applied_pkey")),
    )


def backups() -> None:
    """Of the whole installation: they name no area and nobody."""
    op.create_table(
        "backups",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("file", sa.Text(), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True)),
        sa.Column("removed_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("id", name=op.f("backups_pkey")),
        sa.CheckConstraint("kind in ('data', 'keys')", name=op.f("backups_kind_known")),
        schema="vault",
    )
    terms = op.create_table(
        "backup_terms",
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("data_days", sa.Integer(), nullable=False),
        sa.Column("keys_days", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("since", name=op.f("backup_terms_pkey")),
        sa.CheckConstraint(
            "keys_days > 0 and keys_days < data_days", name=op.f("backup_terms_keys_expire_sooner")
        ),
        schema="vault",
    )
    op.execute(terms.insert().values(since=sa.text("'2026-01-01'"), data_days=35, keys_days=7))
    for table in ("backups", "backup_terms"):
        op.execute(f"grant select, insert, update on vault.{table} to casecoord_app")


def guard_rows() -> None:
    """Row level security as for every table: only the context's area; without a context, nothing."""
    here = "(select nullif(current_setting('casecoord.area', true), '')::uuid)"
    for table in ("vault.key_rotations", "vault.erasures", "erasures_applied"):
        op.execute(f"alter table {table} enable row level security")
        op.execute(f"alter table {table} force row level security")
        op.execute(f"create policy own_area on {table} using (area_id = {here}) with check (area_id = {here})")
        op.execute(f"create policy migrations on {table} to casecoord_migrator using (true) with check (true)")
    op.execute("grant select, insert, update on vault.key_rotations to casecoord_app")
    op.add_column("households", sa.Column("erased_at", sa.DateTime(timezone=True)))
    op.execute(
        "create policy erased_is_gone on households as restrictive to casecoord_app using (erased_at is null)"
    )
    op.execute(FORGET)
    op.execute("revoke execute on function forget_households(uuid[], timestamptz) from public")
    op.execute("grant execute on function forget_households(uuid[], timestamptz) to casecoord_app")
    # What was erased stays listed: no act takes a line away.
    op.execute("grant select, insert on vault.erasures to casecoord_app")
    op.execute("grant select, insert on erasures_applied to casecoord_app")


def downgrade() -> None:
    raise RuntimeError("keys are not put back beside what they open; restore a backup instead")
