"""Pairwise covering arrays: every two values of every two factors meet in some row, in few rows."""

from collections.abc import Hashable, Sequence
from itertools import combinations
from random import Random


def pairwise(factors: Sequence[Sequence[Hashable]], seed: str = "") -> list[tuple[Hashable, ...]]:
    """Rows with one value of each factor. Greedy: each row begins with a pair not met yet."""
    if len(factors) < 2:
        return [(value,) for value in factors[0]] if factors else [()]
    chance, sizes = Random(seed), [range(len(values)) for values in factors]
    missing = {
        (one, a, other, b)
        for one, other in combinations(range(len(factors)), 2)
        for a in sizes[one]
        for b in sizes[other]
    }
    rows = []
    while missing:
        one, a, other, b = min(missing)
        row = {one: a, other: b}
        for factor in chance.sample(range(len(factors)), len(factors)):
            if factor not in row:
                row[factor] = max(
                    sizes[factor], key=lambda value: (_met(row, factor, value, missing), chance.random())
                )
        missing -= {(i, row[i], j, row[j]) for i, j in combinations(range(len(factors)), 2)}
        rows.append(tuple(factors[i][row[i]] for i in range(len(factors))))
    return rows


def _met(row: dict[int, int], factor: int, value: int, missing: set[tuple[int, int, int, int]]) -> int:
    """How many pairs that were not met yet this value would meet."""
    return sum(
        ((known, at, factor, value) if known < factor else (factor, value, known, at)) in missing
        for known, at in row.items()
    )
