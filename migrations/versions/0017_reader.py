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
# are columns of the guarded table, which is `%t`. What the settings hold is asked by looking for a word in a text:
# a subselect for each would have to be planned for each table of each statement. Unset, nothing is found.
WORDS = {
    # Of a sphere that this seat may see, or that was shared with those who take part.
    "in_sphere": "(strpos({spheres}, %t.sphere) > 0"
    " or %t.audience = 'teams_in_case' and strpos({shared}, %t.sphere) > 0)",
    # One's own to see whatever the team: by the lead, or in an emergency.
    "by_lead": "({led_home} and strpos({lead_spheres}, %t.sphere) > 0"
    " or strpos({granted}, %t.household_id::text) > 0 and strpos({grant_spheres}, %t.sphere) > 0)",
    "by_lead_of_case": "(strpos({led_cases}, %t.case_id::text) > 0 and strpos({lead_spheres}, %t.sphere) > 0"
    " or strpos({granted_cases}, %t.case_id::text) > 0 and strpos({grant_spheres}, %t.sphere) > 0)",
    "own_home": "({led_home} or strpos({granted}, %t.household_id::text) > 0)",
    "led_home": "strpos({led}, %t.household_id::text) > 0",
    "own_case": "(strpos({led_cases}, %t.case_id::text) > 0 or strpos({granted_cases}, %t.case_id::text) > 0)",
    # As whom the seat looks: everywhere, or where the team takes part, is accountable or prepares a hearing.
    "related": "({whole} or team_at_home(%t.household_id))",
    "in_case": "({whole} or team_in_case(%t.case_id))",
    **{
        name: f"nullif(current_setting('casecoord.{name}', true), '')::uuid"
        for name in ("professional", "membership", "team")
    },
    **{name: f"current_setting('casecoord.{name}', true) = 'on'" for name in ("families", "whole", "on_duty")},
    **{
        name: f"current_setting('casecoord.{name}', true)"
        for name in (
            "role", "spheres", "shared", "lead_spheres", "grant_spheres", "facets", "lead_facets", "case_facets",
            "led", "led_cases", "led_near", "granted", "granted_cases", "own", "mine", "turns",
        )
    },
}  # fmt: skip

GUARD = """
create function guard_reading(guarded text, in_view text) returns void language plpgsql as $do$
declare word record;
begin
    for word in select said ->> 0 name, said ->> 1 means from jsonb_array_elements($words$@words$words$) said loop
        in_view := replace(in_view, '{' || word.name || '}', word.means);
    end loop;
    in_view := replace(in_view, '%t', split_part(guarded, '.', -1));
    execute format('grant select on %s to casecoord_reader', guarded::regclass);
    execute format('create policy in_view on %s as restrictive for select to casecoord_reader using (%s)',
                   guarded::regclass, in_view);
end $do$
"""

