"""The family at the table: goals and steps, agreements in each wording with each answer; and hours for leading cases."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
TABLES = ("agreements", "agreement_answers", "milestones")


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


def agreements() -> None:
    create(
        "agreements",
        column("case_id", sa.Uuid()),
        column("author_id", sa.Uuid()),
        column("domain", sa.Text()),
        column("sphere", sa.Text()),
        column("audience", sa.Text(), null=True),
        column("what_sealed", sa.LargeBinary()),
        column("doer_sealed", sa.LargeBinary()),
        column("due_on", sa.Date()),
        column("recorded_at", MOMENT),
        column("replaces", sa.Uuid(), null=True),
        column("adopts", sa.Uuid(), null=True),
        column("reply_sealed", sa.LargeBinary(), null=True),
        column("kept_at", MOMENT, null=True),
        column("praise_sealed", sa.LargeBinary(), null=True),
        to("agreements", "case_id", "cases"),
        to("agreements", "author_id", "memberships"),
        to("agreements", "replaces", "agreements"),
        to("agreements", "adopts", "persons"),
        check(
            "agreements",
            "answers_an_earlier_one",
            "replaces is not null or (adopts is null and reply_sealed is null)",
        ),
        check("agreements", "praised_once_kept", "praise_sealed is null or kept_at is not null"),
    )
    op.create_index(op.f("agreements_area_id_case_id_idx"), "agreements", ["area_id", "case_id"])
    op.create_index(
        "agreements_replaced_once",
        "agreements",
        ["area_id", "replaces"],
        unique=True,
        postgresql_where=sa.text("replaces is not null"),
    )


def answers() -> None:
    create(
        "agreement_answers",
        column("agreement_id", sa.Uuid()),
        column("person_id", sa.Uuid()),
        column("sphere", sa.Text()),
        column("turn", sa.Integer()),
        column("answer", sa.Text()),
        column("words_sealed", sa.LargeBinary(), null=True),
        column("said_by", sa.Uuid(), null=True),
        column("recorded_by", sa.Uuid(), null=True),
        column("answered_at", MOMENT),
        to("agreement_answers", "agreement_id", "agreements"),
        to("agreement_answers", "person_id", "persons"),
        to("agreement_answers", "said_by", "persons"),
        to("agreement_answers", "recorded_by", "memberships"),
        check(
            "agreement_answers",
            "said_by_somebody",
            "(turn = 0) = (answer = 'asked') and (answer = 'asked') = (said_by is null)"
            " and answer in ('asked', 'confirmed', 'changed', 'refused')",
        ),
        check(
            "agreement_answers",
            "changed_in_own_words",
            "answer <> 'changed' or words_sealed is not null",
        ),
    )
    op.create_index(
        "agreement_answers_in_turn",
        "agreement_answers",
        ["area_id", "agreement_id", "person_id", "turn"],
        unique=True,
    )


def milestones() -> None:
    create(
        "milestones",
        column("case_id", sa.Uuid()),
        column("kind", sa.Text()),
        column("own", sa.Boolean()),
        column("author_id", sa.Uuid(), null=True),
        column("person_id", sa.Uuid(), null=True),
        column("domain", sa.Text()),
        column("sphere", sa.Text()),
        column("audience", sa.Text(), null=True),
        column("words_sealed", sa.LargeBinary()),
        column("set_at", MOMENT),
        column("goal_id", sa.Uuid(), null=True),
        column("agreement_id", sa.Uuid(), null=True),
        column("reached_at", MOMENT, null=True),
        column("praise_sealed", sa.LargeBinary(), null=True),
        to("milestones", "case_id", "cases"),
        to("milestones", "author_id", "memberships"),
        to("milestones", "person_id", "persons"),
        to("milestones", "goal_id", "milestones"),
        to("milestones", "agreement_id", "agreements"),
        check("milestones", "known", "kind in ('goal', 'step', 'proud')"),
        check(
            "milestones",
            "step_of_one",
            "num_nonnulls(goal_id, agreement_id) = case kind when 'step' then 1 else 0 end",
        ),
        check("milestones", "by_somebody", "author_id is not null or own"),
        check("milestones", "proud_of_what_is", "kind <> 'proud' or (own and reached_at is not null)"),
        check("milestones", "praised_once_reached", "praise_sealed is null or reached_at is not null"),
    )
    op.create_index(op.f("milestones_area_id_case_id_idx"), "milestones", ["area_id", "case_id"])


# INVARIANT (both versions are kept): an answer stands as it was given, and nobody answers a wording that was replaced.
ANSWERS_STAND = """
create function answers_stand() returns trigger language plpgsql as $$
begin
    if tg_op = 'UPDATE' then
        if (new.answer, new.turn, new.answered_at) is distinct from (old.answer, old.turn, old.answered_at) then
            raise exception 'an answer is kept as it was given'
                using errcode = 'check_violation', constraint = 'agreement_answers_stand';
        end if;
    elsif new.turn > 0 and exists (select from agreements a
            where a.area_id = new.area_id and a.replaces = new.agreement_id) then
        raise exception 'this wording was replaced by another'
            using errcode = 'check_violation', constraint = 'agreement_answers_to_what_stands';
    end if;
    return new;
