"""Who looked at my data, when, in which role, and why: every line about me is shown, or deferred until a review."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from casecoord.access.doing import ActFacts
from casecoord.actions import cursors
from casecoord.actions.by_bsn import ByBsn, found_by_bsn
from casecoord.actions.office import Guest, Hand, by_right
from casecoord.actions.own_family import HomeView, home_view
from casecoord.domain.errors import Problem
from casecoord.domain.facets import FACETS
from casecoord.domain.lists import Slice
from casecoord.domain.own_log import Deed, Deferred, LogLine, Why, in_words, next_review
from casecoord.domain.workdays import local_date
from casecoord.storage import own_log as storage
from casecoord.storage.access_log import Entry, record
from casecoord.storage.resident_codes import home_of, visit_as

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
    home.look.remember("my_access_log")
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


@dataclass(frozen=True, slots=True)
class HeldBackFrom:
    """Of whom, by their id."""

    person: UUID


@dataclass(frozen=True, slots=True)
class Whose:
    """Somebody whose number and birth date agree."""

    person: UUID
    household: UUID


@by_right
async def whose_log(hand: Hand, query: HeldBackOf) -> Whose:
    """Whose log does the privacy officer mean? Whoever may not read it learns nothing of who lives here."""
    rule = _may_read(hand)
    found = await _whose(hand, query.about)
    record(hand.work, _entry(hand, "whose_log", rule, found))
    return found


@by_right
async def held_back(hand: Hand, query: HeldBackOf) -> list[HeldBack]:
    """Which lines of the log does this person not see, why, and until when? For the privacy officer; soonest first."""
    rule = _may_read(hand)
    return await _held_back(hand, rule, await _whose(hand, query.about))


@by_right
async def held_back_from(hand: Hand, query: HeldBackFrom) -> list[HeldBack]:
    """The same, of somebody who was found before."""
    rule = _may_read(hand)
    home = await home_of(hand.work, query.person)
    if home is None:
        raise Problem("not_found", "person")
    return await _held_back(hand, rule, Whose(query.person, home.household))


def _may_read(hand: Hand) -> str:
    permission = hand.may("read_log", ActFacts(membership_valid=True))
    if not permission.allowed:
        raise hand.not_allowed(permission, "read_log")
    return permission.rule


async def _whose(hand: Hand, about: ByBsn) -> Whose:
    found = await found_by_bsn(hand, about)
    if found is None:
        raise Problem("person_not_matched", "person.bsn")
    return Whose(found.person, found.household)


async def _held_back(hand: Hand, rule: str, whose: Whose) -> list[HeldBack]:
    seen_by = Guest(visit_as(hand.work, whose.person, whose.household), hand.policy)
    lines = [
        HeldBack(deed.id, deed.at, deed.event, deed.name, deed.team, why.why, why.review_on)
        async for deed, why in judged(seen_by, await home_view(seen_by))
        if why is not None
    ]
    record(hand.work, _entry(hand, "held_back", rule, whose))
    return sorted(lines, key=lambda line: (line.review_on, line.at, line.id))[:MOST_HELD_BACK]


def _entry(hand: Hand, event: str, rule: str, whose: Whose) -> Entry:
    return Entry(
        verb=event,
        household=whose.household,
        act="R",
        facets={"access_log.entry": rule},
        policy=hand.policy.digest,
        ground=FACETS["access_log.entry"].ground,
        rules=(rule,),
        subjects=(whose.person,),
        of={"access_log.entry": (0,)},
        acts=hand.done.acts(),
    )


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