# Everything that a view needs to know of who looks: from their own rows, and from what the policy (`reach`) says
# of their seat. A household that became one with another, or was split off it, left its history there.
REACH = """
create function casecoord_reach(in_area uuid, who uuid, seat uuid, of_team uuid, kind text, as_role text,
                                moment timestamptz, reach jsonb) returns void
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
    in_team boolean := reach -> 'roles' ? as_role;
    sees jsonb := case when in_team then reach -> 'teams' -> kind else reach -> 'others' -> as_role end;
    led uuid[] := '{}'; granted uuid[] := '{}'; mine uuid[]; own uuid[]; turns uuid[];
begin
    if seat is null then return; end if;
    select array_agg(m.id) filter (where m.professional_id = who),
           array_agg(m.id) filter (where m.professional_id = who or in_team or sees ? 'open') into mine, own
      from memberships m where m.area_id = in_area and (m.professional_id = who or m.team_id = of_team);
    select coalesce(array_agg(u.subject_id), '{}') into turns
      from turns u where u.area_id = in_area and u.membership_id = any(own);
    if sees ? 'leads' then
        select coalesce(array_agg(c.household_id), '{}') into led
          from leads l join cases c on c.area_id = l.area_id and c.id = l.case_id and c.state <> 'closed'
         where l.area_id = in_area and l.membership_id = any(mine) and l.during @> moment;
        select coalesce(array_agg(g.household_id), '{}') into granted from break_glass_grants g
         where g.area_id = in_area and g.membership_id = seat and g.during @> moment;
    end if;
    perform set_config('casecoord.' || name, coalesce(value, ''), true) from (values
        ('professional', who::text), ('membership', seat::text), ('role', as_role),
        ('mine', mine::text), ('own', own::text), ('turns', turns::text),
        -- Whose writing is one's own, and by whose part in a case one sees.
        ('team', case when in_team or sees ? 'open' then of_team::text end),
        ('acting', case when in_team and sees ? 'facets' then of_team::text end),
        ('families', case when sees is not null then 'on' end),
        ('whole', case when not in_team and sees ? 'facets' then 'on' end),
        ('on_duty', case when sees is not null and exists (select from duty_shifts d where d.area_id = in_area
            and d.membership_id = any(mine) and d.during @> moment) then 'on' end),
        ('spheres', sees ->> 'open'), ('shared', sees ->> 'shared'),
        ('lead_spheres', reach #>> '{lead,open}'), ('grant_spheres', reach ->> 'grant'),
        ('facets', ',' || (sees ->> 'facets') || ','), ('lead_facets', ',' || (reach #>> '{lead,facets}') || ','),
        ('case_facets', ',' || (reach ->> 'case_facets') || ','),
        ('led', led::text), ('led_cases', casecoord_cases(in_area, led)::text),
        ('led_near', casecoord_near(in_area, led)::text), ('granted', granted::text),
        ('granted_cases', casecoord_cases(in_area, granted)::text)) said (name, value);
end $$
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

# How the context's team stands to one household or case. A function: its plan is made once a connection, and not for
# each table of each statement. Its cost keeps the planner from asking it of all rows of a table.
TEAM = """language plpgsql stable cost 2000 security definer set search_path = pg_catalog, public, pg_temp as $$
declare here uuid := nullif(current_setting('casecoord.area', true), '')::uuid;
        acting uuid := nullif(current_setting('casecoord.acting', true), '')::uuid;
begin
    return acting is not null and (@so);
end $$"""
TAKES_PART = """exists (select from cases k join participants q on q.area_id = k.area_id and q.case_id = k.id
    where k.area_id = here and k.household_id = home and k.state <> 'closed' and q.team_id = acting
      and q.during @> clock())"""
PREPARES = """exists (select from households y join team_covers n on n.area_id = y.area_id
      and n.kind = 'neighbourhood' and n.code = y.neighbourhood and n.team_id = acting
    where y.area_id = here and y.id = home)"""
RELATIONS = {
    "team_in_case(of_case uuid)": """exists (select from participants q where q.area_id = here
        and q.case_id = of_case and q.team_id = acting and q.during @> clock())""",
    "practice_is_teams(of_practice text)": """exists (select from team_covers o where o.area_id = here
        and o.kind = 'practice' and o.code = of_practice and o.team_id = acting)""",
    "team_prepares(home uuid)": f"{TAKES_PART} or {PREPARES}",
    "team_at_home(home uuid)": f"""{TAKES_PART}
      or exists (select from signals s where s.area_id = here and s.household_id = home
          and s.accountable_team_id = acting and s.case_id is null and s.state <> 'ended')
      or exists (select from hearings z join memberships m on m.area_id = z.area_id and m.id = z.planned_by
        where z.area_id = here and z.household_id = home and z.state = 'planned'
          and (m.team_id = acting or {PREPARES}))""",
}
# As the reader itself sees it: is a thing of this sphere in view, or anything at all, in this household?
SEEN = """language plpgsql stable cost 2000 as $$
declare here uuid := nullif(current_setting('casecoord.area', true), '')::uuid;
begin
    return @so;
