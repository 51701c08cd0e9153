"""A blockade names who should do what by when; what its decision opens is a rule for every area; a lead spends without asking."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

TABLES = ("breakthroughs", "blockade_homework", "spends")
MOMENT = sa.DateTime(timezone=True)

# INVARIANT (within the mandate): what is spent for a family in a calendar year stays within the area's amount. Whoever
# spends for the same family waits here for the other. What two families spent before they were one is not undone.
WITHIN = """
create function spend_within_amount() returns trigger language plpgsql as $$
declare home uuid; locked uuid; most bigint; spent bigint;
begin
    if new.cancelled_at is not null then return new; end if;
    select household_id into home from cases where area_id = new.area_id and id = new.case_id;
    loop
        perform from households where area_id = new.area_id and id = home for no key update;
        locked := home;
        -- While this waited, the case may have come to another family.
        select household_id into home from cases where area_id = new.area_id and id = new.case_id;
        exit when home = locked or home is null;
    end loop;
    select coalesce((settings ->> 'family_amount')\\:\\:bigint, 0) into most from areas where id = new.area_id;
    select coalesce(sum(s.amount_cents), 0) into spent
      from spends s join cases c on c.area_id = s.area_id and c.id = s.case_id
     where s.area_id = new.area_id and c.household_id = home and s.cancelled_at is null and s.id <> new.id
       and date_part('year', s.spent_on) = date_part('year', new.spent_on);
    if spent + new.amount_cents > most then
        perform refuse('spends_within_amount', 'a family''s amount of a year is spent once');
    end if;
    return new;
end $$
"""

# A compartment's key is also there for whoever has a spend of that sphere in view.
KEY_OF_SPEND = """
do $do$
declare body text := pg_get_functiondef('thing_in_view(uuid, text)'\\:\\:regprocedure);
begin
    execute regexp_replace(body, 'return ', 'return exists (select from cases k join spends b on b.area_id = k.area_id'
        ' and b.case_id = k.id where k.area_id = here and k.household_id = home and b.sphere = compartment) or ');
