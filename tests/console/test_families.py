"""The first page and a family's page: what now, what one may do, and what is not there for whom."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import text

from casecoord.domain.ids import global_id
from casecoord.domain.words import LifeDomain, Urgency, VeiligThuis
from tests.actions.steps import led_case, open_case, propose, signal, take_part
from tests.console.visitor import form_in, offered, page_of, pointed
from tests.statements import statements

SCRIPT = "<script>alert('x')</script>"
TOMORROW = (datetime.now(UTC) + timedelta(days=2)).date().isoformat()


async def test_the_first_page_says_which_family_waits_and_for_whom(visit, town):
    noor = (await town.janssens())["noor"]
    await signal(town, "amina", noor, urgency=Urgency.ACUTE, veilig_thuis=VeiligThuis.YES)
    page = (await visit("bram").get("/")).text
    assert "Noor Janssen" in page
    assert page_of(noor) in page and "acuut" in page
    # The town's clock stands weeks ago: what was acute then is long overdue.
    assert "beoordeel het signaal" in page and "Dirk" in page
    english = (await visit("bram", "en").get("/")).text
    assert "triage the signal" in english and "Overdue, and whose" in english


@pytest.mark.parametrize(
    ("query", "there"),
    [
        ("", True),
        ("?urgency=high", True),
        ("?urgency=normal", False),
        ("?overdue=1", True),
        ("?urgency=x", True),
    ],
)
async def test_filters_are_links(visit, town, query, there):
    noor = (await town.janssens())["noor"]
    await signal(town, "amina", noor)
    page = (await visit("bram", "en").get(f"/{query}")).text
    assert (page_of(noor) in page) is there
    assert there or "No family here fits this choice." in page
    assert 'href="/families?overdue=1"' in page


async def test_the_list_goes_on_where_the_page_ended(visit, town, monkeypatch):
    monkeypatch.setattr("casecoord.console.families.PAGE", 2)
    for number in range(3):
        (child,) = await town.family((f"Kind {number}", date(2018, 1, 1)), links={0: [("school", "11VO00")]})
        await signal(town, "amina", child)
    bram = visit("bram", "en")
    first = (await bram.get("/?urgency=high")).text
    following = re.search(r'href="(/families\?[^"]*after=[^"]*)"', first)
    assert following and "urgency=high" in following[1]
    second = (await bram.get(following[1].replace("&amp;", "&"))).text
    seen = [set(re.findall(r'href="(/families/[\w-]+)"', page)) for page in (first, second)]
    assert [len(page) for page in seen] == [2, 1] and not seen[0] & seen[1]
    broken = await bram.get("/?after=nonsense")
    assert broken.status_code == 400 and "Start the list again." in broken.text


@pytest.mark.parametrize("name", ["karim", "lotte", "mo", "ines"])
async def test_who_has_no_families_reads_so(visit, town, name):
    noor = (await town.janssens())["noor"]
    await signal(town, "amina", noor)
    page = await visit(name, "en").get("/families")
    assert page.status_code == 200 and "No family waits for you in this role." in page.text
    assert page_of(noor) not in page.text


async def test_a_case_goes_from_signal_to_done_by_forms_alone(visit, town):
    noor = (await town.janssens())["noor"]
    await signal(town, "amina", noor)
    home, bram, amina = page_of(noor), visit("bram"), visit("amina")
    signal_page = await bram.get(home)
    assert offered(signal_page) == {"triage"}

    waits = await bram.send(home, "/triage", decision="ON_HOLD")
    assert waits.status_code == 422 and "Geef een reden." in waits.text
    opened = await bram.send(home, "/triage", decision="OPEN_CASE")
    assert opened.headers["location"] == f"{home}?done=triage"
    assert "Vastgelegd." in (await bram.get(opened.headers["location"])).text
    assert {"propose-lead", "add-action", "invite"} <= offered(await bram.get(home))

    amina_id = global_id("Professional", town.members["amina"].professional)
    unasked = await bram.send(home, "/propose-lead", professional=amina_id)
    assert unasked.status_code == 422 and "Zeg welke regievoerder het gezin wil" in unasked.text
    assert form_in(unasked, "/propose-lead").fields["professional"] == amina_id
    await bram.send(home, "/propose-lead", professional=amina_id, reason="kent Noor")
    assert "accept-lead" not in offered(await bram.get(home))

    assert "U bent gevraagd voor de regie" in (await amina.get("/")).text
    refused = await amina.send(home, "/decline-lead")
    assert refused.status_code == 422 and "Geef een reden." in refused.text
    assert (await amina.send(home, "/accept-lead")).status_code == 303
    page = (await amina.get(home)).text
    assert "er is een regievoerder aan het werk" in page and "tel:010-0000000" in page

    await amina.send(home, "/record-contact", manner="home_visit")
    assert "huisbezoek" in (await amina.get(home)).text
    empty = await amina.send(home, "/add-action")
    faulty = re.findall(r'<li><a href="#add-action-[\w-]+-(\w+)">', empty.text)
    assert faulty == ["what", "domain", "dueOn"]
    await amina.send(home, "/add-action", domain="social_network", what="Bel de sportclub.", dueOn=TOMORROW)
    assert "Bel de sportclub." in (await amina.get(home)).text
    await amina.send(home, "/complete-action", result="Noor traint mee.")
    done = (await amina.get(home)).text
    assert "Noor traint mee." in done and "complete-action" not in done

    team = global_id("Team", town.teams["werk"])
    await amina.send(home, "/invite", team=team)
    esra = visit("esra")
    asked = await esra.get("/")
    assert "vraagt uw team om mee te doen" in asked.text
    joined = await esra.post(form_in(asked, "/join").action, form_in(asked, "/join").fields)
    assert joined.status_code == 303
    assert "Noor Janssen" in (await esra.get(joined.headers["location"])).text

    history = (await amina.get(home)).text
    for words in (
        "gaf een signaal",
        "beoordeelde een signaal",
        "nam de regie op zich",
        "sprak met het gezin",
    ):
        assert words in history


async def test_a_hand_over_is_offered_and_taken_by_forms(visit, town):
    noor = (await town.janssens())["noor"]
    await led_case(town, noor, "amina")
    amina, bram = visit("amina", "en"), visit("bram", "en")
    bram_id = global_id("Professional", town.members["bram"].professional)
    await amina.send(page_of(noor), "/hand-over", professional=bram_id, reason="Maternity leave.")
    assert "You are asked to take the lead over, by Amina." in (await bram.get("/")).text
    await bram.send(page_of(noor), "/accept-hand-over")
    page = (await bram.get(page_of(noor))).text
    assert "<strong>Bram</strong>" in page


async def test_an_invitation_that_is_declined_leaves_nothing_behind(visit, town):
    noor = (await town.janssens())["noor"]
    await led_case(town, noor, "amina")
    amina, esra = visit("amina"), visit("esra", "en")
    await amina.send(page_of(noor), "/invite", team=global_id("Team", town.teams["werk"]))
    asked = await esra.get("/")
    no = form_in(asked, "/decline-invitation")
    assert (await esra.post(no.action, no.fields)).headers["location"] == "/"
    assert (await esra.get(page_of(noor))).status_code == 404


async def test_a_page_of_somebody_else_equals_one_that_does_not_exist(visit, town):
    noor = (await town.janssens())["noor"]
    case = await led_case(town, noor, "amina")
    ines = visit("ines")
    from uuid import uuid4

    answers = [
        await ines.get(path)
        for path in (
            page_of(noor),
            f"/families/{global_id('Case', case.id)}",
            f"/families/{global_id('Household', uuid4())}",
            "/families/nonsense",
            f"{page_of(noor)}/why/case.lead",
            f"/families/{global_id('Household', uuid4())}/why/case.lead",
        )
    ]
    assert {(page.status_code, page.content) for page in answers} == {(404, answers[0].content)}


async def test_what_one_may_not_do_is_not_offered_and_by_address_it_is_not_there(visit, town):
    noor = (await town.janssens())["noor"]
    case = await led_case(town, noor, "amina")
    await take_part(town, "amina", case.id, "werk", "esra")
    esra = visit("esra")
    page = await esra.get(page_of(noor))
    assert offered(page) == {"add-action", "praise", "consent", "leave"}
    csrf = form_in(page, "/add-action").fields["csrf"]
    given = {
        "csrf": csrf,
        "key": "mine",
        "case": global_id("Case", case.id),
        "manner": "home_visit",
        "team": global_id("Team", town.teams["huisarts"]),
    }
    tried = [await esra.post(f"{page_of(noor)}/{act}", given) for act in ("record-contact", "invite", "fly")]
    absent = await esra.get("/families/nonsense")
    assert {(answer.status_code, answer.content) for answer in tried} == {(404, absent.content)}


async def test_what_the_court_brings_changes_no_byte_of_the_schools_page(visit, town):
    people = await town.janssens()
    await led_case(
        town, people["noor"], "bram"
    )  # a lead may know of the court; the rest of the school may not
    amina = visit("amina")
    before = without_keys(await amina.get(page_of(people["noor"])))
    await signal(town, "hanna", people["daan"], domain=LifeDomain.JUSTICE)
    assert without_keys(await amina.get(page_of(people["noor"]))) == before


async def test_what_is_withheld_says_why_and_whom_to_ask(visit, town):
    noor = (await town.janssens())["noor"]
    await signal(town, "fleur", noor, detail="Alleen voor de praktijk.")
    case = await led_case(town, noor, "amina")
    chaima = visit("amina", "en")
    page = (await chaima.get(page_of(noor))).text
    assert "Alleen voor de praktijk." not in page
    assert "There is something that is not for you" in page and "Ask " in page
    assert f"{page_of(noor)}/why/signal.detail" in page
    why = (await chaima.get(f"{page_of(noor)}/why/consent.record")).text
    assert "only that it exists" in why or "shown" in why
    assert case


@pytest.mark.parametrize(
    ("language", "says"), [("nl", "De regels die dit bepalen"), ("en", "The rules that decide")]
)
async def test_a_facet_explains_itself(visit, town, language, says):
    noor = (await town.janssens())["noor"]
    await led_case(town, noor, "amina")
    page = await visit("amina", language).get(f"{page_of(noor)}/why/case.lead")
    assert page.status_code == 200 and says in page.text
    unknown = await visit("amina").get(f"{page_of(noor)}/why/case.nonsense")
    assert unknown.status_code == 404


async def test_the_coordinators_gaps_are_a_page(visit, town):
    noor = (await town.janssens())["noor"]
    await signal(town, "amina", noor)
    for language, promise in (
        ("nl", "elk open signaal is beoordeeld"),
        ("en", "every open signal is triaged"),
    ):
        page = (await visit("ibrahim", language).get("/gaps")).text
        assert promise in page and page_of(noor) in page and "Bram" in page
    assert "Nothing is overdue" in (await visit("ines", "en").get("/gaps")).text
    assert 'href="/gaps"' not in (await visit("fleur").get("/")).text


async def test_script_in_every_field_is_text(visit, town):
    (child,) = await town.family((f"Ana {SCRIPT}", date(2018, 1, 1)), links={0: [("school", "11VO00")]})
    await signal(town, "amina", child, summary=f"Zorg {SCRIPT}", detail=f"Meer {SCRIPT}")
    async with town.database.within(town.area) as work:
        for table in ("professionals", "teams"):
            await work.session.execute(text(f"update {table} set name = name || :script"), {"script": SCRIPT})
    bram, home = visit("bram"), page_of(child)
    await bram.send(home, "/triage", decision="OPEN_CASE", reason=SCRIPT)
    await bram.send(home, "/add-action", domain="finance", what=SCRIPT, dueOn=TOMORROW)
    await bram.send(home, "/complete-action", result=SCRIPT)
    wrong = await bram.send(home, "/propose-lead", reason=SCRIPT, preference=SCRIPT)
    form = await bram.form("/signal", "/signal")
    names = ("person.bsn", "person.birthDate", "person.name", "person.postcode", "summary", "detail")
    echoed = await bram.post("/signal", {**form.fields, **dict.fromkeys(names, f'"{SCRIPT}')})
    lost = await bram.http.post("/signal", data={**form.fields, "summary": f'"{SCRIPT}', 'x"><i': SCRIPT})
    pages = [await bram.get(path) for path in ("/", home, "/gaps")]
    for page in (*pages, wrong, echoed, lost):
        assert "alert(" in page.text
        assert page.text.count("<script") == 1 and 'x"><i' not in page.text


async def test_a_long_name_with_diacritics_is_whole(visit, town):
    name = "Þórgunnur-Żółć " + "Ĳsbrandtszoon" * 14
    assert len(name) == 197
    (child,) = await town.family((name, date(2018, 1, 1)), links={0: [("school", "11VO00")]})
    await signal(town, "amina", child)
    for path in ("/", page_of(child)):
        assert name in (await visit("bram").get(path)).text


async def test_an_act_sent_twice_happens_once(visit, town):
    noor = (await town.janssens())["noor"]
    await led_case(town, noor, "amina")
    amina = visit("amina")
    form = await amina.form(page_of(noor), "/add-action")
    filled = {**form.fields, "domain": "finance", "what": "Bel de bank.", "dueOn": TOMORROW}
    assert [(await amina.post(form.action, filled)).status_code for _ in range(2)] == [303, 303]
    assert (await amina.get(page_of(noor))).text.count(">Bel de bank.</h3>") == 1


async def test_two_who_do_the_same_are_told_so(visit, town):
    noor = (await town.janssens())["noor"]
    await signal(town, "amina", noor)
    bram, amina, home = visit("bram", "en"), visit("amina", "en"), page_of(noor)
    late = await amina.form(home, "/triage")
    await bram.send(home, "/triage", decision="OPEN_CASE")
    told = await amina.post(late.action, {**late.fields, **pointed({"decision": "OPEN_CASE"})})
    assert told.status_code == 422 and "This signal was triaged already." in told.text


async def test_a_form_of_an_earlier_session_is_shown_again(visit, town):
    noor = (await town.janssens())["noor"]
    await led_case(town, noor, "amina")
    form = await visit("amina").form(page_of(noor), "/add-action")
    again = await visit("amina").post(form.action, {**form.fields, "what": "Bel de bank."})
    assert again.status_code == 422 and "U hebt zich intussen opnieuw aangemeld." in again.text
    assert form_in(again, "/add-action").fields["what"] == "Bel de bank."


async def test_a_proposal_that_waits_is_answered_from_the_first_page(visit, town):
    noor = (await town.janssens())["noor"]
    added = await signal(town, "amina", noor)
    case = await open_case(town, "bram", added.signal)
    await propose(town, "bram", case.id, "amina")
    page = (await visit("amina", "en").get("/")).text
    assert f"/families/{global_id('Case', case.id)}#lead" in page


def without_keys(page) -> str:
    """A page without the keys of its forms and its own moment, which are new each time."""
    own = r'name="key" value="[^"]*"|data-seconds="\d+"|<time>\d\d:\d\d</time>|<footer>.*?</footer>'
    alike = re.sub(own, "", page.text, flags=re.DOTALL)
    return re.sub(r"since=[\w.-]+", lambda mark: f"a mark of {len(mark[0])}", alike)


@pytest.mark.parametrize("families", [1, 6])
async def test_pages_take_as_many_statements_for_six_families_as_for_one(visit, town, app, families):
    for number in range(families):
        (child,) = await town.family((f"Kind {number}", date(2018, 1, 1)), links={0: [("school", "11VO00")]})
        await led_case(town, child, "amina")
    amina = visit("amina")
    await amina.get("/")  # the first look of an instance keeps the version of its policy
    taken = {}
    for path in ("/", page_of(child), "/signal", "/gaps"):
        with statements(app.state.office.database) as sent:
            assert (await amina.get(path)).status_code == 200
        taken[path] = len(sent)
    assert list(taken.values()) == [6, 8, 2, 6]
