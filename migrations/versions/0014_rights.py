"""Rights carried out: decisions by two, appeals, what was corrected; and how long anything is kept.

INVARIANT (kept as long as said): what was written once goes only when its term is over, by what the database
itself reads as the term; the application may ask, and no more.
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
NEW = ["request_decisions", "request_agreements", "rectifications", "retention_terms"]

#: class, months (none: no term), where that is said
TERMS = """(values
    ('signal', 60, 'AVG/GDPR 5(1)(e)'),
    ('joint_view', 12, 'AVG/GDPR 5(1)(e)'),
    ('register', 12, 'AVG/GDPR 5(1)(e)'),
    ('access_log', 60, 'AVG/GDPR 5(2), 32; NEN 7513'),
    ('rights', 60, 'AVG/GDPR 5(2); BW 3:310'),
    ('aggregate', null::int, 'AVG/GDPR recital 26')) t (kept_as, months, source)"""

SEED_TERMS = f"""
create function area_has_terms() returns trigger
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
    insert into retention_terms (area_id, kept_as, from_on, months, source)
    select new.id, t.kept_as, date '2018-05-25', t.months, t.source from {TERMS};
    return null;
end $$
"""

MONTHS = """
create function retention_months(in_area uuid, in_class text) returns int language sql stable as $$
    select months from retention_terms
     where area_id = in_area and kept_as = in_class and from_on <= (clock() at time zone 'Europe/Amsterdam')::date
     order by from_on desc limit 1
$$
"""

# What happened is kept with what it happened to; of what is no more, as long as the joint view.
OLD_EVENTS = """
create function old_events(of_households uuid[]) returns table (id uuid, household_id uuid)
language plpgsql stable as $$
declare here uuid := nullif(current_setting('casecoord.area', true), '')::uuid;
        term interval := make_interval(months => retention_months(here, 'joint_view'));
begin
    return query select e.id, e.household_id from events e
     where e.area_id = here and (of_households is null or e.household_id = any(of_households)) and e.at + term <= clock()
       and not exists (select from signals s where s.area_id = here and s.id = (e.about ->> 'signal')::uuid)
       and not exists (select from requests r where r.area_id = here and r.id = (e.about ->> 'request')::uuid)
       and not exists (select from hearings z where z.area_id = here and z.id = (e.about ->> 'hearing')::uuid)
       and not exists (select from break_glass_grants g where g.area_id = here and g.id = (e.about ->> 'grant')::uuid)
       and not exists (select from cases c where c.area_id = here and c.id = e.case_id and c.forgotten_at is null);
end $$
"""

FORGET_EVENTS = """
create function forget_events(of_households uuid[]) returns setof uuid
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare here uuid := nullif(current_setting('casecoord.area', true), '')::uuid;
begin
    return query delete from events e using old_events(of_households) old
     where e.area_id = here and e.id = old.id returning e.id;
end $$
"""

# The content goes, the leaf stays: the tree still verifies.
RETIRE_LOG = """
create function retire_log(most int) returns setof uuid
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare here uuid := nullif(current_setting('casecoord.area', true), '')::uuid;
        term interval := make_interval(months => retention_months(here, 'access_log'));
begin
    return query update access_log a
       set record = null, salt = null, household = null, subjects = '{}', professional_id = null, resident = null,
           trace_id = ''
     where a.area_id = here and a.id in (select o.id from access_log o
              where o.area_id = here and o.record is not null and o.at + term <= clock() order by o.at limit most)
     returning a.id;
