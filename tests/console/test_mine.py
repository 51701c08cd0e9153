"""A resident at the console: a letter with a code, a page of one's own, and who looked."""

from datetime import date

from casecoord.domain.words import LifeDomain
from tests.actions.residents_steps import code_for, custody
from tests.actions.steps import led_case, signal
from tests.console.visitor import page_of
from tests.world import Someone, Town


async def home(town: Town) -> tuple[Someone, Someone, Someone]:
    mother, father, child = await town.family(
        ("Els <Bos>", date(1984, 3, 14)), ("Ab Bos", date(1980, 1, 1)), ("Noor Bos", date(2018, 9, 30)),
        links={2: [("school", "11VO00")]},
    )  # fmt: skip
    await custody(town, mother, child)
    await led_case(town, child)
    return mother, father, child


async def test_with_the_code_from_the_letter_one_comes_to_the_own_page(visit, town, today):
    mother, father, _ = await home(town)
    await signal(town, "chaima", father, domain=LifeDomain.SOCIAL_NETWORK, summary="Alleen van hem.")
    petra = visit("petra")
    first = await petra.get("/")
    assert first.status_code == 403 and "Hebt u een brief met een code?" in first.text
    wrong = await petra.post("/code", {"csrf": petra.session.csrf, "code": "0000-0000-0000-0000"})
    assert wrong.status_code == 400 and "Deze code klopt niet" in wrong.text
    code = await code_for(today, "amina", mother)
    done = await petra.post("/code", {"csrf": petra.session.csrf, "code": code.lower()})
    assert done.status_code == 303 and done.headers["location"] == "/mine"
    for path in ("/", "/mine"):
        page = await petra.get(path)
        assert page.status_code == 200 and "Els &lt;Bos&gt;" in page.text and "Amina" in page.text
        assert "Noor Bos" in page.text and "010-0000000" in page.text
        assert "Ab Bos" not in page.text and "Alleen van hem" not in page.text
        assert "gaf door dat er zorgen zijn" in page.text and "Waarom:" in page.text
    english = await visit("petra", language="en").get("/mine")
    assert "Who looked at your data, and why" in english.text and "passed on a concern" in english.text


async def test_a_code_comes_from_our_own_form_only(visit, town, today):
    mother, _, _ = await home(town)
    petra = visit("petra")
    code = await code_for(today, "amina", mother)
    refused = await petra.post("/code", {"csrf": "another", "code": code})
    assert refused.status_code == 403
    assert (await petra.get("/mine")).status_code == 403


async def test_the_pages_of_professionals_do_not_exist_for_a_resident(visit, town, today):
    mother, _, child = await home(town)
    petra = visit("petra")
    code = await code_for(today, "amina", mother)
    await petra.post("/code", {"csrf": petra.session.csrf, "code": code})
    for path in (page_of(child), "/gaps", "/signal"):
        assert (await petra.get(path)).status_code in (403, 404), path


async def test_who_works_here_too_has_both(visit, town, today):
    mother, _, _ = await home(town)
    chaima = visit("chaima")
    assert (await chaima.get("/mine")).status_code == 403
    code = await code_for(today, "amina", mother)
    await chaima.post("/code", {"csrf": chaima.session.csrf, "code": code})
    assert "Els &lt;Bos&gt;" in (await chaima.get("/mine")).text
    assert (await chaima.get("/")).status_code == 200 and "Els &lt;Bos" not in (await chaima.get("/")).text
