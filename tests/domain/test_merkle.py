"""The tree is that of RFC 9162: its published test vectors, and another implementation over random trees."""

import random
from hashlib import sha256

import pytest
from pymerkle import InmemoryTree

from casecoord.domain import merkle

#: Inputs and answers that the implementations of Certificate Transparency test themselves with
#: (github.com/transparency-dev/merkle, testonly/constants.go and proof/proof_test.go).
INPUTS = [
    bytes.fromhex(one)
    for one in (
        "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
    )
]  # fmt: skip
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
INCLUSIONS = {
    (0, 1): [],
    (0, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (5, 8): [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 3): ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"],
    (1, 5): [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}
CONSISTENCIES = {
    (1, 1): [],
    (1, 8): INCLUSIONS[0, 8],
    (6, 8): [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 5): [
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}
RANDOM_TREES = 10_000


def leaves_of(count: int, seed: object = 0) -> list[bytes]:
    return [merkle.leaf_hash(f"{seed} {number}".encode()) for number in range(count)]


@pytest.mark.parametrize("size", range(9))
def test_the_published_roots(size: int) -> None:
    whole = merkle.in_list([merkle.leaf_hash(one) for one in INPUTS])
    assert merkle.root(size, whole).hex() == ROOTS[size]


@pytest.mark.parametrize("which", INCLUSIONS, ids=str)
def test_the_published_inclusion_proofs(which: tuple[int, int]) -> None:
    index, size = which
    leaves = [merkle.leaf_hash(one) for one in INPUTS]
    path = merkle.inclusion(index, size, merkle.in_list(leaves))
    assert [step.hex() for step in path] == INCLUSIONS[which]
    assert merkle.root_by_inclusion(leaves[index], index, size, path) == bytes.fromhex(ROOTS[size])


@pytest.mark.parametrize("which", CONSISTENCIES, ids=str)
def test_the_published_consistency_proofs(which: tuple[int, int]) -> None:
    first, size = which
    path = merkle.consistency(first, size, merkle.in_list([merkle.leaf_hash(one) for one in INPUTS]))
    assert [step.hex() for step in path] == CONSISTENCIES[which]
    assert merkle.is_consistent(first, size, bytes.fromhex(ROOTS[first]), bytes.fromhex(ROOTS[size]), path)


def literal(first: int, leaves: list[bytes], whole_known: bool = True) -> list[bytes]:
    """SUBPROOF of RFC 9162, section 2.1.4.1, as it is written there."""
    size = len(leaves)
    if first == size:
        return [] if whole_known else [merkle.root(size, merkle.in_list(leaves))]
    left = 1
    while left * 2 < size:
        left *= 2
    if first <= left:
        path, beside = literal(first, leaves[:left], whole_known), leaves[left:]
    else:
        path, beside = literal(first - left, leaves[left:], False), leaves[:left]
    return [*path, merkle.root(len(beside), merkle.in_list(beside))]


def test_another_implementation_agrees_over_ten_thousand_random_trees() -> None:
    """pymerkle counts leaves from one, puts the leaf first in a path, and cuts consistency proofs in its own way."""
    chance, agreed = random.Random(9162), 0
    for _ in range(RANDOM_TREES):
        size = int(chance.triangular(1, 90, 1))
        data = [chance.randbytes(chance.randrange(12)) for _ in range(size)]
        theirs = InmemoryTree(algorithm="sha256")
        for one in data:
            theirs.append_entry(one)
        leaves = [merkle.leaf_hash(one) for one in data]
        whole = merkle.in_list(leaves)
        index, first = chance.randrange(size), chance.randrange(1, size + 1)
        expected, old = theirs.get_root(), theirs.get_root(first)
        assert merkle.root(size, whole) == expected and merkle.root(first, whole) == old
        path = merkle.inclusion(index, size, whole)
        assert [bytes.fromhex(step) for step in theirs.prove_inclusion(index + 1).serialize()["path"]] == [
            leaves[index], *path,
        ]  # fmt: skip
        assert merkle.root_by_inclusion(leaves[index], index, size, path) == expected
        path = merkle.consistency(first, size, whole)
        assert path == literal(first, leaves)
        assert merkle.is_consistent(first, size, old, expected, path)
        agreed += 1
    assert agreed == RANDOM_TREES


def test_a_proof_in_which_anything_is_changed_does_not_hold() -> None:
    chance = random.Random(1)
    for _ in range(300):
        size = chance.randrange(2, 60)
        leaves = leaves_of(size)
        whole = merkle.in_list(leaves)
        index, first = chance.randrange(size), chance.randrange(1, size)
        root, old = merkle.root(size, whole), merkle.root(first, whole)
        path, chain = merkle.inclusion(index, size, whole), merkle.consistency(first, size, whole)
        wrong = sha256(b"wrong").digest()
        for changed in (path[1:], [*path, wrong], [*path[:-1], wrong]):
            assert merkle.root_by_inclusion(leaves[index], index, size, changed) != root
        assert merkle.root_by_inclusion(wrong, index, size, path) != root
        assert merkle.root_by_inclusion(leaves[index], (index + 1) % size, size, path) != root
        for changed in (chain[1:], [*chain, wrong], [*chain[:-1], wrong]):
            assert not merkle.is_consistent(first, size, old, root, changed)
        assert not merkle.is_consistent(first, size, wrong, root, chain)
        assert not merkle.is_consistent(first, size, old, wrong, chain)


@pytest.mark.parametrize("sizes", [[1, 255, 1, 300], [256, 256], [700, 1, 1, 66_000], [65_536, 1]], ids=str)
def test_tiles_grow_into_the_same_tree(sizes: list[int]) -> None:
    leaves = leaves_of(sum(sizes))
    tiles: dict[tuple[int, int], bytes] = {}
    size = 0
    for more in sizes:
        at_edge = {which: tiles[which] for which in merkle.edge(size)}
        changed = merkle.grown(size, at_edge, b"".join(leaves[size : size + more]))
        assert all(hashes.startswith(tiles.get(which, b"")) for which, hashes in changed.items())
        tiles |= changed
        size += more
        assert merkle.root(size, merkle.in_tiles(tiles)) == merkle.root(size, merkle.in_list(leaves))
        needed = {which: tiles[which] for which in merkle.edge(size)}
        assert merkle.root(size, merkle.in_tiles(needed)) == merkle.root(size, merkle.in_tiles(tiles))
    last = size - 1
    assert merkle.inclusion(last, size, merkle.in_tiles(tiles)) == merkle.inclusion(
        last, size, merkle.in_list(leaves)
    )
    asked = merkle.needed(lambda whole: merkle.inclusion(0, size, whole))
    assert merkle.inclusion(0, size, merkle.in_tiles({which: tiles[which] for which in asked}))
