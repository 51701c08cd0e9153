"""A page with forms on it: it is looked at, one thing is done, and it is shown again.

What was wrong comes back with all that was typed; what was done is said; what cannot be taken back is asked twice.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from casecoord.console.fields import Form, Shown
from casecoord.console.forms import Act, Option, Thing
from casecoord.console.reception import NOT_THERE, Reception
from casecoord.domain.errors import Problem
from casecoord.domain.ids import global_id
from casecoord.identity.door import language_of
from casecoord.identity.sessions import Session


@dataclass(frozen=True, slots=True)
class Sheet:
    """The forms of a page as one request meets them. `here`: the page's path. `options`: what can be picked.

    `asked`: what the page was asked for besides, as `?item=...`: its forms come back to it.
    """

    acts: Mapping[str, Act]
    here: str
    tried: Shown | None = None
    done: Act | None = None
    undo: str | None = None
    options: Mapping[str, Iterable[Option]] = field(default_factory=dict)
    asked: str = ""

    def form(self, name: str, *things: UUID | str) -> Shown:
        """The form of an act on these things: as it was tried, or new."""
        act = self.acts[name]
        kinds = [one.kind for one in act.fields if isinstance(one, Thing)]
        given = (
            global_id(kinds[at], one) if isinstance(one, UUID) and at < len(kinds) else str(one)
            for at, one in enumerate(things)
        )
        identity = act.form_of(*given)
        return self.tried if self.tried is not None and self.tried.id == identity else Shown(identity)

    def offering(self, **options: Iterable[Option]) -> "Sheet":
        """The same, with lists to pick from."""
        return replace(self, options={**self.options, **options})


Show = Callable[[Request, Session, Sheet], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Desk:
    """Serves one page with forms: `show` renders it; `acts` are what can be done on it.

    `seat`: as whom one is there, where that is not the membership that was chosen.
    """

    at: Reception
    path: str
    acts: Mapping[str, Act]
    show: Show
    seat: Callable[[Session], Session] = lambda session: session

    def routes(self) -> list[BaseRoute]:
        return [
            Route(self.path, self.at.guarded(self.show_page)),
            Route(f"{self.path.rstrip('/')}/{{act}}", self.at.guarded(self.act_on_page), methods=["POST"]),
        ]

    async def show_page(self, request: Request) -> Response:
        asked = request.query_params
        done = self.acts.get(asked.get("done", ""))
        sheet = Sheet(self.acts, request.url.path, done=done, undo=asked.get("undo") if done else None)
        return await self.show(request, self.seat(self.at.session(request)), sheet)

    async def act_on_page(self, request: Request) -> Response:
        """Does one act; afterwards its page says so, or shows the form again with what is wrong."""
        act = self.acts.get(request.path_params["act"])
        if act is None:
            raise Problem("not_found")
        again = partial(self._again, request, act)

        async def do(posted: Session, form: Form) -> Response:
            input = act.read(form)
            form.check()
            if act.follows and form.given.get("sure") != "yes":
                return await again(posted, form.given, sure=True)
            answer = await self.at.act(request, self.seat(posted), act.verb, input)
            return RedirectResponse(self._after(request, act, input, answer), 303)

        return await self.at.filled(request, do, again, NOT_THERE)

    def _after(self, request: Request, act: Act, input: Any, answer: Any) -> str:
        if act.leads is not None:
            return act.leads(answer)
        said = {
            **request.query_params,
            "done": act.name,
            **({"undo": act.undo.of(input, answer)} if act.undo else {}),
        }
        return f"{_page_of(request)}?{urlencode(said)}"

    async def _again(
        self,
        request: Request,
        act: Act,
        session: Session,
        given: Mapping[str, str],
        problems: Iterable[Problem] = (),
        sure: bool = False,
    ) -> Response:
        names = [one.name for one in act.visible]
        tried = Shown.again(act.form(given), given, problems, language_of(request), names)
        sheet = Sheet(self.acts, _page_of(request), replace(tried, sure=sure))
        return await self.show(request, self.seat(session), sheet)


def _page_of(request: Request) -> str:
    return request.url.path.rsplit("/", 1)[0] or "/"
