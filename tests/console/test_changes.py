"""Pages that are open are woken by what the history would show them, and by nothing else."""

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import date
from urllib.parse import urlsplit

import httpx2
import pytest
from sqlalchemy import text

from casecoord.actions.changes import news
from casecoord.actions.lists import TimelineOf, timeline
from casecoord.actions.plan import AddAction, add_action
from casecoord.app import create_app
from casecoord.console import changes, watch
from casecoord.console.reception import UNATTENDED
from casecoord.domain.errors import Problem
from casecoord.domain.ids import global_id
from casecoord.domain.words import LifeDomain
from casecoord.identity.sessions import IDLE_SECONDS, SESSION_COOKIE, Sessions
from casecoord.storage.tables import Login
from tests.actions.steps import led_case, merge, signal, take_part
from tests.bench.ground import server
from tests.doors import serving, settings_for

#: A school, another school, two of its case's teams, a court partner, a practice, the area and the bureau.
VIEWERS = ("amina", "bram", "ines", "chaima", "dirk", "hanna", "fleur", "ibrahim", "jasmijn", "lotte")
PATIENCE = 60


@dataclass
class Browser:
    """Somebody's session at the server, over real HTTP."""

    http: httpx2.AsyncClient
    sessions: object
    session: object
    streams: list["asyncio.Task[None]"] = field(default_factory=list)

    def headers(self, **more: str) -> dict[str, str]:
        cookie = f"{SESSION_COOKIE}={self.sessions.seal(self.session)}"
        return {"Cookie": cookie, "Sec-Fetch-Site": "same-origin", **more}

    async def mark(self) -> str:
        """Where the first page of this person was made."""
        page = await self.http.get("/families", headers=self.headers())
        return re.search(r'data-live="/changes\?since=([\w.-]+)"', page.text)[1]

    async def hears(self, of: str | None = None, since: str | None = None) -> "Heard":
        """Follows a page, from when the server lets it in."""
        heard = Heard()
        asked = {"since": await self.mark() if since is None else since, **({"of": of} if of else {})}
        self.streams.append(asyncio.create_task(self._listen(heard, asked)))
        await heard.within(heard.answered.wait())
        return heard

    async def _listen(self, heard: "Heard", asked: dict[str, str]) -> None:
        async with self.http.stream("GET", "/changes", params=asked, headers=self.headers()) as answer:
            heard.status, heard.kind = answer.status_code, answer.headers.get("content-type", "")
            heard.answered.set()
            async for line in answer.aiter_lines():
                if line == "event: beat":
                    continue  # by the clock alone
                if line.startswith("event: "):
                    heard.words.put_nowait(line.removeprefix("event: "))
                else:
                    assert re.fullmatch(r"|retry: 2000|data: -|id: [0-9a-f]{16}", line), (
                        "nothing of the family"
                    )
        heard.over.set()

    async def leave(self) -> None:
        for stream in self.streams:
            stream.cancel()
        await asyncio.gather(*self.streams, return_exceptions=True)


@dataclass
class Heard:
    """What a page was told."""

    words: "asyncio.Queue[str]" = field(default_factory=asyncio.Queue)
    answered: asyncio.Event = field(default_factory=asyncio.Event)
    over: asyncio.Event = field(default_factory=asyncio.Event)
    status: int = 0
    kind: str = ""

    async def next(self) -> str:
        return await self.within(self.words.get())

    async def within(self, it):
        async with asyncio.timeout(PATIENCE):
            return await it

    def rest(self) -> list[str]:
        return [self.words.get_nowait() for _ in range(self.words.qsize())]


@pytest.fixture
async def serve(database_url, provider, town):
    """The application over real HTTP, known to everybody of the town."""
    async with town.database.within(town.area) as work:
        for name in sorted(set(VIEWERS) - {"amina", "dirk", "ibrahim"}):
            who = town.members[name].professional
            known = Login(
                area_id=town.area, issuer=provider.issuer, subject=f"demo-{name}", professional_id=who
            )
            work.session.add(known)
    app = create_app(settings_for(database_url, provider))
    with serving(app, urlsplit(provider.public_url).port) as url:
        app.state.url = url
        yield app


@pytest.fixture
async def come(serve, provider) -> AsyncIterator[object]:
    """Makes the browser of one of the town's people."""
    sessions, there = serve.state.login.sessions, []
    limits = httpx2.Limits(max_connections=None)
    async with httpx2.AsyncClient(base_url=serve.state.url, timeout=PATIENCE, limits=limits) as http:

        def come(name: str, **changed: int) -> Browser:
            session = replace(sessions.begin(provider.issuer, f"demo-{name}"), **changed)
            there.append(Browser(http, sessions, session))
            return there[-1]

        yield come
        for browser in there:
            await browser.leave()


