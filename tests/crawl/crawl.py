"""Asks everything at every door, and holds each answer against what the tables allow whoever asked."""

import asyncio
import base64
import io
import json
import re
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby, islice
from typing import Any
from uuid import UUID

import asyncpg
from fastapi import FastAPI
from pypdf import PdfReader

from tests.crawl.canaries import Canaries, found_in
from tests.crawl.documents import SAID
from tests.crawl.doors import Ask, Ground, Visitor
from tests.crawl.filling import RAW
from tests.crawl.resident import export_of
from tests.crawl.sight import RANK, Sight

_ID = re.compile(r"[A-Za-z0-9_-]{54,75}")
_PLAIN = re.compile(r"([A-Z][A-Za-z]*):([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})")
_NEVER = datetime.max
#: Questions that are under way together, so that the database answers while an answer is judged; with each more the
#: database plans each statement once more.
AT_ONCE = 2


#: By which law two people decided a right: plain words too, in rows of which all else is sealed.
_BY_LAW = re.compile(r'"ground": "(?:[^"\\]|\\.)*"')
#: A law as it is answered to whoever lets it begin or end: of no family, and plain where it is kept.
_LAW = re.compile(
    r'"facets": \[[^\]]*\], "ground": "[^"]*", "reason": "(?:[^"\\]|\\.)*", "source": "(?:[^"\\]|\\.)*"'
)
#: What whoever manages an area types there stands in plain words: the law, a term's source, a rule for every area,
#: what a provider offers, who works here.
OF_NO_FAMILY = {
    "breakthroughs",
    "legal_grounds",
    "offers",
    "retention_terms",
    "professionals",
    "logins",
    "organisations",
    "teams",
    "areas",
}


@dataclass
class Crawl:
    """`met`: the canaries that some answer held, with the user who was shown them. `faults`: what ought not to be.

    `app` keeps what it does, `undoing` takes it back; `wrote` is told what each of its transactions wrote.
    """

    canaries: Canaries
    ground: Ground
    app: FastAPI
    undoing: FastAPI
    admin: asyncpg.Connection
    asked: Counter[str] = field(default_factory=Counter)
    answered: int = 0
    met: set[tuple[str, str]] = field(default_factory=set)
    checked: int = 0
    changed: int = 0
    compared: int = 0
    exported: int = 0
    faults: list[str] = field(default_factory=list)
    wrote: deque[str] = field(default_factory=lambda: deque(maxlen=16))

    async def ask_all(self, asks: Iterable[tuple[str, Ask]]) -> None:
        visitors = {
            (key, undone): Visitor(self.undoing if undone else self.app, key, self.ground.sights[key].purpose)
            for key in self.ground.sights
            for undone in (False, True)
        }

        async def one(key: str, ask: Ask) -> None:
            status, headers, body = await visitors[key, ask.undone].asks(ask)
            self.asked[f"{ask.door} {ask.name}"] += 1
            self.answered += status == 200
            self.judge(key, ask, headers, body)

        # What is taken back holds its locks until then, so these go one by one.
        for undone, some in groupby(asks, key=lambda each: each[1].undone):
            for together in batched(some, 1 if undone else AT_ONCE):
                await asyncio.gather(*(one(key, ask) for key, ask in together))

    def judge(self, key: str, ask: Ask, headers: str, body: str) -> None:
        """Notes whatever this answer holds that its reader may not know."""
        sight, exported, shown = self.ground.sights[key], None, ""
        wanted = ask.export or (next(iter(ask.given), None) if ask.name == "HouseholdExport" else None)
        answered = '"householdExport":{' in body
        if wanted is not None and (answered or "attachment" in headers):
            exported = export_of(sight.rows, wanted)
            shown = printed(body) if answered else ""
            self.exported += 1
            if sight.role != "privacy_officer" or sight.purpose != "access_request" or exported is None:
                self.fault(key, ask, "fetched an export")
        if '"meetingMinutes":{' in body:
            shown = printed(body, "meetingMinutes")
        for word in set(found_in(body)) | set(found_in(headers)) | set(found_in(shown)):
            canary = self.canaries.get(word)
            if canary is None:
                continue
            self.checked += 1
            self.met.add((key, word))
            if not (exported or sight).may_read(canary):
                self.fault(key, ask, f"was shown {canary.table}.{canary.facet}")
        for kind, identity in set(ids_in(body)):
            if identity not in ask.given and not sight.may_know(kind, identity, ask.name):
                self.fault(key, ask, f"was shown the id of a {kind}")
        if '"internal"' in body:
            self.fault(key, ask, "met an internal error")
        # What somebody typed may come back to them, in a page; but not so that it would run.
        if (RAW if ask.door == "forms" else SAID) in body or SAID in headers:
            self.fault(key, ask, "was told what was said")
        if ask.door == "documents" and sight.area is not None:
            self._compare(key, ask, sight, json.loads(body))

    def undone(self, rows: str) -> None:
        """Notes what a transaction wrote that was taken back."""
        self.changed += bool(rows)
        self.wrote.append(rows)
        self.left_behind(rows, "a row")

    def left_behind(self, text: str, where: str) -> None:
        """Notes any sealed value, or anything that was said, in what no reader was chosen for."""
        for word in set(found_in(text)) & set(self.canaries):
            self.faults.append(f"{where} holds {self.canaries[word].table}.{self.canaries[word].facet}")
        for line in text.splitlines():
            table = line.split(" ")[0]
            plain = {"request_decisions": _BY_LAW, "answered_keys": _LAW}.get(table)
            said = plain.sub("", line) if plain else line
            if SAID in said and table not in OF_NO_FAMILY:
                self.faults.append(f"{where} holds what was said: {table}")

    def _compare(self, key: str, ask: Ask, sight: Sight, answer: dict[str, Any]) -> None:
        """What a view and a list hold, in their order, is exactly what the rows and the tables give."""
        data = answer.get("data") or {}
        if ask.about is not None and ask.name == "JointCase":
            got, of = data.get("jointCase"), sight.of(ask.about)
            wanted = of.joint_case() if of.at_all_known and sight.home is None else None
            self._same(key, ask, got and _joint_case(got), wanted)
        elif ask.about is not None and ask.name == "MyFamily":
            got = data.get("myFamily")
            self._same(key, ask, got and _joint_case(got), sight.of(ask.about).joint_case())
        elif ask.about is not None and ask.name == "Timeline":
            edges = (data.get("timeline") or {}).get("edges")
            happened = sight.of(ask.about).timeline() if sight.home is None else None
            self._same(
                key, ask, edges and [key_of(e["node"]["id"]) for e in edges], happened and happened[:50]
            )
        elif ask.whole and ask.name == "Worklist":
            edges = (data.get("worklist") or {}).get("edges") or []
            self._same(key, ask, [_flagged(edge["node"]) for edge in edges], self._worklist(sight))
        elif ask.whole and ask.name == "Gaps":
            edges = (data.get("gaps") or {}).get("edges") or []
            got = [key_of(e["node"]["id"]) for e in edges if e["node"]["household"]]
            self._same(key, ask, got, self._gaps(sight)[: len(edges)])

    def _same(self, key: str, ask: Ask, got: Any, wanted: Any) -> None:
        self.compared += 1
        if got != wanted:
            names = [n for n in wanted if got[n] != wanted[n]] if isinstance(got, dict) and wanted else []
            self.fault(key, ask, f"is shown another {' and '.join(names) or 'answer'} than the tables give")

    def _worklist(self, sight: Sight) -> list[tuple[Any, ...]]:
        lines = [(h["id"], sight.of(h["id"]).flagged()) for h in sight.rows.all["households"]]
        flagged = [(household, line) for household, line in lines if line is not None]
        zone = sight.rows.now.tzinfo
        flagged.sort(key=lambda one: (one[1][0] or 3, one[1][1] or _NEVER.replace(tzinfo=zone), one[0]))
        return [(household, *line) for household, line in flagged[:100]]

    def _gaps(self, sight: Sight) -> list[UUID]:
        found = [
            gap
            for h in sight.rows.all["households"]
            if sight.of(h["id"]).flagged()
            for gap in sight.of(h["id"]).gaps()
        ]
        return [gap["id"] for gap in sorted(found, key=lambda gap: (gap["due_at"], gap["id"]))]

    def fault(self, key: str, ask: Ask, what: str) -> None:
        self.faults.append(f"{key} {what} by {ask.door} {ask.name}")


