"""The second net: whoever looks reads as a role of its own, to which the database shows no row beyond their seat.

`casecoord_reader` is the role of every view: it selects, and adds to the access log. A row is in view if its sphere
is one that this seat may see at all, if the household is one that this professional leads or has emergency access to
now, or if it is their own; what of it is shown stays the decision's. `casecoord_surveyor` is the role of views of no
family (figures, what hangs): it reads ids, states and spheres, no sealed column and no key. `casecoord_auditor` reads
what accounts for the work, and nothing of a family.

A new table takes one line in its migration (`guard_reading`); a test finds one that has none.
"""

import json

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

READER, SURVEYOR, AUDITOR = "casecoord_reader", "casecoord_surveyor", "casecoord_auditor"

HERE = "(select nullif(current_setting('casecoord.area', true), '')::uuid)"

# What a guard may say, in braces; a word may use those below it. `household_id`, `case_id`, `sphere` and `audience`
# are columns of the guarded table, which is `%t`. The settings say who looks, asked once a statement; unset they
# read as '', and then nothing is in view.
WORDS = {
    # Of a sphere that this seat may see, or that was shared with those who take part.
    "in_sphere": "(%t.sphere = any({spheres}) or %t.sphere = any({shared}) and %t.audience = 'teams_in_case')",
    # One's own to see whatever the team: by the lead, or in an emergency.
    "by_lead": "(%t.household_id = any({led}) and %t.sphere = any({lead_spheres})"
    " or %t.household_id = any({granted}) and %t.sphere = any({grant_spheres}))",
    "by_lead_of_case": "(%t.case_id = any({led_cases}) and %t.sphere = any({lead_spheres})"
    " or %t.case_id = any({granted_cases}) and %t.sphere = any({grant_spheres}))",
    # As whom the team looks: it takes part, is accountable, signalled or prepares a hearing.
    "related": "({whole} or %t.household_id = any({led}) or %t.household_id = any({granted})"
    " or exists (select from cases k join participants q on q.area_id = k.area_id and q.case_id = k.id"
    "   where k.area_id = {area} and k.household_id = %t.household_id and k.state <> 'closed' and q.team_id = {team}"
    "     and q.during @> {now})"
    " or exists (select from signals s where s.area_id = {area} and s.household_id = %t.household_id)"
    " or exists (select from hearings z where z.area_id = {area} and z.household_id = %t.household_id))",
    "in_case": "({whole} or %t.case_id = any({led_cases}) or %t.case_id = any({granted_cases})"
    " or exists (select from participants q where q.area_id = {area} and q.case_id = %t.case_id"
    "   and q.team_id = {team} and q.during @> {now}))",
    # The memberships whose writing is one's own: the team's, and one's own under others.
    "own": "(select m.id from memberships m where m.area_id = {area}"
    " and (m.professional_id = {professional} or m.team_id = {team}))",
    "now": "(select clock())",
    **{
        name: f"(select nullif(current_setting('casecoord.{name}', true), '')::uuid)"
        for name in ("area", "professional", "membership", "team")
    },
    "role": "(select current_setting('casecoord.role', true))",
    **{
        name: f"(select current_setting('casecoord.{name}', true) = 'on')"
        for name in ("families", "whole", "on_duty")
    },
    **{
        name: f"(select string_to_array(nullif(current_setting('casecoord.{name}', true), ''), ','))::text[]"
        for name in ("spheres", "shared", "lead_spheres", "grant_spheres", "case_facets")
    },
    **{
        name: f"(select nullif(current_setting('casecoord.{name}', true), ''))::uuid[]"
        for name in ("led", "led_cases", "led_near", "granted", "granted_cases", "granted_near")
    },
}

GUARD = """
create function guard_reading(guarded text, in_view text) returns void language plpgsql as $do$
declare word record;
begin
    for word in select said ->> 0 name, said ->> 1 means from jsonb_array_elements($words$@words$words$) said loop
        in_view := replace(in_view, '{' || word.name || '}', word.means);
    end loop;
    in_view := replace(in_view, '%t', guarded);
    execute format('grant select on %I to casecoord_reader', guarded);
    execute format('create policy in_view on %I as restrictive for select to casecoord_reader using (%s)',
                   guarded, in_view);
end $do$
"""

