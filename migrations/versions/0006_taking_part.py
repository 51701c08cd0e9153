"""Taking part: an appointed lead may object, and a team leaves a case only when no open action of it is left."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

# INVARIANT (timed): a case that is led by somebody who was appointed and objects still searches a lead (G2).
OBJECTED = """
select c.area_id, c.id, 'G2', c.household_id from cases c
  join leads l on l.area_id = c.area_id and l.case_id = c.id and upper_inf(l.during)
  join proposals p on p.area_id = l.area_id and p.id = l.proposal_id and p.objected_at is not null
 where c.state in ('led', 'aftercare')
"""

LEAD_TIMED = """
create function lead_timed_at_commit() returns trigger language plpgsql as $$
declare row leads;
begin
    row := case when tg_op = 'DELETE' then old else new end;
    perform subject_timed('cases_timed', row.area_id, row.case_id);
    return null;
end $$
"""

# INVARIANT (no silent drop): whose an open action is takes part in its case.
IN_THE_CASE = """
create function action_in_the_case(in_area uuid, in_case uuid, of_team uuid) returns void language plpgsql as $$
begin
    perform judged_as_committed();
    perform from cases where area_id = in_area and id = in_case for no key update;
    if exists (select from plan_actions a join cases c on c.area_id = a.area_id and c.id = a.case_id
                where a.area_id = in_area and a.case_id = in_case and a.team_id = of_team
                  and a.state = 'open' and c.state <> 'closed')
       and not exists (select from participants p where p.area_id = in_area and p.case_id = in_case
                          and p.team_id = of_team and upper_inf(p.during)) then
        perform refuse('plan_actions_in_the_case', 'an open action of a team that takes no part in the case');
    end if;
end $$
"""

IN_THE_CASE_TRIGGER = """
create function action_in_the_case_at_commit() returns trigger language plpgsql as $$
begin
    if tg_op <> 'INSERT' then
        perform action_in_the_case(old.area_id, old.case_id, old.team_id);
    end if;
    if tg_op <> 'DELETE' then
        perform action_in_the_case(new.area_id, new.case_id, new.team_id);
    end if;
    return null;
end $$
"""

TRIGGERS = [
    ("leads_timed", "leads", "insert or update or delete", "lead_timed_at_commit"),
    ("plan_actions_in_the_case", "plan_actions", "insert or update", "action_in_the_case_at_commit"),
    ("participants_keep_their_actions", "participants", "update or delete", "action_in_the_case_at_commit"),
]


def upgrade() -> None:
    op.add_column("proposals", sa.Column("objected_at", sa.DateTime(timezone=True)))
    op.add_column("proposals", sa.Column("objection_sealed", sa.LargeBinary))
    op.create_check_constraint(
        "proposals_objects_to_an_appointment",
        "proposals",
        "(objected_at is null) = (objection_sealed is null)"
        " and (objected_at is null or (kind = 'appointment' and state = 'accepted'))",
    )
    op.create_index(
        "blockades_one_on_an_action",
        "blockades",
        ["area_id", "action_id"],
        unique=True,
        postgresql_where=sa.text("state <> 'decided'"),
    )
    op.create_index(
        "hearings_one_on_a_day",
        "hearings",
        ["area_id", "person_id", "held_on"],
        unique=True,
        postgresql_where=sa.text("state = 'planned'"),
    )
    also_waits(OBJECTED)
    for statement in (LEAD_TIMED, IN_THE_CASE, IN_THE_CASE_TRIGGER):
        op.execute(statement)
    for name, table, when, function in TRIGGERS:
        op.execute(
            f"create constraint trigger {name} after {when} on {table} "
            f"deferrable initially deferred for each row execute function {function}()"
        )


def also_waits(what: str) -> None:
    """Adds to the list of what has to have a running promise, whatever else is on it by now."""
    known = op.get_bind().scalar(sa.text("select pg_get_viewdef('what_waits'::regclass)"))
    op.execute(
        "create or replace view what_waits with (security_invoker = true) as "
        f"{known.rstrip().removesuffix(';')} union all {what}"
    )


def downgrade() -> None:
    raise RuntimeError("what keeps actions with their teams is not taken away; restore a backup instead")
