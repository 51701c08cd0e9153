"""A certified OpenID Connect provider (the npm package oidc-provider) on this machine, and somebody who logs in there."""

import json
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urljoin, urlsplit

import httpx2
import pytest
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from joserfc.jwk import RSAKey

from tests.doors import free_port
from tests.node import node

HERE = Path(__file__).parent
CLIENT, SECRET, AUDIENCE = "casecoord", "kept-by-two-and-no-third-for-these-tests", "casecoord-api"
VERIFIER = "v" * 50


def new_key(kid: str) -> RSAKey:
    return RSAKey.generate_key(2048, {"kid": kid, "alg": "RS256", "use": "sig"}, private=True)


def provider_node() -> Path:
    """The Node that runs the provider."""
    found = node()
    if found is None:
        pytest.skip("no Node here: make setup")
    if not (HERE / "node_modules" / "oidc-provider").is_dir():
        pytest.skip("the certified provider is not installed here: make login-provider")
    return found


@dataclass
class Certified:
    """One provider: where it listens, as whom it speaks, what it signs with."""

    port: int
    issuer: str
    callback: str
    keys: list[RSAKey] = field(default_factory=lambda: [new_key("first")])

    client_id, client_secret, audience = CLIENT, SECRET, AUDIENCE

    @property
    def public_url(self) -> str:
        return self.callback.removesuffix("/login/callback")

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def said(self) -> str:
        """What the program reads: one line."""
        client = {
            "client_secret": SECRET,
            "redirect_uris": [self.callback],
            "grant_types": ["authorization_code"],
            "response_types": ["code"],
            "id_token_signed_response_alg": "RS256",
        }
        return json.dumps(
            {
                "port": self.port,
                "issuer": self.issuer,
                "audience": AUDIENCE,
                "keys": [key.as_dict(private=True) for key in self.keys],
                "clients": [
                    {"client_id": CLIENT, **client},
                    {"client_id": "another", **client},
                    {"client_id": "shared-secret", **client, "id_token_signed_response_alg": "HS256"},
                ],
            }
        )

    @contextmanager
    def running(self) -> Iterator[None]:
        """While this lasts it answers; started again with other `keys`, it has rotated them."""
        with subprocess.Popen(
            [provider_node(), HERE / "provider.mjs"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, text=True,
        ) as process:  # fmt: skip
            assert process.stdin and process.stdout
            process.stdin.write(f"{self.said()}\n")
            process.stdin.flush()
            try:
                assert process.stdout.readline().strip() == "ready"
                yield
            finally:
                process.stdin.close()
                process.wait(10)

    async def sign_in(self, http: httpx2.AsyncClient, url: str, user: str = "demo-amina") -> str:
        """As a person in a browser: name, password, consent; the address it sends the browser back to."""
        answer = await http.get(url)
        for _ in range(10):
            while answer.is_redirect:
                there = urljoin(str(answer.url), answer.headers["location"])
                if there.startswith(self.callback):
                    return there
                answer = await http.get(there)
            form = re.search(r'action="([^"]+)"', answer.text)
            assert answer.status_code == 200 and form, answer.text[:300]
            prompt = re.search(r'name="prompt" value="(\w+)"', answer.text)[1]
            given = (
                {"prompt": prompt, "login": user, "password": "any"}
                if prompt == "login"
                else {"prompt": prompt}
            )
            answer = await http.post(urljoin(str(answer.url), form[1]), data=given)
        raise AssertionError("no way back from the provider")

    async def tokens(self, client: str = CLIENT, nonce: str = "n") -> dict[str, Any]:
        """What a client gets for a fresh login, straight from the token endpoint."""
        async with httpx2.AsyncClient() as http:
            query = httpx2.QueryParams(
                client_id=client, response_type="code", scope="openid", redirect_uri=self.callback, state="s",
                nonce=nonce, code_challenge=create_s256_code_challenge(VERIFIER), code_challenge_method="S256",
            )  # fmt: skip
            back = await self.sign_in(http, f"{self.address}/auth?{query}")
            (code,) = parse_qs(urlsplit(back).query)["code"]
            answer = await http.post(
                f"{self.address}/token",
                data={
                    "grant_type": "authorization_code",
                    "code": code,
                    "redirect_uri": self.callback,
                    "code_verifier": VERIFIER,
                },
                auth=(client, SECRET),
            )
        found: dict[str, Any] = answer.json()
        assert "id_token" in found, found
        return found


def certified() -> Certified:
    """A provider that speaks for its own address, for an application on another free port."""
    port = free_port()
    return Certified(port, f"http://127.0.0.1:{port}", f"http://127.0.0.1:{free_port()}/login/callback")