end $$
"""

# A key for whoever has one of these things in view, as for actions and blockades.
FAMILY_IN_VIEW = """
create function family_in_view(home uuid, compartment text) returns boolean language plpgsql stable cost 2000 as $$
declare here uuid := nullif(current_setting('casecoord.area', true), '')::uuid;
begin
    return exists (select from cases k join milestones m on m.area_id = k.area_id and m.case_id = k.id
        where k.area_id = here and k.household_id = home and m.sphere = compartment)
      or exists (select from cases k join agreements a on a.area_id = k.area_id and a.case_id = k.id
        where k.area_id = here and k.household_id = home and a.sphere = compartment);
end $$
"""
# Whatever else already opens a key goes on doing so.
KEYS = """
do $$
declare known text := (select qual from pg_policies where schemaname = 'vault' and tablename = 'household_keys'
                          and policyname = 'in_view');
begin
    execute format('alter policy in_view on vault.household_keys using (%s or'
                   ' (compartment <> ''identity'' and family_in_view(household_id, compartment)))', known);
end $$
"""


def facet(name: str) -> str:
    return f"strpos({{facets}}, ',{name},') > 0"


def _of_case(shown: str) -> str:
    return f"strpos({{own}}, author_id::text) > 0 or {{by_lead_of_case}} or ({shown}) and {{in_sphere}} and {{in_case}}"


IN_VIEW = {
    "agreements": _of_case(facet("family.agreement")),
    "milestones": _of_case(f"case when own then {facet('family.goal')} else {facet('plan.goal')} end"),
    "agreement_answers": "exists (select from agreements g where g.area_id = %t.area_id and g.id = %t.agreement_id)",
}


def hours() -> None:
    op.add_column("memberships", sa.Column("lead_hours", sa.SmallInteger(), nullable=True))
    op.create_check_constraint(op.f("memberships_hours_of_a_week"), "memberships", "lead_hours between 0 and 60")
    # Figures weigh a case by how urgent its signals are: a word of a list, of the spheres that the viewer may see.
    op.execute("grant select (urgency) on signals to casecoord_surveyor")


def upgrade() -> None:
    agreements()
    answers()
    milestones()
    op.execute(ANSWERS_STAND)
    op.execute(
        "create trigger answers_stand before insert or update on agreement_answers"
        " for each row execute function answers_stand()"
    )
    guard_rows()
    op.execute(FAMILY_IN_VIEW)
    op.execute("revoke execute on function family_in_view(uuid, text) from public")
    op.execute("grant execute on function family_in_view(uuid, text) to casecoord_reader")
    for table, in_view in IN_VIEW.items():
        op.execute(sa.text("select guard_reading(:table, :in_view)").bindparams(table=table, in_view=in_view))
    op.execute(KEYS)
    hours()


def guard_rows() -> None:
    for table in TABLES:
        op.execute(f"select guard_rows('{table}')")


def downgrade() -> None:
    raise RuntimeError("what was agreed is not taken away; restore a backup instead")
