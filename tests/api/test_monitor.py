"""The monitor by trusted documents over HTTP, and the same at the command line."""

import asyncio
import csv
import io
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
from fastapi import FastAPI

from casecoord.actions.publishing import publish_area
from casecoord.api.ids import global_id
from casecoord.demo.provider import DemoProvider
from casecoord.demo.tokens import obtain
from tests.actions.monitor_steps import PLACES, Area
from tests.actions.steps import sql
from tests.api.test_overviews import DOCUMENTS
from tests.doors import Client, client_of
from tests.log.test_commands import Told, command
from tests.test_commands import complete
from tests.world import Town, build_town

MONITORING = {"casecoord-purpose": "monitoring"}


async def run(database_url: str, *arguments: str) -> Told:
    """A command, as if in a process of its own."""
    return await asyncio.to_thread(command, ("monitor", *arguments), complete(database_url))


@dataclass
class Reader:
    client: Client

    async def ask(self, name: str = "Monitor", **variables: Any) -> Any:
        body = {"documentId": DOCUMENTS[name], "variables": variables}
        answer = (await self.client.post(body, headers=MONITORING)).json()
        if "errors" in answer:
            (error,) = answer["errors"]
            return error["extensions"]["code"], error["extensions"].get("field"), error["message"]
        return answer["data"]["monitor"]


@pytest.fixture
async def ibrahim(app: FastAPI, provider: DemoProvider) -> AsyncIterator[Reader]:
    client = client_of(app, provider.public_url, obtain("ibrahim", provider.issuer))
    yield Reader(client)
    await client.http.aclose()


@pytest.fixture
async def published(town: Town, database_url: str) -> AsyncIterator[Area]:
    """October, in which one neighbourhood had seventeen signals of a school, and others a few."""
    async with sql(database_url) as connection:
        area = await Area(town, connection).found()
        await area.signals(PLACES[0], 17)
        for place in PLACES[1:6]:
            await area.signals(place, 3)
        await publish_area(town.database, town.area)
        yield area


async def test_a_coordinator_reads_what_was_published(published: Area, ibrahim: Reader) -> None:
    found = await ibrahim.ask(**{"from": "2026-10-01", "to": "2026-10-31"})
    assert (found["area"]["code"], found["from"], found["to"]) == ("zuid", "2026-10-01", "2026-10-31")
    signals = found["measures"][0]
    assert (signals["name"], signals["version"], signals["title"]) == ("signals", 1, "Signalen")
    told = [figure for figure in signals["figures"] if not figure["suppressed"]]
    assert [(one["place"], one["number"], one["rest"]) for one in told] == [
        ("overige buurten en soorten samen", 15, True),
        ("Buurt 00", 15, False),
    ]
    assert {one["words"] for one in told} == {"algemeen, tijdsbesteding, zorgteam school"}
    there = await ibrahim.ask(**{"from": "2026-10-01", "neighbourhood": PLACES[0]})
    assert [one["number"] for one in there["measures"][0]["figures"]] == [15]
    text = (await ibrahim.ask("MonitorCsv"))["csv"]
    rows = list(csv.DictReader(io.StringIO(text), delimiter=";"))
    assert [row["aantal"] for row in rows if row["maat"] == "signals" and row["aantal"]] == ["15", "15"]


async def test_an_area_reads_another_that_published(published: Area, ibrahim: Reader) -> None:
    town = published.town
    noord = await build_town(town.database, town.clock, town.office.policy, "noord")
    there = await Area(noord, published.connection).found(["BU03630001"])
    await there.signals("BU03630001", 23)
    await publish_area(noord.database, noord.area)
    others = (await ibrahim.ask())["areas"]
    assert [one["name"] for one in others] == ["Noord"]
    found = await ibrahim.ask(area=others[0]["id"])
    told = [one for one in found["measures"][0]["figures"] if one["number"]]
    assert [(one["neighbourhood"], one["number"]) for one in told] == [("BU03630001", 25)]


async def test_what_cannot_be_asked_is_said_in_dutch(published: Area, ibrahim: Reader) -> None:
    nowhere = global_id("Area", published.homes[PLACES[0]][0])
    for variables, code, field in (
        ({"from": "2026-10-01", "to": "2026-08-01"}, "period_reversed", "from"),
        ({"to": "2126-08-01"}, "month_open", "to"),
        ({"from": "2016-10-01"}, "period_too_long", "from"),
        ({"area": nowhere}, "not_found", "area"),
        ({"area": "nonsense"}, "not_found", "area"),
        ({"neighbourhood": "BU03630001"}, "not_found", "neighbourhood"),
    ):
        answer = await ibrahim.ask(**variables)
        assert answer[:2] == (code, field), (variables, answer)
        assert answer[2].endswith(".")


async def test_it_is_published_and_exported_at_the_command_line(published: Area, database_url: str) -> None:
    assert (await run(database_url, "publish", "--area", "zuid")).returncode == 0
    asked = ("export", "--area", "zuid", "--from", "2026-10", "--to", "2026-10")
    done = await run(database_url, *asked, "--json")
    (signals,) = (one for one in json.loads(done.stdout)["measures"] if one["name"] == "signals")
    assert [one["number"] for one in signals["figures"] if one["number"]] == [15, 15]
    for language, delimiter, number in (("nl", ";", "aantal"), ("en", ",", "number")):
        text = (await run(database_url, *asked, "--language", language)).stdout
        rows = list(csv.DictReader(io.StringIO(text), delimiter=delimiter))
        assert {row[number] for row in rows} == {"", "15", "2"}


async def test_a_wrong_export_is_one_line(published: Area, database_url: str) -> None:
    for arguments, says in (
        (("--area", "west"), "there is no area west"),
        (("--area", "zuid", "--from", "oktober"), "is no month"),
        (("--area", "zuid", "--from", "2026-10", "--to", "2026-09"), "comes after the last"),
        (("--area", "zuid", "--to", "2126-10"), "not over yet"),
    ):
        done = await run(database_url, "export", *arguments)
        assert done.returncode == 1 and done.stdout == ""
        assert says in done.stderr and done.stderr.count("\n") == 1


async def test_an_export_is_logged_before_it_leaves(published: Area, database_url: str) -> None:
    await run(database_url, "export", "--area", "zuid")
    written = await published.connection.fetch("select record from access_log where record is not null")
    exported = [json.loads(row["record"]) for row in written if "export_monitor" in row["record"]]
    assert [(one["purpose"], list(one["facets"])) for one in exported] == [
        ("monitoring", ["monitor.aggregate"])
    ]