async def told(town, household) -> dict[str, int]:
    """How many events the history shows to each."""
    found = {}
    for name in VIEWERS:
        try:
            found[name] = len(
                (await town.office.look(town.caller(name), timeline, TimelineOf(household))).items
            )
        except Problem:
            found[name] = 0
    return found


async def an_action(town, case) -> None:
    asked = AddAction(town.key(), case, LifeDomain.FINANCE, "Brief lezen.", date(2026, 11, 9))
    await town.act("amina", add_action, asked)


async def through(happens, town, household, heard) -> set[str]:
    """Lets something happen, twice: when the second is told, whatever the first let slip is on its way.

    Gives who was told: exactly those whose history shows it.
    """
    for _ in range(2):
        before = await told(town, household)
        await happens()
        after = await told(town, household)
        expected = {name for name in VIEWERS if after[name] > before[name]}
        for (name, _), one in heard.items():
            if name in expected:
                assert await one.next() == "changed"
    return expected


@pytest.fixture
async def followed(come, town):
    """A family's page and a list, as each of the viewers has them open."""
    people = await town.janssens()
    case = await led_case(town, people["noor"])
    await take_part(town, "amina", case.id, "wijkteam", "dirk")
    of = global_id("Household", people["noor"].household)
    browsers = {name: come(name) for name in VIEWERS}
    heard = {(name, page): await browsers[name].hears(page) for name in VIEWERS for page in (of, None)}

    async def left_over() -> dict[str, list[str]]:
        """What was told to whom beyond what was waited for; the server's answers come in their order."""
        for name in VIEWERS:
            await browsers[name].mark()
        return {name: words for (name, _), one in heard.items() if (words := one.rest())}

    happenings = (
        lambda: signal(town, "hanna", people["daan"], domain=LifeDomain.JUSTICE),
        lambda: signal(town, "fleur", people["noor"], domain=LifeDomain.MENTAL_HEALTH),
        lambda: an_action(town, case.id),
    )
    return people["noor"].household, heard, happenings, left_over


async def test_a_page_is_woken_if_and_only_if_its_history_would_show_it(followed, town):
    household, heard, happenings, left_over = followed
    justice, health, action = [await through(one, town, household, heard) for one in happenings]
    assert await left_over() == {}
    assert {"dirk", "chaima"} <= justice and not {"bram", "ines", "fleur"} & justice
    assert "fleur" in health and not {"hanna", "ines"} & health
    assert {"amina", "bram", "dirk"} <= action and "ines" not in action


async def test_a_leak_would_be_found(followed, town, monkeypatch):
    household, heard, happenings, left_over = followed

    async def to_anybody(hand, query) -> bool:
        return True

    monkeypatch.setattr(watch, "changed", to_anybody)
    await through(happenings[0], town, household, heard)
    assert "bram" in await left_over()


async def test_what_a_page_did_not_show_yet_is_told_at_once_and_what_it_showed_is_not(come, town):
    noor = (await town.janssens())["noor"]
    case = await led_case(town, noor)
    amina, of = come("amina"), global_id("Case", case.id)
    early = await amina.mark()
    await an_action(town, case.id)
    late = await amina.mark()
    behind, up_to_date = await amina.hears(of, early), await amina.hears(of, late)
    assert await behind.next() == "changed"
    await an_action(town, case.id)
    assert [await one.next() for one in (behind, up_to_date)] == ["changed", "changed"]
    assert up_to_date.rest() == []


async def test_what_a_slow_transaction_brings_is_told_when_it_is_there(come, serve, town):
    noor = (await town.janssens())["noor"]
    (sam,) = await town.family(("Sam Bos", date(2018, 1, 1)), links={0: [("school", "11VO00")]})
    await led_case(town, noor)
    amina = come("amina")
    async with town.database.within(town.area) as slow:
        copied = "insert into events (area_id, id, household_id, case_id, at, verb, membership_id, sphere, audience,"
        copied += " facet, rule, about) select area_id, gen_random_uuid(), household_id, case_id, at, verb,"
        copied += (
            " membership_id, sphere, audience, facet, rule, about from events where verb = 'accept_lead'"
        )
        await slow.session.execute(text(copied))
        heard = await amina.hears()
        await signal(town, "amina", sam)  # later, and there before it
        assert await heard.next() == "changed"
    assert await heard.next() == "changed"


async def test_a_family_that_became_one_with_another_is_followed_as_one(come, town):
    noor = (await town.janssens())["noor"]
    (sam,) = await town.family(("Sam Bos", date(2018, 1, 1)), links={0: [("school", "11VO00")]})
    case = await led_case(town, noor)
    await merge(town, noor.household, sam.household)
    heard = await come("amina").hears(global_id("Household", noor.household))
    await an_action(town, case.id)
    assert await heard.next() == "changed"


