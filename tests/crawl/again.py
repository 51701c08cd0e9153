"""What was asked of the console, to ask it again with other ids or with nonsense; and when two answers are alike."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from urllib.parse import parse_qsl, quote, urlencode
from uuid import UUID

from tests.crawl.crawl import ids_in

GLOBAL = re.compile(r"[A-Za-z0-9_-]{54,75}")
#: Of a page: keys, marks and cursors, what time it is, and how long one stays signed in.
_FRESH = re.compile(
    r'name="(?:key|csrf)" value="[^"]*"|\b(?:after|since)=[^&"]*|\b\d\d:\d\d\b|\bdata-seconds="\d+"'
)
_OF_THIS_ANSWER = ("traceresponse", "set-cookie", "content-length")
#: Of a row that was written: ids, moments and what else is new each time; and whose it was, of which only the log knows.
_OF_THIS_ROW = re.compile(
    r'"(?:household|trace_id)": (?:"[^"]*"|null)|\\"(?:trace|whose)\\":\\"\w*\\"|"txid": "\d+"|\\"ms\\":\d+'
    r"|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|\\\\x[0-9a-f]+|\d{4}-\d\d-\d\dT[\d:.]+"
)

#: Where: a route's method and pattern, or of a form also what it is sent to and its fields.
Where = tuple[str, ...]


@dataclass(frozen=True)
class Request:
    """Something that can be asked of the console. `linked`: a page led there."""

    method: str
    path: str
    fields: tuple[tuple[str, str], ...] = ()
    linked: bool = field(default=False, compare=False)

    @property
    def text(self) -> str:
        return " ".join((self.path, *(word for name, value in self.fields for word in (name, value))))

    def put(self, instead: dict[str, str]) -> "Request":
        """The same with other ids in it."""

        def change(text: str) -> str:
            return GLOBAL.sub(lambda match: instead.get(match[0], match[0]), text)

        fields = tuple((change(name), change(value)) for name, value in self.fields)
        return replace(self, path=change(self.path), fields=fields, linked=False)

    def bent(self, words: Iterator[str]) -> Iterator["Request"]:
        """The same with nonsense in the place of each id, of each thing that is asked and of each field, one by one."""
        path, _, query = self.path.partition("?")
        for text in GLOBAL.findall(path):
            yield replace(
                self, path=self.path.replace(text, quote(next(words), safe="") or "x"), linked=False
            )
        for part, given in (("query", parse_qsl(query, keep_blank_values=True)), ("fields", self.fields)):
            for at, (name, _) in enumerate(given):
                changed = [*given[:at], (name, next(words)), *given[at + 1 :]]
                if part == "query":
                    yield replace(self, path=f"{path}?{urlencode(changed)}", linked=False)
                elif name != "csrf":
                    yield replace(self, fields=tuple(changed))


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: str


def named(headers: str) -> dict[str, str]:
    return dict(line.split(": ", 1) for line in headers.splitlines())


def ids_of(text: str) -> Iterator[tuple[str, str, UUID]]:
    """The global ids in a text, as written there and as what they name."""
    for match in GLOBAL.finditer(text):
        for kind, identity in ids_in(match[0]):
            yield match[0], kind, identity


def alike(answer: Answer, ids: Iterable[str]) -> tuple[object, ...]:
    """An answer without what differs each time, such as these ids."""
    body = _FRESH.sub("", answer.body)
    headers = {name: value for name, value in answer.headers.items() if name not in _OF_THIS_ANSWER}
    for at, text in enumerate(ids):
        body = body.replace(text, f"id {at}")
        headers = {name: value.replace(text, f"id {at}") for name, value in headers.items()}
    return answer.status, headers, body


def written(rows: Iterable[str]) -> frozenset[str]:
    """Rows without what differs each time."""
    return frozenset(_OF_THIS_ROW.sub("", line) for text in rows for line in text.splitlines())
