"""The administrator's pages: who works where, and how the area is set up; of families nothing but how many."""

import pytest

from casecoord.actions.teams import MembersOf, members
from casecoord.console.team_acts import TEAM_ACTS
from casecoord.domain.ids import global_id
from tests.actions.steps import led_case
from tests.console.visitor import Forms, form_in, page_of, surely

ABSENT = "/teams/VGVhbTpub3Bl"


def team_of(town, name: str) -> str:
    return f"/teams/{global_id('Team', town.teams[name])}"


def member_of(town, name: str) -> str:
    return f"/memberships/{global_id('Membership', town.members[name].membership)}"


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


async def test_a_team_covers_a_place_and_says_so(visit, town):
    mo, page = visit("mo", "en"), team_of(town, "klimop")
    before = (await mo.get(page)).text
    assert "What this team covers" in before and "<li>School 11Vo00</li>" in before
    assert "<li>School 12Ab00</li>" not in before and "12AB00" in before
    assert (await mo.send(page, "/cover", code="")).status_code == 422
    assert (await mo.send(page, "/cover", code="BU05991099")).status_code == 404
    done = await mo.send(page, "/cover", code="12AB00")
    assert done.status_code == 303, done.text
    assert "<li>School 12Ab00</li>" in (await mo.get(page)).text
    assert "What this team covers" not in (await mo.get(team_of(town, "bureau"))).text


async def test_a_team_ends_after_it_was_asked_twice_and_another_takes_over(visit, town):
    noor = (await town.janssens())["noor"]
    await led_case(town, noor)
    mo = visit("mo", "en")
    nobody = await surely(mo, team_of(town, "klimop"), "/end-team")
    assert nobody.status_code == 422 and "Bram" in (await mo.get(team_of(town, "klimop"))).text
    heir = global_id("Team", town.teams["regenboog"])
    done = await surely(mo, team_of(town, "klimop"), "/end-team", to=heir)
    assert done.headers["location"] == "/teams?done=end-team"
    assert (await mo.get(team_of(town, "klimop"))).status_code == 404
    ines = visit("ines", "en")
    assert (await ines.get(page_of(noor))).status_code == 200
    last = (await mo.get(team_of(town, "regenboog"))).text
    assert "the only one of its kind here" in last and "/end-team" not in last


async def test_as_what_somebody_sits_at_the_table_and_how_many_hours_they_have(visit, town):
    mo, page = visit("mo", "en"), member_of(town, "amina")
    unfit = await mo.send(page, "/discipline", discipline="district_nurse")
    assert unfit.status_code == 422
    assert (await mo.send(page, "/discipline", discipline="special_education")).status_code == 303
    assert (await mo.send(page, "/hours", hours="61")).status_code == 422
    assert (await mo.send(page, "/hours", hours="zes")).status_code == 422
    assert (await mo.send(page, "/hours", hours="12")).status_code == 303
    told = {one.name: one for one in await working(town, "klimop")}["Amina"]
    assert (told.discipline, told.lead_hours) == ("special_education", 12)
    assert "<dd>special education support</dd>" in (await mo.get(page)).text
    assert "/discipline" not in (await mo.get(member_of(town, "hanna"))).text


async def test_somebody_leaves_altogether(visit, town):
    mo = visit("mo", "en")
    done = await surely(mo, member_of(town, "amina"), "/leave")
    assert done.headers["location"] == "/teams?done=leave"
    assert (await mo.get(member_of(town, "amina"))).status_code == 404


async def test_a_coordinator_says_who_stands_in_within_the_own_team(visit, town):
    bram = visit("bram", "en")
    mine = (await bram.get("/team")).text
    assert "Amina" in mine and "Ines" not in mine
    page = await bram.get(member_of(town, "amina"))
    assert {form.action.rsplit("/", 1)[1] for form in Forms(page.text).found} & {*TEAM_ACTS} == {"deputy"}
    assert "What hangs on this membership" not in page.text
    himself = global_id("Membership", town.members["bram"].membership)
    done = await bram.send(member_of(town, "amina"), "/deputy", deputy=himself, until="2027-03-01T09:00")
    assert done.status_code == 303, done.text
    assert "Bram" in (await bram.get("/team")).text
    absent = await bram.get(ABSENT.replace("teams", "memberships"))
    other = await bram.get(member_of(town, "ines"))
    assert (other.status_code, other.text) == (404, absent.text)
    for name in ("amina", "fleur", "mo", "lotte"):
        assert 'href="/team"' not in (await visit(name, "en").get("/inbox")).text, name
    assert (await visit("amina", "en").get("/team")).status_code == 404


@pytest.mark.parametrize("name", ["amina", "bram", "ibrahim", "karim", "jasmijn", "lotte"])
async def test_for_who_manages_nothing_the_pages_are_not_there(visit, town, name):
    other = visit(name)
    absent = await other.get(ABSENT)
    for path in ("/teams", "/teams/settings", team_of(town, "klimop"), member_of(town, "dirk")):
        page = await other.get(path)
        assert (page.status_code, page.text) == (404, absent.text), path
