"""The privacy officer's pages: requests with two people, who saw what, emergency access and deferrals to look at."""

import json
from datetime import date
from html import unescape
from uuid import UUID

import pytest

from casecoord.actions.deferring import DeferEntry, defer_entry
from casecoord.actions.rights import RequestBrief
from casecoord.domain.ids import global_id
from casecoord.domain.residents import Thing
from casecoord.domain.words import RequestKind
from casecoord.storage.work import UnknownLogin
from tests.actions.looks import records
from tests.actions.residents_steps import at_home, bound
from tests.actions.steps import led_case, signal
from tests.actions.test_rights import ask, decided
from tests.console.visitor import form_in, surely
from tests.statements import statements
from tests.world import Town

ANSWER = {"ground": "AVG 15", "decision": "U krijgt alles wat over u vastligt."}


pytestmark = pytest.mark.usefixtures("same_day")


def page_of(request: RequestBrief) -> str:
    return f"/privacy/requests/{global_id('Request', request.id)}"


def colleague(town: Town, name: str) -> str:
    return global_id("Professional", town.members[name].professional)


async def test_the_first_screen_says_what_waits_and_until_when_in_six_statements(visit, town, app):
    family = await town.janssens()
    await led_case(town, family["noor"])
    for kind in (RequestKind.ACCESS, RequestKind.RECTIFICATION):
        await ask(town, family["els"], kind, words="Wat <weten> jullie?")
    told = await signal(town, "amina", family["noor"])
    reason = "Bang voor wat er thuis gebeurt."
    await town.act("amina", defer_entry, DeferEntry(town.key(), Thing.SIGNAL, told.signal, reason))
    lotte = visit("lotte")
    start = await lotte.get("/")
    assert start.status_code == 303 and start.headers["location"] == "/privacy"
    with statements(app.state.office.database) as sent:
        page = await lotte.get("/privacy")
    assert page.status_code == 200 and len(sent) <= 6, sent
    assert "Wat &lt;weten&gt; jullie?" in page.text and "2 december 2026" in page.text
    assert "Zien wat er vastligt" in page.text and reason in page.text and "Els Janssen" not in page.text
    assert len(page.content) < 60_000


async def test_a_request_is_prepared_by_one_confirmed_by_another_and_its_export_downloaded(visit, town):
    family = await town.janssens()
    await led_case(town, family["noor"])
    request = await ask(town, family["els"], RequestKind.ACCESS)
    lotte, here = visit("lotte"), page_of(request)
    assert "Els Janssen: zien wat er vastligt" in (await lotte.get(here)).text
    for form in ("json", "pdf"):
        early = await lotte.get(f"{here}/export.{form}")
        assert early.status_code == 400 and "niet toegekend" in early.text
    wrong = await lotte.send(here, "/decide", grant="grant", **ANSWER)
    assert wrong.status_code == 422 and ANSWER["decision"] in wrong.text
    done = await lotte.send(here, "/decide", grant="grant", second=colleague(town, "ibrahim"), **ANSWER)
    assert done.status_code == 303
    assert "wacht op Ibrahim" in (await lotte.get(here)).text
    ibrahim = visit("ibrahim")
    asked = await ibrahim.get("/second-word")
    assert ANSWER["decision"] in asked.text and "Ja, het is toegekend" in asked.text
    back = await ibrahim.send("/second-word", "/send-back")
    assert back.status_code == 422
    assert (await ibrahim.send("/second-word", "/agree")).status_code == 303
    assert "Er wordt u nu niets gevraagd" in (await ibrahim.get("/second-word")).text
    machine = await lotte.get(f"{here}/export.json")
    assert json.loads(machine.text)["persons"][0]["name"] == "Els Janssen"
    assert machine.headers["content-disposition"] == 'attachment; filename="export.json"'
    paper = await lotte.get(f"{here}/export.pdf")
    assert paper.content.startswith(b"%PDF") and paper.headers["content-type"] == "application/pdf"
    assert (await lotte.get(f"{here}/export.csv")).status_code == 404


async def test_a_colleague_sends_a_decision_back_with_words(visit, town):
    family = await town.janssens()
    request = await ask(town, family["els"], RequestKind.ACCESS)
    await visit("lotte").send(
        page_of(request), "/decide", grant="refuse", second=colleague(town, "jasmijn"), **ANSWER
    )
    jasmijn = visit("jasmijn")
    asked = await jasmijn.get("/second-word")
    assert "AVG 15" in asked.text and ANSWER["decision"] not in asked.text
    sent = await jasmijn.send("/second-word", "/send-back", words="Leg uit welk artikel.")
    assert sent.status_code == 303
    assert "te beslissen" in (await visit("lotte").get(page_of(request))).text


