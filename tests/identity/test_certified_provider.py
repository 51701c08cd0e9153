"""The login against a certified provider: one way in, and every way round it closed."""

import base64
import hmac
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from joserfc import jwt

from casecoord.app import create_app
from casecoord.identity.login import LoginFlow
from casecoord.identity.provider import KEYS_MAX_AGE, Client, Provider
from casecoord.identity.refusals import Refused
from casecoord.identity.sessions import SESSION_COOKIE, Attempt, Session, Sessions
from casecoord.identity.tokens import LEEWAY, TokenVerifier
from tests.api.test_me import ME
from tests.doors import serving, settings_for
from tests.identity.certified import AUDIENCE, CLIENT, SECRET, Certified, certified, new_key

LIFETIME = 600


@pytest.fixture(scope="module")
def provider() -> Iterator[Certified]:
    """One provider for all tests that do not disturb it."""
    made = certified()
    with made.running():
        yield made


class Clock:
    def __init__(self, seconds: float) -> None:
        self.seconds = seconds

    def __call__(self) -> float:
        return self.seconds


@dataclass
class Ours:
    """Our side of the door, with clocks that tests move."""

    at: Certified
    http: httpx2.AsyncClient
    flow: LoginFlow
    verifier: TokenVerifier
    wall: Clock
    monotonic: Clock

    async def begun(self, user: str = "demo-amina") -> tuple[Attempt, dict[str, str]]:
        """A login as far as the provider's answer."""
        url, attempt = await self.flow.begin("en")
        async with httpx2.AsyncClient() as browser:
            back = await self.at.sign_in(browser, url, user)
        return attempt, {name: values[0] for name, values in parse_qs(urlsplit(back).query).items()}

    async def refused(self, attempt: Attempt | None, answer: dict[str, str]) -> str:
        with pytest.raises(Refused) as refused:
            await self.flow.finish(attempt, answer)
        return refused.value.code

    async def closed(self, token: str, audience: str = AUDIENCE) -> str:
        with pytest.raises(Refused) as refused:
            await self.verifier.access(token, audience)
        return refused.value.code

    async def no_identity(self, token: str, client: str = CLIENT, nonce: str = "n") -> str:
        with pytest.raises(Refused) as refused:
            await self.verifier.identity(token, client, nonce)
        return refused.value.code


def our_side(at: Certified, http: httpx2.AsyncClient, issuer: str | None = None) -> Ours:
    wall, monotonic = Clock(time.time()), Clock(1_000.0)
    provider = Provider(issuer or at.issuer, http, monotonic)
    verifier = TokenVerifier(provider, wall)
    client = Client(issuer or at.issuer, CLIENT, SECRET, AUDIENCE)
    flow = LoginFlow(client, provider, verifier, Sessions(b"s" * 32), at.callback)
    return Ours(at, http, flow, verifier, wall, monotonic)


@pytest.fixture
async def ours(provider: Certified) -> AsyncIterator[Ours]:
    async with httpx2.AsyncClient() as http:
        yield our_side(provider, http)


async def test_a_login_opens_a_session_and_its_access_token_the_api(ours: Ours) -> None:
    session = await ours.flow.finish(*await ours.begun())
    assert isinstance(session, Session)
    assert (session.issuer, session.subject) == (ours.at.issuer, "demo-amina")
    token = (await ours.at.tokens())["access_token"]
    assert (await ours.verifier.access(token, AUDIENCE)).subject == "demo-amina"


@pytest.mark.parametrize("change", [{"state": "another"}, {"code": "another"}, {"iss": "https://evil.test"}])
async def test_an_answer_that_was_changed_on_its_way_is_refused(ours: Ours, change: dict[str, str]) -> None:
    attempt, answer = await ours.begun()
    assert await ours.refused(attempt, answer | change) == "login_failed"


@pytest.mark.parametrize("missing", ["state", "code"])
async def test_an_answer_that_lacks_a_part_is_refused(ours: Ours, missing: str) -> None:
    attempt, answer = await ours.begun()
    assert await ours.refused(attempt, {n: v for n, v in answer.items() if n != missing}) == "login_failed"


@pytest.mark.parametrize("change", [{"nonce": "another"}, {"verifier": "w" * 64}])
async def test_an_answer_to_another_question_is_refused(ours: Ours, change: dict[str, str]) -> None:
    attempt, answer = await ours.begun()
    assert await ours.refused(replace(attempt, **change), answer) == "login_failed"


async def test_an_answer_of_one_browser_opens_nothing_in_another(ours: Ours) -> None:
    _, answer = await ours.begun()
    mine, _ = await ours.begun()
    assert await ours.refused(mine, answer) == "login_failed"
    assert await ours.refused(None, answer) == "login_failed"


async def test_a_code_is_good_once(ours: Ours) -> None:
    attempt, answer = await ours.begun()
    await ours.flow.finish(attempt, answer)
    assert await ours.refused(attempt, answer) == "login_failed"


async def test_a_client_with_a_wrong_secret_gets_nothing(ours: Ours) -> None:
    ours.flow.client = replace(ours.flow.client, client_secret="guessed by somebody")
    assert await ours.refused(*await ours.begun()) == "login_failed"


