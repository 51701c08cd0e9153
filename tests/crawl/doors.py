"""The doors of the real application, at which a demo user is known by a session. A later door joins in one line."""

import asyncio
import io
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from itertools import count, cycle, product
from typing import Any
from urllib.parse import unquote
from uuid import UUID, uuid4

from fastapi import FastAPI
from pypdf import PdfReader

from casecoord.domain.ids import global_id
from casecoord.identity.door import CSRF_HEADER
from casecoord.identity.sessions import SESSION_COOKIE, Session
from tests.crawl import documents
from tests.crawl.documents import DOCUMENTS, IdOf
from tests.crawl.pairs import pairwise
from tests.crawl.rows import KINDS
from tests.crawl.sight import Sight
from tests.demo.killable import ISSUER

JSON = "application/json"
#: How long a stream may say nothing before whoever reads it goes away.
STREAM_SECONDS = 2


#: At so many things one looks in one way.
THINGS = 4


#: What has no family: whoever works here, and what they work with.
WORK = {
    "Professional": "professionals",
    "Membership": "memberships",
    "LogEntry": "access_log",
    "LegalGround": "legal_grounds",
    "Alternative": "offers",
}


@dataclass(frozen=True, slots=True)
class Ask:
    """One thing that somebody asks at a door. `undone`: what it does is taken back. `given`: the ids in it.

    `about`: the household whose view it is; `whole`: it is a whole list.
    """

    door: str
    name: str
    method: str
    path: str
    body: bytes = b""
    undone: bool = False
    content: str = JSON
    given: frozenset[UUID] = frozenset()
    about: UUID | None = None
    whole: bool = False
    export: UUID | None = None


