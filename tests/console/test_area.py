"""The coordinator's pages: the map of the area, the ledger of what is overdue, and what waits for a word."""

import re
from datetime import date, timedelta

import pytest

from casecoord.actions.merging import ProposeMerge, propose_merge
from casecoord.actions.refusing import RecordRefusal, record_refusal
from casecoord.domain.ids import global_id
from casecoord.domain.words import Urgency, VeiligThuis
from casecoord.domain.workdays import local_date
from tests.actions.moves import COVERED, arrives, moves_to
from tests.actions.steps import led_case, open_case, second_coordinator, signal, sql
from tests.console.visitor import form_in, page_of
from tests.doors import bind
from tests.statements import statements


async def overdue_family(town):
    """The town's clock stands weeks ago: what was acute then is overdue now."""
    noor = (await town.janssens())["noor"]
    await signal(town, "amina", noor, urgency=Urgency.ACUTE, veilig_thuis=VeiligThuis.YES)
    return noor


async def test_the_map_is_the_coordinators_first_screen_and_leads_to_what_it_counts(visit, town, app):
    noor = await overdue_family(town)
    ibrahim = visit("ibrahim", "en")
    assert (await ibrahim.get("/")).headers["location"] == "/area"
    with statements(app.state.office.database) as sent:
        page = (await ibrahim.get("/area")).text
    assert len(sent) <= 7  # two transactions: the map, and a survey of figures
    assert "no team" in page and "1</strong> of 2" in page
    tile = re.search(r'href="(/gaps\?neighbourhood=\w+)">[^<]+</a></th>.*?<strong>(\d+)</strong>', page, re.S)
    assert tile and tile[2] == "1"
    there = (await ibrahim.get(tile[1])).text
    assert page_of(noor) in there and "Show the whole area" in there


@pytest.mark.parametrize("name", ["bram", "jasmijn", "fleur", "karim"])
async def test_the_map_is_for_the_areas_coordinator_alone(visit, town, name):
    await overdue_family(town)
    foreign = await visit(name, "en").get("/area")
    assert foreign.status_code == 404
    assert 'href="/area"' not in (await visit(name, "en").get("/inbox")).text


async def test_a_secret_address_is_on_no_map_and_behind_no_filter(visit, town, database_url):
    noor = await overdue_family(town)
    async with sql(database_url) as database:
        await database.execute("update households set secret_address = true where id = $1", noor.household)
    ibrahim = visit("ibrahim", "en")
    page = (await ibrahim.get("/area")).text
    assert "/gaps?neighbourhood=" not in page and "Not on the map: 1 overdue" in page
    assert "Nothing is overdue" in (await ibrahim.get("/gaps?neighbourhood=BU05991099")).text
    assert (await visit("bram", "en").get("/gaps?neighbourhood=BU05991099")).status_code == 404


async def test_a_place_that_cannot_be_one_is_no_error(visit, town):
    await overdue_family(town)
    for name in ("neighbourhood", "school"):
        assert (await visit("ibrahim", "en").get(f"/gaps?{name}=x%00")).status_code == 404


async def test_the_ledger_counts_by_rule_and_age_and_each_count_is_a_list(visit, town):
    noor = await overdue_family(town)
    page = (await visit("bram", "en").get("/gaps")).text
    assert "Noor Janssen" in page
    cells = re.findall(r'href="(/gaps\?rule=G1[^"#]*)#list">(\d+)</a>', page)
    assert {count for _, count in cells} == {"1"} and len(cells) == 2
    for href, _ in cells:
        listed = (await visit("bram", "en").get(href.replace("&amp;", "&"))).text
        assert page_of(noor) in listed and 'aria-current="true"' in listed
    assert "Nothing is overdue" in (await visit("bram", "en").get("/gaps?rule=G2&level=4")).text
    assert page_of(noor) not in (await visit("ines", "en").get("/gaps?rule=G1")).text


async def test_nothing_to_decide_is_said(visit, town):
    for name in ("ibrahim", "bram"):
        page = await visit(name, "en").get("/decisions")
        assert page.status_code == 200 and "Nothing waits for your decision now." in page.text


async def test_a_coordinator_names_two_families_that_may_be_one(visit, town):
    noor = (await town.janssens())["noor"]
    (other,) = await town.family(("Noor Jansen", noor.born))
    await signal(town, "amina", noor)
    await signal(town, "amina", other)
    ibrahim = visit("ibrahim", "en")
    wrong = await ibrahim.send(page_of(noor), "/merge", other="http://nowhere")
    assert wrong.status_code == 422 and 'value="http://nowhere"' in wrong.text
    assert (await ibrahim.send(page_of(noor), "/merge", other="")).status_code == 422
    same = await ibrahim.send(page_of(noor), "/merge", other=page_of(noor))
    assert same.status_code == 422
    done = await ibrahim.send(page_of(noor), "/merge", other=f"https://casecoord.test{page_of(other)}?done=x")
    assert done.status_code == 303, done.text
    assert "One family or two?" in (await ibrahim.get("/decisions")).text
    assert "/merge" not in (await visit("amina", "en").get(page_of(noor))).text