end $do$
"""
FACET = "strpos({facets}, ',plan.action,') > 0"
IN_VIEW = {
    "breakthroughs": "true",
    "blockade_homework": "exists (select from blockades b where b.area_id = %t.area_id and b.id = %t.blockade_id)",
    "spends": "strpos({own}, spent_by::text) > 0 or {by_lead_of_case}"
    f" or {FACET} and {{in_sphere}} and {{in_case}}",
}


def upgrade() -> None:
    breakthroughs()
    blockades()
    homework()
    spends()
    guard_rows()
    op.execute(WITHIN)
    op.execute(
        "create trigger spends_within_amount before insert or update of amount_cents, spent_on, cancelled_at on spends"
        " for each row execute function spend_within_amount()"
    )
    op.execute(KEY_OF_SPEND)


def _own(table: str) -> list[sa.schema.SchemaItem]:
    return [
        sa.Column("area_id", sa.Uuid(), nullable=False),
        *_ids("id"),
        sa.ForeignKeyConstraint(["area_id"], ["areas.id"], name=op.f(f"{table}_area_id_fkey")),
        sa.PrimaryKeyConstraint("area_id", "id", name=op.f(f"{table}_pkey")),
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


def _check(table: str, **conditions: str) -> list[sa.schema.SchemaItem]:
    return [sa.CheckConstraint(said, name=op.f(f"{table}_{name}")) for name, said in conditions.items()]


def _moment(name: str, *, nullable: bool = True) -> sa.Column[object]:
    return sa.Column(name, MOMENT, nullable=nullable)


def _texts(*names: str, nullable: bool = False) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text(), nullable=nullable) for name in names]


def _ids(*names: str, nullable: bool = False) -> list[sa.Column[object]]:
    return [sa.Column(name, sa.Uuid(), nullable=nullable) for name in names]


def _sealed(*names: str, nullable: bool = True) -> list[sa.Column[bytes]]:
    return [sa.Column(f"{name}_sealed", sa.LargeBinary(), nullable=nullable) for name in names]


def breakthroughs() -> None:
    op.create_table(
        "breakthroughs",
        *_own("breakthroughs"),
        *_texts("made_in", "kind", "domain", "title", "applies", "allowed", "authority"),
        _moment("published_at", nullable=False),
        *_ids("published_by"),
        _moment("ended_at"),
        *_ids("ended_by", nullable=True),
        *_texts("end_reason", nullable=True),
        *_ids("replaced_by", nullable=True),
        *_to(
            "breakthroughs",
            published_by="memberships",
            ended_by="memberships",
            replaced_by="breakthroughs",
        ),
        *_check(
            "breakthroughs",
            ended_with_a_reason="num_nulls(ended_at, ended_by, end_reason) in (0, 3)"
            " and (replaced_by is null or ended_at is not null) and replaced_by is distinct from id",
        ),
    )
    op.create_index(
        op.f("breakthroughs_area_id_kind_domain_idx"),
        "breakthroughs",
        ["area_id", "kind", "domain"],
        postgresql_where=sa.text("ended_at is null"),
    )


def blockades() -> None:
    for column in (
        *_ids("to_team_id", "to_organisation_id", "breakthrough_id", nullable=True),
        *_sealed("function", "mandate"),
        sa.Column("needed_by", sa.Date()),
        sa.Column("place", sa.Integer()),
        sa.Column("urgency", sa.Text(), nullable=False, server_default="normal"),
    ):
        op.add_column("blockades", column)
    for column, other in (
        ("to_team_id", "teams"),
        ("to_organisation_id", "organisations"),
        ("breakthrough_id", "breakthroughs"),
    ):
        name = op.f(f"blockades_area_id_{column}_fkey")
        op.create_foreign_key(name, "blockades", other, ["area_id", column], ["area_id", "id"])
    for name, said in (
        ("for_one", "num_nonnulls(to_team_id, to_organisation_id, function_sealed) <= 1"),
        ("mandate_of_a_decision", "mandate_sealed is null or state = 'decided'"),
        ("structural_is_a_rule", "breakthrough_id is null or (state = 'decided' and reach = 'structural')"),
    ):
        op.create_check_constraint(op.f(f"blockades_{name}"), "blockades", said)


def homework() -> None:
    table = "blockade_homework"
    op.create_table(
        table,
        *_own(table),
        *_ids("blockade_id"),
        *_texts("sphere"),
        *_ids("to_team_id", "to_organisation_id", nullable=True),
        *_sealed("function"),
        *_sealed("what", nullable=False),
        sa.Column("needed_by", sa.Date(), nullable=False),
        _moment("given_at", nullable=False),
        *_ids("given_by"),
        _moment("done_at"),
        *_ids("done_by", nullable=True),
        *_to(
            table,
            blockade_id="blockades",
            to_team_id="teams",
            to_organisation_id="organisations",
            given_by="memberships",
            done_by="memberships",
        ),
        *_check(
            table,
            for_somebody="num_nonnulls(to_team_id, to_organisation_id, function_sealed) = 1",
            done_by_somebody="(done_at is null) = (done_by is null)",
        ),
    )
    op.create_index(op.f(f"{table}_area_id_blockade_id_idx"), table, ["area_id", "blockade_id"])


def spends() -> None:
    op.create_table(
        "spends",
        *_own("spends"),
        *_ids("case_id", "spent_by"),
        *_texts("domain", "sphere"),
        *_texts("audience", nullable=True),
        sa.Column("amount_cents", sa.Integer(), nullable=False),
        *_sealed("purpose", nullable=False),
        *_sealed("result"),
        sa.Column("spent_on", sa.Date(), nullable=False),
        _moment("recorded_at", nullable=False),
        _moment("cancelled_at"),
        *_ids("cancelled_by", nullable=True),
        *_sealed("reason"),
        *_to("spends", case_id="cases", spent_by="memberships", cancelled_by="memberships"),
        *_check(
            "spends",
            of_something="amount_cents > 0",
            cancelled_with_a_reason="num_nulls(cancelled_at, cancelled_by, reason_sealed) in (0, 3)",
        ),
    )
    op.create_index(op.f("spends_area_id_case_id_idx"), "spends", ["area_id", "case_id"])


def guard_rows() -> None:
    """Row level security as for every table; of the rules of other areas what they published is there to read."""
    here = "(select nullif(current_setting('casecoord.area', true), '')::uuid)"
    home = "(select nullif(current_setting('casecoord.household', true), '')::uuid)"
    for table in TABLES:
        op.execute(f"select guard_rows('{table}')")
        op.execute(
            sa.text("select guard_reading(:table, :in_view)").bindparams(table=table, in_view=IN_VIEW[table])
        )
    op.execute(
        "create policy published on breakthroughs for select to casecoord_app, casecoord_reader"
        f" using ({here} is not null and {home} is null and ended_at is null)"
    )


def downgrade() -> None:
    raise RuntimeError("what was decided is not taken away; restore a backup instead")
