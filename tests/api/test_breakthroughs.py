"""By trusted documents alone: a blockade for somebody, homework, one word for many, a rule another area finds, and money."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta

import pytest
from fastapi import FastAPI

from casecoord.access.decide import Policy
from casecoord.api.ids import global_id
from casecoord.demo.provider import DemoProvider
from casecoord.demo.tokens import obtain
from casecoord.domain.workdays import local_date
from tests.actions.steps import led_case
from tests.api.test_overviews import ask, nodes
from tests.api.test_taking_part import do
from tests.doors import Client, bind, client_of
from tests.world import Town, build_town

RULE = {
    "title": "Briefadres op dezelfde dag",
    "applies": "Wie geen vaste plek heeft.",
    "allowed": "De gemeente geeft meteen een briefadres.",
    "authority": "Besluit van de stuurgroep.",
}


@pytest.fixture
async def noord(town: Town) -> Town:
    """Another area beside the town's."""
    return await build_town(town.database, town.clock, Policy(), "noord")


@pytest.fixture
async def clients(
    app: FastAPI, provider: DemoProvider, town: Town, noord: Town
) -> AsyncIterator[dict[str, Client]]:
    """Amina who leads, Jasmijn who decides, Mo who sets the amount; and Bram, who works in Noord."""
    users = {"amina": "amina", "jasmijn": "johanna", "mo": "mo", "bram": "bram"}
    for where, name in ((town, "jasmijn"), (town, "mo"), (noord, "bram")):
        professional = where.members[name].professional
        await bind(where.database, where.area, professional, provider.issuer, f"demo-{users[name]}")
    people = {
        name: client_of(app, provider.public_url, obtain(user, provider.issuer))
        for name, user in users.items()
    }
    yield people
    for client in people.values():
        await client.http.aclose()


def in_days(days: int) -> str:
    return (local_date(datetime.now(UTC)) + timedelta(days=days)).isoformat()


async def test_what_blocks_two_families_is_opened_by_one_word_that_another_area_finds(
    town: Town, noord: Town, clients: dict[str, Client]
) -> None:
    (sam,) = await town.family(("Sam Bos", date(2017, 2, 2)), links={0: [("school", "11VO00")]})
    cases = [
        global_id("Case", (await led_case(town, who)).id) for who in ((await town.janssens())["noor"], sam)
    ]
    amina, jasmijn, bram = (clients[name] for name in ("amina", "jasmijn", "bram"))
    asked = {"kind": "RULE", "domain": "HOUSING", "asked": "Schrijf het gezin in.", "neededBy": in_days(9)}
    nobody = await do(amina, "RaiseBlockade", case=cases[0], what="Zonder adres niets.", to={}, **asked)
    assert (nobody["code"], nobody["field"]) == ("addressee_missing", "to") and nobody["message"]
    late = await do(
        amina,
        "RaiseBlockade",
        case=cases[0],
        what="Zonder adres niets.",
        **{**asked, "neededBy": in_days(-1)},
    )
    assert (late["code"], late["field"]) == ("needed_by_past", "neededBy")
    made = [
        await do(
            amina, "RaiseBlockade", case=case, what="Zonder inschrijving geen uitkering van de gemeente.",
            to={"function": "Hoofd Burgerzaken"}, urgency=urgency, **asked,
        )
        for case, urgency in zip(cases, ("NORMAL", "ACUTE"), strict=True)
    ]  # fmt: skip
    assert [one["rules"] for one in made] == [[], []]
    first, second = [one["id"] for one in made]
    assert [one["id"] for one in nodes(await ask(jasmijn, "Blockades"))] == [second, first]
    await do(jasmijn, "OrderBlockades", blockades=[first])
    listed = nodes(await ask(jasmijn, "Blockades"))
    assert [(one["id"], one["addressee"], one["place"]) for one in listed] == [
        (first, "Hoofd Burgerzaken", 1), (second, "Hoofd Burgerzaken", None),
    ]  # fmt: skip
    homework = {"to": {"function": "Wethouder"}, "what": "Legt een besluit voor.", "neededBy": in_days(3)}
    put = await do(jasmijn, "DecideBlockade", blockade=first, onAgenda=True, homework=[homework])
    assert put["state"] == "AGENDA"
    agenda = await ask(jasmijn, "AllianceAgenda")
    (item,) = agenda["items"]
    assert "Wethouder: Legt een besluit voor." in agenda["text"] and "Sam" not in agenda["text"]
    done = await do(jasmijn, "CompleteHomework", homework=item["homework"][0]["id"])
    assert done["done"] is True
    (similar,) = await ask(jasmijn, "SimilarBlockades")
    assert {one["id"] for one in similar["blockades"]} == {first, second}
    decided = await do(
        jasmijn, "DecideBlockade", blockade=first, also=[second], decision="Vandaag nog ingeschreven.",
        reach="STRUCTURAL", mandate="Mandaatbesluit.", rule=RULE,
    )  # fmt: skip
    assert (decided["state"], decided["also"], decided["caseClosed"]) == ("DECIDED", [second], False)
    for case in cases:
        (seen,) = (await ask(amina, "JointCase", id=case))["blockades"]
        assert (seen["decision"], seen["mandate"], seen["rule"]) == (
            "Vandaag nog ingeschreven.", "Mandaatbesluit.", decided["rule"],
        )  # fmt: skip
    (rule,) = nodes(await ask(bram, "Breakthroughs", text="briefadres"))
    assert (rule["title"], rule["area"], rule["id"]) == (RULE["title"], "Zuid", decided["rule"])
    (lot,) = await noord.family(("Lot Vos", date(2018, 3, 3)), links={0: [("school", "11VO00")]})
    theirs = global_id("Case", (await led_case(noord, lot, "bram")).id)
    offered = await do(bram, "RaiseBlockade", case=theirs, what="Hier ook geen uitkering.", **asked)
    assert [one["id"] for one in offered["rules"]] == [decided["rule"]]
    gone = await do(jasmijn, "WithdrawBreakthrough", rule=decided["rule"], reason="De wet regelt het nu.")
    assert gone["rule"] is None
    assert nodes(await ask(bram, "Breakthroughs")) == []


async def test_a_lead_spends_within_the_amount_and_asks_for_what_goes_over_it(
    town: Town, clients: dict[str, Client]
) -> None:
    amina, mo = clients["amina"], clients["mo"]
    case = global_id("Case", (await led_case(town, (await town.janssens())["noor"])).id)
    assert (await do(mo, "ChangeSettings", familyAmount=100_000))["familyAmount"] == 100_000
    spent = {"case": case, "purpose": "Een bed.", "domain": "HOUSING"}
    bought = await do(amina, "Spend", amount=60_000, **spent)
    assert (bought["left"], bought["blockade"]) == (40_000, None)
    over = await do(amina, "Spend", amount=60_000, **spent)
    assert (over["code"], over["field"]) == ("amount_exceeded", "amount")
    raised = await do(amina, "Spend", amount=60_000, orRaise={"asked": "Betaal mee."}, **spent)
    assert raised["spend"] is None and raised["blockade"]
    await do(amina, "RecordSpendResult", spend=bought["spend"], changed="Slaapt door.")
    view = await ask(amina, "JointCase", id=case)
    assert [(one["amount"], one["changed"]) for one in view["spends"]] == [(60_000, "Slaapt door.")]
    assert (view["leftToSpend"], [one["kind"] for one in view["blockades"]]) == (40_000, ["MONEY"])
    back = await do(amina, "CancelSpend", spend=bought["spend"], reason="Het bed kwam niet.")
    assert (back["left"], back["cancelled"]) == (100_000, True)
