"""After every change: whose household is it now, and which promises run until when?

Loads what is open, asks the domain, and writes the difference. `load_all` reads the same for a whole
area, for the recomputation that checks the sweep.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Row, text

from casecoord.domain.household import (
    Household,
    OpenAction,
    OpenCase,
    OpenInvitation,
    OpenSignal,
    Seats,
    Waiting,
    holder_of,
    waiting,
)
from casecoord.domain.promises import Deadlines
from casecoord.domain.words import Audience, CaseState, SignalState, Sphere, Urgency
from casecoord.storage.turns import forget_turns, take_turns, write_turns
from casecoord.storage.work import Area

_TURNS = """coalesce((select jsonb_agg(jsonb_build_array(u.membership_id, u.at) order by u.at) from turns u
      where u.area_id = {x}.area_id and u.subject_id = {x}.id), '[]')"""

# A lead who leaves is the lead until that date, and from then on the next; G3 and G5 run since one last said yes.
_STATE = f"""
select h.id as household_id,
  coalesce((select jsonb_agg(jsonb_build_object('id', s.id, 'state', s.state, 'urgency', s.urgency,
      'sphere', s.sphere, 'audience', s.audience, 'received_at', s.received_at, 'seen_at', s.seen_at,
      'review_on', s.review_on, 'accountable', s.accountable_team_id, 'triaged_at', s.triaged_at,
      'feedback_at', s.feedback_at) order by s.received_at, s.id)
    from signals s where s.area_id = h.area_id and s.household_id = h.id and s.state <> 'ended'), '[]') signals,
  (select jsonb_build_object('id', c.id, 'state', c.state, 'triaged_at', c.triaged_at,
      'leads', coalesce((select jsonb_agg(jsonb_build_array(l.membership_id, lower(l.during)) order by lower(l.during))
         from leads l where l.area_id = c.area_id and l.case_id = c.id
          and (upper_inf(l.during) or upper(l.during) > :now)), '[]'),
      'lead_since', (select max(greatest(lower(l.during), q.answered_at)) from leads l
         join proposals q on q.area_id = l.area_id and q.id = l.proposal_id and q.state = 'accepted'
        where l.area_id = c.area_id and l.case_id = c.id),
      'contacted_at', (select max(k.contacted_at)
         from contacts k where k.area_id = c.area_id and k.case_id = c.id),
      'proposed', p.membership_id, 'proposal', p.id, 'proposed_at', p.proposed_at, 'turns', {_TURNS.format(x="p")},
      'reviewed_at', c.reviewed_at, 'aftercare_at', c.aftercare_at)
    from cases c
    left join proposals p on p.area_id = c.area_id and p.case_id = c.id and p.state = 'pending'
    where c.area_id = h.area_id and c.household_id = h.id and c.state <> 'closed') open_case,
  coalesce((select jsonb_agg(jsonb_build_object('id', a.id, 'owner', a.owner_id, 'sphere', a.sphere,
      'turns', {_TURNS.format(x="a")}, 'audience', a.audience, 'due_on', a.due_on) order by a.due_on, a.id)
    from plan_actions a join cases c on c.area_id = a.area_id and c.id = a.case_id and c.state <> 'closed'
    where c.area_id = h.area_id and c.household_id = h.id and a.state = 'open'), '[]') actions,
  coalesce((select jsonb_agg(jsonb_build_object('id', i.id, 'team', i.team_id, 'sphere', i.sphere,
      'invited_at', i.invited_at) order by i.invited_at, i.id)
    from invitations i join cases c on c.area_id = i.area_id and c.id = i.case_id and c.state <> 'closed'
    where c.area_id = h.area_id and c.household_id = h.id and i.state = 'pending'), '[]') invitations
"""

_ONE = text(
    _STATE
    + f""",
  coalesce((select jsonb_agg(jsonb_build_array(s.seat, s.membership_id, lower(s.during), upper(s.during)))
    from coordinator_seats s
    where s.area_id = h.area_id and coalesce(upper(s.during) > :now, true)), '[]') seats,
  coalesce((select jsonb_agg(jsonb_build_array(d.membership_id, d.deputy_id, lower(d.during), upper(d.during)))
    from deputies d where d.area_id = h.area_id and upper(d.during) > :now), '[]') deputies,
  coalesce((select jsonb_agg(jsonb_build_array(d.membership_id, lower(d.during), upper(d.during)))
    from duty_shifts d where d.area_id = h.area_id
      and d.during && tstzrange(:now, cast(:now as timestamptz) + interval '2 days')), '[]') shifts,
  coalesce((select jsonb_agg(jsonb_build_array(o.membership_id, lower(o.during), upper(o.during))
      order by lower(o.during))
    from holders o where o.area_id = h.area_id and o.household_id = h.id
      and coalesce(upper(o.during) > :now, not isempty(o.during))), '[]') holders,
  coalesce((select jsonb_object_agg(p.rule || ' ' || p.subject_id, jsonb_build_array(p.id, p.due_at,
      p.responder_id, p.sphere, p.audience, p.alliance_at, {_TURNS.format(x="p")}))
    from promises p where p.area_id = h.area_id and p.household_id = h.id and p.kept_at is null), '{{}}') running
