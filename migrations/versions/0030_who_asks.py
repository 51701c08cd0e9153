"""Who asks, and where their team is at home, is found by the person and by the case, however large the area is.

Both were sought by team and moment, in an index that begins with neither: it was read whole at each request. And the
records of a list are given their pseudonyms together: asked one by one, that took as long as to write them.
"""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

# A moment that is compared and then said to be so is looked up in no index: what is left is to begin with whose it is.
BY = {
    "casecoord_enter(text, text, uuid, timestamptz)": (
        ("m.during @> moment and t.during @> moment", "(m.during @> moment and t.during @> moment) is true"),
    ),
    "team_is_at_home(uuid)": (
        ("q.team_id = acting", "(q.team_id = acting) is true"),
        ("q.during @> clock()", "(q.during @> clock()) is true"),
    ),
    "team_prepares(uuid)": (
        ("q.team_id = acting", "(q.team_id = acting) is true"),
        ("q.during @> clock()", "(q.during @> clock()) is true"),
    ),
}
REWRITE = """
do $do$
declare was text := pg_get_functiondef('{function}'::regprocedure); becomes text := was;
begin
    {steps}
    execute becomes;
end $do$
"""
STEP = """if strpos(becomes, '{old}') = 0 then raise exception '{function} does not say: {old}'; end if;
    becomes := replace(becomes, '{old}', '{new}');"""

# As `pseudonyms`, of the households of many entries and of the persons (`people`) that each (`of_entries`) is about.
PSEUDONYMS = """
create function pseudonyms_of(entries uuid[], homes uuid[], of_entries uuid[], people uuid[])
returns table (entry uuid, household uuid, subjects uuid[])
language plpgsql stable security definer set search_path = pg_catalog, public, pg_temp as $$
declare here uuid := nullif(current_setting('casecoord.area', true), '')::uuid;
begin
    return query select e.id, h.pseudonym, coalesce(about.subjects, '{}')
      from unnest(entries, homes) e (id, household)
      left join households h on h.area_id = here and h.id = e.household and h.erased_at is null
      left join (select n.entry, array_agg(p.pseudonym order by n.place) subjects
                   from unnest(of_entries, people) with ordinality n (entry, person, place)
                   join persons p on p.area_id = here and p.id = n.person group by n.entry) about
        on about.entry = e.id;
end $$
"""


def upgrade() -> None:
    for function, changes in BY.items():
        steps = "\n    ".join(STEP.format(function=function, old=old, new=new) for old, new in changes)
        op.execute(REWRITE.format(function=function, steps=steps))
    op.execute(sa.text(PSEUDONYMS.replace(":", "\\:")))
    op.execute("revoke execute on function pseudonyms_of(uuid[], uuid[], uuid[], uuid[]) from public")
    op.execute(
        "grant execute on function pseudonyms_of(uuid[], uuid[], uuid[], uuid[])"
        " to casecoord_app, casecoord_reader, casecoord_surveyor"
    )


def downgrade() -> None:
    raise RuntimeError("each request would ask all memberships of its area; restore a backup instead")
