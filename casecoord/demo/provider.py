"""The demo's OpenID Connect provider: the demo users as buttons, in front of the server in `oauth.py`.

It vouches for invented people only, asks for no password, and belongs on no machine with real families.
"""

import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import uvicorn
from authlib.oauth2 import OAuth2Error
from jinja2 import Environment, PackageLoader, select_autoescape
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from casecoord.demo.oauth import ALGORITHM, FormRequest, OAuthClient, Server, Subject
from casecoord.demo.users import USERS
from casecoord.domain.words import Language

COMMAND_LINE_CLIENT = "casecoord-cli"
COMMAND_LINE_REDIRECT = "http://127.0.0.1/callback"

_PAGES = Environment(loader=PackageLoader("casecoord.demo"), autoescape=select_autoescape(), trim_blocks=True)


class Keyring:
    """The signing keys, newest first; with a file they survive a restart. Retired ones stay published once."""

    def __init__(self, file: Path | None = None) -> None:
        self._file = file
        if file is not None and file.exists():
            self.keys = KeySet.import_key_set(json.loads(file.read_text())).keys
        else:
            self.keys = []
            self.rotate()

    def current(self) -> RSAKey:
        key = self.keys[0]
        assert isinstance(key, RSAKey)
        return key

    def rotate(self) -> None:
        """A new key signs from now on; the one before still verifies."""
        made = RSAKey.generate_key(2048, {"use": "sig", "alg": ALGORITHM}, auto_kid=True)
        self.keys = [made, *self.keys[:1]]
        if self._file is not None:
            with os.fdopen(os.open(self._file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
                json.dump(KeySet(self.keys).as_dict(private=True), file)

    def public(self) -> object:
        return KeySet(self.keys).as_dict(private=False)


@dataclass(frozen=True, slots=True)
class DemoProvider:
    """What the provider is told: its address, casecoord's registration, and where its keys are kept."""

    issuer: str
    audience: str
    client_id: str
    client_secret: str = field(repr=False)
    public_url: str
    keys: Keyring = field(default_factory=Keyring, repr=False)

    @property
    def clients(self) -> tuple[OAuthClient, ...]:
        return (
            OAuthClient(self.client_id, (f"{self.public_url}/login/callback",), self.client_secret),
            OAuthClient(COMMAND_LINE_CLIENT, (COMMAND_LINE_REDIRECT,)),
        )


def create_provider(config: DemoProvider) -> Starlette:
    """The provider as an ASGI application."""
    server = Server(config.issuer, config.audience, config.clients, config.keys.current)

    async def authorize(request: Request) -> Response:
        asked = await _oauth_request(request)
        try:
            grant = server.get_consent_grant(asked)
        except OAuth2Error as error:
            return server.handle_error_response(asked, error)  # type: ignore[no-any-return]
        if request.method == "GET":
            return _page(config, asked)
        user = USERS.get(asked.form.get("user", ""))
        chosen = Subject(user) if user else None
        return server.create_authorization_response(asked, grant_user=chosen, grant=grant)  # type: ignore[no-any-return]

    async def token(request: Request) -> Response:
        return server.create_token_response(await _oauth_request(request))  # type: ignore[no-any-return]

    async def userinfo(request: Request) -> Response:
        scheme, _, value = request.headers.get("authorization", "").partition(" ")
        try:
            claims = jwt.decode(value, KeySet(config.keys.keys), algorithms=[ALGORITHM]).claims
            jwt.JWTClaimsRegistry(exp={"essential": True}).validate(claims)
        except (JoseError, ValueError):
            claims = {}
        known = {user.subject: user for user in USERS.values()}.get(str(claims.get("sub")))
        if scheme.lower() != "bearer" or known is None:
            return PlainTextResponse("", 401, headers={"WWW-Authenticate": 'Bearer error="invalid_token"'})
        return JSONResponse({"sub": known.subject, "name": known.name})

    async def discovery(request: Request) -> Response:
        return JSONResponse(_discovery(config.issuer))

    async def jwks(request: Request) -> Response:
        return JSONResponse(config.keys.public())

    async def end_session(request: Request) -> Response:
        wanted = request.query_params.get("post_logout_redirect_uri")
        home = f"{config.public_url}/"
        return RedirectResponse(wanted if wanted == home else home, 303)

    return Starlette(
        routes=[
            Route("/.well-known/openid-configuration", discovery),
            Route("/jwks", jwks),
            Route("/authorize", authorize, methods=["GET", "POST"]),
            Route("/token", token, methods=["POST"]),
            Route("/userinfo", userinfo, methods=["GET", "POST"]),
            Route("/logout", end_session),
        ]
    )


def _discovery(issuer: str) -> dict[str, object]:
    return {
        "issuer": issuer,
        "authorization_endpoint": f"{issuer}/authorize",
        "token_endpoint": f"{issuer}/token",
        "userinfo_endpoint": f"{issuer}/userinfo",
        "jwks_uri": f"{issuer}/jwks",
        "end_session_endpoint": f"{issuer}/logout",
        "scopes_supported": ["openid", "profile"],
        "response_types_supported": ["code"],
        "grant_types_supported": ["authorization_code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": [ALGORITHM],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post", "none"],
        "code_challenge_methods_supported": ["S256"],
        "ui_locales_supported": list(Language),
    }


async def _oauth_request(request: Request) -> FormRequest:
    values = dict(request.query_params)
    if request.method == "POST":
        form = await request.form()
        values |= {name: value for name, value in form.items() if isinstance(value, str)}
    return FormRequest(request.method, str(request.url), request.headers, values)


def _page(config: DemoProvider, asked: FormRequest) -> Response:
    language = Language.EN if asked.args.get("ui_locales") == Language.EN else Language.NL
    page = _PAGES.get_template("login.html").render(
        users=USERS.values(), language=language, asked=asked.args.items(), nl=language is Language.NL
    )
    back = {f"{parts.scheme}://{parts.netloc}" for parts in (urlsplit(config.public_url),)}
    policy = f"default-src 'none'; style-src 'unsafe-inline'; form-action 'self' {' '.join(back)}; frame-ancestors 'none'"
    return HTMLResponse(page, headers={"Content-Security-Policy": policy, "Cache-Control": "no-store"})


@contextmanager
def running(config: DemoProvider, host: str = "127.0.0.1") -> Iterator[None]:
    """Serves the provider from a thread, on the port of its issuer's address, as long as the block lasts.

    Raises OSError when the port is taken.
    """
    import socket

    listening = socket.create_server((host, urlsplit(config.issuer).port or 80))
    options = uvicorn.Config(create_provider(config), access_log=False, log_level="error", lifespan="off")
    server = uvicorn.Server(options)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    try:
        yield  # the socket listens already: a request waits for the server instead of failing
    finally:
        server.should_exit = True
        thread.join(10)
        listening.close()