@dataclass
class Ground:
    """What is crawled: the households, those of a story among them, and per demo user what is theirs and what not."""

    households: list[UUID]
    told: list[UUID]
    sights: dict[str, Sight]
    _pools: dict[tuple[str, str, str], list[UUID]] = field(default_factory=dict)
    _turns: Iterator[int] = field(default_factory=count)

    def pick(self, key: str, wanted: IdOf) -> UUID:
        """An id of this kind for this user: another one each time, so that all come round."""
        if wanted.whose == "unknown":
            return uuid4()
        pool = self._pool(key, wanted.kind, wanted.whose)
        return pool[next(self._turns) % len(pool)] if pool else uuid4()

    def _pool(self, key: str, kind: str, whose: str) -> list[UUID]:
        """Where families of a story are fewer than others, their things come round as often as those of all others."""
        name, told, plain = (key, kind, whose), [], []
        if name not in self._pools:
            for identity, household, own in self._known(key, kind):
                if own is (whose == "own"):
                    (told if household in self.told else plain).append(identity)
            times = max(len(plain) // len(told), 1) if told else 0
            self._pools[name] = told * times + plain
        return self._pools[name]

    def foreign(self, key: str, kind: str, asked: str) -> UUID:
        """An id that this user may not know there either, such as of a family by its log."""
        tries = (self.pick(key, IdOf(kind, "foreign")) for _ in range(40))
        sight = self.sights[key]
        return next((one for one in tries if not sight.may_know(kind, one, asked)), None) or uuid4()

    def row(self, kind: str, identity: UUID) -> Any:
        """What this is the id of, if it was there when the crawl began."""
        rows = next(iter(self.sights.values())).rows
        return rows.by_id[KINDS.get(kind) or WORK.get(kind, "teams")].get(identity)

    def known(self, key: str, kind: str, identity: UUID, asked: str = "") -> bool:
        """Whether this id is one that this user may know, there at least, or may come with all the same."""
        sight, row = self.sights[key], self.row(kind, identity)
        if row is None:
            return True  # made since: whoever made it knows it
        if kind not in KINDS:
            return row["area_id"] == sight.area
        # A closed case leads to its family, and who is accountable for a signal may triage it unseen.
        if kind == "Case" and row["state"] == "closed":
            return sight.may_know("Household", row["household_id"])
        answers_for = kind == "Signal" and row["accountable_team_id"] == sight.team is not None
        return answers_for or sight.may_know(kind, identity, asked)

    def _known(self, key: str, kind: str) -> Iterator[tuple[UUID, UUID | None, bool]]:
        sight, here = self.sights[key], set(self.households)
        for row in sight.rows.all[KINDS.get(kind) or WORK.get(kind, "teams")]:
            household = sight.rows.household_of(KINDS[kind], row) if kind in KINDS else None
            if household is None or household in here:
                yield row["id"], household, self.known(key, kind, row["id"])


Door = Callable[[Ground], Iterator[tuple[str, Ask]]]


def documents_in_pairs(ground: Ground, step: int = 1) -> Iterator[tuple[str, Ask]]:
    """Every document as every user: as it is meant, and every two values of its variables together.

    `step`: of those pairs one in so many, where a document changes something; what only looks, looks at some things.
    """
    for name in DOCUMENTS:
        said = documents.factors(name)
        paths = [one.path for one in said]
        looks = not documents.changes(name) and any(isinstance(one.meant, IdOf) for one in said)
        meant = [(key, *(one.meant for one in said)) for key in ground.sights] * (THINGS if looks else 1)
        pairs = pairwise([list(ground.sights), *(one.values for one in said)], name)
        pairs = pairs[:: step if documents.changes(name) else 1]
        for key, *values in (*meant, *pairs):
            yield str(key), _document(ground, str(key), name, dict(zip(paths, values, strict=True)))


def documents_and_some_pairs(ground: Ground) -> Iterator[tuple[str, Ask]]:
    """What `make test` has the time for; `make prove` meets every pair."""
    return documents_in_pairs(ground, 2)


def tables(ground: Ground) -> Iterator[tuple[str, Ask]]:
    """Each meeting, as everybody who sits there or may know of it."""
    for meeting, (key, sight) in product(_all(ground, "meetings"), ground.sights.items()):
        for name in ("Meeting", "MeetingMinutes") if sight.knows_meeting(meeting) else ():
            yield key, _asked(name, {"meeting": global_id("Meeting", meeting["id"])})


def _all(ground: Ground, table: str) -> list[Any]:
    return next(iter(ground.sights.values())).rows.all[table]


def views_and_lists(ground: Ground) -> Iterator[tuple[str, Ask]]:
    """What is compared line by line: each household's view and history, and the lists, whole."""
    for name, households in (("JointCase", ground.households), ("Timeline", ground.told)):
        for household, key in product(households, ground.sights):
            yield key, replace(_asked(name, {"id": global_id("Household", household)}), about=household)
    for name, key in product(("Worklist", "Gaps"), ground.sights):
        yield key, replace(_asked(name, {"first": 100}), whole=True)
    for key, sight in ground.sights.items():
        if sight.home is not None:
            yield key, replace(_asked("MyFamily", {}), about=sight.home)


def exports(ground: Ground) -> Iterator[tuple[str, Ask]]:
    """What was granted to somebody, as everybody would fetch it. `export`: whose it is."""
    rows = next(iter(ground.sights.values())).rows
    for request, key in product(rows.all["requests"], ground.sights):
        if request["kind"] in ("access", "portability"):
            asked = _asked("HouseholdExport", {"request": global_id("Request", request["id"])})
            yield key, replace(asked, given=frozenset({request["id"]}), export=request["id"])


def _document(ground: Ground, key: str, name: str, said: dict[tuple[str, ...], Any]) -> Ask:
    ids = {path: ground.pick(key, value) for path, value in said.items() if isinstance(value, IdOf)}
    words = {path: global_id(said[path].kind, value) for path, value in ids.items()}
    asked = _asked(name, documents.variables(name, {**said, **words}))
    return replace(asked, given=frozenset(ids.values()))


def _asked(name: str, variables: dict[str, Any]) -> Ask:
    body = json.dumps({"documentId": DOCUMENTS[name].id, "variables": variables}).encode()
    return Ask("documents", name, "POST", "/graphql", body, undone=documents.changes(name))


#: Every way in. A new one is a function that says what can be asked at it.
WITH_ANYTHING: tuple[Door, ...] = (documents_and_some_pairs, exports)
AS_IT_IS: tuple[Door, ...] = (views_and_lists, tables)
DOORS: tuple[Door, ...] = (*AS_IT_IS, documents_in_pairs, exports)


@dataclass
class Visitor:
    """A demo user in front of the application, without a network between: in Dutch and in English by turns."""

    app: FastAPI
    key: str
    purpose: str
    session: Session = field(init=False)
    headers: list[tuple[bytes, bytes]] = field(init=False)
    languages: Iterator[bytes] = field(default_factory=lambda: cycle((b"nl", b"en")))

    def __post_init__(self) -> None:
        self._be(self.app.state.login.sessions.begin(ISSUER, f"demo-{self.key.split('/')[0]}"))

    def _be(self, session: Session) -> None:
        self.session = session
        cookie = f"{SESSION_COOKIE}={self.app.state.login.sessions.seal(session)}"
        self.headers = [
            *((b"host", b"127.0.0.1:8000"), (b"cookie", cookie.encode())),
            (CSRF_HEADER.encode(), self.session.csrf.encode()),
            *([(b"casecoord-purpose", self.purpose.encode())] if "/" in self.key else []),
        ]

    async def asks(self, ask: Ask) -> tuple[int, str, str]:
        """Status, headers and body of the answer, as text. Of a stream what comes first."""
        # A crawl is longer than a session lives that nobody uses: as a browser, it takes the cookie that follows.
        if renewed := self.app.state.login.sessions.renewed(self.session):
            self._be(renewed)
        path, _, query = ask.path.partition("?")
        scope = {
            "type": "http",
            "method": ask.method,
            "path": unquote(path),
            "raw_path": path.encode(),
            "root_path": "",
            "query_string": query.encode(),
            "headers": [
                *self.headers,
                (b"content-type", ask.content.encode()),
                (b"accept-language", next(self.languages)),
            ],
            "scheme": "http",
            "http_version": "1.1",
            "server": ("127.0.0.1", 8000),
            "client": ("127.0.0.1", 50000),
            "asgi": {"version": "3.0"},
        }
        body: list[bytes] = []
        status, headers, gone, sent = 0, "", asyncio.Event(), False

        async def receive() -> dict[str, Any]:
            nonlocal sent
            if not sent:
                sent = True
                return {"type": "http.request", "body": ask.body, "more_body": False}
            await gone.wait()  # whoever reads a stream stays until something came
            return {"type": "http.disconnect"}

        async def send(message: dict[str, Any]) -> None:
            nonlocal status, headers
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = "\n".join(b": ".join(header).decode() for header in message["headers"])
                if "text/event-stream" in headers:
                    bound.reschedule(asyncio.get_running_loop().time() + STREAM_SECONDS)
            else:
                body.append(message.get("body", b""))
                if "text/event-stream" in headers and body[-1]:
                    gone.set()

        try:
            async with asyncio.timeout(None) as bound:
                await self.app(scope, receive, send)
        except TimeoutError:
            assert "text/event-stream" in headers, f"{ask.method} {ask.name} does not end"
        return status, headers, readable(b"".join(body))


def readable(body: bytes) -> str:
    """What somebody reads there: of a paper its words."""
    if body.startswith(b"%PDF"):
        return "".join(page.extract_text() for page in PdfReader(io.BytesIO(body)).pages)
    return body.decode()
