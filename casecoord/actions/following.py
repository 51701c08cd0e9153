"""After a change of an area's settings or of who covers a place: every household follows, one after the other.

Each in a transaction of its own, so that nobody waits for all of them. Killed half-way, the rest is found again;
followed twice, nothing changes twice.
"""

from uuid import UUID

from casecoord.actions.rerouting import reroute, settle_and_tell
from casecoord.domain.words import TransferKind
from casecoord.storage.households import lock_household
from casecoord.storage.settle import settle
from casecoord.storage.standing import Change, Followed, changes, concerned, followed
from casecoord.storage.sweep import settled
from casecoord.storage.telling import tell_passed_on
from casecoord.storage.work import Database


async def follow(database: Database, area: UUID) -> None:
    """Every change that is not followed everywhere yet."""
    async with database.within(area) as work:
        pending = changes(work.settings)
    for change in pending:
        async with database.within(area) as work:
            households = await concerned(work, change)
        for household in households:
            await _follow(database, area, household, change)
        async with database.within(area) as work:
            await followed(work, change)


async def _follow(database: Database, area: UUID, household: UUID, change: Change) -> None:
    async with database.within(area) as work:
        seal = await lock_household(work, household)
        if seal is None:
            return
        if change.what is Followed.SETTINGS:
            await settle(work, household)
            await tell_passed_on(work, household)
            await settled(work, household)
        elif any(await reroute(work, seal, TransferKind.TEAM)):
            await settle_and_tell(work, household)
