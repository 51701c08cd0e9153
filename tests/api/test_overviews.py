"""From an invitation to a lead by trusted documents alone: nobody passes an id on by telephone."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from fastapi import FastAPI

from casecoord.actions.participation import InviteTeam, invite_team
from casecoord.api import documents
from casecoord.api.ids import global_id
from casecoord.api.schema import build
from casecoord.demo.provider import DemoProvider
from casecoord.demo.tokens import obtain
from tests.actions.steps import open_case, signal
from tests.doors import Client, client_of
from tests.world import Town

DOCUMENTS = {document.name: document.id for document in documents.load(build()).values()}


@pytest.fixture
async def clients(app: FastAPI, provider: DemoProvider) -> AsyncIterator[dict[str, Client]]:
    """Amina of the school, Dirk of the social team and Ibrahim, the area's coordinator."""
    people = {
        name: client_of(app, provider.public_url, obtain(name, provider.issuer))
        for name in ("amina", "dirk", "ibrahim")
    }
    yield people
    for client in people.values():
        await client.http.aclose()


async def ask(client: Client, name: str, **variables: Any) -> Any:
    """The one root field of a document's answer."""
    answer = (await client.post({"documentId": DOCUMENTS[name], "variables": variables})).json()
    assert "errors" not in answer, answer["errors"]
    (found,) = answer["data"].values()
    return found


async def code(client: Client, name: str, **variables: Any) -> str:
    answer = (await client.post({"documentId": DOCUMENTS[name], "variables": variables})).json()
    (error,) = answer["errors"]
    return str(error["extensions"]["code"])


def nodes(connection: Any) -> list[Any]:
    return [edge["node"] for edge in connection["edges"]]


def key() -> str:
    return uuid4().hex


async def invited_case(town: Town) -> tuple[str, str]:
    """A case of the school's, the social team invited: the global ids of case and household."""
    added = await signal(town, "amina", (await town.janssens())["noor"])
    case = await open_case(town, "bram", added.signal)
    await town.act("bram", invite_team, InviteTeam(town.key(), case.id, town.teams["wijkteam"]))
    return global_id("Case", case.id), global_id("Household", case.household)


async def test_from_an_invitation_to_a_lead_nobody_passes_an_id_on(
    town: Town, clients: dict[str, Client]
) -> None:
    case, household = await invited_case(town)
    amina, dirk = clients["amina"], clients["dirk"]
    (invitation,) = nodes(await ask(dirk, "Invitations", first=1))
    assert (invitation["case"], invitation["askedBy"]) == (case, "Bram")
    answer = {"idempotencyKey": key(), "invitation": invitation["id"]}
    assert (await ask(dirk, "JoinCase", input=answer))["state"] == "JOINED"
    assert nodes(await ask(dirk, "Invitations")) == []

    listed = await ask(amina, "Candidates", case=case)
    assert [one["name"] for one in listed] == ["Amina", "Bram", "Chaima", "Dirk"]
    chosen = listed[-1]
    assert (chosen["teamKind"], chosen["room"]) == ("SOCIAL", None)
    assert [one["reason"] for one in chosen["reasons"]] == ["TEAM_TAKES_PART"]
    proposal = {
        "idempotencyKey": key(),
        "case": case,
        "professional": chosen["professional"],
        "reason": "kent hen",
    }
    assert (await ask(amina, "ProposeLead", input=proposal))["state"] == "LEAD_PROPOSED"

    (asked,) = nodes(await ask(dirk, "Proposals"))
    assert (asked["case"], asked["kind"], asked["askedBy"]) == (case, "LEAD", "Amina")
    answer = {"idempotencyKey": key(), "proposal": asked["id"]}
    assert (await ask(dirk, "AcceptLead", input=answer))["lead"]["name"] == "Dirk"

    now = datetime.now(UTC).isoformat()
    held = await ask(amina, "HolderAt", household=household, at=now)
    assert (held["kind"], held["holder"]["name"]) == ("LEAD", "Dirk")
    before = await ask(amina, "HolderAt", household=household, at=town.clock.now.isoformat())
    assert (before["kind"], before["holder"]["name"]) == ("COORDINATOR", "Bram")


async def test_the_coordinator_watches_over_the_area(town: Town, clients: dict[str, Client]) -> None:
    await invited_case(town)
    ibrahim = clients["ibrahim"]
    me = await ask(ibrahim, "Me")
    found = await ask(ibrahim, "Coverage", area=me["area"]["id"], first=1)
    assert (found["schools"], found["neighbourhoods"]) == (
        {"total": 2, "uncovered": 0, "lacking": 0},
        {"total": 2, "uncovered": 1, "lacking": 0},
    )
    assert [place["kind"] for place in nodes(found["uncovered"])] == ["NEIGHBOURHOOD"]
    held = {line["kind"]: line["households"] for line in found["households"]}
    assert held["COORDINATOR"] == {"number": 1, "suppressed": False}
    assert found["gaps"][0]["promise"] == "elk open signaal is beoordeeld"
    team = global_id("Team", town.teams["klimop"])
    lines = nodes(await ask(ibrahim, "Caseload", team=team))
    assert [(line["name"], line["leads"], line["full"]) for line in lines] == [
        ("Amina", 0, False),
        ("Bram", 0, False),
    ]


async def test_what_is_not_ones_own_and_what_is_not_there_have_one_code(
    town: Town, clients: dict[str, Client]
) -> None:
    case, household = await invited_case(town)
    dirk, now = clients["dirk"], datetime.now(UTC).isoformat()
    for given in (case, household, global_id("Case", uuid4()), "onzin"):
        assert await code(dirk, "Candidates", case=given) == "not_found"
        assert await code(dirk, "HolderAt", household=given, at=now) == "not_found"
        assert await code(dirk, "Caseload", team=given) == "not_found"
        assert await code(dirk, "Coverage", area=given) == "not_found"
    assert await code(dirk, "Coverage") == "not_found"
    zoneless = datetime(2026, 11, 3, 9, 0).isoformat()
    assert await code(clients["ibrahim"], "HolderAt", household=household, at=zoneless) == "time_without_zone"
