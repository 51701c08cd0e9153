"""What changed on a page that is open: told if, and only if, the history would tell it to this seat.

INVARIANT (nothing by the back door): to be told that something changed is to be told that something happened.
So it is the history's own decision, put of those events that are new, and what it let be known is logged.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from casecoord.actions.lists import looks_at_history, of_history
from casecoord.actions.office import Hand, Office
from casecoord.domain.changes import Happening, News, Seat
from casecoord.domain.errors import Problem
from casecoord.storage import access_log, changes, history, lists


@dataclass(frozen=True, slots=True)
class FollowOf:
    """A page that shows a household (or a case), or (None) a list; made in this area, from what was `seen`."""

    id: UUID | None
    area: UUID
    seen: str


@dataclass(frozen=True, slots=True)
class Followed:
    """Under which membership a page is followed, of which household, and whether it is behind already."""

    membership: UUID
    home: UUID | None
    #: whatever is in this was told with it
    seen: str
    changed: bool


@dataclass(frozen=True, slots=True)
class ChangedOf:
    """What is new; of one household, or (None) of any."""

    home: UUID | None
    events: tuple[Happening, ...]


async def follow(hand: Hand, query: FollowOf) -> Followed:
    """Begins to follow a page. Of a household that is not there, or not in view, nothing will ever be told."""
    if query.area != hand.work.area_id:
        raise Problem("cursor_invalid", "since")
    home, events = await changes.since(hand.work, query.seen, query.id)
    told = await changed(hand, ChangedOf(home, events))
    return Followed(hand.actor.membership_id, home, hand.work.seen, told)


async def news(office: Office, area: UUID, seen: str | None, seats: Sequence[Seat]) -> News:
    """What came in an area since `seen`, for nobody's eyes: who may know of it is asked of `changed`."""
    async with office.database.within(area) as work:
        return await changes.news(work, seen, seats)


async def changed(hand: Hand, query: ChangedOf) -> bool:
    """Whether anything of this is in view."""
    ids = {event.id for event in query.events}
    for home in await _homes(hand, query, ids):
        if await _tells(hand, home, ids):
            return True
    return False


async def _homes(hand: Hand, query: ChangedOf, ids: Collection[UUID]) -> list[UUID]:
    """Whose history has to be asked."""
    if query.home is not None:
        return [query.home] if any(query.home in event.homes for event in query.events) else []
    there = await changes.in_sight(hand.work, ids) if ids else set()
    return sorted({home for event in query.events if event.id in there for home in event.homes})


async def _tells(hand: Hand, home: UUID, ids: Collection[UUID]) -> bool:
    row = await history.timeline(hand.work, home, lists.Page(1), of_history(hand), ids)
    if row is None or not row["events"]:
        return False
    looks = looks_at_history(hand, row, row["events"])
    if looks is None:
        return False
    access_log.write(hand.work, [look.entry("changed") for look in looks])
    return True
