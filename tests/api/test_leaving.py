"""By trusted documents alone: an administrator sees what hangs on somebody, without its content, and hands it over."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from fastapi import FastAPI

from casecoord.api.ids import global_id
from casecoord.demo.provider import DemoProvider
from casecoord.demo.tokens import obtain
from tests.actions.leaving_steps import holds, newcomer
from tests.actions.steps import led_case
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


async def test_an_administrator_ends_a_membership_by_what_hangs_on_it(
    town: Town, clients: dict[str, Client], database_url: str
) -> None:
    await led_case(town, (await town.janssens())["noor"])
    mo, team = clients["mo"], global_id("Team", town.teams["klimop"])
    known = {one["name"]: one for one in await ask(mo, "Members", team=team)}
    assert {name: one["role"] for name, one in known.items()} == {"Amina": "MEMBER", "Bram": "COORDINATOR"}
    bram = known["Bram"]["membership"]
    (seat,) = await ask(mo, "Hanging", membership=bram)
    assert (seat["kind"], seat["place"]) == ("SEAT", None)
    end = {"membership": bram, "confirm": True}
    refused = await ask(mo, "EndMembership", input={"idempotencyKey": key(), **end})
    assert (refused["__typename"], refused["code"], refused["items"]) == (
        "WorkHanging",
        "work_hanging",
        [seat],
    )
    assert refused["counts"] == [{"kind": "SEAT", "number": 1}]
    heir = known["Amina"]["membership"]
    end["successors"] = [{"item": seat["item"], "successor": heir}]
    asked = await ask(mo, "EndMembership", input={"idempotencyKey": key(), **end, "confirm": False})
    assert (asked["code"], asked["items"]) == ("not_confirmed", [seat])
    again = {"idempotencyKey": key(), **end}
    done = await ask(mo, "EndMembership", input=again)
    assert done["handedOver"] == [{"item": seat["item"], "kind": "SEAT", "to": "Amina", "membership": heir}]
    assert done == await ask(mo, "EndMembership", input=again)
    town.clock.now = datetime.now(UTC)
    await holds(town, database_url)


async def test_whoever_may_not_end_anything_learns_nothing_of_what_hangs(
    town: Town, clients: dict[str, Client]
) -> None:
    await led_case(town, (await town.janssens())["noor"])
    amina = global_id("Membership", town.members["amina"].membership)
    for who in ("bram", "ibrahim"):
        for confirm in (True, False):
            given = {"idempotencyKey": key(), "membership": amina, "confirm": confirm}
            answer = await ask(clients[who], "EndMembership", input=given)
            assert (answer["__typename"], answer["code"]) == ("Problem", "not_allowed")


async def test_a_coordinator_names_a_deputy(town: Town, clients: dict[str, Client]) -> None:
    nora = (await newcomer(town, "klimop")).membership
    since = datetime.now(UTC) + timedelta(days=1)
    until = since + timedelta(days=3)
    given = {
        "membership": global_id("Membership", town.members["amina"].membership),
        "deputy": global_id("Membership", nora),
        "since": since.isoformat(),
        "until": until.isoformat(),
    }
    done = await ask(clients["bram"], "SetDeputy", input={"idempotencyKey": key(), **given})
    seen = await ask(clients["bram"], "Members", team=global_id("Team", town.teams["klimop"]))
    assert [one["name"] for one in seen] == ["Amina", "Bram", "Nora"]
    assert (
        await code(clients["bram"], "Members", team=global_id("Team", town.teams["wijkteam"]))
        == "not_allowed"
    )
    assert (done["name"], done["since"]) == ("Nora", since.isoformat())
    bare = {**given, "until": until.replace(tzinfo=None).isoformat()}
    odd = await ask(clients["bram"], "SetDeputy", input={"idempotencyKey": key(), **bare})
    assert (odd["code"], odd["field"]) == ("time_without_zone", "until")
