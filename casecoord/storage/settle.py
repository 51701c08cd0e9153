"""After every change: whose household is it now, and which promises run until when?

Loads what is open, asks the domain, and writes the difference. `load_all` reads the same for a whole
area, for the recomputation that checks the sweep.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

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
from casecoord.domain.words import Audience, CaseState, SignalState, Sphere, Urgency
from casecoord.storage.work import Area

_STATE = """
select h.id as household_id,
  coalesce((select jsonb_agg(jsonb_build_object('id', s.id, 'state', s.state, 'urgency', s.urgency,
      'sphere', s.sphere, 'audience', s.audience, 'received_at', s.received_at, 'seen_at', s.seen_at,
      'review_on', s.review_on, 'accountable', s.accountable_team_id, 'triaged_at', s.triaged_at,
      'feedback_at', s.feedback_at) order by s.received_at, s.id)
    from signals s where s.area_id = h.area_id and s.household_id = h.id and s.state <> 'ended'), '[]') signals,
  (select jsonb_build_object('id', c.id, 'state', c.state, 'triaged_at', c.triaged_at,
      'lead', l.membership_id, 'lead_since', lower(l.during), 'contacted_at', (select max(k.contacted_at)
         from contacts k where k.area_id = c.area_id and k.case_id = c.id),
      'proposed', p.membership_id, 'proposed_at', p.proposed_at, 'reviewed_at', c.reviewed_at,
      'aftercare_at', c.aftercare_at, 'objected', exists (select from proposals q where q.area_id = l.area_id
         and q.id = l.proposal_id and q.objected_at is not null))
    from cases c
    left join leads l on l.area_id = c.area_id and l.case_id = c.id and upper_inf(l.during)
    left join proposals p on p.area_id = c.area_id and p.case_id = c.id and p.state = 'pending'
    where c.area_id = h.area_id and c.household_id = h.id and c.state <> 'closed') open_case,
  coalesce((select jsonb_agg(jsonb_build_object('id', a.id, 'owner', a.owner_id, 'sphere', a.sphere,
      'audience', a.audience, 'due_on', a.due_on) order by a.due_on, a.id)
    from plan_actions a join cases c on c.area_id = a.area_id and c.id = a.case_id and c.state <> 'closed'
    where c.area_id = h.area_id and c.household_id = h.id and a.state = 'open'), '[]') actions,
  coalesce((select jsonb_agg(jsonb_build_object('id', i.id, 'team', i.team_id, 'sphere', i.sphere,
      'invited_at', i.invited_at) order by i.invited_at, i.id)
    from invitations i join cases c on c.area_id = i.area_id and c.id = i.case_id and c.state <> 'closed'
    where c.area_id = h.area_id and c.household_id = h.id and i.state = 'pending'), '[]') invitations
"""

_ONE = text(
    _STATE
    + """,
  coalesce((select jsonb_agg(jsonb_build_array(s.seat, s.membership_id, lower(s.during), upper(s.during)))
    from coordinator_seats s
    where s.area_id = h.area_id and coalesce(upper(s.during) > :now, true)), '[]') seats,
  (select d.membership_id from duty_shifts d
    where d.area_id = h.area_id and d.during @> cast(:now as timestamptz)) on_duty,
  coalesce((select jsonb_agg(jsonb_build_array(o.membership_id, lower(o.during), upper(o.during))
      order by lower(o.during))
    from holders o where o.area_id = h.area_id and o.household_id = h.id
      and coalesce(upper(o.during) > :now, not isempty(o.during))), '[]') holders,
  coalesce((select jsonb_object_agg(p.rule || ' ' || p.subject_id, jsonb_build_array(p.id, p.due_at,
      p.responder_id, p.sphere, p.audience, p.alliance_at))
    from promises p where p.area_id = h.area_id and p.household_id = h.id and p.kept_at is null), '{}') running
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
    " (select membership_id from duty_shifts"
    " where area_id = :area and during @> cast(:now as timestamptz)) on_duty"
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
    " made_at, due_at, area_at, decision_at, alliance_at) values (:area, gen_random_uuid(), :household, :rule,"
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
class Seat:
    """Who coordinates a team, or the area, from when to when."""

    of: UUID
    membership: UUID
    since: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Span:
    """Who holds a household from when to when."""

    holder: UUID
    since: datetime
    until: datetime | None


class NoCoordinator(Exception):
    """An area without a coordinator can hold nothing: set one up first."""


async def settle(work: Area, household_id: UUID) -> None:
    """Writes who holds the household from now and which promises run for it."""
    parameters = {"area": work.area_id, "household": household_id, "now": work.now}
    row = (await work.session.execute(_ONE, parameters)).one()
    household, plan = _household(row), _plan(row)
    seats = _seats(work.area_id, plan, work.now, row.on_duty)
    await _settle_holders(work, household, _line(work, household, plan), row.holders)
    await _settle_promises(work, household, seats, dict(row.running))


