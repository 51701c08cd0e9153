"""What the register tells changes whose an open signal is: the same hand-overs as when a person records it.

In the transaction of the rows themselves: what was written is followed, or nothing was written.
"""

from collections import Counter
from collections.abc import Collection, Iterable
from uuid import UUID

from casecoord.actions.rerouting import Rerouted, reroute, settle_and_tell
from casecoord.domain.notices import NoticeKind
from casecoord.domain.words import Lapse, TransferKind
from casecoord.registers.report import Extra
from casecoord.storage import lapsing, transfers
from casecoord.storage.households import lock_household
from casecoord.storage.telling import tell_lead
from casecoord.storage.work import Area


async def follow_moves(
    work: Area,
    moved: Collection[UUID],
    changed: Collection[UUID],
    gone: Collection[UUID],
    extra: Counter[Extra],
) -> None:
    """Households that moved, in which people came or went (`changed`), or that left the area (`gone`)."""
    for household in await transfers.with_something_open(work, {*moved, *changed, *gone}):
        seal = await lock_household(work, household)
        if seal is None:
            continue
        done = await reroute(work, seal, TransferKind.MOVE)
        kind = NoticeKind.FAMILY_MOVED if household in {*moved, *gone} else NoticeKind.FAMILY_CHANGED
        await tell_lead(work, household, kind, await transfers.latest_move(work, household) or household)
        _count(extra, Extra.HAND_OVERS, done.begun)
        if any(done):
            await settle_and_tell(work, household)


async def follow_links(work: Area, persons: Iterable[UUID], extra: Counter[Extra]) -> None:
    """Another school, practice or benefit of somebody in these households."""
    homes = await transfers.households_of(work, persons)
    for household in await transfers.with_something_open(work, homes):
        seal = await lock_household(work, household)
        done = await reroute(work, seal, TransferKind.SCHOOL) if seal else Rerouted()
        _count(extra, Extra.HAND_OVERS, done.begun)
        if any(done):
            await settle_and_tell(work, household)


async def follow_death(work: Area, household: UUID, person: UUID, extra: Counter[Extra]) -> None:
    """What is open about somebody who died lapses; where nobody is left, everything of the household does."""
    seal = await lock_household(work, household)
    if seal is None:
        return
    alone = not await lapsing.somebody_lives(work, household)
    lapsed = (
        await lapsing.open_signals(work, household)
        if alone
        else await lapsing.open_signals_about(work, household, person)
    )
    ended = await lapsing.lapse_signals(work, household, lapsed, Lapse.DEATH)
    case = await transfers.open_case_of(work, household)
    if case is not None and alone:
        await lapsing.lapse_case(work, household, case, Lapse.DEATH)
        ended += 1
    _count(extra, Extra.LAPSED, ended)
    if not alone:
        await tell_lead(work, household, NoticeKind.FAMILY_CHANGED, person)
        _count(extra, Extra.HAND_OVERS, (await reroute(work, seal, TransferKind.DEATH)).begun)
    await transfers.drop_idle(work, household)
    if lapsed or case is not None or await transfers.with_something_open(work, [household]):
        await settle_and_tell(work, household)


def _count(extra: Counter[Extra], what: Extra, number: int) -> None:
    if number:
        extra[what] += number
