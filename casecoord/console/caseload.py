"""What is on my hands: the families that I lead, in hours and dates, and what waits for my word."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from casecoord.actions.asked import AskedOf, Invited, Proposed, invitations, proposals
from casecoord.actions.caseload import CaseloadOf, Load, caseload
from casecoord.actions.lists import WorklistOf, worklist
from casecoord.actions.office import Hand
from casecoord.actions.transfers import (
    AcceptTransfer,
    AwaitedTransfer,
    DeclineTransfer,
    TransfersOf,
    accept_transfer,
    decline_transfer,
    transfers,
)
from casecoord.console.acts import ACTS
from casecoord.console.forms import Line, Thing, act, named
from casecoord.console.paging import onward
from casecoord.console.reception import Reception
from casecoord.console.sheets import Desk, Sheet
from casecoord.console.strip import Strip, strip
from casecoord.console.texts import N_
from casecoord.domain.ids import global_id
from casecoord.domain.lists import Flagged, Slice
from casecoord.identity.sessions import Session

_PAGE = 25
_ACCEPTS = ("accept-lead", "accept-hand-over")
_ANSWERS = ("decline-lead", "decline-hand-over", "join", "decline-invitation")
_TRANSFER = Thing("transfer", kind="Transfer")


def _family_of(answer: Any) -> str:
    """A family that is one's own from now on is looked at first."""
    return f"/families/{global_id('Household', answer.household)}?done=accept-lead"


#: The same answers as on a family's page, and to a family that passes on to the own team.
CASELOAD_ACTS = {name: ACTS[name] for name in _ANSWERS} | named(
    *(replace(ACTS[name], leads=_family_of) for name in _ACCEPTS),
    act(
        "accept-transfer",
        accept_transfer,
        AcceptTransfer,
        _TRANSFER,
        button=N_("Yes, this family comes to us"),
        leads=_family_of,
    ),
    act(
        "decline-transfer",
        decline_transfer,
        DeclineTransfer,
        _TRANSFER,
        Line("reason", N_("Reason"), needed=True),
        button=N_("Decline"),
        label=N_("No, and this is why"),
    ),
)


@dataclass(frozen=True, slots=True)
class MyWork:
    """One professional's caseload; `load` None: it is not theirs to see."""

    strip: Strip
    now: datetime
    load: Load | None
    proposals: Slice[Proposed]
    invitations: Slice[Invited]
    transfers: list[AwaitedTransfer]
    families: Slice[Flagged]


async def my_work(hand: Hand, after: str | None) -> MyWork:
    """Everything of the page, in one transaction."""
    loads = (await caseload(hand, CaseloadOf(hand.actor.team_id))).items
    return MyWork(
        strip=await strip(hand),
        now=hand.now,
        load=next((one for one in loads if one.professional == hand.actor.professional_id), None),
        proposals=await proposals(hand, AskedOf()),
        invitations=await invitations(hand, AskedOf()),
        transfers=await transfers(hand, TransfersOf()),
        families=await worklist(hand, WorklistOf(led=True, first=_PAGE, after=after)),
    )


@dataclass(frozen=True, slots=True)
class Caseload:
    """The page of one's own work."""

    at: Reception

    def routes(self) -> list[BaseRoute]:
        return Desk(self.at, "/caseload", CASELOAD_ACTS, self.show).routes()

    async def show(self, request: Request, session: Session, sheet: Sheet) -> Response:
        after = request.query_params.get("after") or None
        found = await self.at.look(request, session, my_work, after)
        return self.at.page(
            request,
            "caseload.html",
            session=session,
            strip=found.strip,
            sheet=sheet,
            work=found,
            following=onward(found.families, "/caseload"),
            continued=after is not None,
        )
