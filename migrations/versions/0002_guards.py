"""What the database refuses, whoever asks: other areas' rows, and states that break an invariant.

Triggers are deferred to the commit, so that a transaction may pass through states that it may not
leave behind. Each raises with a named constraint. They lock what they judge, so that two transactions
cannot each be right alone and wrong together.
"""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TABLES = """
    neighbourhoods postcodes institutions organisations team_kinds teams team_covers professionals logins
    memberships coordinator_seats duty_shifts households household_moves household_keys persons
    relationships custody person_links signals cases participants invitations proposals leads contacts
    plan_actions holders promises gaps events merge_proposals answered_keys access_log
""".split()

# What is written once and stays: the application may add and read it, nothing else.
APPEND_ONLY = {"access_log", "events"}

CLOCK = """
create function clock() returns timestamptz language sql stable as $$
    select coalesce(nullif(current_setting('casecoord.now', true), '')::timestamptz, now())
$$
"""

# The one way in: who is this login, now, and which area's rows does that open?
ENTER = """
create function casecoord_enter(login_issuer text, login_subject text, wanted uuid, at timestamptz)
returns table (area_id uuid, professional_id uuid, membership_id uuid, team_id uuid, team_kind text,
               role text, name text, now timestamptz, settings jsonb)
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare moment timestamptz := coalesce(at, pg_catalog.now());
begin
    select l.area_id, p.id, m.id, m.team_id, t.kind, m.role, p.name, moment, a.settings
      into area_id, professional_id, membership_id, team_id, team_kind, role, name, now, settings
      from logins l
      join areas a on a.id = l.area_id
      join professionals p on p.area_id = l.area_id and p.id = l.professional_id
      left join (memberships m join teams t on t.area_id = m.area_id and t.id = m.team_id)
        on m.area_id = l.area_id and m.professional_id = l.professional_id
       and m.during @> moment and t.during @> moment and (wanted is null or m.id = wanted)
     where l.issuer = login_issuer and l.subject = login_subject
     order by m.id is null, lower(m.during), m.id
     limit 1;
    if not found then return; end if;
    if membership_id is not null then
        perform set_config('casecoord.area', area_id::text, true);
        perform set_config('casecoord.now', coalesce(at::text, ''), true);
    end if;
    return next;
end $$
"""

WITHIN = """
create function casecoord_within(wanted uuid, at timestamptz)
returns table (now timestamptz, settings jsonb)
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
    perform set_config('casecoord.area', wanted::text, true);
    perform set_config('casecoord.now', coalesce(at::text, ''), true);
    return query select coalesce(at, pg_catalog.now()), a.settings from areas a where a.id = wanted;
end $$
"""

AREAS = """
create function casecoord_areas() returns table (code text, id uuid)
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
    select code, id from areas order by code
$$
"""

FOUND_AREA = """
create function casecoord_found_area(area_code text, area_name text) returns table (id uuid, created boolean)
language sql security definer set search_path = pg_catalog, public, pg_temp as $$
    with made as (
        insert into areas (id, code, name) values (gen_random_uuid(), area_code, area_name)
        on conflict (code) do nothing returning id)
    select id, true from made union all
    select a.id, false from areas a where a.code = area_code and not exists (select from made)
$$
"""

REFUSE = """
create function refuse(constraint_name text, why text) returns void language plpgsql as $$
begin
    raise exception using errcode = 'check_violation', constraint = constraint_name, message = why;
end $$
"""

# A transaction with a snapshot of its own would judge by what others have changed since.
JUDGED = """
create function judged_as_committed() returns void language plpgsql as $$
begin
    if current_setting('transaction_isolation') <> 'read committed' then
        perform refuse('judged_as_committed', 'guards judge what is committed: write in read committed');
    end if;
end $$
"""

# INVARIANT (inside a membership): nobody holds, leads or coordinates before or after working here.
INSIDE_MEMBERSHIP = """
create function inside_membership() returns trigger language plpgsql as $$
declare term tstzrange;
begin
    perform judged_as_committed();
    select m.during into term from memberships m
     where m.area_id = new.area_id and m.id = new.membership_id for share;
    if not term @> new.during then
        perform refuse(tg_table_name || '_inside_membership', 'outside the membership of whoever it names');
    end if;
    return null;
end $$
"""

# INVARIANT (timed): whoever a running promise waits for works here now.
RESPONDER_WORKS = """
create function responder_works() returns trigger language plpgsql as $$
declare term tstzrange;
begin
    perform judged_as_committed();
    select m.during into term from memberships m
     where m.area_id = new.area_id and m.id = new.responder_id for share;
    if new.kept_at is null and not term @> clock() then
        perform refuse('promises_inside_membership', 'a promise would wait for somebody who does not work here');
    end if;
    return null;
end $$
"""