from households h where h.area_id = :area and h.id = :household
"""
)

_ALL = text(
    _STATE
    + """ from households h where h.area_id = :area and (
  exists (select from signals s where s.area_id = h.area_id and s.household_id = h.id and s.state <> 'ended')
  or exists (select from cases c where c.area_id = h.area_id and c.household_id = h.id and c.state <> 'closed'))
"""
)

_SEATS = text(
    "select coalesce((select jsonb_agg(jsonb_build_array(seat, membership_id, lower(during), upper(during)))"
    " from coordinator_seats where area_id = :area and during @> cast(:now as timestamptz)), '[]') seats,"
    " coalesce((select jsonb_agg(jsonb_build_array(membership_id, lower(during), upper(during)))"
    " from duty_shifts where area_id = :area and during @> cast(:now as timestamptz)), '[]') shifts,"
    " coalesce((select jsonb_agg(jsonb_build_array(membership_id, deputy_id, lower(during), upper(during)))"
    " from deputies where area_id = :area and during @> cast(:now as timestamptz)), '[]') deputies"
)

# What began this very instant is replaced, not followed by an empty range.
_UNHOLD = (
    text("delete from holders where area_id = :area and household_id = :household and lower(during) >= :now"),
    text(
        "update holders set during = tstzrange(lower(during), :now)"
        " where area_id = :area and household_id = :household and during @> cast(:now as timestamptz)"
    ),
)
_HOLD = text(
    "insert into holders (area_id, id, household_id, membership_id, during)"
    " values (:area, gen_random_uuid(), :household, :holder, tstzrange(:since, :until))"
)
_KEEP = text(
    "with kept as (update promises set kept_at = greatest(:now, made_at) where area_id = :area and id = any(:ids) returning id)"
    " update gaps g set ended_at = greatest(:now, g.since) from kept"
    " where g.area_id = :area and g.promise_id = kept.id and g.ended_at is null"
)
_RUN = text(
    "insert into promises (area_id, id, household_id, rule, subject_id, sphere, audience, responder_id,"
    " made_at, due_at, area_at, decision_at, alliance_at) values (:area, :id, :household, :rule,"
    " :subject, :sphere, :audience, :responder, :now, :due_at, :area_at, :decision_at, :alliance_at)"
)
_RESET = text(
    "update promises set due_at = :due_at, area_at = :area_at, decision_at = :decision_at,"
    " alliance_at = :alliance_at, responder_id = :responder, sphere = :sphere, audience = :audience"
    " where area_id = :area and id = :id"
)
# A gap whose promise got another deadline has ended; the next one begins at the new deadline.
_END_EARLY = text(
    "update gaps set ended_at = greatest(:now, since) where area_id = :area and promise_id = :id"
    " and ended_at is null and cast(:due_at as timestamptz) <> since"
)


@dataclass(frozen=True, slots=True)
class Term:
    """Who is something (a team's coordinator, the one on duty, somebody's deputy) from when to when."""

    of: UUID | None
    membership: UUID
    since: datetime
    until: datetime | None

    def holds(self, at: datetime) -> bool:
        return self.since <= at and (self.until is None or at < self.until)


@dataclass(frozen=True, slots=True)
class Plan:
    """What is known of the time to come: seats, absences and duty in the area."""

    seats: list[Term]
    deputies: list[Term]
    shifts: list[Term]

    def at(self, area_id: UUID, at: datetime) -> Seats:
        seats = {seat.of: seat.membership for seat in self.seats if seat.holds(at) and seat.of}
        if area_id not in seats:
            raise NoCoordinator
        return Seats(
            teams=seats,
            area=seats[area_id],
            on_duty=next((shift.membership for shift in self.shifts if shift.holds(at)), None),
            deputies={one.of: one.membership for one in self.deputies if one.holds(at) and one.of},
        )

    def turns(self) -> set[datetime]:
        """Every moment at which somebody takes somebody's place."""
        terms = (*self.seats, *self.deputies, *self.shifts)
        return {at for term in terms for at in (term.since, term.until) if at}


