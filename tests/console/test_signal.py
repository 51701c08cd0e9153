"""A concern through the form: in a minute, once, and with everything kept that was typed."""

import re

import pytest

from casecoord.actions.closing import GiveFeedback, give_feedback
from casecoord.actions.joint_view import JointCaseOf, joint_case
from casecoord.actions.signals import Decision, TriageSignal, triage_signal
from tests.actions.looks import look
from tests.actions.steps import led_case, signal
from tests.console.visitor import form_in, pointed
from tests.statements import statements

SENTENCE = "Komt vaak moe op het spreekuur."


def about(who, **changed):
    """The fields of a signal in order, save what is changed."""
    born = f"{who.born.day}-{who.born.month}-{who.born.year}"
    typed = {
        "person__bsn": who.bsn,
        "person__birthDate": born,
        "domain": "physical_health",
        "urgency": "high",
        "summary": SENTENCE,
    }
    return {**typed, **changed}


async def signals_in(town) -> int:
    from sqlalchemy import text

    async with town.database.within(town.area) as work:
        return (await work.session.execute(text("select count(*) from signals"))).scalar_one()


async def test_a_gp_signals_and_learns_what_she_may(visit, town):
    noor = (await town.janssens())["noor"]
    fleur = visit("fleur")
    sent = await fleur.send("/signal", "/signal", **about(noor))
    assert sent.status_code == 303 and re.fullmatch(r"/signals/[\w-]+", sent.headers["location"])
    page = (await fleur.get(sent.headers["location"])).text
    assert "Uw signaal is binnen" in page and "er is nog geen open casus" in page
    assert noor.bsn not in page and SENTENCE not in page


async def test_what_became_of_a_signal_is_for_the_team_that_sent_it(visit, town):
    noor = (await town.janssens())["noor"]
    sent = (await visit("fleur").send("/signal", "/signal", **about(noor))).headers["location"]
    colleague, stranger = visit("gijs"), visit("ines")
    assert (await colleague.get(sent)).status_code == 200
    unknown = await stranger.get("/signals/U2lnbmFsOm5vcGU")
    foreign = await stranger.get(sent)
    assert (foreign.status_code, foreign.content) == (unknown.status_code, unknown.content)
    assert foreign.status_code == 404


async def test_a_lead_is_named_to_who_signalled(visit, town):
    noor = (await town.janssens())["noor"]
    await led_case(town, noor, "bram")
    fleur = visit("fleur", "en")
    sent = await fleur.send("/signal", "/signal", **about(noor))
    page = (await fleur.get(sent.headers["location"])).text
    assert "a case is open for this family" in page and "Bram" in page and "tel:010-0000000" in page


async def test_the_same_form_sent_twice_is_one_signal(visit, town):
    noor = (await town.janssens())["noor"]
    fleur = visit("fleur")
    form = await fleur.form("/signal", "/signal")
    filled = {**form.fields, **pointed(about(noor))}
    first, second = await fleur.post("/signal", filled), await fleur.post("/signal", filled)
    assert first.headers["location"] == second.headers["location"]
    assert await signals_in(town) == 1


async def test_the_back_button_with_other_words_asks_whether_it_is_another_signal(visit, town):
    noor = (await town.janssens())["noor"]
    fleur = visit("fleur")
    form = await fleur.form("/signal", "/signal")
    filled = {**form.fields, **pointed(about(noor))}
    await fleur.post("/signal", filled)
    again = await fleur.post("/signal", {**filled, "summary": "En nu ook op school."})
    assert again.status_code == 422 and "En nu ook op school." in again.text
    kept = form_in(again, "/signal")
    assert kept.fields["key"] != form.fields["key"]
    assert (await fleur.post("/signal", kept.fields)).status_code == 303
    assert await signals_in(town) == 2


