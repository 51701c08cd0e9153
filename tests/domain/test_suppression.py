"""No cell under ten can be worked back: by whoever does every sum, and by whoever tries every world there could be."""

import random
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from itertools import product

import pytest

from casecoord.domain.suppression import Figure, Path, meant, rounded, tell
from tests.domain.attack import SMALL, UNBOUNDED, Attack, Sum, found

Told = tuple[Figure, ...]
Teller = Callable[[dict[Path, int]], Sequence[Figure]]

PLACES = [f"BU{number:02}" for number in range(12)]
KINDS = [f"kind {number}" for number in range(6)]


def area(seed: int, most: int) -> dict[Path, int]:
    """Twelve neighbourhoods by six kinds; of each kind another share is small, and as small as it likes."""
    drawn = random.Random(seed)
    share = {kind: drawn.choice((0.1, 0.2, 0.6, 1)) for kind in KINDS}
    small = {kind: drawn.choice(((0,), (9,), (0, 1), (8, 9), range(10))) for kind in KINDS}
    return {
        (kind, place): drawn.choice(small[kind]) if drawn.random() < share[kind] else drawn.randint(10, most)
        for kind in KINDS
        for place in PLACES
    }


def bounds(number: int) -> tuple[int, int]:
    return meant(number).start, meant(number).stop - 1


def read(cells: dict[Path, int], told: Sequence[Figure]) -> Attack[Path]:
    """What the attack is given: each told cell, and each sum that is told of those that are not."""
    single = {one.path: bounds(one.number) for one in told if not one.rest and one.number is not None}
    attack = Attack.on(single, [path for path in cells if path not in single])
    return attack.learn(sums(cells, told, set(single)))


def sums(cells: dict[Path, int], told: Sequence[Figure], single: set[Path]) -> Iterator[Sum[Path]]:
    """A rest is what is told of the cells below its path that are told nowhere narrower."""
    spoken = set(single)
    for one in sorted((one for one in told if one.rest), key=lambda one: -len(one.path)):
        if one.number is None:
            continue
        below = frozenset(path for path in cells if path[: len(one.path)] == one.path and path not in spoken)
        spoken |= below
        low, high = bounds(one.number)
        # The most that is ever told of so many stands for that and all above.
        capped = one.number + 5 > SMALL * (len(below) - 1) + 2
        yield Sum(below, low, UNBOUNDED if capped else high)


@pytest.mark.parametrize("most", [10, 15, 60])
@pytest.mark.parametrize("seed", range(15))
def test_no_small_cell_of_twelve_neighbourhoods_by_six_is_found(seed: int, most: int) -> None:
    cells = area(seed, most)
    assert list(found(read(cells, tell(cells)), cells)) == []


def test_what_is_told_is_worth_telling() -> None:
    """All but a few of the things counted are told of, in a cell or in a rest."""
    cells = area(7, 60)
    told = tell(cells)
    assert sum(one.number or 0 for one in told) > 0.9 * sum(cells.values())
    assert all(abs(one.number - cells[one.path]) <= 2 for one in told if one.number and not one.rest)


def with_totals(cells: dict[Path, int]) -> list[Figure]:
    """Weak: cells as they should be, with the total of each kind beside them."""
    told = [Figure(path, rounded(number)) for path, number in cells.items() if number > SMALL]
    return [*told, *(Figure((kind,), rounded(total)) for kind, total in totals(cells).items())]


def without_complement(cells: dict[Path, int]) -> list[Figure]:
    """Weak: the rest is told however few cells it is of, and however full they are."""
    told = [Figure(path, rounded(number)) for path, number in cells.items() if number > SMALL]
    small: dict[str, int] = defaultdict(int)
    for (kind, _), number in cells.items():
        small[kind] += number if number <= SMALL else 0
    return [
        *told,
        *(Figure((kind,), rounded(rest), rest=True) for kind, rest in small.items() if rest > SMALL),
    ]


def totals(cells: dict[Path, int]) -> dict[str, int]:
    together: dict[str, int] = defaultdict(int)
    for (kind, _), number in cells.items():
        together[kind] += number
    return together


def read_weak(cells: dict[Path, int], told: Sequence[Figure]) -> Attack[Path]:
    single = {one.path: bounds(one.number) for one in told if len(one.path) == 2 and one.number}
    attack = Attack.on(single, [path for path in cells if path not in single])
    for one in told:
        if len(one.path) == 1 and one.number:
            whole = frozenset(path for path in cells if path[:1] == one.path)
            part = frozenset(path for path in whole if path not in single)
            low, high = one.number - 2, one.number + 2
            attack.learn([Sum(part if one.rest else whole, low, high)])
    return attack