async def test_two_families_are_made_one_after_asking_twice_and_two_again_by_another(
    visit, town, provider, database_url
):
    noor = (await town.janssens())["noor"]
    (other,) = await town.family(("Noor Jansen", noor.born))
    await signal(town, "amina", noor)
    await town.act("ibrahim", propose_merge, ProposeMerge(town.key(), noor.household, other.household))
    ibrahim = visit("ibrahim", "en")
    sure = await ibrahim.send("/decisions", "/one-family")
    assert "Nothing has happened yet" in sure.text and "another coordinator can" in sure.text
    asked = form_in(sure, "/one-family")
    done = await ibrahim.post(asked.action, asked.fields)
    assert done.status_code == 303
    after = (await ibrahim.get(done.headers["location"])).text
    assert "From now on they are one family." in after and "Made one family" in after
    assert "another coordinator of the area makes them two again" in after and "/undo-merge" not in after
    await second_coordinator(town)
    await bind(town.database, town.area, town.members["nora"].professional, provider.issuer, "demo-nora")
    nora = visit("nora", "en")
    sure = form_in(await nora.send("/decisions", "/undo-merge"), "/undo-merge")
    assert (await nora.post(sure.action, sure.fields)).status_code == 303
    assert "/undo-merge" not in (await nora.get("/decisions")).text


async def test_a_team_says_whether_it_takes_over_and_sees_who_it_is_after_its_yes(visit, town):
    (wim,) = await town.family(("Wim Post", date(1960, 5, 5)), neighbourhood="BU05991098")
    await signal(town, "amina", wim)
    await moves_to(town, wim.household, COVERED)
    dirk = visit("dirk", "en")
    page = (await dirk.get("/decisions")).text
    assert "the family moved" in page.lower() and "Wim Post" not in page and "signals: 1" in page
    assert "Nothing waits" in (await visit("ines", "en").get("/decisions")).text
    back = await dirk.send("/decisions", "/send-back")
    assert back.status_code == 422 and "Fill in this text." in back.text
    assert (await dirk.send("/decisions", "/take-over")).status_code == 303
    assert "Wim Post" in (await dirk.get("/families")).text


async def test_a_family_from_another_area_is_welcomed(visit, town, database_url):
    await arrives(town, town.area, "Mila Post", date(2017, 1, 1))
    async with sql(database_url) as database:  # the town's clock stands weeks ago
        await database.execute("update arrivals set expires_at = clock_timestamp() + interval '1 day'")
    ibrahim = visit("ibrahim", "en")
    page = (await ibrahim.get("/decisions")).text
    assert "people: 1, of whom children: 1" in page and "Mila" not in page
    assert "another area" not in (await visit("bram", "en").get("/decisions")).text
    assert (await ibrahim.send("/decisions", "/decline-move")).status_code == 422
    assert (await ibrahim.send("/decisions", "/welcome")).status_code == 303


async def test_whose_cases_could_go_to_whom_is_asked_of_a_team(visit, town):
    team = global_id("Team", town.teams["klimop"])
    page = await visit("ibrahim", "en").get(f"/decisions?team={team}")
    assert page.status_code == 200 and "Nobody of this team leads too much" in page.text
    assert (await visit("bram").get(f"/decisions?team={team}")).status_code == 404


async def test_a_family_that_refuses_is_left_alone_with_a_coordinators_word(visit, town):
    noor = (await town.janssens())["noor"]
    case = await led_case(town, noor)
    until = local_date(town.clock.now) + timedelta(days=30)
    await town.act("amina", record_refusal, RecordRefusal(town.key(), case.id, "Nu even niet.", until))
    bram = visit("bram", "en")
    page = (await bram.get("/decisions")).text
    assert "Nu even niet." in page and "Noor Janssen" in page
    assert "Nu even niet." not in (await visit("dirk", "en").get("/decisions")).text
    assert (await bram.send("/decisions", "/leave-alone")).status_code == 303
    assert "Nu even niet." not in (await bram.get("/decisions")).text


async def test_a_family_without_a_lead_for_too_long_is_among_what_waits(visit, town):
    noor = (await town.janssens())["noor"]
    await open_case(town, "bram", (await signal(town, "amina", noor)).signal)
    page = (await visit("bram", "en").get("/decisions")).text
    assert f"{page_of(noor)}#lead" in page
    assert page_of(noor) not in (await visit("ines", "en").get("/decisions")).text
