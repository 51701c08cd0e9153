"""What all pages share: who is there, forms that came from us, refusals as pages, words in two languages."""

from collections.abc import Awaitable, Callable, Container, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import wraps
from typing import Any, Protocol, TypeVar
from urllib.parse import urlencode

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from casecoord.actions.office import Hand, Office, Verb
from casecoord.console import texts
from casecoord.console.fields import Faulty, Form, Shown
from casecoord.console.strip import Strip
from casecoord.domain.actors import Caller
from casecoord.domain.errors import Problem
from casecoord.domain.ids import global_id
from casecoord.domain.words import Language, Purpose
from casecoord.identity.door import Door, language_of
from casecoord.identity.login import LoginFlow
from casecoord.identity.refusals import Refused
from casecoord.identity.sessions import ABSOLUTE_SECONDS, SESSION_COOKIE, Session
from casecoord.storage.work import UnknownLogin

Page = Callable[[Request], Awaitable[Response]]
QueryT = TypeVar("QueryT")
AnswerT = TypeVar("AnswerT")

#: What our script says when it looks for itself: nobody sits there because of it.
UNATTENDED = "casecoord-unattended"
#: Pages that show what is so now.
_WHOLE = (200, 422)
#: What was refused and what does not exist get the same page.
NOT_THERE = ("not_found", "not_allowed")


#: What a form does, and how its page is shown again: with what was typed and what is wrong with it.
Do = Callable[[Session, Form], Awaitable[Response]]
Again = Callable[[Session, Mapping[str, str], Iterable[Problem]], Awaitable[Response]]


class Keyed(Protocol):
    @property
    def idempotency_key(self) -> str: ...


InputT = TypeVar("InputT", bound=Keyed)


class Stale(Exception):
    """A form of an earlier session of ours: nothing is done, and it is shown again with what was typed."""

    def __init__(self, session: Session, given: Mapping[str, str]) -> None:
        super().__init__()
        self.session, self.given = session, given


