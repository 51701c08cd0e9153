"""A list is about many households: where its team is at home is asked once, and then known.

The second net asks it of each row that a list reads, up to seven times for a household. `team_recalls_homes` asks it of
the team's own few rows, for the rest of the transaction; what it does not know is asked as before.
"""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

# As it was asked so far: under a name of its own.
ASKED = """
do $do$ begin
    execute replace(pg_get_functiondef('team_at_home(uuid)'::regprocedure), 'team_at_home', 'team_is_at_home');
end $do$
"""
RECALL = """
create function team_recalls_homes() returns boolean
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
declare here uuid := nullif(current_setting('casecoord.area', true), '')::uuid;
        acting uuid := nullif(current_setting('casecoord.acting', true), '')::uuid;
begin
    if acting is not null then
        perform set_config('casecoord.homes', coalesce(array_agg(home)::text, ''), true) from (
            -- So put that neither the team nor the moment is sought in the index that keeps a team from a case twice:
            -- that one begins with the case, and would be read whole.
            select k.household_id from participants q join cases k on k.area_id = q.area_id and k.id = q.case_id
             where q.area_id = here and q.team_id = any(array[acting]) and (q.during @> clock()) is true
               and k.state <> 'closed'
            union
            select s.household_id from signals s where s.area_id = here and s.accountable_team_id = acting
               and s.case_id is null and s.state <> 'ended'
            union
            select z.household_id from hearings z join memberships m on m.area_id = z.area_id and m.id = z.planned_by
              join households y on y.area_id = z.area_id and y.id = z.household_id
             where z.area_id = here and z.state = 'planned' and (m.team_id = acting or exists (
               select from team_covers n where n.area_id = here and n.kind = 'neighbourhood'
                  and n.code = y.neighbourhood and n.team_id = acting))) own (home);
    end if;
    return true;
end $$
"""
# Without security of its own and by names that are bound here, so that it becomes part of what asks.
AT_HOME = """
create or replace function team_at_home(home uuid) returns boolean language sql stable cost 2000
return coalesce(strpos(current_setting('casecoord.homes', true), home::text) > 0, false) or team_is_at_home(home)
"""


def upgrade() -> None:
    for function in (ASKED, RECALL, AT_HOME):
        op.execute(sa.text(function.replace(":", "\\:")))
    # A list is asked the same way where no net is spread: there is nothing that would ask what was recalled.
    for function, roles in (
        ("team_is_at_home(uuid)", "casecoord_reader"),
        ("team_recalls_homes()", "casecoord_app, casecoord_reader"),
    ):
        op.execute(f"revoke execute on function {function} from public")
        op.execute(f"grant execute on function {function} to {roles}")
    # What is broken between few is asked for beside each list of gaps, among all that runs in the area.
    op.execute(
        "create index promises_of_few on promises (area_id, due_at)"
        " where ended_at is null and (household_id is null or rule in ('G12', 'G15'))"
    )
    # A list holds the hearings that its team prepares, of all that were ever held.
    op.execute("create index hearings_planned on hearings (area_id, household_id) where state = 'planned'")


def downgrade() -> None:
    raise RuntimeError("guards are not taken away; restore a backup instead")
