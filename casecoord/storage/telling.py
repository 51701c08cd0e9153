"""Who is told of what: notices, written in the transaction of the change that they tell.

One row for each receiver and thing, however often it is told; nobody is told what they did themselves,
and nobody whose membership is over.
"""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import text

from casecoord.domain.notices import NoticeKind
from casecoord.domain.promises import BETWEEN_FEW
from casecoord.storage.turns import whose
from casecoord.storage.work import Area, Work

_SEAT = (
    "(select y.membership_id from coordinator_seats y where y.area_id = :area and y.seat = {of}"
    " and y.during @> cast(:now as timestamptz))"
)
_COLUMNS = "area_id, id, receiver_id, kind, source_id, household_id, sphere, audience, urgent, at"
#: A family that turned out to be another takes its notices along.
_ONCE = (
    " on conflict (area_id, receiver_id, source_id, kind) do update set household_id = excluded.household_id"
    " where outbox.household_id <> excluded.household_id"
)


def openly(promise: str) -> str:
    """SQL: the promise of this alias is not between few, so that lists of a household may hold it."""
    return f"{promise}.rule not in ({', '.join(sorted(repr(str(rule)) for rule in BETWEEN_FEW))})"


_THIS_TRANSACTION = "pg_current_xact_id()::xid"

