"""Which tokens open the door: signed by our provider, for us, for now. The provider is a real one, over HTTP."""

import base64
import hmac
import time
from dataclasses import dataclass

import httpx2
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, OKPKey, RSAKey

from casecoord.demo.provider import running
from casecoord.demo.tokens import obtain
from casecoord.identity.provider import KEYS_MAX_AGE, KEYS_MIN_AGE, Provider
from casecoord.identity.refusals import Refused
from casecoord.identity.tokens import LEEWAY, TokenVerifier
from tests.doors import demo_provider, free_port

NOW = int(time.time())


def encoded(part: bytes) -> str:
    return base64.urlsafe_b64encode(part).decode().rstrip("=")


@dataclass
class Clock:
    seconds: float = 1000.0

    def __call__(self) -> float:
        return self.seconds


class Gate:
    """A verifier on a provider, with clocks that tests move and a count of what was fetched."""

    def __init__(self, config) -> None:
        self.config = config
        self.fetched: list[str] = []
        self.monotonic = Clock()
        self.wall = Clock(NOW)

        async def count(request: httpx2.Request) -> None:
            self.fetched.append(request.url.path)

        self.http = httpx2.AsyncClient(event_hooks={"request": [count]})
        self.verifier = TokenVerifier(Provider(config.issuer, self.http, self.monotonic), self.wall)

    def token(self, *, key=None, header=None, algorithms=None, **claims) -> str:
        """A token as the provider would make it, but for what a test changes; None leaves a claim out."""
        key = key or self.config.keys.current()
        made = {
            "iss": self.config.issuer,
            "aud": self.config.audience,
            "sub": "demo-amina",
            "iat": NOW,
            "exp": NOW + 600,
        } | claims
        head = {"alg": "RS256", "typ": "at+jwt", "kid": key.kid} | (header or {})
        return jwt.encode(head, {n: v for n, v in made.items() if v is not None}, key, algorithms)

    async def opens(self, token: str) -> str:
        return (await self.verifier.access(token, self.config.audience)).subject

    async def refuses(self, token: str) -> str:
        with pytest.raises(Refused) as refused:
            await self.opens(token)
        return refused.value.code

    def jwks_fetched(self) -> int:
        return self.fetched.count("/jwks")


@pytest.fixture
async def gate(provider):
    gate = Gate(provider)
    async with gate.http:
        yield gate


async def test_a_token_of_the_real_flow_opens_the_door(gate, amina_token):
    gate.wall.seconds = time.time()  # the provider's own clock stamped it
    assert await gate.opens(amina_token) == "demo-amina"


@pytest.mark.parametrize(
    ("claims", "code"),
    [
        ({"exp": NOW - LEEWAY - 1}, "token_expired"),
        ({"exp": None}, "token_invalid"),
        ({"exp": "tomorrow"}, "token_invalid"),
        ({"nbf": NOW + LEEWAY + 5}, "token_invalid"),
        ({"iat": NOW + LEEWAY + 5}, "token_invalid"),
        ({"iss": "https://elsewhere.test"}, "token_invalid"),
        ({"iss": None}, "token_invalid"),
        ({"aud": "another-application"}, "token_invalid"),
        ({"aud": ["another-application", "a-third"]}, "token_invalid"),
        ({"aud": None}, "token_invalid"),
        ({"sub": None}, "token_invalid"),
        ({"sub": 7}, "token_invalid"),
    ],
)
async def test_a_token_that_is_not_for_us_or_not_for_now_is_refused(gate, claims, code):
    assert await gate.refuses(gate.token(**claims)) == code


async def test_clocks_may_differ_by_half_a_minute(gate):
    assert await gate.opens(gate.token(exp=NOW - LEEWAY + 1, nbf=NOW + LEEWAY - 1)) == "demo-amina"


async def test_one_audience_of_several_is_enough(gate):
    assert await gate.opens(gate.token(aud=["elsewhere", gate.config.audience])) == "demo-amina"


async def test_a_token_without_a_signature_is_refused(gate):
    _, claims, _ = gate.token().split(".")
    none = "eyJhbGciOiJub25lIiwidHlwIjoiYXQrand0In0"
    assert await gate.refuses(f"{none}.{claims}.") == "token_invalid"


async def test_a_public_key_is_no_shared_secret(gate):
    """HS256 keyed with the published public key: the classic confusion."""
    public = gate.config.keys.current().as_pem(private=False)
    _, claims, _ = gate.token().split(".")
    head = encoded(b'{"alg":"HS256","typ":"at+jwt","kid":"%s"}' % gate.config.keys.current().kid.encode())
    signature = hmac.digest(public, f"{head}.{claims}".encode(), "sha256")
    assert await gate.refuses(f"{head}.{claims}.{encoded(signature)}") == "token_invalid"


async def test_a_tampered_token_is_refused(gate):
    head, _, signature = gate.token().split(".")
    _, other, _ = gate.token(sub="demo-lotte").split(".")
    assert await gate.refuses(f"{head}.{other}.{signature}") == "token_invalid"


async def test_a_key_of_somebody_else_under_a_known_name_is_refused(gate):
    stranger = RSAKey.generate_key(2048)
    forged = gate.token(key=stranger, header={"kid": gate.config.keys.current().kid})
    assert await gate.refuses(forged) == "token_invalid"


