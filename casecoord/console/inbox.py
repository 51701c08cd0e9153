"""What I was told and what waits for me, the newest first; marked as read a page at a time."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from casecoord.actions.naming import family_names
from casecoord.actions.notices import Inbox, InboxOf, inbox, mark_read
from casecoord.actions.notices import MarkRead as Read
from casecoord.actions.office import Hand
from casecoord.console.forms import Picks, act, named
from casecoord.console.paging import address, onward
from casecoord.console.reception import Reception
from casecoord.console.sheets import Desk, Sheet
from casecoord.console.strip import Strip, strip
from casecoord.console.texts import N_
from casecoord.domain.notices import NoticeKind
from casecoord.identity.sessions import Session

_PAGE = 25
ACTS = named(
    act(
        "read",
        mark_read,
        Read,
        Picks("notices", kind="Notice", needed=True),
        button=N_("I have read these"),
        said=N_("Marked as read."),
    )
)
#: Where one answers what is about no family that one can open yet.
_ELSEWHERE = {
    NoticeKind.TRANSFER: "/decisions",
    NoticeKind.MOVE_OFFER: "/decisions",
    NoticeKind.MOVE_ANSWER: "/decisions",
    NoticeKind.REFUSAL: "/decisions",
    NoticeKind.INVITATION: "/families",
    NoticeKind.PROPOSAL: "/families",
    NoticeKind.HAND_OVER: "/families",
}


@dataclass(frozen=True, slots=True)
class Told:
    """The inbox of one person."""

    strip: Strip
    now: datetime
    inbox: Inbox
    names: dict[UUID, list[str]]


async def told(hand: Hand, query: InboxOf) -> Told:
    """Everything of the page, in one transaction."""
    found = await inbox(hand, query)
    about = [
        *(one.household for one in found.waiting),
        *(one.household for one in found.notices.items),
    ]
    return Told(await strip(hand), hand.now, found, await family_names(hand, about))


@dataclass(frozen=True, slots=True)
class Inboxes:
    """The page of notices."""

    at: Reception

    def routes(self) -> list[BaseRoute]:
        return Desk(self.at, "/inbox", ACTS, self.show).routes()

    async def show(self, request: Request, session: Session, sheet: Sheet) -> Response:
        asked = request.query_params
        query = InboxOf(asked.get("unread") == "1", _PAGE, asked.get("after") or None)
        found = await self.at.look(request, session, told, query)
        notices, unread = found.inbox.notices, "1" if query.unread else None
        return self.at.page(
            request,
            "inbox.html",
            session=session,
            strip=found.strip,
            sheet=sheet,
            told=found,
            elsewhere=_ELSEWHERE,
            unread=[one for one in notices.items if not one.read],
            query=query,
            first=address("/inbox", unread=unread) if query.after else "",
            following=onward(notices, "/inbox", unread=unread),
        )
