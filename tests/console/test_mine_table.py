"""A family's own page without a script: goals, agreements to say yes, no or otherwise to, pride, help and complaints."""

from datetime import date, timedelta

import pytest

from casecoord.actions.agreements import RecordAgreement, record_agreement
from casecoord.actions.goals import PraiseFamily, SetGoal, praise_family, set_goal
from casecoord.actions.joint_view import JointCaseOf, joint_case
from casecoord.domain.agreements import Standing
from casecoord.domain.words import LifeDomain
from tests.actions.residents_steps import code_for, custody, mother_and_child, scalar
from tests.actions.steps import led_case, signal
from tests.console.visitor import Visitor, form_in
from tests.statements import statements
from tests.world import Someone, Town


async def at_home(visit, town: Town, today: Town, *family: Someone) -> tuple[Visitor, object, object]:
    """Els, bound, with a case that Amina leads, a goal and an agreement."""
    mother, child = family or await mother_and_child(town)
    await custody(town, mother, child)
    case = await led_case(town, child)
    goal = SetGoal(town.key(), case.id, LifeDomain.TIME_USE, "Samen <eten>.", own=True)
    await today.act("amina", set_goal, goal)
    soon = date.today() + timedelta(days=20)
    wording = RecordAgreement(
        town.key(), case.id, "Els brengt.", soon, "Noor is op tijd.", persons=(mother.id,)
    )
    made = await today.act("amina", record_agreement, wording)
    petra = visit("petra")
    code = await code_for(today, "amina", mother)
    await petra.post("/code", {"csrf": petra.session.csrf, "code": code})
    return petra, case, made


async def seen(today: Town, case) -> object:
    return await today.office.look(today.caller("amina"), joint_case, JointCaseOf(case.id))


async def test_goals_and_agreements_stand_on_the_own_page_in_both_languages(visit, town, today):
    petra, case, _ = await at_home(visit, town, today)
    await today.act("amina", praise_family, PraiseFamily(town.key(), case.id, "Wat een mooie week."))
    page = await petra.get("/mine")
    for said in ("Samen &lt;eten&gt;.", "uw eigen doel", "Noor is op tijd.", "Els brengt.", "wacht op een antwoord",
                 "Ik ben akkoord", "Wat een mooie week.", "Amina"):  # fmt: skip
        assert said in page.text, said
    english = await visit("petra", language="en").get("/mine")
    for said in ("What is agreed", "waits for an answer", "I do not want this", "your own goal"):
        assert said in english.text, said
    assert "<script>" not in page.text


@pytest.mark.parametrize(
    ("button", "words", "stands"),
    [
        ("confirmed", "", Standing.AGREED),
        ("changed", "Alleen op maandag.", Standing.CHANGED),
        ("refused", "", Standing.REFUSED),
    ],
)
async def test_one_button_answers_an_agreement(visit, town, today, button, words, stands):
    petra, case, made = await at_home(visit, town, today)
    done = await petra.send("/mine", "/mine/respond", answer=button, words=words)
    assert done.status_code == 303 and done.headers["location"] == "/mine?done=respond"
    (agreement,) = (await seen(today, case)).agreements
    assert (agreement.id, agreement.standing) == (made.id, stands)
    page = await petra.get("/mine?done=respond")
    assert "Vastgelegd" in page.text
    if words:
        assert words in page.text


async def test_other_words_that_are_missing_are_asked_for_and_nothing_is_lost(visit, town, today):
    petra, case, _ = await at_home(visit, town, today)
    again = await petra.send("/mine", "/mine/respond", answer="changed")
    assert again.status_code == 422 and "Vul deze tekst in." in again.text
    (agreement,) = (await seen(today, case)).agreements
    assert agreement.standing is Standing.WAITING
    form = form_in(again, "/mine/respond")
    stale = await petra.post(
        "/mine/respond", {**form.fields, "csrf": "another", "answer": "refused", "words": "Nee."}
    )
    assert stale.status_code == 422 and "Nee." in stale.text


async def test_somebody_of_a_family_says_what_they_want_are_proud_of_and_need(visit, town, today):
    petra, case, _ = await at_home(visit, town, today)
    for act, typed in (
        ("goal", {"words": "Weer werken."}),
        ("proud", {"words": "Noor las voor."}),
        ("help", {"domain": "social_network", "urgency": "high", "summary": "Ik ken hier niemand."}),
    ):
        done = await petra.send("/mine", f"/mine/{act}", **typed)
        assert done.status_code == 303, done.text
    page = await petra.get("/mine")
    for said in ("Weer werken.", "Noor las voor.", "Ik ken hier niemand."):
        assert said in page.text
    words = {one.words for one in (await seen(today, case)).milestones}
    assert {"Weer werken.", "Noor las voor."} <= words


async def test_a_complaint_about_an_agreement_or_a_person_opens_its_own_clock(visit, town, today):
    petra, _, _ = await at_home(visit, town, today)
    page = await petra.get("/mine")
    for about in ("Noor is op tijd.", "Amina (Klimop)"):
        assert f'<option value="{about}"' in page.text or about.split(" (")[0] in page.text
    done = await petra.send(
        "/mine", "/mine/complain", about="Noor is op tijd.", words="Zo hadden wij het niet gezegd."
    )
    assert done.status_code == 303
    running = "select count(*) from promises where rule = 'G15' and ended_at is null"
    assert await scalar(today, running) == 1
    assert await scalar(today, "select kind from requests") == "complaint"


async def test_the_own_page_has_no_other_doors(visit, town, today):
    petra, _, _ = await at_home(visit, town, today)
    assert (await petra.post("/mine/erase", {"csrf": petra.session.csrf})).status_code == 404
    chaima = visit("chaima")
    refused = await chaima.post(
        "/mine/proud", {"csrf": chaima.session.csrf, "key": "k", "kind": "proud", "words": "Ik."}
    )
    assert refused.status_code == 403


@pytest.mark.parametrize(
    "kind", ["access", "rectification", "restriction", "objection", "erasure", "portability"]
)
async def test_each_right_is_asked_for_and_stands_on_the_page_with_its_date(visit, town, today, kind):
    petra, _, _ = await at_home(visit, town, today)
    done = await petra.send("/mine", f"/mine/ask-{kind}", words="Omdat ik het wil.")
    assert done.headers["location"] == f"/mine?done=ask-{kind}"
    page = (await petra.get(done.headers["location"])).text
    assert "Uw vraag is binnen." in page and "U hoort meer vóór" in page and "Omdat ik het wil." in page
    assert await scalar(today, "select kind from requests") == kind


async def test_a_yes_is_given_and_taken_back_on_the_own_page(visit, town, today):
    mother, child = await mother_and_child(town)
    petra, case, _ = await at_home(visit, town, today, mother, child)
    await signal(today, "amina", mother, detail="Alleen voor de school.")
    assert "there are own notes with this signal." in (await visit("petra", language="en").get("/mine")).text
    assert (await petra.send("/mine", "/mine/allow")).status_code == 303
    (given,) = (await seen(today, case)).consents
    assert given.holds and "De regievoerder mag dit zien." in (await petra.get("/mine")).text
    assert (await petra.send("/mine", "/mine/withdraw")).headers["location"] == "/mine?done=withdraw"
    (taken,) = (await seen(today, case)).consents
    assert not taken.holds and "ingetrokken" in (await petra.get("/mine")).text


async def test_the_own_page_takes_few_statements(visit, town, today):
    petra, _, _ = await at_home(visit, town, today)
    await petra.get("/mine")
    with statements(today.database) as sent:
        assert (await petra.get("/mine")).status_code == 200
    assert len(sent) <= 6, sent
