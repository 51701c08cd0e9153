"""Decision power at the console: what weighs most, one word for what is alike, a rule for everybody."""

import re
from datetime import date, timedelta

import pytest

from casecoord.actions.addressing import Addressee
from casecoord.actions.breakthroughs import BreakthroughsOf, breakthroughs
from casecoord.actions.weighing import BlockadesOf, blockades
from casecoord.domain.ids import global_id
from casecoord.domain.words import BlockadeKind, Urgency
from tests.actions.test_blockades import raised, social_case
from tests.console.visitor import Forms, form_in, sure
from tests.statements import statements

RULE = {
    "rule__title": "Briefadres op dezelfde dag",
    "rule__applies": "Wie nergens kan worden ingeschreven en hulp krijgt.",
    "rule__allowed": "De gemeente geeft meteen een briefadres bij het wijkteam.",
    "rule__authority": "Besluit van de stuurgroep.",
}
DECISION = {"decision": "Zij krijgt vandaag een briefadres.", "reach": "structural"}


def page_of(blockade) -> str:
    return f"/blockades/{global_id('Blockade', blockade)}"


async def waiting(town):
    return (await town.office.look(town.caller("jasmijn"), blockades, BlockadesOf())).items


async def test_what_weighs_most_stands_first_with_its_date_and_who_is_asked(visit, town):
    case = await social_case(town)
    await raised(town, "chaima", case.id, what="Geen adres.", to=Addressee(function="Hoofd Burgerzaken"))
    await raised(town, "chaima", case.id, what="Geen geld.", kind=BlockadeKind.MONEY, urgency=Urgency.ACUTE)
    page = (await visit("jasmijn", "en").get("/blockades")).text
    assert page.index("Geen geld.") < page.index("Geen adres.")
    assert "Hoofd Burgerzaken" in page and "the decision power of this area" in page
    assert "16 November 2026" in page
    home = await visit("jasmijn").get("/")
    assert (home.status_code, home.headers["location"]) == (303, "/blockades")


async def test_the_order_is_changed_by_hand_and_given_back_to_weight(visit, town):
    case = await social_case(town)
    first = await raised(town, "chaima", case.id, what="Eerste.", urgency=Urgency.HIGH)
    second = await raised(town, "chaima", case.id, what="Tweede.")
    jasmijn = visit("jasmijn", "en")
    assert [one.id for one in await waiting(town)] == [first, second]
    assert (await jasmijn.send("/blockades", "/first")).headers["location"] == "/blockades?done=first"
    assert [one.id for one in await waiting(town)] == [second, first]
    await jasmijn.send(page_of(first), "/first")
    assert [(one.id, one.place) for one in await waiting(town)] == [(first, 1), (second, 2)]
    await jasmijn.send(page_of(first), "/by-weight")
    assert [(one.id, one.place) for one in await waiting(town)] == [(second, 1), (first, None)]


async def test_a_decision_is_asked_twice_and_one_word_decides_what_is_alike(visit, town):
    made = []
    for words in ("Zonder vast adres geen uitkering.", "Geen uitkering zonder een vast adres."):
        case = await social_case(town)
        made.append(await raised(town, "chaima", case.id, what=words, asked="Geef een briefadres."))
    jasmijn = visit("jasmijn", "en")
    form = await jasmijn.form(page_of(made[0]), "/decide")
    also = f"also.{global_id('Blockade', made[1])}"
    assert also in form.fields
    typed = {**form.fields, **DECISION, "reach": "incidental", also: "yes"}
    asked = await jasmijn.post(form.action, typed)
    assert len(await waiting(town)) == 2
    assert "it cannot be taken back" in asked.text
    done = await sure(jasmijn, asked, "/decide")
    assert done.headers["location"] == "/blockades?done=decide"
    assert await waiting(town) == []
    page = await jasmijn.get(done.headers["location"])
    assert "Decided. Whoever raised it reads it now." in page.text
    assert "Nothing waits for your decision" in page.text


async def test_a_decision_for_everybody_becomes_a_rule_that_every_professional_finds(visit, town):
    blockade = await raised(town, "chaima", (await social_case(town)).id)
    jasmijn = visit("jasmijn", "en")
    asked = await jasmijn.send(page_of(blockade), "/decide", **DECISION)
    done = await sure(jasmijn, asked, "/decide")
    assert done.headers["location"] == f"{page_of(blockade)}/rule"
    wrong = await jasmijn.send(done.headers["location"], "/publish", **{**RULE, "rule__allowed": ""})
    assert wrong.status_code == 422 and "Briefadres op dezelfde dag" in wrong.text
    asked = await jasmijn.send(done.headers["location"], "/publish", **RULE)
    assert (await sure(jasmijn, asked, "/publish")).headers["location"] == "/rules?done=publish"
    for name in ("amina", "fleur", "karim"):
        page = (await visit(name, "en").get("/rules")).text
        assert "Briefadres op dezelfde dag" in page and "/rules/withdraw" not in page
    assert (await jasmijn.get(f"{page_of(blockade)}/rule")).status_code == 404