MEMBERSHIP_KEEPS = """
create function membership_keeps_its_work() returns trigger language plpgsql as $$
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
         where area_id = old.area_id and responder_id = old.id and kept_at is null
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

# INVARIANT (owned): from the first open signal to the last, somebody holds the household.
HELD = """
create function household_held(in_area uuid, in_household uuid) returns void language plpgsql as $$
declare waiting tstzmultirange; held tstzmultirange;
begin
    perform judged_as_committed();
    perform from households where area_id = in_area and id = in_household for no key update;
    select coalesce(range_agg(span), '{}') into waiting from (
        select tstzrange(received_at, ended_at) as span from signals
         where area_id = in_area and household_id = in_household
        union all
        select tstzrange(triaged_at, closed_at) from cases
         where area_id = in_area and household_id = in_household) open;
    select coalesce(range_agg(during), '{}') into held from holders
     where area_id = in_area and household_id = in_household;
    if not held @> waiting then
        perform refuse('households_held', 'a household with something open has nobody who holds it');
    end if;
end $$
"""

HELD_TRIGGER = """
create function held_at_commit() returns trigger language plpgsql as $$
begin
    if tg_op <> 'INSERT' then perform household_held(old.area_id, old.household_id); end if;
    if tg_op <> 'DELETE' and (tg_op = 'INSERT' or new.household_id <> old.household_id) then
        perform household_held(new.area_id, new.household_id);
    end if;
    return null;
end $$
"""

# INVARIANT (one coordinator): a team, and an area once it has one, is never without, now or later.
SEATED = """
create function seat_filled(in_area uuid, in_seat uuid) returns void language plpgsql as $$
declare term tstzrange; seated tstzmultirange;
begin
    perform judged_as_committed();
    select t.during into term from teams t where t.area_id = in_area and t.id = in_seat for update;
    select coalesce(range_agg(during), '{}') into seated from coordinator_seats
     where area_id = in_area and seat = in_seat;
    if term is null then
        term := tstzrange(least(lower(seated), clock()), null);
    end if;
    if not seated @> term then
        perform refuse('coordinator_seats_filled', 'a team or area would be without a coordinator');
    end if;
end $$
"""

SEATED_TRIGGER = """
create function seated_at_commit() returns trigger language plpgsql as $$
begin
    if tg_table_name = 'teams' then
        perform seat_filled(new.area_id, new.id);
    elsif tg_op = 'DELETE' then
        perform seat_filled(old.area_id, old.seat);
    else
        perform seat_filled(new.area_id, new.seat);
        if tg_op = 'UPDATE' and old.seat <> new.seat then perform seat_filled(old.area_id, old.seat); end if;
    end if;
    return null;
end $$
"""

# INVARIANT (timed): what waits has a running promise of its own household, and what waits no longer has none.
# G3 and `covered` depend on more than states; the recomputation checks those.
TIMED = """
create function subject_timed(constraint_name text, in_area uuid, subject uuid) returns void language plpgsql as $$
declare due text; running text;
begin
    perform judged_as_committed();
    select string_agg(rule || ' ' || household_id, ', ' order by rule) into due from (
        select case state when 'open' then 'G1' when 'on_hold' then 'G13' end as rule, household_id
          from signals where area_id = in_area and id = subject
        union all
        select 'G2', household_id from cases
         where area_id = in_area and id = subject and state in ('triaged', 'lead_proposed')
        union all
        select 'G7', c.household_id from cases c join proposals p on p.area_id = c.area_id and p.case_id = c.id
         where c.area_id = in_area and c.id = subject and c.state in ('led', 'aftercare') and p.state = 'pending'
        union all
        select 'G4', c.household_id from plan_actions a join cases c on c.area_id = a.area_id and c.id = a.case_id
         where a.area_id = in_area and a.id = subject and a.state = 'open' and c.state <> 'closed'
        union all
        select 'G14', c.household_id from invitations i join cases c on c.area_id = i.area_id and c.id = i.case_id
         where i.area_id = in_area and i.id = subject and i.state = 'pending' and c.state <> 'closed'
    ) waits where rule is not null;
    select string_agg(rule || ' ' || household_id, ', ' order by rule) into running from promises
     where area_id = in_area and subject_id = subject and kept_at is null
       and rule in ('G1', 'G2', 'G4', 'G7', 'G13', 'G14');
    if running is distinct from due then
        perform refuse(constraint_name, 'what waits has exactly one running promise');
    end if;
end $$
"""

TIMED_TRIGGER = """
create function timed_at_commit() returns trigger language plpgsql as $$
begin
    if tg_table_name = 'proposals' then
        perform subject_timed('cases_timed', new.area_id, new.case_id);
    else
        perform subject_timed(tg_table_name || '_timed', new.area_id, new.id);
    end if;
    return null;
end $$
"""

PROMISED_TRIGGER = """
create function promised_at_commit() returns trigger language plpgsql as $$
declare row promises;
begin
    row := case when tg_op = 'DELETE' then old else new end;
    perform subject_timed(promised_by(row.rule) || '_timed', row.area_id, row.subject_id);
    if tg_op = 'UPDATE' and old.subject_id <> new.subject_id then
        perform subject_timed(promised_by(old.rule) || '_timed', old.area_id, old.subject_id);
    end if;
    return null;
end $$
"""

PROMISED_BY = """
create function promised_by(rule text) returns text language sql immutable as $$
    select case rule when 'G1' then 'signals' when 'G13' then 'signals' when 'G4' then 'plan_actions'
        when 'G14' then 'invitations' else 'cases' end
