"""The rules as they are enforced, for everybody; what their last change changed, for the privacy officer."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from casecoord.access.printed import Table
from casecoord.actions.office import Hand, by_right
from casecoord.actions.policy_changes import Changes, ChangesOf, policy_changes
from casecoord.actions.rules_in_words import Matrix, MatrixOf, SignedOf, matrix, signed
from casecoord.console.reception import Reception, attachment
from casecoord.console.rule_words import RuleWords
from casecoord.console.strip import Strip, strip
from casecoord.domain.errors import Problem
from casecoord.domain.facets import Viewer
from casecoord.identity.door import language_of


async def enforced(hand: Hand, query: MatrixOf) -> tuple[Strip, Matrix]:
    """The rules, in one transaction."""
    return await strip(hand), await matrix(hand, query)


@by_right
async def changed(hand: Hand, query: ChangesOf) -> tuple[Strip, Changes]:
    """The last change, in one transaction."""
    found = await policy_changes(hand, query)
    return await strip(hand), found


@dataclass(frozen=True, slots=True)
class WhoMaySee:
    """The matrix, its tables as they were signed, and its last change."""

    at: Reception

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/matrix", self.at.guarded(self.show)),
            Route("/matrix/{table}.csv", self.at.guarded(self.table)),
            Route("/privacy/changes", self.at.guarded(self.show_changes)),
        ]

    async def show(self, request: Request) -> Response:
        session, chosen = self.at.session(request), request.query_params.get("viewer")
        viewer = Viewer(chosen) if chosen in list(Viewer) else None
        above, found = await self.at.look(request, session, enforced, MatrixOf(viewer))
        return self.at.page(
            request,
            "matrix.html",
            session=session,
            strip=above,
            found=found,
            viewer=viewer,
            viewers=[one for one in Viewer if one is not Viewer.OUTSIDER],
            tables=list(Table),
            words=RuleWords(language_of(request)),
        )

    async def table(self, request: Request) -> Response:
        """A table as the area signed it."""
        session, name = self.at.session(request), request.path_params["table"]
        if name not in list(Table):
            raise Problem("not_found")
        found = await self.at.look(request, session, signed, SignedOf(Table(name)))
        return attachment(found, "text/csv; charset=utf-8", f"{name}.csv")

    async def show_changes(self, request: Request) -> Response:
        session = self.at.session(request)
        above, found = await self.at.look(request, session, changed, ChangesOf())
        return self.at.page(
            request,
            "privacy_changes.html",
            session=session,
            strip=above,
            found=found,
            words=RuleWords(language_of(request)),
        )