# Everything that a view needs to know of who looks: from their own rows, and from what the policy (`reach`) says
# of their seat. A household that became one with another, or was split off it, left its history there.
REACH = """
create function casecoord_reach(in_area uuid, who uuid, seat uuid, of_team uuid, kind text, as_role text,
                                moment timestamptz, reach jsonb) returns void
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
    sees jsonb := coalesce(reach -> 'seats' -> (as_role || ' ' || kind), reach -> 'seats' -> as_role);
    led uuid[] := '{}'; granted uuid[] := '{}'; duty boolean := false;
begin
    if seat is null then return; end if;
    if sees is not null then
        select coalesce(array_agg(c.household_id), '{}') into led
          from memberships m join leads l on l.area_id = m.area_id and l.membership_id = m.id and l.during @> moment
          join cases c on c.area_id = l.area_id and c.id = l.case_id and c.state <> 'closed'
         where m.area_id = in_area and m.professional_id = who;
        select coalesce(array_agg(g.household_id), '{}') into granted from break_glass_grants g
         where g.area_id = in_area and g.membership_id = seat and g.during @> moment;
        duty := exists (select from duty_shifts d
          join memberships m on m.area_id = d.area_id and m.id = d.membership_id
         where d.area_id = in_area and d.during @> moment and m.professional_id = who);
    end if;
    perform set_config('casecoord.' || name, coalesce(value, ''), true) from (values
        ('professional', who::text), ('membership', seat::text), ('role', as_role),
        ('team', case when sees ? 'by_team' then of_team::text end),
        ('families', case when sees is not null then 'on' end),
        ('whole', case when sees ? 'whole' then 'on' end), ('on_duty', case when duty then 'on' end),
        ('spheres', casecoord_words(sees -> 'open')), ('shared', casecoord_words(sees -> 'shared')),
        ('lead_spheres', casecoord_words(sees -> 'lead')), ('grant_spheres', casecoord_words(sees -> 'grant')),
        ('case_facets', casecoord_words(reach -> 'case_facets')),
        ('led', led::text), ('led_cases', casecoord_cases(in_area, led)::text),
        ('led_near', casecoord_near(in_area, led)::text), ('granted', granted::text),
        ('granted_cases', casecoord_cases(in_area, granted)::text),
        ('granted_near', casecoord_near(in_area, granted)::text)) said (name, value);
end $$
"""
WORDS_OF = """
create function casecoord_words(said jsonb) returns text language sql immutable as $$
    select coalesce(string_agg(word, ','), '') from jsonb_array_elements_text(said) word
$$
"""
CASES_OF = """
create function casecoord_cases(in_area uuid, homes uuid[]) returns uuid[]
language plpgsql stable set search_path = pg_catalog, public, pg_temp as $$
begin
    if homes = '{}' then return homes; end if;
    return coalesce((select array_agg(c.id) from cases c
                      where c.area_id = in_area and c.household_id = any(homes)), '{}');
end $$
"""
NEAR = """
create function casecoord_near(in_area uuid, homes uuid[]) returns uuid[]
language plpgsql stable set search_path = pg_catalog, public, pg_temp as $$
begin
    if homes = '{}' then return homes; end if;
    return (with recursive near (id) as (
        select unnest(homes) union
        select l.id from near n cross join lateral (
            select g.merged_id from merges g where g.area_id = in_area and g.household_id = n.id union all
            select g.household_id from merges g where g.area_id = in_area and g.merged_id = n.id union all
            select k.household_id from splits k where k.area_id = in_area and k.part_id = n.id) l (id))
      select array_agg(id) from near);
end $$
"""

# What a decision to withhold rests on although its viewer may not see it: five questions, each about one thing that
# they named, answered with ids alone. Without them, hiding a row would show another.
QUESTIONS = [
    # In whose timeline an event stands says what it is about, wherever that is now.
    f"""create function whereabouts(of_signal uuid, of_action uuid)
    returns table (signal_id uuid, household_id uuid, person_id uuid, case_id uuid, accountable_team_id uuid,
                   action_case uuid)
    language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
        select s.id, s.household_id, s.person_id, s.case_id, s.accountable_team_id, a.case_id from (select 1) one
        left join signals s on s.area_id = {HERE} and s.id = of_signal
        left join plan_actions a on a.area_id = {HERE} and a.id = of_action
    $$""",
    # That a team was asked to lead would tell that it takes part.
    f"""create function teams_in_case(of_case uuid, moment timestamptz) returns uuid[]
    language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
        select coalesce(array_agg(q.team_id), '{{}}') from participants q
         where q.area_id = {HERE} and q.case_id = of_case and q.during @> moment
    $$""",
    # Who held a household is named only where the signal that made them so is in view.
    f"""create function first_signal(of_household uuid, moment timestamptz) returns uuid
    language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
        select s.id from signals s where s.area_id = {HERE} and s.household_id = of_household
           and tstzrange(s.received_at, s.ended_at) @> moment
         order by s.sphere <> 'general', s.received_at, s.id limit 1
    $$""",
    # How much a team would take over is told to whom it is offered.
    f"""create function signals_offered(of_transfer uuid) returns bigint
    language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
        select count(*) from transfers h join signals s on s.area_id = h.area_id and s.household_id = h.household_id
           and s.state <> 'ended' and s.sphere = h.sphere
           and s.accountable_team_id is not distinct from h.from_team_id
         where h.area_id = {HERE} and h.id = of_transfer
    $$""",
    # The alliance's agenda says that something waits; not of whom, nor in which sphere.
    f"""create function still_on_agenda(thing uuid) returns boolean
    language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
        select exists (select from gaps g where g.area_id = {HERE} and g.id = thing and g.ended_at is null)
            or exists (select from blockades b where b.area_id = {HERE} and b.id = thing and b.state <> 'decided')
    $$""",
]

