"""A whole neighbourhood at once: households in every state that waits, made set-based by SQL, of any number.

Of ten households one each is in search of a lead, asked for one, newly led, handed over, in aftercare, closed,
signalled, on hold, acute, and quiet; six have a case and each has three signals. Deadlines come from the domain's own
calendar of working days, so that the recomputation agrees to the microsecond.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from uuid import UUID

import asyncpg

from casecoord.domain.promises import LADDER, Deadlines, Rule, clock
from casecoord.domain.workdays import add_working_days, end_of_day, local_date
from tests.world import Town

TABLES = (
    "organisations", "teams", "professionals", "memberships", "coordinator_seats", "households", "cases", "signals",
    "participants", "proposals", "leads", "contacts", "plan_actions", "invitations", "holders", "promises",
)  # fmt: skip
HOUSEHOLDS_OF_A_TEAM = 400
DEFAULT = Deadlines()

#: `began`: when a household's story began. Of those that are late it is up to forty days ago, else this very day.
STAGE = """
create temporary table calendar (day date, days int, ends_at timestamptz, primary key (day, days)) on commit drop;
create temporary table crew on commit drop as
select t, gen_random_uuid() team, gen_random_uuid() person, gen_random_uuid() coordinator,
  gen_random_uuid() member_person, gen_random_uuid() member
from generate_series(0, {households} / {of_a_team}) t;
create unique index on crew (t);
create temporary table n on commit drop as
select i, i % 10 state, (i / 10) % 10 < {late_of_ten} late, gen_random_uuid() household, gen_random_uuid() case_id,
  gen_random_uuid() signal, gen_random_uuid() proposal,
  case when (i / 10) % 10 < {late_of_ten} then {at} - make_interval(days => 1 + i / 100 * 7 % 40, mins => i % 600)
    else {at} - make_interval(mins => i % 600) end began,
  case when i % 500 = 496 and {late_of_ten} > 0 then null else c.team end accountable,
  case when i % 500 = 496 and {late_of_ten} > 0 then {backstop} else c.coordinator end coordinator, c.team, c.member
from generate_series(1, {households}) i join crew c on c.t = i / {of_a_team};
"""
PEOPLE = """
insert into organisations (area_id, id, name) values ({area}, {organisation}, 'Stichting Menigte');
insert into teams (area_id, id, organisation_id, kind, name, during)
  select {area}, team, {organisation}, 'social', 'Team ' || t, {long} from crew;
insert into professionals (area_id, id, name)
  select {area}, person, 'Coordinator ' || t from crew union all select {area}, member_person, 'Member ' || t from crew;
insert into memberships (area_id, id, professional_id, team_id, role, during)
  select {area}, coordinator, person, team, 'coordinator', {long} from crew
  union all select {area}, member, member_person, team, 'member', {long} from crew;
insert into coordinator_seats (area_id, id, seat, membership_id, during)
  select {area}, gen_random_uuid(), team, coordinator, {long} from crew;
"""
WORK = """
insert into households (area_id, id, pseudonym, neighbourhood, during)
  select {area}, household, gen_random_uuid(), 'BU05991099', tstzrange(began - interval '1 year', null) from n;
insert into cases (area_id, id, household_id, state, triaged_at, aftercare_at, outcome_sealed, outcome_by, closed_at)
  select {area}, case_id, household, (array['triaged', 'lead_proposed', 'led', 'led', 'aftercare', 'closed'])[state + 1],
    began, case when state > 3 then began end, case when state = 5 then ''::bytea end,
    case when state = 5 then 'family' end, case when state = 5 then began end from n where state < 6;
insert into signals (area_id, id, household_id, case_id, state, domain, sphere, urgency, source, source_team_id,
    author_id, accountable_team_id, routed_by, summary_sealed, received_at, seen_at, triaged_at, review_on,
    feedback_sealed, feedback_at, outcome_sealed, outcome_by, ended_at)
  select {area}, case when k = 1 then signal else gen_random_uuid() end, household, case when n.state < 6 then case_id end,
    s.state, 'time_use', 'general', case when n.state = 8 and k = 1 then 'acute' else 'high' end, 'team', team, member,
    case when k = 1 then accountable else team end, 'neighbourhood', '', at, at, case when s.state <> 'open' then at end,
    case when s.state = 'on_hold' then began::date + 20 end, told, case when told is not null then at end,
    case when s.state = 'ended' then ''::bytea end, case when s.state = 'ended' then 'family' end,
    case when s.state = 'ended' then at end
  from n cross join generate_series(1, 3) k
  cross join lateral (select case when k = 3 or n.state in (5, 9) then 'ended' when n.state < 5 then 'in_case'
      when k > 1 then 'ended' when n.state = 7 then 'on_hold' else 'open' end state) s
  cross join lateral (select case when s.state = 'ended' then began - interval '100 days' else began end at,
      case when k = 1 and n.state in (0, 7) or s.state = 'open' then null else ''::bytea end told) b;
