"""Checkpoints: what is signed about an area's tree at one size, and the copies outside the database.

The text follows the checkpoints of transparency logs (C2SP tlog-checkpoint, signed-note): origin, size,
root, then lines of our own, an empty line, the signature. The copies are what a database administrator
cannot reach: only their being elsewhere makes a rewritten log show.
"""

import fcntl
import os
from base64 import b64decode, b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

#: Signed notes are told apart by it: a copy that was torn by a crash is skipped up to the next one.
BETWEEN = "\n\n\n"
_SIGNER = "casecoord"
_ED25519 = b"\x01"
_TAIL = 16_384  # bytes: more than a torn note and a whole one


@dataclass(frozen=True, slots=True)
class Lost:
    """The newest checkpoint outside when a backup was restored that does not know it."""

    number: int
    size: int
    root: bytes


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The tree of an area at one size; `restored` where a backup was put back that had this size."""

    area: UUID
    number: int
    size: int
    root: bytes
    at: datetime
    restored: Lost | None = None

    @property
    def text(self) -> str:
        lines = [f"casecoord/{self.area}", str(self.size), b64encode(self.root).decode()]
        lines += [f"number {self.number}", f"time {self.at.isoformat()}"]
        if self.restored:
            lost = self.restored
            lines.append(f"restored {lost.number} {lost.size} {b64encode(lost.root).decode()}")
        return "\n".join(lines) + "\n"


class Signer:
    """Signs checkpoints; does not show its key."""

    def __init__(self, key: bytes) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(key)
        public = self._key.public_key().public_bytes_raw()
        self._id = sha256(_SIGNER.encode() + b"\n" + _ED25519 + public).digest()[:4]
        #: as others check with it: name, key id, algorithm and public key
        self.public = f"{_SIGNER}+{self._id.hex()}+{b64encode(_ED25519 + public).decode()}"

    def sign(self, checkpoint: Checkpoint) -> str:
        """The whole signed note."""
        signature = b64encode(self._id + self._key.sign(checkpoint.text.encode())).decode()
        return f"{checkpoint.text}\n— {_SIGNER} {signature}\n"


def read(note: str) -> Checkpoint:
    """A note of ours, whose signature somebody else checks. Raises ValueError."""
    origin, size, root, number, at, *more = note.split("\n\n", maxsplit=1)[0].split("\n")
    restored = None
    if more:
        _, lost, lost_size, lost_root = more[0].split(" ")
        restored = Lost(int(lost), int(lost_size), b64decode(lost_root))
    return Checkpoint(
        UUID(origin.removeprefix("casecoord/")),
        int(number.removeprefix("number ")),
        int(size),
        b64decode(root),
        datetime.fromisoformat(at.removeprefix("time ")),
        restored,
    )


class CopiesClosed(Exception):
    """The folder is not there, is full, or may not be written to."""


class Copies:
    """The checkpoints of one area outside the database, in a file for each month; only ever appended to."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def newest(self) -> str | None:
        """The last whole note."""
        with _saying_why():
            return self._newest()

    def _newest(self) -> str | None:
        for path in reversed(self._files()):
            with path.open("rb") as file:
                file.seek(max(0, path.stat().st_size - _TAIL))
                notes = file.read().decode(errors="replace").split(BETWEEN)[:-1]
            for note in reversed(notes):
                if _is_whole(note):
                    return note.lstrip("\n") + "\n"
        return None

    def holds(self, note: str) -> bool:
        with _saying_why():
            return any(note.encode() in path.read_bytes() for path in self._files())

    def append(self, note: str, at: datetime) -> None:
        """Durable when this returns. A file that ends in half a note is gone on in behind it."""
        with _saying_why():
            self._append(note, at)

    def _append(self, note: str, at: datetime) -> None:
        files = self._files()
        month = f"{at:%Y-%m}.notes"
        path = max(self._folder / month, files[-1]) if files else self._folder / month
        new = not path.exists()
        with path.open("ab") as file:
            whole = note[:-1] + BETWEEN
            file.write(((BETWEEN if not new and _is_torn(path) else "") + whole).encode())
            file.flush()
            os.fsync(file.fileno())
        if new:
            _sync_folder(self._folder)

    def _files(self) -> list[Path]:
        return sorted(self._folder.glob("*.notes"))


@contextmanager
def copies_of(folder: Path, area: UUID) -> Iterator[Copies | None]:
    """For one process at a time; None where another has them. Raises CopiesClosed."""
    own = folder / str(area)
    with _saying_why():
        if not own.is_dir():
            own.mkdir()
            _sync_folder(folder)
        lock = (own / "lock").open("ab")
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield None
        else:
            yield Copies(own)


@contextmanager
def _saying_why() -> Iterator[None]:
    try:
        yield
    except OSError:
        raise CopiesClosed from None


def _is_whole(note: str) -> bool:
    try:
        read(note.lstrip("\n"))
    except ValueError:
        return False
    return f"\n\n— {_SIGNER} " in note


def _is_torn(path: Path) -> bool:
    size = path.stat().st_size
    with path.open("rb") as file:
        file.seek(max(0, size - len(BETWEEN)))
        return size > 0 and file.read() != BETWEEN.encode()


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
