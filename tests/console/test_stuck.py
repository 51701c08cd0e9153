"""A team is stopped: it says so on the family's page of blockades, or the lead spends what the mandate gives."""

import pytest

from casecoord.actions.joint_view import JointCaseOf, joint_case
from casecoord.actions.managing import ChangeSettings, change_settings
from casecoord.actions.possible import possible
from casecoord.domain.ids import global_id
from casecoord.domain.words import BlockadeState
from tests.actions.test_blockades import social_case
from tests.console.visitor import form_in

RAISED = {
    "what": "Geen plek op de crèche.",
    "asked": "Een plek vinden.",
    "kind": "capacity",
    "domain": "housing",
}


def page_of(case) -> str:
    return f"/families/{global_id('Case', case.id)}/blockades"


async def seen(town, case, name="amina"):
    return await town.office.look(town.caller(name), joint_case, JointCaseOf(case.id))


async def allowed(town, amount: int) -> None:
    await town.act("mo", change_settings, ChangeSettings(town.key(), family_amount=amount))


async def test_a_member_raises_a_blockade_and_the_page_says_where_it_lies(visit, town):
    case = await social_case(town)
    chaima = visit("chaima", "en")
    lacking = await chaima.send(page_of(case), "/raise", **{**RAISED, "asked": " "})
    assert lacking.status_code == 422 and "Geen plek op de crèche." in lacking.text
    done = await chaima.send(page_of(case), "/raise", **RAISED, to__function="hoofd Onderwijs")
    page = await chaima.get(done.headers["location"])
    assert "It is with whoever can decide now" in page.text and "hoofd Onderwijs" in page.text
    assert "/rules?kind=capacity&amp;domain=housing" in page.text
    (blockade,) = (await seen(town, case)).blockades
    assert blockade.state is BlockadeState.OPEN
    assert (await visit("jasmijn").get(f"/blockades/{global_id('Blockade', blockade.id)}")).status_code == 200


async def test_a_lead_spends_tells_what_changed_and_takes_back(visit, town):
    await allowed(town, 50_000)
    case = await social_case(town)
    amina = visit("amina", "en")
    typed = {"amount": "42,50", "purpose": "Een bed.", "domain": "housing"}
    done = await amina.send(page_of(case), "/spend", **typed)
    page = await amina.get(done.headers["location"])
    assert "€ 42.50" in page.text
    await amina.send(page_of(case), "/spend-result", changed="Slaapt door.")
    assert "Slaapt door." in (await amina.get(page_of(case))).text
    undo = form_in(page, "/undo-spend")
    assert (await amina.post(undo.action, undo.fields)).status_code == 303
    (spent,) = (await seen(town, case)).spends
    assert spent.cancelled
    assert "/spend-result" not in (await amina.get(page_of(case))).text


async def test_what_is_more_than_is_left_becomes_a_question(visit, town):
    await allowed(town, 10_000)
    case = await social_case(town)
    amina = visit("amina", "en")
    done = await amina.send(
        page_of(case), "/spend", amount="300", purpose="Een wasmachine.", domain="housing"
    )
    page = await amina.get(done.headers["location"])
    assert "/undo-spend" not in page.text and "Een wasmachine." in page.text
    assert len((await seen(town, case)).blockades) == 1 and not (await seen(town, case)).spends


async def test_who_takes_no_part_finds_no_page(visit, town):
    case = await social_case(town)
    for name in ("ines", "karim", "mo", "jasmijn"):
        assert (await visit(name).get(page_of(case))).status_code == 404


@pytest.mark.parametrize(("name", "raises", "spends"), [("amina", True, True), ("chaima", True, False)])
async def test_what_is_offered_is_what_is_granted(town, name, raises, spends):
    case = await social_case(town)

    async def asked(hand, household):
        return await possible(hand, household, ())

    household = (await seen(town, case)).household
    found = await town.office.look(town.caller(name), asked, household)
    assert (found.raise_blockade, found.spend) == (raises, spends)
