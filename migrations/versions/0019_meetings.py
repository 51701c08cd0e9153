"""A care team's meeting has an agenda: what is on it, who is there, and how each item ends."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

AFTER = "12 hours"

# Whoever sits at the table now: while the meeting is open, and no longer than a meeting can be.
PRESENT = f"""
create function at_the_table(meeting uuid) returns boolean
language plpgsql stable cost 2000 security definer set search_path = pg_catalog, public, pg_temp as $$
declare here uuid := nullif(current_setting('casecoord.area', true), '')::uuid;
        seat uuid := nullif(current_setting('casecoord.membership', true), '')::uuid;
begin
    return exists (select from meetings g join meeting_seats s on s.area_id = g.area_id and s.meeting_id = g.id
        where g.area_id = here and g.id = meeting and g.state = 'open' and clock() < g.opened_at + interval '{AFTER}'
          and s.membership_id = seat and s.present_at is not null);
end $$
"""
# What is on a table is decided there, or goes on at another.
CLOSED = """
create function meetings_close_decided() returns trigger language plpgsql as $$
begin
    if new.state = 'closed' and exists (select from meeting_items i where i.area_id = new.area_id
        and i.meeting_id = new.id and i.state = 'open') then
        perform refuse('meetings_close_decided', 'a meeting with an item left open is adjourned, not closed');
    end if;
    return null;
end $$
"""
# What is said at a table is said while it sits.
AT_A_TABLE = """
create function meeting_items_while_open() returns trigger language plpgsql as $$
begin
    if not exists (select from meetings g where g.area_id = new.area_id and g.id = new.meeting_id
        and g.state in ('planned', 'open')) then
        perform refuse('meeting_items_while_open', 'the meeting is over');
    end if;
    return null;
