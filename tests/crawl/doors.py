"""The doors of the real application, at which a demo user is known by a session. A later door joins in one line."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from itertools import count, cycle, product
from typing import Any
from uuid import UUID, uuid4

from fastapi import FastAPI

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
        name = (key, kind, whose)
        if name not in self._pools:
            self._pools[name] = [i for i, own in self._known(key, kind) if own is (whose == "own")]
        return self._pools[name]

    def _known(self, key: str, kind: str) -> Iterator[tuple[UUID, bool]]:
        sight, here = self.sights[key], set(self.households)
        work = {
            "Professional": "professionals",
            "Membership": "memberships",
            "LogEntry": "access_log",
            "LegalGround": "legal_grounds",
            "Alternative": "offers",
        }
        for row in sight.rows.all[KINDS.get(kind) or work.get(kind, "teams")]:
            if kind in KINDS:
                household = sight.rows.household_of(KINDS[kind], row)
                if household is None or household in here:
                    yield row["id"], sight.may_know(kind, row["id"])
            else:
                yield row["id"], row["area_id"] == sight.area


Door = Callable[[Ground], Iterator[tuple[str, Ask]]]


def documents_in_pairs(ground: Ground) -> Iterator[tuple[str, Ask]]:
    """Every document as every user: once as it is meant, and every two values of its variables together."""
    for name in DOCUMENTS:
        said = documents.factors(name)
        paths = [one.path for one in said]
        meant = [(key, *(one.meant for one in said)) for key in ground.sights]
        for key, *values in (*meant, *pairwise([list(ground.sights), *(one.values for one in said)], name)):
            yield str(key), _document(ground, str(key), name, dict(zip(paths, values, strict=True)))


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


def console_pages(ground: Ground) -> Iterator[tuple[str, Ask]]:
    """The pages that somebody can look at."""
    for key in ground.sights:
        for path in ("/", "/?overdue=1", "/?urgency=acute", "/?urgency=high", "/gaps", "/signal"):
            yield key, Ask("pages", path, "GET", path)
        for kind in ("Household", "Case", "Signal"):
            for whose in ("own", "own", "foreign", "unknown"):
                identity = ground.pick(key, IdOf(kind, whose))
                folder = "signals" if kind == "Signal" else "families"
                path, given = f"/{folder}/{global_id(kind, identity)}", frozenset({identity})
                yield key, Ask("pages", f"/{folder}/id", "GET", path, given=given)


#: Every way in. A new one is a function that says what can be asked at it.
WITH_ANYTHING: tuple[Door, ...] = (documents_in_pairs, exports, console_pages)
AS_IT_IS: tuple[Door, ...] = (views_and_lists, tables)
DOORS: tuple[Door, ...] = (*AS_IT_IS, *WITH_ANYTHING)


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
        sessions = self.app.state.login.sessions
        self.session = sessions.begin(ISSUER, f"demo-{self.key.split('/')[0]}")
        cookie = f"{SESSION_COOKIE}={sessions.seal(self.session)}"
        self.headers = [
            *((b"host", b"127.0.0.1:8000"), (b"content-type", JSON.encode()), (b"cookie", cookie.encode())),
            (CSRF_HEADER.encode(), self.session.csrf.encode()),
            *([(b"casecoord-purpose", self.purpose.encode())] if "/" in self.key else []),
        ]

    async def asks(self, ask: Ask) -> tuple[int, str, str]:
        """Status, headers and body of the answer, as text."""
        path, _, query = ask.path.partition("?")
        scope = {
            "type": "http",
            "method": ask.method,
            "path": path,
            "raw_path": path.encode(),
            "root_path": "",
            "query_string": query.encode(),
            "headers": [*self.headers, (b"accept-language", next(self.languages))],
            "scheme": "http",
            "http_version": "1.1",
            "server": ("127.0.0.1", 8000),
            "client": ("127.0.0.1", 50000),
            "asgi": {"version": "3.0"},
        }
        body: list[bytes] = []
        status, headers = 0, ""

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": ask.body, "more_body": False}

        async def send(message: dict[str, Any]) -> None:
            nonlocal status, headers
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = "\n".join(b": ".join(header).decode() for header in message["headers"])
            else:
                body.append(message.get("body", b""))

        await self.app(scope, receive, send)
        return status, headers, b"".join(body).decode()