#: What each event of this transaction tells, and whom. The ids that it names are typed before anything is joined: a
#: thing compared as text, or by a cast inside the join, would be looked for among all of the area.
_TELL = text(
    f"""
with news as materialized (
  select e.*, named.* from events e cross join lateral jsonb_to_record(e.about) named (signal uuid, proposal uuid,
      "grant" uuid, hearing uuid, blockade uuid, refusal uuid, action uuid)
   where e.area_id = :area and e.household_id = :household and e.xmin = {_THIS_TRANSACTION}
), told (kind, source_id, receiver, urgent, sphere, audience, at, by) as (
  select case s.urgency when 'acute' then 'acute_signal' else 'signal' end, s.id, who.membership,
    s.urgency = 'acute', s.sphere, s.audience, e.at, e.membership_id
  from news e join signals s on s.area_id = e.area_id and s.id = e.signal
    and (s.state = 'open' or e.verb = 'accept_move')
  cross join lateral (
    select coalesce({_SEAT.format(of="s.accountable_team_id")}, {_SEAT.format(of=":area")})
    union select coalesce((select d.membership_id from duty_shifts d where d.area_id = :area
        and d.during @> cast(:now as timestamptz)), {_SEAT.format(of=":area")}) where s.urgency = 'acute'
  ) who (membership) where e.verb in ('add_signal', 'accept_move')
  union all
  select case x.kind when 'lead' then 'proposal' when 'handover' then 'hand_over' else 'appointment' end, x.id,
    x.membership_id, false, e.sphere, e.audience, e.at, e.membership_id
  from news e join proposals x on x.area_id = e.area_id and x.case_id = e.case_id and x.proposed_at = e.at
   where (e.facet = 'case.lead' and x.state = 'pending')
      or (e.verb = 'appoint_lead' and x.kind = 'appointment')
  union all
  select 'answer', x.id, x.proposed_by, false, e.sphere, e.audience, e.at, e.membership_id
  from news e join proposals x on x.area_id = e.area_id and x.case_id = e.case_id and x.answered_at = e.at
    and x.state in ('accepted', 'declined') and x.kind <> 'appointment'
   where e.verb in ('accept_lead', 'decline_lead', 'accept_hand_over', 'decline_hand_over', 'leave_case')
  union all
  select 'objection', x.id, who.membership, false, e.sphere, e.audience, e.at, e.membership_id
  from news e join proposals x on x.area_id = e.area_id and x.id = e.proposal
  cross join lateral (select x.proposed_by union select {_SEAT.format(of=":area")}) who (membership)
   where e.verb = 'object_to_appointment'
  union all
  select 'break_glass', g.id, who.membership, true, e.sphere, e.audience, e.at, e.membership_id
  from news e join break_glass_grants g on g.area_id = e.area_id and g.id = e."grant"
  cross join lateral (
    select m.id from memberships m where m.area_id = :area and m.role = 'privacy_officer'
    union select l.membership_id from leads l join cases c on c.area_id = l.area_id and c.id = l.case_id
      where c.area_id = g.area_id and c.household_id = g.household_id and c.state <> 'closed' and l.during @> cast(:now as timestamptz)
  ) who (membership) where e.verb = 'break_glass'
  union all
  select 'hearing', z.id, who.membership, false, 'justice', null, e.at, e.membership_id
  from news e join hearings z on z.area_id = e.area_id and z.id = e.hearing
  cross join lateral (
    select {_SEAT.format(of="v.team_id")} from households y join team_covers v on v.area_id = y.area_id
        and v.kind = 'neighbourhood' and v.code = y.neighbourhood
      where y.area_id = z.area_id and y.id = z.household_id
    union select l.membership_id from leads l join cases c on c.area_id = l.area_id and c.id = l.case_id
      where c.area_id = z.area_id and c.household_id = z.household_id and c.state <> 'closed' and l.during @> cast(:now as timestamptz)
  ) who (membership) where e.verb = 'plan_hearing'
  union all
  select told.kind, b.id, who.membership, false, b.sphere, b.audience, e.at, e.membership_id
  from news e join blockades b on b.area_id = e.area_id and b.id = e.blockade
  cross join lateral (select case b.state when 'open' then 'blockade' when 'agenda' then 'blockade_deferred'
    else 'blockade_decided' end kind) told
  cross join lateral (
    select l.membership_id from leads l where l.area_id = b.area_id and l.case_id = b.case_id and l.during @> cast(:now as timestamptz)
    union select b.raised_by
    union select m.id from memberships m where m.area_id = :area and m.role = 'decision_power' and b.state = 'open'
    union select a.owner_id from plan_actions a where a.area_id = b.area_id and a.id = b.action_id
  ) who (membership)
  union all
  select 'blockade_agenda', b.id, {_SEAT.format(of="t.id")}, false, 'general', null, e.at, e.membership_id
  from news e join blockades b on b.area_id = e.area_id and b.id = e.blockade and b.state = 'agenda'
  join teams t on t.area_id = :area and t.kind = 'programme_bureau' where e.verb = 'decide_blockade'
  union all
  select 'team_left', (e.about ->> 'participant')::uuid, coalesce((select l.membership_id from leads l
      where l.area_id = e.area_id and l.case_id = e.case_id and l.during @> cast(:now as timestamptz)), {_SEAT.format(of=":area")}),
    false, e.sphere, e.audience, e.at, e.membership_id
  from news e where e.verb = 'leave_case' and e.about ->> 'participant' is not null
  union all
  select 'invitation', v.id, {_SEAT.format(of="v.team_id")}, false, v.sphere, null, e.at, e.membership_id
  from news e join invitations v on v.area_id = e.area_id and v.case_id = e.case_id and v.state = 'pending'
    and v.team_id::text = e.about ->> 'team' where e.verb = 'invite_team'
  union all
  select 'invitation_answer', v.id, v.invited_by, false, v.sphere, null, e.at, e.membership_id
  from news e join invitations v on v.area_id = e.area_id and v.case_id = e.case_id and v.answered_at = e.at
    and v.team_id::text = e.about ->> 'team' where e.verb in ('join_case', 'decline_invitation')
  union all
  select 'refusal', f.id, {_SEAT.format(of="lm.team_id")}, false, e.sphere, null, e.at, e.membership_id
  from news e join refusals f on f.area_id = e.area_id and f.id = e.refusal
    join memberships lm on lm.area_id = f.area_id and lm.id = f.recorded_by where e.verb = 'record_refusal'
  union all
  select 'action', a.id, a.owner_id, false, a.sphere, a.audience, e.at, e.membership_id
  from news e join plan_actions a on a.area_id = e.area_id and a.id = e.action
   where e.verb in ('add_action', 'leave_case', 'end_membership', 'end_professional', 'end_team', 'end_organisation')
)
insert into outbox ({_COLUMNS})
select distinct on (m.id, t.kind, t.source_id) :area, gen_random_uuid(), m.id, t.kind, t.source_id,
  case when t.kind <> 'blockade_agenda' then cast(:household as uuid) end, t.sphere, t.audience, t.urgent, t.at
from told t
join memberships m on m.area_id = :area and m.id = t.receiver and m.during @> cast(:now as timestamptz)
join memberships b on b.area_id = :area and b.id = t.by and b.professional_id <> m.professional_id
{_ONCE}
"""
)

