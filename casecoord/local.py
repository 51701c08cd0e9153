"""What a machine without any setting gets: keys of its own and an embedded database, under `.casecoord/`."""

import base64
import os
import secrets
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from casecoord.embedded import EmbeddedPostgres
from casecoord.storage.masters import KEY_BYTES

DIRECTORY = Path(".casecoord")

# Somebody who sets one of these runs an installation of their own, and gets no key that we made.
_OWN = (
    "CASECOORD_MODE",
    "CASECOORD_MASTER_KEY",
    "CASECOORD_MATCH_KEY",
    "CASECOORD_SESSION_KEY",
    "CASECOORD_CHECKPOINT_KEY",
    "OIDC_ISSUER",
)


def is_chosen(env: Mapping[str, str], directory: Path = DIRECTORY) -> bool:
    """Whether commands run on what `make demo` left in this folder: it is there, and nothing else was set up."""
    own = any(env.get(name) or env.get(f"{name}_FILE") for name in _OWN)
    return not own and (directory / "keys").is_dir()


@contextmanager
def environment(env: Mapping[str, str], directory: Path = DIRECTORY) -> Iterator[dict[str, str]]:
    """The environment with everything that is missing filled in; the embedded server runs as long as it is used.

    `DATABASE_URL`, when set, is used instead of the embedded server. Raises EmbeddedError.
    """
    given = {name: value for name, value in env.items() if value}
    made = defaults(env, directory)
    filled = {
        **{name: value for name, value in made.items() if name.removesuffix("_FILE") not in given},
        **given,
    }
    if any(env.get(name) for name in ("DATABASE_URL", "DATABASE_URL_FILE")):
        yield filled
        return
    with EmbeddedPostgres(directory / "postgres") as server:
        yield {**filled, "DATABASE_URL": server.dsn}


def forget(directory: Path = DIRECTORY) -> bool:
    """Removes the database and the keys of this folder; False when somebody still uses the server."""
    if not EmbeddedPostgres(directory / "postgres").destroy():
        return False
    keys = directory / "keys"
    for path in keys.glob("*"):
        path.unlink()
    if keys.exists():
        keys.rmdir()
    (directory / "port").unlink(missing_ok=True)
    shutil.rmtree(directory / "checkpoints", ignore_errors=True)
    return True


def defaults(env: Mapping[str, str], directory: Path = DIRECTORY) -> dict[str, str]:
    """What a demo in this folder runs under, apart from its database; makes the keys that are not there yet."""
    top = _private(directory.absolute())
    keys = top / "keys"
    port = env.get("PORT") or _remembered(top / "port") or "8000"
    return {
        "CASECOORD_MODE": "development",
        "CASECOORD_MASTER_KEY_FILE": str(_generated(keys / "master")),
        "CASECOORD_MATCH_KEY_FILE": str(_generated(keys / "match")),
        "CASECOORD_SESSION_KEY_FILE": str(_generated(keys / "session")),
        "CASECOORD_CHECKPOINT_KEY_FILE": str(_generated(keys / "checkpoint")),
        "CASECOORD_CHECKPOINTS": str(_folder(top / "checkpoints")),
        "OIDC_CLIENT_SECRET_FILE": str(_generated(keys / "oidc-client")),
        "OIDC_CLIENT_ID": "casecoord",
        "OIDC_AUDIENCE": "casecoord",
        "OIDC_ISSUER": f"http://127.0.0.1:{int(port) + 1 if port.isdecimal() else 8001}",
        "CASECOORD_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "PORT": port,
    }


def remember_port(port: int, directory: Path = DIRECTORY) -> None:
    """So that other commands find the demo's login where `PORT=` moved it."""
    (directory / "port").write_text(str(port))


def _remembered(path: Path) -> str | None:
    return path.read_text().strip() if path.exists() else None


def _private(directory: Path) -> Path:
    directory.mkdir(mode=0o700, exist_ok=True)
    if os.geteuid() == 0:
        directory.chmod(0o711)  # the database's own user passes through; the keys' folder stays closed
    _folder(directory / "keys")
    return directory


def _folder(directory: Path) -> Path:
    directory.mkdir(mode=0o700, exist_ok=True)
    return directory


def _generated(path: Path) -> Path:
    """Written beside its place and renamed: a key is there whole or not at all, and is never made twice."""
    if not path.exists():
        making = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
        with os.fdopen(os.open(making, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(base64.b64encode(secrets.token_bytes(KEY_BYTES)))
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(making, path)
        except FileExistsError:
            pass  # somebody else was first; theirs is the key
        finally:
            making.unlink()
    return path
