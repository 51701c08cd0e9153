"""What else waits: transfers, blockades, hearings, emergency access, requests, refusals; and the area's own promises.

INVARIANT (timed): each of them, while it waits, has exactly one running promise. A promise ends kept, or
lapses with its reason and by whom.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def column(name: str, kind: sa.types.TypeEngine, *, null: bool = False) -> sa.Column:
    return sa.Column(name, kind, nullable=null)


def to(table: str, name: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["area_id", name], [f"{target}.area_id", f"{target}.id"], name=op.f(f"{table}_area_id_{name}_fkey")
    )


def create(table: str, *parts: sa.schema.SchemaItem) -> None:
    op.create_table(
        table,
        column("area_id", sa.Uuid()),
        column("id", sa.Uuid()),
        *parts,
        sa.ForeignKeyConstraint(["area_id"], ["areas.id"], name=op.f(f"{table}_area_id_fkey")),
        sa.PrimaryKeyConstraint("area_id", "id", name=op.f(f"{table}_pkey")),
    )


def check(table: str, name: str, condition: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(condition, name=op.f(f"{table}_{name}"))


def transfers() -> None:
    create(
        "transfers",
        column("household_id", sa.Uuid()),
        column("kind", sa.Text()),
        column("sphere", sa.Text()),
        column("audience", sa.Text(), null=True),
        column("from_team_id", sa.Uuid(), null=True),
        column("to_team_id", sa.Uuid(), null=True),
        column("state", sa.Text()),
        column("offered_at", MOMENT),
        column("answered_at", MOMENT, null=True),
        column("answered_by", sa.Uuid(), null=True),
        column("answer_sealed", sa.LargeBinary(), null=True),
        to("transfers", "household_id", "households"),
        to("transfers", "from_team_id", "teams"),
        to("transfers", "to_team_id", "teams"),
        to("transfers", "answered_by", "memberships"),
        check("transfers", "answered_once", "(state = 'pending') = (answered_at is null)"),
    )
    op.create_index(
        "transfers_one_pending",
        "transfers",
        ["area_id", "household_id", "sphere", "from_team_id", "to_team_id"],
        unique=True,
        postgresql_where=sa.text("state = 'pending'"),
        postgresql_nulls_not_distinct=True,
    )
    op.create_index(
        op.f("transfers_area_id_household_id_idx"), "transfers", ["area_id", "household_id"], unique=False
    )


def blockades() -> None:
    create(
        "blockades",
        column("case_id", sa.Uuid()),
        column("team_id", sa.Uuid()),
        column("raised_by", sa.Uuid()),
        column("kind", sa.Text()),
        column("domain", sa.Text()),
        column("sphere", sa.Text()),
        column("audience", sa.Text(), null=True),
        column("what_sealed", sa.LargeBinary()),
        column("asked_sealed", sa.LargeBinary()),
        column("action_id", sa.Uuid(), null=True),
        column("state", sa.Text()),
        column("raised_at", MOMENT),
        column("decided_at", MOMENT, null=True),
        column("decided_by", sa.Uuid(), null=True),
        column("decision_sealed", sa.LargeBinary(), null=True),
        column("reach", sa.Text(), null=True),
        to("blockades", "case_id", "cases"),
        to("blockades", "team_id", "teams"),
        to("blockades", "raised_by", "memberships"),
        to("blockades", "action_id", "plan_actions"),
        to("blockades", "decided_by", "memberships"),
        check(
            "blockades",
            "decided_with_a_reason",
            "(state = 'decided') = (decided_at is not null and decided_by is not null"
            " and decision_sealed is not null and reach is not null)",
        ),
    )
    op.create_index(op.f("blockades_area_id_case_id_idx"), "blockades", ["area_id", "case_id"], unique=False)


def hearings() -> None:
    create(
        "hearings",
        column("household_id", sa.Uuid()),
        column("person_id", sa.Uuid()),
        column("held_on", sa.Date()),
        column("state", sa.Text()),
        column("planned_by", sa.Uuid()),
        column("planned_at", MOMENT),
        column("alternative_at", MOMENT, null=True),
        column("place_held_at", MOMENT, null=True),
        to("hearings", "household_id", "households"),
        to("hearings", "person_id", "persons"),
        to("hearings", "planned_by", "memberships"),
    )
    op.create_index(
        op.f("hearings_area_id_household_id_idx"), "hearings", ["area_id", "household_id"], unique=False
    )


def break_glass_grants() -> None:
    create(
        "break_glass_grants",
        column("household_id", sa.Uuid()),
        column("membership_id", sa.Uuid()),
        column("reason_sealed", sa.LargeBinary()),
        column("medical", sa.Boolean()),
        column("during", postgresql.TSTZRANGE()),
        column("reviewed_at", MOMENT, null=True),
        column("reviewed_by", sa.Uuid(), null=True),
        column("review_sealed", sa.LargeBinary(), null=True),
        to("break_glass_grants", "household_id", "households"),
        to("break_glass_grants", "membership_id", "memberships"),
        to("break_glass_grants", "reviewed_by", "memberships"),
        check(
            "break_glass_grants",
            "short",
            "not lower_inf(during) and not upper_inf(during) and upper(during) - lower(during) <= '24 hours'",
        ),
        check(
            "break_glass_grants",
            "reviewed_by_another",
            "(reviewed_at is null) = (reviewed_by is null) and reviewed_by is distinct from membership_id",
        ),
    )
    for name in ("household_id", "membership_id"):
        op.create_index(
            op.f(f"break_glass_grants_area_id_{name}_idx"), "break_glass_grants", ["area_id", name], unique=False
        )


def requests() -> None:
    create(
        "requests",
        column("household_id", sa.Uuid()),
        column("person_id", sa.Uuid()),
        column("kind", sa.Text()),
        column("received_at", MOMENT),
        column("recorded_by", sa.Uuid()),
        column("words_sealed", sa.LargeBinary(), null=True),
        column("state", sa.Text()),
        column("ground", sa.Text(), null=True),
        column("decided_at", MOMENT, null=True),
        column("decided_by", sa.Uuid(), null=True),
        column("second_by", sa.Uuid(), null=True),
        column("decision_sealed", sa.LargeBinary(), null=True),
        to("requests", "household_id", "households"),
        to("requests", "person_id", "persons"),
        to("requests", "recorded_by", "memberships"),
        to("requests", "decided_by", "memberships"),
        to("requests", "second_by", "memberships"),
        check(
            "requests",
            "decided_by_two",
            "(state = 'open') = (decided_at is null) and (state = 'open' or (decided_by is not null"
            " and second_by is not null and second_by <> decided_by and ground is not null))",
        ),
    )
    op.create_index(
        op.f("requests_area_id_household_id_idx"), "requests", ["area_id", "household_id"], unique=False
    )


def refusals() -> None:
    create(
        "refusals",
        column("case_id", sa.Uuid()),
        column("recorded_by", sa.Uuid()),
        column("recorded_at", MOMENT),
        column("reason_sealed", sa.LargeBinary()),
        column("review_on", sa.Date()),
        column("confirmed_by", sa.Uuid(), null=True),
        column("confirmed_at", MOMENT, null=True),
        column("ended_at", MOMENT, null=True),
        to("refusals", "case_id", "cases"),
        to("refusals", "recorded_by", "memberships"),
        to("refusals", "confirmed_by", "memberships"),
        check(
            "refusals",
            "confirmed_by_another",
            "(confirmed_at is null) = (confirmed_by is null) and confirmed_by is distinct from recorded_by",
        ),
    )
    op.create_index(
        "refusals_one_at_a_time",
        "refusals",
        ["area_id", "case_id"],
        unique=True,
        postgresql_where=sa.text("ended_at is null"),
    )


def covering() -> None:
    """G8's objects: schools with an id of their own, who sits in a team as what, and when teams met."""
    op.add_column(
        "institutions",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
    )
    op.create_unique_constraint(op.f("institutions_area_id_id_key"), "institutions", ["area_id", "id"])
    op.add_column(
        "institutions",
        sa.Column("uncovered_since", MOMENT, server_default=sa.text("clock()"), nullable=True),
    )
    op.execute("""
update institutions i set uncovered_since = null from team_covers v
 where v.area_id = i.area_id and v.kind = i.kind and v.code = i.code""")
    op.add_column("memberships", sa.Column("discipline", sa.Text(), nullable=True))
    create(
        "meetings",
        column("team_id", sa.Uuid()),
        column("held_at", MOMENT),
        to("meetings", "team_id", "teams"),
    )
    op.create_index(
        op.f("meetings_area_id_team_id_held_at_idx"), "meetings", ["area_id", "team_id", "held_at"], unique=False
    )
    op.execute("""
create function cover_is_marked() returns trigger language plpgsql as $$
begin
    if tg_op <> 'INSERT' then
        update institutions set uncovered_since = clock()
         where area_id = old.area_id and kind = old.kind and code = old.code;
    end if;
    if tg_op <> 'DELETE' then
        update institutions set uncovered_since = null
         where area_id = new.area_id and kind = new.kind and code = new.code;
    end if;
    return null;
end $$""")
    op.execute(
        "create trigger team_covers_are_marked after insert or update or delete on team_covers"
        " for each row execute function cover_is_marked()"
    )


