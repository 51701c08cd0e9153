-- The same rows as the peer's users would keep them: one key a table, every relation indexed, plain words of the length
-- of those that are sealed (it decrypts nothing), and who is related to a household as rows that its writers keep.
-- The same second net: every table is guarded by area, and by the team's part in the household.
create schema peer;

create table peer.teams as select id, area_id, kind, name from public.teams;
create table peer.professionals as select id, area_id, name, phone from public.professionals;
create table peer.memberships as select id, area_id, professional_id, team_id, role from public.memberships;
create table peer.households as select id, area_id, neighbourhood, secret_address,
  repeat('a', greatest(0, octet_length(address_sealed) - 30)) address,
  repeat('c', greatest(0, octet_length(contact_sealed) - 30)) contact from public.households;
create table peer.persons as select id, area_id, household_id, language,
  repeat('n', greatest(0, octet_length(name_sealed) - 30)) as name,
  repeat('b', greatest(0, octet_length(birth_date_sealed) - 30)) birth_date from public.persons;
create table peer.cases as select id, area_id, household_id, state, triaged_at from public.cases;
create table peer.signals as select id, area_id, household_id, case_id, person_id, state, domain, sphere, urgency,
  source_team_id, accountable_team_id, received_at,
  repeat('s', greatest(0, octet_length(summary_sealed) - 30)) summary from public.signals;
create table peer.participants as select q.id, q.area_id, c.household_id, q.case_id, q.team_id, q.sphere,
  lower(q.during) since, upper(q.during) until
  from public.participants q join public.cases c on c.area_id = q.area_id and c.id = q.case_id;
create table peer.leads as select l.id, l.area_id, c.household_id, l.case_id, l.membership_id, lower(l.during) since
  from public.leads l join public.cases c on c.area_id = l.area_id and c.id = l.case_id where upper_inf(l.during);
create table peer.plan_actions as select a.id, a.area_id, c.household_id, a.case_id, a.owner_id, a.domain, a.state,
  a.due_on, repeat('w', greatest(0, octet_length(a.what_sealed) - 30)) what
  from public.plan_actions a join public.cases c on c.area_id = a.area_id and c.id = a.case_id;
create table peer.promises as select id, area_id, household_id, rule, sphere, responder_id, due_at, area_at
  from public.promises where ended_at is null and household_id is not null;
create table peer.related as
  select area_id, household_id, team_id from peer.participants where until is null
  union
  select area_id, household_id, accountable_team_id from peer.signals
   where state <> 'ended' and case_id is null and accountable_team_id is not null;
create table peer.access_log (
  id uuid primary key default gen_random_uuid(), at timestamptz not null default now(), area_id uuid not null,
  household_id uuid not null, by uuid not null, record text not null, salt uuid not null, leaf bytea not null);
create index on peer.access_log (area_id, household_id);

do $$
declare name text;
begin
  foreach name in array array['teams', 'professionals', 'memberships', 'households', 'persons', 'cases', 'signals',
      'participants', 'leads', 'plan_actions', 'promises'] loop
    execute format('alter table peer.%I add primary key (id)', name);
  end loop;
  foreach name in array array['persons', 'cases', 'signals', 'participants', 'promises', 'related'] loop
    execute format('alter table peer.%I add foreign key (household_id) references peer.households', name);
    execute format('create index on peer.%I (household_id)', name);
  end loop;
  foreach name in array array['signals', 'participants', 'leads', 'plan_actions'] loop
    execute format('alter table peer.%I add foreign key (case_id) references peer.cases', name);
    execute format('create index on peer.%I (case_id)', name);
  end loop;
end $$;
alter table peer.related add primary key (team_id, household_id);
comment on table peer.related is '@behavior -*';
comment on table peer.access_log is '@behavior -*';
alter table peer.participants add foreign key (team_id) references peer.teams;
alter table peer.signals add foreign key (source_team_id) references peer.teams;
alter table peer.memberships add foreign key (professional_id) references peer.professionals,
  add foreign key (team_id) references peer.teams;
alter table peer.leads add foreign key (membership_id) references peer.memberships;
alter table peer.plan_actions add foreign key (owner_id) references peer.memberships;
alter table peer.promises add foreign key (responder_id) references peer.memberships;

grant usage on schema peer to casecoord_bench_peer;
grant select on all tables in schema peer to casecoord_bench_peer;
grant insert on peer.access_log to casecoord_bench_peer;