@dataclass(frozen=True, slots=True)
class Span:
    """Who holds a household from when to when."""

    holder: UUID
    since: datetime
    until: datetime | None


class NoCoordinator(Exception):
    """An area without a coordinator can hold nothing: set one up first."""


async def settle(work: Area, household_id: UUID) -> None:
    """Writes who holds the household from now and which promises run for it, now and after each planned turn."""
    parameters = {"area": work.area_id, "household": household_id, "now": work.now}
    row = (await work.session.execute(_ONE, parameters)).one()
    come = _turns_come(row, work.now)
    if come:
        await take_turns(work, come)
    moments = _moments(row, work.now)
    views = [(at, _household(row, at), _plan(row).at(work.area_id, at)) for at in moments]
    await _settle_holders(work, household_id, _line(views), row.holders)
    await _settle_promises(work, household_id, views, dict(row.running))


async def load_all(work: Area) -> AsyncIterator[Household]:
    """Every household of the area with something open, streamed."""
    async for row in await work.session.stream(_ALL, {"area": work.area_id, "now": work.now}):
        yield _household(row, work.now)


async def load_seats(work: Area) -> Seats:
    """Who coordinates, who is on duty and who stands in for whom now."""
    row = (await work.session.execute(_SEATS, {"area": work.area_id, "now": work.now})).one()
    return _plan(row).at(work.area_id, work.now)


View = tuple[datetime, Household, Seats]


def _line(views: list[View]) -> list[Span]:
    """Who holds the household from now on: whoever takes a place takes what is held there along."""
    line: list[Span] = []
    for since, household, seats in views:
        holder = holder_of(household, seats)
        if holder is None:
            return []
        if not line or line[-1].holder != holder:
            line = [*(replace(span, until=span.until or since) for span in line), Span(holder, since, None)]
    return line


async def _settle_holders(work: Area, household: UUID, line: list[Span], stored: list[Any]) -> None:
    known = [(UUID(holder), _moment(until)) for holder, since, until in stored]
    began = not stored or datetime.fromisoformat(stored[0][1]) <= work.now
    if began and known == [(span.holder, span.until) for span in line]:
        return
    values = {"area": work.area_id, "household": household, "now": work.now}
    for statement in _UNHOLD if stored else ():
        await work.session.execute(statement, values)
    for span in line:
        await work.session.execute(
            _HOLD, {**values, "holder": span.holder, "since": span.since, "until": span.until}
        )


async def _settle_promises(work: Area, household: UUID, views: list[View], running: dict[str, Any]) -> None:
    turns = _turns(views, work.deadlines)
    for wait in waiting(views[0][1], views[0][2], work.deadlines):
        stored = running.pop(f"{wait.rule} {wait.subject}", None)
        values = {**_values(work, household, wait), "id": UUID(stored[0]) if stored else uuid4()}
        if stored is None:
            await work.session.execute(_RUN, values)
        elif _differs(stored, wait):
            await work.session.execute(_RESET, values)
            await work.session.execute(
                _END_EARLY,
                {"area": work.area_id, "now": work.now, "id": values["id"], "due_at": wait.clock.due_at},
            )
        known = [(datetime.fromisoformat(at), UUID(who)) for who, at in stored[-1]] if stored else []
        if known != turns[wait.rule, wait.subject]:
            await write_turns(work, values["id"], turns[wait.rule, wait.subject])
    if running:
        kept = [UUID(stored[0]) for stored in running.values()]
        await work.session.execute(_KEEP, {"area": work.area_id, "now": work.now, "ids": kept})
        if any(stored[-1] for stored in running.values()):
            await forget_turns(work, kept)


def _turns(views: list[View], deadlines: Deadlines) -> dict[tuple[str, UUID], list[tuple[datetime, UUID]]]:
    """For every promise whom it will wait for, from when: nothing where it stays with whoever has it now."""
    turns: dict[tuple[str, UUID], list[tuple[datetime, UUID]]] = {}
    last: dict[tuple[str, UUID], UUID] = {}
    for at, household, seats in views:
        for wait in waiting(household, seats, deadlines):
            key = (wait.rule, wait.subject)
            if key in last and last[key] != wait.responder:
                turns[key].append((at, wait.responder))
            turns.setdefault(key, [])
            last[key] = wait.responder
    return turns


def _values(work: Area, household: UUID, wait: Waiting) -> dict[str, Any]:
    return {
        "area": work.area_id,
        "household": household,
        "rule": wait.rule,
        "subject": wait.subject,
        "sphere": wait.sphere,
        "audience": wait.audience,
        "responder": wait.responder,
        "now": work.now,
        "due_at": wait.clock.due_at,
        "area_at": wait.clock.area_at,
        "decision_at": wait.clock.decision_at,
        "alliance_at": wait.clock.alliance_at,
    }


