"""The command line: one line when something is wrong, no data in it, and a demo that starts, stops and comes back."""

import asyncio
import json
import os
import re
import secrets
import signal
import socket
import subprocess
import sys
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import httpx2
import psutil
import pytest

from casecoord.commands.doctor import examine
from casecoord.embedded import EmbeddedPostgres
from casecoord.storage.connection import APP_ROLE, READER_ROLE, SURVEYOR_ROLE
from casecoord.storage.migrate import MigrationError, upgrade

CHECKOUT = Path(__file__).parents[1]


def key() -> str:
    return b64encode(secrets.token_bytes(32)).decode()


def complete(database_url: str) -> dict[str, str]:
    return {
        "DATABASE_URL": database_url,
        "CASECOORD_MASTER_KEY": key(),
        "CASECOORD_MATCH_KEY": key(),
        "CASECOORD_SESSION_KEY": key(),
        "OIDC_ISSUER": "https://login.example.nl",
        "OIDC_CLIENT_ID": "casecoord",
        "OIDC_CLIENT_SECRET": "secret",
        "OIDC_AUDIENCE": "casecoord",
        "CASECOORD_PUBLIC_URL": "https://casecoord.example.nl",
    }


def environment(given: dict[str, str]) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "CASECOORD_PG_BIN") if name in os.environ}
    return {**kept, "PYTHONPATH": str(CHECKOUT), "NO_COLOR": "1", **given}


def casecoord(cwd: Path, *arguments: str, **given: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "casecoord", *arguments],
        cwd=cwd,
        env=environment(given),
        capture_output=True,
        text=True,
        check=False,
    )


def found(env: dict[str, str]) -> dict[str, bool]:
    return {check.name: check.ok for check in examine(env)}


def test_a_command_without_settings_says_in_one_line_what_is_missing(tmp_path):
    done = casecoord(tmp_path, "migrate")
    assert done.returncode == 1 and done.stdout == ""
    assert done.stderr.startswith("casecoord: DATABASE_URL is not set") and done.stderr.count("\n") == 1


def test_a_database_that_is_not_there_is_one_line_without_its_password(tmp_path):
    done = casecoord(tmp_path, "migrate", DATABASE_URL="postgresql://someone:hushhush@127.0.0.1:1/x")
    assert done.returncode == 1 and done.stderr.count("\n") == 1
    assert "check its URL" in done.stderr and "hushhush" not in done.stderr


def test_a_wrong_option_is_told_and_not_a_traceback(tmp_path):
    done = casecoord(tmp_path, "migrate", "--sideways")
    assert done.returncode == 2 and "No such option" in done.stderr and "Traceback" not in done.stderr


def test_migrate_answers_machines_in_json(tmp_path, empty_database_url):
    done = casecoord(tmp_path, "migrate", "--json", DATABASE_URL=empty_database_url)
    answer = json.loads(done.stdout)
    assert done.returncode == 0 and answer["at"] == answer["head"]


def test_the_doctor_tells_every_missing_setting_and_exits_1(tmp_path):
    done = casecoord(tmp_path, "doctor", "--json")
    answer = json.loads(done.stdout)
    assert done.returncode == 1 and answer["ok"] is False
    assert all(check["name"] == "configuration" and not check["ok"] for check in answer["checks"])
    assert len(answer["checks"]) == len(complete(""))


def test_the_doctor_finds_nothing_wrong_where_nothing_is(tmp_path, database_url):
    env = {**complete(database_url), "CASECOORD_MODE": "development"}
    done = casecoord(tmp_path, "doctor", **env)
    assert done.returncode == 0 and "NOT OK" not in done.stdout, done.stdout
    assert env["CASECOORD_MASTER_KEY"] not in done.stdout


def test_the_doctor_sees_a_superuser_in_production(database_url):
    checks = found(complete(database_url))
    assert [name for name, ok in checks.items() if not ok] == ["login", "backups"]


async def test_the_doctor_sees_a_login_that_may_not_become_what_looks(database_url):
    """It could do everything and show nothing: each look would stop at the role that it may not take."""
    login = f"casecoord_test_{secrets.token_hex(8)}"
    admin = await asyncpg.connect(database_url)
    await admin.execute(f"create role {login} login password '{login}' in role {APP_ROLE}, {SURVEYOR_ROLE}")
    where = urlsplit(database_url)
    url = where._replace(netloc=f"{login}:{login}@{where.hostname}:{where.port}").geturl()
    env = {**complete(url), "CASECOORD_MODE": "development"}
    try:
        wrong = [check for check in await asyncio.to_thread(lambda: [*examine(env)]) if not check.ok]
        await admin.execute(f"grant {READER_ROLE} to {login}")
        assert all((await asyncio.to_thread(found, env)).values())
    finally:
        await admin.execute(f"drop role {login}")
        await admin.close()
    assert [check.name for check in wrong] == ["login"]
    assert READER_ROLE in wrong[0].say and SURVEYOR_ROLE not in wrong[0].say


def test_the_doctor_sees_a_schema_that_is_not_at_the_head(template, empty_database_url):
    checks = found({**complete(empty_database_url), "CASECOORD_MODE": "development"})
    assert [name for name, ok in checks.items() if not ok] == ["migrations"]