@pytest.mark.parametrize("weak", [with_totals, without_complement])
def test_a_weaker_publication_is_broken_by_the_same_attack(weak: Teller) -> None:
    areas = [area(seed, 15) for seed in range(15)]
    broken = [cell for cells in areas for cell in found(read_weak(cells, weak(cells)), cells)]
    assert len(broken) > 3


def test_the_same_things_in_two_tables_would_be_broken() -> None:
    """Why a measure has one grid: told by kind and again by source, ten in one row bound the other's small cells."""
    cells = {("kind", "a"): 11, ("kind", "b"): 1, ("source", "team"): 10, ("source", "family"): 2}
    told = {path: bounds(rounded(number)) for path, number in cells.items() if number > SMALL}
    attack = Attack.on(told, [path for path in cells if path not in told])
    by_kind, by_source = (frozenset(path for path in cells if path[0] == of) for of in ("kind", "source"))
    # Both rows are of the same things: whatever the one is, the other is.
    attack.learn([Sum(by_kind, 10, 12 + SMALL), Sum(by_source, 10, 12)])
    attack.learn([Sum(by_kind, *attack.sums[by_source])])
    assert attack.range_of(("kind", "b")) != (0, SMALL)


def worlds(shape: Sequence[Path], tell_all: Teller) -> dict[Told, list[tuple[int, ...]]]:
    """Every world of cells from none to ten, by what is told of it. Ten stands for whatever is no small cell."""
    by_told: dict[Told, list[tuple[int, ...]]] = defaultdict(list)
    for numbers in product(range(11), repeat=len(shape)):
        by_told[tuple(tell_all(dict(zip(shape, numbers, strict=True))))].append(numbers)
    return by_told


def known(shape: Sequence[Path], tell_all: Teller) -> list[tuple[Told, Path, set[int]]]:
    """Each small cell of which, by what is told, some number from none to nine is out of the question."""
    out = []
    for told, possible in worlds(shape, tell_all).items():
        for place, path in enumerate(shape):
            numbers = {world[place] for world in possible}
            if numbers != set(range(10)) and numbers != {10}:
                out.append((told, path, numbers))
    return out


ROW = [("kind", place) for place in PLACES]
DEEP = [("sphere", "one", "a"), ("sphere", "one", "b"), ("sphere", "two", "a"), ("sphere", "three", "a")]
DEEPER = [("sphere", kind, place) for kind in ("one", "two", "three") for place in ("a", "b")]


@pytest.mark.parametrize(
    "shape", [ROW[:1], ROW[:2], ROW[:3], ROW[:4], DEEP], ids=["1", "2", "3", "4", "deep"]
)
def test_whoever_tries_every_world_finds_no_small_cell(shape: Sequence[Path]) -> None:
    """Not even by knowing exactly how what is told comes about."""
    assert known(shape, tell) == []


@pytest.mark.prove
@pytest.mark.parametrize(
    "shape", [ROW[:5], DEEPER, [*DEEP, ("sphere", "four", "a")]], ids=["5", "deeper", "wide"]
)
def test_whoever_tries_every_larger_world_finds_no_small_cell(shape: Sequence[Path]) -> None:
    assert known(shape, tell) == []


@pytest.mark.parametrize("weak", [with_totals, without_complement])
def test_a_weaker_publication_is_broken_by_trying_every_world(weak: Teller) -> None:
    assert known(ROW[:3], weak)


def test_where_hardly_anybody_lives_nothing_can_hide() -> None:
    """Ten in three cells of which two are known to be empty would be ten in one."""
    cells = {("kind", place): number for place, number in (("a", 9), ("b", 2), ("c", 0), ("d", 0))}
    assert tell(cells) == [Figure(("kind",), 10, rest=True)]
    assert tell(cells, idle={("kind", "c"), ("kind", "d")}) == [Figure(("kind",), None, rest=True)]


def test_rests_are_never_made_of_two_spheres() -> None:
    cells = {("justice", "x"): 9, ("general", "x"): 9, ("general", "y"): 9, ("general", "z"): 2}
    assert tell(cells) == [Figure(("general",), 20, rest=True), Figure(("justice",), None, rest=True)]
