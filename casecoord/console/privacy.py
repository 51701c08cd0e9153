"""The privacy officer's pages: what waits, one request, and what somebody is asked to decide along."""

import asyncio
import json
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from casecoord.actions.exporting import ExportOf, export_household
from casecoord.actions.office import Hand, by_right
from casecoord.actions.rights_asked import AskedRight, RightsAsked, rights_asked
from casecoord.actions.supervising import (
    OneRequest,
    RequestOf,
    Supervision,
    SupervisionOf,
    one_request,
    supervision,
)
from casecoord.console.forms import Option
from casecoord.console.privacy_acts import DECIDING, HANDLING, SUPERVISING
from casecoord.console.reception import Reception, attachment
from casecoord.console.sheets import Desk, Sheet
from casecoord.console.strip import Strip, strip
from casecoord.console.texts import word
from casecoord.domain.errors import Problem
from casecoord.domain.ids import global_id, key_of
from casecoord.domain.words import Purpose
from casecoord.identity.door import language_of
from casecoord.identity.sessions import Session
from casecoord.paper.export import pdf_of


@by_right
async def supervised(hand: Hand, query: SupervisionOf) -> tuple[Strip, Supervision]:
    """What waits for the privacy officer, in one transaction."""
    found = await supervision(hand, query)
    return await strip(hand), found


@by_right
async def handled(hand: Hand, query: RequestOf) -> tuple[Strip, OneRequest]:
    """One request, in one transaction."""
    found = await one_request(hand, query)
    return await strip(hand), found


async def along(hand: Hand, query: RightsAsked) -> tuple[Strip, list[AskedRight]]:
    """What this actor is asked to decide along, in one transaction."""
    return await strip(hand), await rights_asked(hand, query)


@dataclass(frozen=True, slots=True)
class Privacy:
    """Requests with their clocks, emergency access to review, and what is deferred."""

    at: Reception

    def routes(self) -> list[BaseRoute]:
        return [
            *Desk(self.at, "/privacy", SUPERVISING, self.show).routes(),
            Route("/privacy/requests/{id}/export.{form}", self.at.guarded(self.export)),
            *Desk(self.at, "/privacy/requests/{id}", HANDLING, self.show_request).routes(),
            *Desk(self.at, "/second-word", DECIDING, self.show_decisions).routes(),
        ]

    async def show(self, request: Request, session: Session, sheet: Sheet) -> Response:
        above, found = await self.at.look(request, session, supervised, SupervisionOf())
        return self.at.page(
            request,
            "privacy.html",
            session=session,
            strip=above,
            sheet=sheet,
            found=found,
        )

    async def show_request(self, request: Request, session: Session, sheet: Sheet) -> Response:
        query = RequestOf(key_of("Request", request.path_params["id"]))
        above, found = await self.at.look(request, session, handled, query, Purpose.ACCESS_REQUEST)
        language = language_of(request)
        seconds = [
            Option(global_id("Professional", one.professional), f"{one.name}, {word(one.role, language)}")
            for one in found.seconds
        ]
        return self.at.page(
            request,
            "privacy_request.html",
            session=session,
            strip=above,
            sheet=sheet.offering(seconds=seconds),
            found=found,
        )

    async def export(self, request: Request) -> Response:
        """What may be given, as a file for a machine or to read."""
        session, form = self.at.session(request), request.path_params["form"]
        if form not in ("json", "pdf"):
            raise Problem("not_found")
        query = ExportOf(key_of("Request", request.path_params["id"]), language_of(request))
        found = await self.at.look(request, session, export_household, query, Purpose.ACCESS_REQUEST)
        if form == "pdf":
            made, kind = await asyncio.to_thread(pdf_of, found), "application/pdf"
        else:
            made = json.dumps(found, ensure_ascii=False, default=str).encode()
            kind = "application/json"
        return attachment(made, kind, f"export.{form}")

    async def show_decisions(self, request: Request, session: Session, sheet: Sheet) -> Response:
        above, found = await self.at.look(request, session, along, RightsAsked())
        return self.at.page(
            request,
            "second_word.html",
            session=session,
            strip=above,
            sheet=sheet,
            mine=[one for one in found if one.decision and one.decision.mine],
            others=[one for one in found if not (one.decision and one.decision.mine)],
        )
