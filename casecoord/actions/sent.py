"""What became of a signal: the least that whoever sent it may know."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from casecoord.actions.looking import Look, facts_of, viewers, wrote
from casecoord.actions.office import Hand
from casecoord.domain.errors import Problem
from casecoord.domain.facets import Shown
from casecoord.storage import sent as storage


@dataclass(frozen=True, slots=True)
class SentSignalOf:
    signal: UUID


@dataclass(frozen=True, slots=True)
class SentSignal:
    """`case_open` None: this viewer may not know; `lead` by name, with a telephone number if there is one."""

    signal: UUID
    household: UUID
    received_at: datetime
    case_open: bool | None
    lead: str | None
    phone: str | None
    takes_part: bool


async def sent_signal(hand: Hand, query: SentSignalOf) -> SentSignal:
    """Is a case open since my team signalled, and who leads it? For the team that sent the signal."""
    row = await storage.sent_signal(hand.work, query.signal)
    if row is None or not wrote(hand, str(row["source_team_id"]), str(row["author"])):
        raise Problem("not_found", "signal")
    look = Look(
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
    told = look.decide("case.status").shown in (Shown.FULL, Shown.OPEN_CLOSED)
    lead = row["lead"] if look.sees("case.lead") else None
    # One always sees what the own team wrote: that is what brings the sender to the family's page.
    own_words = look.sees("signal.existence", wrote_it=True)
    await look.remember("sent_signal")
    return SentSignal(
        signal=row["id"],
        household=row["household_id"],
        received_at=row["received_at"],
        case_open=row["case_open"] if told else None,
        lead=lead["name"] if lead else None,
        phone=lead["phone"] if lead else None,
        takes_part=own_words and (row["participates"] or row["accountable"] or row["is_lead"]),
    )
