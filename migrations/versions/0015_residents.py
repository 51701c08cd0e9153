"""Residents at the door: codes on paper, the logins that they bound, a child's word, and what waits for safety.

The log names a resident by the person's pseudonym; a family's own signal has no team and no author here.
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

NEW = ("resident_codes", "resident_logins", "code_tries", "child_agreements", "deferrals")

# The other way in: which person is this login, now? Its own household is all that it opens.
RECEIVE = """
create function casecoord_receive(login_issuer text, login_subject text, wanted uuid, at timestamptz)
returns table (area_id uuid, login_id uuid, person_id uuid, household_id uuid, now timestamptz, settings jsonb)
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare moment timestamptz := coalesce(at, pg_catalog.now());
begin
    select l.area_id, l.id, p.id, p.household_id, moment, a.settings
      into area_id, login_id, person_id, household_id, now, settings
      from areas a
      join resident_logins l on l.area_id = a.id and l.issuer = login_issuer and l.subject = login_subject
       and l.unbound_at is null and (wanted is null or l.id = wanted)
      join persons p on p.area_id = l.area_id and p.id = l.person_id and p.died_on is null
      join households h on h.area_id = p.area_id and h.id = p.household_id and upper_inf(h.during)
     order by l.bound_at desc, l.id
     limit 1;
    if not found then return; end if;
    perform set_config('casecoord.area', area_id::text, true);
    perform set_config('casecoord.now', coalesce(at::text, ''), true);
    perform set_config('casecoord.household', household_id::text, true);
    return next;
end $$
"""

# Under which names the log knows the homes that a person has lived in, and until when each was theirs.
LIVED = """
create function casecoord_lived(who uuid) returns table (home uuid, pseudonym uuid, until timestamptz)
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
    with recursive here (area) as (
        select nullif(current_setting('casecoord.area', true), '')::uuid
    ), lived (home, until) as (
        select p.household_id, 'infinity'::timestamptz from persons p, here
         where p.area_id = here.area and p.id = who
        union
        select other.home, least(l.until, other.at) from lived l cross join here cross join lateral (
            select k.household_id home, k.split_at at from splits k
             where k.area_id = here.area and k.part_id = l.home
            union all
            select g.merged_id, g.merged_at from merges g
             where g.area_id = here.area and g.household_id = l.home and g.undone_at is null
               and exists (select from merged_rows w where w.area_id = g.area_id and w.merge_id = g.id
                     and w.kept_in = 'persons' and w.row_key ->> 'id' = who::text
                     and w.former ->> 'household_id' = g.merged_id::text)) other)
    select h.id, h.pseudonym, max(l.until) from lived l cross join here
      join households h on h.area_id = here.area and h.id = l.home group by h.id, h.pseudonym