async def load_all(work: Area) -> AsyncIterator[Household]:
    """Every household of the area with something open, streamed."""
    async for row in await work.session.stream(_ALL, {"area": work.area_id}):
        yield _household(row)


async def load_seats(work: Area) -> Seats:
    """Who coordinates and who is on duty now."""
    row = (await work.session.execute(_SEATS, {"area": work.area_id, "now": work.now})).one()
    return _seats(work.area_id, _plan(row), work.now, row.on_duty)


def _line(work: Area, household: Household, plan: list[Seat]) -> list[Span]:
    """Who holds the household from now on: a coordinator whose seat passes on takes what is held along."""
    line: list[Span] = []
    turns = {work.now} | {at for seat in plan for at in (seat.since, seat.until) if at and at > work.now}
    for since in sorted(turns):
        holder = holder_of(household, _seats(work.area_id, plan, since, None))
        if holder is None:
            return []
        if not line or line[-1].holder != holder:
            line = [*(replace(span, until=span.until or since) for span in line), Span(holder, since, None)]
    return line


async def _settle_holders(work: Area, household: Household, line: list[Span], stored: list[Any]) -> None:
    known = [(UUID(holder), _moment(until)) for holder, since, until in stored]
    began = not stored or datetime.fromisoformat(stored[0][1]) <= work.now
    if began and known == [(span.holder, span.until) for span in line]:
        return
    values = {"area": work.area_id, "household": household.id, "now": work.now}
    for statement in _UNHOLD if stored else ():
        await work.session.execute(statement, values)
    for span in line:
        await work.session.execute(
            _HOLD, {**values, "holder": span.holder, "since": span.since, "until": span.until}
        )


async def _settle_promises(work: Area, household: Household, seats: Seats, running: dict[str, Any]) -> None:
    for wait in waiting(household, seats, work.deadlines):
        stored = running.pop(f"{wait.rule} {wait.subject}", None)
        values = _values(work, household.id, wait)
        if stored is None:
            await work.session.execute(_RUN, values)
        elif _differs(stored, wait):
            await work.session.execute(_RESET, {**values, "id": UUID(stored[0])})
            await work.session.execute(
                _END_EARLY,
                {"area": work.area_id, "now": work.now, "id": UUID(stored[0]), "due_at": wait.clock.due_at},
            )
    if running:
        kept = [UUID(stored[0]) for stored in running.values()]
        await work.session.execute(_KEEP, {"area": work.area_id, "now": work.now, "ids": kept})


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
    _, due_at, responder, sphere, audience, alliance_at = stored
    return (
        datetime.fromisoformat(due_at),
        UUID(responder),
        sphere,
        audience,
        datetime.fromisoformat(alliance_at),
    ) != (wait.clock.due_at, wait.responder, wait.sphere, wait.audience, wait.clock.alliance_at)


def _plan(row: Row[Any]) -> list[Seat]:
    return [
        Seat(UUID(seat), UUID(membership), datetime.fromisoformat(since), _moment(until))
        for seat, membership, since, until in row.seats
    ]


def _seats(area_id: UUID, plan: list[Seat], at: datetime, on_duty: UUID | None) -> Seats:
    seats = {
        seat.of: seat.membership
        for seat in plan
        if seat.since <= at and (seat.until is None or at < seat.until)
    }
    if area_id not in seats:
        raise NoCoordinator
    return Seats(teams=seats, area=seats[area_id], on_duty=on_duty)


def _household(row: Row[Any]) -> Household:
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
        case=_case(row.open_case),
        actions=tuple(
            OpenAction(
                UUID(a["id"]),
                UUID(a["owner"]),
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


def _case(c: dict[str, Any] | None) -> OpenCase | None:
    if c is None:
        return None
    return OpenCase(
        id=UUID(c["id"]),
        state=CaseState(c["state"]),
        triaged_at=datetime.fromisoformat(c["triaged_at"]),
        lead=_id(c["lead"]),
        lead_since=_moment(c["lead_since"]),
        contacted_at=_moment(c["contacted_at"]),
        proposed=_id(c["proposed"]),
        proposed_at=_moment(c["proposed_at"]),
        reviewed_at=_moment(c["reviewed_at"]),
        aftercare_at=_moment(c["aftercare_at"]),
        objected=c["objected"],
    )


def _id(value: str | None) -> UUID | None:
    return UUID(value) if value else None


def _moment(value: str | None) -> datetime | None:
    return datetime.fromisoformat(value) if value else None


def _audience(value: str | None) -> Audience | None:
    return Audience(value) if value else None
