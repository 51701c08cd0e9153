"""What decided then, and would the policy of its day say it again? And what does today's say?"""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from casecoord.access.decide import Policy, PolicyInvalid, digest_of
from casecoord.access.replay import UNKNOWN, Kept, Said, ask_again, kept, policy_of
from casecoord.actions.access_log import look_at_log, may_read
from casecoord.actions.office import Hand
from casecoord.domain.errors import Problem
from casecoord.storage import log_reads, policy_versions
from casecoord.storage.work import Area


@dataclass(frozen=True, slots=True)
class ReplayOf:
    """The id of an entry of the access log."""

    entry: UUID


@dataclass(frozen=True, slots=True)
class Redecided:
    """One decision: what was said, what the policy of its day says now, and what today's policy says."""

    asked: Kept
    again: Said
    today: Said

    @property
    def same(self) -> bool:
        return self.again == self.asked.said

    @property
    def changed(self) -> bool:
        return self.today.verdict != self.asked.said.verdict


@dataclass(frozen=True, slots=True)
class Replayed:
    """All decisions of an entry. `trusted`: the kept version is the one that the entry names, and can be read."""

    entry: UUID
    at: datetime
    event: str
    policy: str
    kept_since: datetime | None
    trusted: bool
    decisions: list[Redecided]

    @property
    def same(self) -> bool:
        return self.trusted and all(one.same for one in self.decisions)


async def replay_decision(hand: Hand, query: ReplayOf) -> Replayed:
    """Decides everything in an entry again. For the privacy officer, and itself logged."""
    found = await log_reads.one(hand.work, query.entry)
    look = look_at_log(hand, found.household if found else None)
    if not look.sees("access_log.entry"):
        raise Problem("not_found", "entry")
    may_read(hand, "replay_decision")
    if found is None:
        raise Problem("not_found", "entry")
    answer = await replayed(hand.work, found, hand.policy)
    look.remember("replay_decision")
    return answer


async def replayed(work: Area, found: log_reads.Known, today: Policy) -> Replayed:
    """An entry's decisions, put again to the kept version and to today's."""
    record = found.line.record
    version = await policy_versions.find(work, record["policy"])
    then = await _ready(version[0]) if version and digest_of(version[0]) == record["policy"] else None
    asked = kept(record)
    return Replayed(
        entry=found.line.id,
        at=found.line.at,
        event=record["event"],
        policy=record["policy"],
        kept_since=version[1] if version else None,
        trusted=then is not None,
        decisions=[
            Redecided(one, ask_again(then, one) if then else UNKNOWN, ask_again(today, one)) for one in asked
        ],
    )


async def _ready(files: dict[str, str]) -> Policy | None:
    """The kept version as a policy; None where this software no longer knows its words."""
    try:
        return await asyncio.to_thread(policy_of, files["model.conf"], files["rules.csv"])
    except PolicyInvalid:
        return None
