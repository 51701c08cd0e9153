"""At the machine: the log as the standards want it, who saw a household, and a decision decided again."""

import json
from base64 import b64encode
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from casecoord.access.decide import Policy
from casecoord.actions.access_log import AccessLogOf, access_log
from casecoord.actions.joint_view import JointCaseOf, joint_case
from casecoord.domain.ids import global_id
from casecoord.storage.work import Database
from tests.actions.looks import look
from tests.actions.steps import led_case, sql
from tests.test_commands import casecoord, complete
from tests.world import KEYRING, MASTER, MATCH, Clock, Town, build_town


@pytest.fixture
async def seen(database_url: str) -> tuple[Town, str, str]:
    """A town in which Amina looked at a family: the town, the household's id, the entry's."""
    database = Database(database_url, KEYRING, clock=Clock(), pool_size=5)
    try:
        town = await build_town(database, database.clock, Policy())  # type: ignore[arg-type]
        case = await led_case(town, (await town.janssens())["noor"])
        await look(town, "amina", joint_case, JointCaseOf(case.id))
        entries = (await look(town, "lotte", access_log, AccessLogOf(case.household))).items
        entry = next(one.id for one in entries if one.event == "joint_case")
        return town, str(case.household), str(entry)
    finally:
        await database.close()


async def test_what_an_operator_asks_is_answered_and_logged(
    seen: tuple[Town, str, str], database_url: str, tmp_path: Path
) -> None:
    _, home, entry = seen
    keys = {"CASECOORD_MASTER_KEY": MASTER, "CASECOORD_MATCH_KEY": MATCH}
    given = {**complete(database_url), **{name: b64encode(key).decode() for name, key in keys.items()}}

    def run(*words: str, code: int = 0) -> str:
        done = casecoord(tmp_path, *words, **given)
        assert done.returncode == code, done.stderr
        return done.stdout if code == 0 else done.stderr

    for form in ("ldv", "nen7513"):
        lines = [json.loads(line) for line in run("audit", "export", "--format", form).splitlines()]
        assert len(lines) > 4 and all(line["trace_id"] for line in lines)
    assert "Amina (member, Klimop) joint_case for care_coordination: case.lead" in run("audit", "seen", home)
    known = json.loads(run("audit", "seen", global_id("Household", UUID(home)), "--json"))
    assert {"joint_case", "who_saw", "access_log"} <= {one["event"] for one in known["entries"]}
    told = run("policy", "replay", entry)
    assert told.startswith("joint_case at 2026-11-02") and told.endswith(
        "the policy of its day says the same\n"
    )
    assert "there is no entry" in run("policy", "replay", str(uuid4()), code=1)
    assert "is no id of a household" in run("audit", "seen", "Janssen", code=1)
    assert "--from must be before --to" in run(
        "audit", "export", "--format", "ldv", "--from", "2031-01-01", "--to", "2030-01-01", code=1
    )
    async with sql(database_url) as database:
        rows = await database.fetch("select record from access_log where professional_id is null")
        assert {json.loads(row[0])["event"] for row in rows} == {
            "export_ldv", "export_nen7513", "who_saw", "replay_decision",
        }  # fmt: skip
        assert all(json.loads(row[0])["operator"] for row in rows)
        await database.execute(
            'update policy_versions set files = \'{"model.conf": "", "rules.csv": "", "facets": ""}\''
        )
    told = casecoord(tmp_path, "policy", "replay", entry, **given)
    assert told.returncode == 1 and "DOES NOT SAY THE SAME" in told.stdout and "Traceback" not in told.stderr
