"""Who saw this household, when, in which role, why? For the privacy officer; and for professionals their own part.

Reading the log is in the log. Of a request that was refused its author sees that it was, and no more: whose
data it would have been about is for the privacy officer.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from casecoord.access.doing import ActFacts
from casecoord.access.explain import sentence_of
from casecoord.actions import cursors
from casecoord.actions.looking import Look, viewers
from casecoord.actions.office import Hand
from casecoord.domain.errors import Problem
from casecoord.domain.facets import FACETS, Viewer
from casecoord.domain.lists import Slice
from casecoord.domain.purposes import PURPOSES
from casecoord.domain.words import Purpose, Role
from casecoord.storage import log_reads
from casecoord.storage.log_reads import Known, Period


@dataclass(frozen=True, slots=True)
class AccessLogOf:
    """`household` None: one's own entries. `since` is included, `until` is not."""

    household: UUID | None = None
    since: datetime | None = None
    until: datetime | None = None
    first: int | None = None
    after: str | None = None


@dataclass(frozen=True, slots=True)
class LoggedFacet:
    """A class of data that was shown, and by which rules."""

    facet: str
    label: str
    rules: str


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One thing that was seen or done; `who` is the name that it was done under, `why` the purpose in words."""

    id: UUID
    at: datetime
    event: str
    act: str
    who: str
    professional: UUID | None
    role: str
    team: str | None
    household: UUID | None
    persons: list[UUID]
    purpose: Purpose
    why: str
    ground: str
    facets: list[LoggedFacet]
    rules: list[str]
    refused: str | None
    emergency: bool


async def access_log(hand: Hand, query: AccessLogOf) -> Slice[LogEntry]:
    """Whose entries are shown is said by the cell: all of a household, or those about oneself as a professional."""
    first = cursors.page_size(query.first)
    after = cursors.read(hand, "access_log", query.after)
    look = look_at_log(hand, query.household)
    whole = look.sees("access_log.entry")
    if whole:
        if query.household is None:
            raise Problem("household_missing", "household")
        may_read(hand)
    else:
        # What one did oneself is about oneself: were it about the household, it would tell that there is one.
        look = look_at_log(hand, None)
        if not look.sees("access_log.entry", own_entry=True):
            raise Problem("not_found", "household")
    found = await log_reads.page(
        hand.work,
        query.household,
        None if whole else hand.actor.professional_id,
        Period(query.since, query.until),
        first,
        (datetime.fromisoformat(after[0]), UUID(after[1])) if after else None,
    )
    look.remember("access_log")
    items = [entry_of(hand, one, whole=whole) for one in found[:first]]
    written = [cursors.write(hand, "access_log", [item.at, item.id]) for item in items]
    return Slice(items, written, len(found) > first)


def look_at_log(hand: Hand, household: UUID | None) -> Look:
    """The actor's look at the log of a household: as what they work, taking part in anything or not."""
    seen_by = viewers(hand, takes_part=True, is_lead=False, signalled=False, escalated=True)
    return Look(
        hand, household, frozenset({Viewer.PROVIDER}) if hand.actor.role is Role.PROVIDER else seen_by
    )


def may_read(hand: Hand, act: str = "read_log") -> None:
    """May this actor read the log of others? Raises Problem."""
    decision = hand.may(act, ActFacts.that("membership_valid"))
    if not decision.allowed:
        raise hand.not_allowed(decision, act)


def entry_of(hand: Hand, known: Known, *, whole: bool) -> LogEntry:
    """An entry in the reader's language. `whole`: the reader is not its author."""
    said, language = known.line.record, hand.actor.language
    refused = said.get("problem")
    purpose = Purpose(said["purpose"])
    hidden = bool(refused) and not whole
    return LogEntry(
        id=known.line.id,
        at=known.line.at,
        event=said["event"],
        act=said["act"],
        who=known.who or said.get("operator") or "",
        professional=UUID(said["professional"]) if said.get("professional") else None,
        role=said["role"],
        team=known.team,
        household=None if hidden else known.household,
        persons=[] if hidden else list(known.persons),
        purpose=purpose,
        why=PURPOSES[purpose].name(language),
        ground=said["ground"],
        facets=[
            LoggedFacet(facet, FACETS[facet].label(language) if facet in FACETS else facet, rules)
            for facet, rules in said["facets"].items()
        ],
        rules=[f"{rule}: {sentence_of(hand.policy, rule, language)}" for rule in _single(said["rules"])],
        refused=refused,
        emergency=said["emergency"],
    )


def _single(rules: list[str]) -> list[str]:
    """Each rule by itself: where several decided together, the record names them in one breath."""
    return list(dict.fromkeys(rule for together in rules for rule in together.split() if rule != "exists"))