end $$"""
IN_VIEW_THERE = {
    "request_in_view(home uuid)": """exists (select from requests q where q.area_id = here and q.household_id = home
        and (current_setting('casecoord.role', true) = 'privacy_officer'
          or q.kind = 'complaint' and current_setting('casecoord.role', true) = 'area_coordinator'
          or exists (select from request_decisions d where d.area_id = here and d.request_id = q.id)))""",
    "signal_in_view(home uuid)": "exists (select from signals s where s.area_id = here and s.household_id = home)",
    "thing_in_view(home uuid, compartment text)": """exists (select from signals s where s.area_id = here
        and s.household_id = home and s.sphere = compartment)
      or exists (select from cases k join plan_actions a on a.area_id = k.area_id and a.case_id = k.id
        where k.area_id = here and k.household_id = home and a.sphere = compartment)
      or compartment like 'medical:%' and exists (select from medical_notes n where n.area_id = here
        and n.household_id = home and compartment = 'medical:' || n.practice)
      or exists (select from cases k join blockades b on b.area_id = k.area_id and b.case_id = k.id
        where k.area_id = here and k.household_id = home and b.sphere = compartment)
      or exists (select from deferrals d where d.area_id = here and d.household_id = home and d.sphere = compartment
        and (current_setting('casecoord.role', true) = 'privacy_officer'
          or strpos(current_setting('casecoord.mine', true), d.deferred_by::text) > 0
          or strpos(current_setting('casecoord.led', true), home::text) > 0))
      or compartment = 'general' and exists (select from break_glass_grants g
        where g.area_id = here and g.household_id = home)""",
}

# By which pseudonyms the log names whose data it was: whoever may not see who somebody is leaves a trace of them too.
PSEUDONYMS = """
create function pseudonyms(of_household uuid, of_persons uuid[]) returns table (household uuid, subjects uuid[])
language plpgsql stable security definer set search_path = pg_catalog, public, pg_temp as $$
declare here uuid := nullif(current_setting('casecoord.area', true), '')::uuid;
begin
    return query select
        (select h.pseudonym from households h where h.area_id = here and h.id = of_household
            and h.erased_at is null),
        array(select p.pseudonym from unnest(of_persons) with ordinality n (id, place)
                join persons p on p.area_id = here and p.id = n.id order by n.place);
end $$
"""
# And whom a line that is in view names: ids, as far as they still stand for anybody.
NAMED = """
create function named_by(these uuid[]) returns uuid[]
language plpgsql stable security definer set search_path = pg_catalog, public, pg_temp as $$
declare here uuid := nullif(current_setting('casecoord.area', true), '')::uuid;
begin
    return array(select p.id from unnest(these) with ordinality n (pseudonym, place)
                   join persons p on p.area_id = here and p.pseudonym = n.pseudonym order by n.place);
end $$
"""

# What a decision to withhold rests on although its viewer may not see it: a few questions, each about one thing that
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
    # That somebody is asked already is why nobody is to be proposed, for whatever purpose one looks.
    f"""create function lead_proposed(of_case uuid, moment timestamptz) returns boolean
    language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
        select exists (select from proposals x where x.area_id = {HERE} and x.case_id = of_case and x.state = 'pending'
           and not exists (select from leads l where l.area_id = x.area_id and l.proposal_id = x.id
             and (upper_inf(l.during) or upper(l.during) > moment)))
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
    # Whoever looks by a consent holds it until the answer was composed; to hold a row takes more than reading it.
    f"""create function consents_standing(ids uuid[]) returns bigint
    language sql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
        select count(*) from (select from consents where area_id = {HERE} and id = any(ids)
           and withdrawn_at is null for share) held
    $$""",
]