async def test_everything_that_is_missing_is_said_at_once_and_linked_to_its_field(visit):
    page = await visit("fleur", "en").send("/signal", "/signal")
    assert page.status_code == 422
    links = re.findall(r'<li><a href="#([\w-]+)">', page.text)
    assert links == ["signal-person-birthDate", "signal-person-bsn", "signal-domain", "signal-summary"]
    for anchor in links:
        assert f'id="{anchor}"' in page.text
        assert re.search(rf'id="{anchor}"[^>]*aria-describedby="[^"]*{anchor}-fault"', page.text)
    assert "Nothing was recorded yet" in page.text and "<title>Error: " in page.text


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"person__bsn": "123456789"}, "This is not a valid BSN."),
        ({"person__birthDate": "31-2-2018"}, "Fill in a date"),
        ({"person__birthDate": "1-1-1999"}, "do not belong together"),
        ({"summary": "   "}, "Fill in this text."),
        ({"summary": "Zie 999990019."}, "The text holds a BSN."),
        ({"domain": "weather"}, "Make a choice."),
        ({"audience": "teams_in_case", "domain": "finance"}, "Only for a health signal"),
    ],
)
async def test_what_is_wrong_is_said_and_all_that_was_typed_stays(visit, town, changed, says):
    noor = (await town.janssens())["noor"]
    typed = about(noor, detail="Eigen <b>notitie</b>.", **changed)
    page = await visit("fleur", "en").send("/signal", "/signal", **typed)
    assert page.status_code == 422 and says in page.text
    kept = form_in(page, "/signal").fields
    assert {name: kept.get(name) for name in pointed(typed) if name != "domain"} == {
        name: value for name, value in pointed(typed).items() if name != "domain"
    }
    assert await signals_in(town) == 0


@pytest.mark.parametrize(
    "date", ["30-9-2018", "30/09/2018", "30092018", "2018-09-30", "\u200f30-9-2018\u200f "]
)
async def test_a_birth_date_is_typed_as_people_do(visit, town, date):
    noor = (await town.janssens())["noor"]
    sent = await visit("fleur").send("/signal", "/signal", **about(noor, person__birthDate=date))
    assert sent.status_code == 303


async def test_without_a_bsn_a_name_and_a_postcode_do(visit, town):
    sent = await visit("amina").send(
        "/signal",
        "/signal",
        person__name="Łukasz Śmiały-van der Ğ " + "x" * 170,
        person__birthDate="1-2-2017",
        person__postcode="3073 ab",
        domain="social_network",
        urgency="normal",
        summary="Loopt vaak alleen.",
    )
    assert sent.status_code == 303


@pytest.mark.parametrize(
    ("language", "says"),
    [("nl", "Dit signaal is geen melding bij Veilig Thuis of 112"), ("en", "is no report to Veilig Thuis")],
)
async def test_about_a_childs_safety_the_form_asks_for_the_meldcode_and_keeps_the_rest(
    visit, town, language, says
):
    noor = (await town.janssens())["noor"]
    amina = visit("amina", language)
    assert says not in (await amina.get("/signal")).text
    page = await amina.send("/signal", "/signal", **about(noor, domain="child_development"))
    assert page.status_code == 422 and says in page.text and "112" in page.text and "0800-2000" in page.text
    form = form_in(page, "/signal")
    assert form.fields["summary"] == SENTENCE and form.fields["person.bsn"] == noor.bsn
    assert await signals_in(town) == 0
    no = await amina.post("/signal", {**form.fields, "veiligThuis": "no"})
    assert no.status_code == 422 and 'id="signal-veiligThuisReason-fault"' in no.text
    done = await amina.post(
        "/signal", {**form.fields, "veiligThuis": "no", "veiligThuisReason": "Al gemeld door school."}
    )
    assert done.status_code == 303 and await signals_in(town) == 1


