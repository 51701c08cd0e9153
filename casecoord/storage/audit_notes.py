"""Signed checkpoints as verification reads them: from the database and from the copies outside it.

Deliberately shares nothing with what wrote them.
"""

import re
from base64 import b64decode
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from uuid import UUID

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

_NOTE = re.compile(
    r"casecoord/(?P<area>[0-9a-f-]{36})\n(?P<size>\d+)\n(?P<root>[A-Za-z0-9+/]{43}=)\nnumber (?P<number>\d+)\n"
    r"time (?P<at>\S+)\n(?:restored (?P<lost>\d+) (?P<lost_size>\d+) (?P<lost_root>[A-Za-z0-9+/]{43}=)\n)?"
    r"\n— (?P<name>\S+) (?P<signature>[A-Za-z0-9+/]{91}=?)\n"
)


class KeyUnknown(ValueError):
    """What was given is no key that checkpoints are checked with."""


class Keys:
    """The public keys that are believed: `name+id+key` as signed notes have them."""

    def __init__(self, keys: Iterable[str]) -> None:
        self._keys: dict[tuple[str, bytes], Ed25519PublicKey] = {}
        for one in keys:
            try:
                name, identity, key = one.strip().split("+", 2)
                public = b64decode(key, validate=True)
                if public[:1] != b"\x01":
                    raise KeyUnknown(one)
                self._keys[name, bytes.fromhex(identity)] = Ed25519PublicKey.from_public_bytes(public[1:])
            except ValueError as error:
                raise KeyUnknown(one) from error

    def vouch(self, name: str, signature: bytes, text: bytes) -> bool:
        key = self._keys.get((name, signature[:4]))
        if key is None:
            return False
        try:
            key.verify(signature[4:], text)
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True, slots=True)
class Signed:
    """A checkpoint as its note says; `lost`: number, size and root of the newest that a restored backup lacks."""

    area: UUID
    number: int
    size: int
    root: bytes
    at: datetime
    lost: tuple[int, int, bytes] | None
    good: bool
    digest: bytes


def signed(note: str, keys: Keys) -> Signed | None:
    """What a note says and whether its signature holds; None: this is no note."""
    found = _NOTE.fullmatch(note)
    if found is None:
        return None
    try:
        at, area = datetime.fromisoformat(found["at"]), UUID(found["area"])
        signature = b64decode(found["signature"])
    except ValueError:
        return None
    text = note[: note.index("\n\n") + 1].encode()
    lost = found["lost"] and (int(found["lost"]), int(found["lost_size"]), b64decode(found["lost_root"]))
    return Signed(
        area,
        int(found["number"]),
        int(found["size"]),
        b64decode(found["root"]),
        at,
        lost or None,
        keys.vouch(found["name"], signature, text),
        sha256(note.encode()).digest(),
    )


@dataclass(frozen=True, slots=True)
class Loss:
    """Entries from `kept` on, up to `size`, are gone: a backup was restored that did not have them."""

    kept: int
    size: int
    at: datetime


@dataclass(slots=True)
class Outside:
    """The copies: each checkpoint's digest by number (None: its signature does not hold), what was lost,
    and from which size on they contradict each other, if they do."""

    digests: dict[int, bytes | None] = field(default_factory=dict)
    sizes: dict[int, int] = field(default_factory=dict)
    losses: list[Loss] = field(default_factory=list)
    forked: int | None = None
    newest: Signed | None = None

    def take(self, one: Signed) -> None:
        last = self.newest
        if self.digests.get(one.number) == one.digest:
            return
        if one.good and one.lost:
            self._take_back(one, last)
        elif one.number in self.digests and one.good:
            self._fork(one.number)
            return
        self.digests[one.number] = one.digest if one.good else None
        self.sizes[one.number] = one.size
        if one.good:
            self.newest = one

    def _take_back(self, one: Signed, last: Signed | None) -> None:
        if (
            last is None
            or one.lost != (last.number, last.size, last.root)
            or one.size != self.sizes.get(one.number - 1, 0)
        ):
            self._fork(one.number)
        for number in [number for number in self.digests if number >= one.number]:
            del self.digests[number], self.sizes[number]
        assert one.lost is not None
        self.losses.append(Loss(one.size, one.lost[1], one.at))

    def _fork(self, number: int) -> None:
        at = self.sizes.get(number - 1, 0)
        self.forked = at if self.forked is None else min(self.forked, at)


def outside(folder: Path, area: UUID, keys: Keys) -> Outside:
    """Reads every copy of an area's checkpoints, in their order. Raises OSError where the folder is not there."""
    found = Outside()
    if not folder.is_dir():
        raise FileNotFoundError(folder)
    for path in sorted((folder / str(area)).glob("*.notes")):
        for note in _notes(path):
            one = signed(note, keys)
            if one is not None and one.area == area:  # half a note, from a crash, is none
                found.take(one)
    return found


def _notes(path: Path) -> Iterator[str]:
    """The notes of a file, line by line: it may be large."""
    lines: list[str] = []
    with path.open(encoding="utf-8", errors="replace") as file:
        for line in file:
            if line == "\n" and lines[-1:] == ["\n"]:
                yield "".join(lines[:-1])
                lines = []
            elif line != "\n" or lines:
                lines.append(line)
    # what follows the last separator was never finished
