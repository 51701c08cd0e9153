"""What is read of the log at the machine itself, by whoever runs it: exports, and who saw a household.

That it was read is in the log too, durably, before the first line leaves.
"""

import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from casecoord.access.decide import Policy
from casecoord.actions.replaying import Replayed, replayed
from casecoord.domain.facets import FACETS
from casecoord.domain.log_records import as_ldv, as_nen7513
from casecoord.domain.words import Purpose
from casecoord.storage import log_reads, policy_versions
from casecoord.storage.access_log import Entry, write_as_operator
from casecoord.storage.log_reads import Known, Period, SubjectSeal
from casecoord.storage.work import Database

_FACET = "access_log.entry"
#: No rule of the policy speaks of who has the machine itself; the record says so in its place.
OPERATOR = "operator"


class Format(StrEnum):
    LDV = "ldv"
    NEN7513 = "nen7513"


@dataclass(frozen=True, slots=True)
class Operator:
    """Somebody at the machine, by the name that it knows them by, and the policy that is in force there."""

    database: Database
    policy: Policy
    name: str

    async def export(self, area: UUID, form: Format, period: Period) -> AsyncIterator[dict[str, Any]]:
        """Every line of a period of an area's log, the oldest first."""
        await self._say(area, f"export_{form}", None)
        async with self.database.within(area) as work:
            seal = SubjectSeal(work.keyring, area)
            async for line in log_reads.all_of(work, period):
                if form is Format.NEN7513:
                    yield as_nen7513(line)
                else:
                    for one in as_ldv(line, seal.seal):
                        yield one

    async def seen(self, area: UUID, household: UUID, period: Period) -> list[Known]:
        """Who saw a household or did something there in a period, the newest first."""
        await self._say(area, "who_saw", household)
        async with self.database.within(area) as work:
            return await log_reads.page(work, household, None, period, MOST, None)

    async def replay(self, area: UUID, entry: UUID) -> Replayed | None:
        """An entry's decisions, decided again; None if there is no such entry in this area."""
        async with self.database.within(area) as work:
            found = await log_reads.one(work, entry)
        if found is None:
            return None
        await self._say(area, "replay_decision", found.household)
        async with self.database.within(area) as work:
            return await replayed(work, found, self.policy)

    async def _say(self, area: UUID, event: str, household: UUID | None) -> None:
        await self.say(area, event, household, _FACET, Purpose.SUPERVISION)

    async def say(self, area: UUID, event: str, household: UUID | None, facet: str, purpose: Purpose) -> None:
        """Writes down what is read, before it is."""
        async with self.database.within(area) as work:
            await policy_versions.keep(work, self.policy.digest, self.policy.files)
            entry = Entry(
                verb=event,
                household=household,
                act="R",
                facets={facet: OPERATOR},
                policy=self.policy.digest,
                ground=FACETS[facet].ground,
                rules=(OPERATOR,),
            )
            await write_as_operator(work, self.name, secrets.token_hex(16), entry, purpose)


#: More entries than anybody reads of one household at once.
MOST = 10_000
