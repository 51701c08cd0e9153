"""By trusted documents alone: a team leaves, a blockade is decided, a hearing moves, the glass is broken, a right exercised."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from fastapi import FastAPI

from casecoord.api.ids import global_id
from casecoord.demo.provider import DemoProvider
from casecoord.demo.tokens import obtain
from casecoord.domain.workdays import is_working_day, local_date
from tests.actions.steps import led_case, take_part
from tests.api.test_overviews import ask, key, nodes
from tests.doors import Client, bind, client_of
from tests.world import Town

#: Who of the town logs in as which demo user, besides those who do so anyway.
LOGINS = {"hanna": "hanna", "jasmijn": "johanna", "lotte": "lotte"}


@pytest.fixture
async def clients(app: FastAPI, provider: DemoProvider, town: Town) -> AsyncIterator[dict[str, Client]]:
    for name, user in LOGINS.items():
        await bind(town.database, town.area, town.members[name].professional, provider.issuer, f"demo-{user}")
    users = {name: name for name in ("amina", "dirk", "ibrahim")} | LOGINS
    people = {
        name: client_of(app, provider.public_url, obtain(user, provider.issuer))
        for name, user in users.items()
    }
    yield people
    for client in people.values():
        await client.http.aclose()


async def do(client: Client, name: str, **input: object) -> dict[str, object]:
    answer: dict[str, object] = await ask(client, name, input={"idempotencyKey": key(), **input})
    return answer


async def test_a_team_is_told_what_hangs_on_it_and_leaves_with_that_handed_over(
    town: Town, clients: dict[str, Client]
) -> None:
    led = await led_case(town, (await town.janssens())["noor"])
    await take_part(town, "amina", led.id, "wijkteam", "dirk")
    case, due = global_id("Case", led.id), (local_date(datetime.now(UTC)) + timedelta(days=3)).isoformat()
    step = await do(clients["dirk"], "AddAction", case=case, domain="TIME_USE", what="Ga langs.", dueOn=due)
    told = await do(clients["dirk"], "LeaveCase", case=case, successors=[])
    assert (told["code"], told["field"], told["hanging"]) == ("successor_missing", "successors", [step["id"]])
    amina = global_id("Professional", town.members["amina"].professional)
    successors = [{"action": step["id"], "professional": amina}]
    left = await do(clients["dirk"], "LeaveCase", case=case, successors=successors)
    assert left == {
        "__typename": "CaseLeft", "case": case, "team": global_id("Team", town.teams["wijkteam"]),
        "handedOver": [step["id"]],
    }  # fmt: skip
    (action,) = (await ask(clients["amina"], "JointCase", id=case))["actions"]
    assert action["owner"]["name"] == "Amina"
    nothing = global_id("Proposal", led.proposals[0].id)
    assert (await do(clients["amina"], "ObjectToAppointment", proposal=nothing, reason="Nee."))[
        "code"
    ] == "not_found"


async def test_a_blockade_goes_up_and_comes_down_decided(town: Town, clients: dict[str, Client]) -> None:
    led = await led_case(town, (await town.janssens())["noor"])
    raised = await do(
        clients["amina"], "RaiseBlockade", case=global_id("Case", led.id), kind="LAW", domain="HOUSING",
        what="Mag niet verhuizen.", asked="Directeur Wonen: ontheffing voor 1 december.",
    )  # fmt: skip
    assert raised["state"] == "OPEN"
    (waiting,) = nodes(await ask(clients["jasmijn"], "Blockades"))
    assert (waiting["id"], waiting["what"], waiting["families"]) == (raised["id"], "Mag niet verhuizen.", 1)
    assert nodes(await ask(clients["amina"], "Blockades")) == []
    put = await do(clients["jasmijn"], "DecideBlockade", blockade=raised["id"], onAgenda=True)
    assert put["state"] == "AGENDA"
    decided = await do(
        clients["jasmijn"], "DecideBlockade", blockade=raised["id"], decision="Mag.", reach="STRUCTURAL"
    )
    assert (decided["state"], decided["reach"]) == ("DECIDED", "STRUCTURAL")
    (seen,) = (await ask(clients["amina"], "JointCase", id=global_id("Case", led.id)))["blockades"]
    assert (seen["decision"], seen["raisedBy"]["name"]) == ("Mag.", "Amina")


async def test_a_hearing_an_emergency_and_a_right_go_through_the_door(
    town: Town, clients: dict[str, Client]
) -> None:
    daan = (await town.janssens())["daan"]
    days = (local_date(datetime.now(UTC)) + timedelta(days=60 + n) for n in range(14))
    first, second = [day.isoformat() for day in days if is_working_day(day)][:2]
    who = {"bsn": daan.bsn, "birthDate": daan.born.isoformat()}
    planned = await do(clients["hanna"], "PlanHearing", **who, heldOn=first)
    moved = await do(clients["hanna"], "MoveHearing", hearing=planned["id"], heldOn=second)
    assert (moved["id"], moved["heldOn"]) == (planned["id"], second)
    broken = await do(
        clients["dirk"], "BreakGlass", bsn=daan.bsn, reason="Niemand doet open, kind is alleen."
    )
    seen = await ask(clients["dirk"], "JointCase", id=broken["household"])
    assert {p["name"]["value"] for p in seen["persons"]} >= {"Daan Janssen"}
    assert [g["id"] for g in seen["grants"]] == [broken["id"]]
    reviewed = await do(clients["lotte"], "ReviewBreakGlass", grant=broken["id"], finding="Terecht.")
    assert reviewed["id"] == broken["id"]
    asked = await do(clients["lotte"], "ExerciseRight", **who, kind="ACCESS", identityChecked=True)
    ibrahim = global_id("Professional", town.members["ibrahim"].professional)
    prepared = await do(
        clients["lotte"], "DecideRight", request=asked["id"], grant=True, second=ibrahim,
        decision="Inzage gegeven.", ground="AVG art. 15",
    )  # fmt: skip
    decided = (await do(clients["ibrahim"], "ConfirmDecision", decision=prepared["id"], agree=True))[
        "request"
    ]
    assert (decided["kind"], decided["state"]) == ("ACCESS", "GRANTED")
    ended = await do(clients["hanna"], "EndHearing", hearing=planned["id"], held=False)
    assert ended["state"] == "CANCELLED"
