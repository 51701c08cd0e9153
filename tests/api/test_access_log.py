"""The documents `accessLog` and `replayDecision`, and the reason that a refused act carries, through the door."""

from uuid import uuid4

from casecoord.actions.joint_view import JointCaseOf, joint_case
from casecoord.api import documents
from casecoord.api.ids import global_id
from casecoord.api.schema import build
from tests.actions.steps import led_case
from tests.doors import Client
from tests.world import Town

IDS = {document.name: document.id for document in documents.load(build()).values()}


async def ask(client: Client, document: str, **variables: object) -> dict:
    answer = await client.post(
        {"documentId": IDS[document], "variables": variables}, headers={"Accept-Language": "nl"}
    )
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_amina_reads_her_own_part_and_only_that(amina: Client, town: Town) -> None:
    case = await led_case(town, (await town.janssens())["noor"], lead="bram")
    for who in ("amina", "bram"):
        await town.office.look(town.caller(who), joint_case, JointCaseOf(case.id))
    found = (await ask(amina, "AccessLog"))["data"]["accessLog"]["edges"]
    assert {one["node"]["who"] for one in found} == {"Amina"}
    assert {one["node"]["event"] for one in found} >= {"joint_case", "add_signal"}
    nothing = await ask(amina, "AccessLog", household=global_id("Household", uuid4()))
    assert nothing["data"]["accessLog"]["edges"] == []
    refused = await ask(amina, "ReplayDecision", entry=found[0]["node"]["id"])
    assert refused["errors"][0]["extensions"]["code"] == "not_found"


async def test_a_moment_without_its_zone_is_named(amina: Client) -> None:
    answer = await ask(amina, "AccessLog", **{"from": "2026-11-02T09:00:00"})
    assert answer["errors"][0]["extensions"] == {"code": "time_without_zone", "field": "from"}


async def test_a_refused_act_says_rule_reason_ground_and_whom_to_ask(amina: Client, town: Town) -> None:
    case = await led_case(town, (await town.janssens())["noor"], lead="bram")
    variables = {"input": {"idempotencyKey": "k", "case": global_id("Case", case.id)}}
    answer = (await ask(amina, "ReviewCase", **variables))["data"]["reviewCase"]
    assert answer["code"] == "not_allowed"
    assert answer["why"] == {
        "rule": "nobody: geen regel staat dit toe",
        "reasons": ["niet zo: u bent de regievoerder"],
        "ground": "AVG 6(1)(e)",
        "ask": "regievoerder",
    }
