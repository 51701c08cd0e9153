"""After a change in a family: is each open signal still its team's? Where it is not, a hand-over begins.

Asked after a move, another school, practice or benefit, a birthday, a birth and a death, and when another team
covers a place. The team that was
accountable stays so, and whoever holds the household holds it, until the receiver has accepted.
"""

from collections.abc import Mapping
from typing import NamedTuple
from uuid import UUID

from casecoord.domain.routing import DEFAULT_ORDER, Route, RoutedBy, route
from casecoord.domain.teams import SECRECY
from casecoord.domain.transfers import Transfer, due_transfers
from casecoord.domain.words import Sphere, TransferKind, TransferState
from casecoord.domain.workdays import local_date
from casecoord.storage import transfers
from casecoord.storage.households import coverage_of
from casecoord.storage.sealed import HouseholdSeal
from casecoord.storage.settle import settle
from casecoord.storage.telling import tell_transfers
from casecoord.storage.work import Area


async def routes_of(work: Area, seal: HouseholdSeal) -> Mapping[Sphere, Route]:
    """Which team is accountable for this household in each sphere today, in the area's order."""
    coverage = await coverage_of(work, seal, local_date(work.now))
    order = work.settings.get("routing_order")
    points = [RoutedBy(point) for point in order] if isinstance(order, list) else DEFAULT_ORDER
    return {sphere: route(coverage, sphere, points) for sphere in Sphere}


class Rerouted(NamedTuple):
    """How many hand-overs a change began, and how many of an earlier one it made moot."""

    begun: int = 0
    moot: int = 0


async def reroute(work: Area, seal: HouseholdSeal, kind: TransferKind) -> Rerouted:
    """Opens the hand-overs that today's routing asks for, once each. The household is locked.

    What an earlier change asked for and this one no longer does has expired: its receiver was never needed.
    Of a family that left the area no team is asked, but its coordinator.
    """
    signals = await transfers.open_signals_of(work, seal.household)
    pending = await transfers.pending_of(work, seal.household)
    if await transfers.has_left(work, seal.household):
        departure = await depart(work, seal.household)
        return Rerouted(int(departure is not None and departure not in {one.id for one in pending}))
    if not signals and not pending:
        return Rerouted()
    wanted = {one.key: one for one in due_transfers(signals, await routes_of(work, seal))}
    moot = 0
    for known in pending:
        if known.transfer.key in wanted and not known.is_departure:
            del wanted[known.transfer.key]
        elif not known.is_offered:
            await transfers.end(work, known.id, TransferState.EXPIRED)
            moot += 1
    for transfer in wanted.values():
        await transfers.offer(work, seal.household, kind, transfer)
    return Rerouted(len(wanted), moot)


async def depart(work: Area, household: UUID) -> UUID | None:
    """The family left the area: everything open waits for the area's coordinator to say who took it over.

    One hand-over for the whole family, as little secret as the least secret thing that is open; None where
    nothing is. What an earlier change asked for has expired.
    """
    signals = await transfers.open_signals_of(work, household)
    if not signals and await transfers.open_case_of(work, household) is None:
        return None
    pending = await transfers.pending_of(work, household)
    for known in pending:
        if known.is_departure:
            return known.id
        await transfers.end(work, known.id, TransferState.EXPIRED)
    in_case = await transfers.open_case_of(work, household) is not None
    least = min(signals, key=lambda signal: SECRECY.index(signal.sphere), default=None)
    sphere = Sphere.GENERAL if in_case or least is None else least.sphere
    audience = least.audience if least and least.sphere is sphere else None
    return await transfers.offer(work, household, TransferKind.MOVE, Transfer(sphere, None, None, audience))


async def settle_and_tell(work: Area, household: UUID, by: UUID | None = None) -> None:
    """Writes which promises run now, and tells whom a hand-over of this transaction concerns."""
    await work.session.flush()
    await settle(work, household)
    await tell_transfers(work, household, by)
