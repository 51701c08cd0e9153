"""The tree of RFC 9162 a second time, for verification: built from its leaves one by one, as a row of whole subtrees.

Deliberately shares nothing with the sequencer's: a mistake there must not be made here too.
"""

from collections.abc import Sequence
from hashlib import sha256
from uuid import UUID


class Regrown:
    """Takes leaf hashes in order. `above[n]`: the hashes of whole subtrees of 256**n leaves, for tiles."""

    def __init__(self) -> None:
        self.size = 0
        self.above: dict[int, list[bytes]] = {}
        self._row: list[bytes] = []

    def add(self, leaves: Sequence[bytes]) -> None:
        row, size = self._row, self.size
        for leaf in leaves:
            node, height, left = leaf, 0, size
            while left & 1:
                node = sha256(b"\x01" + row.pop() + node).digest()
                left >>= 1
                height += 1
                if not height & 7:
                    self.above.setdefault(height >> 3, []).append(node)
            row.append(node)
            size += 1
        self.size = size

    def root(self) -> bytes:
        if not self._row:
            return sha256(b"").digest()
        node = self._row[-1]
        for left in self._row[-2::-1]:
            node = sha256(b"\x01" + left + node).digest()
        return node


def climb(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes | None:
    """The root above a leaf by its audit path, from the top down; None where the path has a wrong length."""
    if size == 1:
        return leaf if index == 0 and not path else None
    if not path or not 0 <= index < size:
        return None
    left = 1
    while left * 2 < size:
        left *= 2
    *rest, beside = path
    if index < left:
        below = climb(leaf, index, left, rest)
        return below and sha256(b"\x01" + below + beside).digest()
    below = climb(leaf, index - left, size - left, rest)
    return below and sha256(b"\x01" + beside + below).digest()


def leaf_of_entry(salt: bytes, record: str) -> bytes:
    """The leaf that an entry's salt and record give."""
    return sha256(b"\x00" + salt + record.encode()).digest()


_SWORN = ',"whose":"'
_NOBODY = bytes(16)


def is_anothers(
    salt: bytes,
    record: str,
    household: UUID | None,
    professional: UUID | None,
    resident: UUID | None,
    subjects: Sequence[UUID],
) -> bool:
    """Whether an entry stands beside others than its record swears; one that swears nothing may stand by anybody.

    Erasure is no exception: it gives the household another pseudonym and leaves the entry its own.
    """
    _, sworn, by = record.rpartition(_SWORN)
    if not sworn:
        return False
    named = [one.bytes if one else _NOBODY for one in (household, professional, resident, *subjects)]
    return by != sha256(salt + b"".join(named)).hexdigest() + '"}'
