"""The OpenID Connect provider as it describes itself: its endpoints and the keys it signs with now."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx2
from joserfc.errors import JoseError
from joserfc.jwk import Key, KeySet

from casecoord.identity.refusals import Refused

# A key that was withdrawn is forgotten within this time, a new one is found within the other (seconds).
KEYS_MAX_AGE = 3600.0
KEYS_MIN_AGE = 5.0
TIMEOUT = 5.0


@dataclass(frozen=True, slots=True)
class Client:
    """How this installation is registered at its provider. `audience` is what access tokens for us carry."""

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    audience: str


@dataclass(frozen=True, slots=True)
class Endpoints:
    """What the discovery document says; `end_session` is None where the provider has no logout of its own."""

    authorization: str
    token: str
    jwks: str
    end_session: str | None


@dataclass(frozen=True, slots=True)
class Keys:
    """One state of the provider's key set; a new `version` means that what was verified before is verified again."""

    version: int
    fetched: float
    by_kid: KeySet | None

    def find(self, kid: str | None) -> Key | None:
        if self.by_kid is None:
            return None
        try:
            return self.by_kid.get_by_kid(kid)
        except JoseError:
            return None


class Provider:
    """Discovery and keys, fetched when needed and remembered. `clock` counts seconds, monotonically."""

    def __init__(
        self, issuer: str, http: httpx2.AsyncClient, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.issuer = issuer
        self.http = http
        self._clock = clock
        self._endpoints: Endpoints | None = None
        self._keys = Keys(version=0, fetched=float("-inf"), by_kid=None)
        self._asked = float("-inf")
        self._lock = asyncio.Lock()

    async def endpoints(self) -> Endpoints:
        """Raises Refused `login_unavailable`."""
        if self._endpoints is None:
            document = await self._fetch(f"{self.issuer.rstrip('/')}/.well-known/openid-configuration")
            # RFC 8414: a document that speaks for another issuer could hand us another's keys.
            if document.get("issuer") != self.issuer:
                raise Refused("login_unavailable")
            try:
                self._endpoints = Endpoints(
                    authorization=str(document["authorization_endpoint"]),
                    token=str(document["token_endpoint"]),
                    jwks=str(document["jwks_uri"]),
                    end_session=document.get("end_session_endpoint"),
                )
            except KeyError:
                raise Refused("login_unavailable") from None
        return self._endpoints

    async def keys(self) -> Keys:
        """The current key set, at most an hour old while the provider answers. Raises Refused."""
        await self._refresh(KEYS_MAX_AGE)
        if self._keys.by_kid is None:
            raise Refused("login_unavailable")
        return self._keys

    async def keys_with(self, kid: str | None) -> Keys:
        """The key set, fetched anew when it lacks `kid`; whoever invents kids makes us ask no more often."""
        keys = await self.keys()
        if keys.find(kid) is None:
            await self._refresh(KEYS_MIN_AGE)
        return self._keys

    async def _refresh(self, older_than: float) -> None:
        if self._clock() - self._keys.fetched <= older_than:
            return
        async with self._lock:
            now = self._clock()
            # Who waited here finds that somebody else has just asked, with or without an answer.
            if now - self._keys.fetched <= older_than or now - self._asked <= KEYS_MIN_AGE:
                return
            self._asked = now
            try:
                document = await self._fetch((await self.endpoints()).jwks)
                found = KeySet.import_key_set(document)  # type: ignore[arg-type]
            except (Refused, JoseError, KeyError, TypeError, ValueError):
                return  # known keys keep working while the provider is away
            before = self._keys
            same = before.by_kid is not None and _public(before.by_kid) == _public(found)
            self._keys = Keys(before.version if same else before.version + 1, now, found)

    async def _fetch(self, url: str) -> dict[str, Any]:
        try:
            answer = await self.http.get(url, timeout=TIMEOUT)
            answer.raise_for_status()
            document = answer.json()
        except (httpx2.HTTPError, ValueError):
            raise Refused("login_unavailable") from None
        if not isinstance(document, dict):
            raise Refused("login_unavailable")
        return document


def _public(keys: KeySet) -> object:
    return keys.as_dict(private=False)