$$
"""

# INVARIANT (one lead): a case is led if, and only if, somebody leads it now.
LED = """
create function case_led(in_area uuid, in_case uuid) returns void language plpgsql as $$
declare phase text; led boolean;
begin
    select state into phase from cases where area_id = in_area and id = in_case for update;
    select exists (select from leads where area_id = in_area and case_id = in_case and upper_inf(during))
      into led;
    if led <> (phase in ('led', 'aftercare')) then
        perform refuse('cases_led', 'a case is led if, and only if, it has a lead');
    end if;
end $$
"""

LED_TRIGGER = """
create function led_at_commit() returns trigger language plpgsql as $$
begin
    if tg_table_name = 'cases' then
        perform case_led(new.area_id, new.id);
    elsif tg_op = 'DELETE' then
        perform case_led(old.area_id, old.case_id);
    else
        perform case_led(new.area_id, new.case_id);
        if tg_op = 'UPDATE' and old.case_id <> new.case_id then perform case_led(old.area_id, old.case_id); end if;
    end if;
    return null;
end $$
"""

TRIGGERS = [
    ("holders_inside_membership", "holders", "insert or update", "inside_membership"),
    ("leads_inside_membership", "leads", "insert or update", "inside_membership"),
    ("coordinator_seats_inside_membership", "coordinator_seats", "insert or update", "inside_membership"),
    ("duty_shifts_inside_membership", "duty_shifts", "insert or update", "inside_membership"),
    ("memberships_keep_their_work", "memberships", "update or delete", "membership_keeps_its_work"),
    ("signals_held", "signals", "insert or update or delete", "held_at_commit"),
    ("cases_held", "cases", "insert or update or delete", "held_at_commit"),
    ("holders_held", "holders", "insert or update or delete", "held_at_commit"),
    ("teams_coordinated", "teams", "insert or update", "seated_at_commit"),
    ("coordinator_seats_filled", "coordinator_seats", "insert or update or delete", "seated_at_commit"),
    ("signals_timed", "signals", "insert or update", "timed_at_commit"),
    ("cases_timed", "cases", "insert or update", "timed_at_commit"),
    ("plan_actions_timed", "plan_actions", "insert or update", "timed_at_commit"),
    ("invitations_timed", "invitations", "insert or update", "timed_at_commit"),
    ("proposals_timed", "proposals", "insert or update", "timed_at_commit"),
    ("promises_timed", "promises", "insert or update or delete", "promised_at_commit"),
    ("promises_inside_membership", "promises", "insert or update", "responder_works"),
    ("cases_led", "cases", "insert or update", "led_at_commit"),
    ("leads_led", "leads", "insert or update or delete", "led_at_commit"),
]


def upgrade() -> None:
    for statement in (
        CLOCK, ENTER, WITHIN, AREAS, FOUND_AREA, REFUSE, JUDGED, INSIDE_MEMBERSHIP, RESPONDER_WORKS,
        MEMBERSHIP_KEEPS, HELD, HELD_TRIGGER, SEATED, SEATED_TRIGGER, TIMED, TIMED_TRIGGER, PROMISED_BY,
        PROMISED_TRIGGER, LED, LED_TRIGGER,
    ):  # fmt: skip
        op.execute(statement)
    for name, table, when, function in TRIGGERS:
        op.execute(
            f"create constraint trigger {name} after {when} on {table} "
            f"deferrable initially deferred for each row execute function {function}()"
        )
    guard_rows()
    grant()


def guard_rows() -> None:
    """Row level security, also for the owner: only the context's area; without a context, nothing."""
    here = "(select nullif(current_setting('casecoord.area', true), '')::uuid)"
    for table in ["areas", *TABLES]:
        column = "id" if table == "areas" else "area_id"
        op.execute(f"alter table {table} enable row level security")
        op.execute(f"alter table {table} force row level security")
        op.execute(f"create policy own_area on {table} using ({column} = {here}) with check ({column} = {here})")
        op.execute(f"create policy migrations on {table} to casecoord_migrator using (true) with check (true)")
    op.execute("create policy sequencing on access_log for select to casecoord_sequencer using (true)")


def grant() -> None:
    for door in (
        "casecoord_enter(text, text, uuid, timestamptz)",
        "casecoord_within(uuid, timestamptz)",
        "casecoord_areas()",
        "casecoord_found_area(text, text)",
    ):
        op.execute(f"revoke execute on function {door} from public")
        op.execute(f"grant execute on function {door} to casecoord_app")
    op.execute("grant usage on schema public to casecoord_app, casecoord_sequencer")
    op.execute("grant select on areas to casecoord_app")
    op.execute("grant update (name, settings) on areas to casecoord_app")
    for table in TABLES:
        acts = "select, insert" if table in APPEND_ONLY else "select, insert, update, delete"
        op.execute(f"grant {acts} on {table} to casecoord_app")
    op.execute("grant select on access_log to casecoord_sequencer")


def downgrade() -> None:
    raise RuntimeError("guards are not taken away; restore a backup instead")