async def test_words_to_look_for_stand_in_no_address(visit, town):
    await test_a_decision_for_everybody_becomes_a_rule_that_every_professional_finds(visit, town)
    amina = visit("amina", "en")
    form = await amina.form("/rules", "/rules")
    found = await amina.post("/rules", {**form.fields, "text": "briefadres stuurgroep"})
    assert found.status_code == 200 and "Briefadres op dezelfde dag" in found.text
    none = await amina.post("/rules", {**form.fields, "text": "zwembad"})
    assert "No rule fits this choice." in none.text and 'value="zwembad"' in none.text
    assert "No rule fits this choice." in (await amina.get("/rules?kind=money")).text


async def test_a_rule_is_withdrawn_with_a_reason_by_who_may_decide(visit, town):
    await test_a_decision_for_everybody_becomes_a_rule_that_every_professional_finds(visit, town)
    jasmijn = visit("jasmijn", "en")
    asked = await jasmijn.send("/rules", "/withdraw", reason="Het staat nu in de verordening.")
    assert (await sure(jasmijn, asked, "/withdraw")).status_code == 303
    assert (await town.office.look(town.caller("amina"), breakthroughs, BreakthroughsOf())).items == []


async def test_the_alliance_goes_home_with_homework_that_can_be_ticked_and_unticked(visit, town):
    blockade = await raised(town, "chaima", (await social_case(town)).id)
    jasmijn = visit("jasmijn", "en")
    lacking = await jasmijn.send(page_of(blockade), "/agenda", homework__what="Belt de leverancier.")
    assert lacking.status_code == 422 and "Belt de leverancier." in lacking.text
    sent = await jasmijn.send(
        page_of(blockade),
        "/agenda",
        homework__what="Belt de leverancier.",
        homework__to__function="wethouder Armoede",
        homework__neededBy=f"{date.today() + timedelta(days=7)}",
    )
    assert sent.status_code == 303, sent.text
    page = (await jasmijn.get("/blockades/agenda")).text
    assert "wethouder Armoede" in page and "Belt de leverancier." in page and "to do" in page
    done = await jasmijn.send("/blockades/agenda", "/homework-done")
    page = await jasmijn.get(done.headers["location"])
    assert '<span class="badge done">done</span>' in page.text
    undo = form_in(page, "/homework-open")
    assert (await jasmijn.post(undo.action, undo.fields)).status_code == 303
    assert '<span class="badge done">' not in (await jasmijn.get("/blockades/agenda")).text


async def test_the_agenda_to_hand_out_names_no_family(visit, town):
    blockade = await raised(town, "chaima", (await social_case(town)).id, what="Over dit gezin.")
    jasmijn = visit("jasmijn")
    await jasmijn.send(page_of(blockade), "/agenda")
    page = (await jasmijn.get("/blockades/agenda")).text
    assert "Over dit gezin." not in page and "/families/" not in page.split("<main")[1]


@pytest.mark.parametrize("name", ["amina", "chaima", "ibrahim", "karim", "mo"])
async def test_for_who_does_not_decide_the_pages_are_not_there(visit, town, name):
    blockade = await raised(town, "chaima", (await social_case(town)).id)
    other = visit(name)
    absent = await other.get("/blockades/QmxvY2thZGU6bm9wZQ")
    for path in ("/blockades", "/blockades/agenda", page_of(blockade), f"{page_of(blockade)}/rule"):
        page = await other.get(path)
        assert (page.status_code, page.text) == (404, absent.text)
    assert 'href="/blockades"' not in (await other.get("/rules")).text


async def test_a_first_screen_takes_few_bytes(visit, town):
    case = await social_case(town)
    for number in range(25):
        await raised(town, "chaima", case.id, what=f"Blokkade {number}: " + "woord " * 30)
    page = await visit("jasmijn").get("/blockades")
    assert len(page.content) < 60_000
    assert len([one for one in Forms(page.text).found if one.action.endswith("/first")]) == 24
    assert re.search(r"<td[^>]*dir=\"auto\"", page.text)


@pytest.mark.parametrize(
    ("name", "path"),
    [("jasmijn", "/blockades"), ("karim", "/monitor"), ("mo", "/teams"), ("amina", "/rules")],
)
async def test_a_screen_takes_at_most_six_statements(visit, town, app, name, path):
    await raised(town, "chaima", (await social_case(town)).id)
    visitor = visit(name)
    await visitor.get(path)
    with statements(app.state.office.database) as sent:
        assert (await visitor.get(path)).status_code == 200
    assert 0 < len(sent) <= 6


async def test_from_a_blockade_one_comes_to_the_family_without_its_names(visit, town):
    blockade = await raised(town, "chaima", (await social_case(town)).id)
    jasmijn = visit("jasmijn")
    href = re.search(r'href="(/families/[\w=-]+)"', (await jasmijn.get(page_of(blockade))).text)
    assert href
    page = await jasmijn.get(href[1])
    assert page.status_code == 200 and "Janssen" not in page.text
