"""By trusted documents alone: residents' rights from the asking to what comes of it, each by two people."""

import base64
import io
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from fastapi import FastAPI
from jsonschema import Draft202012Validator
from pypdf import PdfReader

from casecoord.api.ids import global_id
from casecoord.demo.provider import DemoProvider
from casecoord.demo.tokens import obtain
from tests.actions.steps import led_case, take_part
from tests.actions.test_exporting import SCHEMA
from tests.api.test_overviews import DOCUMENTS, ask, code, key, nodes
from tests.doors import Client, bind, client_of
from tests.world import Someone, Town

PEOPLE = ("amina", "chaima", "ibrahim", "lotte", "mo")


@pytest.fixture
async def clients(town: Town, app: FastAPI, provider: DemoProvider) -> AsyncIterator[dict[str, Client]]:
    for name in ("chaima", "lotte", "mo"):
        await bind(town.database, town.area, town.members[name].professional, provider.issuer, f"demo-{name}")
    people = {name: client_of(app, provider.public_url, obtain(name, provider.issuer)) for name in PEOPLE}
    yield people
    for client in people.values():
        await client.http.aclose()


async def do(client: Client, name: str, **input: Any) -> Any:
    return await ask(client, name, input={"idempotencyKey": key(), **input})


async def asked(clients: dict[str, Client], who: Someone, kind: str, **more: Any) -> str:
    about = {"bsn": who.bsn, "birthDate": who.born.isoformat(), "kind": kind, "identityChecked": True}
    answer = await do(clients["lotte"], "ExerciseRight", **about, **more)
    assert (answer["__typename"], answer["kind"], answer["state"]) == ("RequestSaved", kind, "OPEN")
    return str(answer["id"])


async def decided(
    town: Town, clients: dict[str, Client], request: str, *, grant: bool, ground: str = "AVG", **more: Any
) -> Any:
    second = global_id("Professional", town.members["ibrahim"].professional)
    prepared = await do(
        clients["lotte"], "DecideRight",
        request=request, grant=grant, second=second, ground=ground, decision="Zo is het.", **more,
    )  # fmt: skip
    assert (prepared["state"], prepared["request"]["state"]) == ("PENDING", "OPEN"), prepared
    return await do(clients["ibrahim"], "ConfirmDecision", decision=prepared["id"], agree=True)


async def test_access_is_asked_decided_by_two_and_had_on_paper(
    town: Town, clients: dict[str, Client]
) -> None:
    family = await town.janssens()
    request = await asked(clients, family["els"], "ACCESS", words="Wat weten jullie?")
    (waiting,) = await ask(clients["lotte"], "RightsAsked")
    assert (
        waiting["words"]["value"] == "Wat weten jullie?" and waiting["dueAt"] and waiting["decision"] is None
    )
    await decided(town, clients, request, grant=True)
    assert await code(clients["lotte"], "HouseholdExport", request=request) == "other_purpose"
    assert await code(clients["amina"], "HouseholdExport", request=request) == "not_found"
    answer = await clients["lotte"].post(
        {"documentId": DOCUMENTS["HouseholdExport"], "variables": {"request": request}},
        headers={"casecoord-purpose": "access_request"},
    )
    found = answer.json()["data"]["householdExport"]
    told = json.loads(found["json"])
    Draft202012Validator(SCHEMA).validate(told)
    assert [one["name"] for one in told["persons"]] == ["Els Janssen"]
    paper = PdfReader(io.BytesIO(base64.b64decode(found["pdf"])))
    assert "Els Janssen" in paper.pages[0].extract_text()


async def test_a_refusal_is_sent_back_confirmed_and_appealed(town: Town, clients: dict[str, Client]) -> None:
    family = await town.janssens()
    request = await asked(clients, family["els"], "OBJECTION")
    second = global_id("Professional", town.members["ibrahim"].professional)
    given = {
        "request": request,
        "grant": False,
        "second": second,
        "ground": "AVG art. 21",
        "decision": "Nee.",
    }
    prepared = await do(clients["lotte"], "DecideRight", **given)
    (waits,) = await ask(clients["ibrahim"], "RightsAsked")
    assert waits["decision"]["mine"] and waits["decision"]["words"]["value"] == "Nee."
    (notice,) = nodes((await ask(clients["ibrahim"], "Inbox", unread=True))["notices"])
    assert (notice["kind"], notice["waits"]) == ("DECISION_ASKED", True)
    refused = await do(clients["amina"], "ConfirmDecision", decision=prepared["id"], agree=True)
    assert (refused["__typename"], refused["code"]) == ("Problem", "not_found")
    back = await do(
        clients["ibrahim"], "ConfirmDecision", decision=prepared["id"], agree=False, words="Waarom?"
    )
    assert (back["state"], back["request"]["state"]) == ("SENT_BACK", "OPEN")
    no = await decided(town, clients, request, grant=False)
    assert (no["state"], no["outcome"], no["request"]["state"]) == ("CONFIRMED", "REFUSE", "REFUSED")
    appeal = await do(
        clients["lotte"], "AppealDecision", request=request, identityChecked=True, words="Oneens."
    )
    assert (appeal["state"], appeal["kind"]) == ("OPEN", "OBJECTION")
    again = await do(clients["lotte"], "DecideRight", **{**given, "request": appeal["id"]})
    assert (again["code"], again["field"]) == ("decided_before", "second")
    taken = await do(clients["lotte"], "WithdrawRight", request=appeal["id"], identityChecked=True)
    assert taken["state"] == "WITHDRAWN"