# Who works where and what covers what: of no family.
OF_NO_FAMILY = """
    areas neighbourhoods postcodes institutions organisations team_kinds teams team_covers professionals
    memberships coordinator_seats duty_shifts deputies turns meetings letters legal_grounds policy_versions
""".split()

OF_A_PERSON = "exists (select from persons p where p.area_id = %t.area_id and p.id = %t.{0})"


def facet(name: str) -> str:
    """This facet can be shown to the seat."""
    return f"strpos({{facets}}, ',{name},') > 0"


IN_VIEW = {
    # That a household and its case are there, who leads and holds: ids and states that views join. Those who see
    # no families see what they wrote, and so the household of it.
    **dict.fromkeys(("leads", "holders", "merges", "splits"), "{families}"),
    "households": "{families} or signal_in_view(id)",
    "cases": "{families} or signal_in_view(household_id)",
    "persons": f"{facet('person.name')} and {{related}} or {{own_home}}",
    "household_moves": f"{facet('household.move')} and {{related}} or {{own_home}}",
    "person_links": OF_A_PERSON.format("person_id"),
    "relationships": OF_A_PERSON.format("person_id"),
    "custody": OF_A_PERSON.format("minor_id"),
    # A compartment's key, for whoever may see things of that sphere there, or has one such thing in view.
    "vault.household_keys": f"compartment = 'identity' and ({facet('person.name')} and {{related}} or {{own_home}})"
    f" or strpos({{spheres}}, compartment) > 0 and {facet('signal.existence')} and {{related}}"
    " or {led_home} and strpos({lead_spheres}, compartment) > 0"
    " or strpos({granted}, household_id::text) > 0 and strpos({grant_spheres}, compartment) > 0"
    " or compartment <> 'identity' and thing_in_view(household_id, compartment)"
    " or compartment = 'identity' and request_in_view(household_id)",
    # A note is its practice's, and whoever's a consent or an emergency may open it to.
    "medical_notes": "strpos({own}, author_id::text) > 0 or practice_is_teams(practice)"
    " or {led_home} and strpos({lead_spheres}, 'health') > 0"
    " or strpos({granted}, household_id::text) > 0 and strpos({grant_spheres}, 'health') > 0",
    "consents": "{families} and {related} or {own_home} or {role} = 'privacy_officer'",
    "consent_givers": "exists (select from consents g where g.area_id = %t.area_id and g.id = %t.consent_id)",
    # Why is for whoever answers for it; that something waits, for all who would show it.
    "deferrals": "{families} and {related} or {own_home} or {role} = 'privacy_officer'"
    " or strpos({mine}, deferred_by::text) > 0",
    "child_agreements": OF_A_PERSON.format("child_id"),
    "contacts": f"{facet('case.contact')} and {{in_case}} or {{own_case}}",
    "refusals": f"{facet('family.agreement')} and {{in_case}} or {{own_case}}",
    "proposals": "strpos({own}, membership_id::text) > 0 or strpos({own}, proposed_by::text) > 0"
    f" or strpos({{turns}}, id::text) > 0 or {{own_case}} or {facet('case.lead')} and {{in_case}}",
    # The professional on duty is told of an acute signal until somebody saw to it.
    "signals": "{team} in (source_team_id, accountable_team_id) or strpos({own}, author_id::text) > 0 or {by_lead}"
    f" or {facet('signal.existence')} and {{in_sphere}}"
    " and (state = 'open' and urgency = 'acute' and {on_duty} or {related})",
    "plan_actions": "strpos({own}, author_id::text) > 0 or {by_lead_of_case}"
    f" or {facet('plan.action')} and {{in_sphere}}"
    " and (strpos({own}, owner_id::text) > 0 or strpos({turns}, id::text) > 0 or {in_case})",
    "blockades": "strpos({own}, raised_by::text) > 0 or {by_lead_of_case}"
    f" or {facet('blockade')} and {{in_sphere}} and {{in_case}}",
    # Which teams take part, what waits and what happened: ids, states and spheres, by sphere alone.
    # Decision power knows of a team what may be known of its gaps.
    "participants": f"({facet('case.participants')} or {facet('gap')}) and {{in_sphere}} or team_id = {{team}}"
    " or {by_lead_of_case}",
    "invitations": f"{facet('case.participants')} and strpos({{spheres}}, sphere) > 0"
    " or team_id = {team} or strpos({own}, invited_by::text) > 0"
    " or {by_lead_of_case}",
    "hearings": "strpos({own}, planned_by::text) > 0 or {led_home} and strpos({lead_spheres}, 'justice') > 0"
    " or strpos({granted}, household_id::text) > 0 and strpos({grant_spheres}, 'justice') > 0"
    f" or {facet('court.hearing')} and strpos({{spheres}}, 'justice') > 0"
    " and ({whole} or team_prepares(household_id))",
    "transfers": f"{facet('gap')} and {{in_sphere}}"
    " or {by_lead} or {team} in (from_team_id, to_team_id)"
    " or to_team_id is null and {role} = 'area_coordinator'",
    # What is between few is for whoever has to act, and for those to whom it climbs.
    "promises": "household_id is null or (rule not in ('G12', 'G15')"
    " or {role} in ('area_coordinator', 'decision_power')) and ("
    f"{facet('gap')} and {{in_sphere}} or {{by_lead}})"
    " or responder_id = {membership} or strpos({turns}, id::text) > 0",
    "gaps": "exists (select from promises p where p.area_id = %t.area_id and p.id = %t.promise_id)",
    # What is told of a case as such has no sphere of its own.
    "events": "strpos({facets}, ',' || facet || ',') > 0 and ({in_sphere} or sphere = 'general'"
    "   and strpos({case_facets}, ',' || facet || ',') > 0)"
    " or strpos({led_near}, household_id::text) > 0 and strpos({lead_spheres}, sphere) > 0"
    "   and strpos({lead_facets}, ',' || facet || ',') > 0"
    " or strpos({own}, membership_id::text) > 0",
    "outbox": "receiver_id = {membership} and (household_id is null or sphere = 'general' or {in_sphere} or {by_lead}"
    " or exists (select from signals s where s.area_id = %t.area_id and s.id = %t.source_id))",
    "break_glass_grants": f"strpos({{mine}}, membership_id::text) > 0 or {{led_home}} or {facet('break_glass.grant')}",
    # An undecided restriction closes what others would see: they have to know that there is one. By which request
    # something was corrected says of whose home the correction is.
    "requests": "{families} and kind in ('restriction', 'objection') and (state = 'open' or state = 'granted'"
    " and lifted_at is null) or {role} = 'privacy_officer'"
    " or {families} and kind = 'rectification' and state = 'granted'"
    " or {role} = 'area_coordinator' and kind = 'complaint' or exists (select from request_decisions d"
    " where d.area_id = %t.area_id and d.request_id = %t.id)",
    # Whoever is asked to decide with the privacy officer.
    "request_decisions": "{role} = 'privacy_officer' or strpos({mine}, second_id::text) > 0",
    "request_agreements": "{role} = 'privacy_officer'",
    "rectifications": "{families}",
    "retention_terms": "true",
    **dict.fromkeys(("merge_proposals", "arrivals", "move_offers"), "{role} = 'area_coordinator'"),
    "access_log": f"professional_id = {{professional}} or {facet('access_log.entry')}",
}

