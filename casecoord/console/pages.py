"""The console's first pages: what this is, who I am here, signing in and out."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from functools import wraps
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from casecoord.actions.me import me
from casecoord.console import texts
from casecoord.domain.errors import Problem
from casecoord.domain.words import Language
from casecoord.identity.door import LANGUAGE_COOKIE, Door, language_of
from casecoord.identity.login import LoginFlow
from casecoord.identity.refusals import Refused
from casecoord.identity.sessions import (
    ABSOLUTE_SECONDS,
    LOGIN_COOKIE,
    LOGIN_SECONDS,
    SESSION_COOKIE,
    Session,
)
from casecoord.storage.work import Database, UnknownLogin

STATIC = Path(__file__).parent / "static"
_YEAR = 365 * 24 * 3600

Page = Callable[[Request], Awaitable[Response]]


class _Static(StaticFiles):
    """Our own style sheet: asked for again each time, sent again only when it changed."""

    def file_response(self, *args: Any, **kwargs: Any) -> Response:
        answer = super().file_response(*args, **kwargs)
        answer.headers["Cache-Control"] = "no-cache"
        return answer


@dataclass(frozen=True, slots=True)
class Console:
    """The pages and what they need."""

    db: Database
    door: Door
    login: LoginFlow

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/", self._guarded(self.start)),
            Route("/login", self._guarded(self.begin_login)),
            Route("/login/callback", self._guarded(self.finish_login)),
            Route("/logout", self._guarded(self.log_out), methods=["POST"]),
            Route("/membership", self._guarded(self.choose_membership), methods=["POST"]),
            Route("/language", self._guarded(self.choose_language), methods=["POST"]),
            Mount("/static", _Static(directory=STATIC), name="static"),
        ]

    async def start(self, request: Request) -> Response:
        """What this is, or, after signing in, who I am here."""
        session = self.door.session(request)
        if session is None:
            return self._page(request, "welcome.html")
        try:
            found = await me(self.db, self.door.caller_of(request, session))
        except UnknownLogin:
            return self._page(request, "unknown.html", status=403, session=session)
        except Problem as problem:
            if problem.code != "membership_invalid":
                raise
            # The membership that was chosen has ended since: fall back to what is valid now.
            return self._with_session(RedirectResponse("/", 303), replace(session, membership=None))
        answer = self._page(request, "home.html", session=session, me=found)
        renewed = self.door.sessions.renewed(session)
        return self._with_session(answer, renewed) if renewed else answer

    async def begin_login(self, request: Request) -> Response:
        """To the provider; a cookie keeps what its answer must match."""
        ours = urlsplit(self.door.public_url)
        loopback = ("127.0.0.1", "localhost", "::1")
        if request.url.hostname != ours.hostname and {request.url.hostname, ours.hostname} <= set(loopback):
            return RedirectResponse(
                f"{self.door.public_url}/login", 303
            )  # cookies belong to one name of this machine
        url, attempt = await self.login.begin(language_of(request))
        answer = RedirectResponse(url, 303)
        self._set_cookie(
            answer, LOGIN_COOKIE, self.door.sessions.seal_attempt(attempt), LOGIN_SECONDS, "/login"
        )
        return answer

    async def finish_login(self, request: Request) -> Response:
        """Back from the provider."""
        attempt = self.door.sessions.open_attempt(request.cookies.get(LOGIN_COOKIE))
        session = await self.login.finish(attempt, request.query_params)
        answer = self._with_session(RedirectResponse("/", 303), session)
        answer.delete_cookie(LOGIN_COOKIE, path="/login")
        return answer

    async def log_out(self, request: Request) -> Response:
        """Here, and at the provider where it knows how."""
        await self._posted(request)
        leave = await self.login.leave_url(f"{self.door.public_url}/")
        answer = RedirectResponse(leave or "/", 303)
        answer.delete_cookie(SESSION_COOKIE)
        return answer

    async def choose_membership(self, request: Request) -> Response:
        """From now on I act under this membership; the database says whether it is mine."""
        session, form = await self._posted(request)
        try:
            chosen = replace(session, membership=UUID(form.get("membership", "")))
        except ValueError:
            raise Problem("membership_invalid") from None
        await me(self.db, self.door.caller_of(request, chosen))
        return self._with_session(RedirectResponse("/", 303), chosen)

    async def choose_language(self, request: Request) -> Response:
        """Dutch or English from now on, also before signing in."""
        self.door.check_origin(request)
        chosen = (await request.form()).get("language")
        answer = RedirectResponse("/", 303)
        if chosen in list(Language):
            self._set_cookie(answer, LANGUAGE_COOKIE, str(chosen), _YEAR)
        return answer

    async def _posted(self, request: Request) -> tuple[Session, dict[str, str]]:
        """The session and fields of a form of ours. Raises Refused."""
        session = self.door.session(request)
        if session is None:
            raise Refused("token_missing")
        form = {name: value for name, value in (await request.form()).items() if isinstance(value, str)}
        self.door.check_csrf(request, session, form.get("csrf"))
        return session, form

    def _guarded(self, page: Page) -> Page:
        """A refusal becomes a page that a person can read."""

        @wraps(page)
        async def guarded(request: Request) -> Response:
            try:
                return await page(request)
            except Refused as refused:
                if refused.code == "token_missing":
                    return RedirectResponse("/", 303)
                message, status = refused.message(language_of(request)), refused.status
            except Problem as problem:
                message, status = problem.message(language_of(request)), 400
            return self._page(request, "problem.html", status=status, message=message)

        return guarded

    def _page(
        self,
        request: Request,
        template: str,
        *,
        status: int = 200,
        session: Session | None = None,
        **values: Any,
    ) -> Response:
        language = language_of(request)
        page = _ENVIRONMENTS[language].get_template(template)
        answer = HTMLResponse(page.render(language=language.value, session=session, **values), status)
        answer.headers["Content-Language"] = language.value
        answer.headers["Vary"] = "Cookie, Accept-Language"
        return answer

    def _with_session(self, answer: Response, session: Session) -> Response:
        self._set_cookie(answer, SESSION_COOKIE, self.door.sessions.seal(session), ABSOLUTE_SECONDS)
        return answer

    def _set_cookie(self, answer: Response, name: str, value: str, seconds: int, path: str = "/") -> None:
        secure = self.door.public_url.startswith("https://")
        answer.set_cookie(
            name, value, max_age=seconds, path=path, httponly=True, samesite="lax", secure=secure
        )


def _environment(language: Language) -> Environment:
    environment = Environment(
        loader=PackageLoader("casecoord.console"),
        autoescape=select_autoescape(),
        extensions=["jinja2.ext.i18n"],
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.install_gettext_translations(texts.translations(language), newstyle=True)  # type: ignore[attr-defined]
    environment.globals |= {
        "word": lambda value: texts.word(value, language),
        "team_kind": lambda kind: texts.team_kind(kind, language),
    }
    return environment


_ENVIRONMENTS = {language: _environment(language) for language in Language}