async def test_a_session_that_was_lost_half_way_loses_no_text(visit, town):
    noor = (await town.janssens())["noor"]
    fleur = visit("fleur", "en")
    form = await fleur.form("/signal", "/signal")
    filled = {**form.fields, **pointed(about(noor))}
    lost = await fleur.http.post("/signal", data=filled, headers={"Accept-Language": "en"})
    assert lost.status_code == 401 and "nothing was recorded" in lost.text and SENTENCE in lost.text
    back = form_in(lost, "/signal").fields
    anew = visit("fleur", "en")  # signed in again: another session, another token
    again = await anew.post("/signal", back)
    assert again.status_code == 422 and "You signed in again" in again.text
    assert await signals_in(town) == 0
    assert (await anew.post("/signal", form_in(again, "/signal").fields)).status_code == 303
    assert await signals_in(town) == 1


async def test_another_sites_form_is_neither_done_nor_shown(visit, town):
    noor = (await town.janssens())["noor"]
    fleur = visit("fleur")
    filled = {**pointed(about(noor)), "csrf": "guessed", "key": "k"}
    for site in ("cross-site", "same-site"):
        headers = {**fleur.headers(), "Sec-Fetch-Site": site}
        refused = await fleur.http.post("/signal", data=filled, headers=headers)
        assert refused.status_code == 403 and SENTENCE not in refused.text
    signed_out = await fleur.http.post("/signal", data=filled, headers={"Sec-Fetch-Site": "cross-site"})
    assert signed_out.status_code == 403 and SENTENCE not in signed_out.text


async def test_no_address_and_no_log_line_holds_what_was_typed(visit, town, capsys):
    noor = (await town.janssens())["noor"]
    fleur = visit("fleur")
    wrong = await fleur.send("/signal", "/signal", **about(noor, person__birthDate="1-1-1999"))
    sent = await fleur.send("/signal", "/signal", **about(noor))
    assert noor.bsn not in str(wrong.url) and noor.bsn not in sent.headers["location"]
    printed = capsys.readouterr()
    assert noor.bsn not in printed.out + printed.err and "moe op" not in printed.out + printed.err


async def test_what_became_of_earlier_signals_is_the_gps_first_screen(visit, town, app):
    noor = (await town.janssens())["noor"]
    case = await led_case(town, noor, "bram")
    fleur = visit("fleur", "en")
    await fleur.send("/signal", "/signal", **about(noor, domain="social_network"))
    assert (await fleur.get("/")).headers["location"] == "/signals"
    with statements(app.state.office.database) as sent:
        page = (await fleur.get("/signals")).text
    assert len(sent) <= 6
    assert SENTENCE in page and "a case is open for this family" in page and "tel:010-0000000" in page
    assert "Noor" not in page and noor.bsn not in page
    seen = await look(town, "bram", joint_case, JointCaseOf(case.id))
    (told,) = [one.id for one in seen.signals if one.summary and one.summary.value == SENTENCE]
    joined = TriageSignal(town.key(), told, Decision.JOIN_CASE)
    await town.act("bram", triage_signal, joined)
    await town.act("bram", give_feedback, GiveFeedback(town.key(), told, "Wij spreken het gezin donderdag."))
    assert "Wij spreken het gezin donderdag." in (await fleur.get("/signals")).text
    assert SENTENCE in (await visit("gijs").get("/signals")).text
    assert SENTENCE not in (await visit("dirk").get("/signals")).text


async def test_earlier_signals_come_in_pages(visit, town, monkeypatch):
    monkeypatch.setattr("casecoord.console.signal._PAGE", 2)
    noor = (await town.janssens())["noor"]
    for number in range(3):
        await signal(town, "fleur", noor, summary=f"Zorg {number}.")
    fleur = visit("fleur", "en")
    first = (await fleur.get("/signals")).text
    following = re.search(r'href="(/signals\?after=[^"]+)"', first)
    assert following
    pages = [set(re.findall(r"Zorg \d", page)) for page in (first, (await fleur.get(following[1])).text)]
    assert [len(page) for page in pages] == [2, 1] and not pages[0] & pages[1]
    assert "has not signalled anything yet" in (await visit("ines", "en").get("/signals")).text
