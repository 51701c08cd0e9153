"""An area of twelve neighbourhoods with little of anything, published for months, read through every filter there is,
and worked back as far as it goes: no cell under ten is known to be anything less than from none to nine.
"""

import random
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from casecoord.actions.monitor import Monitor, MonitorOf, monitor
from casecoord.domain.monitor import MEASURES, month_of, shifted
from casecoord.domain.words import LifeDomain, Purpose, TeamKind, sphere_of
from tests.actions.looks import look
from tests.actions.monitor_steps import OCTOBER, PLACES, Area, publish
from tests.domain.attack import SMALL, UNBOUNDED, Attack, Sum, found
from tests.world import Town

#: A measure, a month, the words of a cell and its neighbourhood.
Cell = tuple[str, ...]
#: Six kinds of signals in each neighbourhood.
KINDS = [
    (LifeDomain.TIME_USE, "klimop", TeamKind.SCHOOL_CARE),
    (LifeDomain.TIME_USE, "wijkteam", TeamKind.SOCIAL),
    (LifeDomain.FINANCE, "wijkteam", TeamKind.SOCIAL),
    (LifeDomain.FINANCE, "rechtbank", TeamKind.COURT_PARTNER),
    (LifeDomain.MENTAL_HEALTH, "huisarts", TeamKind.GP_CARE),
    (LifeDomain.HOUSING, "werk", TeamKind.WORK_CARE),
]
MONTHS = [shifted(date(2026, 10, 1), -back) for back in (2, 1, 0)]
DAYS = {"within_1_day": 1, "within_1_week": 5, "later": 90}


async def work_of(area: Area, seed: int) -> Counter[Cell]:
    """What happened in three months, as many as chance would have it; what of it a cell holds, in truth."""
    drawn, truth = random.Random(seed), Counter[Cell]()
    for month in MONTHS:
        received = OCTOBER.replace(month=month.month)
        for domain, team, kind in KINDS:
            usual = drawn.choice((0, 0, 2, 9, 20))
            for place in PLACES:
                number = drawn.randint(usual // 2, usual + 1)
                await area.signals(place, number, domain, team, kind, received)
                sphere = (
                    "justice" if kind is TeamKind.COURT_PARTNER else
                    "livelihood" if kind is TeamKind.WORK_CARE else sphere_of(domain)
                )  # fmt: skip
                truth["signals", str(month), sphere, domain, kind, place] += number
        for band, days in DAYS.items():
            for place in PLACES:
                number = drawn.choice((0, 1, 8, 9, 10, 14))
                began = received - timedelta(days=days)
                took = timedelta(days=days)
                await area.signals(
                    place, number, received=began.replace(year=2020), triaged_after=took, source="area"
                )
                await area.connection.execute(
                    "update signals set received_at = $1, triaged_at = $2 where received_at < '2021-01-01'",
                    began,
                    received,
                )
                truth["time_to_triage", str(month), band, place] += number
    return truth


def grid(truth: Counter[Cell]) -> dict[Cell, int]:
    """Every cell of a measure by neighbourhood over each month, with what it holds."""
    return {
        cell: truth[cell]
        for one in MEASURES
        if one.months == 1 and not one.exact
        for month in MONTHS
        for path in one.categories
        for place in PLACES
        for cell in [(one.name, str(month), *map(str, path), place)]
    }


async def everything_read(town: Town) -> list[tuple[Cell, int | None, bool]]:
    """Whatever any choice of months and neighbourhood answers, once."""
    months = [(MONTHS[a], MONTHS[b]) for a in range(3) for b in range(a, 3)]
    told: dict[tuple[Cell, bool], int | None] = {}
    for first, last in months:
        for place in (None, *PLACES):
            query = MonitorOf(from_on=first, to_on=last, neighbourhood=place)
            for cell, number, rest in answered(await look(town, "karim", monitor, query, Purpose.MONITORING)):
                assert told.setdefault((cell, rest), number) == number
    return [(cell, number, rest) for (cell, rest), number in told.items()]


def answered(found: Monitor) -> Iterator[tuple[Cell, int | None, bool]]:
    for one in found.measures:
        parts: dict[tuple[str, str], int] = defaultdict(int)
        for figure in one.figures:
            where = () if figure.neighbourhood is None else (figure.neighbourhood,)
            month = str(month_of(figure.period.from_on))
            parts[month, figure.category[0]] += figure.number or 0
            if not one.measure.exact and one.measure.months == 1:
                yield (one.measure.name, month, *figure.category, *where), figure.number, figure.rest
        for total in one.totals:
            # A total says what its parts say together: whoever has those learns nothing by it.
            assert total.number == parts[str(total.period.from_on), total.category]


def sums(cells: dict[Cell, int], told: list[tuple[Cell, int | None, bool]]) -> Iterator[Sum[Cell]]:
    spoken = {cell for cell, number, rest in told if not rest and number is not None}
    for path, number, _ in sorted((one for one in told if one[2]), key=lambda one: -len(one[0])):
        if number is None:
            continue
        below = frozenset(cell for cell in cells if cell[: len(path)] == path and cell not in spoken)
        spoken |= below
        parts = len({cell[: len(path) + 1] for cell in below})
        low = 10 if number == 10 else number - 2
        yield Sum(below, low, UNBOUNDED if number + 5 > SMALL * (parts - 1) + 2 else number + 2)


@pytest.mark.parametrize("seed", [3, 4])
async def test_nobody_works_back_a_small_cell_from_all_that_is_published(area: Area, seed: int) -> None:
    cells = grid(await work_of(area, seed))
    await publish(area.town)
    told = await everything_read(area.town)
    single = {
        cell: (10 if number == 10 else number - 2, number + 2)
        for cell, number, rest in told
        if not rest and number is not None
    }
    rests = list(sums(cells, told))
    # There is something to work back from: cells, and rests of cells and of rests.
    assert len(single) > 60 and len(rests) > 10
    assert {len(one.cells) > 12 for one in rests} == {True, False}
    attack = Attack.on(single, [cell for cell in cells if cell not in single]).learn(rests)
    assert list(found(attack, cells)) == []
    assert sum(number <= SMALL for number in cells.values()) > 1000
