"""A lead at the console: the own caseload, and all that is seldom done on a family's page, by forms alone."""

import re
from datetime import date, timedelta
from io import BytesIO

from pypdf import PdfReader

from casecoord.domain.ids import global_id
from casecoord.domain.words import LifeDomain
from tests.actions.residents_steps import custody, mother_and_child, scalar
from tests.actions.steps import led_case, open_case, propose, signal, take_part
from tests.console.visitor import Forms, form_in, offered, page_of
from tests.statements import statements
from tests.world import Someone, Town

SOON = (date.today() + timedelta(days=9)).isoformat()


async def home(town: Town) -> tuple[Someone, Someone]:
    mother, child = await mother_and_child(town)
    await custody(town, mother, child)
    return mother, child


async def test_a_lead_says_yes_on_the_caseload_and_is_at_the_family(visit, town):
    _, child = await home(town)
    added = await signal(town, "amina", child)
    case = await open_case(town, "bram", added.signal)
    await propose(town, "bram", case.id, "amina")
    amina = visit("amina", "en")
    page = await amina.get("/caseload")
    assert "You lead no family now." in page.text and "more if you say yes" in page.text
    refused = await amina.send("/caseload", "/decline-lead")
    assert refused.status_code == 422 and "You are asked" in refused.text
    yes = await amina.send("/caseload", "/accept-lead")
    assert yes.headers["location"] == f"{page_of(child)}?done=accept-lead"
    after = (await amina.get("/caseload")).text
    assert "Els Bos, Noor Bos" in after or "Noor Bos, Els Bos" in after  # nobody of a family comes first
    assert f"{page_of(child)}#hand-over-" in after
    assert 'href="/caseload"' not in (await visit("lotte").get("/")).text


async def test_a_caseload_is_of_those_one_leads(visit, town):
    _, child = await home(town)
    await led_case(town, child, "amina")
    assert "Els Bos" in (await visit("amina").get("/caseload")).text
    assert "Els Bos" not in (await visit("bram").get("/caseload")).text


async def test_pages_take_few_statements(visit, town, app):
    _, child = await home(town)
    case = await led_case(town, child, "amina")
    await take_part(town, "amina", case.id, "wijkteam", "chaima")
    found = {}
    for path in ("/caseload", page_of(child)):
        await visit("amina").get(path)
        with statements(app.state.office.database) as sent:
            assert (await visit("amina").get(path)).status_code == 200
        found[path] = len(sent)
    assert found["/caseload"] <= 8 and found[page_of(child)] <= 8, found


async def test_a_case_comes_to_its_end_and_opens_again(visit, town):
    _, child = await home(town)
    await led_case(town, child, "amina")
    amina, ibrahim, page = visit("amina", "en"), visit("ibrahim", "en"), page_of(child)
    assert {"feedback", "review", "begin-aftercare"} <= offered(await amina.get(page))
    await amina.send(page, "/feedback", text="We take it up.")
    await amina.send(page, "/confirm-signal", outcome="Things are quiet.", confirmedBy="family")
    assert "Things are quiet." in (await amina.get(page)).text
    assert (await amina.send(page, "/review")).status_code == 303
    await amina.send(page, "/begin-aftercare")
    twice = await amina.send(page, "/close-case", outcome="All is well.", confirmedBy="family")
    assert "Nothing has happened yet. Are you sure?" in twice.text
    sure = form_in(twice, "/close-case")
    assert sure.fields["outcome"] == "All is well." and sure.fields["sure"] == "yes"
    await amina.post(sure.action, {**sure.fields, "confirmedBy": "family"})
    assert "reopen" in offered(await ibrahim.get(page))
    await ibrahim.send(page, "/reopen")
    assert "a lead is sought" in (await ibrahim.get(page)).text


async def test_what_cannot_be_done_goes_up_from_the_action_itself(visit, town):
    _, child = await home(town)
    await led_case(town, child, "amina")
    amina, page = visit("amina", "en"), page_of(child)
    soon = (date.today() + timedelta(days=9)).isoformat()
    await amina.send(page, "/add-action", what="Ask for debt help.", domain="finance", dueOn=soon)
    assert f'href="{page}/blockades"' in (await amina.get(page)).text
    stuck = {"what": "No debt help under 18.", "asked": "Allow it once.", "kind": "rule", "domain": "finance"}
    assert (await amina.send(page, "/blocked", **stuck)).status_code == 303
    seen = (await amina.get(page)).text
    assert "No debt help under 18." in seen and "not decided yet" in seen


