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
down_revision = "0010"
branch_labels = None
depends_on = None

READER, SURVEYOR, AUDITOR = "casecoord_reader", "casecoord_surveyor", "casecoord_auditor"

# What the context of a transaction says, asked once a statement. Unset reads as '': then nothing is in view.
WORDS = {
    "area": "(select nullif(current_setting('casecoord.area', true), '')::uuid)",
    "professional": "(select nullif(current_setting('casecoord.professional', true), '')::uuid)",
    "membership": "(select nullif(current_setting('casecoord.membership', true), '')::uuid)",
    "team": "(select nullif(current_setting('casecoord.team', true), '')::uuid)",
    "role": "(select current_setting('casecoord.role', true))",
    "families": "(select current_setting('casecoord.families', true) = 'on')",
    **{
        name: f"(select string_to_array(nullif(current_setting('casecoord.{name}', true), ''), ','))::text[]"
        for name in ("spheres", "lead_spheres", "grant_spheres", "case_facets")
    },
    **{
        name: f"(select nullif(current_setting('casecoord.{name}', true), ''))::uuid[]"
        for name in ("led", "led_cases", "granted", "granted_cases")
    },
    # The memberships whose writing is one's own: the team's, and one's own under others.
    "own": "(select m.id from memberships m where m.area_id = {area}"
    " and (m.professional_id = {professional} or m.team_id = {team}))",
}


# What a later migration says of a table, with the same words in braces.
GUARD = """
create function guard_reading(guarded regclass, in_view text) returns void language plpgsql as $do$
declare words jsonb := $words$@words$words$; word text;
begin
    for word in select key from jsonb_each(words) order by key = 'own' desc loop
        in_view := replace(in_view, '{' || word || '}', words ->> word);
    end loop;
    execute format('grant select on %s to casecoord_reader', guarded);
    execute format('create policy in_view on %s as restrictive for select to casecoord_reader using (%s)',
                   guarded, in_view);
end $do$
"""

# The sphere is one of the seat's, or this household is one's own to see by the lead or by a grant.
BY_SPHERE = """
create function by_sphere(sphere text, household text, in_case text default null) returns text
language sql immutable as $do$
    select format('%1$s = any({spheres}) or %2$s = any({led%3$s}) and %1$s = any({lead_spheres})'
                  ' or %2$s = any({granted%3$s}) and %1$s = any({grant_spheres})',
                  sphere, coalesce(in_case, household), case when in_case is null then '' else '_cases' end)
$do$
"""

# Everything that a view needs to know of who looks: from their own rows, and from what the policy (`reach`) says
# of their seat. A household that became one with another, or was split off it, left its history there.
REACH = """
create function casecoord_reach(in_area uuid, who uuid, seat uuid, of_team uuid, kind text, as_role text,
                                moment timestamptz, reach jsonb) returns void
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
    spheres jsonb := coalesce(reach -> 'seats' -> (as_role || ' ' || kind), reach -> 'seats' -> as_role);
    by_seat boolean := spheres is not null;
    led uuid[] := '{}'; led_cases uuid[] := '{}'; granted uuid[] := '{}'; granted_cases uuid[] := '{}';
begin
    if seat is null then return; end if;
    if by_seat then
        select coalesce(array_agg(c.household_id), '{}') into led
          from memberships m join leads l on l.area_id = m.area_id and l.membership_id = m.id and l.during @> moment
          join cases c on c.area_id = l.area_id and c.id = l.case_id and c.state <> 'closed'
         where m.area_id = in_area and m.professional_id = who;
        select coalesce(array_agg(g.household_id), '{}') into granted from break_glass_grants g
         where g.area_id = in_area and g.membership_id = seat and g.during @> moment;
        led := casecoord_near(in_area, led);
        granted := casecoord_near(in_area, granted);
        if led <> '{}' then
            select coalesce(array_agg(c.id), '{}') into led_cases
              from cases c where c.area_id = in_area and c.household_id = any(led);
        end if;
        if granted <> '{}' then
            select coalesce(array_agg(c.id), '{}') into granted_cases
              from cases c where c.area_id = in_area and c.household_id = any(granted);
        end if;
    end if;
    perform set_config('casecoord.professional', who::text, true), set_config('casecoord.membership', seat::text, true),
        set_config('casecoord.team', case when by_seat then of_team::text else '' end, true),
        set_config('casecoord.role', as_role, true),
        set_config('casecoord.families', case when by_seat or reach -> 'families' ? as_role then 'on' else '' end, true),
        set_config('casecoord.spheres', casecoord_words(spheres), true),
        set_config('casecoord.lead_spheres', casecoord_words(reach -> 'lead'), true),
        set_config('casecoord.grant_spheres', casecoord_words(reach -> 'grant'), true),
        set_config('casecoord.case_facets', casecoord_words(reach -> 'case_facets'), true),
        set_config('casecoord.led', led::text, true), set_config('casecoord.led_cases', led_cases::text, true),
        set_config('casecoord.granted', granted::text, true),
        set_config('casecoord.granted_cases', granted_cases::text, true);
end $$
"""
WORDS_OF = """
create function casecoord_words(said jsonb) returns text language sql immutable as $$
    select coalesce(string_agg(word, ','), '') from jsonb_array_elements_text(said) word
$$
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
HERE = "(select nullif(current_setting('casecoord.area', true), '')::uuid)"
QUESTIONS = [
    # In whose timeline an event stands says what it is about, wherever that is now.
    f"""create function whereabouts(of_signal uuid, of_action uuid)
    returns table (signal_id uuid, household_id uuid, case_id uuid, accountable_team_id uuid, action_case uuid)
    language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
        select s.id, s.household_id, s.case_id, s.accountable_team_id, a.case_id from (select 1) one
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

