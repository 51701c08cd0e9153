"""Follows every link and sends every form of the console, as everybody; then puts foreign hands on all of it.

A page joins by being a route of the application: nothing here names one, but for what WAITS says.
To look at less: `CRAWL_AS=amina,bram CRAWL_AT=/families .venv/bin/python -m pytest -n0 -s
tests/crawl/test_console_crawled.py -k shows_nobody` looks as these two, and sends and puts hands on what begins so.
Then every fault counts as ever, but nothing is asserted on what was reached.
"""

import asyncio
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from itertools import cycle, islice, product, repeat
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit
from uuid import UUID, uuid4

from starlette.routing import Match, Route

from casecoord.domain.ids import global_id
from tests.crawl.again import GLOBAL, Answer, Request, Where, alike, ids_of, named, written
from tests.crawl.crawl import AT_ONCE, Crawl, batched, ids_in
from tests.crawl.documents import SAID, IdOf
from tests.crawl.doors import Ask, Visitor
from tests.crawl.filling import NONSENSE, filled
from tests.crawl.page import Form, Page, own_path

FORM = "application/x-www-form-urlencoded"
#: For programs, not for people.
_PROGRAMS = ("/graphql", "/health/", "/metrics")
#: What is looked at under another purpose than one's own: judged by the sight of this name, for who has it.
_PURPOSES = {"/privacy/requests/": "access"}


@dataclass(frozen=True)
class Bounds:
    """How often one user: looks at pages of one pattern, sends one form, puts a hand on one route."""

    pages: int | None
    forms: int
    hands: int | None


#: In so many ways a form is filled in, for somebody to get through; enough for each thing that one can choose.
TURNS = 24
FEW, ALL = Bounds(pages=1, forms=1, hands=1), Bounds(pages=None, forms=16, hands=None)