# Columns for figures and for what hangs on somebody: no word of anybody, and no key.
SURVEYED = {
    "signals": "area_id, id, household_id, case_id, state, sphere, audience, accountable_team_id, source_team_id,"
    " received_at, ended_at",
    "cases": "area_id, id, household_id, state, triaged_at, closed_at",
    "plan_actions": "area_id, id, case_id, team_id, owner_id, author_id, sphere, audience, state, due_on",
    "proposals": "area_id, id, case_id, kind, membership_id, state, proposed_at, answered_at",
    "households": "area_id, id",
    **dict.fromkeys(("participants", "leads", "promises", "gaps", "holders"), "*"),
}

AUDITED = {
    "break_glass_grants": "area_id, id, household_id, membership_id, medical, during, reviewed_at, reviewed_by",
    "requests": "area_id, id, household_id, person_id, kind, received_at, recorded_by, state, ground, decided_at,"
    " decided_by, second_by",
    "vault.household_keys": "area_id, household_id, compartment, version",
    **dict.fromkeys(
        ("access_log", "areas", "organisations", "team_kinds", "teams", "professionals", "memberships"), "*"
    ),
}


def upgrade() -> None:
    words = json.dumps(list(WORDS.items()))
    asked = [f"create function {name} returns boolean {TEAM.replace('@so', so)}" for name, so in RELATIONS.items()]
    asked += [f"create function {name} returns boolean {SEEN.replace('@so', so)}" for name, so in IN_VIEW_THERE.items()]
    for function in (GUARD.replace("@words", words), CASES_OF, NEAR, REACH, PSEUDONYMS, NAMED, *QUESTIONS, *asked):
        op.execute(sa.text(function.replace(":", "\\:")))
    op.execute(f"grant usage on schema vault to {READER}, {AUDITOR}")
    for table in OF_NO_FAMILY:
        op.execute(f"grant select on {table} to {READER}, {SURVEYOR}")
    for table, in_view in IN_VIEW.items():
        op.execute(sa.text("select guard_reading(:table, :in_view)").bindparams(table=table, in_view=in_view))
    for role, columns in ((SURVEYOR, SURVEYED), (AUDITOR, AUDITED)):
        for table, names in columns.items():
            op.execute(f"grant select{'' if names == '*' else f' ({names})'} on {table} to {role}")
    op.execute(f"grant insert on access_log to {READER}, {SURVEYOR}")
    # Who was erased is gone for whoever looks, as for whoever acts.
    op.execute(f"alter policy erased_is_gone on households to casecoord_app, {READER}, {SURVEYOR}")
    functions()


