"""A resident's own page, and the code from the letter by which somebody comes to have one."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from secrets import token_urlsafe

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from casecoord.actions.office import Guest
from casecoord.actions.own_family import MyFamilyOf, my_family
from casecoord.actions.own_log import MyAccessLogOf, my_access_log
from casecoord.actions.residents import BindResident, bind_resident
from casecoord.console.acts import Act
from casecoord.console.fields import Faulty, Form, Shown
from casecoord.console.my_acts import MY_ACTS, complainable
from casecoord.console.reception import Reception, Stale
from casecoord.domain.errors import Problem
from casecoord.domain.joint_view import JointCase
from casecoord.domain.lists import Slice
from casecoord.domain.own_log import LogLine
from casecoord.domain.words import LifeDomain, Urgency
from casecoord.identity.door import language_of
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
        guarded = self.at.guarded
        return [
            Route("/mine", guarded(self.mine)),
            Route("/mine/{act}", guarded(self.act), methods=["POST"]),
            Route("/code", guarded(self.fill_in), methods=["POST"]),
        ]

    async def mine(self, request: Request) -> Response:
        """For who works here too: the own page, whatever the membership that was chosen."""
        return await self.show(request, replace(self.at.session(request), membership=None))

    async def act(self, request: Request) -> Response:
        """Does one thing on the own page; afterwards it says so, or shows the form again with what is wrong."""
        act = MY_ACTS.get(request.path_params["act"])
        if act is None:
            raise Problem("not_found")
        try:
            posted, given = await self.at.posted(request)
            session, form = replace(posted, membership=None), Form(given)
            input = act.read(form)
            form.check()
            await self.at.act(request, session, act.verb, input)
        except Stale as stale:
            return await self._again(request, stale.session, act, stale.given, [Problem("form_stale")])
        except Faulty as faulty:
            return await self._again(request, session, act, given, faulty.problems)
        except Problem as problem:
            if problem.code in ("not_found", "not_allowed"):
                raise
            return await self._again(request, session, act, given, [problem])
        return RedirectResponse(f"/mine?done={act.name}", 303)

    async def _again(
        self,
        request: Request,
        session: Session,
        act: Act,
        given: Mapping[str, str],
        problems: Iterable[Problem],
    ) -> Response:
        tried = Shown.again(_form_of(act, given), given, problems, language_of(request))
        return await self.show(request, replace(session, membership=None), tried)

    async def show(self, request: Request, session: Session, tried: Shown | None = None) -> Response:
        """What is mine to see. Raises UnknownLogin for whom no code was bound."""
        after = request.query_params.get("after") or None
        caller = self.at.caller(request, session)
        case, log = await self.at.office.receive(caller, own_page, after)

        def form(name: str, thing: str = "") -> Shown:
            """The form of an act on a thing: as it was tried, or new."""
            identity = f"{name}-{thing}" if thing else name
            return tried if tried is not None and tried.id == identity else Shown(identity)

        return self.at.page(
            request,
            "mine.html",
            status=422 if tried else 200,
            session=session,
            case=case,
            log=log,
            here="/mine",
            form=form,
            tried=tried,
            done=request.query_params.get("done") in MY_ACTS,
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


def _form_of(act: Act, given: Mapping[str, str]) -> str:
    """The id of the form that sent these fields: of an agreement one for each person who answers."""
    thing = "-".join(given.get(name, "") for name in ("agreement", "person"))
    return f"{act.name}-{thing}" if act.thing == "Agreement" else act.name
