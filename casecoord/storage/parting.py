"""Signals that wait, and those whose case went another way than they did."""

from uuid import UUID

from sqlalchemy import select, text

from casecoord.domain.words import SignalState, Sphere, TransferKind
from casecoord.storage.case_tables import Case, Signal
from casecoord.storage.cases import Desk
from casecoord.storage.work import Area

_OFFER = text(
    "insert into transfers (area_id, id, household_id, kind, sphere, audience, from_team_id, to_team_id, state,"
    " offered_at) values (:area, gen_random_uuid(), :household, :kind, :sphere, :audience, :of, :to, 'pending', :now)"
    " on conflict (area_id, household_id, sphere, from_team_id, to_team_id) where state = 'pending' do nothing"
)


async def offer_transfer(
    work: Area,
    household: UUID,
    kind: TransferKind,
    sphere: Sphere,
    audience: str | None,
    of: UUID | None,
    to: UUID | None,
) -> None:
    """What is open in this sphere passes from one team to another once that accepted; asked once."""
    values = {
        "household": household,
        "kind": kind,
        "sphere": sphere,
        "audience": audience,
        "of": of,
        "to": to,
    }
    await work.session.flush()
    await work.session.execute(_OFFER, {"area": work.area_id, "now": work.now, **values})


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
