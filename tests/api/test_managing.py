"""By trusted documents alone: an administrator runs an area, its coordinator watches, a team says that it met."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from fastapi import FastAPI

from casecoord.api.ids import global_id
from casecoord.demo.provider import DemoProvider
from casecoord.demo.tokens import obtain
from tests.api.test_overviews import ask, code, key
from tests.doors import Client, bind, client_of
from tests.world import Town


@pytest.fixture
async def clients(town: Town, app: FastAPI, provider: DemoProvider) -> AsyncIterator[dict[str, Client]]:
    for name in ("bram", "mo"):
        await bind(town.database, town.area, town.members[name].professional, provider.issuer, f"demo-{name}")
    people = {
        name: client_of(app, provider.public_url, obtain(name, provider.issuer))
        for name in ("bram", "ibrahim", "mo")
    }
    yield people
    for client in people.values():
        await client.http.aclose()


async def test_an_administrator_changes_settings_that_the_coordinator_sees(
    clients: dict[str, Client],
) -> None:
    given = {
        "deadlines": [{"name": "triage", "value": 3}],
        "closed": ["2026-12-24"],
        "disciplines": ["SOCIAL_TEAM"],
        "caseCeiling": 9,
        "routingOrder": ["NEIGHBOURHOOD", "SCHOOL", "BENEFIT", "PRACTICE"],
    }
    done = await ask(clients["mo"], "ChangeSettings", input={"idempotencyKey": key(), **given})
    assert done.pop("__typename") == "Settings"
    assert {"name": "triage", "value": 3, "least": 1, "most": 60} in done["deadlines"]
    assert {name: done[name] for name in given if name != "deadlines"} == {
        name: value for name, value in given.items() if name != "deadlines"
    }
    assert await ask(clients["ibrahim"], "Settings") == done
    assert await code(clients["bram"], "Settings") == "not_allowed"


async def test_a_setting_that_is_wrong_is_named(clients: dict[str, Client]) -> None:
    for number, field in ((0, "deadlines.triage"), (61, "deadlines.triage")):
        given = {"idempotencyKey": key(), "deadlines": [{"name": "triage", "value": number}]}
        answer = await ask(clients["mo"], "ChangeSettings", input=given)
        assert (answer["__typename"], answer["code"], answer["field"]) == (
            "Problem",
            "setting_out_of_bounds",
            field,
        )
        assert "heel getal" in answer["message"]


async def test_a_roster_is_planned_and_shows_its_holes(town: Town, clients: dict[str, Client]) -> None:
    since = datetime.now(UTC) + timedelta(days=1)
    until = since + timedelta(days=1)
    chaima = global_id("Membership", town.members["chaima"].membership)
    given = {
        "idempotencyKey": key(),
        "membership": chaima,
        "since": since.isoformat(),
        "until": until.isoformat(),
    }
    done = await ask(clients["mo"], "PlanDuty", input=given)
    assert [shift["name"] for shift in done["shifts"]] == ["Chaima"] and done["holes"] == []
    assert done == await ask(clients["mo"], "PlanDuty", input=given)
    shown = await ask(clients["ibrahim"], "Roster", until=(until + timedelta(days=1)).isoformat())
    assert [shift["name"] for shift in shown["shifts"]] == ["Dirk", "Chaima", "Dirk"]
    assert await code(clients["bram"], "Roster") == "not_allowed"


async def test_a_member_a_place_and_a_meeting(town: Town, clients: dict[str, Client]) -> None:
    klimop = global_id("Team", town.teams["klimop"])
    given = {"idempotencyKey": key(), "team": klimop, "role": "MEMBER", "name": "Sanne", "language": "NL"}
    done = await ask(clients["mo"], "AddMember", input=given)
    assert (done["__typename"], done["team"], done["role"]) == ("MemberAdded", klimop, "MEMBER")
    assert "Sanne" in [one["name"] for one in await ask(clients["bram"], "Members", team=klimop)]
    place = {"idempotencyKey": key(), "kind": "school", "code": "12AB00", "team": klimop}
    assert (await ask(clients["mo"], "CoverPlace", input=place))["team"] == klimop
    met = {"idempotencyKey": key(), "team": klimop, "heldAt": (datetime.now(UTC)).isoformat()}
    assert (await ask(clients["bram"], "RecordMeeting", input=met))["__typename"] == "MeetingRecorded"
    for document, wrong in (("AddMember", given), ("CoverPlace", place)):
        answer = await ask(clients["bram"], document, input={**wrong, "idempotencyKey": key()})
        assert (answer["__typename"], answer["code"]) == ("Problem", "not_allowed")
    answer = await ask(clients["mo"], "RecordMeeting", input={**met, "idempotencyKey": key()})
    assert answer["code"] == "not_allowed"
