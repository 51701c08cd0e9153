"""The letter with a code for somebody of a family: to read, and to print on paper."""

import asyncio
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from casecoord.actions.office import Hand
from casecoord.actions.residents import Letter, LetterOf, resident_letter
from casecoord.console.reception import Reception, attachment
from casecoord.console.strip import strip
from casecoord.domain.ids import key_of
from casecoord.identity.door import language_of
from casecoord.paper.letter import pdf_of_letter


async def above(hand: Hand, query: None) -> object:
    """The strip alone: the letter is a look of its own."""
    return await strip(hand)


@dataclass(frozen=True, slots=True)
class Letters:
    """The page of a letter, and its file."""

    at: Reception

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/letters/{id}", self.at.guarded(self.show)),
            Route("/letters/{id}/pdf", self.at.guarded(self.download)),
        ]

    async def show(self, request: Request) -> Response:
        session = self.at.session(request)
        letter = await self._letter(request)
        return self.at.page(
            request,
            "letter.html",
            session=session,
            strip=await self.at.look(request, session, above, None),
            letter=letter,
            here=request.url.path,
        )

    async def download(self, request: Request) -> Response:
        letter = await self._letter(request)
        made = await asyncio.to_thread(pdf_of_letter, letter.text, language_of(request))
        return attachment(made, "application/pdf", "letter.pdf")

    async def _letter(self, request: Request) -> Letter:
        query = LetterOf(
            key_of("ResidentCode", request.path_params["id"]), language_of(request), self.at.door.public_url
        )
        return await self.at.look(request, self.at.session(request), resident_letter, query)
