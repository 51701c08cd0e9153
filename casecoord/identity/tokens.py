"""Bearer tokens: signed by our provider, for us, and for now. A claim never creates a right."""

import hashlib
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from joserfc import jws, jwt
from joserfc.errors import ExpiredTokenError, JoseError
from joserfc.jws import JWSRegistry

from casecoord.identity.provider import Keys, Provider
from casecoord.identity.refusals import Refused

# Asymmetric only: with HS256 a public key would be a secret, and `none` is no signature.
ALGORITHMS = ("RS256", "PS256", "ES256", "EdDSA", "Ed25519")
LEEWAY = 30
MAX_TOKEN_LENGTH = 16_384
REMEMBERED = 10_000


@dataclass(frozen=True, slots=True)
class Login:
    """Somebody whom the provider vouches for until `expires` (seconds since 1970)."""

    issuer: str
    subject: str
    expires: int


class TokenVerifier:
    """Verifies access tokens and ID tokens of one provider. `clock` tells seconds since 1970."""

    def __init__(self, provider: Provider, clock: Callable[[], float] = time.time) -> None:
        self.provider = provider
        self.clock = clock
        self._registry = JWSRegistry(algorithms=list(ALGORITHMS))
        self._verified: OrderedDict[bytes, tuple[int, Login]] = OrderedDict()

    async def access(self, token: str, audience: str) -> Login:
        """The login that an access token for `audience` proves.

        Raises Refused `token_expired`, `token_invalid`, `login_unavailable`.
        """
        digest = hashlib.sha256(f"{audience}\0{token}".encode()).digest()
        keys = await self.provider.keys()
        remembered = self._verified.get(digest)
        if remembered is not None and remembered[0] == keys.version:
            return self._still_valid(remembered[1])
        header, claims = await self._claims(token, audience)
        # An ID token tells a client who logged in; it is no ticket to us, even where both audiences are one.
        if str(header.get("typ", "")).lower() not in ("at+jwt", "application/at+jwt") and (
            "nonce" in claims or "at_hash" in claims
        ):
            raise Refused("token_invalid")
        login = Login(self.provider.issuer, claims["sub"], int(claims["exp"]))
        self._remember(digest, (await self.provider.keys()).version, login)
        return login

    async def identity(self, token: str, client_id: str, nonce: str) -> Login:
        """The login that an ID token proves to the client that asked with this `nonce`. Raises Refused."""
        _, claims = await self._claims(token, client_id)
        several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
        if claims.get("nonce") != nonce or ((several or "azp" in claims) and claims.get("azp") != client_id):
            raise Refused("token_invalid")
        return Login(self.provider.issuer, claims["sub"], int(claims["exp"]))

    async def _claims(self, token: str, audience: str) -> tuple[dict[str, Any], dict[str, Any]]:
        if len(token) > MAX_TOKEN_LENGTH:
            raise Refused("token_invalid")
        try:
            kid = jws.extract_compact(token.encode()).headers().get("kid")
            keys: Keys = await self.provider.keys_with(kid)
            key = keys.find(kid)
            if key is None:
                raise Refused("token_invalid")
            found = jwt.decode(token, key, algorithms=list(ALGORITHMS), registry=self._registry)
            jwt.JWTClaimsRegistry(
                now=int(self.clock()),
                leeway=LEEWAY,
                iss={"essential": True, "value": self.provider.issuer},
                aud={"essential": True, "value": audience},
                exp={"essential": True},
                sub={"essential": True},
            ).validate(found.claims)
        except ExpiredTokenError:
            raise Refused("token_expired") from None
        except (JoseError, ValueError, TypeError):
            raise Refused("token_invalid") from None
        return dict(found.header), found.claims

    def _still_valid(self, login: Login) -> Login:
        if login.expires <= self.clock() - LEEWAY:
            raise Refused("token_expired")
        return login

    def _remember(self, digest: bytes, version: int, login: Login) -> None:
        self._verified[digest] = (version, login)
        if len(self._verified) > REMEMBERED:
            self._verified.popitem(last=False)