do $$
declare
  name text;
  here text := 'area_id = (select nullif(current_setting(''peer.area'', true), '''')::uuid)';
  mine text := 'exists (select from peer.related r where r.household_id = %I.%I
    and r.team_id = (select nullif(current_setting(''peer.team'', true), '''')::uuid))';
begin
  foreach name in array array['teams', 'professionals', 'memberships', 'households', 'persons', 'cases', 'signals',
      'participants', 'leads', 'plan_actions', 'promises', 'related', 'access_log'] loop
    execute format('alter table peer.%I enable row level security', name);
    execute format('alter table peer.%I force row level security', name);
    execute format('create policy everybody on peer.%I using (true)', name);
    execute format('create policy here on peer.%I as restrictive using (%s)', name, here);
  end loop;
  foreach name in array array['persons', 'cases', 'signals', 'participants', 'leads', 'plan_actions', 'promises'] loop
    execute format('create policy mine on peer.%I as restrictive using (' || mine || ')', name, name, 'household_id');
  end loop;
  execute format('create policy mine on peer.households as restrictive using (' || mine || ')', 'households', 'id');
end $$;

create function peer.logged(event text, household uuid) returns peer.access_log language sql volatile as $$
  select gen_random_uuid(), now(), current_setting('peer.area')::uuid, household, current_setting('peer.by')::uuid,
    record, salt, sha256(decode('00', 'hex') || uuid_send(salt) || convert_to(record, 'UTF8'))
  from (select gen_random_uuid() salt, jsonb_build_object('event', event, 'by', current_setting('peer.by'), 'team',
    current_setting('peer.team'), 'at', now(), 'facets', jsonb_build_array('household.address', 'household.contact',
    'person.name', 'person.birth_date', 'signal.summary', 'signal.domain', 'plan.action', 'case.lead',
    'case.participants', 'case.status'))::text record) said
$$;

create function peer.households_gaps(home peer.households) returns setof peer.promises language sql stable as $$
  select * from peer.promises p where p.household_id = home.id and p.due_at <= now()
$$;
create function peer.households_next_deadline(home peer.households) returns timestamptz language sql stable as $$
  select min(p.due_at) from peer.promises p where p.household_id = home.id
$$;

-- What is looked at stands in the log in the same transaction. A query of the peer is one statement with all that hangs
-- on it, a mutation is a dozen: so that a look is a query, a stable function calls what writes the row.
create function peer.log_look(event text, households uuid[]) returns void language sql volatile as $$
  insert into peer.access_log select l.* from unnest(households) h cross join lateral peer.logged(event, h) l
$$;
create function peer.view_case(case_id uuid) returns peer.cases language plpgsql stable as $$
declare found peer.cases;
begin
  select * into found from peer.cases c where c.id = case_id;
  if found.id is not null then perform peer.log_look('view_case', array[found.household_id]); end if;
  return found;
end $$;

create type peer.flagged as (
  household uuid, case_id uuid, state text, urgency text, next_deadline timestamptz, open_gaps int, holder text,
  names text[]);
create function peer.view_worklist(many int) returns setof peer.flagged language sql stable as $$
  with listed as (
    select h.id household, c.id case_id, c.state, sig.rank, due.next_at, due.gaps
    from peer.related r join peer.households h on h.id = r.household_id
    left join peer.cases c on c.household_id = h.id and c.state <> 'closed'
    left join lateral (select min(array_position(array['acute', 'high', 'normal'], s.urgency)) rank from peer.signals s
      where s.household_id = h.id and s.state <> 'ended') sig on true
    left join lateral (select min(p.due_at) next_at, count(*) filter (where p.due_at <= now())::int gaps
      from peer.promises p where p.household_id = h.id) due on true
    where r.team_id = current_setting('peer.team')::uuid
    order by coalesce(sig.rank, 3), due.next_at nulls last, h.id limit many
  ), noted as materialized (
    select peer.log_look('view_worklist', array(select household from listed))
  )
  select household, case_id, state, (array['acute', 'high', 'normal'])[rank], next_at, gaps,
    (select w.name from peer.leads l join peer.memberships m on m.id = l.membership_id
      join peer.professionals w on w.id = m.professional_id where l.case_id = listed.case_id limit 1),
    array(select p.name from peer.persons p where p.household_id = listed.household)
  from noted, listed order by coalesce(rank, 3), next_at nulls last, household
$$;
comment on function peer.logged is '@behavior -*';
comment on function peer.log_look is '@behavior -*';
revoke execute on all functions in schema peer from public;
grant execute on all functions in schema peer to casecoord_bench_peer;
analyze;
