"""The first pages, as HTML: without a browser and without JavaScript."""

import re
from uuid import UUID

import pytest

from casecoord.demo.users import USERS
from casecoord.domain.words import Role
from casecoord.identity.sessions import SESSION_COOKIE
from casecoord.storage.organising import Organiser
from tests.doors import client_of


@pytest.fixture
async def signed_in(app, provider, town):
    """A browser with Dirk's session; he also has a seat as duty professional."""
    async with town.database.within(town.area) as work:
        organiser = Organiser(work, town.clock.now)
        await work.session.flush()
        second = await organiser.membership(
            town.members["dirk"].professional, town.teams["bureau"], Role.DUTY
        )
    sessions = app.state.login.sessions
    async with client_of(app, provider.public_url).http as http:
        session = sessions.begin(provider.issuer, "demo-dirk")
        http.cookies.set(SESSION_COOKIE, sessions.seal(session))
        http.session, http.second = session, second
        yield http


@pytest.mark.parametrize(
    ("accept", "lang", "says"),
    [("en", "en", "One family, one case, one lead"), ("nl", "nl", "Eén gezin, één casus, één regievoerder")],
)
async def test_the_page_before_login_says_what_this_is(bare, accept, lang, says):
    page = await bare.http.get("/", headers={"Accept-Language": accept})
    assert page.status_code == 200
    assert f'<html lang="{lang}">' in page.text and says in page.text
    assert 'href="/login"' in page.text and page.headers["content-language"] == lang


async def test_pages_load_nothing_from_elsewhere_and_run_one_script_of_our_own(bare):
    page = (await bare.http.get("/")).text
    assert re.findall("<script.*", page) == ['<script type="module" src="/static/casecoord.js"></script>']
    assert " style=" not in page and "<style" not in page
    assert re.findall(r"<[^>]* on\w+=", page) == [] and "javascript:" not in page
    assert re.findall(r'(?:src|href|action)="((?:https?:)?//[^"]*)"', page) == []
    for path in re.findall(r'(?:href|src)="(/static/[^"]+)"', page):
        assert (await bare.http.get(path)).status_code == 200


async def test_a_language_is_chosen_and_remembered(bare):
    from tests.doors import Client

    http = Client(bare.http).http
    chosen = await http.post("/language", data={"language": "en"})
    cookie = chosen.headers["set-cookie"]
    http.cookies.clear()
    assert chosen.status_code == 303 and cookie.startswith("casecoord_language=en;")
    page = await http.get("/", headers={"Accept-Language": "nl", "Cookie": "casecoord_language=en"})
    assert '<html lang="en">' in page.text
    other = await http.post("/language", data={"language": "xx"})
    assert other.status_code == 303 and "set-cookie" not in other.headers
    elsewhere = await http.post("/language", data={"language": "en"}, headers={"Origin": "https://evil.test"})
    assert elsewhere.status_code == 403


async def test_a_person_with_two_seats_sees_and_switches_them(signed_in):
    page = (await signed_in.get("/", headers={"Accept-Language": "nl"})).text
    assert "Welkom, Dirk" in page and "coördinator van Wijkteam (wijkteam)" in page and "Bureau" in page
    form = {"csrf": signed_in.session.csrf, "membership": str(signed_in.second)}
    switched = await signed_in.post("/membership", data=form)
    assert switched.status_code == 303
    page = (await signed_in.get("/families", headers={"Accept-Language": "nl"})).text
    assert "professional met dienst van Bureau (programmabureau)" in page


@pytest.mark.parametrize("membership", ["", "first", str(UUID(int=7))])
async def test_a_membership_that_is_not_mine_is_refused(signed_in, membership):
    form = {"csrf": signed_in.session.csrf, "membership": membership}
    refused = await signed_in.post("/membership", data=form, headers={"Accept-Language": "en"})
    assert refused.status_code == 400 and "Choose one of your own roles." in refused.text
    assert "set-cookie" not in refused.headers


async def test_a_form_without_a_session_leads_to_the_start(bare):
    for path in ("/logout", "/membership"):
        answer = await bare.http.post(path, data={})
        assert (answer.status_code, answer.headers["location"]) == (303, "/")


async def test_a_name_is_shown_as_text(signed_in, town):
    from sqlalchemy import text

    async with town.database.within(town.area) as work:
        await work.session.execute(
            text("update professionals set name = '<b>Dirk</b>' where id = :id"),
            {"id": town.members["dirk"].professional},
        )
    page = (await signed_in.get("/")).text
    assert "&lt;b&gt;Dirk&lt;/b&gt;" in page and "<b>Dirk" not in page


def test_there_is_a_demo_user_for_every_role_with_words_in_both_languages():
    assert {user.role for user in USERS.values()} == set(Role)
    assert all(user.good_nl and user.good_en for user in USERS.values())
    assert len({user.subject for user in USERS.values()}) == len(USERS)


async def test_who_has_nothing_to_do_with_families_is_not_led_to_them(visit):
    page = (await visit("amina", "en").get("/")).text
    assert (
        re.search(r'<a href="/families" aria-current="page"[^>]*>Families</a>', page)
        and 'href="/gaps"' not in page
    )
