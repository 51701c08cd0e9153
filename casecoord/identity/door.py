"""From a request's headers and cookies to a Caller. What it asks for (membership, purpose) is judged by the database."""

import secrets
from dataclasses import dataclass
from urllib.parse import urlsplit
from uuid import UUID

from starlette.requests import Request

from casecoord.domain.actors import Caller
from casecoord.domain.words import Language, Purpose
from casecoord.identity.provider import Client
from casecoord.identity.refusals import Refused
from casecoord.identity.sessions import SESSION_COOKIE, Session, Sessions
from casecoord.identity.tokens import TokenVerifier

LANGUAGE_COOKIE = "casecoord_language"
CSRF_HEADER = "casecoord-csrf"


@dataclass(frozen=True, slots=True)
class Door:
    """Reads credentials. `public_url` is where browsers reach us; its origin is the only one that may post."""

    client: Client
    tokens: TokenVerifier
    sessions: Sessions
    public_url: str

    async def caller(self, request: Request) -> Caller:
        """Who calls by bearer token, or by session with a CSRF token. Raises Refused."""
        authorization = request.headers.get("authorization")
        if authorization is not None:
            return await self._bearer(request, authorization)
        session = self.session(request)
        if session is None:
            raise Refused("token_missing")
        self.check_csrf(request, session, request.headers.get(CSRF_HEADER))
        return self.caller_of(request, session)

    def session(self, request: Request) -> Session | None:
        """The session of this request's cookie, if it is one of this installation's provider."""
        session = self.sessions.open(request.cookies.get(SESSION_COOKIE))
        return session if session is not None and session.issuer == self.client.issuer else None

    def caller_of(self, request: Request, session: Session) -> Caller:
        """Who a session is; the membership of a header goes before the session's. Raises Refused."""
        return Caller(
            issuer=session.issuer,
            subject=session.subject,
            membership=_membership(request) or session.membership,
            purpose=_purpose(request),
            language=language_of(request),
            trace_id=_trace_id(request),
        )

    def check_csrf(self, request: Request, session: Session, token: str | None) -> None:
        """A browser sends cookies along with any page's request; only our own pages know the token. Raises Refused."""
        self.check_origin(request)
        if not token or not secrets.compare_digest(token.encode(), session.csrf.encode()):
            raise Refused("csrf_failed")

    def check_origin(self, request: Request) -> None:
        """Refuses what a browser sent from another site's page. Raises Refused.

        Our pages send no referrer, so for a form of theirs browsers say `Origin: null`; then only
        `Sec-Fetch-Site`, which no page can set, tells that it was ours.
        """
        origin, site = request.headers.get("origin"), request.headers.get("sec-fetch-site")
        if site not in (None, "same-origin", "none"):
            raise Refused("csrf_failed")
        if origin not in (None, _origin(self.public_url)) and not (
            origin == "null" and site == "same-origin"
        ):
            raise Refused("csrf_failed")

    async def _bearer(self, request: Request, authorization: str) -> Caller:
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise Refused("token_invalid")
        login = await self.tokens.access(token.strip(), self.client.audience)
        return Caller(
            issuer=login.issuer,
            subject=login.subject,
            membership=_membership(request),
            purpose=_purpose(request),
            language=language_of(request),
            trace_id=_trace_id(request),
        )


def language_of(request: Request) -> Language:
    """Chosen here before, else the first of ours that Accept-Language asks for, else Dutch."""
    chosen = request.cookies.get(LANGUAGE_COOKIE)
    if chosen in list(Language):
        return Language(chosen)
    return preferred_language(request.headers.get("accept-language", ""))


def preferred_language(accept: str) -> Language:
    """The language of ours with the highest quality in an Accept-Language header; Dutch when none is."""
    best, quality = Language.NL, 0.0
    for part in accept.split(",")[:20]:
        tag, _, weight = part.strip().partition(";")
        known = tag.strip().lower().split("-")[0]
        try:
            wanted = float(weight.strip().removeprefix("q=")) if weight else 1.0
        except ValueError:
            continue
        if known in list(Language) and wanted > quality:
            best, quality = Language(known), wanted
    return best


def _membership(request: Request) -> UUID | None:
    given = request.headers.get("casecoord-membership")
    if given is None:
        return None
    try:
        return UUID(given)
    except ValueError:
        raise Refused("membership_header_invalid") from None


def _purpose(request: Request) -> Purpose | None:
    given = request.headers.get("casecoord-purpose")
    if given is None:
        return None
    try:
        return Purpose(given)
    except ValueError:
        raise Refused("purpose_header_invalid") from None


def _trace_id(request: Request) -> str:
    trace_id = getattr(request.state, "trace_id", "")
    return trace_id if isinstance(trace_id, str) else ""


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
