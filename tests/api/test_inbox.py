"""The inbox through the door: trusted documents, global ids, typed problems."""

from typing import Any

import pytest
from fastapi import FastAPI

from casecoord.api import documents
from casecoord.api.schema import build
from casecoord.demo.provider import DemoProvider
from casecoord.demo.tokens import obtain
from tests.actions.steps import signal
from tests.doors import Client, client_of
from tests.world import Town

DOCUMENTS = {document.name: document.id for document in documents.load(build()).values()}


async def asked(client: Client, name: str, **variables: Any) -> Any:
    answer = (await client.post({"documentId": DOCUMENTS[name], "variables": variables})).json()
    assert "errors" not in answer
    return answer["data"]


@pytest.fixture
async def dirk(app: FastAPI, provider: DemoProvider) -> Any:
    client = client_of(app, provider.public_url, obtain("dirk", provider.issuer))
    async with client.http:
        yield client


async def test_somebody_reads_what_they_were_told_and_marks_it(town: Town, dirk: Client) -> None:
    (someone,) = await town.family(("Lars Visser", town.clock.now.date().replace(year=1990)))
    await signal(town, "amina", someone)
    told = (await asked(dirk, "Inbox"))["inbox"]
    (edge,) = told["notices"]["edges"]
    assert (edge["node"]["kind"], edge["node"]["read"], edge["node"]["waits"]) == ("SIGNAL", False, True)
    assert [one["rule"] for one in told["waiting"]] == ["G1"]
    assert told["waiting"][0]["household"] == edge["node"]["household"]
    marked = {"idempotencyKey": "k1", "notices": [edge["node"]["id"]]}
    assert (await asked(dirk, "MarkRead", input=marked))["markRead"]["notices"] == marked["notices"]
    assert (await asked(dirk, "Inbox", unread=True))["inbox"]["notices"]["edges"] == []


async def test_a_notice_of_somebody_else_and_one_that_is_none_get_the_same_answer(
    town: Town, dirk: Client, amina: Client
) -> None:
    (someone,) = await town.family(("Lars Visser", town.clock.now.date().replace(year=1990)))
    await signal(town, "amina", someone)
    (edge,) = (await asked(dirk, "Inbox"))["inbox"]["notices"]["edges"]
    answers = []
    for number, given in enumerate((edge["node"]["id"], edge["node"]["about"], "garbage")):
        problem = {"idempotencyKey": f"k{number}", "notices": [given]}
        answers.append((await asked(amina, "MarkRead", input=problem))["markRead"])
    assert answers == [answers[0]] * 3
    assert (answers[0]["code"], answers[0]["field"]) == ("not_found", "notices")