async def test_a_restriction_holds_until_two_lift_it(town: Town, clients: dict[str, Client]) -> None:
    family = await town.janssens()
    case = await led_case(town, family["noor"])
    await take_part(town, "amina", case.id, "wijkteam", "chaima")
    home = global_id("Household", case.household)
    assert len((await ask(clients["chaima"], "JointCase", id=home))["persons"]) == 3
    request = await asked(clients, family["els"], "RESTRICTION")
    await decided(town, clients, request, grant=True)
    assert (await ask(clients["chaima"], "JointCase", id=home))["persons"] == []
    second = global_id("Professional", town.members["ibrahim"].professional)
    lifting = await do(
        clients["lotte"], "LiftRestriction",
        request=request, second=second, ground="AVG art. 18 lid 3", decision="Uitgezocht.",
    )  # fmt: skip
    assert (lifting["outcome"], lifting["state"]) == ("LIFT", "PENDING")
    await do(clients["ibrahim"], "ConfirmDecision", decision=lifting["id"], agree=True)
    assert len((await ask(clients["chaima"], "JointCase", id=home))["persons"]) == 3


async def test_what_is_wrong_is_corrected_and_the_former_stays_readable(
    town: Town, clients: dict[str, Client]
) -> None:
    family = await town.janssens()
    case = await led_case(town, family["noor"])
    request = await asked(clients, family["els"], "RECTIFICATION")
    person, home = global_id("Person", family["els"].id), global_id("Household", case.household)
    given = {"request": request, "what": "NAME", "thing": person, "value": "Els Jansen"}
    assert (await do(clients["lotte"], "Rectify", **given))["code"] == "not_granted"
    await decided(town, clients, request, grant=True)
    done = await do(clients["lotte"], "Rectify", **given)
    assert (done["__typename"], done["what"]) == ("Rectified", "NAME")
    (kept,) = await ask(clients["amina"], "Corrections", household=home)
    assert (kept["thing"], kept["former"]["value"], kept["by"]) == (person, "Els Janssen", "Lotte")
    names = [one["name"]["value"] for one in (await ask(clients["amina"], "JointCase", id=home))["persons"]]
    assert "Els Jansen" in names and "Els Janssen" not in names


async def test_with_an_open_case_an_erasure_is_refused_and_another_right_offered(
    town: Town, clients: dict[str, Client]
) -> None:
    family = await town.janssens()
    await led_case(town, family["noor"])
    request = await asked(clients, family["els"], "ERASURE")
    second = global_id("Professional", town.members["ibrahim"].professional)
    given = {"request": request, "second": second, "ground": "AVG art. 17", "decision": "Er loopt nog iets."}
    refused = await do(clients["lotte"], "DecideRight", grant=True, **given)
    assert (refused["code"], refused["field"]) == ("erasure_case_open", "grant")
    no = await decided(town, clients, request, grant=False)
    assert (no["request"]["state"], no["offered"]) == ("REFUSED", ["RECTIFICATION", "RESTRICTION"])


async def test_an_administrator_sets_a_term_from_a_day_on(town: Town, clients: dict[str, Client]) -> None:
    given = {
        "keptAs": "JOINT_VIEW",
        "months": 18,
        "fromOn": "2027-01-01",
        "source": "besluit van de alliantie",
    }
    done = await do(clients["mo"], "SetRetentionTerm", **given)
    assert (done["__typename"], done["keptAs"], done["months"]) == ("RetentionTermSet", "JOINT_VIEW", 18)
    refused = await do(clients["mo"], "SetRetentionTerm", **{**given, "keptAs": "ACCESS_LOG", "months": 12})
    assert (refused["code"], refused["field"]) == ("term_too_short", "months")
    assert (await do(clients["amina"], "SetRetentionTerm", **given))["code"] == "not_allowed"
