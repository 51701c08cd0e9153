"""What residents asked, as verbs and lists need it: who decided before, what is open, what is asked of whom."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, text

from casecoord.domain.rights import DecisionState
from casecoord.domain.words import Role
from casecoord.storage.cases import Desk
from casecoord.storage.people import professional_of
from casecoord.storage.rights_tables import RequestAgreement, RequestDecision
from casecoord.storage.views import KEYS
from casecoord.storage.wait_tables import Request
from casecoord.storage.work import Area, Work

_OPEN = text(
    "select exists (select from signals where area_id = :area and household_id = :household and state <> 'ended')"
    " or exists (select from cases where area_id = :area and household_id = :household and state <> 'closed')"
)
_GRANTED = text(
    "select r.id, m.professional_id from requests r join memberships m on m.area_id = r.area_id and m.id = r.decided_by"
    " where r.area_id = :area and r.household_id = :household and r.state = 'granted'"
    "   and r.kind in ('access', 'portability')"
    "   and (cast(:person as uuid) is null or r.person_id = cast(:person as uuid))"
    " order by r.decided_at desc, r.id limit 1"
)
_DECIDED = text(
    "select distinct m.professional_id from requests r"
    " join memberships m on m.area_id = r.area_id and m.id in (r.decided_by, r.second_by)"
    " where r.area_id = :area and r.id = :request"
)
_ROWS = f"""
select r.id, r.household_id household, r.person_id person, r.kind, r.state, r.received_at, r.appeal_of,
  encode(r.words_sealed, 'hex') words, r.decided_at, r.ground law, encode(r.decision_sealed, 'hex') answer, r.lifted_at,
  d.id decision, d.outcome, d.ground, encode(d.words_sealed, 'hex') decided, d.offered, w.name prepared_by,
  d.prepared_at, x.name as second, s.professional_id = :professional as mine,
  exists (select from memberships b where b.area_id = r.area_id and b.id in (r.recorded_by, d.prepared_by)
    and b.professional_id = :professional) own,
  (select min(p.due_at) from promises p where p.area_id = r.area_id and p.subject_id = r.id and p.ended_at is null) due_at,
  {KEYS} as keys{{more}}