@dataclass(frozen=True, slots=True)
class Reception:
    """The office, the door and the login: whatever a page needs."""

    office: Office
    door: Door
    login: LoginFlow

    def session(self, request: Request) -> Session:
        """Raises Refused `token_missing`."""
        session = self.door.session(request)
        if session is None:
            raise Refused("token_missing")
        return session

    def caller(self, request: Request, session: Session) -> Caller:
        return self.door.caller_of(request, session)

    async def look(
        self,
        request: Request,
        session: Session,
        view: Callable[[Hand, QueryT], Awaitable[AnswerT]],
        query: QueryT,
        purpose: Purpose | None = None,
    ) -> AnswerT:
        """A view for the person of this session. Raises Problem, UnknownLogin.

        `purpose`: instead of the seat's first; to whoever may not choose it, the view is not there.
        """
        caller = self.caller(request, session)
        if purpose is None:
            return await self.office.look(caller, view, query)
        try:
            return await self.office.look(replace(caller, purpose=purpose), view, query)
        except Problem as problem:
            raise Problem("not_found") if problem.code == "purpose_invalid" else problem from None

    async def act(
        self, request: Request, session: Session, verb: Verb[InputT, AnswerT], input: InputT
    ) -> AnswerT:
        """A verb by the person of this session. Raises Problem, UnknownLogin."""
        return await self.office.act(self.caller(request, session), verb, input)

    async def posted(self, request: Request) -> tuple[Session, dict[str, str]]:
        """The session and fields of a form of ours. Raises Refused, Stale."""
        session, given = self.session(request), await fields_of(request)
        self.door.check_origin(request)
        try:
            self.door.check_csrf(request, session, given.get("csrf"))
        except Refused:
            # Only a browser that says that our own page sent it may bring its text along.
            if request.headers.get("sec-fetch-site") == "same-origin" and "csrf" in given:
                raise Stale(session, given) from None
            raise
        return session, given

    async def filled(
        self, request: Request, do: Do, again: Again, absent: Container[str] = ("not_allowed",)
    ) -> Response:
        """Acts on a form of ours; what is wrong comes back, by `again`, with all that was typed.

        `absent`: what says only that there is nothing here to fill in.
        """
        try:
            session, given = await self.posted(request)
        except Stale as stale:
            return await again(stale.session, stale.given, [Problem("form_stale")])
        try:
            return await do(session, Form(given))
        except Faulty as faulty:
            return await again(session, given, faulty.problems)
        except Problem as problem:
            if problem.code in absent:
                raise
            return await again(session, given, [problem])

    def guarded(self, page: Page) -> Page:
        """A refusal becomes a page that a person can read; a session that is used lives on."""

        @wraps(page)
        async def guarded(request: Request) -> Response:
            session = self.door.session(request)
            try:
                answer = await page(request)
            except Refused as refused:
                if refused.code == "token_missing":
                    return await self._signed_out(request)
                answer = self._refusal(request, refused)
            except Problem as problem:
                answer = self._problem(request, session, problem)
            except Stale:
                answer = self._refusal(request, Refused("csrf_failed"))
            except UnknownLogin:
                answer = self.page(request, "unknown.html", status=403, session=session)
            renewed = self._renewed(request, session) if session else None
            if renewed and "set-cookie" not in answer.headers:
                self.with_session(answer, renewed)
            return answer

        return guarded

    def page(
        self,
        request: Request,
        template: str,
        *,
        status: int = 200,
        session: Session | None = None,
        **values: Any,
    ) -> Response:
        """A page in the reader's language. It says so where its form comes back."""
        language, tried = language_of(request), _tried(values)
        page = _ENVIRONMENTS[language].get_template(template)
        if tried is not None and (tried.faults or tried.sure):
            status = 422
        if session is not None and status in _WHOLE:
            values |= self._standing(request, session, values.get("strip"))
        answer = HTMLResponse(
            page.render(
                language=language.value,
                path=request.url.path,
                session=session,
                faulty=bool(tried and tried.faults),
                **values,
            ),
            status,
        )
        answer.headers["Content-Language"] = language.value
        answer.headers["Vary"] = "Cookie, Accept-Language"
        return answer

    def seconds(self, request: Request, session: Session) -> int:
        """How long the session lives after this answer if nothing is done any more."""
        sessions = self.door.sessions
        return sessions.ends(self._renewed(request, session) or session) - sessions.now()

    def _renewed(self, request: Request, session: Session) -> Session | None:
        """INVARIANT (who left is signed out): a page that renews itself, or is told to, keeps no session alive."""
        if UNATTENDED in request.headers or request.url.path == "/changes":
            return None
        return self.door.sessions.renewed(session)

    def _standing(self, request: Request, session: Session, above: Strip | None) -> dict[str, Any]:
        """Of when a page is and how to see it anew, how long one stays signed in, and what to follow it by."""
        made, left = datetime.now(UTC), self.seconds(request, session)
        kept = [
            (name, value)
            for name, value in request.query_params.multi_items()
            if name not in ("done", "undo")
        ]
        again = f"{request.url.path}{'?' if kept else ''}{urlencode(kept)}"
        return {
            "made": made,
            "again": again if _is_read(request) else "",
            "seconds": left,
            "ends": made + timedelta(seconds=left),
            "mark": self.door.sessions.seal_mark(str(above.me.area_id), above.seen) if above else "",
        }

    def with_session(self, answer: Response, session: Session) -> Response:
        self.set_cookie(answer, SESSION_COOKIE, self.door.sessions.seal(session), ABSOLUTE_SECONDS)
        return answer

    def set_cookie(self, answer: Response, name: str, value: str, seconds: int, path: str = "/") -> None:
        secure = self.door.public_url.startswith("https://")
        answer.set_cookie(
            name, value, max_age=seconds, path=path, httponly=True, samesite="lax", secure=secure
        )

    def _refusal(self, request: Request, refused: Refused) -> Response:
        message = refused.message(language_of(request))
        return self.page(request, "problem.html", status=refused.status, message=message)

    def _problem(self, request: Request, session: Session | None, problem: Problem) -> Response:
        if problem.code == "membership_invalid" and session and session.membership and _is_read(request):
            # The membership that was chosen has ended since: fall back to what is valid now.
            return self.with_session(RedirectResponse("/", 303), replace(session, membership=None))
        if problem.code in NOT_THERE:
            return self.page(request, "absent.html", status=404, session=session)
        message = problem.message(language_of(request))
        return self.page(request, "problem.html", status=400, session=session, message=message)

    async def _signed_out(self, request: Request) -> Response:
        """To the start; but a half-typed form is handed back, to send again after signing in."""
        given = {} if _is_read(request) else await fields_of(request)
        typed = {
            name: value for name, value in given.items() if name not in ("csrf", "key") and value.strip()
        }
        if not typed or request.url.path in ("/logout", "/membership"):
            return RedirectResponse("/", 303)
        self.door.check_origin(request)
        return self.page(request, "lost.html", status=401, given=given, typed=typed)


def attachment(content: bytes | str, kind: str, name: str) -> Response:
    """A file to take along."""
    return Response(
        content, media_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


async def fields_of(request: Request) -> dict[str, str]:
    """The texts of a form; of a name that comes twice, the last."""
    return {name: value for name, value in (await request.form()).items() if isinstance(value, str)}


def _tried(values: Mapping[str, Any]) -> Shown | None:
    """The form of this page that somebody filled in: one of a sheet of them, or its only one."""
    return values["sheet"].tried if "sheet" in values else values.get("form")


def _is_read(request: Request) -> bool:
    return request.method in ("GET", "HEAD")


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
    spoken: dict[str, Callable[[Any, Language], str]] = {
        "say": texts.say,
        "word": texts.word,
        "euros": texts.euros,
        "team_kind": texts.team_kind,
        "facet_name": texts.facet,
        "promise": texts.promise,
        "next_step": texts.next_step,
        "notice": texts.notice,
        "merge_reason": texts.merge_reason,
        "happened": texts.happened,
        "day": texts.day,
        "moment": texts.moment,
        "hour": texts.hour,
        "period": texts.period,
        "case_state": texts.case_state,
        "signal_state": texts.signal_state,
        "proposal_kind": texts.proposal_kind,
        "manner": texts.manner,
        "tongue": texts.tongue,
        "birth_date": texts.birth_date,
    }
    environment.globals |= {name: _in(language, function) for name, function in spoken.items()}
    environment.globals["gid"] = global_id
    return environment


def _in(language: Language, function: Callable[[Any, Language], str]) -> Callable[[Any], str]:
    return lambda value: function(value, language)


_ENVIRONMENTS = {language: _environment(language) for language in Language}