async def test_a_letter_with_a_code_becomes_a_page_of_ones_own(visit, town):
    mother, child = await home(town)
    await led_case(town, child, "amina")
    amina, page = visit("amina", "en"), page_of(child)
    made = await amina.send(page, "/code", person=global_id("Person", mother.id))
    letter = await amina.get(made.headers["location"])
    code = re.search(r"[0-9A-Z]{4}(?:-[0-9A-Z]{4})+", letter.text)
    assert code and "Els &lt;Bos" not in letter.text
    paper = await amina.get(f"{made.headers['location']}/pdf")
    assert paper.headers["content-type"] == "application/pdf" and paper.content.startswith(b"%PDF-1.")
    (sheet,) = PdfReader(BytesIO(paper.content)).pages
    assert code[0] in sheet.extract_text() and "Els <Bos" not in sheet.extract_text()
    assert b"Els <Bos" not in paper.content
    assert (await visit("bram").get(made.headers["location"])).status_code == 404
    petra = visit("petra", "en")
    await petra.post("/code", {"csrf": petra.session.csrf, "code": code[0]})
    assert "Els Bos" in (await petra.get("/mine")).text
    again = await amina.send(page, "/code", person=global_id("Person", mother.id))
    assert again.status_code == 422


async def test_a_consent_is_recorded_and_taken_back(visit, town):
    mother, child = await home(town)
    await led_case(town, child, "amina")
    await signal(town, "amina", child, detail="Only for the school.", domain=LifeDomain.TIME_USE)
    amina, page, els = visit("amina", "en"), page_of(child), global_id("Person", mother.id)
    form = await amina.form(page, "/consent")
    # A browser sends only the ticks that are set.
    asked = {
        name: value for name, value in form.fields.items() if not name.startswith(("givenBy.", "elsewhere"))
    }
    given = {**asked, "person": global_id("Person", child.id), "source": "written"}
    nobody = await amina.post(form.action, given)
    assert nobody.status_code == 422 and "Nothing was recorded yet" in nobody.text
    yes = {**given, f"givenBy.{els}": "yes", "key": "yes"}
    assert (await amina.post(form.action, yes)).status_code == 303
    assert "holds" in (await amina.get(page)).text
    assert (await amina.send(page, "/withdraw", by=els)).status_code == 303
    assert "taken back" in (await amina.get(page)).text


async def test_what_is_not_safe_to_read_is_kept_from_the_familys_page(visit, town, today):
    _, child = await home(town)
    await led_case(town, child, "amina")
    amina, page = visit("amina", "en"), page_of(child)
    assert "Veilig Thuis: 0800-2000" in (await amina.get(page)).text
    thing = await scalar(today, "select id from signals")
    sent = {"thing": global_id("Signal", thing), "reason": "The child is afraid of what follows."}
    assert (await amina.send(page, "/defer", **sent)).status_code == 303
    assert await scalar(today, "select count(*) from deferrals") == 1
    unnamed = await amina.send(page, "/defer", reason="Why.")
    assert unnamed.status_code == 422 and "Nothing was recorded yet" in unnamed.text


async def test_a_team_that_leaves_names_who_takes_over(visit, town):
    _, child = await home(town)
    case = await led_case(town, child, "amina")
    await take_part(town, "amina", case.id, "werk", "esra")
    esra, page = visit("esra", "en"), page_of(child)
    await esra.send(page, "/add-action", what="Call the bank.", domain="finance", dueOn=SOON)
    sure = form_in(await esra.send(page, "/leave"), "/leave")
    refused = await esra.post(sure.action, sure.fields)
    assert refused.status_code == 422
    (successor,) = (name for name in sure.fields if name.startswith("successor."))
    amina = global_id("Professional", town.members["amina"].professional)
    asked = await esra.form(page, "/leave")
    to = {**asked.fields, successor: amina, "sure": "yes"}
    assert (await esra.post(asked.action, to)).status_code == 303
    assert not {"leave", "add-action"} & offered(await esra.get(page))


async def test_the_areas_coordinator_records_a_move_and_a_family_that_becomes_two(visit, town):
    mother, child = await home(town)
    await led_case(town, child, "amina")
    ibrahim, page = visit("ibrahim", "en"), page_of(child)
    assert not {"move", "split"} & offered(await visit("amina").get(page))
    nowhere = await ibrahim.send(page, "/move", to="HERE", movedOn=date.today().isoformat())
    assert nowhere.status_code == 422
    form = await ibrahim.form(page, "/split")
    leaves = {name: "yes" for name in form.fields if name.endswith(global_id("Person", mother.id))}
    kept = {name: value for name, value in form.fields.items() if not name.startswith("persons.")}
    first = await ibrahim.post(form.action, {**kept, **leaves, "caseWith": "STAYING"})
    assert "neither part sees the other" in first.text
    sure = form_in(first, "/split")
    named = {name: value for name, value in sure.fields.items() if not name.startswith("persons.")}
    done = await ibrahim.post(sure.action, {**named, **leaves, "caseWith": "STAYING"})
    assert done.status_code == 303, [form.id for form in Forms(done.text).found]
    seen = (await ibrahim.get(page)).text
    assert "Noor Bos" in seen and "Els Bos" not in seen
