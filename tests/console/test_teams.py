"""The administrator's pages: who works where, and how the area is set up; of families nothing but how many."""

import pytest

from casecoord.actions.managing import SettingsOf, settings
from casecoord.actions.teams import MembersOf, members
from casecoord.domain.ids import global_id
from tests.actions.steps import led_case
from tests.console.visitor import Forms, form_in

ABSENT = "/teams/VGVhbTpub3Bl"


def team_of(town, name: str) -> str:
    return f"/teams/{global_id('Team', town.teams[name])}"


def member_of(town, name: str) -> str:
    return f"/memberships/{global_id('Membership', town.members[name].membership)}"


async def told(town):
    return await town.office.look(town.caller("mo"), settings, SettingsOf())


async def working(town, team: str):
    return await town.office.look(town.caller("mo"), members, MembersOf(town.teams[team]))


async def test_an_administrator_begins_with_the_teams_and_sees_no_family(visit, town):
    noor = (await town.janssens())["noor"]
    await led_case(town, noor)
    mo = visit("mo", "en")
    assert (await mo.get("/")).headers["location"] == "/teams"
    page = (await mo.get("/teams")).text
    assert "Klimop" in page and "Bram" in page and "Janssen" not in page and "/families" not in page
    assert "Noor" not in (await mo.get(member_of(town, "amina"))).text


async def test_somebody_is_added_and_what_is_missing_keeps_the_rest(visit, town):
    mo = visit("mo", "en")
    wrong = await mo.send(team_of(town, "wijkteam"), "/add-member", email="nobody", name="Ömer Ğ")
    assert wrong.status_code == 422 and 'value="Ömer Ğ"' in wrong.text and 'value="nobody"' in wrong.text
    unfit = await mo.send(team_of(town, "wijkteam"), "/add-member", name="Ömer", role="analyst")
    assert unfit.status_code == 422
    done = await mo.send(team_of(town, "wijkteam"), "/add-member", name="Ömer Ğ", subject="oe-1")
    assert done.status_code == 303, done.text
    assert "Ömer Ğ" in {one.name for one in await working(town, "wijkteam")}


async def test_a_membership_ends_after_it_was_asked_twice_and_its_work_goes_on(visit, town):
    noor = (await town.janssens())["noor"]
    await led_case(town, noor)
    mo = visit("mo", "en")
    page = await mo.get(member_of(town, "amina"))
    assert "Cases as lead: 1" in page.text
    asked = await mo.send(member_of(town, "amina"), "/end")
    assert asked.status_code == 422 and "It cannot be taken back" in asked.text
    assert "Amina" in {one.name for one in await working(town, "klimop")}
    form = form_in(asked, "/end")
    done = await mo.post(form.action, form.fields)
    assert done.headers["location"] == "/teams?done=end"
    assert "Amina" not in (await mo.get(team_of(town, "klimop"))).text
    assert (await mo.get(member_of(town, "amina"))).status_code == 404


async def test_a_coordinators_seat_needs_somebody_by_name(visit, town):
    mo = visit("mo", "en")
    asked = await mo.send(member_of(town, "bram"), "/end")
    form = form_in(asked, "/end")
    refused = await mo.post(form.action, form.fields)
    assert refused.status_code == 422 and "seat of coordinator" in refused.text
    form = form_in(refused, "/end")
    amina = global_id("Membership", town.members["amina"].membership)
    again = await mo.post(form.action, {**form.fields, "successor": amina, "sure": "yes"})
    assert again.status_code == 303, again.text


async def test_a_deputy_stands_in(visit, town):
    mo = visit("mo", "en")
    bram = global_id("Membership", town.members["bram"].membership)
    done = await mo.send(member_of(town, "amina"), "/deputy", deputy=bram, until="2027-03-01T09:00")
    assert done.status_code == 303, done.text
    assert "Bram" in (await mo.get(member_of(town, "amina"))).text


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


async def _forms(visitor, page):
    return Forms((await visitor.get(page)).text).found


@pytest.mark.parametrize("name", ["amina", "bram", "ibrahim", "karim", "jasmijn", "lotte"])
async def test_for_who_manages_nothing_the_pages_are_not_there(visit, town, name):
    other = visit(name)
    absent = await other.get(ABSENT)
    for path in ("/teams", "/teams/settings", team_of(town, "klimop"), member_of(town, "dirk")):
        page = await other.get(path)
        assert (page.status_code, page.text) == (404, absent.text), path
