"""Login for people: Authorization Code with PKCE; state, nonce and verifier bind the answer to the browser that asked."""

import secrets
from collections.abc import Mapping
from urllib.parse import urlencode

import httpx2
from authlib.integrations.base_client import OAuthError
from authlib.integrations.httpx_client import AsyncOAuth2Client

from casecoord.identity.provider import TIMEOUT, Client, Provider
from casecoord.identity.refusals import Refused
from casecoord.identity.sessions import Attempt, Session, Sessions
from casecoord.identity.tokens import TokenVerifier


class LoginFlow:
    """Sends a browser to the provider and judges what it comes back with."""

    def __init__(
        self, client: Client, provider: Provider, tokens: TokenVerifier, sessions: Sessions, callback: str
    ) -> None:
        self.client = client
        self.provider = provider
        self.tokens = tokens
        self.sessions = sessions
        self.callback = callback

    async def begin(self, language: str) -> tuple[str, Attempt]:
        """The provider's address to send the browser to, and what to keep in the meantime. Raises Refused."""
        endpoints = await self.provider.endpoints()
        attempt = Attempt(
            state=secrets.token_urlsafe(24),
            nonce=secrets.token_urlsafe(24),
            verifier=secrets.token_urlsafe(48),
            began=self.sessions.now(),
        )
        async with self._at_provider() as oauth:
            url, _ = oauth.create_authorization_url(
                endpoints.authorization,
                state=attempt.state,
                nonce=attempt.nonce,
                code_verifier=attempt.verifier,
                ui_locales=language,
            )
        return url, attempt

    async def finish(self, attempt: Attempt | None, answer: Mapping[str, str]) -> Session:
        """The session that a callback's query opens. Raises Refused `login_failed`, `login_unavailable`."""
        code, state = answer.get("code"), answer.get("state")
        if (
            attempt is None
            or not code
            or not state
            or not secrets.compare_digest(state.encode(), attempt.state.encode())
        ):
            raise Refused("login_failed")
        # RFC 9207: an answer that names another issuer was mixed up on its way.
        if answer.get("iss", self.provider.issuer) != self.provider.issuer:
            raise Refused("login_failed")
        id_token = await self._exchange(code, attempt.verifier)
        try:
            login = await self.tokens.identity(id_token, self.client.client_id, attempt.nonce)
        except Refused as refusal:
            raise Refused(
                "login_unavailable" if refusal.code == "login_unavailable" else "login_failed"
            ) from None
        return self.sessions.begin(login.issuer, login.subject)

    async def leave_url(self, back: str) -> str | None:
        """Where the provider ends its own session and returns to `back`; None where it cannot, or is away."""
        try:
            end = (await self.provider.endpoints()).end_session
        except Refused:
            return None
        query = urlencode({"client_id": self.client.client_id, "post_logout_redirect_uri": back})
        return f"{end}?{query}" if end else None

    async def _exchange(self, code: str, verifier: str) -> str:
        endpoints = await self.provider.endpoints()
        try:
            async with self._at_provider() as oauth:
                token = await oauth.fetch_token(
                    endpoints.token, grant_type="authorization_code", code=code, code_verifier=verifier
                )
        except OAuthError:
            raise Refused("login_failed") from None
        except (httpx2.HTTPError, ValueError):
            raise Refused("login_unavailable") from None
        id_token = token.get("id_token")
        if not isinstance(id_token, str):
            raise Refused("login_failed")
        return id_token

    def _at_provider(self) -> AsyncOAuth2Client:
        return AsyncOAuth2Client(
            client_id=self.client.client_id,
            client_secret=self.client.client_secret,
            token_endpoint_auth_method="client_secret_basic",  # noqa: S106  (a method's name)
            code_challenge_method="S256",
            scope="openid",
            redirect_uri=self.callback,
            timeout=TIMEOUT,
        )
