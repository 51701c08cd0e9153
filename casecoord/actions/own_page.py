"""Everything of a resident's own page at one look: the family, who looked, and where what they asked stands."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from casecoord.actions.office import Guest
from casecoord.actions.own_family import HomeView, home_view
from casecoord.actions.own_log import MyAccessLogOf, log_of
from casecoord.domain.joint_view import JointCase
from casecoord.domain.lists import Slice
from casecoord.domain.own_log import LogLine
from casecoord.domain.words import RequestKind, RequestState
from casecoord.storage import own_requests as storage
from casecoord.storage.sealed import Compartment, Place


@dataclass(frozen=True, slots=True)
class MyPageOf:
    """A page of who looked, newest first."""

    first: int | None = None
    after: str | None = None


@dataclass(frozen=True, slots=True)
class MyRequest:
    """What was asked by right for one person. `due_at`: by when it is answered; `answer`: what was decided, in words."""

    id: UUID
    person: UUID
    kind: RequestKind
    state: RequestState
    received_at: datetime
    due_at: datetime | None
    decided_at: datetime | None
    lifted_at: datetime | None
    words: str | None
    answer: str | None


@dataclass(frozen=True, slots=True)
class MyPage:
    """`me`: who looks; `mine`: oneself and whom one speaks for."""

    me: UUID
    mine: frozenset[UUID]
    family: JointCase
    log: Slice[LogLine]
    requests: list[MyRequest]


async def my_page(guest: Guest, query: MyPageOf) -> MyPage:
    """May this resident see it? Each thing is asked, then shown, and all of it is one line in the log."""
    home = await home_view(guest)
    log = await log_of(guest, home, MyAccessLogOf(query.first, query.after))
    requests = [
        _request(home, row) for row in await storage.asked_by(guest.work, home.mine) if _sees(home, row)
    ]
    family = home.compose()
    home.look.remember("my_family")
    return MyPage(guest.actor.person_id, home.mine, family, log, requests)


def _sees(home: HomeView, row: dict[str, Any]) -> bool:
    return home.look.sees("family.complaint", of=(row["person"],))


def _request(home: HomeView, row: dict[str, Any]) -> MyRequest:
    def opened(column: str) -> str | None:
        sealed, place = row[column], Place("requests", row["id"], column)
        return None if sealed is None else home.seal.open(bytes.fromhex(sealed), place, Compartment.IDENTITY)

    return MyRequest(
        id=row["id"],
        person=row["person"],
        kind=RequestKind(row["kind"]),
        state=RequestState(row["state"]),
        received_at=row["received_at"],
        due_at=row["due_at"],
        decided_at=row["decided_at"],
        lifted_at=row["lifted_at"],
        words=opened("words"),
        answer=opened("decision"),
    )
