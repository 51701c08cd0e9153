"""A team's meetings on its pages: a date is set, the table sits with names off, each item ends, the minutes stay."""

import re
from datetime import datetime, timedelta

import httpx2

from casecoord.domain.ids import global_id
from casecoord.domain.workdays import AMSTERDAM
from tests.actions.meeting_steps import flagged
from tests.actions.steps import led_case, sql
from tests.console.visitor import Visitor, form_in
from tests.statements import statements

LONG = "Þórgunnur " + "Ĳsbrandtszoon" * 14 + "-Żółć"
LATER = (datetime.now(AMSTERDAM) + timedelta(days=8)).strftime("%Y-%m-%dT10:00")
NEXT = (datetime.now(AMSTERDAM) + timedelta(days=20)).date().isoformat()
THERE = {"familyPresent": "yes"}


def seat(town, name: str) -> str:
    return global_id("Membership", town.members[name].membership)


async def a_date(bram: Visitor, guests: str = "", **typed: str) -> str:
    """The page of a meeting that was set by its form."""
    form = await bram.form(f"/meetings?with={guests}", "/meetings/schedule")
    done = await bram.post(
        form.action, {**form.fields, "at": f"{datetime.now(AMSTERDAM):%Y-%m-%dT%H:%M}", **typed}
    )
    assert done.status_code == 303, done.text
    return done.headers["location"]


async def sits(bram: Visitor, town, *guests: str) -> str:
    """The page of a meeting that is open, with Amina and these guests at the table."""
    asked = {f"guests.{seat(town, one)}": "yes" for one in guests}
    page = await a_date(
        bram, guests=global_id("Team", town.members[guests[0]].team) if guests else "", **asked
    )
    done = await tick(bram, page, "/open", *(f"present.{seat(town, one)}" for one in ("amina", *guests)))
    assert done.status_code == 303, done.text
    return page


async def tick(who: Visitor, page: str, act: str, *names: str) -> httpx2.Response:
    """Sends a form with these ticks alone."""
    form = await who.form(page, act)
    assert set(names) <= set(form.fields)
    kept = {name: value for name, value in form.fields.items() if "." not in name or name in names}
    return await who.post(form.action, kept)


async def decide(bram: Visitor, page: str, **typed: str) -> httpx2.Response:
    form = await bram.form(page, "/decide")
    kept = {name: value for name, value in form.fields.items() if name != "familyPresent"}
    return await bram.post(form.action, {**kept, **{k.replace("__", "."): v for k, v in typed.items()}})


async def test_a_team_meets_by_forms_alone(visit, town):
    await flagged(town)
    child = (await town.janssens())["noor"]
    await led_case(town, child)
    bram = visit("bram", "en")
    empty = await bram.get("/meetings")
    assert "No meeting is planned." in empty.text and "No meeting has been held yet." in empty.text
    page = await a_date(bram)
    before = await bram.get(page)
    assert "This is what would be talked about" in before.text and "planned" in before.text
    home = await bram.get("/")
    assert page in home.text and "Your next meeting" in home.text
    # Whose signal nobody looked at yet stands before the family that is overdue.
    first, second = re.findall(r'class="first"><a href="/families/[\w-]+">([^<]*)', home.text)
    assert "Noor Janssen" in first and "Daan" not in first and "Daan" in second
    assert home.text.count("new: not triaged yet") == 1
    await bram.send(page, "/open")
    assert "Your team sits at the table now" in (await bram.get("/")).text
    assert "0 of 2 done" in (await bram.get(page)).text

    nothing = await decide(bram, page)
    assert nothing.status_code == 422 and "An item ends in a decision" in nothing.text
    alone = await decide(bram, page, decision="Juf belt.")
    assert "Say why they were talked about without them." in alone.text and 'value="Juf belt."' in alone.text
    for number in (1, 2):
        shown = (await bram.get(page)).text
        assert f"Item {number} of 2" in shown
        again = NEXT if 'name="nextOn" type="date" value=""' not in shown else ""
        action = {"action__what": "Bel moeder.", "action__domain": "time_use", "action__dueOn": NEXT}
        done = await decide(
            bram, page, decision="School belt.", nextOn=again, **(action if again else {}), **THERE
        )
        assert done.headers["location"] == f"{page}?done=decide", done.text
    sure = await bram.send(page, "/close")
    assert "Nothing has happened yet." in sure.text
    closing = form_in(sure, "/close")
    assert (await bram.post(closing.action, closing.fields)).status_code == 303
    closed = await bram.get(page)
    assert "/decide" not in closed.text and "/adjourn" not in closed.text
    minutes = await bram.get(f"{page}/minutes")
    for said in ("Noor Janssen", "School belt.", "Bel moeder.", "Present: Amina, Bram."):
        assert said in minutes.text, said
    paper = await bram.get(f"{page}/minutes.pdf")
    assert paper.headers["content-type"] == "application/pdf" and paper.content.startswith(b"%PDF")
    assert (
        paper.headers["content-disposition"]
        == f'attachment; filename="minutes-{datetime.now(AMSTERDAM).date()}.pdf"'
    )