end $$
"""


def to(table: str, name: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["area_id", name], [f"{target}.area_id", f"{target}.id"], name=op.f(f"{table}_area_id_{name}_fkey")
    )


def create(table: str, *parts: sa.schema.SchemaItem, key: tuple[str, ...] = ("id",)) -> None:
    op.create_table(
        table,
        sa.Column("area_id", sa.Uuid(), nullable=False),
        *parts,
        sa.ForeignKeyConstraint(["area_id"], ["areas.id"], name=op.f(f"{table}_area_id_fkey")),
        sa.PrimaryKeyConstraint("area_id", *key, name=op.f(f"{table}_pkey")),
    )


def column(name: str, kind: sa.types.TypeEngine, *, null: bool = False) -> sa.Column:
    return sa.Column(name, kind, nullable=null)


def check(table: str, name: str, condition: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(condition, name=op.f(f"{table}_{name}"))


def decisions() -> None:
    create(
        "request_decisions",
        column("id", sa.Uuid()),
        column("request_id", sa.Uuid()),
        column("outcome", sa.Text()),
        column("ground", sa.Text()),
        column("words_sealed", sa.LargeBinary()),
        column("offered", sa.ARRAY(sa.Text())),
        column("despite_open", sa.Boolean()),
        column("prepared_by", sa.Uuid()),
        column("prepared_at", MOMENT),
        column("second_id", sa.Uuid()),
        column("state", sa.Text()),
        column("answered_at", MOMENT, null=True),
        column("answer_sealed", sa.LargeBinary(), null=True),
        to("request_decisions", "request_id", "requests"),
        to("request_decisions", "prepared_by", "memberships"),
        to("request_decisions", "second_id", "memberships"),
        check("request_decisions", "by_two", "second_id <> prepared_by"),
        check("request_decisions", "answered_once", "(state = 'pending') = (answered_at is null)"),
        check("request_decisions", "goes_back_with_words", "state <> 'sent_back' or answer_sealed is not null"),
    )
    pending = sa.text("state = 'pending'")
    op.create_index(
        "request_decisions_one_pending", "request_decisions", ["area_id", "request_id"], unique=True,
        postgresql_where=pending,
    )  # fmt: skip
    op.create_index(
        op.f("request_decisions_area_id_second_id_idx"), "request_decisions", ["area_id", "second_id"],
        postgresql_where=pending,
    )  # fmt: skip
    create(
        "request_agreements",
        column("request_id", sa.Uuid()),
        column("person_id", sa.Uuid()),
        to("request_agreements", "request_id", "requests"),
        to("request_agreements", "person_id", "persons"),
        key=("request_id", "person_id"),
    )


def rectifications() -> None:
    create(
        "rectifications",
        column("id", sa.Uuid()),
        column("request_id", sa.Uuid()),
        column("what", sa.Text()),
        column("row_id", sa.Uuid()),
        column("facet", sa.Text()),
        column("sphere", sa.Text()),
        column("audience", sa.Text(), null=True),
        column("former_sealed", sa.LargeBinary(), null=True),
        column("corrected_at", MOMENT),
        column("corrected_by", sa.Uuid()),
        to("rectifications", "request_id", "requests"),
        to("rectifications", "corrected_by", "memberships"),
    )
    for name in ("request_id", "row_id"):
        op.create_index(op.f(f"rectifications_area_id_{name}_idx"), "rectifications", ["area_id", name])


def terms() -> None:
    create(
        "retention_terms",
        column("kept_as", sa.Text()),
        column("from_on", sa.Date()),
        column("months", sa.Integer(), null=True),
        column("source", sa.Text()),
        check("retention_terms", "some_time", "months > 0"),
        check("retention_terms", "log_is_kept", "kept_as <> 'access_log' or months >= 60"),
        key=("kept_as", "from_on"),
    )


def requests() -> None:
    for name, kind, target in (
        ("appeal_of", sa.Uuid(), "requests"),
        ("lifted_at", MOMENT, None),
        ("lifted_by", sa.Uuid(), "memberships"),
    ):
        op.add_column("requests", sa.Column(name, kind, nullable=True))
        if target:
            op.create_foreign_key(
                op.f(f"requests_area_id_{name}_fkey"), "requests", target, ["area_id", name], ["area_id", "id"]
            )
    op.drop_constraint(op.f("requests_decided_by_two"), "requests")
    op.create_check_constraint(
        op.f("requests_decided_by_two"),
        "requests",
        "(state = 'open') = (decided_at is null) and (state in ('open', 'withdrawn') or (decided_by is not null"
        " and second_by is not null and second_by <> decided_by and ground is not null))",
    )
    op.create_check_constraint(
        op.f("requests_lifts_what_holds"),
        "requests",
        "(lifted_at is null) = (lifted_by is null) and (lifted_at is null"
        " or (state = 'granted' and kind in ('restriction', 'objection')))",
    )
    op.create_index(
        "requests_appealed_once", "requests", ["area_id", "appeal_of"], unique=True,
        postgresql_where=sa.text("appeal_of is not null and state <> 'withdrawn'"),
    )  # fmt: skip


def what_goes() -> None:
    """A case that is forgotten but for its existence; a record of the log whose content went."""
    op.add_column("cases", sa.Column("forgotten_at", MOMENT, nullable=True))
    op.drop_constraint(op.f("cases_closes_with_an_outcome"), "cases")
    op.create_check_constraint(
        op.f("cases_closes_with_an_outcome"),
        "cases",
        "state <> 'closed' or lapsed_as is not null or merged_into is not null or forgotten_at is not null"
        " or (outcome_sealed is not null and outcome_by is not null)",
    )
    op.create_check_constraint(
        op.f("cases_forgotten_after_its_end"), "cases", "forgotten_at is null or state = 'closed'"
    )
    op.create_index(
        "access_log_at", "access_log", ["area_id", "at"], postgresql_where=sa.text("record is not null")
    )


def upgrade() -> None:
    requests()
    decisions()
    rectifications()
    terms()
    what_goes()
    guard_rows()
    for statement in (SEED_TERMS, MONTHS, OLD_EVENTS, FORGET_EVENTS, RETIRE_LOG):
        op.execute(statement)
    op.execute(
        "create trigger areas_have_terms after insert on areas for each row execute function area_has_terms()"
    )
    op.execute(
        "insert into retention_terms (area_id, kept_as, from_on, months, source)"
        f" select a.id, t.kept_as, date '2018-05-25', t.months, t.source from areas a cross join {TERMS}"
    )
    for door in ("forget_events(uuid[])", "retire_log(int)"):
        op.execute(f"revoke execute on function {door} from public")
        op.execute(f"grant execute on function {door} to casecoord_app")


def guard_rows() -> None:
    """Row level security as for every table: only the context's area; without a context, nothing."""
    here = "(select nullif(current_setting('casecoord.area', true), '')::uuid)"
    for table in NEW:
        op.execute(f"alter table {table} enable row level security")
        op.execute(f"alter table {table} force row level security")
        op.execute(f"create policy own_area on {table} using (area_id = {here}) with check (area_id = {here})")
        op.execute(f"create policy migrations on {table} to casecoord_migrator using (true) with check (true)")
        op.execute(f"grant select, insert, update, delete on {table} to casecoord_app")


def downgrade() -> None:
    raise RuntimeError("what was decided is not taken away; restore a backup instead")