def functions() -> None:
    """Each for whom it is there for, and for nobody else."""
    for private in ("guard_reading(text, text)", "casecoord_cases(uuid, uuid[])",
                    "casecoord_near(uuid, uuid[])"):  # fmt: skip
        op.execute(f"revoke execute on function {private} from public")
    reach = "casecoord_reach(uuid, uuid, uuid, uuid, text, text, timestamptz, jsonb)"
    for function, roles in (
        (reach, "casecoord_app"),
        ("pseudonyms(uuid, uuid[])", f"casecoord_app, {READER}, {SURVEYOR}"),
        ("named_by(uuid[])", f"casecoord_app, {READER}"),
        *((question, f"casecoord_app, {READER}") for question in (
            "whereabouts(uuid, uuid)", "teams_in_case(uuid, timestamptz)", "first_signal(uuid, timestamptz)",
            "lead_proposed(uuid, timestamptz)",
            "signals_offered(uuid)", "still_on_agenda(uuid)", "consents_standing(uuid[])")),
        *((of_reader, READER) for of_reader in (
            "casecoord_areas()", "team_in_case(uuid)", "team_prepares(uuid)", "practice_is_teams(text)", "team_at_home(uuid)",
            "signal_in_view(uuid)", "thing_in_view(uuid, text)", "request_in_view(uuid)")),
        ("casecoord_within(uuid, timestamptz)", AUDITOR),
    ):  # fmt: skip
        op.execute(f"revoke execute on function {function} from public")
        op.execute(f"grant execute on function {function} to {roles}")


def downgrade() -> None:
    raise RuntimeError("guards are not taken away; restore a backup instead")