$$
"""

# Of whom a resident's transaction sees rows: the own household, whatever a statement asks.
HOMES = {
    "households": "id",
    "vault.household_keys": "household_id",
    "household_moves": "household_id",
    "persons": "household_id",
    "signals": "household_id",
    "cases": "household_id",
    "hearings": "household_id",
    "requests": "household_id",
    "break_glass_grants": "household_id",
}


def upgrade() -> None:
    codes()
    logins()
    children()
    deferrals()
    op.add_column("access_log", sa.Column("resident", sa.Uuid(), nullable=True))
    op.create_check_constraint(
        op.f("access_log_by_one"), "access_log", "professional_id is null or resident is null"
    )
    op.alter_column("requests", "recorded_by", nullable=True)
    op.alter_column("signals", "source_team_id", nullable=True)
    op.alter_column("signals", "author_id", nullable=True)
    op.create_check_constraint(
        op.f("signals_from_somebody"),
        "signals",
        "(source_team_id is null) = (author_id is null) and (author_id is not null or source = 'family')",
    )
    op.execute(RECEIVE)
    op.execute(LIVED)
    for door in ("casecoord_receive(text, text, uuid, timestamptz)", "casecoord_lived(uuid)"):
        op.execute(f"revoke execute on function {door} from public")
        op.execute(f"grant execute on function {door} to casecoord_app")
    guard_rows()


def _key(table: str, *columns: sa.Column) -> None:
    op.create_table(
        table,
        sa.Column("area_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        *columns,
        sa.ForeignKeyConstraint(["area_id"], ["areas.id"], name=op.f(f"{table}_area_id_fkey")),
        sa.PrimaryKeyConstraint("area_id", "id", name=op.f(f"{table}_pkey")),
    )


def _to(table: str, column: str, target: str) -> None:
    op.create_foreign_key(
        op.f(f"{table}_area_id_{column}_fkey"), table, target, ["area_id", column], ["area_id", "id"]
    )


def _index(table: str, *columns: str) -> None:
    op.create_index(op.f(f"{table}_{'_'.join(('area_id', *columns))}_idx"), table, ["area_id", *columns])


def _one(name: str, table: str, *columns: str, where: str | None = None) -> None:
    op.create_index(
        name, table, ["area_id", *columns], unique=True, postgresql_where=sa.text(where) if where else None
    )


def _moment(name: str, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def codes() -> None:
    table = "resident_codes"
    _key(
        table,
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("code_index", sa.LargeBinary(), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=False),
        _moment("made_at"),
        _moment("expires_at"),
        sa.Column("ended_as", sa.Text(), nullable=True),
        _moment("ended_at", nullable=True),
    )
    _to(table, "person_id", "persons")
    _to(table, "made_by", "memberships")
    op.create_check_constraint(
        op.f(f"{table}_ended_with_a_reason"), table, "(ended_at is null) = (ended_as is null)"
    )
    op.create_check_constraint(op.f(f"{table}_ended_known"), table, "ended_as in ('used', 'replaced')")
    _one("resident_codes_once", table, "code_index")
    _one("resident_codes_one_open", table, "person_id", where="ended_at is null")
    _index(table, "person_id")
    _key("code_tries", sa.Column("login_index", sa.LargeBinary(), nullable=False), _moment("at"))
    _index("code_tries", "login_index", "at")


def logins() -> None:
    table = "resident_logins"
    _key(
        table,
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("code_id", sa.Uuid(), nullable=False),
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        _moment("bound_at"),
        _moment("unbound_at", nullable=True),
        sa.Column("unbound_by", sa.Uuid(), nullable=True),
    )
    _to(table, "person_id", "persons")
    _to(table, "code_id", "resident_codes")
    _to(table, "unbound_by", "memberships")
    op.create_check_constraint(
        op.f(f"{table}_unbound_by_somebody"), table, "(unbound_at is null) = (unbound_by is null)"
    )
    _one("resident_logins_one_person", table, "issuer", "subject", where="unbound_at is null")
    _one("resident_logins_one_login", table, "person_id", where="unbound_at is null")
    _one("resident_logins_one_use", table, "code_id")
    _index(table, "person_id")


def children() -> None:
    table = "child_agreements"
    _key(
        table,
        sa.Column("child_id", sa.Uuid(), nullable=False),
        _moment("since"),
        _moment("until", nullable=True),
        sa.Column("recorded_by", sa.Uuid(), nullable=True),
    )
    _to(table, "child_id", "persons")
    _to(table, "recorded_by", "memberships")
    _one("child_agreements_one_standing", table, "child_id", where="until is null")
    _index(table, "child_id")


def deferrals() -> None:
    table = "deferrals"
    _key(
        table,
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("thing_id", sa.Uuid(), nullable=False),
        sa.Column("sphere", sa.Text(), nullable=False),
        sa.Column("deferred_by", sa.Uuid(), nullable=False),
        _moment("deferred_at"),
        sa.Column("reason_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("review_on", sa.Date(), nullable=False),
        sa.Column("reviewed_by", sa.Uuid(), nullable=True),
        sa.Column("finding_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("ended_as", sa.Text(), nullable=True),
        _moment("ended_at", nullable=True),
    )
    _to(table, "household_id", "households")
    _to(table, "deferred_by", "memberships")
    _to(table, "reviewed_by", "memberships")
    op.create_check_constraint(
        op.f(f"{table}_ends_by_a_review"),
        table,
        "(ended_at is null) = (ended_as is null) and (ended_at is null) = (reviewed_by is null)"
        " and (ended_at is null) = (finding_sealed is null)",
    )
    op.create_check_constraint(op.f(f"{table}_ended_known"), table, "ended_as in ('lifted', 'renewed')")
    _one("deferrals_one_standing", table, "thing_id", where="ended_at is null")
    op.create_index(
        "deferrals_due", table, ["area_id", "review_on"], postgresql_where=sa.text("ended_at is null")
    )
    _index(table, "household_id")


def guard_rows() -> None:
    """Row level security as for every table; and in a resident's transaction no row of another household."""
    here = "(select nullif(current_setting('casecoord.area', true), '')::uuid)"
    home = "(select nullif(current_setting('casecoord.household', true), '')::uuid)"
    for table in NEW:
        op.execute(f"alter table {table} enable row level security")
        op.execute(f"alter table {table} force row level security")
        op.execute(f"create policy own_area on {table} using (area_id = {here}) with check (area_id = {here})")
        op.execute(f"create policy migrations on {table} to casecoord_migrator using (true) with check (true)")
        op.execute(f"grant select, insert, update, delete on {table} to casecoord_app")
    for table, column in HOMES.items():
        op.execute(
            f"create policy own_home on {table} as restrictive to casecoord_app"
            f" using ({home} is null or {column} = {home})"
        )


def downgrade() -> None:
    raise RuntimeError("who was bound and what was deferred is not taken away; restore a backup instead")