#: What waited for somebody who left waits, by this transaction, for whoever came after.
_TELL_PASSED_ON = text(
    f"""
insert into outbox ({_COLUMNS})
select p.area_id, gen_random_uuid(), m.id, 'passed_on', p.id, p.household_id, p.sphere, p.audience,
  coalesce(s.urgency = 'acute', false), :now
from promises p
join memberships m on m.area_id = p.area_id and m.id = p.responder_id and m.during @> cast(:now as timestamptz)
left join signals s on s.area_id = p.area_id and s.id = p.subject_id
where p.area_id = :area and p.household_id = :household and p.ended_at is null and p.xmin = {_THIS_TRANSACTION}
{_ONCE}
"""
)

#: Hand-overs that this transaction opened or answered: to whom they come, and whose they were; and signals that it
#: let lapse: whoever brought one hears that it is over here, not why. About no household: until it is accepted, the
#: receiver learns no more than that something waits.
_TELL_TRANSFERS = text(
    f"""
with changed as (
  select h.* from transfers h where h.area_id = :area and h.household_id = :household and h.xmin = {_THIS_TRANSACTION}
), told (kind, source_id, receiver) as (
  select 'transfer', h.id, coalesce({_SEAT.format(of="h.to_team_id")}, {_SEAT.format(of=":area")})
    from changed h where h.state = 'pending'
  union
  select 'transfer_answer', h.id, coalesce({_SEAT.format(of="h.from_team_id")}, {_SEAT.format(of=":area")})
    from changed h where h.state in ('accepted', 'declined')
  union
  select 'signal_lapsed', s.id, s.author_id from signals s where s.area_id = :area and s.household_id = :household
    and s.lapsed_as is not null and s.xmin = {_THIS_TRANSACTION}
)
insert into outbox ({_COLUMNS})
select :area, gen_random_uuid(), m.id, t.kind, t.source_id, null, 'general', null, false, :now
from told t
join memberships m on m.area_id = :area and m.id = t.receiver and m.during @> cast(:now as timestamptz)
where not exists (select from memberships b where b.area_id = :area and b.id = cast(:by as uuid)
  and b.professional_id = m.professional_id)
on conflict (area_id, receiver_id, source_id, kind) do nothing
"""
)

#: The lead is told that something changed in the family.
_TELL_LEAD = text(
    f"""
insert into outbox ({_COLUMNS})
select :area, gen_random_uuid(), m.id, :kind, :source, cast(:household as uuid), 'general', null, false, :now
from leads l join cases c on c.area_id = l.area_id and c.id = l.case_id and c.state <> 'closed'
join memberships m on m.area_id = l.area_id and m.id = l.membership_id and m.during @> cast(:now as timestamptz)
where l.area_id = :area and c.household_id = :household and l.during @> cast(:now as timestamptz)
on conflict (area_id, receiver_id, source_id, kind) do nothing
"""
)