async def test_what_somebody_asks_is_recorded_once_it_is_certain_who_asks(visit, town):
    family = await town.janssens()
    lotte = visit("lotte", language="en")
    typed = {
        "person__bsn": family["els"].bsn,
        "person__birthDate": "14-3-1984",
        "kind": "restriction",
        "words": "Not at school.",
        "identityChecked": "",
    }
    unsure = await lotte.send("/privacy", "/ask", **typed)
    assert unsure.status_code == 422 and "Not at school." in unsure.text
    assert family["els"].bsn not in str(unsure.url)
    done = await lotte.send("/privacy", "/ask", **{**typed, "identityChecked": "yes"})
    assert done.status_code == 303 and done.headers["location"].startswith("/privacy/requests/")
    stranger = await lotte.send(
        "/privacy", "/ask", **{**typed, "person__birthDate": "15-3-1984", "identityChecked": "yes"}
    )
    assert stranger.status_code == 422


async def test_somebodys_own_page_is_ended_once_it_is_certain_who_asks(visit, town):
    family = await town.janssens()
    await led_case(town, family["noor"])
    els = await bound(town, "amina", family["els"])
    lotte = visit("lotte", language="en")
    who = {"person__bsn": family["els"].bsn, "person__birthDate": "14-3-1984"}
    asked = form_in(await lotte.send("/privacy", "/unbind", **who, identityChecked=""), "/unbind")
    assert asked.fields["sure"] == "yes"
    unsure = await lotte.post(asked.action, {**asked.fields, "identityChecked": ""})
    assert unsure.status_code == 422 and await at_home(town, els)
    done = await surely(lotte, "/privacy", "/unbind", **who, identityChecked="yes")
    assert done.status_code == 303, done.text
    with pytest.raises(UnknownLogin):
        await at_home(town, els)


async def test_a_refusal_says_until_when_it_is_appealed(visit, town):
    family = await town.janssens()
    request = await ask(town, family["els"], RequestKind.ACCESS)
    await decided(town, request.id, grant=False)
    lotte = visit("lotte")
    assert "tot en met 14 december 2026" in (await lotte.get(page_of(request))).text
    sent = await lotte.send(page_of(request), "/appeal", words="Toch graag.", identityChecked="yes")
    assert sent.status_code == 303
    assert "op bezwaar" in (await lotte.get(sent.headers["location"])).text


async def test_a_restriction_is_ended_by_two_and_a_request_taken_back(visit, town):
    family = await town.janssens()
    request = await ask(town, family["els"], RequestKind.RESTRICTION)
    await decided(town, request.id)
    lotte = visit("lotte")
    fields = {**ANSWER, "second": colleague(town, "ibrahim")}
    assert (await lotte.send(page_of(request), "/lift-restriction", **fields)).status_code == 303
    await visit("ibrahim").send("/second-word", "/agree")
    assert "Beëindigd op" in (await lotte.get(page_of(request))).text
    other = await ask(town, family["els"], RequestKind.OBJECTION)
    taken = await lotte.send(page_of(other), "/withdraw", identityChecked="yes")
    assert taken.status_code == 303 and "ingetrokken" in (await lotte.get(page_of(other))).text


async def test_a_name_is_corrected_as_two_people_granted(visit, town):
    family = await town.janssens()
    await led_case(town, family["noor"])
    request = await ask(town, family["els"], RequestKind.RECTIFICATION)
    await decided(town, request.id)
    lotte = visit("lotte")
    done = await lotte.send(page_of(request), "/rectify", what="name", value="Elsje Janssen")
    assert done.status_code == 303
    assert "Elsje Janssen" in (await lotte.get(page_of(request))).text


async def test_erasure_is_asked_twice_and_leads_to_what_waits(visit, town):
    (alone,) = await town.family(("Ab Bos", date(1980, 1, 1)))
    request = await ask(town, alone, RequestKind.ERASURE)
    lotte = visit("lotte")
    fields = {**ANSWER, "grant": "grant", "second": colleague(town, "ibrahim")}
    await lotte.send(page_of(request), "/decide-erasure", **fields)
    await visit("ibrahim").send("/second-word", "/agree")
    first = await lotte.send(page_of(request), "/erase")
    assert first.status_code == 422 and "Niemand kan het terughalen" in first.text
    sure = form_in(first, "/erase")
    done = await lotte.post(sure.action, sure.fields)
    assert done.status_code == 303 and done.headers["location"] == "/privacy?done=erase"
    assert "Het is gewist" in (await lotte.get(done.headers["location"])).text
    assert (await lotte.get(page_of(request))).status_code == 404


async def test_a_deferral_waits_longer_or_is_shown_after_being_asked_twice(visit, town):
    family = await town.janssens()
    told = await signal(town, "amina", family["noor"])
    await town.act(
        "amina", defer_entry, DeferEntry(town.key(), Thing.SIGNAL, told.signal, "Nog niet veilig.")
    )
    lotte = visit("lotte")
    first = await lotte.send("/privacy", "/lift", finding="Het is nu veilig.")
    assert "Vanaf nu ziet het gezin dit" in first.text and "20 november" not in first.text
    again = await lotte.send("/privacy", "/renew", finding="Nog niet.", renewUntil="20-11-2026")
    assert again.status_code == 303
    page = await lotte.get("/privacy")
    assert "20 november 2026" in page.text and "iemand anders kijkt opnieuw" in page.text
    sure = form_in(first, "/lift")
    assert (await lotte.post(sure.action, sure.fields)).status_code == 422, "another answered it meanwhile"


