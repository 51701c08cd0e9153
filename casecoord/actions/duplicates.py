"""The search for households that may be one: it asks a coordinator, and decides nothing."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from uuid import UUID

from casecoord.domain.duplicates import PROPOSED_FROM, MergeReason, score_of
from casecoord.domain.words import ProposalState
from casecoord.storage.duplicates import Alike, add_reasons, alike, looked_at, propose, write_keys
from casecoord.storage.work import Database


@dataclass(frozen=True, slots=True)
class Searched:
    """`pairs` were compared, `left_alone` keys are shared by too many to say anything; so many are asked about."""

    pairs: int = 0
    left_alone: int = 0
    proposed: int = 0
    more_reasons: int = 0


async def find_duplicates(database: Database, area: UUID) -> Searched:
    """Proposes what has enough in common and was not declined for these reasons; again changes nothing."""
    async with database.within(area) as work:
        more = await write_keys(work)
    while more:
        async with database.within(area) as work:
            more = await write_keys(work)
    async with database.within(area) as work:
        seen = await looked_at(work)
        proposed = more_reasons = 0
        for pair in await alike(work):
            waiting = [known for state, known in pair.asked if state == ProposalState.PENDING]
            if waiting:
                more_reasons += await add_reasons(
                    work, pair.beside, pair.main, {*map(MergeReason, waiting[0]), *pair.reasons}
                )
            elif score_of(pair.reasons) >= PROPOSED_FROM and not _declined(pair):
                proposed += await propose(work, pair.beside, pair.main, pair.reasons) is not None
    return Searched(seen.pairs, seen.left_alone, proposed, more_reasons)


async def find_duplicates_everywhere(
    database: Database, only: str | None = None
) -> AsyncIterator[tuple[str, Searched]]:
    """Searches every area, or one, by its code."""
    for code, area in (await database.areas()).items():
        if only in (None, code):
            yield code, await find_duplicates(database, area)


def _declined(pair: Alike) -> bool:
    """Whether somebody said already that these are two, knowing all that speaks for one."""
    known = [reasons for state, reasons in pair.asked if state == ProposalState.DECLINED]
    return any(set(pair.reasons) <= reasons for reasons in known)