insert into participants (area_id, id, case_id, team_id, sphere, during)
  select {area}, gen_random_uuid(), case_id, team, 'general', tstzrange(began, null) from n where state < 5;
insert into proposals (area_id, id, case_id, kind, membership_id, proposed_by, state, proposed_at, answered_at)
  select {area}, proposal, case_id, 'lead', member, coordinator, case when state = 1 then 'pending' else 'accepted' end,
    began, case when state > 1 then began end from n where state between 1 and 4
  union all select {area}, gen_random_uuid(), case_id, 'handover', coordinator, member, 'pending', began, null
    from n where state = 3;
insert into leads (area_id, id, case_id, membership_id, proposal_id, during)
  select {area}, gen_random_uuid(), case_id, member, proposal, tstzrange(began, null) from n where state between 2 and 4;
insert into contacts (area_id, id, case_id, membership_id, contacted_at, manner)
  select {area}, gen_random_uuid(), case_id, member, began, 'home' from n where state = 3;
create temporary table a on commit drop as
  select n.*, gen_random_uuid() action from n, generate_series(1, 2) where state in (2, 3);
insert into plan_actions (area_id, id, case_id, team_id, owner_id, author_id, domain, sphere, what_sealed, due_on,
    state, added_at)
  select {area}, action, case_id, team, member, member, 'time_use', 'general', '', began::date + 14, 'open', began from a;
create temporary table v on commit drop as select n.*, gen_random_uuid() invitation from n where state = 2;
insert into invitations (area_id, id, case_id, team_id, invited_by, sphere, state, invited_at)
  select {area}, invitation, case_id, {invited}, member, 'general', 'pending', began from v;
insert into holders (area_id, id, household_id, membership_id, during)
  select {area}, gen_random_uuid(), household, case when state between 2 and 4 then member else coordinator end,
    tstzrange(began, null) from n where state not in (5, 9);
"""
#: What waits, since when, and by how many working days; `due_at` where it is no working day.
WAITS = """
create temporary table w on commit drop as
select household, 'G1' rule, signal subject, coordinator responder, began, {triage} days, null::timestamptz due_at
    from n where state = 6
  union all select household, 'G1', signal, coordinator, began, 0, began + interval '{acute_triage_hours} hours'
    from n where state = 8
  union all select household, 'G13', signal, coordinator, began, 0, c.ends_at
    from n join calendar c on c.day = began::date + 20 and c.days = 0 where state = 7
  union all select household, 'covered', household, {backstop}, began, 0, began
    from n where accountable is null and state not in (5, 9)
  union all select household, 'G2', case_id, case state when 1 then member else coordinator end, began,
    case state when 1 then {proposal} else {lead} end, null from n where state < 2
  union all select household, 'G6', signal, coordinator, began, {feedback}, null from n where state in (0, 7)
  union all select household, 'G3', case_id, member, began, {first_contact}, null from n where state = 2
  union all select household, 'G5', case_id, member, began, 0, began + make_interval(hours => 24 * {review_days})
    from n where state in (2, 3)
  union all select household, 'G7', case_id, coordinator, began, {handover}, null from n where state = 3
  union all select household, 'G11', case_id, member, began, 0, began + make_interval(hours => 24 * {aftercare_days})
    from n where state = 4
  union all select household, 'G4', action, member, began, 0, c.ends_at
    from a join calendar c on c.day = began::date + 14 and c.days = 0
  union all select household, 'G14', invitation, {invited_by}, began, {invitation}, null from v;
update w set due_at = c.ends_at from calendar c
  where w.due_at is null and c.day = (began at time zone 'Europe/Amsterdam')::date and c.days = w.days;
insert into promises (area_id, id, household_id, rule, subject_id, sphere, responder_id, made_at, due_at, area_at,
    decision_at, alliance_at)
  select {area}, gen_random_uuid(), household, rule, subject, 'general', responder, began, due_at, a.ends_at, d.ends_at,
    l.ends_at
  from w cross join lateral (select ((due_at - interval '1 microsecond') at time zone 'Europe/Amsterdam')::date last) on_day
  join calendar a on a.day = last and a.days = {area_rung} join calendar d on d.day = last and d.days = {decision_rung}
  join calendar l on l.day = last and l.days = {alliance_rung};
