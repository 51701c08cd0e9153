"""Rights and retention from the command line: what goes and why, and what is recorded of somebody, as two files."""

import asyncio
import json
import stat
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from casecoord.commands.context import CommandError
from casecoord.commands.retention import terms_of
from casecoord.domain.words import RequestKind
from casecoord.storage.work import Database
from tests.actions.steps import sql
from tests.actions.test_retention import closed_case
from tests.actions.test_rights import ask, decided
from tests.notices.test_mail_commands import CHECKOUT, environment
from tests.world import ISSUER, KEYRING, Town


async def casecoord(url: str, *arguments: str) -> tuple[int, str, str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "casecoord", *arguments, cwd=CHECKOUT,
        env={**environment(url, None), "OIDC_ISSUER": ISSUER},
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, error = await process.communicate()
    assert process.returncode is not None
    return process.returncode, out.decode(), error.decode()


def rows(told: str) -> dict[str, Any]:
    (area,) = json.loads(told)["areas"]
    return {row["table"]: row for row in area["rows"]}


async def test_a_dry_run_says_what_would_go_and_why_and_a_run_does_it(town: Town, database_url: str) -> None:
    await closed_case(town, database_url, (await town.janssens())["noor"])
    at = (town.clock.now + timedelta(days=366)).isoformat()
    code, out, error = await casecoord(database_url, "retention", "run", "--dry-run", "--at", at, "--json")
    assert code == 0, error
    tried = rows(out)
    assert tried["cases"]["class"] == "joint_view" and "since the case was closed" in tried["cases"]["why"]
    assert tried["plan_actions"]["count"] == len(tried["plan_actions"]["ids"]) == 1
    for personal in ("Janssen", "Dahliastraat", "Zorgen", "Gaat goed"):
        assert personal not in out + error
    async with sql(database_url) as plain:
        assert await plain.fetchval("select count(*) from plan_actions") == 1
    code, out, error = await casecoord(database_url, "retention", "run", "--at", at)
    assert code == 0 and "in the name of Mo" in out and "plan_actions" in out and "zuid: " in error
    async with sql(database_url) as plain:
        assert await plain.fetchval("select count(*) from plan_actions") == 0
        logged = await plain.fetchval(
            "select count(*) from access_log where record::jsonb ->> 'event' = 'run_retention'"
        )
    assert logged == 2
    terms = {one["class"]: one["months"] for one in await terms_of(Database(database_url, KEYRING), None)}
    assert (terms["signal"], terms["joint_view"], terms["access_log"]) == (60, 12, 60)
    with pytest.raises(CommandError, match="there is no area elders"):
        await terms_of(Database(database_url, KEYRING), "elders")


async def test_without_an_administrator_nothing_goes(town: Town, database_url: str) -> None:
    async with sql(database_url) as plain:
        await plain.execute("update memberships set role = 'member' where role = 'administrator'")
    code, _, error = await casecoord(database_url, "retention", "run")
    assert code == 1 and "has no administrator" in error and error.count("\n") == 1


async def test_what_is_recorded_of_somebody_comes_as_two_files_for_ones_own_eyes(
    town: Town, database_url: str, tmp_path: Path
) -> None:
    els = (await town.janssens())["els"]
    request = await ask(town, els, RequestKind.ACCESS)
    await decided(town, request.id)
    asks = ("household", "export", str(els.household), "--to", str(tmp_path), "--json")
    code, out, error = await casecoord(database_url, *asks, "--person", str(els.id))
    assert code == 0, error
    machine, paper = (Path(one) for one in json.loads(out)["files"])
    assert json.loads(machine.read_text())["persons"][0]["name"] == "Els Janssen"
    assert "Els Janssen" in PdfReader(paper).pages[0].extract_text()
    assert {stat.S_IMODE(one.stat().st_mode) for one in (machine, paper)} == {0o600}
    assert "Janssen" not in out + error
    async with sql(database_url) as plain:
        logged = await plain.fetchval(
            "select professional_id from access_log where record::jsonb ->> 'event' = 'export_household'"
        )
    assert logged == town.members["lotte"].professional
    code, _, error = await casecoord(database_url, *asks, "--person", str(els.household))
    assert code == 1 and error == "casecoord: there is no request for it here that was granted\n"
