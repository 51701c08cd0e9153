"""Erasing, backing up and making new keys from the command line: what goes, a certificate, and one line when not."""

import json
from base64 import b64encode
from pathlib import Path

import pytest

from casecoord.storage.dumps import ERASURES
from tests.actions.steps import signal, sql
from tests.keys.steps import granted, sealed_values
from tests.keys.test_rotating import versions
from tests.test_commands import casecoord, complete
from tests.world import ISSUER, MASTER, MATCH, Town


@pytest.fixture
def env(database_url: str, tmp_path: Path) -> dict[str, str]:
    (tmp_path / "master").write_text(b64encode(MASTER).decode())
    given = {
        **complete(database_url),
        "CASECOORD_MASTER_KEY_FILE": str(tmp_path / "master"),
        "CASECOORD_MATCH_KEY": b64encode(MATCH).decode(),
        "CASECOORD_BACKUPS": str(tmp_path / "backups"),
        "OIDC_ISSUER": ISSUER,
    }
    del given["CASECOORD_MASTER_KEY"]
    return given


async def test_a_family_is_erased_from_the_command_line_and_its_certificate_is_printed(
    town: Town, database_url: str, tmp_path: Path, env: dict[str, str]
) -> None:
    family = await town.janssens()
    await signal(town, "amina", family["noor"])
    await granted(town, *family.values())
    home = str(family["els"].household)
    lotte, mo = f"{town.area}:lotte", f"{town.area}:mo"
    for arguments, why in (
        ((home, "--as", mo), "not yours"), ((home, "--as", "nobody"), "no login"), (("x", "--as", lotte), "not yours"),
    ):  # fmt: skip
        refused = casecoord(tmp_path, "household", "erase", *arguments, **env)
        assert refused.returncode == 1 and why in refused.stderr and refused.stderr.count("\n") == 1
    assert casecoord(tmp_path, "backup", "--json", **env).returncode == 0
    done = casecoord(tmp_path, "household", "erase", home, "--as", lotte, "--json", **env)
    certificate = json.loads(done.stdout)["certificate"]
    assert (certificate["household"], certificate["whole"], certificate["persons"]) == (home, True, 3)
    assert certificate["openable_until"] and certificate["ground"] == "AVG art. 17"
    assert await sealed_values(database_url) == {}
    (line,) = (tmp_path / "backups" / ERASURES).read_text().splitlines()
    assert json.loads(line)["id"] == certificate["id"]


async def test_new_keys_are_made_from_the_command_line(
    town: Town, database_url: str, tmp_path: Path, env: dict[str, str]
) -> None:
    await town.janssens()
    refused = casecoord(tmp_path, "keys", "rotate", "--as", f"{town.area}:lotte", **env)
    assert refused.returncode == 1 and "may not" in refused.stderr
    done = casecoord(tmp_path, "keys", "rotate", "--as", f"{town.area}:mo", "--json", **env)
    said = json.loads(done.stdout)
    assert [(one["keys"], one["done"], one["left"]) for one in said["rotated"]] == [
        ("master", 1, 0),
        ("data", 1, 0),
    ]
    assert [(one["destroyed"], one["kept"]) for one in said["older"]] == [(1, 0)]
    assert await versions(database_url) == {(2, 2, False)}
    async with sql(database_url) as plain:
        assert await plain.fetchval("select count(*) from vault.key_rotations where finished_at is null") == 0
