"""What the last change of the policy changed for whom, and how far the log is sealed. For the privacy officer."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from casecoord.access.decide import PolicyInvalid
from casecoord.access.differences import Difference, differences
from casecoord.access.explain import condition_of
from casecoord.access.replay import policy_of
from casecoord.actions.access_log import look_at_log, may_read
from casecoord.actions.office import Hand, by_right
from casecoord.domain.errors import Problem
from casecoord.storage import log_reads, policy_versions
from casecoord.storage.log_reads import Standing
from casecoord.storage.policy_versions import Version
from casecoord.storage.readiness import LOG_MAY_WAIT_SECONDS


@dataclass(frozen=True, slots=True)
class ChangesOf:
    """The last change there was."""


@dataclass(frozen=True, slots=True)
class Changed:
    """One change: for whom, of what; `when`: what all the situations in which it shows have in common, in words."""

    gains: bool
    who: str
    about: str
    sphere: str
    purpose: str
    before: str
    after: str
    when: list[str]


@dataclass(frozen=True, slots=True)
class Changes:
    """Since when the newest version decides (`since`) and the one before (`before`; None: there was none).

    `late`: an entry waits for longer than it may. `found` None: this software can no longer read one of the two.
    """

    digest: str
    since: datetime | None
    before: datetime | None
    found: list[Changed] | None
    log: Standing
    late: bool


@by_right
async def policy_changes(hand: Hand, query: ChangesOf) -> Changes:
    """Who gains and who loses what by the last change; and how the log stands."""
    look = look_at_log(hand, None)
    if not look.sees("access_log.entry"):
        raise Problem("not_found")
    may_read(hand)
    versions = await policy_versions.newest(hand.work, 2)
    standing = await log_reads.standing(hand.work)
    look.remember("policy_changes")
    now, before = [*versions, None, None][:2]
    return Changes(
        digest=hand.policy.digest,
        since=now.kept_at if now else None,
        before=before.kept_at if before else None,
        found=await _between(hand, before, now) if before and now else [],
        log=standing,
        late=standing.since is not None
        and (hand.now - standing.since).total_seconds() > LOG_MAY_WAIT_SECONDS,
    )


async def _between(hand: Hand, before: Version, after: Version) -> list[Changed] | None:
    try:
        found = await asyncio.to_thread(_tried, *_texts(before), *_texts(after))
    except PolicyInvalid:
        return None
    language = hand.actor.language
    return [
        Changed(
            one.change == "gains",
            one.who,
            one.about,
            one.sphere,
            one.purpose,
            one.before,
            one.after,
            [condition_of(word, language) for word in one.when],
        )
        for one in found
    ]


def _texts(version: Version) -> tuple[str, str]:
    return version.files["model.conf"], version.files["rules.csv"]


@lru_cache(maxsize=4)
def _tried(model: str, rules: str, newer_model: str, newer_rules: str) -> tuple[Difference, ...]:
    """Everything is tried, once for each pair of versions."""
    return tuple(differences(policy_of(model, rules), policy_of(newer_model, newer_rules)))
