"""Signing in and out, and as whom: the pages around the login."""

from dataclasses import dataclass, replace
from urllib.parse import urlsplit
from uuid import UUID

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from casecoord.actions.me import me
from casecoord.console.reception import Reception
from casecoord.domain.errors import Problem
from casecoord.domain.words import Language
from casecoord.identity.door import LANGUAGE_COOKIE, language_of
from casecoord.identity.sessions import LOGIN_COOKIE, LOGIN_SECONDS, SESSION_COOKIE

_YEAR = 365 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Signing:
    """The pages around the login."""

    at: Reception

    def routes(self) -> list[BaseRoute]:
        guarded = self.at.guarded
        return [
            Route("/login", guarded(self.begin_login)),
            Route("/login/callback", guarded(self.finish_login)),
            Route("/logout", guarded(self.log_out), methods=["POST"]),
            Route("/membership", guarded(self.choose_membership), methods=["POST"]),
            Route("/stay", guarded(self.stay), methods=["POST"]),
            Route("/language", guarded(self.choose_language), methods=["POST"]),
        ]

    async def begin_login(self, request: Request) -> Response:
        """To the provider; a cookie keeps what its answer must match."""
        ours = urlsplit(self.at.door.public_url)
        loopback = ("127.0.0.1", "localhost", "::1")
        if request.url.hostname != ours.hostname and {request.url.hostname, ours.hostname} <= set(loopback):
            # Cookies belong to one name of this machine.
            return RedirectResponse(f"{self.at.door.public_url}/login", 303)
        url, attempt = await self.at.login.begin(language_of(request))
        answer = RedirectResponse(url, 303)
        sealed = self.at.door.sessions.seal_attempt(attempt)
        self.at.set_cookie(answer, LOGIN_COOKIE, sealed, LOGIN_SECONDS, "/login")
        return answer

    async def finish_login(self, request: Request) -> Response:
        """Back from the provider."""
        attempt = self.at.door.sessions.open_attempt(request.cookies.get(LOGIN_COOKIE))
        session = await self.at.login.finish(attempt, request.query_params)
        answer = self.at.with_session(RedirectResponse("/", 303), session)
        answer.delete_cookie(LOGIN_COOKIE, path="/login")
        return answer

    async def log_out(self, request: Request) -> Response:
        """Here, and at the provider where it knows how."""
        await self.at.posted(request)
        leave = await self.at.login.leave_url(f"{self.at.door.public_url}/")
        answer = RedirectResponse(leave or "/", 303)
        answer.delete_cookie(SESSION_COOKIE)
        return answer

    async def choose_membership(self, request: Request) -> Response:
        """From now on I act under this membership; the database says whether it is mine."""
        session, given = await self.at.posted(request)
        try:
            chosen = replace(session, membership=UUID(given.get("membership", "")))
        except ValueError:
            raise Problem("membership_invalid") from None
        await me(self.at.office.database, self.at.caller(request, chosen))
        return self.at.with_session(RedirectResponse("/", 303), chosen)

    async def stay(self, request: Request) -> Response:
        """Somebody is still there: the session lives on. Says for how many seconds."""
        session, _ = await self.at.posted(request)
        return Response(
            status_code=204, headers={"Casecoord-Seconds": str(self.at.seconds(request, session))}
        )

    async def choose_language(self, request: Request) -> Response:
        """Dutch or English from now on, also before signing in."""
        self.at.door.check_origin(request)
        chosen = (await request.form()).get("language")
        answer = RedirectResponse("/", 303)
        if chosen in list(Language):
            self.at.set_cookie(answer, LANGUAGE_COOKIE, str(chosen), _YEAR)
        return answer
