"""The page of duty: what is acute, emergency access asked twice, who has duty; and the roster of whoever plans it."""

from html import unescape

import pytest

from casecoord.actions.break_glass import BreakGlass, ByNumber, break_glass
from casecoord.domain.ids import global_id
from casecoord.domain.words import LifeDomain, Urgency, VeiligThuis
from tests.actions.looks import records
from tests.actions.steps import led_case, signal
from tests.console.visitor import form_in
from tests.statements import statements
from tests.world import Town

WHY = "Kind alleen op straat, moeder onbereikbaar."


pytestmark = pytest.mark.usefixtures("same_day")


async def acute(town: Town, who: str, about, **more):
    return await signal(town, who, about, urgency=Urgency.ACUTE, veilig_thuis=VeiligThuis.YES, **more)


async def test_what_is_acute_comes_first_in_six_statements(visit, town, app):
    family = await town.janssens()
    await acute(town, "amina", family["noor"], summary="Is <niet> opgehaald.")
    await signal(town, "amina", family["noor"], summary="Komt vaak te laat.")
    dirk = visit("dirk")
    await dirk.get("/duty")
    with statements(app.state.office.database) as sent:
        page = await dirk.get("/duty")
    assert page.status_code == 200 and len(sent) <= 6, sent
    assert "Is &lt;niet&gt; opgehaald." in page.text and "Komt vaak te laat." not in page.text
    assert "Gezien uiterlijk" in page.text and "Klimop" in page.text
    assert "Noor" not in page.text and "U hebt nu dienst" in page.text
    assert len(page.content) < 60_000


async def test_who_has_no_duty_sees_of_what_is_acute_only_their_own(visit, town):
    family = await town.janssens()
    await acute(town, "amina", family["noor"], summary="Is niet opgehaald.")
    page = await visit("chaima").get("/duty")
    assert "Is niet opgehaald" not in page.text and "U hebt nu geen dienst" in page.text
    assert "Dirk" in page.text
    for name in ("amina", "esra", "hanna", "lotte", "karim", "jasmijn"):
        assert (await visit(name).get("/duty")).status_code == 404, name


async def test_an_acute_signal_is_seen_and_triaged(visit, town):
    family = await town.janssens()
    await acute(town, "amina", family["noor"])
    dirk = visit("dirk")
    assert (await dirk.send("/duty", "/see")).status_code == 303
    page = await dirk.get("/duty?done=see")
    assert "Vastgelegd dat u het zag" in page.text and "Beoordelen vóór" in page.text
    later = await dirk.send("/duty", "/triage", decision="ON_HOLD", reviewOn="gisteren")
    assert later.status_code == 422 and "gisteren" in later.text
    assert (await dirk.send("/duty", "/triage", decision="OPEN_CASE")).status_code == 303
    assert "Er wacht niets acuuts" in (await dirk.get("/duty")).text


async def test_emergency_access_is_asked_twice_and_says_what_follows(visit, town, database_url):
    family = await town.janssens()
    await led_case(town, family["noor"])
    dirk = visit("dirk", language="en")
    short = await dirk.send("/duty", "/by-number", about__bsn=family["noor"].bsn, reason="")
    assert short.status_code == 422 and family["noor"].bsn in short.text
    first = await dirk.send("/duty", "/by-number", about__bsn=family["noor"].bsn, reason=WHY)
    assert first.status_code == 422 and "for 24 hours as the social team does" in unescape(first.text)
    assert await records(database_url, "break_glass") == []
    sure = form_in(first, "/by-number")
    done = await dirk.post(sure.action, sure.fields)
    assert done.status_code == 303 and family["noor"].bsn not in done.headers["location"]
    assert (await dirk.get(done.headers["location"])).status_code == 200
    page = await dirk.get("/duty")
    assert "open until" in page.text and WHY in page.text
    again = await dirk.post(sure.action, sure.fields)
    assert again.status_code == 303, "the same button once more opens nothing else"


async def test_who_is_not_there_and_who_may_not_look_hear_the_same_as_in_the_api(visit, town):
    family = await town.janssens()
    dirk = visit("dirk")
    nobody = {"about__postcode": "3073AB", "about__number": "999", "reason": WHY}
    first = await dirk.send("/duty", "/by-address", **nobody)
    sure = form_in(first, "/by-address")
    missed = await dirk.post(sure.action, sure.fields)
    assert missed.status_code == 422 and "999" in missed.text
    chaima = visit("chaima")
    for number in (family["noor"].bsn, "999999990"):
        form = await chaima.form("/duty", "/by-number")
        fields = {**form.fields, "about.bsn": number, "reason": WHY, "sure": "yes"}
        assert (await chaima.post(form.action, fields)).status_code in (404, 422)


async def test_an_emergency_access_is_reviewed_with_what_was_looked_at(visit, town):
    family = await town.janssens()
    case = await led_case(town, family["noor"])
    await town.act("dirk", break_glass, BreakGlass(town.key(), ByNumber(family["noor"].bsn), WHY))
    await visit("dirk").get(f"/families/{global_id('Household', case.household)}")
    lotte = visit("lotte")
    page = await lotte.get("/privacy")
    assert "Dirk opende een gezin" in page.text and WHY in page.text and "(1 keer)" in page.text
    assert "Beoordelen uiterlijk" in page.text
    empty = await lotte.send("/privacy", "/review")
    assert empty.status_code == 422
    assert (await lotte.send("/privacy", "/review", finding="Terecht.")).status_code == 303
    assert "Elke noodtoegang is beoordeeld" in (await lotte.get("/privacy")).text


async def test_the_roster_is_planned_by_who_may(visit, town):
    mo = visit("mo")
    page = await mo.get("/duty")
    assert "Wie dienst heeft" in page.text and "Dienst inplannen" in page.text
    assert "Noodtoegang" not in page.text
    someone = global_id("Membership", town.members["chaima"].membership)
    planned = await mo.send("/duty", "/plan", membership=someone, until="2026-12-01T08:00")
    assert planned.status_code == 303
    assert "Chaima" in (await visit("ibrahim").get("/duty")).text
    assert "Dienst inplannen" not in (await visit("ibrahim").get("/duty")).text


async def test_a_gp_may_lift_the_medical_lock_for_an_own_patient_only_here(visit, town):
    assert "medische notities van uw eigen patiënt" in (await visit("fleur").get("/duty")).text
    assert "medische notities" not in (await visit("dirk").get("/duty")).text


async def test_health_between_few_stays_between_few(visit, town):
    family = await town.janssens()
    await acute(town, "fleur", family["els"], domain=LifeDomain.PHYSICAL_HEALTH, summary="Weigert opname.")
    assert "Weigert opname." in (await visit("dirk").get("/duty")).text
    assert "Naar de pagina van het gezin" in (await visit("fleur").get("/duty")).text
    assert "Weigert opname." not in (await visit("chaima").get("/duty")).text
