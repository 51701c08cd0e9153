"""Leaving: whose turn it is from a later moment on, deputies, and what may not hang on whoever or whatever ended.

INVARIANT (no silent drop): the end of a membership or a team is written together with who has, from that
moment on, each thing that waits. So a date that merely passes breaks nothing.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

# Guards judge at the moment of the commit, unless a clock was set: what began in this transaction has begun.
JUDGED_AT = """
create function judged_at() returns timestamptz language sql volatile as $$
    select coalesce(nullif(current_setting('casecoord.now', true), '')::timestamptz, clock_timestamp())
$$
"""

# Who comes after somebody, and from when: whom the end of each membership names, else the team's coordinator.
LINE_AFTER = """
create function line_after(in_area uuid, who uuid) returns table (membership_id uuid, at timestamptz)
language plpgsql stable as $$
declare term tstzrange; team uuid; heir uuid;
begin
    membership_id := who;
    for step in 1 .. 100 loop
        select m.during, m.team_id, m.successor_id into term, team, heir
          from memberships m where m.area_id = in_area and m.id = membership_id;
        exit when not found or upper_inf(term);
        at := greatest(at, upper(term));
        membership_id := coalesce(heir, (
            select coalesce(y.stands_in_for, y.membership_id) from coordinator_seats y
             where y.area_id = in_area and y.seat in (team, in_area) and y.during @> at
             order by y.seat = in_area limit 1));
        return next;
    end loop;
end $$
"""

# INVARIANT (timed): from now on, without end, whoever has the turn works here then.
IN_GOOD_HANDS = """
create function in_good_hands(constraint_name text, in_area uuid, subject uuid, named uuid)
returns void language plpgsql as $$
declare span record; term tstzrange; moment timestamptz := judged_at();
begin
    perform judged_as_committed();
    for span in
        select line.who, line.at, lead(line.at) over (order by line.at) as until from (
            select named as who, '-infinity'::timestamptz as at union all
            select t.membership_id, t.at from turns t where t.area_id = in_area and t.subject_id = subject) line
    loop
        if span.until is null or span.until > moment then
            select m.during into term from memberships m where m.area_id = in_area and m.id = span.who for share;
            if not term @> tstzrange(greatest(span.at, moment), span.until) then
                perform refuse(constraint_name, 'it would wait for somebody who does not work here then');
            end if;
        end if;
    end loop;
end $$
"""

# Judged is what is there at the commit: a row may have changed since the change that asks.
RESPONDER_WORKS = """
create or replace function responder_works() returns trigger language plpgsql as $$
begin
    perform in_good_hands('promises_inside_membership', area_id, id, responder_id)
       from promises where area_id = new.area_id and id = new.id and ended_at is null;
    return null;
end $$
"""

OWNER_WORKS = """
create function owner_works() returns trigger language plpgsql as $$
begin
    perform in_good_hands('plan_actions_inside_membership', area_id, id, owner_id)
       from plan_actions where area_id = new.area_id and id = new.id and state = 'open';
    return null;
end $$
"""

ASKED_WORKS = """
create function asked_works() returns trigger language plpgsql as $$
begin
    perform in_good_hands('proposals_inside_membership', area_id, id, membership_id)
       from proposals where area_id = new.area_id and id = new.id and state = 'pending';
    return null;
end $$
"""

# Each thing that waits, with whom it names now; `{where}` narrows it.
WAITING = """
        select 'promises_inside_membership' as guard, w.id, w.responder_id as named from promises w
         where w.area_id = {area} and w.ended_at is null and {promise}
        union all
        select 'plan_actions_inside_membership', w.id, w.owner_id from plan_actions w
         where w.area_id = {area} and w.state = 'open' and {action}
        union all
        select 'proposals_inside_membership', w.id, w.membership_id from proposals w
         where w.area_id = {area} and w.state = 'pending' and {proposal}