@pytest.mark.parametrize("garbage", ["", "x", "a.b.c", "..", "é.é.é", "a" * 20_000])
async def test_garbage_is_refused(gate, garbage):
    assert await gate.refuses(garbage) == "token_invalid"


async def test_an_id_token_is_no_ticket_to_us(gate):
    """Also where an installation gave its client and its API one name."""
    id_token = gate.token(header={"typ": "JWT"}, nonce="n", at_hash="h")
    assert await gate.refuses(id_token) == "token_invalid"


async def test_a_token_is_verified_once_and_still_expires(gate):
    token = gate.token()
    await gate.opens(token)
    fetched = len(gate.fetched)
    assert await gate.opens(token) == "demo-amina"
    assert len(gate.fetched) == fetched
    gate.wall.seconds = NOW + 600 + LEEWAY
    assert await gate.refuses(token) == "token_expired"


async def test_an_audience_is_part_of_what_is_remembered(gate):
    token = gate.token()
    await gate.opens(token)
    with pytest.raises(Refused):
        await gate.verifier.access(token, "another-application")


async def test_unknown_key_names_do_not_make_us_ask_without_end(gate):
    await gate.opens(gate.token())
    before = gate.jwks_fetched()
    gate.monotonic.seconds += KEYS_MIN_AGE + 1
    for number in range(20):
        assert await gate.refuses(gate.token(header={"kid": f"made-up-{number}"})) == "token_invalid"
    assert gate.jwks_fetched() == before + 1


@pytest.fixture
async def own_gate():
    """On a provider that this test may disturb."""
    config = demo_provider(free_port())
    with running(config):
        gate = Gate(config)
        async with gate.http:
            yield gate


@pytest.mark.parametrize(("algorithm", "opens"), [("RS256", True), ("PS256", True), ("RS512", False)])
async def test_only_algorithms_of_the_list_are_verified(own_gate, algorithm, opens):
    """With a key that names no algorithm of its own, so that nothing else can refuse."""
    key = RSAKey.generate_key(2048, {"use": "sig"}, auto_kid=True)
    own_gate.config.keys.keys = [key]
    token = own_gate.token(key=key, header={"alg": algorithm}, algorithms=[algorithm])
    if opens:
        assert await own_gate.opens(token) == "demo-amina"
    else:
        assert await own_gate.refuses(token) == "token_invalid"


@pytest.mark.parametrize(
    ("key", "algorithm"),
    [(ECKey.generate_key("P-256"), "ES256"), (OKPKey.generate_key("Ed25519"), "Ed25519")],
    ids=["ES256", "Ed25519"],
)
async def test_elliptic_curves_are_verified(own_gate, key, algorithm):
    key.ensure_kid()
    own_gate.config.keys.keys = [key]
    token = own_gate.token(key=key, header={"alg": algorithm}, algorithms=[algorithm])
    assert await own_gate.opens(token) == "demo-amina"


async def test_a_key_for_encryption_signs_nothing(own_gate):
    key = RSAKey.generate_key(2048, auto_kid=True)
    published = RSAKey.import_key(key.as_dict(private=False) | {"use": "enc"})
    own_gate.config.keys.keys = [published]
    assert await own_gate.refuses(own_gate.token(key=key)) == "token_invalid"


async def test_a_rotated_key_is_accepted_and_the_old_one_until_it_goes(own_gate):
    own_gate.wall.seconds = now = int(time.time())  # the provider's own clock stamps the next one
    old = own_gate.token(iat=now, exp=now + 600)
    assert await own_gate.opens(old) == "demo-amina"
    own_gate.config.keys.rotate()
    own_gate.monotonic.seconds += KEYS_MIN_AGE + 1
    assert await own_gate.opens(obtain("bram", own_gate.config.issuer)) == "demo-bram"
    assert await own_gate.opens(old) == "demo-amina"
    own_gate.config.keys.rotate()
    own_gate.monotonic.seconds += KEYS_MAX_AGE + 1
    assert await own_gate.refuses(old) == "token_invalid"


async def test_known_keys_keep_working_while_the_provider_is_away():
    config = demo_provider(free_port())
    gate = Gate(config)
    async with gate.http:
        with running(config):
            assert await gate.opens(gate.token()) == "demo-amina"
        gate.monotonic.seconds += KEYS_MAX_AGE + 1
        assert await gate.opens(gate.token(sub="demo-bram")) == "demo-bram"


async def test_a_provider_that_never_answered_is_no_refusal_of_the_token():
    config = demo_provider(free_port())
    gate = Gate(config)
    async with gate.http:
        assert await gate.refuses(gate.token()) == "login_unavailable"
        assert await gate.refuses(gate.token()) == "login_unavailable"
        assert len(gate.fetched) == 1
        with running(config):
            gate.monotonic.seconds += KEYS_MIN_AGE + 1
            assert await gate.opens(gate.token()) == "demo-amina"


async def test_a_discovery_document_of_another_issuer_is_not_believed(provider):
    async with httpx2.AsyncClient() as http:
        other = Provider(provider.issuer.replace("127.0.0.1", "localhost"), http)
        with pytest.raises(Refused) as refused:
            await other.endpoints()
    assert refused.value.code == "login_unavailable"
