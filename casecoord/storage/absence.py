"""Who stands in for whom, and the seats in which deputies sit for a time."""

from datetime import datetime
from typing import Literal
from uuid import UUID, uuid4

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import Range

from casecoord.domain.words import Role
from casecoord.storage.leaving import heirs, seated
from casecoord.storage.tables import CoordinatorSeat, Membership
from casecoord.storage.turn_tables import Deputy
from casecoord.storage.work import Work

_CLASH = text(
    "select d.membership_id = :absent as absence from deputies d where d.area_id = :area"
    " and d.during && tstzrange(:since, :until)"
    " and (d.membership_id in (:absent, :deputy) or d.deputy_id = :absent) order by 1 desc limit 1"
)


async def clash(
    work: Work, absent: UUID, deputy: UUID, since: datetime, until: datetime
) -> Literal["absence", "deputy"] | None:
    """Whether somebody is named for this absence already, or one of the two is away or needed elsewhere."""
    values = {"area": work.area_id, "absent": absent, "deputy": deputy, "since": since, "until": until}
    found = (await work.session.execute(_CLASH, values)).scalar()
    return None if found is None else "absence" if found else "deputy"


async def stand_in(
    work: Work, absent: Membership, deputy: Membership, since: datetime, until: datetime
) -> UUID:
    """Writes the absence, and for its time every seat of whoever is away to the deputy."""
    row = Deputy(
        area_id=work.area_id,
        id=uuid4(),
        membership_id=absent.id,
        deputy_id=deputy.id,
        during=Range(since, until),
        set_by=work.actor.membership_id,
        set_at=work.now,
    )
    work.session.add(row)
    heir = (await heirs(work, [deputy.id], since))[deputy.id]
    seats = await work.session.scalars(
        select(CoordinatorSeat)
        .where(
            CoordinatorSeat.area_id == work.area_id,
            CoordinatorSeat.membership_id == absent.id,
            CoordinatorSeat.during.op("&&")(Range(since, until)),
        )
        .execution_options(populate_existing=True)
    )
    for seat in list(seats):
        whole = seat.during
        away = Range(max(since, whole.lower or since), min(until, whole.upper or until))
        role = Role.AREA_COORDINATOR if seat.seat == work.area_id else Role.COORDINATOR
        sitting = await seated(work, heir, role, away)
        await work.session.delete(seat)
        await work.session.flush()
        parts = [(Range(whole.lower, away.lower), absent.id, seat.stands_in_for), (away, sitting, absent.id)]
        parts.append((Range(away.upper, whole.upper), absent.id, seat.stands_in_for))
        for during, membership, stands_in_for in parts:
            if during.lower != during.upper or during.lower is None:
                work.session.add(
                    CoordinatorSeat(
                        area_id=work.area_id,
                        id=uuid4(),
                        seat=seat.seat,
                        membership_id=membership,
                        during=during,
                        stands_in_for=stands_in_for,
                    )
                )
        await work.session.flush()
    return row.id