async def test_of_what_is_not_there_a_page_hears_as_little_as_of_what_is_not_ones_own(come, town):
    noor = (await town.janssens())["noor"]
    case = await led_case(town, noor)
    ines = come("ines")
    asked = [("Household", noor.household), ("Case", case.id), ("Household", town.area), ("Case", town.area)]
    answers = [await ines.hears(global_id(*one)) for one in asked]
    assert {(one.status, one.kind) for one in answers} == {(200, "text/event-stream; charset=utf-8")}


async def test_a_stream_is_of_a_session_and_of_a_page_of_ours(come):
    amina = come("amina")
    mark = await amina.mark()
    for since in ("", "x", amina.sessions.seal(amina.session)):
        assert (await amina.hears(since=since)).status == 400
    begun = amina.session.seen
    amina.session = replace(amina.session, seen=begun - IDLE_SECONDS - 1)
    signed_out = await amina.hears(since=mark)
    assert await signed_out.next() == "signed_out"  # and need not come again
    await signed_out.within(signed_out.over.wait())
    amina.session = replace(amina.session, seen=amina.sessions.now() - IDLE_SECONDS + 3)
    soon_over = await amina.hears(since=mark)
    await soon_over.within(soon_over.over.wait())
    assert soon_over.status == 200 and soon_over.rest() == []


async def test_who_has_no_seat_any_more_hears_that_and_not_when_something_happens(come, town):
    chaima = await come("chaima").hears()
    async with town.database.within(town.area) as work:
        ended = "update memberships set during = tstzrange(lower(during), lower(during) + interval '1 day')"
        await work.session.execute(text(f"{ended} where id = :id"), {"id": town.members["chaima"].membership})
    assert await chaima.next() == "ended"
    await chaima.within(chaima.over.wait())


async def test_streams_are_counted_and_who_goes_away_makes_room(come, serve, monkeypatch):
    monkeypatch.setattr(changes, "OF_A_SESSION", 2)
    monkeypatch.setattr(changes, "IN_ALL", 3)
    amina, bram, dirk = come("amina"), come("bram"), come("dirk")
    assert [(await amina.hears()).status for _ in range(3)] == [200, 200, 429]
    assert [(await bram.hears()).status, (await dirk.hears()).status] == [200, 503]
    await amina.leave()
    async with asyncio.timeout(PATIENCE):
        while (await dirk.hears()).status != 200:
            pass
        while len(serve.state.watch.streams()) > 2:
            await amina.mark()
    await bram.leave()
    await dirk.leave()
    async with asyncio.timeout(PATIENCE):
        while serve.state.watch.areas:
            await amina.mark()
    assert not serve.state.watch.tasks


async def test_a_server_that_is_told_to_stop_ends_its_streams(database_url, provider, town):
    """A process of its own: it waits for its answers before it stops, and would wait for ever for a stream."""
    sessions = Sessions(settings_for(database_url, provider).session_key)
    async with httpx2.AsyncClient(base_url=provider.public_url, timeout=PATIENCE) as http:
        amina = Browser(http, sessions, sessions.begin(provider.issuer, "demo-amina"))
        with server(database_url, provider, urlsplit(provider.public_url).port):
            heard = await amina.hears()
        await heard.within(heard.over.wait())


async def test_who_comes_to_a_server_that_stops_is_sent_away(come, serve):
    heard = await come("amina").hears()
    serve.state.watch.close()
    await heard.within(heard.over.wait())
    assert (await come("bram").hears()).status == 503


async def test_a_page_that_looks_for_itself_keeps_nobody_signed_in_and_whoever_says_so_stays(come):
    amina = come("amina")
    amina.session = replace(amina.session, seen=amina.session.seen - 100)
    by_itself = await amina.http.get("/", headers=amina.headers(**{UNATTENDED: "1"}))
    assert by_itself.status_code == 200 and "set-cookie" not in by_itself.headers
    assert 1600 < int(re.search(r'data-seconds="(\d+)"', by_itself.text)[1]) <= 1700
    by_hand = await amina.http.get("/", headers=amina.headers())
    assert "set-cookie" in by_hand.headers and 'data-seconds="1800"' in by_hand.text
    refused = await amina.http.post("/stay", data={"csrf": "x"}, headers=amina.headers())
    assert refused.status_code == 403
    said = await amina.http.post("/stay", data={"csrf": amina.session.csrf}, headers=amina.headers())
    assert (said.status_code, said.headers["casecoord-seconds"]) == (204, "1800")
    assert "set-cookie" in said.headers


async def test_one_look_is_two_statements_however_many_follow(town, serve, come):
    from tests.statements import statements

    with statements(serve.state.office.database) as sent:
        found = await news(serve.state.office, town.area, None, [])
        await news(serve.state.office, town.area, found.seen, [])
    assert len(sent) == 4