from requests r join households h on h.area_id = r.area_id and h.id = r.household_id
left join request_decisions d on d.area_id = r.area_id and d.request_id = r.id and d.state = 'pending'
left join memberships s on s.area_id = d.area_id and s.id = d.second_id
left join professionals x on x.area_id = s.area_id and x.id = s.professional_id
left join memberships o on o.area_id = d.area_id and o.id = d.prepared_by
left join professionals w on w.area_id = o.area_id and w.id = o.professional_id
where r.area_id = :area and {{which}}
order by due_at nulls last, r.received_at, r.id limit :most
"""
_HOLDS = "r.state = 'granted' and r.lifted_at is null and r.kind in ('restriction', 'objection')"
_LIST = text(
    _ROWS.format(
        more="",
        which=f"""((cast(:all as boolean) and (r.state = 'open' or d.id is not null or ({_HOLDS})))
  or (cast(:complaints as boolean) and r.kind = 'complaint' and r.state = 'open')
  or s.professional_id = :professional)""",
    )
)
# What was decided stays in view while it is carried out or can be appealed.
_UNDONE = (
    f"(r.state = 'open' or d.id is not null or ({_HOLDS}) or r.decided_at > cast(:since as timestamptz))"
)
_RESTRICTED = """,
  exists (select from requests q where q.area_id = r.area_id and q.household_id = r.household_id
    and q.kind in ('restriction', 'objection') and (q.state = 'open' or q.state = 'granted' and q.lifted_at is null))
    restricted"""
_SUPERVISED = text(_ROWS.format(more=_RESTRICTED, which=_UNDONE))
_ONE = text(
    _ROWS.format(
        more=_RESTRICTED
        + """,
  (select encode(p.name_sealed, 'hex') from persons p where p.area_id = r.area_id and p.id = r.person_id) as name,
  exists (select from requests e where e.area_id = r.area_id and e.appeal_of = r.id) appealed""",
        which="r.id = :request",
    )
)
#: Who could decide along: whoever answers for more than one team, the area's coordinator first.
_SECONDS = text(
    "select distinct on (w.id) w.id, w.name, m.role from memberships m"
    " join professionals w on w.area_id = m.area_id and w.id = m.professional_id"
    " where m.area_id = :area and m.during @> cast(:now as timestamptz) and w.id <> :professional"
    "   and m.role in ('area_coordinator', 'decision_power', 'privacy_officer', 'coordinator')"
    " order by w.id, array_position(array['area_coordinator', 'decision_power', 'privacy_officer'], m.role) nulls last"
)


async def something_open(desk: Desk) -> bool:
    """Whether a signal or a case of this household is open."""
    values = {"area": desk.work.area_id, "household": desk.household_id}
    return bool(await desk.work.session.scalar(_OPEN, values))


async def pending_decision(work: Area, request: UUID) -> RequestDecision | None:
    """The decision on this request that waits for the second person."""
    found = await work.session.scalars(
        select(RequestDecision).where(
            RequestDecision.area_id == work.area_id,
            RequestDecision.request_id == request,
            RequestDecision.state == DecisionState.PENDING,
        )
    )
    return found.one_or_none()


async def decision_asked_of(work: Work, identity: UUID) -> RequestDecision | None:
    """The decision that the actor, under whichever membership, was asked to answer; None for any other."""
    row = await work.session.get(RequestDecision, (work.area_id, identity))
    if row is None or await professional_of(work, row.second_id) != work.actor.professional_id:
        return None
    return row


async def as_it_is(work: Area, row: RequestDecision) -> RequestDecision:
    """The same decision, read again: once its household is locked nobody else answers it."""
    await work.session.refresh(row)
    return row


async def who_decided(work: Area, request: UUID | None) -> set[UUID]:
    """The professionals who decided a request together; nobody for None."""
    if request is None:
        return set()
    rows = await work.session.scalars(_DECIDED, {"area": work.area_id, "request": request})
    return set(rows)


async def granted_export(work: Area, household: UUID, person: UUID | None) -> tuple[UUID, UUID] | None:
    """The latest request of this person (None: of anybody there) for what is recorded, or what they gave, that was
    granted; and the privacy officer who granted it with another.
    """
    values = {"area": work.area_id, "household": household, "person": person}
    row = (await work.session.execute(_GRANTED, values)).first()
    return (row.id, row.professional_id) if row else None


async def save_request(work: Area, request: Request, agreeing: Iterable[UUID]) -> None:
    """Adds a request, with the children who agree to it."""
    work.session.add(request)
    await work.session.flush()
    work.session.add_all(
        RequestAgreement(area_id=work.area_id, request_id=request.id, person_id=person) for person in agreeing
    )


async def asked(work: Work, *, all_of_them: bool, complaints: bool, most: int) -> list[dict[str, Any]]:
    """What waits: every open or restricting request, the complaints, or those whose decision waits for the actor."""
    values = {
        "area": work.area_id,
        "professional": work.actor.professional_id,
        "all": all_of_them,
        "complaints": complaints,
        "most": most,
    }
    rows = await work.session.execute(_LIST, values)
    return [dict(row) for row in rows.mappings()]


async def supervised(work: Work, since: datetime, most: int) -> list[dict[str, Any]]:
    """What is open, prepared or restricts, and what was decided since this moment."""
    values = {
        "area": work.area_id,
        "professional": work.actor.professional_id,
        "since": since,
        "most": most,
    }
    return [dict(row) for row in (await work.session.execute(_SUPERVISED, values)).mappings()]


async def one_asked(work: Work, request: UUID) -> dict[str, Any] | None:
    """A request, with the sealed name of whoever asked."""
    values = {
        "area": work.area_id,
        "professional": work.actor.professional_id,
        "request": request,
        "most": 1,
    }
    row = (await work.session.execute(_ONE, values)).mappings().one_or_none()
    return dict(row) if row else None


async def seconds(work: Work) -> list[tuple[UUID, str, Role]]:
    """Colleagues who could decide with the actor, by name."""
    values = {"area": work.area_id, "professional": work.actor.professional_id, "now": work.now}
    rows = await work.session.execute(_SECONDS, values)
    return sorted(((row.id, row.name, Role(row.role)) for row in rows), key=lambda one: one[1])
