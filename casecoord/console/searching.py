"""Search: a form that is posted, so that no address holds what was typed; it finds only families in one's own view."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from casecoord.actions.finding import (
    SEARCHED,
    FindFamilies,
    FoundFamilies,
    find_families,
    finds_by_birth,
)
from casecoord.actions.office import Hand
from casecoord.console.fields import Form, Shown
from casecoord.console.reception import Reception
from casecoord.console.strip import Strip, strip
from casecoord.domain.errors import Problem
from casecoord.identity.door import language_of
from casecoord.identity.sessions import Session

_FIELDS = ("bsn", "name", "born")


@dataclass(frozen=True, slots=True)
class Searched:
    """The form, and what was found if something was asked."""

    strip: Strip
    by_birth: bool
    found: FoundFamilies | None


async def search(hand: Hand, query: FindFamilies | None) -> Searched:
    """Everything of the page, in one transaction."""
    found = await find_families(hand, query) if query else None
    return Searched(await strip(hand), finds_by_birth(hand), found)


@dataclass(frozen=True, slots=True)
class Searching:
    """The page of the search."""

    at: Reception

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/search", self.at.guarded(self.show_form)),
            Route("/search", self.at.guarded(self.find), methods=["POST"]),
        ]

    async def show_form(self, request: Request) -> Response:
        return await self._page(request, self.at.session(request), Shown("search"))

    async def find(self, request: Request) -> Response:
        async def do(session: Session, form: Form) -> Response:
            query = FindFamilies(form.plain("bsn"), form.text("name"), form.day("born"))
            form.check()
            return await self._page(request, session, Shown("search", given=form.given), query)

        return await self.at.filled(request, do, partial(self._again, request))

    async def _again(
        self, request: Request, session: Session, given: Mapping[str, str], problems: Iterable[Problem]
    ) -> Response:
        shown = Shown.again("search", given, problems, language_of(request), _FIELDS)
        return await self._page(request, session, shown)

    async def _page(
        self, request: Request, session: Session, form: Shown, query: FindFamilies | None = None
    ) -> Response:
        searched = await self.at.look(request, session, search, query)
        return self.at.page(
            request,
            "search.html",
            session=session,
            strip=searched.strip,
            form=form,
            searched=searched,
            most=SEARCHED,
        )
