"""Authlib's authorization server with codes in memory: what the demo's provider enforces.

Client authentication, redirect URIs, PKCE with S256 for every client, and one use per code.
"""

import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from authlib.oauth2 import AuthorizationServer
from authlib.oauth2.rfc6749 import (
    AuthorizationCodeMixin,
    ClientMixin,
    InvalidRequestError,
    OAuth2Request,
)
from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant
from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oauth2.rfc9068 import JWTBearerTokenGenerator
from authlib.oidc.core import OpenIDCode
from joserfc.jwk import KeySet, RSAKey
from starlette.responses import JSONResponse, Response

from casecoord.demo.users import DemoUser

CODE_SECONDS = 60
TOKEN_SECONDS = 8 * 3600
ALGORITHM = "RS256"


@dataclass(frozen=True, slots=True)
class OAuthClient(ClientMixin):  # type: ignore[misc]
    """A registered client; without a secret it is a public one, kept honest by PKCE alone."""

    client_id: str
    redirect_uris: tuple[str, ...]
    client_secret: str | None = field(default=None, repr=False)

    def get_client_id(self) -> str:
        return self.client_id

    def get_default_redirect_uri(self) -> str:
        return self.redirect_uris[0]

    def get_allowed_scope(self, scope: str | None) -> str:
        return " ".join(word for word in (scope or "").split() if word in ("openid", "profile"))

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return redirect_uri in self.redirect_uris

    def check_client_secret(self, client_secret: str) -> bool:
        known = self.client_secret
        return known is not None and secrets.compare_digest(known.encode(), client_secret.encode())

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return (method == "none") is (self.client_secret is None)

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type == "authorization_code"


@dataclass(frozen=True, slots=True)
class Code(AuthorizationCodeMixin):  # type: ignore[misc]
    """What a code stands for, until it is used or a minute has passed."""

    client_id: str
    redirect_uri: str
    scope: str
    user: DemoUser
    nonce: str | None
    code_challenge: str
    code_challenge_method: str
    issued: float

    def get_redirect_uri(self) -> str:
        return self.redirect_uri

    def get_scope(self) -> str:
        return self.scope

    def get_nonce(self) -> str | None:
        return self.nonce

    def get_auth_time(self) -> int:
        return int(self.issued)

    def get_acr(self) -> None:
        return None

    def get_amr(self) -> None:
        return None


@dataclass(frozen=True, slots=True)
class Subject:
    """A demo user as Authlib's token generators ask for one."""

    user: DemoUser

    def get_user_id(self) -> str:
        return self.user.subject


class FormRequest(OAuth2Request):  # type: ignore[misc]
    """A request whose body was read already, as Authlib expects one."""

    def __init__(self, method: str, uri: str, headers: Mapping[str, str], values: dict[str, str]) -> None:
        super().__init__(method, uri, headers={name.title(): value for name, value in headers.items()})
        self.payload = BasicOAuth2Payload(values)
        self._values = values

    @property
    def args(self) -> dict[str, str]:
        return self._values

    @property
    def form(self) -> dict[str, str]:
        return self._values


class CodeGrant(AuthorizationCodeGrant):  # type: ignore[misc]
    TOKEN_ENDPOINT_AUTH_METHODS = ["client_secret_basic", "client_secret_post", "none"]
    server: "Server"

    def save_authorization_code(self, code: str, request: FormRequest) -> None:
        asked = request.payload.data
        self.server.codes[code] = Code(
            client_id=request.client.client_id,
            redirect_uri=asked.get("redirect_uri") or request.client.get_default_redirect_uri(),
            scope=request.scope or "",
            user=request.user.user,
            nonce=asked.get("nonce"),
            code_challenge=asked["code_challenge"],
            code_challenge_method=asked["code_challenge_method"],
            issued=time.time(),
        )

    def query_authorization_code(self, code: str, client: OAuthClient) -> Code | None:
        # Taken out whatever follows: a code that somebody tried, right or wrong, is spent.
        found = self.server.codes.pop(code, None)
        if found is None or found.client_id != client.client_id or time.time() - found.issued > CODE_SECONDS:
            return None
        return found

    def delete_authorization_code(self, authorization_code: Code) -> None:
        """Done when it was looked up."""

    def authenticate_user(self, authorization_code: Code) -> Subject:
        return Subject(authorization_code.user)


class Pkce(CodeChallenge):  # type: ignore[misc]
    """PKCE with S256, for confidential clients too."""

    SUPPORTED_CODE_CHALLENGE_METHOD = ["S256"]

    def validate_code_challenge(self, grant: CodeGrant, redirect_uri: str) -> None:
        asked = grant.request.payload.data
        if not asked.get("code_challenge") or asked.get("code_challenge_method") != "S256":
            raise InvalidRequestError("PKCE with S256 is required.", redirect_uri=redirect_uri)
        super().validate_code_challenge(grant, redirect_uri)


class IdTokens(OpenIDCode):  # type: ignore[misc]
    def __init__(self, issuer: str, key: Callable[[], RSAKey]) -> None:
        super().__init__(require_nonce=False)
        self.issuer = issuer
        self.key = key

    def exists_nonce(self, nonce: str, request: FormRequest) -> bool:
        return False

    def resolve_client_private_key(self, client: OAuthClient) -> RSAKey:
        return self.key()

    def get_client_claims(self, client: OAuthClient) -> dict[str, Any]:
        return {"iss": self.issuer, "aud": [client.client_id]}

    def get_encode_header(self, client: OAuthClient) -> dict[str, str | None]:
        return {"alg": ALGORITHM, "kid": self.key().kid}

    def generate_user_info(self, user: Subject, scope: str) -> dict[str, str]:
        return {"sub": user.get_user_id()}


class AccessTokens(JWTBearerTokenGenerator):  # type: ignore[misc]
    def __init__(self, issuer: str, audience: str, key: Callable[[], RSAKey]) -> None:
        super().__init__(issuer, alg=ALGORITHM, expires_generator=TOKEN_SECONDS)
        self.audience = audience
        self.key = key

    def get_jwks(self) -> KeySet:
        return KeySet([self.key()])  # of a set, the header names the key by its id

    def get_audiences(self, client: OAuthClient, user: Subject, scope: str) -> str:
        return self.audience


class Server(AuthorizationServer):  # type: ignore[misc]
    """Knows its clients and remembers codes until they are used."""

    def __init__(
        self, issuer: str, audience: str, clients: tuple[OAuthClient, ...], key: Callable[[], RSAKey]
    ) -> None:
        super().__init__(scopes_supported=["openid", "profile"])
        self.clients = {client.client_id: client for client in clients}
        self.codes: dict[str, Code] = {}
        self.register_grant(CodeGrant, [Pkce(), IdTokens(issuer, key)])
        self.register_token_generator("default", AccessTokens(issuer, audience, key))

    def query_client(self, client_id: str) -> OAuthClient | None:
        return self.clients.get(client_id)

    def save_token(self, token: Mapping[str, Any], request: FormRequest) -> None:
        """Tokens carry their own proof; nothing is kept."""

    def send_signal(self, name: str, *args: Any, **kwargs: Any) -> None:
        """Nobody listens."""

    def create_oauth2_request(self, request: FormRequest) -> FormRequest:
        return request

    def handle_response(self, status: int, body: Any, headers: list[tuple[str, str]]) -> Response:
        if isinstance(body, dict):
            return JSONResponse(body, status, headers=dict(headers))
        return Response(body, status, headers=dict(headers))
