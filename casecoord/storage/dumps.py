"""Backups: the data and the vault with the keys in two dumps, and back again, by PostgreSQL's own programs.

The list of what was erased is kept beside them in plain lines too: a dump of the vault may be older than an erasure.
"""

import json
import os
import subprocess
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit, urlunsplit
from uuid import uuid4

from casecoord.embedded import EmbeddedError, chosen_binaries
from casecoord.storage import backups, migrate, reapplying
from casecoord.storage.connection import MIGRATOR_ROLE
from casecoord.storage.work import Database

KINDS = ("data", "keys")
ERASURES = "erasures.jsonl"
_PART = {"data": "--exclude-schema=vault", "keys": "--schema=vault"}
#: Under which the migrator dumps what its policy shows it, which is everything.
_AS = (f"--role={MIGRATOR_ROLE}", "--enable-row-security")


class DumpError(Exception):
    """A backup cannot be made or brought back; the message is one line that says what to do."""


async def back_up(db: Database, url: str, folder: Path, kinds: Iterable[str] = KINDS) -> list[Path]:
    """Dumps each kind into a file of its own there, and the list of erasures; what has expired is removed."""
    made = []
    for kind in kinds:
        path = _name(folder, kind)
        backup = await backups.begin(db, kind, str(path))
        _dump(url, kind, path)
        await backups.finish(db, backup)
        made.append(path)
    await keep_list(db, folder)
    await remove_expired(db)
    return made


async def keep_list(db: Database, folder: Path) -> None:
    """Writes the list of erasures, with the lines that were there: one that a restore lost is not lost here."""
    rows = [row for lines in (await reapplying.listed(db)).values() for row in lines]
    _add_lines(folder, rows)


def _add_lines(folder: Path, rows: list[str]) -> None:
    path = folder / ERASURES
    there = {json.loads(row)["id"]: row for row in _lines(path)}
    lines = there | {json.loads(row)["id"]: row for row in rows}
    if lines == there and path.exists():
        return
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    making = path.with_suffix(f".{uuid4().hex[:8]}")
    with os.fdopen(os.open(making, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.writelines(f"{line}\n" for line in lines.values())
        file.flush()
        os.fsync(file.fileno())
    making.rename(path)


async def remove_expired(db: Database) -> None:
    """Removes the files whose time is over, and what was never finished."""
    gone = [one for one in await backups.there(db) if one.expired]
    for one in gone:
        for path in (Path(one.file), Path(one.file).with_suffix(".new")):
            path.unlink(missing_ok=True)
    await backups.removed(db, [one.id for one in gone])


async def restore(db: Database, url: str, data: Path, keys: Path, erasures: Path | None) -> int:
    """Into an empty database: the data, the keys, the schema's head, and every erasure again; how many.

    Killed half-way, it begins again with an empty database, or, once both are in, goes on with the erasures.
    """
    await migrate.prepare(url)
    for path in (data, keys):
        _run("pg_restore", url, "--exit-on-error", "--single-transaction", "--no-owner", *_AS, str(path))
    await migrate.upgrade(url)
    return await follow_erasures(db, erasures)


async def follow_erasures(db: Database, erasures: Path | None) -> int:
    """Takes over the lines kept outside, and erases again what came back; how many."""
    await reapplying.list_again(db, _lines(erasures) if erasures else [])
    await reapplying.keys_in_use(db)
    return await reapplying.apply_again(db)


def _name(folder: Path, kind: str) -> Path:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder.absolute() / f"{kind}-{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{uuid4().hex[:8]}.dump"


def _dump(url: str, kind: str, path: Path) -> None:
    """Written beside its place and renamed: a dump is there whole or not at all."""
    making = path.with_suffix(".new")
    with os.fdopen(os.open(making, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        _run("pg_dump", url, "--format=custom", _PART[kind], *_AS, to=file.fileno())
        os.fsync(file.fileno())
    making.rename(path)


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines() if path.exists() else []


def newest(folder: Path, kind: str) -> Path:
    """The newest whole dump of this kind; raises DumpError."""
    found = sorted(folder.glob(f"{kind}-*.dump"))
    if not found:
        raise DumpError(f"{folder} holds no backup of the {kind}: is it the folder of casecoord backup?")
    return found[-1]


def _run(program: str, url: str, *arguments: str, to: int | None = None) -> None:
    """Without the password on the command line, where others could read it."""
    parts = urlsplit(url)
    host = parts.netloc.rsplit("@", 1)[-1]
    user = f"{parts.username}@" if parts.username else ""
    bare = urlunsplit(parts._replace(netloc=f"{user}{host}"))
    secret = {"PGPASSWORD": unquote(parts.password)} if parts.password else {}
    try:
        command = [str(chosen_binaries() / program), f"--dbname={bare}", "--no-password", *arguments]
        done = subprocess.run(
            command,
            env={**os.environ, **secret},
            stdin=subprocess.DEVNULL,
            stdout=to if to is not None else subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            check=False,
        )
    except (OSError, EmbeddedError):
        raise DumpError(
            f"there is no {program} here: point CASECOORD_PG_BIN at the bin folder of the server's PostgreSQL"
        ) from None
    if done.returncode != 0:
        # What it says after the first colon may quote a row.
        first = next(iter(done.stderr.splitlines()), "")
        what = first.split(": ")[1] if first.count(": ") else "no message"
        raise DumpError(f"{program} stopped ({what}): is its version the server's, and may this login do it?")
