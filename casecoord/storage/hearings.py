"""Hearings: the one that is planned for a youth on a day."""

from datetime import date
from uuid import UUID

from sqlalchemy import select

from casecoord.domain.words import HearingState
from casecoord.storage.wait_tables import Hearing
from casecoord.storage.work import Area


async def planned_for(work: Area, person: UUID, held_on: date) -> Hearing | None:
    """The planned hearing of this person on this day."""
    found = await work.session.scalars(
        select(Hearing).where(
            Hearing.area_id == work.area_id,
            Hearing.person_id == person,
            Hearing.held_on == held_on,
            Hearing.state == HearingState.PLANNED,
        )
    )
    return found.one_or_none()
