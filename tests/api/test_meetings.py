"""By trusted documents alone: a team sets its table, sees the agenda, decides, takes the minutes and closes."""

import base64
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from fastapi import FastAPI

from casecoord.api.ids import global_id
from casecoord.demo.provider import DemoProvider
from casecoord.demo.tokens import obtain
from tests.actions.meeting_steps import flagged
from tests.api.test_overviews import ask, key
from tests.doors import Client, bind, client_of
from tests.world import Town


@pytest.fixture
async def clients(town: Town, app: FastAPI, provider: DemoProvider) -> AsyncIterator[dict[str, Client]]:
    names = ("bram", "amina", "dirk", "mo")
    for name in ("bram", "mo"):
        await bind(town.database, town.area, town.members[name].professional, provider.issuer, f"demo-{name}")
    people = {name: client_of(app, provider.public_url, obtain(name, provider.issuer)) for name in names}
    yield people
    for client in people.values():
        await client.http.aclose()


async def test_a_table_is_set_opened_decided_at_and_closed(town: Town, clients: dict[str, Client]) -> None:
    home = await flagged(town)
    at = datetime.now(UTC).isoformat()

    async def do(who: str, document: str, **given: object) -> dict:
        return await ask(clients[who], document, input={"idempotencyKey": key(), **given})

    seat = {name: global_id("Membership", member.membership) for name, member in town.members.items()}
    said = await do("mo", "RecordDiscipline", membership=seat["amina"], discipline="SOCIAL_TEAM")
    assert said["discipline"] == "SOCIAL_TEAM"
    made = await do(
        "bram",
        "ScheduleMeeting",
        team=global_id("Team", town.teams["klimop"]),
        at=at,
        guests=[seat["dirk"]],
    )
    assert (made["state"], made["minutes"], made["expected"], made["warnings"]) == ("PLANNED", 60, 3, [])
    (listed,) = await ask(clients["amina"], "Meetings")
    assert listed["id"] == made["id"]
    before = await ask(clients["amina"], "Meeting", meeting=made["id"])
    assert [(one["id"], one["kind"]) for one in before["agenda"]] == [(None, "UNTRIAGED")]
    assert (await ask(clients["dirk"], "Meeting", meeting=made["id"]))["agenda"] == []
    assert (await do("bram", "OpenMeeting", meeting=made["id"]))["state"] == "OPEN"
    await do("bram", "MarkPresent", meeting=made["id"], present=[seat["dirk"], seat["amina"]])
    (item,) = (await ask(clients["dirk"], "Meeting", meeting=made["id"]))["agenda"]
    assert (item["household"], item["names"]) == (global_id("Household", home), [])
    refused = await do("bram", "CloseMeeting", meeting=made["id"])
    assert refused["code"] == "items_open"
    given = {"meetingItem": item["id"], "version": item["version"], "decision": "Amina belt."}
    assert (await do("bram", "RecordDecision", **given))["code"] == "family_not_there"
    done = await do("bram", "RecordDecision", **given, withoutFamily="Moeder is ziek.")
    assert (done["state"], done["version"]) == ("DECIDED", item["version"] + 1)
    again = await do("bram", "RecordDecision", **given, familyPresent=True)
    assert (again["code"], again["field"]) == ("changed_meanwhile", "version")
    paper = await ask(clients["bram"], "MeetingMinutes", meeting=made["id"], language="EN")
    assert base64.b64decode(paper["pdf"]).startswith(b"%PDF")
    later = (datetime.now(UTC) + timedelta(days=7)).isoformat()
    assert (await do("amina", "AdjournMeeting", meeting=made["id"], goesOnAt=later))["code"] == "not_allowed"
    assert (await do("bram", "CloseMeeting", meeting=made["id"]))["state"] == "CLOSED"