"""
OF_TURN = WAITING.format(
    area="turn.area_id", **dict.fromkeys(("promise", "action", "proposal"), "w.id = turn.subject_id")
)
TAKEN = "(w.{named} = old.id or w.id in (select subject_id from turns where area_id = old.area_id and membership_id = old.id))"
OF_MEMBERSHIP = WAITING.format(
    area="old.area_id",
    promise=TAKEN.format(named="responder_id"),
    action=TAKEN.format(named="owner_id"),
    proposal=TAKEN.format(named="membership_id"),
)

TURN_TAKEN = f"""
create function turn_taken() returns trigger language plpgsql as $$
declare turn turns; item record;
begin
    turn := case when tg_op = 'DELETE' then old else new end;
    for item in {OF_TURN} loop
        perform in_good_hands(item.guard, turn.area_id, item.id, item.named);
    end loop;
    return null;
end $$
"""

MEMBERSHIP_KEEPS = f"""
create or replace function membership_keeps_its_work() returns trigger language plpgsql as $$
declare hanging text; item record;
begin
    if tg_op = 'UPDATE' and new.during @> old.during then return null; end if;
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
        select 'deputies', during from deputies
         where area_id = old.area_id and (membership_id = old.id or deputy_id = old.id)
    ) work
    where not exists (select from memberships m where m.area_id = old.area_id and m.id = old.id
                         and m.during @> work.during)
    limit 1;
    if found then
        perform refuse(hanging || '_inside_membership', 'work still hangs on this membership: hand it over first');
    end if;
    for item in {OF_MEMBERSHIP} loop
        perform in_good_hands(item.guard, old.area_id, item.id, item.named);
    end loop;
    return null;
end $$
"""

# INVARIANT (present): a deputy works in the same team all the while, and is not absent meanwhile.
DEPUTY_WORKS = """
create function deputy_works() returns trigger language plpgsql as $$
declare absent memberships; deputy memberships;
begin
    perform judged_as_committed();
    select m.* into absent from memberships m
     where m.area_id = new.area_id and m.id = least(new.membership_id, new.deputy_id) for no key update;
    select m.* into deputy from memberships m
     where m.area_id = new.area_id and m.id = greatest(new.membership_id, new.deputy_id) for no key update;
    if not (absent.during @> new.during and deputy.during @> new.during and absent.team_id = deputy.team_id) then
        perform refuse('deputies_inside_membership', 'a deputy works in the same team, all the while');
    end if;
    if exists (select from deputies d where d.area_id = new.area_id and d.during && new.during
                  and (d.membership_id = new.deputy_id or d.deputy_id = new.membership_id)) then
        perform refuse('deputies_present', 'a deputy cannot be absent meanwhile');
    end if;
    return null;
end $$
"""

# INVARIANT (owned): whoever takes over works here when the other ends.
SUCCESSOR_WORKS = """
create function successor_works() returns trigger language plpgsql as $$
declare term tstzrange;
begin
    perform judged_as_committed();
    if new.successor_id is not null then
        select m.during into term from memberships m
         where m.area_id = new.area_id and m.id = new.successor_id for share;
        if upper_inf(new.during) or not term @> upper(new.during) then
            perform refuse('memberships_successor_works', 'a successor works here when the other ends');
        end if;
    end if;
    if exists (select from memberships m where m.area_id = new.area_id and m.successor_id = new.id
                  and not new.during @> upper(m.during)) then
        perform refuse('memberships_successor_works', 'somebody counts on this successor');
    end if;
    return null;