@dataclass
class Spider:
    """`reached`: who asked a route, by its answers; `sent`: how often a form that some page shows was accepted.

    `left`: what there was to look at besides; `shown_on`: of which pattern the page is that shows a form.
    """

    crawl: Crawl
    bounds: Bounds
    keys: list[str]
    at: str = "/"
    visits: Counter[str] = field(default_factory=Counter)
    reached: dict[Where, dict[str, set[int]]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(set))
    )
    forms: dict[Where, dict[str, list[Form]]] = field(default_factory=lambda: defaultdict(dict))
    turns: Counter[Where] = field(default_factory=Counter)
    sent: Counter[Where] = field(default_factory=Counter)
    refused: dict[Where, str] = field(default_factory=dict)
    asked: dict[Where, dict[str, list[Request]]] = field(default_factory=lambda: defaultdict(dict))
    left: list[tuple[str, Request]] = field(default_factory=list)
    shown_on: dict[Where, Where] = field(default_factory=dict)
    compared: int = 0

    def __post_init__(self) -> None:
        crawl = self.crawl
        self.routes = [
            one for one in crawl.app.routes
            if isinstance(one, Route) and not one.path.startswith(_PROGRAMS)
        ]  # fmt: skip
        self.visitors = {key: Visitor(crawl.app, key, crawl.ground.sights[key].purpose) for key in self.keys}
        self.undoing = {
            key: Visitor(crawl.undoing, key, crawl.ground.sights[key].purpose) for key in self.keys
        }
        for key, language in zip(self.keys, cycle((b"nl", b"en")), strict=False):
            self.undoing[key].languages = repeat(language)

    async def everything(self) -> None:
        for key in self.keys:
            await self.walk(key)
        for key in self.keys:
            await self.send_forms(key)
        await self.insist()
        await self.bend()
        for at, key in enumerate(self.keys):
            await self.foreign_hands(key, at)

    # Asking, and what is known of each answer.

    def methods(self) -> Iterator[tuple[str, Route]]:
        """Every way to ask something of a route."""
        for route in self.routes:
            if route.path.startswith(self.at):
                yield from ((method, route) for method in sorted((route.methods or set()) - {"HEAD"}))

    def route(self, method: str, path: str) -> Route | None:
        """Which of our routes answers."""
        scope = {"type": "http", "method": method, "path": unquote(path.split("?", maxsplit=1)[0])}
        return next((one for one in self.routes if one.matches(scope)[0] is Match.FULL), None)

    def leads_somewhere(self, path: str) -> bool:
        scope = {"type": "http", "method": "GET", "path": unquote(path.split("?", maxsplit=1)[0])}
        return any(one.matches(scope)[0] is Match.FULL for one in self.crawl.app.routes)

    def where(self, request: Request) -> Where | None:
        """The route's pattern and the names of what is asked of it; None where no route of ours answers."""
        route = self.route(request.method, request.path)
        if route is None:
            return None
        names = sorted(name for name, _ in parse_qsl(urlsplit(request.path).query))
        return (request.method, route.path, *names)

    async def ask(self, key: str, request: Request, undone: bool = False) -> Answer:
        """Asks it and judges the answer."""
        visitor = (self.undoing if undone else self.visitors)[key]
        fields = [(name, visitor.session.csrf if name == "csrf" else value) for name, value in request.fields]
        where = self.where(request) or (request.method, "nowhere")
        ask = Ask(
            "forms" if SAID in request.text else "pages",
            " ".join(where),
            request.method,
            request.path,
            urlencode(fields).encode(),
            content=FORM,
            given=frozenset(identity for _, identity in ids_in(request.text)),
            export=exported(request.path),
        )
        status, headers, body = await visitor.asks(ask)
        self.crawl.asked[f"{ask.door} {ask.name}"] += 1
        self.crawl.answered += status == 200
        self.crawl.judge(self.eyes(key, request.path), ask, headers, body)
        self.reached[where[:2]][key].add(status)
        if status == 500:
            self.crawl.fault(key, ask, "met an error")
        if status == 404 and request.linked:
            self.crawl.fault(key, ask, "was led to what is not there")
        return Answer(status, named(headers), body)

    def eyes(self, key: str, path: str) -> str:
        """The name of the sight by which an answer is judged."""
        other = next((f"{key}/{name}" for begin, name in _PURPOSES.items() if path.startswith(begin)), key)
        return other if other in self.crawl.ground.sights else key

    # Looking.

    async def walk(self, key: str) -> None:
        """Everything that leads on from the first pages, breadth first."""
        waiting = [Request("GET", path) for path in self.first_pages()]
        seen, times = set(waiting), Counter[Where]()
        while waiting:
            chosen = list(self._chosen(waiting, times))
            self.left += [(key, one) for one in set(waiting) - set(chosen)]
            waiting = []
            for some in batched(((key, one) for one in chosen), AT_ONCE):
                answers = await asyncio.gather(*(self.ask(key, one) for _, one in some))
                for (_, request), answer in zip(some, answers, strict=True):
                    for found in self.found_on(key, request, answer):
                        if found not in seen:
                            seen.add(found)
                            waiting.append(found)

    def first_pages(self) -> Iterator[str]:
        """What needs no id: so that a page that nothing leads to is found too."""
        for route in self.routes:
            if "GET" in (route.methods or ()) and "{" not in route.path:
                yield route.path

    def _chosen(self, waiting: list[Request], times: Counter[Where]) -> Iterator[Request]:
        """Of each pattern a few: by turns what most others looked at, and what nobody did."""
        by_pattern: dict[Where, list[Request]] = defaultdict(list)
        for request in waiting:
            where = self.where(request)
            if where is not None:
                by_pattern[where].append(request)
        for where, some in by_pattern.items():
            some.sort(key=lambda one: -self.visits[one.path])
            ends = [some.pop(0 if turn % 2 == 0 else -1) for turn in range(len(some))]
            for request in islice(ends, self.bounds.pages and max(self.bounds.pages - times[where], 0)):
                times[where] += 1
                self.visits[request.path] += 1
                yield request

    def found_on(self, key: str, request: Request, answer: Answer) -> Iterator[Request]:
        """Where an answer leads; its forms are kept."""
        if answer.status == 200:
            self.keep(key, self.where(request), request)
        if leads := own_path(answer.headers.get("location", "")):
            yield Request("GET", leads)
        if "text/html" not in answer.headers.get("content-type", ""):
            return
        page = Page(answer.body)
        for link in page.links:
            if not self.leads_somewhere(link):
                self.crawl.faults.append(f"{key} was shown a link to nowhere on {self.where(request)}")
            yield Request("GET", link, linked=True)
        for form in page.forms:
            if form.method == "GET":
                for turn in range(2 * self.bounds.forms):
                    yield Request("GET", f"{form.action.split('?')[0]}?{urlencode(filled(form, turn))}")
            elif (where := self.of_form(form)) is not None:
                self.forms[where].setdefault(key, []).append(form)
                self.shown_on[where] = self.where(request) or where

    def keep(self, key: str, where: Where | None, request: Request) -> None:
        """For foreign hands to try."""
        if where is not None:
            self.asked[where].setdefault(key, []).append(request)

    # Sending.

    def of_form(self, form: Form) -> Where | None:
        """A form by its route, what it does there, and its fields; None for one of another page than is crawled."""
        route = self.route("POST", form.action)
        if route is None or not route.path.startswith(self.at):
            return None
        ends = GLOBAL.sub("id", form.action.split("?")[0])
        return ("POST", route.path, ends, *sorted(set(form.names)))

    async def send_forms(self, key: str) -> None:
        """Each form that this user was shown, a few times: as it is meant and hostile, of one thing and of another."""
        for where, by_user in self.forms.items():
            for turn in range(self.bounds.forms if key in by_user else 0):
                forms = by_user[key]
                await self.send(key, where, forms[turn % len(forms)], turn + 2 * (self.turns[where] // 2))
                self.turns[where] += 1

    async def insist(self) -> None:
        """What nobody got to or through yet: on pages that were left, and as it is meant, until somebody does."""
        for method, route in self.methods():
            if method == "GET" and not self.was_answered(method, route):
                behind = (one for one in self.left if self._is_behind(route.path, one[1]))
                await self.look_on(behind, lambda m=method, r=route: self.was_answered(m, r))
        tried = set[Where]()
        while new := [where for where in self.forms if where not in tried]:
            for where in new:
                tried.add(where)
                await self.try_form(where)
                if not self.sent[shape(where)]:
                    more = (one for one in self.left if self.where(one[1]) == self.shown_on[where])
                    await self.look_on(more, lambda: False)
                    await self.try_form(where)

    async def look_on(self, pages: Iterator[tuple[str, Request]], until: Callable[[], bool]) -> None:
        """At some pages more, and at whatever they lead to that nobody was answered yet."""
        for key, request in islice(pages, 20):
            if until():
                return
            for found in list(self.found_on(key, request, await self.ask(key, request))):
                route = self.route(found.method, found.path)
                if route is not None and not self.was_answered(found.method, route):
                    list(self.found_on(key, found, await self.ask(key, found)))

    def _is_behind(self, path: str, request: Request) -> bool:
        """Whether what is of this pattern may be one page further."""
        where = self.where(request)
        return where is not None and "{" in where[1] and path.startswith(where[1])

    async def try_form(self, where: Where) -> None:
        """As it is meant, by whoever was shown it, until it is accepted."""
        shown = [(key, form) for key, forms in self.forms[where].items() for form in forms]
        # Neither the same words to everybody nor all words to one: four more forms with each other way.
        tries = sorted(product(range(TURNS), range(len(shown))), key=lambda of: (max(of[0], of[1] // 4), of))
        for turn, at in tries[:60]:
            if self.sent[shape(where)]:
                break
            await self.send(shown[at][0], where, shown[at][1], 2 * turn)

    async def send(self, key: str, where: Where, form: Form, turn: int) -> None:
        """Once, taken back; what it answers, and where that leads, is looked at like any page."""
        request = Request("POST", form.action, tuple(filled(form, turn)))
        answer = await self.ask(key, request, undone=True)
        if again := asked_again(answer, request):
            request = again
            answer = await self.ask(key, request, undone=True)
        if answer.status < 400:
            self.sent[shape(where)] += 1
        else:
            said = " ".join(re.findall(r'class="fault[^>]*>([^<]*)', answer.body))
            self.refused[where] = said or str(answer.status)
        self.keep(key, where, request)
        if leads := own_path(answer.headers.get("location", "")):
            after = Request("GET", leads)
            await self.ask(key, after)
            self.keep(key, self.where(after), after)

    async def bend(self) -> None:
        """Whatever was asked, with nonsense in it: refused, and nobody meets an error."""
        words = cycle(NONSENSE)
        for by_user in list(self.asked.values()):
            key, (request, *_) = next(iter(by_user.items()))
            for bent in request.bent(words):
                await self.ask(key, bent, undone=True)

    # Foreign hands.

    async def foreign_hands(self, key: str, at: int) -> None:
        """What others are shown and send, with ids that are not this user's: no other answer than to unknown ones."""
        by_route: dict[Where, list[Where]] = defaultdict(list)
        for where in self.asked:
            by_route[where[:2]].append(where)
        for method, route in self.methods():
            wheres = by_route[method, route.path]
            first = at * (self.bounds.hands or 0)
            turned = [wheres[(first + turn) % len(wheres)] for turn in range(len(wheres))]
            for where in islice(turned, self.bounds.hands):
                await self.put_hand(key, where, at)
            if not wheres:
                bare = Request(method, re.sub(r"\{\w+\}", "x", route.path), (("csrf", ""),))
                await self.ask(key, bare, undone=True)

    async def put_hand(self, key: str, where: Where, at: int) -> None:
        by_user = self.asked[where]
        others = [one for other in by_user if other != key for one in by_user[other]]
        requests = [*by_user.get(key, [])[:1], *others[at % len(others) if others else 0 :][:1]]
        for request in requests:
            ids = list(dict.fromkeys(ids_of(request.text)))
            spots = [ids, *([one] for one in ids)] if len(ids) > 1 else [ids]
            if self.bounds.hands is not None:
                spots = [spots[at % len(spots)]]
            for spot in spots:
                await self.holdalike(key, request, spot)
            if not ids:
                await self.ask(key, replace(request, linked=False), undone=True)

    async def holdalike(self, key: str, request: Request, spot: list[tuple[str, str, UUID]]) -> None:
        """These ids: foreign, then unknown. Who asks can see no difference, nor is there any in what is written."""
        if not spot:
            return
        ground, there = self.crawl.ground, f"{request.method} {request.path}"
        foreign = {
            text: text if not ground.known(key, kind, identity, there)
            else global_id(kind, ground.foreign(key, kind, there))
            for text, kind, identity in spot
        }  # fmt: skip
        unknown = {text: global_id(kind, uuid4()) for text, kind, _ in spot}
        seen = []
        for instead in (foreign, unknown):
            self.crawl.wrote.clear()
            answer = await self.ask(key, request.put(instead), undone=True)
            made = ids_of(answer.headers.get("location", ""))
            new = [text for text, kind, identity in made if ground.row(kind, identity) is None]
            seen.append((alike(answer, [*instead.values(), *new]), written(self.crawl.wrote)))
        self.compared += 1
        (one, wrote), (other, wrote_other) = seen
        what = f"({', '.join(kind for _, kind, _ in spot)}) by {GLOBAL.sub('id', f'{request.method} {request.path}')}"
        if one != other:
            self.crawl.faults.append(
                f"{key} is told what is not theirs otherwise than what is not there {what}: {one[0]} {other[0]}"
            )
        elif wrote != wrote_other:
            tables = {line.split(" ")[0] for line in wrote ^ wrote_other}
            self.crawl.faults.append(f"{key} leaves another trace of what is not theirs {what}: {tables}")
        if request.method == "GET":
            own = {text: global_id(kind, ground.pick(key, IdOf(kind, "own"))) for text, kind, _ in spot}
            await self.ask(key, request.put(own))

    # What was reached.

    def was_answered(self, method: str, route: Route) -> bool:
        """Whether anybody was, with success."""
        good = {200, 204, 303} if method == "POST" else {200}
        return any(good & statuses for statuses in self.reached[method, route.path].values())

    def missing(self, waits: dict[str, str]) -> Iterator[str]:
        """The routes and forms that were not reached, but for those that wait; and what waits no longer."""
        reached = set()
        for method, route in self.methods():
            name, by_user = f"{method} {route.path}", self.reached[method, route.path]
            if unasked := set(self.keys) - set(by_user):
                yield f"{name} was not asked as {', '.join(sorted(unasked))}"
            if self.was_answered(method, route):
                reached.add(name)
            elif name not in waits:
                yield f"{name} was never answered"
        for where in self.forms:
            if self.sent[shape(where)]:
                reached.add(where[2])
            elif where[2] not in waits:
                yield f"{where[2]} was never accepted ({', '.join(where[3:])}): {self.refused.get(where)}"
        yield from (f"{name} waits no longer" for name in reached & set(waits))


def shape(where: Where) -> Where:
    """A form as it is for any family, whoever lives there."""
    return tuple(dict.fromkeys(GLOBAL.sub("id", name) for name in where))


def asked_again(answer: Answer, request: Request) -> Request | None:
    """What one sends who is sure, where nothing was wrong and it is asked once more."""
    sent = dict(request.fields)
    forms = Page(answer.body).forms if answer.status == 422 and "sure" not in sent else ()
    sure = next((form for form in forms if "sure" in form.names and form.action == request.path), None)
    return sure and replace(request, fields=(*request.fields, ("sure", "yes")))


def exported(path: str) -> UUID | None:
    """Of which request this would fetch what it granted."""
    return (
        next((key for kind, key in ids_in(path) if kind == "Request"), None) if "/export." in path else None
    )
