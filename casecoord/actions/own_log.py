"""Who looked at my data, when, in which role, and why: every line about me is shown, or deferred until a review."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from casecoord.actions import cursors
from casecoord.actions.office import Guest
from casecoord.actions.own_family import HomeView, home_view
from casecoord.domain.lists import Slice
from casecoord.domain.own_log import Deed, Deferred, LogLine, Why, in_words, next_review
from casecoord.domain.workdays import local_date
from casecoord.storage import own_log as storage


@dataclass(frozen=True, slots=True)
class MyAccessLogOf:
    """A page, newest first."""

    first: int | None = None
    after: str | None = None


async def my_access_log(guest: Guest, query: MyAccessLogOf) -> Slice[LogLine]:
    """Who saw, or did, something about me and those I speak for? What is deferred is as if it were not there."""
    first = cursors.page_size(query.first)
    key = cursors.read(guest, "my_access_log", query.after)
    after = (datetime.fromisoformat(key[0]), UUID(key[1])) if key else None
    found: list[Deed] = []
    home = await home_view(guest)
    if home.look.sees("access_log.entry", of=tuple(sorted(home.mine))):
        async for deed, deferred in judged(guest, home, after):
            if deferred is None:
                found.append(deed)
            if len(found) > first:
                break
    await home.look.remember("my_access_log")
    written = [cursors.write(guest, "my_access_log", [deed.at, deed.id]) for deed in found[:first]]
    shown = [in_words(deed, guest.actor.language) for deed in found[:first]]
    return Slice(shown, written, len(found) > first)


async def judged(
    guest: Guest, home: HomeView, after: tuple[datetime, UUID] | None = None
) -> AsyncIterator[tuple[Deed, Deferred | None]]:
    """Every line about this resident and theirs, newest first, and whether it is deferred."""
    while some := await storage.lines(guest.work, guest.actor.person_id, home.mine, after):
        waits = await storage.deferred_among(guest.work, {thing for deed in some for thing in deed.things})
        for deed in some:
            yield deed, _deferred(deed, home, waits)
        after = (some[-1].at, some[-1].id)
        if len(some) < storage.AT_ONCE:
            return


def _deferred(deed: Deed, home: HomeView, waits: dict[UUID, date]) -> Deferred | None:
    until = [waits[thing] for thing in deed.things if thing in waits]
    if until:
        return Deferred(Why.SAFETY, max(until))
    if deed.only_own or all(home.in_view(sphere) for sphere in deed.revealing()):
        return None
    return Deferred(Why.ANOTHER, next_review(deed.at, local_date(home.now)))