# Of families as such: for whoever may see a family at all. What of it they see, the decision says.
FAMILIES = """
    persons relationships custody person_links household_moves contacts leads proposals holders refusals
    merges splits
""".split()

# Their own signal is the one thing that those without a seat for families see of one.
OR_SIGNALLED = "$${families} or %s in (select s.household_id from signals s where s.area_id = {area})$$"
IN_HOUSEHOLD, IN_CASE = "by_sphere('sphere', 'household_id')", "by_sphere('sphere', null, 'case_id')"
A_THING = "exists (select from cases c join {0} x on x.area_id = c.area_id and x.case_id = c.id" \
    " where c.area_id = household_keys.area_id and c.household_id = household_keys.household_id" \
    " and x.sphere = household_keys.compartment)"  # fmt: skip

#: Each as SQL, as a later migration says it of its table.
IN_VIEW = {
    "households": OR_SIGNALLED % "id",
    "cases": OR_SIGNALLED % "household_id",
    # A compartment's key for whoever may see things of that sphere, or has one thing of it in view.
    "household_keys": "$$compartment = 'identity' and {families} or $$ || by_sphere('compartment', 'household_id') || $$"
    " or exists (select from signals s where s.area_id = household_keys.area_id"
    "   and s.household_id = household_keys.household_id and s.sphere = household_keys.compartment)"
    f" or {A_THING.format('plan_actions')} or {A_THING.format('blockades')}"
    " or compartment = 'general' and exists (select from break_glass_grants g"
    "   where g.area_id = household_keys.area_id and g.household_id = household_keys.household_id)$$",
    "signals": f"{IN_HOUSEHOLD} || $$ or {{team}} in (source_team_id, accountable_team_id) or author_id in {{own}}$$",
    "plan_actions": f"{IN_CASE} || $$ or author_id in {{own}}$$",
    "blockades": f"{IN_CASE} || $$ or raised_by in {{own}}$$",
    "participants": f"{IN_CASE} || $$ or team_id = {{team}}$$",
    "invitations": f"{IN_CASE} || $$ or team_id = {{team}} or invited_by in {{own}}$$",
    "hearings": "by_sphere($$'justice'$$, 'household_id') || $$ or planned_by in {own}$$",
    "transfers": f"{IN_HOUSEHOLD} || $$ or {{team}} in (from_team_id, to_team_id)"
    " or to_team_id is null and {role} = 'area_coordinator'$$",
    # What is between few is for whoever has to act, and for those to whom it climbs.
    "promises": "$$household_id is null or responder_id = {membership} or id in (select u.subject_id from turns u"
    " where u.area_id = {area} and u.membership_id = {membership}) or (rule not in ('G12', 'G15')"
    f" or {{role}} in ('area_coordinator', 'decision_power')) and ($$ || {IN_HOUSEHOLD} || $$)$$",
    "gaps": "$$exists (select from promises p where p.area_id = gaps.area_id and p.id = gaps.promise_id)$$",
    # What is told of a case as such has no sphere of its own. That somebody looked in an emergency is between few.
    "events": f"$$({{families}} and sphere = 'general' and facet = any({{case_facets}}) or $$ || {IN_HOUSEHOLD} || $$)"
    " and (facet <> 'break_glass.grant' or household_id = any({led}) or {role} = 'privacy_officer')"
    " or membership_id in {own}$$",
    "outbox": f"$$receiver_id = {{membership}} and (household_id is null or sphere = 'general' or $$ || {IN_HOUSEHOLD}"
    " || $$ or exists (select from signals s where s.area_id = outbox.area_id and s.id = outbox.source_id))$$",
    "break_glass_grants": "$$membership_id in (select m.id from memberships m where m.area_id = {area}"
    " and m.professional_id = {professional}) or household_id = any({led}) or {role} = 'privacy_officer'$$",
    # That there is an undecided restriction closes what others would see: they have to know.
    "requests": "$${families} and kind in ('restriction', 'objection') and state = 'open'"
    " or {role} = 'privacy_officer'$$",
    "merge_proposals": "$${role} = 'area_coordinator'$$",
    "arrivals": "$${role} = 'area_coordinator'$$",
    "move_offers": "$${role} = 'area_coordinator'$$",
    "access_log": "$$professional_id = {professional} or {role} = 'privacy_officer'$$",
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
    for function in (GUARD.replace("@words", json.dumps(WORDS)), BY_SPHERE, WORDS_OF, NEAR, REACH, *QUESTIONS):
        op.execute(sa.text(function.replace(":", "\\:")))
    for table in OF_NO_FAMILY:
        op.execute(f"grant select on {table} to {READER}, {SURVEYOR}")
    for table, in_view in {**dict.fromkeys(FAMILIES, "'{families}'"), **IN_VIEW}.items():
        op.execute(sa.text(f"select guard_reading('{table}', {in_view})".replace(":", "\\:")))
    for role, columns in ((SURVEYOR, SURVEYED), (AUDITOR, AUDITED)):
        for table, names in columns.items():
            op.execute(f"grant select{'' if names == '*' else f' ({names})'} on {table} to {role}")
    op.execute(f"grant insert on access_log to {READER}, {SURVEYOR}")
    functions()


def functions() -> None:
    """Each for whom it is there for, and for nobody else."""
    for private in ("guard_reading(regclass, text)", "by_sphere(text, text, text)", "casecoord_words(jsonb)",
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