async def test_names_stay_with_the_server_until_somebody_asks(visit, town):
    await flagged(town, LONG)
    bram = visit("bram", "en")
    page = await sits(bram, town)
    await decide(bram, page, decision="Zeynep praat met vader.", **THERE)
    off = await bram.get(page)
    assert "Þórgunnur" not in off.text and "Zeynep" not in off.text
    item = re.search(r'href="(/meetings/[\w-]+\?item=[\w-]+)"', off.text)[1]
    chosen = await bram.get(item)
    assert "Þórgunnur" not in chosen.text and "Zeynep" not in chosen.text
    for asked in (f"{item}&names=one", f"{page}?names=all"):
        shown = await bram.get(asked)
        assert LONG in shown.text
    assert "Zeynep" in (await bram.get(f"{item}&names=one")).text
    assert LONG not in (await bram.get(page)).text
    assert (await bram.get(f"{page}?item=nonsense")).status_code == 404


async def test_of_two_tabs_the_second_is_told_and_keeps_its_words(visit, town):
    await flagged(town)
    bram, amina = visit("bram"), visit("bram")
    page = await sits(bram, town)
    form = await bram.form(page, "/decide")
    first = await decide(amina, page, decision="De juf belt.", **THERE)
    assert first.status_code == 303
    second = await bram.post(form.action, {**form.fields, "decision": "De conciërge belt.", **THERE})
    assert second.status_code == 422
    assert "Iemand anders legde intussen iets vast" in second.text
    assert "De juf belt." in second.text and 'value="De conciërge belt."' in second.text
    again = form_in(second, "/decide")
    assert again.fields["version"] == "2"
    assert (await bram.post(again.action, again.fields)).status_code == 303
    assert "De conciërge belt." in (await bram.get(f"{page}/minutes")).text
    twice = await bram.post(again.action, again.fields)
    assert twice.status_code == 303, "the same button once more does nothing more"


async def test_back_to_a_form_after_closing_loses_no_words(visit, town):
    await flagged(town)
    bram = visit("bram")
    page = await sits(bram, town)
    form = await bram.form(page, "/decide")
    await decide(bram, page, decision="Ja.", **THERE)
    sure = form_in(await bram.send(page, "/close"), "/close")
    await bram.post(sure.action, sure.fields)
    back = await bram.post(form.action, {**form.fields, "decision": "Toch niet.", **THERE})
    assert back.status_code == 422
    assert "Dit overleg is niet geopend, of al voorbij." in back.text and "Toch niet." in back.text
    assert (await bram.post(sure.action, {**sure.fields, "key": "another"})).status_code == 422
    opened = await bram.post(f"{page}/open", {**sure.fields, "key": "yet another"})
    assert opened.status_code == 422 and "Dit overleg is al begonnen of voorbij." in opened.text


async def test_a_meeting_of_others_is_not_there(visit, town):
    await flagged(town)
    page = await sits(visit("bram"), town)
    form = await visit("bram").form(page, "/decide")
    for name in ("ines", "esra", "hanna", "karim", "mo"):
        other = visit(name)
        absent = await other.get("/meetings/nonsense")
        for path in (page, f"{page}/minutes", f"{page}/minutes.pdf", f"{page}?names=all"):
            found = await other.get(path)
            assert (found.status_code, found.text) == (404, absent.text), (name, path)
        fields = {**form.fields, "csrf": other.session.csrf, "goesOnAt": LATER, "decision": "Nee.", **THERE}
        fields |= {"meeting": page.rsplit("/", 1)[1], f"present.{seat(town, 'amina')}": "yes", "sure": "yes"}
        for act in ("decide", "close", "arrive", "adjourn", "open"):
            assert (await other.post(f"{page}/{act}", fields)).status_code == 404, (name, act)
        assert page not in (await other.get("/")).text
    assert (await visit("hanna").get("/meetings")).status_code == 404


