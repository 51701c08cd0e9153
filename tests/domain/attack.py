"""Somebody who reads everything that was published, knows how it was made, and works back what they can.

Shares no code with what withholds. What is known are sums of cells between bounds; from two sums of which one holds the
other follows the difference, from two that share nothing their union, and from each sum and what is known of its other
parts each part. All of that is done until nothing new follows.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import combinations
from typing import Generic, TypeVar

Cell = TypeVar("Cell")
SMALL = 9
UNBOUNDED = 10**9


@dataclass(frozen=True)
class Sum(Generic[Cell]):
    """These cells together are between two numbers."""

    cells: frozenset[Cell]
    least: int
    most: int


@dataclass
class Attack(Generic[Cell]):
    """What is known of each cell, and of sums of them."""

    least: dict[Cell, int]
    most: dict[Cell, int]
    sums: dict[frozenset[Cell], tuple[int, int]] = field(default_factory=dict)

    @classmethod
    def on(cls, told: Mapping[Cell, tuple[int, int]], withheld: Iterable[Cell]) -> "Attack[Cell]":
        hidden = list(withheld)
        return cls(
            {**{cell: low for cell, (low, _) in told.items()}, **dict.fromkeys(hidden, 0)},
            {**{cell: high for cell, (_, high) in told.items()}, **dict.fromkeys(hidden, SMALL)},
        )

    def learn(self, sums: Iterable[Sum[Cell]]) -> "Attack[Cell]":
        """Everything that follows from these sums as well."""
        for one in sums:
            self._add(one.cells, one.least, one.most)
        self._combine()
        while self._propagate():
            pass
        return self

    def range_of(self, cell: Cell) -> tuple[int, int]:
        return self.least[cell], self.most[cell]

    def _add(self, cells: frozenset[Cell], least: int, most: int) -> bool:
        known = self.sums.get(cells, (0, UNBOUNDED))
        better = max(known[0], least), min(known[1], most)
        self.sums[cells] = better
        return better != known

    def _combine(self) -> None:
        """Differences of sums of which one holds the other, and the parts that two have apart."""
        grown = True
        while grown and len(self.sums) < 3_000:
            grown = False
            for (one, (low, high)), (other, (least, most)) in combinations(list(self.sums.items()), 2):
                for big, small in ((one, other), (other, one)):
                    if small < big:
                        (b_low, b_high), (s_low, s_high) = self.sums[big], self.sums[small]
                        new = big - small
                        grown |= new not in self.sums and self._add(
                            new, max(0, b_low - s_high), b_high - s_low
                        )
                if one & other and not (one <= other or other <= one):
                    # What is the same in both falls out of the difference.
                    self._compare(one - other, other - one, low - most, high - least)

    def _compare(self, one: frozenset[Cell], other: frozenset[Cell], least: int, most: int) -> None:
        """`one` less `other` is between two numbers: with what is known of the other, a sum of the one."""
        low = sum(self.least[cell] for cell in other)
        high = sum(self.most[cell] for cell in other)
        self._add(one, max(0, least + low), most + high)
        low = sum(self.least[cell] for cell in one)
        high = sum(self.most[cell] for cell in one)
        self._add(other, max(0, low - most), high - least)

    def _propagate(self) -> bool:
        changed = False
        for cells, (least, most) in self.sums.items():
            low, high = sum(self.least[c] for c in cells), sum(self.most[c] for c in cells)
            for cell in cells:
                at_least = least - (high - self.most[cell])
                at_most = most - (low - self.least[cell])
                if at_least > self.least[cell]:
                    self.least[cell], changed = at_least, True
                    low, high = sum(self.least[c] for c in cells), sum(self.most[c] for c in cells)
                if at_most < self.most[cell]:
                    self.most[cell], changed = at_most, True
                    low, high = sum(self.least[c] for c in cells), sum(self.most[c] for c in cells)
        return changed


def found(attack: "Attack[Cell]", truth: Mapping[Cell, int]) -> Iterator[tuple[Cell, int, int]]:
    """Every small cell of which more is known than that it is from none to nine; what is known is so."""
    for cell, number in truth.items():
        least, most = attack.range_of(cell)
        assert least <= number <= most, (cell, number, least, most)
        if number <= SMALL and (least, most) != (0, SMALL):
            yield cell, least, most
