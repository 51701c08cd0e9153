"""The login flow over real HTTP: browser, application, provider and PostgreSQL."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx2
import pytest
from authlib.oauth2.rfc7636 import create_s256_code_challenge

from casecoord.app import create_app
from casecoord.demo.provider import COMMAND_LINE_CLIENT, COMMAND_LINE_REDIRECT, DemoProvider
from casecoord.identity.refusals import Refused
from casecoord.identity.sessions import SESSION_COOKIE
from tests.api.test_me import ME
from tests.doors import CLIENT_SECRET, client_of, opened, serving, settings_for


@dataclass
class Browser:
    """Keeps cookies, follows nothing by itself."""

    http: httpx2.AsyncClient
    home: str

    async def get(self, url: str) -> httpx2.Response:
        return await self.http.get(url if url.startswith("http") else f"{self.home}{url}")

    async def post(self, path: str, **how: object) -> httpx2.Response:
        return await self.http.post(f"{self.home}{path}", **how)

    async def choose(self, authorize_url: str, user: str) -> str:
        """Presses a user's button on the provider's page; the address it sends the browser back to."""
        page = await self.http.get(authorize_url)
        assert page.status_code == 200 and f'value="{user}"' in page.text
        fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page.text))
        fields = {name: value.replace("&amp;", "&") for name, value in fields.items()}
        parts = urlsplit(authorize_url)
        posted = await self.http.post(
            f"{parts.scheme}://{parts.netloc}/authorize", data={**fields, "user": user}
        )
        return posted.headers["location"]

    async def sign_in(self, user: str) -> httpx2.Response:
        begun = await self.get("/login")
        back = await self.choose(begun.headers["location"], user)
        finished = await self.get(back)
        assert finished.status_code == 303, finished.text
        return await self.get("/")

    def csrf(self, page: httpx2.Response) -> str:
        return re.search(r'name="csrf" value="([^"]+)"', page.text)[1]


@pytest.fixture
async def browser(database_url: str, provider: DemoProvider, town) -> AsyncIterator[Browser]:
    app = create_app(settings_for(database_url, provider))
    with serving(app, urlsplit(provider.public_url).port) as home:
        async with httpx2.AsyncClient(headers={"Accept-Language": "en"}) as http:
            yield Browser(http, home)


async def test_amina_signs_in_and_out_again(browser, provider):
    assert "Sign in" in (await browser.get("/")).text
    page = await browser.sign_in("amina")
    assert page.status_code == 200 and "Welcome, Amina" in page.text and "Klimop" in page.text
    left = await browser.post("/logout", data={"csrf": browser.csrf(page)})
    assert left.headers["location"].startswith(f"{provider.issuer}/logout?")
    back = (await browser.get(left.headers["location"])).headers["location"]
    assert back == f"{browser.home}/"
    assert "Sign in" in (await browser.get(back)).text


async def test_the_session_cookie_is_out_of_reach(browser):
    begun = await browser.get("/login")
    finished = await browser.get(await browser.choose(begun.headers["location"], "amina"))
    cookie = next(
        value
        for value in finished.headers.get_list("set-cookie")
        if value.startswith(f"{SESSION_COOKIE}=") and "Max-Age=0" not in value
    )
    assert "HttpOnly" in cookie and "SameSite=lax" in cookie and "Secure" not in cookie


async def test_behind_https_cookies_are_secure(database_url, provider, town):
    settings = replace(settings_for(database_url, provider), public_url="https://casecoord.test")
    async with opened(settings) as app, client_of(app, "https://casecoord.test").http as http:
        begun = await http.get("/login")
        assert "Secure" in begun.headers["set-cookie"]
        assert begun.headers["strict-transport-security"].startswith("max-age=")


async def test_a_login_that_the_provider_knows_and_we_do_not_sees_nothing(browser):
    page = await browser.sign_in("quinten")
    assert page.status_code == 403 and "This login is not known here" in page.text
    assert "Klimop" not in page.text


@pytest.mark.parametrize("change", [{"state": "another"}, {"code": "another"}, {"iss": "https://evil.test"}])
async def test_an_answer_that_does_not_match_opens_no_session(browser, change):
    begun = await browser.get("/login")
    back = await browser.choose(begun.headers["location"], "amina")
    query = {name: values[0] for name, values in parse_qs(urlsplit(back).query).items()} | change
    refused = await browser.get(f"/login/callback?{urlencode(query)}")
    assert refused.status_code == 400 and "Signing in did not succeed" in refused.text
    assert SESSION_COOKIE not in browser.http.cookies


async def test_another_browsers_answer_opens_no_session(browser):
    """Login CSRF: the answer of one browser, pasted into another."""
    begun = await browser.get("/login")
    back = await browser.choose(begun.headers["location"], "amina")
    async with httpx2.AsyncClient() as other:
        assert (await other.get(back)).status_code == 400
        await other.get(f"{browser.home}/login")
        assert (await other.get(back)).status_code == 400
        assert SESSION_COOKIE not in other.cookies


async def test_an_answer_is_good_once(browser):
    begun = await browser.get("/login")
    back = await browser.choose(begun.headers["location"], "amina")
    kept = dict(browser.http.cookies)
    assert (await browser.get(back)).status_code == 303
    async with httpx2.AsyncClient(cookies=kept) as replay:
        assert (await replay.get(back)).status_code == 400


async def test_a_nonce_of_another_login_is_refused(database_url, provider, town):
    """The same state and verifier, but the ID token answers another question."""
    settings = settings_for(database_url, provider)
    async with opened(settings) as app, httpx2.AsyncClient() as http:
        flow = app.state.login
        url, attempt = await flow.begin("en")
        back = await Browser(http, provider.public_url).choose(url, "amina")
        query = {name: values[0] for name, values in parse_qs(urlsplit(back).query).items()}
        with pytest.raises(Refused) as refused:
            await flow.finish(replace(attempt, nonce="another"), query)
        assert refused.value.code == "login_failed"


async def test_a_form_from_elsewhere_changes_nothing(browser):
    page = await browser.sign_in("amina")
    token = browser.csrf(page)
    for form, headers in [
        ({}, {}),
        ({"csrf": "guess"}, {}),
        ({"csrf": token}, {"Origin": "https://evil.test"}),
        ({"csrf": token}, {"Sec-Fetch-Site": "cross-site"}),
        ({"csrf": token}, {"Sec-Fetch-Site": "same-site"}),
        ({"csrf": token}, {"Origin": "null"}),
        ({"csrf": token}, {"Origin": "null", "Sec-Fetch-Site": "cross-site"}),
    ]:
        refused = await browser.post("/logout", data=form, headers=headers)
        assert refused.status_code == 403
    assert "Welcome, Amina" in (await browser.get("/")).text
    ours = {"Origin": "null", "Sec-Fetch-Site": "same-origin"}
    assert (await browser.post("/logout", data={"csrf": token}, headers=ours)).status_code == 303


async def test_a_session_asks_graphql_with_its_csrf_token_only(browser):
    page = await browser.sign_in("amina")
    asked = {"documentId": ME}
    without = await browser.post("/graphql", json=asked)
    assert (without.status_code, without.json()["code"]) == (403, "csrf_failed")
    headers = {"Casecoord-Csrf": browser.csrf(page), "Origin": browser.home}
    answer = await browser.post("/graphql", json=asked, headers=headers)
    assert answer.json()["data"]["me"]["name"] == "Amina"
    elsewhere = await browser.post("/graphql", json=asked, headers=headers | {"Origin": "https://evil.test"})
    assert elsewhere.status_code == 403


async def test_a_session_of_another_installations_key_is_nobody(browser):
    browser.http.cookies.set(SESSION_COOKIE, "eyJhbGciOiJkaXIifQ..a.b.c", domain="127.0.0.1")
    assert "Sign in" in (await browser.get("/")).text


VERIFIER = "v" * 50


async def code_for(http, provider, **change: str | None) -> str | None:
    asked = {
        "response_type": "code",
        "client_id": COMMAND_LINE_CLIENT,
        "redirect_uri": COMMAND_LINE_REDIRECT,
        "scope": "openid",
        "state": "s",
        "code_challenge": create_s256_code_challenge(VERIFIER),
        "code_challenge_method": "S256",
    } | change
    query = urlencode({name: value for name, value in asked.items() if value is not None})
    chosen = await http.post(f"{provider.issuer}/authorize?{query}", data={"user": "amina"})
    assert chosen.status_code in (302, 400, 401), chosen.text
    return parse_qs(urlsplit(chosen.headers.get("location", "")).query).get("code", [None])[0]


async def exchanged(http, provider, code: str, **change: str) -> int:
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "client_id": COMMAND_LINE_CLIENT,
        "redirect_uri": COMMAND_LINE_REDIRECT,
        "code_verifier": VERIFIER,
    } | change
    return (await http.post(f"{provider.issuer}/token", data=form)).status_code


async def test_the_demo_provider_enforces_what_a_real_one_does(provider):
    async with httpx2.AsyncClient() as http:
        assert await exchanged(http, provider, await code_for(http, provider)) == 200
        used = await code_for(http, provider)
        assert await exchanged(http, provider, used) == 200
        assert await exchanged(http, provider, used) == 400
        assert await exchanged(http, provider, await code_for(http, provider), code_verifier="w" * 50) == 400
        assert await exchanged(http, provider, await code_for(http, provider), code_verifier="") == 400
        assert await exchanged(http, provider, await code_for(http, provider), redirect_uri="http://x") == 400
        stolen = await code_for(http, provider)
        other = {"client_id": provider.client_id, "client_secret": CLIENT_SECRET}
        assert await exchanged(http, provider, stolen, **other) == 400
        wrong = {"client_id": provider.client_id, "client_secret": "guess"}
        assert await exchanged(http, provider, await code_for(http, provider), **wrong) == 401


@pytest.mark.parametrize(
    "change",
    [
        {"code_challenge": None},
        {"code_challenge_method": "plain"},
        {"code_challenge_method": None},
        {"redirect_uri": "https://evil.test/callback"},
        {"client_id": "unknown"},
        {"response_type": "token"},
    ],
)
async def test_the_demo_provider_gives_no_code_to_a_careless_request(provider, change):
    async with httpx2.AsyncClient() as http:
        assert await code_for(http, provider, **change) is None
