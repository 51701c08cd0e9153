"""The duty roster: who is on duty when, and the households in which something acute waits for whoever is."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import Range

from casecoord.storage.tables import DutyShift
from casecoord.storage.work import Area

_SHIFTS = text(
    "select d.membership_id, w.name, lower(d.shown) since, upper(d.shown) until from ("
    "   select d.membership_id, m.professional_id, d.during * m.during * tstzrange(:since, :until) as shown"
    "   from duty_shifts d join memberships m on m.area_id = d.area_id and m.id = d.membership_id"
    "   where d.area_id = :area) d"
    " join professionals w on w.area_id = :area and w.id = d.professional_id where not isempty(d.shown) order by 3"
)
_ACUTE = text(
    "select distinct household_id from signals where area_id = :area and state = 'open' and urgency = 'acute'"
    " and seen_at is null order by 1"
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