#: The area's coordinator is told that another area offers a family, or has answered.
_TELL_AREA = text(
    f"""
insert into outbox ({_COLUMNS})
select :area, gen_random_uuid(), y.membership_id, :kind, :source, null, 'general', null, false, :now
from coordinator_seats y where y.area_id = :area and y.seat = :area and y.during @> cast(:now as timestamptz)
on conflict (area_id, receiver_id, source_id, kind) do nothing
"""
)


def tell_gaps(changed: str) -> str:
    """SQL that tells the rungs of the ladder that each row of `changed` (id, promise_id, before, level) climbed.

    A sweep that comes late tells all that were climbed meanwhile. The alliance's agenda learns that
    there is a gap, not of whom or in which sphere.
    """
    # Look-ups by key stay subqueries: what is raised is not counted before, and a join might run it over and over.
    area_seat = _SEAT.format(of=":area")
    team_seat = _SEAT.format(
        of="(select r.team_id from memberships r where r.area_id = :area and r.id = c.responder_id)"
    )
    named = "rung < 4 and (rung < 2 or not n.between_few)"
    return f"""
insert into outbox ({_COLUMNS})
with climbed as (
  select g.id, rung, p.rule, p.household_id, {whose("p", "responder_id")} responder_id, p.subject_id, p.sphere, p.audience,
    not {openly("p")} as between_few
  from {changed} g join promises p on p.area_id = :area and p.id = g.promise_id
  cross join lateral generate_series(g.before + 1, g.level) rung
), named as (
  select c.*, case c.responder_id when {area_seat} then c.responder_id else {team_seat} end membership
    from climbed c where rung = 1
  union all select c.*, o.membership_id from climbed c
    join holders o on o.area_id = :area and o.household_id = c.household_id
      and o.during @> cast(:now as timestamptz) where rung = 1 and not c.between_few
  union all select c.*, {area_seat} from climbed c where rung = 2 and c.rule <> 'G9'
  union all select c.*, d.id from climbed c
    join memberships d on d.area_id = :area and d.role = 'decision_power' where rung = 3 and c.rule <> 'G9'
  -- A hearing is known to few: it climbs to the court partner's coordinator, then to the area's deputy for justice.
  union all select c.*, {_SEAT.format(of="t.id")} from climbed c
    join teams t on t.area_id = :area and t.kind = 'court_partner' where rung = 2 and c.rule = 'G9'
  union all select c.*, cast(a.settings ->> 'justice_deputy' as uuid) from climbed c
    join areas a on a.id = :area where rung = 3 and c.rule = 'G9'
  union all select c.*, {_SEAT.format(of="t.id")} from climbed c
    join teams t on t.area_id = :area and t.kind = 'programme_bureau' where rung = 4
)
select cast(:area as uuid), gen_random_uuid(), n.membership,
  (array['gap', 'gap_area', 'gap_decision', 'agenda'])[rung], n.id,
  case when {named} then n.household_id end, case when {named} then n.sphere else 'general' end,
  case when {named} then n.audience end, rung < 4 and coalesce(
    (select s.urgency = 'acute' from signals s where s.area_id = :area and s.id = n.subject_id), false),
  cast(:now as timestamptz)
from named n
where (select m.during @> cast(:now as timestamptz) from memberships m
  where m.area_id = :area and m.id = n.membership)
on conflict (area_id, receiver_id, source_id, kind) do nothing"""


async def tell(work: Area, household: UUID) -> None:
    """Tells what the events of this transaction, written already, mean for others."""
    await work.session.execute(_TELL, _at(work, household))


async def tell_passed_on(work: Area, household: UUID) -> None:
    """Tells whoever a promise waits for since this transaction."""
    await work.session.execute(_TELL_PASSED_ON, _at(work, household))