end $$
"""


def upgrade() -> None:
    meetings()
    seats()
    items()
    guard_rows()
    guard_readers()
    for function in (CLOSED, AT_A_TABLE):
        op.execute(function.replace(":", "\\:"))
    op.execute(
        "create constraint trigger meetings_close_decided after update on meetings"
        " deferrable initially deferred for each row execute function meetings_close_decided()"
    )
    op.execute(
        "create constraint trigger meeting_items_while_open after insert or update of decided_at"
        " on meeting_items deferrable initially immediate for each row execute function meeting_items_while_open()"
    )


def _moment(name: str, *, nullable: bool = True) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _ids(*names: str, nullable: bool = False) -> list[sa.Column[object]]:
    return [sa.Column(name, sa.Uuid(), nullable=nullable) for name in names]


def _own(table: str) -> list[sa.schema.SchemaItem]:
    return [
        sa.Column("area_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["area_id"], ["areas.id"], name=op.f(f"{table}_area_id_fkey")),
    ]


def _to(table: str, **columns: str) -> list[sa.schema.SchemaItem]:
    return [
        sa.ForeignKeyConstraint(
            ["area_id", column],
            [f"{other}.area_id", f"{other}.id"],
            name=op.f(f"{table}_area_id_{column}_fkey"),
        )
        for column, other in columns.items()
    ]


def meetings() -> None:
    op.alter_column("meetings", "held_at", nullable=True)
    # What was recorded so far are meetings that were held.
    op.add_column("meetings", sa.Column("state", sa.Text(), nullable=False, server_default=sa.text("'closed'")))
    op.add_column("meetings", _moment("planned_at"))
    op.add_column("meetings", sa.Column("minutes", sa.Integer()))
    for column in (*_ids("chair_id", nullable=True), _moment("opened_at"), _moment("ended_at")):
        op.add_column("meetings", column)
    op.add_column("meetings", *_ids("continues_id", nullable=True))
    for column, other in (("chair_id", "memberships"), ("continues_id", "meetings")):
        op.create_foreign_key(
            op.f(f"meetings_area_id_{column}_fkey"), "meetings", other, ["area_id", column], ["area_id", "id"]
        )
    for name, condition in (
        ("known_state", "state in ('planned', 'open', 'closed', 'adjourned')"),
        ("met_when_closed", "(state = 'closed') = (held_at is not null)"),
        (
            "planned_whole",
            "held_at is not null and planned_at is null"
            " or (planned_at is not null and minutes between 10 and 240 and chair_id is not null)",
        ),
        ("opened_at_its_begin", "state <> 'open' or opened_at is not null"),
        ("ended_at_its_end", "state not in ('planned', 'open') or ended_at is null"),
    ):
        op.create_check_constraint(op.f(f"meetings_{name}"), "meetings", condition)
    op.create_index(
        "meetings_one_open",
        "meetings",
        ["area_id", "team_id"],
        unique=True,
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_index("meetings_continued_once", "meetings", ["area_id", "continues_id"], unique=True)


def seats() -> None:
    op.create_table(
        "meeting_seats",
        *_own("meeting_seats"),
        *_ids("meeting_id", "membership_id"),
        sa.Column("guest", sa.Boolean(), nullable=False),
        _moment("present_at"),
        *_to("meeting_seats", meeting_id="meetings", membership_id="memberships"),
        sa.PrimaryKeyConstraint("area_id", "meeting_id", "membership_id", name=op.f("meeting_seats_pkey")),
    )


def items() -> None:
    op.create_table(
        "meeting_items",
        *_own("meeting_items"),
        *_ids("id", "meeting_id", "household_id"),
        *_ids("case_id", "signal_id", nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text()),
        *_ids("subject_id"),
        sa.Column("sphere", sa.Text(), nullable=False),
        sa.Column("audience", sa.Text()),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("position", "minutes")),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("family_present", sa.Boolean()),
        *(sa.Column(name, sa.LargeBinary()) for name in ("without_family_sealed", "decision_sealed")),
        *_ids("action_id", nullable=True),
        sa.Column("next_on", sa.Date()),
        _moment("decided_at"),
        *_ids("decided_by", nullable=True),
        *_to(
            "meeting_items",
            meeting_id="meetings",
            household_id="households",
            case_id="cases",
            action_id="plan_actions",
            decided_by="memberships",
        ),
        sa.PrimaryKeyConstraint("area_id", "id", name=op.f("meeting_items_pkey")),
        sa.UniqueConstraint("area_id", "meeting_id", "subject_id", name="meeting_items_once"),
        sa.CheckConstraint(
            "(state = 'decided') = (decided_at is not null) and (decided_at is null) = (decided_by is null)"
            " and (decided_at is null or decision_sealed is not null or action_id is not null)",
            name=op.f("meeting_items_ends_in_a_decision"),
        ),
        sa.CheckConstraint(
            "decided_at is null or family_present is not null"
            " and family_present = (without_family_sealed is null)",
            name=op.f("meeting_items_family_there_or_a_reason"),
        ),
        sa.CheckConstraint("minutes between 1 and 240", name=op.f("meeting_items_has_its_minutes")),
    )
    for column in ("household_id", "case_id"):
        op.create_index(op.f(f"meeting_items_area_id_{column}_idx"), "meeting_items", ["area_id", column])


# What every table has: rows of the context's area; without a context, none. A later migration says it in one line.
GUARD = """
create function guard_rows(guarded text, granted text default 'select, insert, update, delete') returns void
language plpgsql as $do$
declare here text := $$(select nullif(current_setting('casecoord.area', true), '')::uuid)$$;
begin
    execute format('alter table %s enable row level security', guarded::regclass);
    execute format('alter table %s force row level security', guarded::regclass);
    execute format('create policy own_area on %s using (area_id = %s) with check (area_id = %s)',
                   guarded::regclass, here, here);
    execute format('create policy migrations on %s to casecoord_migrator using (true) with check (true)',
                   guarded::regclass);
    execute format('grant %s on %s to casecoord_app', granted, guarded::regclass);
end $do$
"""


def guard_rows() -> None:
    op.execute(GUARD.replace(":", "\\:"))
    for table in ("meeting_seats", "meeting_items"):
        op.execute(f"select guard_rows('{table}')")


def guard_readers() -> None:
    """Who sits at a table sees, while it sits, what is on it in a sphere of theirs."""
    op.execute(PRESENT.replace(":", "\\:"))
    op.execute("revoke execute on function at_the_table(uuid) from public")
    op.execute("grant execute on function at_the_table(uuid) to casecoord_reader")
    op.execute("grant select on meeting_seats to casecoord_reader, casecoord_surveyor")
    item = "strpos({facets}, ',meeting.item,') > 0"
    in_view = (
        f"{item} and {{in_sphere}} and ({{related}} or at_the_table(meeting_id)) or {{by_lead}}"
        " or strpos({own}, decided_by::text) > 0"
    )
    op.execute(
        sa.text("select guard_reading('meeting_items', :in_view)").bindparams(in_view=in_view)
    )
    # With the key of a compartment goes what is sealed in it. Whatever else the function knows already, stays.
    op.execute(
        sa.text(
            """
do $do$
declare known text \\:= pg_get_functiondef('thing_in_view(uuid, text)'\\:\\:regprocedure);
begin
    execute regexp_replace(known, 'return ', $new$return exists (select from meeting_items i where i.area_id = here
        and i.household_id = home and i.sphere = compartment) or $new$);
end $do$"""
        )
    )


def downgrade() -> None:
    raise RuntimeError("what was decided at a table is not taken away; restore a backup instead")
