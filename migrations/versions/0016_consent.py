"""What may be shared is data: consents, the notes of a practice, and the legal grounds of an area with their dates."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

TABLES = ("consents", "consent_givers", "medical_notes", "legal_grounds")

# The grounds on which an area shares today, and by which law. AVG in force since 25 May 2018.
GROUNDS = [
    ("6(1)(c)", "AVG art. 5 lid 2, 15 tot en met 22"),
    ("6(1)(e)", "Wmo 2015"),
    ("6(1)(e)", "Jeugdwet"),
    ("9(2)(h)", "UAVG art. 30"),
    ("10", "UAVG art. 32 en 33"),
    ("87", "UAVG art. 46"),
]
VALUES = ", ".join(f"('{ground}', '{source}')" for ground, source in GROUNDS)
FOUND = f"""
    insert into legal_grounds (area_id, id, ground, source, during)
    select {{area}}, gen_random_uuid(), g.ground, g.source, tstzrange('2018-05-25 00:00+02', null)
      from {{areas}} (values {VALUES}) g (ground, source)
"""
FOUND_GROUNDS = f"""
create function found_grounds() returns trigger language plpgsql as $$
begin
    {FOUND.format(area="new.id", areas="")};
    return null;
end $$
"""

# The grounds that are in force at a moment, in the context's area.
IN_FORCE = """
create function grounds_in_force(at timestamptz) returns text[] language sql stable as $$
    select coalesce(array_agg(distinct ground), '{}') from legal_grounds where during @> at
$$
"""


def upgrade() -> None:
    consents()
    givers()
    notes()
    grounds()
    guard_rows()
    op.execute(FOUND.format(area="a.id", areas="areas a cross join"))
    op.execute(FOUND_GROUNDS)
    op.execute("create trigger areas_have_grounds after insert on areas for each row execute function found_grounds()")
    op.execute(IN_FORCE)


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


def _moment(name: str, *, nullable: bool = True) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text(), nullable=False) for name in names]


def _ids(*names: str, nullable: bool = False) -> list[sa.Column[object]]:
    return [sa.Column(name, sa.Uuid(), nullable=nullable) for name in names]


def consents() -> None:
    op.create_table(
        "consents",
        *_own("consents"),
        *_ids("id", "household_id", "person_id"),
        *_texts("facet"),
        *_ids("thing_id", nullable=True),
        *_texts("receiver", "purpose", "source", "sphere"),
        sa.Column("audience", sa.Text()),
        *_ids("team_id"),
        sa.Column("during", postgresql.TSTZRANGE(), nullable=False),
        _moment("custody_until"),
        sa.Column("elsewhere_in_writing", sa.Boolean(), nullable=False),
        _moment("recorded_at", nullable=False),
        *_ids("recorded_by"),
        _moment("withdrawn_at"),
        *_ids("withdrawn_by", nullable=True),
        *_to(
            "consents",
            household_id="households",
            person_id="persons",
            team_id="teams",
            recorded_by="memberships",
            withdrawn_by="memberships",
        ),
        sa.PrimaryKeyConstraint("area_id", "id", name=op.f("consents_pkey")),
        sa.CheckConstraint(
            "(withdrawn_at is null) = (withdrawn_by is null)", name=op.f("consents_withdrawn_by_somebody")
        ),
        sa.CheckConstraint("not isempty(during) and not lower_inf(during)", name=op.f("consents_begins")),
        sa.CheckConstraint(
            "facet <> 'medical.note' or thing_id is not null", name=op.f("consents_to_that_note")
        ),
        postgresql.ExcludeConstraint(
            (sa.column("area_id"), "="),
            (sa.column("person_id"), "="),
            (sa.column("facet"), "="),
            (sa.text("coalesce(thing_id, team_id)"), "="),
            (sa.column("receiver"), "="),
            (sa.column("purpose"), "="),
            (sa.column("during"), "&&"),
            where=sa.text("withdrawn_at is null"),
            using="gist",
            name="consents_one_at_a_time",
        ),
    )
    for column in ("household_id", "person_id"):
        op.create_index(op.f(f"consents_area_id_{column}_idx"), "consents", ["area_id", column])


def givers() -> None:
    op.create_table(
        "consent_givers",
        *_own("consent_givers"),
        *_ids("consent_id", "person_id"),
        *_to("consent_givers", consent_id="consents", person_id="persons"),
        sa.PrimaryKeyConstraint("area_id", "consent_id", "person_id", name=op.f("consent_givers_pkey")),
    )


def notes() -> None:
    op.create_table(
        "medical_notes",
        *_own("medical_notes"),
        *_ids("id", "household_id", "person_id"),
        *_texts("practice"),
        *_ids("author_id"),
        _moment("written_at", nullable=False),
        sa.Column("note_sealed", sa.LargeBinary(), nullable=False),
        *_to("medical_notes", household_id="households", person_id="persons", author_id="memberships"),
        sa.PrimaryKeyConstraint("area_id", "id", name=op.f("medical_notes_pkey")),
    )
    op.create_index(
        op.f("medical_notes_area_id_household_id_idx"), "medical_notes", ["area_id", "household_id"]
    )


def grounds() -> None:
    op.create_table(
        "legal_grounds",
        *_own("legal_grounds"),
        *_ids("id"),
        *_texts("ground", "source"),
        sa.Column("during", postgresql.TSTZRANGE(), nullable=False),
        sa.Column("reason", sa.Text()),
        _moment("changed_at"),
        *_ids("changed_by", nullable=True),
        *_to("legal_grounds", changed_by="memberships"),
        sa.PrimaryKeyConstraint("area_id", "id", name=op.f("legal_grounds_pkey")),
        sa.CheckConstraint(
            "(reason is null) = (changed_by is null) and (reason is null) = (changed_at is null)",
            name=op.f("legal_grounds_changed_by_somebody"),
        ),
        postgresql.ExcludeConstraint(
            (sa.column("area_id"), "="),
            (sa.column("ground"), "="),
            (sa.column("source"), "="),
            (sa.column("during"), "&&"),
            using="gist",
            name="legal_grounds_once",
        ),
    )


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
    raise RuntimeError("what was consented to is not taken away; restore a backup instead")
