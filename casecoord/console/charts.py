"""A measure as small bars, one row of them for each category: plain SVG that says the same numbers as its table."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from casecoord.actions.monitor import Measured
from casecoord.domain.monitor import Period, periods
from casecoord.domain.monitor_words import say_path
from casecoord.domain.words import Language

#: Between the left sides of two bars, and how wide one is: in units of the drawing, which is stretched to its place.
_STEP, _WIDE = 10, 8


@dataclass(frozen=True, slots=True)
class Cell:
    """What is told of a category in a period; `number` None: withheld, or, where not `published`, not there yet.

    `at_least`: something of it is withheld.
    """

    published: bool
    number: int | None = None
    at_least: bool = False


@dataclass(frozen=True, slots=True)
class Series:
    """A category in words, with a cell for each period."""

    words: str
    cells: tuple[Cell, ...]

    @property
    def bars(self) -> str:
        """What is told, as a path: one unit is one thing counted."""
        return "".join(
            f"M{left} 0v{cell.number}h{_WIDE}v-{cell.number}z" for left, cell in self._told() if cell.number
        )

    @property
    def more(self) -> str:
        """A line on top of what is at least so many."""
        return "".join(f"M{left} {cell.number}h{_WIDE}" for left, cell in self._told() if cell.at_least)

    @property
    def withheld(self) -> str:
        """A mark at the foot of what is withheld."""
        return "".join(
            f"M{_STEP * at + 1} 0h{_WIDE}"
            for at, cell in enumerate(self.cells)
            if cell.published and cell.number is None
        )

    @property
    def latest(self) -> int | None:
        """The last cell that was published: its place."""
        return max((at for at, cell in enumerate(self.cells) if cell.published), default=None)

    def _told(self) -> Iterator[tuple[int, Cell]]:
        return ((_STEP * at + 1, cell) for at, cell in enumerate(self.cells) if cell.number is not None)


@dataclass(frozen=True, slots=True)
class Chart:
    """A measure over periods, the first first. `top`: the tallest bar, the same for every category."""

    measured: Measured
    periods: tuple[Period, ...]
    series: tuple[Series, ...]

    @property
    def top(self) -> int:
        return max((cell.number or 0 for one in self.series for cell in one.cells), default=0)

    @property
    def width(self) -> int:
        return _STEP * len(self.periods)

    @property
    def unpublished(self) -> bool:
        """Whether something of these periods was not published."""
        return any(period not in self.measured.periods for period in self.periods)


def chart(measured: Measured, from_on: date, until_on: date, where: str | None, language: Language) -> Chart:
    """The chart of a measure over these months; `where`: in one neighbourhood."""
    measure = measured.measure
    asked = tuple(sorted({*periods(measure, from_on, until_on), *measured.periods}))
    words = dict.fromkeys(path[0] for path in measure.categories)
    cells = _in_neighbourhood(measured) if where else _in_area(measured)
    shown = tuple(
        Series(
            say_path((word,), language),
            tuple(_cell(measured, period, cells.get((period, word))) for period in asked),
        )
        for word in words
    )
    return Chart(measured, asked, shown)


Told = dict[tuple[Period, str], Cell]


def _cell(measured: Measured, period: Period, told: Cell | None) -> Cell:
    if period not in measured.periods:
        return Cell(published=False)
    # Of what is told as it is, what stands in no list is none; of all else it is withheld.
    return told or Cell(published=True, number=0 if measured.measure.exact else None)


def _in_area(measured: Measured) -> Told:
    return {
        (total.period, total.category): Cell(True, total.number, total.at_least)
        for total in measured.totals
        if total.number or not total.at_least
    }


def _in_neighbourhood(measured: Measured) -> Told:
    """What is told of one neighbourhood; where a category has parts, others of them may be withheld."""
    parts = len(measured.measure.categories[0]) > 1
    found: Told = {}
    for figure in measured.figures:
        if figure.number is not None:
            key = (figure.period, figure.category[0])
            before = found[key].number or 0 if key in found else 0
            found[key] = Cell(True, before + figure.number, parts and not measured.measure.exact)
    return found