_TELL_MEMBERS = text(
    f"""
insert into outbox ({_COLUMNS})
select m.area_id, gen_random_uuid(), m.id, :kind, cast(:source as uuid), cast(:household as uuid), 'general', null,
  false, cast(:now as timestamptz)
from memberships m where m.area_id = :area and m.id = any(:members) and m.during @> cast(:now as timestamptz)
  and m.professional_id <> :by
{_ONCE}
"""
)


_TELL_SIGNALS = text(
    f"""
insert into outbox ({_COLUMNS})
select m.area_id, gen_random_uuid(), m.id, case s.urgency when 'acute' then 'acute_signal' else 'signal' end, s.id,
  s.household_id, s.sphere, s.audience, s.urgency = 'acute', cast(:now as timestamptz)
from signals s
join memberships m on m.area_id = s.area_id and m.during @> cast(:now as timestamptz)
  and m.id = coalesce({_SEAT.format(of="s.accountable_team_id")}, {_SEAT.format(of=":area")})
where s.area_id = :area and s.id = any(:signals) and s.state = 'open' and m.professional_id <> :by
{_ONCE}
"""
)


#: A signal of the family itself comes to whoever is accountable for it; an acute one to who is on duty too.
_TELL_ASKED = text(
    f"""
insert into outbox ({_COLUMNS})
select distinct m.area_id, gen_random_uuid(), m.id, case s.urgency when 'acute' then 'acute_signal' else 'signal' end,
  s.id, s.household_id, s.sphere, s.audience, s.urgency = 'acute', cast(:now as timestamptz)
from signals s cross join lateral (
  select coalesce({_SEAT.format(of="s.accountable_team_id")}, {_SEAT.format(of=":area")})
  union select coalesce((select d.membership_id from duty_shifts d where d.area_id = :area
      and d.during @> cast(:now as timestamptz)), {_SEAT.format(of=":area")}) where s.urgency = 'acute') who (membership)
join memberships m on m.area_id = s.area_id and m.id = who.membership and m.during @> cast(:now as timestamptz)
where s.area_id = :area and s.id = :signal
{_ONCE}
"""
)


async def tell_asked(work: Area, signal: UUID) -> None:
    """Tells who has to do something about a signal of the family itself."""
    await work.session.execute(_TELL_ASKED, {"area": work.area_id, "now": work.now, "signal": signal})


async def tell_signals(work: Work, signals: Iterable[UUID]) -> None:
    """Tells the coordinators of the teams that are accountable for these signals now."""
    values = {"signals": list(signals), "by": work.actor.professional_id}
    await work.session.execute(_TELL_SIGNALS, {"area": work.area_id, "now": work.now, **values})


async def tell_members(
    work: Work, household: UUID | None, kind: NoticeKind, source: UUID, members: Iterable[UUID]
) -> None:
    """Tells these memberships, but for the actor's own, of a thing of this household; None: not of which."""
    values = {"kind": kind, "source": source, "members": list(members), "by": work.actor.professional_id}
    await work.session.execute(_TELL_MEMBERS, {**_at(work, household), **values})


async def tell_transfers(work: Area, household: UUID, by: UUID | None = None) -> None:
    """Tells who gets, and whose were, the hand-overs of this transaction; `by` did it and knows."""
    await work.session.execute(_TELL_TRANSFERS, {**_at(work, household), "by": by})


async def tell_lead(work: Area, household: UUID, kind: NoticeKind, source: UUID) -> None:
    """Tells the family's lead, if there is one, that something changed in it."""
    await work.session.execute(_TELL_LEAD, {**_at(work, household), "kind": kind, "source": source})


async def tell_area(work: Area, kind: NoticeKind, source: UUID) -> None:
    """Tells the area's coordinator about an offer from or to another area."""
    at = {"area": work.area_id, "now": work.now}
    await work.session.execute(_TELL_AREA, {**at, "kind": kind, "source": source})


def _at(work: Area, household: UUID | None) -> dict[str, object]:
    return {"area": work.area_id, "household": household, "now": work.now}
