"""The compose file is one that Debian's docker-compose takes, and it gives nobody a password."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from casecoord.storage.connection import SEQUENCER_ROLE, SERVING

CHECKOUT = Path(__file__).parents[1]
TEXT = (CHECKOUT / "docker-compose.yml").read_text()
REQUIRED = sorted(set(re.findall(r"\$\{(\w+):\?", TEXT)))

needs_compose = pytest.mark.skipif(
    shutil.which("docker-compose") is None, reason="docker-compose is missing: apt-get install docker-compose"
)


def config(given: dict[str, str], nothing: Path) -> subprocess.CompletedProcess[str]:
    """Asks docker-compose, with these variables and no `.env` of this checkout."""
    nothing.touch()
    return subprocess.run(
        ["docker-compose", "--env-file", str(nothing), "--profile", "try", "config", "-q"],
        cwd=CHECKOUT,
        env={"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), **given},
        capture_output=True,
        text=True,
        check=False,
    )


@needs_compose
def test_the_file_is_valid_once_everything_is_filled_in(tmp_path):
    done = config(dict.fromkeys(REQUIRED, "filled"), tmp_path / "env")
    assert done.returncode == 0, done.stderr


@needs_compose
@pytest.mark.parametrize("name", REQUIRED)
def test_without_each_of_its_variables_it_says_which_one(name, tmp_path):
    done = config(dict.fromkeys((other for other in REQUIRED if other != name), "filled"), tmp_path / "env")
    assert done.returncode != 0 and name in done.stderr


def test_its_login_is_a_member_of_what_serves_and_of_nothing_else():
    script = (CHECKOUT / "docker" / "roles.sh").read_text()
    granted = re.search(r"^grant (casecoord_app.*) to casecoord_login;$", script, re.MULTILINE)
    assert granted is not None
    assert set(granted[1].split(", ")) == {*SERVING, SEQUENCER_ROLE}
    assert set(re.findall(r"^create role (\w+) nologin;$", script, re.MULTILINE)) == {
        *SERVING,
        SEQUENCER_ROLE,
    }


def test_no_password_or_key_has_a_default():
    secrets = re.findall(r"\$\{(\w*(?:PASSWORD|KEY|SECRET)\w*)([^}]*)\}", TEXT)
    assert len(secrets) > 5
    assert [name for name, rest in secrets if not rest.startswith(":?")] == []
    example = dict(
        line.split("=", 1)
        for line in (CHECKOUT / ".env.example").read_text().splitlines()
        if line[:1].isupper()
    )
    assert set(example) >= set(REQUIRED)
    assert {example[name] for name in REQUIRED} == {""}


def test_every_service_that_stays_has_a_health_check():
    services = yaml.safe_load(TEXT)["services"]
    assert set(services) == {"db", "migrate", "web", "sweep", "deliver", "sequencer", "login"}
    lasting = {name: service for name, service in services.items() if service.get("restart") != "no"}
    assert set(lasting) == set(services) - {"migrate"}
    assert all("healthcheck" in service for service in lasting.values())


def test_the_invented_login_starts_only_when_asked_for():
    assert yaml.safe_load(TEXT)["services"]["login"]["profiles"] == ["try"]


def packages(lock: str) -> dict[str, str]:
    return dict(re.findall(r"^([\w.-]+)==(\S+)", (CHECKOUT / lock).read_text(), re.MULTILINE))


def test_the_image_installs_what_the_tests_ran_on_and_no_tool_of_the_tests():
    image, tests = packages("requirements.run.lock"), packages("requirements.lock")
    assert image.items() <= tests.items(), "make lock"
    project = (CHECKOUT / "pyproject.toml").read_text().split("dependencies = [")[1].split("]\n")[0]
    wanted = {name.lower() for name in re.findall(r'"([\w.-]+)', project)}
    assert wanted <= set(image), "make lock"
    assert not {"pytest", "ruff", "mypy", "playwright"} & set(image)
