"""The family's table on the page of those at work: what the lead writes down, and what everybody reads."""

from datetime import date, timedelta

from casecoord.actions.joint_view import JointCaseOf, joint_case
from casecoord.domain.agreements import Standing
from casecoord.domain.ids import global_id
from tests.actions.residents_steps import mother_and_child
from tests.actions.steps import led_case, open_case, signal
from tests.console.visitor import offered, page_of


async def test_the_lead_writes_down_goals_and_agreements_and_what_was_said_on_paper(visit, town):
    mother, child = await mother_and_child(town)
    case = await led_case(town, child)
    page, amina = page_of(child), visit("amina")
    soon = (date.today() + timedelta(days=20)).isoformat()
    first = {"what": "Noor is op tijd.", "doer": "Els", "dueOn": soon, "domain": "time_use"}
    else_ = {"doer": "Els", "dueOn": soon, "adopts": global_id("Person", mother.id), "reply": "Goed idee."}
    for act, typed in (
        ("set-goal", {"words": "Rust in huis.", "domain": "time_use", "own": "yes"}),
        ("reach", {"praise": "Knap!"}),
        ("praise", {"words": "Wat een mooie week."}),
        ("agree", first),
        ("paper", {"person": global_id("Person", mother.id), "answer": "changed", "words": "Om half negen."}),
        ("reword", else_),
        ("keep", {"praise": "Twee weken gelukt!"}),
    ):
        done = await amina.send(page, act, **typed)
        assert done.status_code == 303, (act, done.text)
    text = (await amina.get(page)).text
    for said in (
        "Rust in huis.",
        "Knap!",
        "Wat een mooie week.",
        "Om half negen.",
        "Goed idee.",
        "Twee weken gelukt!",
    ):
        assert said in text, said
    view = await town.office.look(town.caller("amina"), joint_case, JointCaseOf(case.id))
    assert [one.standing for one in view.agreements] == [Standing.REPLACED, Standing.KEPT]
    bram = await visit("bram", language="en").get(page)
    assert "At the table with the family" in bram.text and "Rust in huis." in bram.text
    assert not {"set-goal", "agree", "paper", "reword", "keep", "reach"} & offered(bram)


async def test_the_familys_goal_goes_along_with_the_first_proposal(visit, town):
    _, child = await mother_and_child(town)
    await open_case(town, "bram", (await signal(town, "amina", child)).signal)
    page, bram = page_of(child), visit("bram")
    asked = global_id("Professional", town.members["amina"].professional)
    done = await bram.send(
        page, "propose-lead", professional=asked, goal="Weer samen eten.", preference="School."
    )
    assert done.status_code == 303
    assert "Weer samen eten." in (await bram.get(page)).text


async def test_what_is_wrong_comes_back_with_all_that_was_typed(visit, town):
    _, child = await mother_and_child(town)
    await led_case(town, child)
    page, amina = page_of(child), visit("amina")
    wrong = await amina.send(page, "agree", what="Noor is op tijd.", doer="", dueOn="gisteren")
    assert wrong.status_code == 422 and "Noor is op tijd." in wrong.text


async def test_where_everything_is_refused_the_page_offers_to_leave_the_family_alone(visit, town):
    mother, child = await mother_and_child(town)
    await led_case(town, child)
    page, amina = page_of(child), visit("amina")
    soon, els = (date.today() + timedelta(days=20)).isoformat(), global_id("Person", mother.id)
    agreed = {"what": "Op tijd.", "doer": "Els", "dueOn": soon, "domain": "time_use", "person": els}
    await amina.send(page, "agree", **agreed)
    assert "refusal" not in offered(await amina.get(page))
    await amina.send(page, "paper", person=els, answer="refused", words="Wij willen dit niet.")
    done = await amina.send(page, "refusal", reason="Wil nu niets.", reviewOn=soon)
    assert done.status_code == 303
    assert "Wij willen dit niet." in (await amina.get(page)).text
