"""The tree over the access log: where each entry stands, the tiles of its hashes, the signed checkpoints.

INVARIANT (append only): an entry gets one position, once; a tile only grows; a checkpoint is never changed.
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

TABLES = ("log_positions", "log_tiles", "log_checkpoints")

TILE_GROWS = """
create function tile_grows() returns trigger language plpgsql as $$
begin
    if substring(new.hashes for length(old.hashes)) is distinct from old.hashes then
        perform refuse('log_tiles_grow', 'a tile keeps the hashes that it has');
    end if;
    return new;
end $$
"""

# What waits for its place: whatever the newest checkpoint's look at the log did not see. It tells numbers and
# moments only, so that whoever watches needs no area's context.
WAITING = """
create function casecoord_log_waiting() returns table (area uuid, entries bigint, since timestamptz)
language plpgsql stable security definer set search_path = pg_catalog, public, pg_temp
set plan_cache_mode = force_custom_plan set enable_nestloop = off as $$
declare look pg_snapshot;
begin
    for area in select a.id from areas a loop
        look := (select c.seen::pg_snapshot from log_checkpoints c where c.area_id = area order by c.number desc limit 1);
        if look is null then
            select count(*), min(e.arrived_at) into entries, since from access_log e where e.area_id = area
               and not exists (select from log_positions p where p.area_id = area and p.entry_id = e.id);
        else
            select count(*), min(e.arrived_at) into entries, since from access_log e where e.area_id = area
               and e.txid >= pg_snapshot_xmin(look) and e.txid < pg_snapshot_xmax(pg_current_snapshot())
               and not pg_visible_in_snapshot(e.txid, look);
        end if;
        return next;
    end loop;
end $$
"""


def upgrade() -> None:
    arrival()
    tables()
    op.execute(TILE_GROWS)
    op.execute(
        "create trigger log_tiles_grow before update on log_tiles for each row execute function tile_grows()"
    )
    op.execute(WAITING)
    guard_rows()


def arrival() -> None:
    """By which transaction an entry came: what none may still add to is known, and never looked at again."""
    op.add_column("access_log", sa.Column("arrived_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False))
    op.execute("alter table access_log add column txid xid8 not null default '0'")
    op.execute("alter table access_log alter column txid set default pg_current_xact_id()")
    op.create_index(op.f("access_log_area_id_txid_id_idx"), "access_log", ["area_id", "txid", "id"])
    # After their term an entry's words and salt go; its leaf stays.
    op.alter_column("access_log", "record", nullable=True)
    op.alter_column("access_log", "salt", nullable=True)
    op.create_check_constraint(
        op.f("access_log_expires_whole"), "access_log", "(record is null) = (salt is null)"
    )


def tables() -> None:
    op.create_table(
        "log_positions",
        sa.Column("area_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("area_id", "position", name=op.f("log_positions_pkey")),
        sa.UniqueConstraint("area_id", "entry_id", name=op.f("log_positions_area_id_entry_id_key")),
    )
    op.create_table(
        "log_tiles",
        sa.Column("area_id", sa.Uuid(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("tile", sa.BigInteger(), nullable=False),
        sa.Column("hashes", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint(
            "length(hashes) between 32 and 8192 and length(hashes) % 32 = 0", name=op.f("log_tiles_of_hashes")
        ),
        sa.ForeignKeyConstraint(["area_id"], ["areas.id"], name=op.f("log_tiles_area_id_fkey")),
        sa.PrimaryKeyConstraint("area_id", "level", "tile", name=op.f("log_tiles_pkey")),
    )
    op.execute("alter table log_tiles alter column hashes set storage external")  # hashes cannot be compressed
    op.create_table(
        "log_checkpoints",
        sa.Column("area_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("seen", sa.Text(), nullable=True),
        sa.CheckConstraint("length(root) = 32", name=op.f("log_checkpoints_root_is_a_hash")),
        sa.ForeignKeyConstraint(["area_id"], ["areas.id"], name=op.f("log_checkpoints_area_id_fkey")),
        sa.PrimaryKeyConstraint("area_id", "number", name=op.f("log_checkpoints_pkey")),
    )


def guard_rows() -> None:
    """The sequencer writes the tree and nothing else; the application reads that of its own area."""
    here = "(select nullif(current_setting('casecoord.area', true), '')::uuid)"
    for table in TABLES:
        op.execute(f"alter table {table} enable row level security")
        op.execute(f"alter table {table} force row level security")
        op.execute(f"create policy own_area on {table} using (area_id = {here}) with check (area_id = {here})")
        op.execute(f"create policy migrations on {table} to casecoord_migrator using (true) with check (true)")
        op.execute(f"create policy sequencing on {table} to casecoord_sequencer using (true) with check (true)")
        op.execute(f"grant select on {table} to casecoord_app")
        op.execute(f"grant select, insert on {table} to casecoord_sequencer")
    op.execute("grant update (hashes) on log_tiles to casecoord_sequencer")
    for door in ("casecoord_areas()", "casecoord_log_waiting()"):
        op.execute(f"revoke execute on function {door} from public")
        op.execute(f"grant execute on function {door} to casecoord_app, casecoord_sequencer")


def downgrade() -> None:
    raise RuntimeError("a log that was signed stays; restore a backup instead")
