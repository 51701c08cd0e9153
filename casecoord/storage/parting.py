"""Signals that wait, and those whose case went another way than they did."""

from uuid import UUID

from sqlalchemy import select

from casecoord.domain.words import SignalState
from casecoord.storage.case_tables import Case, Signal
from casecoord.storage.cases import Desk


async def waiting_signals(desk: Desk) -> list[Signal]:
    """The household's signals in no case that have not ended."""
    found = await desk.work.session.scalars(
        select(Signal).where(
            Signal.area_id == desk.work.area_id,
            Signal.household_id == desk.household_id,
            Signal.case_id.is_(None),
            Signal.state != SignalState.ENDED,
        )
    )
    return list(found)


async def astray(desk: Desk) -> list[Signal]:
    """The household's signals in a case of another household, oldest first."""
    found = await desk.work.session.scalars(
        select(Signal)
        .join(Case, (Case.area_id == Signal.area_id) & (Case.id == Signal.case_id))
        .where(
            Signal.area_id == desk.work.area_id,
            Signal.household_id == desk.household_id,
            Case.household_id != desk.household_id,
        )
        .order_by(Signal.received_at, Signal.id)
    )
    return list(found)


async def last_case(desk: Desk) -> UUID | None:
    """The household's latest case, open or closed."""
    found = await desk.work.session.scalars(
        select(Case.id)
        .where(Case.area_id == desk.work.area_id, Case.household_id == desk.household_id)
        .order_by(Case.triaged_at.desc())
        .limit(1)
    )
    return found.first()
