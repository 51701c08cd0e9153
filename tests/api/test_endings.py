"""By trusted documents alone: a coordinator's word on a match, and a case that ends on the family's."""

from datetime import UTC, datetime

from casecoord.api.ids import global_id
from casecoord.domain.workdays import local_date
from tests.actions.steps import led_case, signal, unmatched
from tests.api.test_overviews import ask, clients, key, nodes
from tests.doors import Client
from tests.world import Town

__all__ = ["clients"]


async def test_a_match_without_a_bsn_is_the_coordinators_to_confirm(
    town: Town, clients: dict[str, Client]
) -> None:
    noor = (await town.janssens())["noor"]
    await signal(town, "amina", noor)
    await unmatched(town, "fleur", "N. Janssen", noor.born)
    (proposal,) = nodes(await ask(clients["ibrahim"], "MergeProposals"))
    assert {p["name"]["value"] for p in proposal["main"]["persons"]} >= {"Noor Janssen"}
    assert nodes(await ask(clients["amina"], "MergeProposals")) == []
    given = {"idempotencyKey": key(), "proposal": proposal["id"], "accept": True}
    assert (await ask(clients["amina"], "ConfirmMerge", input=given))["code"] in ("not_allowed", "not_found")
    decided = await ask(clients["ibrahim"], "ConfirmMerge", input=given)
    assert (decided["accepted"], decided["household"]) == (True, global_id("Household", noor.household))
    assert decided == await ask(clients["ibrahim"], "ConfirmMerge", input=given)
    assert nodes(await ask(clients["ibrahim"], "MergeProposals")) == []


async def test_a_case_ends_on_the_familys_word(town: Town, clients: dict[str, Client]) -> None:
    noor = (await town.janssens())["noor"]
    led = await led_case(town, noor)
    case, amina = global_id("Case", led.id), clients["amina"]
    (flagged,) = (await ask(amina, "JointCase", id=case))["signals"]

    async def do(name: str, **input: object) -> dict[str, object]:
        answer: dict[str, object] = await ask(amina, name, input={"idempotencyKey": key(), **input})
        return answer

    end = {"signal": flagged["id"], "outcome": "Gaat weer naar school.", "confirmedBy": "FAMILY"}
    assert (await do("ConfirmOutcome", **end))["code"] == "feedback_first"
    assert (await do("GiveFeedback", signal=flagged["id"], text="Er is een plan."))["state"] == "IN_CASE"
    assert (await do("ConfirmOutcome", **end))["state"] == "ended"
    assert (await do("ReviewCase", case=case))["state"] == "LED"
    assert (await do("CloseCase", case=case, outcome="Klaar.", confirmedBy="FAMILY"))[
        "__typename"
    ] == "Problem"
    assert (await do("BeginAftercare", case=case))["state"] == "AFTERCARE"
    (seen,) = (await ask(amina, "JointCase", id=case))["signals"]
    assert (seen["feedback"]["value"], seen["outcome"]["value"]) == (
        "Er is een plan.",
        "Gaat weer naar school.",
    )
    assert (await do("CloseCase", case=case, outcome="Klaar.", confirmedBy="FAMILY"))["state"] == "CLOSED"
    assert (await do("ReopenCase", case=case))["__typename"] == "Problem"
    again = {"idempotencyKey": key(), "case": case}
    assert (await ask(clients["ibrahim"], "ReopenCase", input=again))["state"] == "TRIAGED"
    # In Amsterdam a day begins before it does by the clocks of most machines.
    today = local_date(datetime.now(UTC)).isoformat()
    late = {"idempotencyKey": key(), "action": global_id("Action", led.id), "dueOn": today}
    assert (await ask(amina, "ReAgreeAction", input=late))["code"] == "not_found"
