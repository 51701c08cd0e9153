"""A resident's own page, and the code from the letter by which somebody comes to have one."""

from dataclasses import dataclass, replace
from secrets import token_urlsafe

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from casecoord.actions.office import Guest
from casecoord.actions.own_family import MyFamilyOf, my_family
from casecoord.actions.own_log import MyAccessLogOf, my_access_log
from casecoord.actions.residents import BindResident, bind_resident
from casecoord.console.my_acts import MY_ACTS, complainable
from casecoord.console.reception import Reception
from casecoord.console.sheets import Desk, Sheet
from casecoord.domain.joint_view import JointCase
from casecoord.domain.lists import Slice
from casecoord.domain.own_log import LogLine
from casecoord.domain.words import LifeDomain, Urgency
from casecoord.identity.sessions import Session

#: Enough to read at once; what was before is a page further.
LINES = 25


async def own_page(guest: Guest, after: str | None) -> tuple[JointCase, Slice[LogLine]]:
    """Everything of the page, in one transaction."""
    log = await my_access_log(guest, MyAccessLogOf(LINES, after))
    return await my_family(guest, MyFamilyOf()), log


@dataclass(frozen=True, slots=True)
class Mine:
    """The page of somebody of a family."""

    at: Reception

    def routes(self) -> list[BaseRoute]:
        # For who works here too: the own page, whatever the membership that was chosen.
        desk = Desk(self.at, "/mine", MY_ACTS, self.show, lambda session: replace(session, membership=None))
        return [*desk.routes(), Route("/code", self.at.guarded(self.fill_in), methods=["POST"])]

    async def show(self, request: Request, session: Session, sheet: Sheet) -> Response:
        """What is mine to see. Raises UnknownLogin for whom no code was bound."""
        after = request.query_params.get("after") or None
        caller = self.at.caller(request, session)
        case, log = await self.at.office.receive(caller, own_page, after)
        return self.at.page(
            request,
            "mine.html",
            status=sheet.status,
            session=session,
            sheet=sheet,
            case=case,
            log=log,
            names={one.id: one.name.value for one in case.persons if one.name},
            complainable=complainable(case),
            domains=list(LifeDomain),
            urgencies=list(Urgency),
        )

    async def fill_in(self, request: Request) -> Response:
        """The code from the letter: from now on this login has a page of its own."""
        session, given = await self.at.posted(request)
        wanted = BindResident(token_urlsafe(12), given.get("code", ""))
        await bind_resident(self.at.office, self.at.caller(request, session), wanted)
        return RedirectResponse("/mine", 303)