async def test_who_saw_a_family_is_found_by_number_never_in_an_address(visit, town, database_url):
    family = await town.janssens()
    case = await led_case(town, family["noor"])
    await visit("amina").get(f"/families/{global_id('Household', case.household)}")
    lotte = visit("lotte")
    typed = {"person__bsn": family["els"].bsn, "person__birthDate": "14031984"}
    wrong = await lotte.send("/privacy/log", "/find", **{**typed, "person__birthDate": "14031985"})
    assert wrong.status_code == 422 and family["els"].bsn in wrong.text
    found = await lotte.send("/privacy/log", "/find", **typed)
    there = found.headers["location"]
    assert found.status_code == 303 and family["els"].bsn not in there
    page = await lotte.get(there)
    assert "Amina" in page.text and "bekeek de pagina van het gezin" in page.text
    assert "Els Janssen" not in page.text
    none = await lotte.get(f"{there}&since=2026-10-01&until=2026-10-02")
    assert "In deze dagen keek niemand" in none.text
    entry = page.text.split('href="/privacy/log/')[1].split('"')[0]
    again = await lotte.get(f"/privacy/log/{entry}")
    assert again.status_code == 200 and "zeggen opnieuw hetzelfde" in again.text
    assert sorted(named for _, named in await records(database_url, "whose_log")) == [False, True]


@pytest.mark.parametrize(
    "path",
    ["/privacy", "/privacy/log", "/privacy/changes", "/privacy/requests/{request}", "/privacy/log/{entry}"],
)
async def test_nobody_else_has_the_officers_pages(visit, town, path):
    family = await town.janssens()
    request = await ask(town, family["els"], RequestKind.ACCESS)
    names = {"request": global_id("Request", request.id), "entry": global_id("LogEntry", UUID(int=9))}
    for name in ("amina", "ibrahim", "mo", "karim"):
        page = await visit(name).get(path.format(**names))
        assert page.status_code == 404, (name, path)
    form = await visit("ibrahim").get(f"/privacy/requests/{names['request']}/export.json")
    assert form.status_code == 404


async def test_the_matrix_is_for_everybody_and_says_each_cell(visit, town):
    for name in ("amina", "lotte", "mo"):
        page = await visit(name, language="en").get("/matrix")
        assert page.status_code == 200 and "shown, unless the address is secret" in page.text
    page = unescape((await visit("lotte").get("/matrix?viewer=provider")).text)
    assert "de jongere die een plaats bij deze aanbieder heeft of houdt" in page
    assert "noodtoegang gebruiken" in page and "een sphere" not in page
    table = await visit("lotte").get("/matrix/facets.csv")
    assert table.text.startswith("facet,level,school_care")
    assert (await visit("lotte").get("/matrix/names.csv")).status_code == 404
    whole = await visit("lotte").get("/matrix")
    assert len(whole.content) < 60_000


async def test_the_last_change_of_the_rules_is_told_by_who_gains_and_who_loses(visit, town, database_url):
    from tests.actions.steps import sql

    lotte = visit("lotte")
    assert "De regels zijn nog niet veranderd" in (await lotte.get("/privacy/changes")).text
    async with sql(database_url) as plain:
        await plain.execute(
            "insert into policy_versions (area_id, digest, files, kept_at)"
            " select area_id, 'before', jsonb_set(files, '{rules.csv}', to_jsonb(replace(files ->> 'rules.csv',"
            " 'facet,language.full,school_care social', 'facet,language.full,social'))), kept_at - interval '9 days'"
            " from policy_versions limit 1"
        )
    page = await lotte.get("/privacy/changes")
    assert page.status_code == 200
    assert "zorgteam school: ziet of mag meer" in page.text and "Hoe het logboek ervoor staat" in page.text


async def test_a_request_that_is_not_there_or_not_the_officers_is_the_same_page(visit, town):
    missing = await visit("lotte").get(f"/privacy/requests/{global_id('Request', UUID(int=7))}")
    family = await town.janssens()
    request = await ask(town, family["els"], RequestKind.ACCESS)
    mine = await visit("amina").get(page_of(request))
    assert missing.status_code == mine.status_code == 404


async def test_a_decision_of_another_is_nobodys_to_answer(visit, town):
    family = await town.janssens()
    request = await ask(town, family["els"], RequestKind.ACCESS)
    await visit("lotte").send(
        page_of(request), "/decide", grant="grant", second=colleague(town, "ibrahim"), **ANSWER
    )
    form = await visit("ibrahim").form("/second-word", "/agree")
    jasmijn = visit("jasmijn")
    stolen = {**form.fields, "csrf": jasmijn.session.csrf}
    assert (await jasmijn.post("/second-word/agree", stolen)).status_code == 404


async def test_days_that_were_chosen_stand_in_their_fields(visit, town):
    home = global_id("Household", (await town.janssens())["noor"].household)
    page = (await visit("lotte", "en").get(f"/privacy/log?household={home}&since=2026-11-01")).text
    assert 'id="since" name="since" type="date" value="2026-11-01"' in page
    assert 'id="until" name="until" type="date" value=""' in page