def _differs(stored: list[Any], wait: Waiting) -> bool:
    _, due_at, responder, sphere, audience, alliance_at, _ = stored
    return (
        datetime.fromisoformat(due_at),
        UUID(responder),
        sphere,
        audience,
        datetime.fromisoformat(alliance_at),
    ) != (wait.clock.due_at, wait.responder, wait.sphere, wait.audience, wait.clock.alliance_at)


def _plan(row: Row[Any]) -> Plan:
    return Plan(
        seats=[_term(*term) for term in row.seats],
        deputies=[_term(*term) for term in row.deputies],
        shifts=[_term(None, *term) for term in row.shifts],
    )


def _term(of: str | None, membership: str, since: str | None, until: str | None) -> Term:
    begins = datetime.fromisoformat(since) if since else datetime.min.replace(tzinfo=UTC)
    return Term(_id(of), UUID(membership), begins, _moment(until))


def _moments(row: Row[Any], now: datetime) -> list[datetime]:
    """Now, and every moment to come at which somebody takes somebody's place."""
    case = row.open_case or {"leads": [], "turns": []}
    lines = (case["leads"], case["turns"], *(action["turns"] for action in row.actions))
    taken = {datetime.fromisoformat(at) for line in lines for _, at in line}
    return sorted({now} | {at for at in _plan(row).turns() | taken if at > now})


def _turns_come(row: Row[Any], now: datetime) -> list[UUID]:
    """The actions and the proposal of which a planned turn has come."""
    case = row.open_case or {"proposal": None, "turns": []}
    things = [(case["proposal"], case["turns"]), *((a["id"], a["turns"]) for a in row.actions)]
    return [UUID(one) for one, turns in things if turns and datetime.fromisoformat(turns[0][1]) <= now]


def _whose(named: str | None, turns: list[list[str]], at: datetime) -> UUID | None:
    """Whose it is at a moment: the last of the line to have had a turn, else whoever it names."""
    return _id(next((who for who, since in reversed(turns) if datetime.fromisoformat(since) <= at), named))


def _household(row: Row[Any], at: datetime) -> Household:
    return Household(
        id=row.household_id,
        signals=tuple(
            OpenSignal(
                id=UUID(s["id"]),
                state=SignalState(s["state"]),
                urgency=Urgency(s["urgency"]),
                sphere=Sphere(s["sphere"]),
                audience=_audience(s["audience"]),
                received_at=datetime.fromisoformat(s["received_at"]),
                seen_at=_moment(s["seen_at"]),
                review_on=date.fromisoformat(s["review_on"]) if s["review_on"] else None,
                accountable=_id(s["accountable"]),
                triaged_at=_moment(s["triaged_at"]),
                feedback_at=_moment(s["feedback_at"]),
            )
            for s in row.signals
        ),
        case=_case(row.open_case, at),
        actions=tuple(
            OpenAction(
                UUID(a["id"]),
                _whose(a["owner"], a["turns"], at) or UUID(a["owner"]),
                Sphere(a["sphere"]),
                _audience(a["audience"]),
                date.fromisoformat(a["due_on"]),
            )
            for a in row.actions
        ),
        invitations=tuple(
            OpenInvitation(
                UUID(i["id"]), UUID(i["team"]), Sphere(i["sphere"]), datetime.fromisoformat(i["invited_at"])
            )
            for i in row.invitations
        ),
    )


def _case(c: dict[str, Any] | None, at: datetime) -> OpenCase | None:
    if c is None:
        return None
    # A clock set back may come before the first lead: that one leads.
    lead = _whose(c["leads"][0][0], c["leads"], at) if c["leads"] else None
    return OpenCase(
        id=UUID(c["id"]),
        state=CaseState(c["state"]),
        triaged_at=datetime.fromisoformat(c["triaged_at"]),
        lead=lead,
        lead_since=_moment(c["lead_since"]) if lead else None,
        contacted_at=_moment(c["contacted_at"]),
        proposed=_whose(c["proposed"], c["turns"], at),
        proposed_at=_moment(c["proposed_at"]),
        reviewed_at=_moment(c["reviewed_at"]),
        aftercare_at=_moment(c["aftercare_at"]),
    )


def _id(value: str | None) -> UUID | None:
    return UUID(value) if value else None


def _moment(value: str | None) -> datetime | None:
    return datetime.fromisoformat(value) if value else None


def _audience(value: str | None) -> Audience | None:
    return Audience(value) if value else None
