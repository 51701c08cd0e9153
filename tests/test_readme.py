"""The README's commands do what it says: the first quarter of an hour against a real demo, the rest by name."""

import re
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from casecoord.embedded import EmbeddedPostgres
from tests.test_commands import CHECKOUT, environment, running_demo, two_free_ports

README = (CHECKOUT / "README.md").read_text()
SECTIONS = dict(re.findall(r"^## ([^\n]+)\n(.*?)(?=^## |\Z)", README, re.MULTILINE | re.DOTALL))


def commands(section: str) -> list[str]:
    """The indented lines of a section, without their remarks."""
    lines = re.findall(r"^    (\S.*)$", SECTIONS[section], re.MULTILINE)
    return [line.split("  # ")[0].split("   #")[0].strip() for line in lines]


def here(command: str, port: int) -> list[str]:
    """The same command with this test's interpreter, from any folder, for this demo's port."""
    program, *arguments = shlex.split(command)
    if program == ".venv/bin/casecoord":
        return [sys.executable, "-m", "casecoord", *arguments]
    assert program == ".venv/bin/python"
    return [sys.executable, str(CHECKOUT / arguments[0]), "--url", f"http://127.0.0.1:{port}"]


def test_the_first_quarter_of_an_hour_goes_as_the_readme_says(tmp_path: Path) -> None:
    port = two_free_ports()
    said: dict[str, str] = {}
    try:
        with running_demo(tmp_path, port, signal.SIGINT):
            for command in commands("A first quarter of an hour"):
                done = subprocess.run(
                    here(command, port),
                    cwd=tmp_path,
                    env=environment({}),
                    capture_output=True,
                    text=True,
                    check=False,
                )
                assert done.returncode == 0, (command, done.stdout[-500:], done.stderr[-500:])
                said[command] = done.stdout
    finally:
        EmbeddedPostgres(tmp_path / ".casecoord" / "postgres").destroy()
    told = next(out for command, out in said.items() if "first_quarter" in command)
    assert "'caseOpen': True, 'lead': 'Chaima el Idrissi'}" in told
    assert "the lead is still Chaima el Idrissi" in told and "the lead is now Dirk Verhoeven" in told
    assert re.search(r"chaima .* withheld with a reason: signal.detail", told)
    assert re.search(r"fleur +0 people", told)
    swept, recomputed = (next(out for c, out in said.items() if word in c) for word in (" sweep ", " gaps "))
    assert int(re.search(r"zuid: (\d+) raised", swept)[1]) > 20  # type: ignore[index]
    assert "the sweep agrees" in recomputed and "no_lead" in recomputed and "untriaged" in recomputed


@pytest.mark.parametrize(
    "command", sorted(set(re.findall(r"(?:^    |`)(make [a-z][-a-z]*)", README, re.MULTILINE)))
)
def test_what_the_readme_calls_by_make_is_there(command: str) -> None:
    done = subprocess.run(
        ["make", "-n", *command.split()[1:]], cwd=CHECKOUT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
