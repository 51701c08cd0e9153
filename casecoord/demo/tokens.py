"""A bearer token of a demo user, by the provider's own flow: authorization code with PKCE, no back door."""

import secrets
from urllib.parse import parse_qs, urlsplit

import httpx2
from authlib.integrations.base_client import OAuthError
from authlib.integrations.httpx_client import OAuth2Client

from casecoord.demo.provider import COMMAND_LINE_CLIENT, COMMAND_LINE_REDIRECT
from casecoord.demo.users import USERS


class TokenError(Exception):
    """No token was given; the message is one line that says what to do."""


def obtain(user: str, issuer: str) -> str:
    """An access token for a key of USERS, from the demo provider that runs at `issuer`. Raises TokenError."""
    if user not in USERS:
        raise TokenError(f"there is no demo user {user}: casecoord token --list shows them")
    client = OAuth2Client(
        client_id=COMMAND_LINE_CLIENT,
        token_endpoint_auth_method="none",  # noqa: S106  (a method's name: a public client)
        code_challenge_method="S256",
        scope="openid",
        redirect_uri=COMMAND_LINE_REDIRECT,
        timeout=10,
    )
    verifier = secrets.token_urlsafe(48)
    try:
        with client:
            url, state = client.create_authorization_url(f"{issuer}/authorize", code_verifier=verifier)
            chosen = client.request("POST", url, data={"user": user}, withhold_token=True)
            answer = parse_qs(urlsplit(chosen.headers.get("location", "")).query)
            if answer.get("state") != [state] or "code" not in answer:
                raise TokenError("the login provider refused: is this the demo's own provider?")
            token = client.fetch_token(
                f"{issuer}/token",
                grant_type="authorization_code",
                code=answer["code"][0],
                code_verifier=verifier,
            )
    except httpx2.HTTPError:
        raise TokenError("the login provider does not answer: start it with make demo") from None
    except OAuthError:
        raise TokenError("the login provider refused: is this the demo's own provider?") from None
    return str(token["access_token"])
