"""The key-encryption key behind one small interface: wrap, unwrap, and which version is the newest.

A wrapped key names the version that wrapped it, so that several can be in use while they are replaced. The key
is in a file, or in a token (`tokens.py`) which it never leaves.
"""

import base64
import fcntl
import os
import struct
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES = 32
NONCE = 12
_FORMAT = 2
_HEADER = struct.Struct(">BH")
_LARGEST = 0xFFFF


class Unreadable(Exception):
    """A ciphertext or wrapped key does not open: moved, damaged, or its key is gone. Holds no data."""


class KeysAway(Exception):
    """The key-encryption key does not answer: the token is gone, or its file. Holds no data.

    `empty`: the token is there and has no such key.
    """

    def __init__(self, say: str, *, empty: bool = False) -> None:
        super().__init__(say)
        self.empty = empty


class Master(Protocol):
    """`bound` is what a wrapped key is bound to: whose it is. Each raises KeysAway."""

    def newest(self) -> int:
        """The version that wraps now."""

    def wrap(self, key: bytes, bound: bytes) -> bytes:
        """The key under the newest version."""

    def unwrap(self, wrapped: bytes, bound: bytes) -> bytes:
        """The key; raises Unreadable."""

    def add_version(self) -> int:
        """Makes a new version, which wraps from now on; every process finds it by itself."""


def header(version: int) -> bytes:
    """What a key begins with that this version wrapped."""
    return _HEADER.pack(_FORMAT, version)


def taken_apart(wrapped: bytes) -> tuple[int, bytes, bytes]:
    """Version, nonce and ciphertext of a wrapped key; raises Unreadable."""
    if len(wrapped) != _HEADER.size + NONCE + KEY_BYTES + 16:
        raise Unreadable("a wrapped key has an unknown length")
    form, version = _HEADER.unpack_from(wrapped)
    if form != _FORMAT:
        raise Unreadable("a wrapped key has an unknown format")
    return version, wrapped[_HEADER.size : _HEADER.size + NONCE], wrapped[_HEADER.size + NONCE :]


def read_versions(text: str) -> dict[int, bytes]:
    """`BASE64`, or `1:BASE64 2:BASE64`, each of 32 bytes, as they stand in a file; raises ValueError."""
    found: dict[int, bytes] = {}
    for word in text.split():
        number, _, body = word.rpartition(":")
        version, key = int(number or 1), base64.b64decode(body, validate=True)
        if not 0 < version <= _LARGEST or version in found or len(key) != KEY_BYTES:
            raise ValueError("no version of a key")
        found[version] = key
    if not found:
        raise ValueError("no key")
    return found


class FileMaster:
    """Versions of the key in this process's memory; a file that changed is read again."""

    def __init__(self, versions: Mapping[int, bytes], path: Path | None = None) -> None:
        if not versions or any(len(key) != KEY_BYTES for key in versions.values()):
            raise ValueError("the master key is 32 bytes")
        self._versions = dict(versions)
        self._path = path
        # Read at first use: the file may have changed since these were taken from it.
        self._read: tuple[int, int] | None = None

    def newest(self) -> int:
        self._follow()
        return max(self._versions)

    def wrap(self, key: bytes, bound: bytes) -> bytes:
        version, nonce = self.newest(), os.urandom(NONCE)
        return header(version) + nonce + AESGCM(self._versions[version]).encrypt(nonce, key, bound)

    def unwrap(self, wrapped: bytes, bound: bytes) -> bytes:
        version, nonce, body = taken_apart(wrapped)
        if version not in self._versions:
            self._follow()
        try:
            return AESGCM(self._versions[version]).decrypt(nonce, body, bound)
        except (InvalidTag, KeyError):
            raise Unreadable("a wrapped key does not open under this master key") from None

    def add_version(self) -> int:
        if self._path is None:
            raise KeysAway(
                "the master key is in the environment: add a version to CASECOORD_MASTER_KEY as 2:BASE64"
            )
        with _alone(self._path):
            version = self.newest() + 1
            versions = {**self._versions, version: os.urandom(KEY_BYTES)}
            lines = (
                f"{number}:{base64.b64encode(key).decode()}\n" for number, key in sorted(versions.items())
            )
            _replace(self._path, "".join(lines))
            return self.newest()

    def _follow(self) -> None:
        """Another process may have added a version. A file that is away for a moment changes nothing."""
        stamp = self._stamp()
        if self._path is None or stamp is None or stamp == self._read:
            return
        try:
            self._versions = read_versions(self._path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            raise KeysAway("the file of the master key cannot be read") from None
        self._read = stamp

    def _stamp(self) -> tuple[int, int] | None:
        try:
            found = self._path.stat() if self._path else None
        except OSError:
            return None
        return (found.st_mtime_ns, found.st_ino) if found else None


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """One process at a time adds a version: a second one would overwrite the first's, and all that it wrapped."""
    try:
        while True:
            with path.open("rb") as held:
                fcntl.flock(held, fcntl.LOCK_EX)
                if os.path.samestat(os.fstat(held.fileno()), path.stat()):
                    yield
                    return
    except FileNotFoundError:
        raise KeysAway("the file of the master key is gone") from None


def _replace(path: Path, text: str) -> None:
    """Written beside its place and renamed: the keys are there whole, the old or the new."""
    making = path.with_name(f"{path.name}.new")
    try:
        making.unlink(missing_ok=True)
        with os.fdopen(os.open(making, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        making.chmod(path.stat().st_mode & 0o777)
        making.rename(path)
    except OSError:
        raise KeysAway(f"{path} cannot be written: add a version to it as a line 2:BASE64") from None