# Who works where and what covers what: of no family.
OF_NO_FAMILY = """
    areas neighbourhoods postcodes institutions organisations team_kinds teams team_covers professionals
    memberships coordinator_seats duty_shifts deputies turns meetings letters
""".split()

# A compartment's key, for whoever may see things of that sphere there, or has one such thing in view.
KEYS = (
    "compartment = 'identity' and {families} and {related} or compartment = any({spheres}) and {related}"
    " or household_id = any({led}) and compartment = any({lead_spheres})"
    " or household_id = any({granted}) and compartment = any({grant_spheres})"
    " or exists (select from signals s where s.area_id = {area} and s.household_id = %t.household_id"
    "   and s.sphere = %t.compartment)"
    + "".join(
        " or exists (select from cases k join " + things + " x on x.area_id = k.area_id and x.case_id = k.id"
        " where k.area_id = {area} and k.household_id = %t.household_id and x.sphere = %t.compartment)"
        for things in ("plan_actions", "blockades")
    )
    + " or compartment = 'general' and exists (select from break_glass_grants g where g.area_id = {area}"
    "   and g.household_id = %t.household_id)"
)
HEARINGS = (
    "'justice' = any({spheres}) and ({whole}"
    " or exists (select from cases k join participants q on q.area_id = k.area_id and q.case_id = k.id"
    "   where k.area_id = {area} and k.household_id = %t.household_id and k.state <> 'closed' and q.team_id = {team}"
    "     and q.during @> {now})"
    " or exists (select from households y join team_covers n on n.area_id = y.area_id and n.kind = 'neighbourhood'"
    "   and n.code = y.neighbourhood and n.team_id = {team} where y.area_id = {area} and y.id = %t.household_id))"
    " or household_id = any({led}) and 'justice' = any({lead_spheres})"
    " or household_id = any({granted}) and 'justice' = any({grant_spheres}) or planned_by in {own}"
)
MINE = "{0} = {{membership}} or id in (select u.subject_id from turns u where u.area_id = {{area}}" \
    " and u.membership_id = {{membership}})"  # fmt: skip
# Those who see no families still see what they wrote, and so the household of it.
OR_SIGNALLED = "{families} or %s in (select s.household_id from signals s where s.area_id = {area})"
OF_A_PERSON = "exists (select from persons p where p.area_id = {area} and p.id = %t.{0})"

IN_VIEW = {
    # That a household and its case are there, who leads and holds: ids and states that views join.
    **dict.fromkeys(("leads", "holders", "merges", "splits"), "{families}"),
    "households": OR_SIGNALLED % "id",
    "cases": OR_SIGNALLED % "household_id",
    "persons": "{families} and {related}",
    "household_moves": "{families} and {related}",
    "person_links": OF_A_PERSON.replace("{0}", "person_id"),
    "relationships": OF_A_PERSON.replace("{0}", "person_id"),
    "custody": OF_A_PERSON.replace("{0}", "minor_id"),
    "household_keys": KEYS,
    "contacts": "{families} and {in_case}",
    "refusals": "{families} and {in_case}",
    "proposals": "{families} and {in_case} or proposed_by in {own} or membership_id in {own}"
    " or id in (select u.subject_id from turns u where u.area_id = {area} and u.membership_id in {own})",
    # The professional on duty is told of an acute signal until somebody saw to it.
    "signals": "{in_sphere} and ({in_case} or {on_duty} and state = 'open' and urgency = 'acute')"
    " or {in_sphere} and {whole} or {by_lead}"
    " or {team} in (source_team_id, accountable_team_id) or author_id in {own}",
    "plan_actions": "{in_sphere} and ({in_case} or owner_id in {own}) or {by_lead_of_case} or author_id in {own}",
    "blockades": "{in_sphere} and {in_case} or {by_lead_of_case} or raised_by in {own}",
    # Which teams take part, what waits and what happened: ids, states and spheres, by sphere alone.
    "participants": "{in_sphere} or {by_lead_of_case} or team_id = {team}",
    "invitations": "sphere = any({spheres}) or {by_lead_of_case} or team_id = {team} or invited_by in {own}",
    "hearings": HEARINGS,
    "transfers": "{in_sphere} or {by_lead} or {team} in (from_team_id, to_team_id)"
    " or to_team_id is null and {role} = 'area_coordinator'",
    # What is between few is for whoever has to act, and for those to whom it climbs.
    "promises": "household_id is null or " + MINE.format("responder_id")
    + " or (rule not in ('G12', 'G15') or {role} in ('area_coordinator', 'decision_power'))"
    " and ({in_sphere} or {by_lead})",
    "gaps": "exists (select from promises p where p.area_id = {area} and p.id = gaps.promise_id)",
    # What is told of a case as such has no sphere of its own. That somebody looked in an emergency is between few.
    "events": "({families} and sphere = 'general' and facet = any({case_facets}) or {in_sphere}"
    " or household_id = any({led_near}) and sphere = any({lead_spheres})"
    " or household_id = any({granted_near}) and sphere = any({grant_spheres}))"
    " and (facet <> 'break_glass.grant' or household_id = any({led_near}) or {role} = 'privacy_officer')"
    " or membership_id in {own}",
    "outbox": "receiver_id = {membership} and (household_id is null or sphere = 'general' or {in_sphere} or {by_lead}"
    " or exists (select from signals s where s.area_id = {area} and s.id = outbox.source_id))",
    "break_glass_grants": "membership_id in (select m.id from memberships m where m.area_id = {area}"
    " and m.professional_id = {professional}) or household_id = any({led}) or {role} = 'privacy_officer'",
    # An undecided restriction closes what others would see: they have to know that there is one.
    "requests": "{families} and kind in ('restriction', 'objection') and state = 'open' or {role} = 'privacy_officer'",
    **dict.fromkeys(("merge_proposals", "arrivals", "move_offers"), "{role} = 'area_coordinator'"),
    "access_log": "professional_id = {professional} or {role} = 'privacy_officer'",
}