async def test_a_token_for_another_client_or_audience_is_refused(ours: Ours) -> None:
    other = await ours.at.tokens(client="another")
    assert await ours.no_identity(other["id_token"]) == "token_invalid"
    assert await ours.closed(other["access_token"], audience="another-api") == "token_invalid"


async def test_an_id_token_is_no_ticket_to_the_api(ours: Ours) -> None:
    assert await ours.closed((await ours.at.tokens())["id_token"], audience=CLIENT) == "token_invalid"


async def test_a_token_of_another_issuer_is_refused(ours: Ours) -> None:
    """The same keys and endpoints under another name: its own discovery document gives it away."""
    tokens = await ours.at.tokens()
    async with httpx2.AsyncClient() as http:
        elsewhere = our_side(ours.at, http, issuer=f"http://localhost:{ours.at.port}")
        assert await elsewhere.no_identity(tokens["id_token"]) == "login_unavailable"
    stranger = certified()
    stranger.keys = ours.at.keys
    with stranger.running():
        assert await ours.no_identity((await stranger.tokens())["id_token"]) == "token_invalid"


async def test_a_shared_secret_signs_nothing_for_us(ours: Ours) -> None:
    """Signed as this client agreed with the provider, and still refused: what two know, two can forge."""
    token = (await ours.at.tokens(client="shared-secret"))["id_token"]
    assert await ours.no_identity(token, client="shared-secret") == "token_invalid"


def part(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


async def test_a_signature_by_another_algorithm_is_refused(ours: Ours) -> None:
    """`none`, and the public key taken for a shared secret, over the claims of a real token."""
    _, claims, _ = (await ours.at.tokens())["access_token"].split(".")
    none, shared = (part(b'{"alg":"%s","typ":"at+jwt","kid":"first"}' % name) for name in (b"none", b"HS256"))
    assert await ours.closed(f"{none}.{claims}.") == "token_invalid"
    signed = f"{shared}.{claims}"
    public = ours.at.keys[0].as_pem(private=False)
    confused = f"{signed}.{part(hmac.digest(public, signed.encode(), 'sha256'))}"
    assert await ours.closed(confused) == "token_invalid"


@pytest.mark.parametrize("kid", ["first", "unheard of"])
async def test_a_key_that_is_not_the_providers_is_refused(ours: Ours, kid: str) -> None:
    mine = certified()
    mine.issuer, mine.keys = ours.at.issuer, [new_key(kid)]
    forged = jwt.encode(
        {"alg": "RS256", "kid": kid, "typ": "at+jwt"},
        {"iss": ours.at.issuer, "aud": AUDIENCE, "sub": "demo-amina", "exp": int(ours.wall()) + 60},
        mine.keys[0],
    )
    assert await ours.closed(forged) == "token_invalid"


async def test_a_token_is_good_until_it_expires_and_no_moment_longer(ours: Ours) -> None:
    tokens = await ours.at.tokens()
    ours.wall.seconds += LIFETIME + LEEWAY + 2
    assert await ours.no_identity(tokens["id_token"]) == "token_expired"
    assert await ours.closed(tokens["access_token"]) == "token_expired"


async def test_rotated_keys_are_followed_and_a_withdrawn_one_is_forgotten() -> None:
    at = certified()
    async with httpx2.AsyncClient() as http:
        ours = our_side(at, http)
        with at.running():
            before = (await at.tokens())["access_token"]
            await ours.verifier.access(before, AUDIENCE)
        first = at.keys[0]
        at.keys = [new_key("second"), first]
        ours.monotonic.seconds += 60
        with at.running():
            after = (await at.tokens())["access_token"]
            assert (await ours.verifier.access(after, AUDIENCE)).subject == "demo-amina"
            assert (await ours.verifier.access(before, AUDIENCE)).subject == "demo-amina"
        at.keys = [at.keys[0]]
        ours.monotonic.seconds += KEYS_MAX_AGE + 60
        with at.running():
            assert (await ours.verifier.access(after, AUDIENCE)).subject == "demo-amina"
            assert await ours.closed(before) == "token_invalid"


async def test_amina_signs_in_at_the_console_and_calls_the_api(
    provider: Certified, town, database_url
) -> None:
    app = create_app(settings_for(database_url, provider))
    with serving(app, urlsplit(provider.public_url).port) as home:
        async with httpx2.AsyncClient(headers={"Accept-Language": "en"}) as browser:
            begun = await browser.get(f"{home}/login")
            back = await provider.sign_in(browser, begun.headers["location"])
            forged = back.replace("state=", "state=x")
            assert (await browser.get(forged)).status_code == 400 and SESSION_COOKIE not in browser.cookies
            assert (await browser.get(back)).status_code == 303
            assert "Welcome, Amina" in (await browser.get(home)).text
        token = (await provider.tokens())["access_token"]
        async with httpx2.AsyncClient(headers={"Authorization": f"Bearer {token}"}) as api:
            answer = await api.post(f"{home}/graphql", json={"documentId": ME})
            assert answer.json()["data"]["me"]["name"] == "Amina"
