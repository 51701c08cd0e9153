"""What may be told of a table of counts, so that no count below ten can be worked back from all that is told.

Three habits, each known from statistical disclosure control: a small cell is withheld (threshold rule), what is told
is rounded, and no figure is told beside another that holds it. In place of a total stands the *rest*: the small cells
of one category together, told only where each of them could still be none, or nine. So everything that is told counts
each thing once, and no two figures can be subtracted. See `docs/decisions/monitor.md`, with the sources.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

#: Fewer than this in a cell could point at a family.
SMALLEST_CELL = 10
BASE = 5
#: Two small cells that are ten together are both at least one.
FEWEST_CELLS = 3

#: The words of a cell, the widest first; a shorter path is everything below it.
Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Figure:
    """A cell, or the rest: what is withheld of the cells below this path, together.

    `number` None: withheld too. Whatever stands in no list is part of a rest.
    """

    path: Path
    number: int | None
    rest: bool = False


@dataclass(frozen=True, slots=True)
class _Hidden:
    """What is not told: how many, and whether anybody has to reckon with any of it."""

    number: int
    counts: bool


def tell(cells: Mapping[Path, int], idle: Collection[Path] = ()) -> list[Figure]:
    """All that may be told of these cells, whose paths are of one length.

    `idle`: cells of which everybody knows that they hold next to nothing; they hide no other. Rests are made from the
    narrowest to the widest, and never of cells that differ in their first word.
    """
    told = [Figure(path, rounded(number)) for path, number in cells.items() if number >= SMALLEST_CELL]
    hidden = {
        path: _Hidden(number, path not in idle) for path, number in cells.items() if number < SMALLEST_CELL
    }
    for length in range(max(map(len, cells), default=0) - 1, 0, -1):
        left: dict[Path, _Hidden] = {}
        for path, parts in _together(hidden, length).items():
            number = rest_of(sum(part.number for part in parts), sum(part.counts for part in parts))
            if number is not None or length == 1:
                told.append(Figure(path, number, rest=True))
            else:
                left[path] = _Hidden(sum(part.number for part in parts), any(part.counts for part in parts))
        hidden = left
    told += [Figure(path, None) for path in hidden if len(path) == 1 and path in cells]
    return sorted(told, key=lambda figure: figure.path)


def _together(hidden: Mapping[Path, _Hidden], length: int) -> dict[Path, list[_Hidden]]:
    found: dict[Path, list[_Hidden]] = {}
    for path, part in hidden.items():
        found.setdefault(path[:length], []).append(part)
    return found


def rest_of(number: int, cells: int) -> int | None:
    """What may be told of so many together in so many withheld cells, each of which may hold up to nine.

    Never more than lets any one of them be none: where it is more, that is what is told.
    """
    if number < SMALLEST_CELL or cells < FEWEST_CELLS:
        return None
    others = (SMALLEST_CELL - 1) * (cells - 1)
    return min(rounded(number), (others + BASE // 2) // BASE * BASE)


def rounded(number: int) -> int:
    """To the nearest multiple of the base."""
    return (number + BASE // 2) // BASE * BASE


def meant(number: int) -> range:
    """What a told cell may have been."""
    return range(max(SMALLEST_CELL, number - BASE // 2), number + BASE // 2 + 1)