end $$
"""

# INVARIANT (no silent drop): nothing is with a team past its end. What has no end of its own needs a team without one.
TEAM_THERE = """
create function team_there() returns trigger language plpgsql as $$
declare term tstzrange; row jsonb := to_jsonb(new); until timestamptz; named uuid;
begin
    perform judged_as_committed();
    if row ? 'id' then
        execute format('select to_jsonb(t) from %I t where t.area_id = $1 and t.id = $2', tg_table_name)
           into row using new.area_id, (row ->> 'id')::uuid;
    end if;
    named := coalesce(row ->> 'team_id', row ->> 'accountable_team_id', row ->> 'to_team_id')::uuid;
    if named is null or row ->> 'state' in ('ended', 'joined', 'accepted', 'declined', 'expired')
       or isempty((row ->> 'during')::tstzrange) then
        return null;
    end if;
    until := upper((row ->> 'during')::tstzrange);
    select t.during into term from teams t where t.area_id = new.area_id and t.id = named for share;
    if until > upper(term) or until is null and not upper_inf(term) then
        perform refuse(tg_table_name || '_inside_team', 'a team would have work past its end');
    end if;
    return null;
end $$
"""

TEAM_KEEPS = """
create function team_keeps_its_work() returns trigger language plpgsql as $$
declare hanging text; term tstzrange;
begin
    if new.during @> old.during then return null; end if;
    perform judged_as_committed();
    select during into term from teams where area_id = new.area_id and id = new.id for update;
    select tab into hanging from (
        select 'signals' as tab, null::timestamptz as until from signals
         where area_id = new.area_id and accountable_team_id = new.id and state <> 'ended'
        union all
        select 'participants', upper(during) from participants
         where area_id = new.area_id and team_id = new.id and not isempty(during)
        union all
        select 'invitations', null from invitations
         where area_id = new.area_id and team_id = new.id and state = 'pending'
        union all
        select 'transfers', null from transfers
         where area_id = new.area_id and to_team_id = new.id and state = 'pending'
        union all
        select 'team_covers', null from team_covers where area_id = new.area_id and team_id = new.id
        union all
        select 'memberships', upper(during) from memberships
         where area_id = new.area_id and team_id = new.id and not isempty(during)
    ) work
    where not upper_inf(term) and (until is null or until > upper(term)) limit 1;
    if found then
        perform refuse(hanging || '_inside_team', 'work still hangs on this team: hand it over first');
    end if;
    return null;
end $$
"""

# INVARIANT (one lead): a case that is led is led from now on without a hole, and no other has a lead.
LED = """
create or replace function case_led(in_area uuid, in_case uuid) returns void language plpgsql as $$
declare phase text; led tstzmultirange;
begin
    select state into phase from cases where area_id = in_area and id = in_case for update;
    select coalesce(range_agg(during), '{}') into led from leads
     where area_id = in_area and case_id = in_case and (upper_inf(during) or upper(during) > judged_at());
    if phase in ('led', 'aftercare') and not led @> tstzrange(greatest(lower(led), judged_at()), null)
       or phase not in ('led', 'aftercare') and upper_inf(led) then
        perform refuse('cases_led', 'a case is led if, and only if, it has a lead');
    end if;
