"""The tree of RFC 9162, section 2.1: which hash sums up so many leaves, and how to prove what is in it.

Everything asks for the hash of a *whole* subtree, `whole(height, index)`: of the 2**height leaves from
`index << height` on. Where these come from (a list, tiles in a database) is not the tree's business.
Tiles hold 256 hashes of one level side by side, as the static logs of Certificate Transparency do:
level 0 those of leaves, each level above those of whole tiles below.
"""

from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256

HASH = 32
TILE = 256
_HEIGHT = 8  # of a tile: 2**8 hashes

Whole = Callable[[int, int], bytes]
#: By level and index; the hashes of each one after the other.
Tiles = Mapping[tuple[int, int], bytes]

#: The root of no leaves.
EMPTY = sha256(b"").digest()


def leaf_hash(data: bytes) -> bytes:
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


def root(size: int, whole: Whole) -> bytes:
    """The root of the first `size` leaves."""
    return _range(0, size, whole) if size else EMPTY


def inclusion(index: int, size: int, whole: Whole) -> list[bytes]:
    """The audit path of leaf `index` in the tree of `size` leaves, from the leaf up. Needs 0 <= index < size."""
    start, end, path = 0, size, []
    while end - start > 1:
        middle = start + _left(end - start)
        if index < middle:
            path.append(_range(middle, end, whole))
            end = middle
        else:
            path.append(_range(start, middle, whole))
            start = middle
    return path[::-1]


def consistency(first: int, size: int, whole: Whole) -> list[bytes]:
    """The proof that the tree of `first` leaves is how that of `size` began. Needs 0 < first <= size."""
    start, end, path, kept = 0, size, [], True
    while first != end:
        middle = start + _left(end - start)
        if first <= middle:
            path.append(_range(middle, end, whole))
            end = middle
        else:
            path.append(_range(start, middle, whole))
            start, kept = middle, False
    return ([] if kept else [_range(start, end, whole)]) + path[::-1]


def root_by_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes | None:
    """The root that an audit path leads to (section 2.1.3.2); None where the path does not fit the tree."""
    if not 0 <= index < size:
        return None
    here, last, found = index, size - 1, leaf
    for step in path:
        if last == 0:
            return None
        if here & 1 or here == last:
            found = node_hash(step, found)
            while not here & 1 and here:
                here, last = here >> 1, last >> 1
        else:
            found = node_hash(found, step)
        here, last = here >> 1, last >> 1
    return found if last == 0 else None


def is_consistent(first: int, size: int, first_root: bytes, size_root: bytes, path: Sequence[bytes]) -> bool:
    """Whether the proof holds (section 2.1.4.2)."""
    if not 0 < first <= size:
        return False
    if first == size:
        return not path and first_root == size_root
    steps = [first_root, *path] if first & (first - 1) == 0 else list(path)
    if not steps:
        return False
    here, last = first - 1, size - 1
    while here & 1:
        here, last = here >> 1, last >> 1
    before = after = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if here & 1 or here == last:
            before, after = node_hash(step, before), node_hash(step, after)
            while not here & 1 and here:
                here, last = here >> 1, last >> 1
        else:
            after = node_hash(after, step)
        here, last = here >> 1, last >> 1
    return last == 0 and before == first_root and after == size_root


def in_list(leaves: Sequence[bytes]) -> Whole:
    """Whole subtrees of leaf hashes that are all at hand."""

    def whole(height: int, index: int) -> bytes:
        start = index << height
        return _fold(b"".join(leaves[start : start + (1 << height)]))

    return whole


def in_tiles(tiles: Tiles) -> Whole:
    """Whole subtrees from tiles; KeyError where one is needed that is not at hand."""

    def whole(height: int, index: int) -> bytes:
        level, within = divmod(height, _HEIGHT)
        tile, first = divmod(index << within, TILE)
        hashes = tiles[level, tile][first * HASH : (first + (1 << within)) * HASH]
        if len(hashes) != HASH << within:
            raise KeyError((level, tile))
        return _fold(hashes)

    return whole


def edge(size: int) -> list[tuple[int, int]]:
    """The tiles on the right of a tree, as level and index, that are not full yet: with them one can go on."""
    found, level = [], 0
    while size:
        if size % TILE:
            found.append((level, size // TILE))
        size, level = size // TILE, level + 1
    return found


def grown(size: int, at_edge: Tiles, leaves: bytes) -> dict[tuple[int, int], bytes]:
    """The tiles that change or come when these leaf hashes are added to a tree of `size` with this edge."""
    changed: dict[tuple[int, int], bytes] = {}
    level, added = 0, leaves
    while added:
        tile, held = divmod(size, TILE)
        hashes = at_edge[level, tile] + added if held else added
        wholes: list[bytes] = []
        for start in range(0, len(hashes), TILE * HASH):
            piece = hashes[start : start + TILE * HASH]
            changed[level, tile + len(wholes)] = piece
            if len(piece) == TILE * HASH:
                wholes.append(_fold(piece))
        size, level, added = size // TILE, level + 1, b"".join(wholes)
    return changed


def needed(path: Callable[[Whole], object]) -> set[tuple[int, int]]:
    """Which tiles a root or a proof will ask for, so that they can be fetched at once."""
    asked: set[tuple[int, int]] = set()

    def whole(height: int, index: int) -> bytes:
        level, within = divmod(height, _HEIGHT)
        asked.add((level, (index << within) // TILE))
        return EMPTY

    path(whole)
    return asked


def _left(width: int) -> int:
    """The leaves of the left child: the largest power of two below the width."""
    return 1 << (width - 1).bit_length() - 1


def _range(start: int, end: int, whole: Whole) -> bytes:
    width = end - start
    if width & (width - 1) == 0:
        height = width.bit_length() - 1
        return whole(height, start >> height)
    middle = start + _left(width)
    return node_hash(_range(start, middle, whole), _range(middle, end, whole))


def _fold(hashes: bytes) -> bytes:
    """The root over a power of two of hashes that lie side by side."""
    while len(hashes) > HASH:
        hashes = b"".join(
            [sha256(b"\x01" + hashes[at : at + 2 * HASH]).digest() for at in range(0, len(hashes), 2 * HASH)]
        )
    return hashes
