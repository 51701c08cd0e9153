"""The page of an area's settings: each is a small form, and what waits follows."""

import pytest

from casecoord.actions.grounds import GroundsOf, legal_grounds
from casecoord.actions.managing import SettingsOf, settings
from casecoord.actions.retaining import TermsOf, retention_terms_now
from casecoord.domain.facets import Retention
from casecoord.domain.ids import global_id
from casecoord.storage import rotating
from tests.actions.steps import led_case
from tests.console.visitor import Forms, page_of, surely

PAGE = "/teams/settings"


pytestmark = pytest.mark.usefixtures("same_day")


async def told(town):
    return await town.office.look(town.caller("mo"), settings, SettingsOf())


async def laws(town):
    return await town.office.look(town.caller("mo"), legal_grounds, GroundsOf())


async def _forms(visitor, page):
    return Forms((await visitor.get(page)).text).found


async def test_settings_are_changed_one_by_one_and_a_day_off_is_taken_back(visit, town):
    mo, page = visit("mo", "en"), "/teams/settings"
    form = next(
        one
        for one in await _forms(mo, page)
        if one.action.endswith("/deadline") and one.fields["name"] == "blockade"
    )
    assert (await mo.post(form.action, {**form.fields, "value": "6"})).status_code == 303
    await mo.send(page, "/amounts", familyAmount="750,50", caseCeiling="9")
    await mo.send(page, "/close", day="24-12-2026")
    found = await told(town)
    assert (found.family_amount, found.case_ceiling) == (75_050, 9)
    assert {one.name: one.value for one in found.deadlines}["blockade"] == 6
    assert [f"{day}" for day in found.closed] == ["2026-12-24"]
    await mo.send(page, "/open")
    assert (await told(town)).closed == []
    form = await mo.form(page, "/deadline")
    wrong = await mo.post(form.action, {**form.fields, "value": "900"})
    assert wrong.status_code == 422 and 'value="900"' in wrong.text


async def test_days_off_that_are_no_days_are_no_error(visit, town):
    mo = visit("mo", "en")
    form = await mo.form("/teams/settings", "/close")
    sent = await mo.post(form.action, {**form.fields, "closed": "2026-02-30", "day": "2026-12-24"})
    assert sent.status_code == 422


async def test_who_belongs_at_a_table_and_who_is_accountable_first(visit, town):
    mo = visit("mo", "en")
    form = await mo.form(PAGE, "/table")
    others = {name: value for name, value in form.fields.items() if not name.startswith("disciplines.")}
    nobody = await mo.post(form.action, others)
    assert nobody.status_code == 422 and 'id="table-disciplines"' in nobody.text
    kept = await mo.post(form.action, {**others, "disciplines.social_team": "yes"})
    assert kept.status_code == 303, kept.text
    twice = await surely(
        mo, PAGE, "/order", first="school", second="school", third="practice", fourth="benefit"
    )
    assert twice.status_code == 422
    order = {"first": "neighbourhood", "second": "school", "third": "practice", "fourth": "benefit"}
    assert (await surely(mo, PAGE, "/order", **order)).status_code == 303
    found = await told(town)
    assert (found.disciplines, found.routing_order) == (["social_team"], [*order.values()])
    form = await mo.form(PAGE, "/order")
    assert {name: form.fields[name] for name in order} == order


async def test_a_law_ends_as_a_ground_after_it_was_asked_twice_and_another_begins(visit, town):
    noor = (await town.janssens())["noor"]
    await led_case(town, noor)
    mo, amina = visit("mo", "en"), visit("amina", "en")
    tasks = [one for one in await laws(town) if one.ground == "6(1)(e)"]
    for task in tasks:
        form = next(
            one
            for one in await _forms(mo, PAGE)
            if one.action.endswith("/end-ground") and one.fields["id"] == global_id("LegalGround", task.id)
        )
        assert (await mo.post(form.action, form.fields)).status_code == 422
        asked = await mo.post(form.action, {**form.fields, "reason": "The act was repealed."})
        assert asked.status_code == 422 and "nobody is shown what rests on this article" in asked.text
        again = next(one for one in Forms(asked.text).found if one.fields.get("sure") == "yes")
        assert "Noor" in (await amina.get(page_of(noor))).text
        assert (await mo.post(again.action, again.fields)).status_code == 303
    gone = await amina.get(page_of(noor))
    assert "Noor" not in gone.text
    wrong = await mo.send(PAGE, "/start-ground", ground="", source="Youth Act 7", reason="In force.")
    assert wrong.status_code == 422 and 'value="Youth Act 7"' in wrong.text
    begun = await surely(
        mo, PAGE, "/start-ground", ground="6(1)(e)", source="Youth Act 7", reason="In force."
    )
    assert begun.status_code == 303, begun.text
    assert "Noor" in (await amina.get(page_of(noor))).text


async def test_a_term_is_set_from_a_day_and_new_keys_are_asked_for(visit, town):
    mo = visit("mo", "en")
    known = {
        term.kept_as: term.months
        for term in await town.office.look(town.caller("mo"), retention_terms_now, TermsOf())
    }
    typed = {"keptAs": "signal", "fromOn": "2-11-2026", "source": "Council decision 12"}
    short = await surely(mo, PAGE, "/term", months="0", **typed)
    assert short.status_code == 422
    done = await surely(mo, PAGE, "/term", months="24", **typed)
    assert done.status_code == 303, done.text
    page = (await mo.get(PAGE)).text
    assert known[Retention.SIGNAL] != 24
    assert "24 months since the signal ended" in page and "Council decision 12" in page
    nothing = await mo.send(PAGE, "/rotate", keys="")
    assert nothing.status_code == 422
    assert (await surely(mo, PAGE, "/rotate", keys="data")).status_code == 303
    async with town.database.within(town.area) as work:
        assert [one.kind for one in await rotating.asked(work)] == ["data"]


async def test_the_page_is_an_administrators_alone(visit, town):
    for name in ("bram", "ibrahim", "lotte"):
        other = visit(name)
        absent = await other.get("/teams/VGVhbTpub3Bl")
        page = await other.get(PAGE)
        assert (page.status_code, page.text) == (404, absent.text), name