"""


def calendar(at: datetime) -> Iterator[tuple[date, int, datetime]]:
    """When so many working days after a day end, for each day and number that the crowd needs."""
    numbers = {
        DEFAULT.triage, DEFAULT.proposal, DEFAULT.lead, DEFAULT.feedback, DEFAULT.first_contact, DEFAULT.handover,
        DEFAULT.invitation, *LADDER,
    }  # fmt: skip
    for back in range(-60, 140):
        day = local_date(at) + timedelta(days=back)
        for days in numbers:
            yield day, days, add_working_days(end_of_day(day) - timedelta(hours=1), days)
        yield day, 0, end_of_day(day)


async def crowd(
    connection: asyncpg.Connection,
    town: Town,
    households: int,
    *,
    late_of_ten: int = 0,
    guarded: bool = False,
) -> None:
    """Fills the town by the migrator's connection; nobody is late, or so many of every ten households.

    `guarded`: the guards judge each row, as they would a verb's. Without them the rows are as many as one likes.
    """
    values = {
        "area": _of(town.area),
        "households": households,
        "of_a_team": HOUSEHOLDS_OF_A_TEAM,
        "late_of_ten": late_of_ten,
        "at": _moment(town.clock.now),
        "long": f"tstzrange('{(town.clock.now - timedelta(days=800)).isoformat()}', null)",
        "organisation": "'00000000-0000-4000-8000-000000000001'::uuid",
        "backstop": _of(town.members["ibrahim"].membership),
        "invited": _of(town.teams["wijkteam"]),
        "invited_by": _of(town.members["dirk"].membership),
        **{name: getattr(DEFAULT, name) for name in Deadlines.__slots__},
        **dict(zip(("area_rung", "decision_rung", "alliance_rung"), LADDER, strict=True)),
    }
    async with connection.transaction():
        await connection.execute("set local timezone to 'UTC'")
        for table in () if guarded else TABLES:
            await connection.execute(f"alter table {table} disable trigger user")
        await connection.execute("alter table promises enable trigger promises_watched")
        await connection.execute(STAGE.format(**values))
        await connection.copy_records_to_table("calendar", records=calendar(town.clock.now))
        for text in (PEOPLE, WORK, WAITS):
            await connection.execute(text.format(**values))
        await connection.execute("set constraints all immediate")
        for table in () if guarded else TABLES:
            await connection.execute(f"alter table {table} enable trigger user")
    await connection.execute(f"analyze {', '.join(TABLES)}")


#: One in two hundred households is signalled as of a month ago, and one in two hundred that was late is put on hold.
CHANGES = """
create temporary table moved on commit drop as select s.id, s.household_id from signals s
  join promises p on p.area_id = s.area_id and p.subject_id = s.id and p.rule = 'G1' and p.ended_at is null
  where s.area_id = {area} and s.urgency = 'high' and p.due_at > {at} and s.accountable_team_id is not null
  limit {some};
create temporary table kept on commit drop as select s.id, s.household_id from signals s
  join promises p on p.area_id = s.area_id and p.subject_id = s.id and p.rule = 'G1' and p.ended_at is null
  where s.area_id = {area} and s.urgency = 'high' and p.due_at <= {at} and s.accountable_team_id is not null
  limit {some};
update holders o set during = tstzrange({since}, null) from moved m where o.area_id = {area} and o.household_id = m.household_id;
update signals s set received_at = {since} from moved m where s.area_id = {area} and s.id = m.id;
update promises p set due_at = {triage[0]}, area_at = {triage[1]}, decision_at = {triage[2]}, alliance_at = {triage[3]}
  from moved m where p.area_id = {area} and p.subject_id = m.id and p.rule = 'G1' and p.ended_at is null;
update promises p set ended_at = {at}
  from kept k where p.area_id = {area} and p.subject_id = k.id and p.rule = 'G1' and p.ended_at is null;
update signals s set state = 'on_hold', triaged_at = {at}, review_on = {review}, feedback_sealed = '', feedback_at = {at}
  from kept k where s.area_id = {area} and s.id = k.id;
insert into promises (area_id, id, household_id, rule, subject_id, sphere, responder_id, made_at, due_at, area_at,
    decision_at, alliance_at)
  select {area}, gen_random_uuid(), k.household_id, 'G13', k.id, 'general', o.membership_id, {at}, {hold[0]}, {hold[1]},
    {hold[2]}, {hold[3]}
  from kept k join holders o on o.area_id = {area} and o.household_id = k.household_id;
"""


async def change(connection: asyncpg.Connection, town: Town, households: int) -> int:
    """One household in a hundred changes: of half of them a promise is late now, of the others it is kept. How many."""
    at, review = town.clock.now, local_date(town.clock.now) + timedelta(days=30)
    since = at - timedelta(days=30)
    triage = clock(Rule.TRIAGE, add_working_days(since, DEFAULT.triage), DEFAULT)
    hold = clock(Rule.HOLD, end_of_day(review), DEFAULT)
    text = CHANGES.format(
        area=_of(town.area),
        at=_moment(at),
        since=_moment(since),
        review=f"'{review}'::date",
        some=households // 200,
        **{
            name: [_moment(one) for one in (c.due_at, c.area_at, c.decision_at, c.alliance_at)]
            for name, c in (("triage", triage), ("hold", hold))
        },
    )
    async with connection.transaction():
        await connection.execute(f"set local casecoord.now to '{at.isoformat()}'")
        await connection.execute(text)
        return await connection.fetchval("select (select count(*) from moved) + (select count(*) from kept)")


def _moment(at: datetime) -> str:
    return f"'{at.isoformat()}'::timestamptz"


def _of(value: UUID) -> str:
    return f"'{value}'::uuid"