async def test_a_guest_sees_the_items_while_at_the_table_and_who_does_not_chair_decides_nothing(visit, town):
    await flagged(town)
    bram, dirk = visit("bram", "en"), visit("dirk", "en")
    page = await sits(bram, town, "dirk")
    there = await dirk.get(page)
    assert "A new signal" in there.text and "Who this is, you hear at the table." in there.text
    assert "Noor" not in (await dirk.get(f"{page}?names=all")).text
    assert "/decide" not in there.text and "names=" not in there.text
    amina = (await visit("amina", "en").get(page)).text
    assert "A new signal" in amina
    assert not [act for act in ("decide", "close", "arrive", "adjourn") if f"{page}/{act}" in amina]
    await decide(bram, page, decision="Ja.", **THERE)
    sure = form_in(await bram.send(page, "/close"), "/close")
    await bram.post(sure.action, sure.fields)
    after = await dirk.get(page)
    assert "A new signal" not in after.text and "Nothing of this meeting is for you to see." in after.text


async def test_a_date_has_to_be_one_who_comes_later_is_marked_and_what_is_left_goes_on_another_day(
    visit, town
):
    await flagged(town)
    bram = visit("bram", "en")
    for at, minutes in (("", "60"), (LATER, "zestig"), (LATER, "5"), ("2020-01-01T10:00", "60")):
        again = await bram.send("/meetings", "/meetings/schedule", at=at, minutes=minutes)
        assert again.status_code == 422
        assert form_in(again, "/meetings/schedule").fields["minutes"] == minutes
    page = await a_date(bram)
    await tick(bram, page, "/open")
    assert (await bram.get(page)).text.count(">present<") == 1
    assert (await tick(bram, page, "/arrive")).status_code == 422
    assert (await tick(bram, page, "/arrive", f"present.{seat(town, 'amina')}")).status_code == 303
    assert (await bram.get(page)).text.count(">present<") == 2
    gone_on = await bram.send(page, "/adjourn", goesOnAt=LATER)
    following = gone_on.headers["location"]
    assert following.split("?")[0] != page and "It goes on here" in (await bram.get(following)).text
    assert "went on another day" in (await bram.get("/meetings")).text


async def test_a_new_signal_is_triaged_at_the_table_and_a_case_that_closed_meanwhile_takes_a_word(
    visit, town, database_url
):
    await flagged(town)
    bram = visit("bram", "en")
    page = await sits(bram, town)
    item = re.search(r'href="(/meetings/[\w-]+\?item=[\w-]+)"', (await bram.get(page)).text)[1]
    done = await bram.send(item, "/triage", decision="OPEN_CASE")
    assert done.headers["location"] == f"{item}&done=triage", "the same family stays on the table"
    assert "/triage" not in (await bram.get(page)).text
    asks = await decide(bram, page, decision="Ja.", **THERE)
    assert asks.status_code == 422 and "has a lead, or somebody who was asked" in asks.text
    async with sql(database_url) as database:
        await database.execute("set session_replication_role = replica")
        await database.execute(
            "update cases set state = 'closed', closed_at = now(), outcome_sealed = '', outcome_by = 'family'"
        )
        await database.execute("update meeting_items set case_id = (select id from cases)")
    closed = await decide(bram, page, decision="Wij vieren het.", nextOn=NEXT, **THERE)
    assert closed.status_code == 422 and "The case was closed meanwhile." in closed.text
    assert 'value="Wij vieren het."' in closed.text
    assert (await decide(bram, page, decision="Wij vieren het.", **THERE)).status_code == 303


async def test_a_meetings_page_takes_as_many_statements_for_ten_families_as_for_one(visit, town, app):
    found = []
    for number in (1, 9):
        for one in range(number):
            await flagged(town, f"Kind {number} {one}")
        bram = visit("bram")
        page = await sits(bram, town)
        with statements(app.state.office.database) as sent:
            await bram.get(page)
        found.append(len(sent))
        await bram.send(page, "/adjourn", goesOnAt=LATER)
    assert found[0] == found[1] <= 8, found


async def test_a_team_that_met_elsewhere_says_so(visit, town):
    bram = visit("bram", "en")
    to_come = await bram.send("/meetings", "/met", heldAt="2126-11-03T09:00")
    assert to_come.status_code == 422 and 'value="2126-11-03T09:00"' in to_come.text
    done = await bram.send("/meetings", "/met", heldAt="2026-11-02T09:00")
    assert done.status_code == 303, done.text
    assert "/meetings/met" not in (await visit("amina", "en").get("/meetings")).text
