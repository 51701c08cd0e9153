"""What became of a signal: the least that whoever sent it may know."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from casecoord.access.seats import TEAM_ROLES
from casecoord.actions import cursors
from casecoord.actions.looking import Look, facts_of, viewers, wrote
from casecoord.actions.office import Guest, Hand
from casecoord.domain.errors import Problem
from casecoord.domain.facets import Shown
from casecoord.domain.lists import Slice
from casecoord.domain.words import LifeDomain, Sphere
from casecoord.storage import access_log
from casecoord.storage import sent as storage
from casecoord.storage.sealed import Compartment, Place
from casecoord.storage.views import seal_of

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class SentSignalOf:
    signal: UUID


@dataclass(frozen=True, slots=True)
class SentSignalsOf:
    """A page of what the own team signalled."""

    first: int | None = None
    after: str | None = None


@dataclass(frozen=True, slots=True)
class SentSignal:
    """`case_open` None: this viewer may not know; `lead` by name, with a telephone number if there is one.

    `feedback`: what the lead or the accountable team wrote for whoever signalled.
    """

    signal: UUID
    household: UUID
    received_at: datetime
    case_open: bool | None
    lead: str | None
    phone: str | None
    takes_part: bool
    feedback: str | None = None


@dataclass(frozen=True, slots=True)
class SentLine:
    """One of several, known again by the own team's words."""

    became: SentSignal
    domain: LifeDomain | None
    summary: str | None


async def sent_signal(hand: Hand, query: SentSignalOf) -> SentSignal:
    """Is a case open since my team signalled, and who leads it? For the team that sent the signal."""
    row = await storage.sent_signal(hand.work, query.signal)
    if row is None or not wrote(hand, str(row["source_team_id"]), str(row["author"])):
        raise Problem("not_found", "signal")
    look = _look(hand, row)
    found = _became(look, row)
    look.remember("sent_signal")
    return found


async def sent_signals(hand: Hand, query: SentSignalsOf) -> Slice[SentLine]:
    """What became of what my team signalled? For the members of that team; else of what I signalled myself."""
    first = cursors.page_size(query.first)
    after = cursors.read(hand, "sent_signals", query.after)
    rows = await storage.sent_signals(
        hand.work,
        first,
        (datetime.fromisoformat(after[0]), UUID(after[1])) if after else None,
        as_team=hand.actor.role in TEAM_ROLES,
    )
    looks, items = [], []
    for row in rows[:first]:
        look = _look(hand, row)
        items.append(_line(hand, look, row))
        looks.append(look)
    access_log.write(hand.work, [look.entry("sent_signals") for look in looks])
    written = [cursors.write(hand, "sent_signals", [row["received_at"], row["id"]]) for row in rows[:first]]
    return Slice(items, written, len(rows) > first)


def _line(hand: Hand, look: Look, row: Row) -> SentLine:
    sphere = Sphere(row["sphere"])
    domain = look.share("signal.domain", lambda: LifeDomain(row["domain"]), sphere, wrote_it=True)
    summary = look.share("signal.summary", lambda: _opened(hand, row, "summary"), sphere, wrote_it=True)
    return SentLine(_became(look, row), domain.value if domain else None, summary.value if summary else None)


def _look(hand: Hand, row: Row) -> Look:
    return Look(
        hand,
        row["household_id"],
        viewers(
            hand,
            takes_part=row["participates"] or row["accountable"],
            is_lead=row["is_lead"],
            signalled=row["signalled"],
            escalated=row["escalated"],
        ),
        facts_of(row),
    )


def _became(look: Look, row: Row) -> SentSignal:
    told = look.decide("case.status").shown in (Shown.FULL, Shown.OPEN_CLOSED)
    lead = row["lead"] if look.sees("case.lead") else None
    # One always sees what the own team wrote: that is what brings the sender to the family's page.
    own_words = look.sees("signal.existence", wrote_it=True)
    feedback = None
    if row["feedback"] is not None:
        feedback = look.share("feedback", lambda: _opened(look.hand, row, "feedback"))
    return SentSignal(
        signal=row["id"],
        household=row["household_id"],
        received_at=row["received_at"],
        case_open=row["case_open"] if told else None,
        lead=lead["name"] if lead else None,
        phone=lead["phone"] if lead else None,
        takes_part=own_words and (row["participates"] or row["accountable"] or row["is_lead"]),
        feedback=feedback.value if feedback else None,
    )


def _opened(hand: Hand | Guest, row: Row, text: str) -> str:
    place = Place("signals", row["id"], text)
    seal = seal_of(hand.work, row["household_id"], row["keys"])
    return seal.open(bytes.fromhex(row[text]), place, Compartment.of(Sphere(row["sphere"])))