def batched(asks: Iterable[tuple[str, Ask]], size: int) -> Iterator[list[tuple[str, Ask]]]:
    waiting = iter(asks)
    while together := list(islice(waiting, size)):
        yield together


def printed(body: str, name: str = "householdExport") -> str:
    """What a paper says."""
    pdf = json.loads(body)["data"][name]["pdf"]
    return "".join(page.extract_text() for page in PdfReader(io.BytesIO(base64.b64decode(pdf))).pages)


def ids_in(text: str) -> Iterator[tuple[str, UUID]]:
    """The global ids in a text: kind and key."""
    for match in _ID.finditer(text):
        try:
            plain = base64.urlsafe_b64decode(match[0] + "=" * (-len(match[0]) % 4)).decode()
        except ValueError:
            continue
        if found := _PLAIN.fullmatch(plain):
            yield found[1], UUID(found[2])


def key_of(identity: str) -> UUID:
    ((_, key),) = ids_in(identity)
    return key


def _joint_case(got: dict[str, Any]) -> dict[str, Any]:
    lists = (
        "actions",
        "blockades",
        "spends",
        "persons",
        "signals",
        "hearings",
        "placements",
        "participants",
        "gaps",
        "contacts",
        "grants",
        "notes",
        "consents",
        "milestones",
        "agreements",
    )
    seen: dict[str, Any] = {
        name: [key_of(one["id"]) for one in got[name]] for name in (*lists, "moves") if name in got
    }
    seen["nextDeadline"] = _moment(got["nextDeadline"])
    seen["case"] = key_of(got["case"]) if got["case"] else None
    return seen


def _flagged(got: dict[str, Any]) -> tuple[Any, ...]:
    rank = RANK[got["urgency"].lower()] if got["urgency"] else None
    return (key_of(got["household"]), rank, _moment(got["nextDeadline"]), got["openGaps"])


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