def promises() -> None:
    op.alter_column("promises", "kept_at", new_column_name="ended_at")
    op.alter_column("promises", "household_id", nullable=True)
    op.add_column("promises", sa.Column("lapsed_as", sa.Text(), nullable=True))
    op.add_column("promises", sa.Column("lapsed_by", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f("promises_area_id_lapsed_by_fkey"),
        "promises",
        "memberships",
        ["area_id", "lapsed_by"],
        ["area_id", "id"],
    )
    op.create_check_constraint(
        op.f("promises_of_a_household_or_the_area"),
        "promises",
        "(household_id is null) = (rule in ('G8', 'G8 duty', 'delivery'))",
    )
    op.create_check_constraint(
        op.f("promises_lapse_names_who_and_why"),
        "promises",
        "(lapsed_as is null or ended_at is not null) and (lapsed_as is null) = (lapsed_by is null)",
    )


RESPONDER_WORKS = """
create or replace function responder_works() returns trigger language plpgsql as $$
declare term tstzrange;
begin
    perform judged_as_committed();
    select m.during into term from memberships m
     where m.area_id = new.area_id and m.id = new.responder_id for share;
    if new.ended_at is null and not term @> clock() then
        perform refuse('promises_inside_membership', 'a promise would wait for somebody who does not work here');
    end if;
    return null;
end $$
"""

MEMBERSHIP_KEEPS = """
create or replace function membership_keeps_its_work() returns trigger language plpgsql as $$
declare hanging text;
begin
    perform judged_as_committed();
    select tab into hanging from (
        select 'holders' as tab, during from holders where area_id = old.area_id and membership_id = old.id
        union all
        select 'leads', during from leads where area_id = old.area_id and membership_id = old.id
        union all
        select 'coordinator_seats', during from coordinator_seats
         where area_id = old.area_id and membership_id = old.id
        union all
        select 'duty_shifts', during from duty_shifts where area_id = old.area_id and membership_id = old.id
        union all
        select 'promises', tstzrange(clock(), clock(), '[]') from promises
         where area_id = old.area_id and responder_id = old.id and ended_at is null
    ) work
    where not exists (select from memberships m where m.area_id = old.area_id and m.id = old.id
                         and m.during @> work.during)
    limit 1;
    if found then
        perform refuse(hanging || '_inside_membership', 'work still hangs on this membership: hand it over first');
    end if;
    return null;
end $$
"""

# A case whose family refuses, on the lead's and a coordinator's word, waits for the review of that.
REFUSED = """
create function family_refuses(in_area uuid, in_case uuid) returns boolean language sql stable as $$
    select exists (select from refusals where area_id = in_area and case_id = in_case
                      and confirmed_at is not null and ended_at is null)
$$
"""

# One row for everything that waits: its promise's rule, its household, its own id, where it stands.
WAITS = """
create view what_waits with (security_invoker = true) as
    select area_id, id as subject_id, case state when 'open' then 'G1' else 'G13' end as rule, household_id
      from signals where state in ('open', 'on_hold')
    union all
    select area_id, id, 'G2', household_id from cases where state in ('triaged', 'lead_proposed')
    union all
    select c.area_id, c.id, 'G7', c.household_id
      from cases c join proposals p on p.area_id = c.area_id and p.case_id = c.id
     where c.state in ('led', 'aftercare') and p.state = 'pending'
    union all
    select area_id, id, 'G7', household_id from transfers where state = 'pending'
    union all
    select c.area_id, a.id, 'G4', c.household_id
      from plan_actions a join cases c on c.area_id = a.area_id and c.id = a.case_id
     where a.state = 'open' and c.state <> 'closed' and not family_refuses(c.area_id, c.id)
    union all
    select area_id, id, 'G9', household_id from hearings where state = 'planned' and place_held_at is null
    union all
    select b.area_id, b.id, 'G10', c.household_id
      from blockades b join cases c on c.area_id = b.area_id and c.id = b.case_id where b.state <> 'decided'
    union all
    select area_id, id, 'G12', household_id from break_glass_grants where reviewed_at is null
    union all
    select r.area_id, r.id, 'G13', c.household_id
      from refusals r join cases c on c.area_id = r.area_id and c.id = r.case_id
     where r.confirmed_at is not null and r.ended_at is null and c.state <> 'closed'
    union all
    select c.area_id, i.id, 'G14', c.household_id
      from invitations i join cases c on c.area_id = i.area_id and c.id = i.case_id
     where i.state = 'pending' and c.state <> 'closed'
    union all
    select area_id, id, 'G15', household_id from requests where state = 'open'
"""

TIMED = """
create or replace function subject_timed(constraint_name text, in_area uuid, subject uuid)
returns void language plpgsql as $$
declare due text; running text;
begin
    perform judged_as_committed();
    select string_agg(rule || ' ' || household_id, ', ' order by rule) into due
      from what_waits where area_id = in_area and subject_id = subject;
    select string_agg(rule || ' ' || household_id, ', ' order by rule) into running from promises
     where area_id = in_area and subject_id = subject and ended_at is null
       and rule in ('G1', 'G2', 'G4', 'G7', 'G9', 'G10', 'G12', 'G13', 'G14', 'G15');
    if running is distinct from due then
        perform refuse(constraint_name, 'what waits has exactly one running promise');
    end if;
end $$
"""

TIMED_TRIGGER = """
create or replace function timed_at_commit() returns trigger language plpgsql as $$
begin
    if tg_table_name = 'proposals' then
        perform subject_timed('cases_timed', new.area_id, new.case_id);
    elsif tg_table_name = 'refusals' then
        perform subject_timed('refusals_timed', new.area_id, new.id);
        perform subject_timed('plan_actions_timed', a.area_id, a.id) from plan_actions a
          where a.area_id = new.area_id and a.case_id = new.case_id;
    else
        perform subject_timed(tg_table_name || '_timed', new.area_id, new.id);
    end if;
    return null;
end $$
"""

PROMISED_BY = """
create or replace function promised_by(rule text) returns text language sql immutable as $$
    select case rule when 'G1' then 'signals' when 'G13' then 'signals' when 'G4' then 'plan_actions'
        when 'G14' then 'invitations' when 'G9' then 'hearings' when 'G10' then 'blockades'
        when 'G12' then 'break_glass_grants' when 'G15' then 'requests' else 'cases' end
$$
"""

TABLES = ["transfers", "blockades", "hearings", "break_glass_grants", "requests", "refusals", "meetings"]


def upgrade() -> None:
    transfers()
    blockades()
    hearings()
    break_glass_grants()
    requests()
    refusals()
    covering()
    promises()
    for statement in (
        RESPONDER_WORKS, MEMBERSHIP_KEEPS, REFUSED, WAITS, TIMED, TIMED_TRIGGER, PROMISED_BY,
    ):  # fmt: skip
        op.execute(statement)
    op.execute("grant select on what_waits to casecoord_app")
    for table in [name for name in TABLES if name != "meetings"]:
        op.execute(
            f"create constraint trigger {table}_timed after insert or update on {table} "
            "deferrable initially deferred for each row execute function timed_at_commit()"
        )
    guard_rows()


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
    raise RuntimeError("what waits is not taken away; restore a backup instead")
