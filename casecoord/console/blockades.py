"""What stops practice, for whoever can decide: by weight, one with all that helps to decide it, the alliance's agenda."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from casecoord.actions.breakthroughs import to_publish
from casecoord.actions.office import Hand, by_right
from casecoord.actions.teams import TeamLine, TeamsOf, teams
from casecoord.actions.weighing import (
    Agenda,
    AgendaOf,
    BlockadeOf,
    BlockadesOf,
    Deciding,
    Waiting,
    alliance_agenda,
    blockades,
    deciding,
    may_order,
)
from casecoord.console.blockade_acts import BLOCKADE_ACTS, RULE_ACTS
from casecoord.console.forms import Option
from casecoord.console.paging import onward
from casecoord.console.reception import Reception
from casecoord.console.sheets import Desk, Sheet
from casecoord.console.strip import Strip, strip
from casecoord.domain.errors import Problem
from casecoord.domain.ids import global_id, key_of
from casecoord.domain.lists import Slice
from casecoord.identity.sessions import Session

_PAGE = 25


@dataclass(frozen=True, slots=True)
class Board:
    """A page of what waits for a decision."""

    strip: Strip
    now: datetime
    waiting: Slice[Waiting]


@dataclass(frozen=True, slots=True)
class Table:
    """One blockade on the table, and who could do homework about it."""

    strip: Strip
    now: datetime
    deciding: Deciding
    teams: list[TeamLine]


@dataclass(frozen=True, slots=True)
class Alliance:
    """The alliance's agenda."""

    strip: Strip
    now: datetime
    agenda: Agenda


async def board(hand: Hand, query: BlockadesOf) -> Board:
    """What waits for my decision, in one transaction. For whoever may decide."""
    _for_who_decides(hand)
    return Board(await strip(hand), hand.now, await blockades(hand, query))


async def table(hand: Hand, query: BlockadeOf) -> Table:
    """One that waits, in one transaction."""
    found = await deciding(hand, query)
    return Table(await strip(hand), hand.now, found, await teams(hand, TeamsOf()))


async def alliance(hand: Hand, query: AgendaOf) -> Alliance:
    """What the alliance was asked, in one transaction."""
    _for_who_decides(hand)
    return Alliance(await strip(hand), hand.now, await alliance_agenda(hand, query))


@by_right
async def to_be_rule(hand: Hand, query: BlockadeOf) -> Strip:
    """The form by which a decision of mine becomes a rule; it shows nothing of the blockade."""
    await to_publish(hand, query.blockade)
    return await strip(hand)


def _for_who_decides(hand: Hand) -> None:
    if not may_order(hand):
        raise Problem("not_allowed")


@dataclass(frozen=True, slots=True)
class Blockades:
    """The pages of decision power."""

    at: Reception

    def routes(self) -> list[BaseRoute]:
        pages = {
            "/blockades": (BLOCKADE_ACTS, self.show_board),
            "/blockades/agenda": (BLOCKADE_ACTS, self.show_agenda),
            "/blockades/{id}/rule": (RULE_ACTS, self.show_rule),
            "/blockades/{id}": (BLOCKADE_ACTS, self.show_one),
        }
        # The agenda's own address stands before that of any one blockade.
        return [
            route
            for path, (acts, show) in pages.items()
            for route in Desk(self.at, path, acts, show).routes()
        ]

    async def show_board(self, request: Request, session: Session, sheet: Sheet) -> Response:
        """What waits for me, the heaviest first."""
        query = BlockadesOf(_PAGE, request.query_params.get("after") or None)
        found = await self.at.look(request, session, board, query)
        placed = [one.id for one in found.waiting.items if one.place is not None]
        return self.at.page(
            request,
            "blockades.html",
            session=session,
            strip=found.strip,
            sheet=sheet,
            board=found,
            placed=_said(placed),
            following=onward(found.waiting, "/blockades"),
            continued=query.after is not None,
        )

    async def show_one(self, request: Request, session: Session, sheet: Sheet) -> Response:
        """One of them, to decide."""
        query = BlockadeOf(key_of("Blockade", request.path_params["id"]))
        found = await self.at.look(request, session, table, query)
        alike = [Option(global_id("Blockade", one.id), one.what or "") for one in found.deciding.alike]
        partners = [Option(global_id("Team", team.id), team.name) for team in found.teams]
        return self.at.page(
            request,
            "blockade.html",
            session=session,
            strip=found.strip,
            sheet=sheet.offering(alike=alike, teams=partners),
            table=found,
            placed=_said(found.deciding.placed),
        )

    async def show_agenda(self, request: Request, session: Session, sheet: Sheet) -> Response:
        """To hand out: it names no family."""
        found = await self.at.look(request, session, alliance, AgendaOf())
        return self.at.page(
            request,
            "agenda.html",
            session=session,
            strip=found.strip,
            sheet=sheet,
            alliance=found,
        )

    async def show_rule(self, request: Request, session: Session, sheet: Sheet) -> Response:
        """A decision that holds from now on, to be written down for everybody."""
        identity = key_of("Blockade", request.path_params["id"])
        above = await self.at.look(request, session, to_be_rule, BlockadeOf(identity))
        return self.at.page(
            request,
            "rule.html",
            session=session,
            strip=above,
            sheet=sheet,
            blockade=identity,
        )


def _said(placed: list[UUID]) -> str:
    """What was put by hand, as a form gives it along."""
    return " ".join(global_id("Blockade", one) for one in placed)