# Columns for figures and for what hangs on somebody: no word of anybody, and no key.
SURVEYED = {
    "signals": "area_id, id, household_id, case_id, state, sphere, audience, accountable_team_id, source_team_id,"
    " received_at, ended_at",
    "cases": "area_id, id, household_id, state, triaged_at, closed_at",
    "plan_actions": "area_id, id, case_id, team_id, owner_id, author_id, sphere, audience, state, due_on",
    "proposals": "area_id, id, case_id, kind, membership_id, state, proposed_at, answered_at",
    "households": "area_id, id, pseudonym",
    **dict.fromkeys(("participants", "leads", "promises", "gaps", "holders"), "*"),
}

AUDITED = {
    "break_glass_grants": "area_id, id, household_id, membership_id, medical, during, reviewed_at, reviewed_by",
    "requests": "area_id, id, household_id, person_id, kind, received_at, recorded_by, state, ground, decided_at,"
    " decided_by, second_by",
    "household_keys": "area_id, household_id, compartment, version",
    **dict.fromkeys(
        ("access_log", "areas", "organisations", "team_kinds", "teams", "professionals", "memberships"), "*"
    ),
}


def upgrade() -> None:
    words = json.dumps(list(WORDS.items()))
    for function in (GUARD.replace("@words", words), WORDS_OF, CASES_OF, NEAR, REACH, *QUESTIONS):
        op.execute(sa.text(function.replace(":", "\\:")))
    for table in OF_NO_FAMILY:
        op.execute(f"grant select on {table} to {READER}, {SURVEYOR}")
    for table, in_view in IN_VIEW.items():
        op.execute(sa.text("select guard_reading(:table, :in_view)").bindparams(table=table, in_view=in_view))
    for role, columns in ((SURVEYOR, SURVEYED), (AUDITOR, AUDITED)):
        for table, names in columns.items():
            op.execute(f"grant select{'' if names == '*' else f' ({names})'} on {table} to {role}")
    op.execute(f"grant insert on access_log to {READER}, {SURVEYOR}")
    functions()


def functions() -> None:
    """Each for whom it is there for, and for nobody else."""
    for private in ("guard_reading(text, text)", "casecoord_words(jsonb)", "casecoord_cases(uuid, uuid[])",
                    "casecoord_near(uuid, uuid[])"):  # fmt: skip
        op.execute(f"revoke execute on function {private} from public")
    reach = "casecoord_reach(uuid, uuid, uuid, uuid, text, text, timestamptz, jsonb)"
    for function, roles in (
        (reach, "casecoord_app"),
        *((question, f"casecoord_app, {READER}") for question in (
            "whereabouts(uuid, uuid)", "teams_in_case(uuid, timestamptz)", "first_signal(uuid, timestamptz)",
            "signals_offered(uuid)", "still_on_agenda(uuid)")),
        ("casecoord_areas()", READER),
        ("casecoord_within(uuid, timestamptz)", AUDITOR),
    ):  # fmt: skip
        op.execute(f"revoke execute on function {function} from public")
        op.execute(f"grant execute on function {function} to {roles}")


def downgrade() -> None:
    raise RuntimeError("guards are not taken away; restore a backup instead")