end $$
"""

TRIGGERS = [
    ("plan_actions_inside_membership", "plan_actions", "insert or update", "owner_works"),
    ("proposals_inside_membership", "proposals", "insert or update", "asked_works"),
    ("turns_inside_membership", "turns", "insert or update or delete", "turn_taken"),
    ("deputies_inside_membership", "deputies", "insert or update", "deputy_works"),
    ("memberships_successor_works", "memberships", "insert or update", "successor_works"),
    ("signals_inside_team", "signals", "insert or update", "team_there"),
    ("participants_inside_team", "participants", "insert or update", "team_there"),
    ("invitations_inside_team", "invitations", "insert or update", "team_there"),
    ("transfers_inside_team", "transfers", "insert or update", "team_there"),
    ("team_covers_inside_team", "team_covers", "insert or update", "team_there"),
    ("memberships_inside_team", "memberships", "insert or update", "team_there"),
    ("teams_keep_their_work", "teams", "update", "team_keeps_its_work"),
]


def upgrade() -> None:
    op.add_column("memberships", sa.Column("successor_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f("memberships_area_id_successor_id_fkey"),
        "memberships",
        "memberships",
        ["area_id", "successor_id"],
        ["area_id", "id"],
    )
    op.add_column("coordinator_seats", sa.Column("stands_in_for", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f("coordinator_seats_area_id_stands_in_for_fkey"),
        "coordinator_seats",
        "memberships",
        ["area_id", "stands_in_for"],
        ["area_id", "id"],
    )
    turns()
    deputies()
    for statement in (
        JUDGED_AT, LINE_AFTER, IN_GOOD_HANDS, RESPONDER_WORKS, OWNER_WORKS, ASKED_WORKS, TURN_TAKEN,
        MEMBERSHIP_KEEPS, DEPUTY_WORKS, SUCCESSOR_WORKS, TEAM_THERE, TEAM_KEEPS, LED,
    ):  # fmt: skip
        op.execute(statement)
    for name, table, when, function in TRIGGERS:
        op.execute(
            f"create constraint trigger {name} after {when} on {table} "
            f"deferrable initially deferred for each row execute function {function}()"
        )
    guard_rows()


def turns() -> None:
    op.create_table(
        "turns",
        sa.Column("area_id", sa.Uuid(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("membership_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["area_id"], ["areas.id"], name=op.f("turns_area_id_fkey")),
        sa.ForeignKeyConstraint(
            ["area_id", "membership_id"],
            ["memberships.area_id", "memberships.id"],
            name=op.f("turns_area_id_membership_id_fkey"),
        ),
        sa.PrimaryKeyConstraint("area_id", "subject_id", "at", name=op.f("turns_pkey")),
    )
    op.create_index(op.f("turns_area_id_membership_id_idx"), "turns", ["area_id", "membership_id"])


def deputies() -> None:
    op.create_table(
        "deputies",
        sa.Column("area_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("membership_id", sa.Uuid(), nullable=False),
        sa.Column("deputy_id", sa.Uuid(), nullable=False),
        sa.Column("during", sa.dialects.postgresql.TSTZRANGE(), nullable=False),
        sa.Column("set_by", sa.Uuid(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["area_id"], ["areas.id"], name=op.f("deputies_area_id_fkey")),
        *(
            sa.ForeignKeyConstraint(
                ["area_id", column],
                ["memberships.area_id", "memberships.id"],
                name=op.f(f"deputies_area_id_{column}_fkey"),
            )
            for column in ("membership_id", "deputy_id", "set_by")
        ),
        sa.CheckConstraint("not isempty(during) and not upper_inf(during)", name=op.f("deputies_for_a_time")),
        sa.CheckConstraint("membership_id <> deputy_id", name=op.f("deputies_another")),
        sa.PrimaryKeyConstraint("area_id", "id", name=op.f("deputies_pkey")),
        sa.dialects.postgresql.ExcludeConstraint(
            (sa.column("area_id"), "="),
            (sa.column("membership_id"), "="),
            (sa.column("during"), "&&"),
            using="gist",
            name="deputies_one_at_a_time",
        ),
    )
    op.create_index(op.f("deputies_area_id_deputy_id_idx"), "deputies", ["area_id", "deputy_id"])


def guard_rows() -> None:
    """Row level security as for every table: only the context's area; without a context, nothing."""
    here = "(select nullif(current_setting('casecoord.area', true), '')::uuid)"
    for table in ("turns", "deputies"):
        op.execute(f"alter table {table} enable row level security")
        op.execute(f"alter table {table} force row level security")
        op.execute(f"create policy own_area on {table} using (area_id = {here}) with check (area_id = {here})")
        op.execute(f"create policy migrations on {table} to casecoord_migrator using (true) with check (true)")
        op.execute(f"grant select, insert, update, delete on {table} to casecoord_app")


def downgrade() -> None:
    raise RuntimeError("who took over is not taken away; restore a backup instead")
