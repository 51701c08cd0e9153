"""Rules that came of decisions: what any area allows from now on, for every professional who meets the same."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from casecoord.actions.breakthroughs import BreakthroughsOf, Rule, breakthroughs
from casecoord.actions.office import Hand
from casecoord.actions.weighing import may_order
from casecoord.console.blockade_acts import RULE_ACTS
from casecoord.console.paging import onward
from casecoord.console.reception import Reception, Stale
from casecoord.console.sheets import Desk, Sheet
from casecoord.console.strip import Strip, strip
from casecoord.domain.lists import Slice
from casecoord.domain.words import BlockadeKind, LifeDomain
from casecoord.identity.sessions import Session

_PAGE = 25


@dataclass(frozen=True, slots=True)
class Rulebook:
    """A page of rules, the newest first; `keeps`: this actor's area may withdraw what it made."""

    strip: Strip
    rules: Slice[Rule]
    keeps: bool


async def rulebook(hand: Hand, query: BreakthroughsOf) -> Rulebook:
    """Which rules may open what stops me, in one transaction."""
    return Rulebook(await strip(hand), await breakthroughs(hand, query), may_order(hand))


@dataclass(frozen=True, slots=True)
class Rules:
    """The page of rules. Words to look for are posted, so that they stand in no address."""

    at: Reception

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/rules", self.at.guarded(self.search), methods=["POST"]),
            *Desk(self.at, "/rules", RULE_ACTS, self.show_rules).routes(),
        ]

    async def show_rules(self, request: Request, session: Session, sheet: Sheet) -> Response:
        asked = request.query_params
        query = _asked(asked.get("kind"), asked.get("domain"), after=asked.get("after") or None)
        return await self._page(request, session, sheet, query)

    async def search(self, request: Request) -> Response:
        """The rules that hold these words."""
        try:
            session, given = await self.at.posted(request)
        except Stale as stale:
            session, given = stale.session, dict(stale.given)
        query = _asked(given.get("kind"), given.get("domain"), given.get("text") or None)
        return await self._page(request, session, Sheet(RULE_ACTS, "/rules"), query)

    async def _page(
        self, request: Request, session: Session, sheet: Sheet, query: BreakthroughsOf
    ) -> Response:
        found = await self.at.look(request, session, rulebook, query)
        following = onward(found.rules, "/rules", kind=query.kind, domain=query.domain)
        return self.at.page(
            request,
            "rules.html",
            session=session,
            strip=found.strip,
            sheet=sheet,
            book=found,
            query=query,
            following=None if query.text else following,
            kinds=list(BlockadeKind),
            domains=list(LifeDomain),
        )


def _asked(
    kind: str | None, domain: str | None, text: str | None = None, after: str | None = None
) -> BreakthroughsOf:
    return BreakthroughsOf(
        BlockadeKind(kind) if kind in list(BlockadeKind) else None,
        LifeDomain(domain) if domain in list(LifeDomain) else None,
        text,
        _PAGE,
        after,
    )
