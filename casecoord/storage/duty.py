"""The duty roster: who is on duty when, and the households in which something acute waits for whoever is."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import Range

from casecoord.domain.promises import Rule
from casecoord.domain.words import Role
from casecoord.storage.relating import RELATION
from casecoord.storage.tables import DutyShift
from casecoord.storage.views import KEYS
from casecoord.storage.work import Area, Work

_SHIFTS = text(
    "select d.membership_id, w.name, lower(d.shown) since, upper(d.shown) until from ("
    "   select d.membership_id, m.professional_id, d.during * m.during * tstzrange(:since, :until) as shown"
    "   from duty_shifts d join memberships m on m.area_id = d.area_id and m.id = d.membership_id"
    "   where d.area_id = :area) d"
    " join professionals w on w.area_id = :area and w.id = d.professional_id where not isempty(d.shown) order by 3"
)
_WORKING = text(
    "select m.id, w.name, t.name team from memberships m"
    " join professionals w on w.area_id = m.area_id and w.id = m.professional_id"
    " join teams t on t.area_id = m.area_id and t.id = m.team_id"
    " where m.area_id = :area and m.role = any(:roles) and m.during @> cast(:now as timestamptz)"
    " order by lower(t.name), t.id, lower(w.name), m.id"
)
_ACUTE = text(
    "select distinct household_id from signals where area_id = :area and state = 'open' and urgency = 'acute'"
    " and seen_at is null order by 1"
)

_UNTRIAGED = text(
    f"""
select s.id, s.household_id household, s.domain, s.sphere, s.audience, s.received_at, s.seen_at, s.author_id author,
  s.source_team_id source, s.accountable_team_id team_id, t.name team, encode(s.summary_sealed, 'hex') summary,
  (select min(p.due_at) from promises p where p.area_id = s.area_id and p.subject_id = s.id and p.rule = '{Rule.TRIAGE}'
    and p.ended_at is null) due_at,
  exists (select from duty_shifts d join memberships m on m.area_id = d.area_id and m.id = d.membership_id
    where d.area_id = s.area_id and d.during @> cast(:now as timestamptz) and m.professional_id = :professional) on_duty,
  rel.*, {KEYS} as keys
from signals s join households h on h.area_id = s.area_id and h.id = s.household_id
left join teams t on t.area_id = s.area_id and t.id = s.accountable_team_id
cross join lateral ({RELATION.format(area="s.area_id", household="s.household_id")}) rel
where s.area_id = :area and s.state = 'open' and s.urgency = 'acute'
order by s.seen_at is not null, s.received_at, s.id limit :most
"""
)


@dataclass(frozen=True, slots=True)
class Shift:
    """Somebody is on duty from a moment until a moment."""

    membership: UUID
    name: str
    since: datetime
    until: datetime


async def shifts(work: Area, since: datetime, until: datetime) -> list[Shift]:
    """Who is on duty between these moments, in order; only while they work here."""
    rows = await work.session.execute(_SHIFTS, {"area": work.area_id, "since": since, "until": until})
    return [Shift(row.membership_id, row.name, row.since, row.until) for row in rows]


async def waiting_for_duty(work: Area) -> list[UUID]:
    """The households in which an acute signal has not been seen, in the order in which they are locked."""
    return list(await work.session.scalars(_ACUTE, {"area": work.area_id}))


async def put_on_duty(work: Area, membership: UUID, since: datetime, until: datetime) -> None:
    """Puts somebody on duty; of whoever was planned then, what lies outside stays."""
    planned = await work.session.scalars(
        select(DutyShift)
        .where(DutyShift.area_id == work.area_id, DutyShift.during.op("&&")(Range(since, until)))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    parts = [(membership, Range(since, until))]
    for shift in list(planned):
        whole = shift.during
        if whole.lower is None or whole.lower < since:
            parts.append((shift.membership_id, Range(whole.lower, since)))
        if whole.upper is None or whole.upper > until:
            parts.append((shift.membership_id, Range(until, whole.upper)))
        await work.session.delete(shift)
    await work.session.flush()
    work.session.add_all(
        DutyShift(area_id=work.area_id, id=uuid4(), membership_id=who, during=during) for who, during in parts
    )
    await work.session.flush()


async def acute_signals(work: Work, most: int) -> list[dict[str, Any]]:
    """What is acute and not yet triaged, as the actor stands to it: the longest unseen first; sentences still sealed."""
    values = {
        **work.asked_by,
        "most": most,
    }
    return [dict(row) for row in (await work.session.execute(_UNTRIAGED, values)).mappings()]


async def working(work: Area, roles: Iterable[Role]) -> list[tuple[UUID, str, str]]:
    """The memberships in these roles that are valid now: id, name, team."""
    values = {"area": work.area_id, "roles": list(roles), "now": work.now}
    return [(row.id, row.name, row.team) for row in await work.session.execute(_WORKING, values)]