def test_the_doctor_sees_a_database_that_does_not_answer():
    checks = found(complete("postgresql://someone@127.0.0.1:1/x"))
    assert [name for name, ok in checks.items() if not ok] == ["database"]


async def test_the_doctor_sees_a_role_that_passes_row_level_security(tmp_path):
    """On a server of its own: roles belong to a whole server, and other tests rely on theirs."""
    own = EmbeddedPostgres(tmp_path / "postgres", configuration={"fsync": "off"})
    dsn = own.start()
    try:
        await upgrade(dsn)
        admin = await asyncpg.connect(dsn)
        await admin.execute(f"alter role {APP_ROLE} bypassrls")
        await admin.close()
        done = casecoord(tmp_path, "doctor", "--json", **complete(dsn), CASECOORD_MODE="development")
        with pytest.raises(MigrationError, match=f"{APP_ROLE} may pass row level security"):
            await upgrade(dsn)
    finally:
        own.destroy()
    wrong = [check for check in json.loads(done.stdout)["checks"] if not check["ok"]]
    assert [check["name"] for check in wrong] == ["roles"] and APP_ROLE in wrong[0]["say"]


def test_the_doctor_sees_a_key_that_others_may_write(tmp_path, database_url):
    path = tmp_path / "master"
    path.write_text(key())
    path.chmod(0o666)
    env = {**complete(database_url), "CASECOORD_MODE": "development", "CASECOORD_MASTER_KEY_FILE": str(path)}
    del env["CASECOORD_MASTER_KEY"]
    assert [name for name, ok in found(env).items() if not ok] == ["keys"]


def test_the_demo_refuses_production(tmp_path, database_url):
    done = casecoord(tmp_path, "demo", CASECOORD_MODE="production", DATABASE_URL=database_url)
    assert done.returncode == 1 and "development only" in done.stderr


def test_the_demo_says_so_when_its_port_is_taken(tmp_path, database_url):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = casecoord(tmp_path, "demo", DATABASE_URL=database_url, PORT=str(port))
    assert done.returncode == 1 and f"port {port} is in use: choose another" in done.stderr


def two_free_ports() -> int:
    """A port whose next one is free too: the second is for the demo's login."""
    while True:
        with socket.create_server(("127.0.0.1", 0)) as first:
            port: int = first.getsockname()[1]
            try:
                socket.create_server(("127.0.0.1", port + 1)).close()
            except (OSError, OverflowError):
                continue
            return port


@contextmanager
def running_demo(folder: Path, port: int, stop: signal.Signals) -> Iterator[httpx2.Client]:
    process = subprocess.Popen(
        [sys.executable, "-m", "casecoord", "demo"],
        cwd=folder,
        env=environment({"PORT": str(port)}),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    try:
        for line in process.stdout:
            if f"http://127.0.0.1:{port}" in line:
                break
        transport = httpx2.HTTPTransport(retries=10)
        with httpx2.Client(base_url=f"http://127.0.0.1:{port}", transport=transport) as client:
            yield client
    finally:
        process.send_signal(stop)
        process.communicate()


def test_a_demo_starts_from_nothing_stops_and_finds_its_data_again(tmp_path):
    """Stopped by Ctrl-C and by SIGTERM, it takes its database along; killed, it leaves one that the next joins."""
    port = two_free_ports()
    data = tmp_path / ".casecoord"
    try:
        with running_demo(tmp_path, port, signal.SIGINT) as client:
            assert client.get("/health/ready").json()["status"] == "ready"
            token = casecoord(tmp_path, "token", "--as", "amina").stdout.strip()
            assert re.fullmatch(r"[\w-]+\.[\w-]+\.[\w-]+", token)
            assert casecoord(tmp_path, "demo", "--reset").returncode == 1
        assert database_processes(data) == []
        keys = {path.name: path.read_bytes() for path in (data / "keys").iterdir()}
        for how in (signal.SIGKILL, signal.SIGTERM):
            with running_demo(tmp_path, port, how) as client:
                assert client.get("/health/ready").json()["status"] == "ready"
        assert database_processes(data) == []
        assert keys == {path.name: path.read_bytes() for path in (data / "keys").iterdir()}
        assert casecoord(tmp_path, "demo", "--reset").returncode == 0
        assert not (data / "keys").exists() and not (data / "postgres").exists()
    finally:
        EmbeddedPostgres(data / "postgres").destroy()


def test_a_demo_token_needs_a_demo_user(tmp_path):
    done = casecoord(tmp_path, "token", "--as", "nobody-here")
    assert done.returncode == 1 and "token --list" in done.stderr
    everybody = json.loads(casecoord(tmp_path, "token", "--list", "--json").stdout)["users"]
    assert {"user", "name", "role", "team", "good_for"} == set(everybody[0]) and len(everybody) > 10


def database_processes(folder: Path) -> list[int]:
    return [
        process.pid
        for process in psutil.process_iter(["cmdline"])
        if any(str(folder) in part for part in process.info["cmdline"] or [])
    ]
