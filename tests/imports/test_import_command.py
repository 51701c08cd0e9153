"""`casecoord import`: one line on what is wrong, a report in words or JSON, a non-zero exit on an error."""

import base64
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from casecoord.commands.context import CommandError
from casecoord.commands.imports import import_app
from tests.imports.ground import a_family
from tests.registers import invented


@pytest.fixture
def run(database_url: str, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    keys = {name: base64.b64encode(letter * 32).decode() for name, letter in
            (("MASTER", b"m"), ("MATCH", b"x"), ("SESSION", b"s"))}  # fmt: skip
    for name, value in {
        "DATABASE_URL": database_url,
        **{f"CASECOORD_{name}_KEY": key for name, key in keys.items()},
        "OIDC_ISSUER": "https://login.example.nl",
        "OIDC_CLIENT_ID": "casecoord",
        "OIDC_CLIENT_SECRET": "unused here",
        "OIDC_AUDIENCE": "casecoord",
        "CASECOORD_PUBLIC_URL": "https://casecoord.example.nl",
    }.items():
        monkeypatch.setenv(name, value)
    return CliRunner()


@pytest.fixture
def areas(tmp_path: Path) -> Path:
    return invented.write_csv(
        tmp_path / "areas.csv", ("area", "gemeente", "gm_code"), [("Zuid", "Rotterdam", "GM0599")]
    )


def test_a_newcomer_imports_an_area_and_its_families_in_two_commands(
    run: CliRunner, areas: Path, tmp_path: Path
) -> None:
    first = run.invoke(import_app, ["areas", str(areas), "--json"], catch_exceptions=False)
    assert first.exit_code == 0
    assert json.loads(first.stdout)["created"] == 1

    persons = invented.write_persons(tmp_path / "persons.json", a_family()[1])
    command = ["households", str(persons), "--area", "Zuid"]
    second = run.invoke(import_app, [*command, "--language", "nl"], catch_exceptions=False)
    assert "4 rijen gelezen" in second.stdout
    assert "1 nieuwe huishoudens" in second.stdout
    again = run.invoke(import_app, [*command, "--json"], catch_exceptions=False)
    assert json.loads(again.stdout)["unchanged"] == 4


def test_what_is_wrong_is_said_with_what_to_do(run: CliRunner, areas: Path, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="there is no such area; choose one of: none yet"):
        run.invoke(import_app, ["households", str(areas), "--area", "Noord"], catch_exceptions=False)
    run.invoke(import_app, ["areas", str(areas)], catch_exceptions=False)
    with pytest.raises(CommandError, match="Expected a JSON list of persons"):
        run.invoke(import_app, ["households", str(areas), "--area", "Zuid"], catch_exceptions=False)
    with pytest.raises(CommandError, match="Controleer het pad"):
        missing = ["schools", str(tmp_path / "nothing.csv"), "--language", "nl"]
        run.invoke(import_app, missing, catch_exceptions=False)
    with pytest.raises(CommandError, match="name it with --area"):
        run.invoke(import_app, ["areas", str(areas), "--district", "WK059910"], catch_exceptions=False)
