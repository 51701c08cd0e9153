"""Who looked at my data, when, in which role, and why: every line about me is shown, or deferred until a review."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from casecoord.access.doing import ActFacts
from casecoord.actions import cursors, texts
from casecoord.actions.office import Guest, Hand, by_right
from casecoord.actions.own_family import HomeView, home_view
from casecoord.actions.signals import ByBsn
from casecoord.domain.errors import Problem
from casecoord.domain.facets import FACETS
from casecoord.domain.lists import Slice
from casecoord.domain.own_log import Deed, Deferred, LogLine, Why, in_words, next_review
from casecoord.domain.workdays import local_date
from casecoord.storage import own_log as storage
from casecoord.storage.access_log import Entry, record
from casecoord.storage.households import find_by_bsn
from casecoord.storage.resident_codes import visit_as

MOST_HELD_BACK = 200


@dataclass(frozen=True, slots=True)
class MyAccessLogOf:
    """A page, newest first."""

    first: int | None = None
    after: str | None = None


async def my_access_log(guest: Guest, query: MyAccessLogOf) -> Slice[LogLine]:
    """Who saw, or did, something about me and those I speak for? What is deferred is as if it were not there."""
    home = await home_view(guest)
    found = await log_of(guest, home, query)
    await home.look.remember("my_access_log")
    return found


async def log_of(guest: Guest, home: HomeView, query: MyAccessLogOf) -> Slice[LogLine]:
    """The same for whoever has looked at the own home already; that it was shown is theirs to remember."""
    first = cursors.page_size(query.first)
    key = cursors.read(guest, "my_access_log", query.after)
    after = (datetime.fromisoformat(key[0]), UUID(key[1])) if key else None
    found: list[Deed] = []
    if home.look.sees("access_log.entry", of=tuple(sorted(home.mine))):
        async for deed, deferred in judged(guest, home, after):
            if deferred is None:
                found.append(deed)
            if len(found) > first:
                break
    written = [cursors.write(guest, "my_access_log", [deed.at, deed.id]) for deed in found[:first]]
    shown = [in_words(deed, guest.actor.language) for deed in found[:first]]
    return Slice(shown, written, len(found) > first)


@dataclass(frozen=True, slots=True)
class HeldBackOf:
    """Of whom, once it is certain who they are."""

    about: ByBsn


@dataclass(frozen=True, slots=True)
class HeldBack:
    """A line that somebody does not see: what the privacy officer looks at again, and when."""

    id: UUID
    at: datetime
    event: str
    who: str | None
    team: str | None
    why: Why
    review_on: date


@by_right
async def held_back(hand: Hand, query: HeldBackOf) -> list[HeldBack]:
    """Which lines of the log does this person not see, why, and until when? For the privacy officer; soonest first."""
    permission = hand.may("read_log", ActFacts(membership_valid=True))
    if not permission.allowed:
        raise hand.not_allowed(permission, "read_log")
    number = texts.bsn(query.about.bsn, "person.bsn")
    found = await find_by_bsn(hand.work, number, query.about.birth_date)
    if found is None or found.person is None:
        raise Problem("person_not_matched", "person.bsn")
    seen_by = Guest(visit_as(hand.work, found.person, found.household), hand.policy)
    lines = [
        HeldBack(deed.id, deed.at, deed.event, deed.name, deed.team, why.why, why.review_on)
        async for deed, why in judged(seen_by, await home_view(seen_by))
        if why is not None
    ]
    entry = Entry(
        verb="held_back",
        household=found.household,
        act="R",
        facets={"access_log.entry": permission.rule},
        policy=hand.policy.digest,
        ground=FACETS["access_log.entry"].ground,
        rules=(permission.rule,),
        subjects=(found.person,),
        of={"access_log.entry": (0,)},
        acts=hand.done.acts(),
    )
    await record(hand.work, entry)
    return sorted(lines, key=lambda line: (line.review_on, line.at, line.id))[:MOST_HELD_BACK]


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
