"""The README's commands do what it says: the first quarter of an hour against a real demo, the rest by name."""

import json
import re
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from casecoord.__main__ import app
from casecoord.embedded import EmbeddedPostgres
from tests.test_commands import CHECKOUT, environment, running_demo, two_free_ports

README = (CHECKOUT / "README.md").read_text()
SECTIONS = dict(re.findall(r"^## ([^\n]+)\n(.*?)(?=^## |\Z)", README, re.MULTILINE | re.DOTALL))
QUARTER, PRIVACY = "A first quarter of an hour", "Privacy that can be shown"


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


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """What each command of the two sections printed, one after the other, beside one running demo."""
    folder, port = tmp_path_factory.mktemp("readme"), two_free_ports()
    found: dict[str, str] = {}
    known: dict[str, str] = {}
    try:
        with running_demo(folder, port, signal.SIGINT):
            for command in [line for section in (QUARTER, PRIVACY) for line in commands(section)]:
                told = " ".join(known.get(word, word) for word in command.split(" "))
                done = subprocess.run(
                    here(told, port),
                    cwd=folder,
                    env=environment({}),
                    capture_output=True,
                    text=True,
                    check=False,
                )
                assert done.returncode == 0, (command, done.stdout[-500:], done.stderr[-500:])
                found[command] = done.stdout
                if "first_quarter" in command:
                    known["HOUSEHOLD"] = re.search(r"The household: (\S+)", done.stdout)[1]  # type: ignore[index]
                if " audit export " in command:
                    looks = [
                        line
                        for line in map(json.loads, done.stdout.splitlines())
                        if line["user"]["membership"]
                    ]
                    known["ENTRY"] = looks[-1]["event_id"]
            yield found
    finally:
        EmbeddedPostgres(folder / ".casecoord" / "postgres").destroy()


def printed(said: dict[str, str], words: str) -> str:
    """By the one command that holds these words."""
    (found,) = [out for command, out in said.items() if words in command]
    return found


def test_the_first_quarter_of_an_hour_goes_as_the_readme_says(said: dict[str, str]) -> None:
    told = printed(said, "first_quarter")
    assert "'caseOpen': True, 'lead': 'Chaima el Idrissi'}" in told
    assert "the lead is still Chaima el Idrissi" in told and "the lead is now Dirk Verhoeven" in told
    assert re.search(r"chaima .* withheld with a reason: signal.detail", told)
    assert re.search(r"fleur +0 people", told)
    swept, recomputed = printed(said, " sweep "), printed(said, " gaps ")
    assert int(re.search(r"zuid: (\d+) raised", swept)[1]) > 20  # type: ignore[index]
    assert "the sweep agrees" in recomputed and "no_lead" in recomputed and "untriaged" in recomputed


def test_the_tables_where_people_decide_go_as_the_readme_says(said: dict[str, str]) -> None:
    told = printed(said, "where_people_decide")
    assert re.search(r"\d+ items, in this order: .*; Ania's: \d+ minutes, untriaged", told)
    assert "Rotterdam-Zuid, " in told and "Begin while the form is under way." in told
    assert (
        len(re.findall(r"^   \d{4}-\d\d-\d\d  \w+ +(?:social_team|court_partner|provider)$", told, re.M)) == 6
    )
    assert "'name': 'Filip Kowalski'" in told and "not a byte of difference" in told


def test_privacy_is_shown_as_the_readme_says(said: dict[str, str]) -> None:
    assert "rotterdam-zuid" in printed(said, "audit verify") and "NOT OK" not in printed(said, "audit verify")
    seen = printed(said, "audit seen")
    assert re.search(r"Amina Bouzid \(member, .*\) add_signal", seen) and "joint_case" in seen
    assert re.search(r"stands at position \d+ of \d+", printed(said, "audit proof"))
    assert "the policy of its day says the same" in printed(said, "policy replay")
    assert "60 months since somebody looked" in printed(said, "retention terms")
    assert "would go, in the name of Mo Karim" in printed(said, "retention run")
    assert "Care coordination" in printed(said, "accountability register")
    assert "health (GDPR art. 9)" in printed(said, "accountability impact")
    assert re.search(r"zuid: 2\d{3} households sealed anew\n", printed(said, "keys rotate"))
    dumps = [Path(line).name.split("-")[0] for line in printed(said, "casecoord backup").splitlines()[:2]]
    assert dumps == ["data", "keys"] and "0 erasures applied again" in printed(said, "--erasures-only")


@pytest.mark.parametrize("page", ["README.md", "docs/operator.md"])
def test_every_command_that_is_named_is_there(page: str) -> None:
    """Each word after `casecoord` leads to a command, each option is one of its own."""
    named = re.findall(
        r"(?:`|bin/)casecoord((?: [a-z][-a-z]*| [A-Z]\w*| --[-a-z]+)+)", (CHECKOUT / page).read_text()
    )
    program = get_command(app)
    assert len(named) > 20
    for words in named:
        at: Any = program
        for word in words.split():
            if word.startswith("--"):
                assert any(word in option.opts for option in at.params) or word == "--help", (words, word)
            elif deeper := getattr(at, "commands", None):
                assert word in deeper, (words, word)
                at = deeper[word]


@pytest.mark.parametrize(
    "command", sorted(set(re.findall(r"(?:^    |`)(make [a-z][-a-z]*)", README, re.MULTILINE)))
)
def test_what_the_readme_calls_by_make_is_there(command: str) -> None:
    done = subprocess.run(
        ["make", "-n", *command.split()[1:]], cwd=CHECKOUT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
