"""Publishing the monitor: each period once, when it is over, by a clock. Nothing that was published changes."""

from uuid import UUID

from casecoord.domain.monitor import CURRENT, LONGEST, Measure, Period, month_of, periods, shifted, this_month
from casecoord.domain.suppression import SMALLEST_CELL, Figure, Path, tell
from casecoord.domain.workdays import local_date
from casecoord.storage import monitor
from casecoord.storage.faults import retried
from casecoord.storage.monitor import Publication
from casecoord.storage.work import Area, Database

#: Periods counted in one statement: an area that begins with years of them holds nobody up.
AT_ONCE = 6


async def publish_area(database: Database, area_id: UUID) -> int:
    """Publishes every period that is over and was not published; how many. Again, or two at once: nothing more."""
    async with database.within(area_id) as work:
        missing = await _missing(work)
    return sum([await retried(_publish, database, area_id, *one) for one in missing])


async def _publish(database: Database, area_id: UUID, measure: Measure, missing: list[Period]) -> int:
    async with database.within(area_id) as work:
        return await monitor.publish(work, await _told(work, measure, missing))


async def _missing(work: Area) -> list[tuple[Measure, list[Period]]]:
    """What of each measure is over and was not published, since the area's first signal; of schools the last alone."""
    open_month = this_month(work.now)
    published = await monitor.published_until(work)
    if all(
        name in published and shifted(published[name], measure.months) > open_month
        for name, measure in CURRENT.items()
    ):
        return []
    began = await monitor.began_on(work)
    if began is None:
        return []
    first = max(month_of(local_date(began)), shifted(open_month, -LONGEST))
    missing = [
        (measure, list(periods(measure, published.get(name, first), open_month)))
        for name, measure in CURRENT.items()
    ]
    return [
        (measure, of_it[start : start + AT_ONCE])
        for measure, of_it in ((one, of_it[-1:] if one.exact else of_it) for one, of_it in missing)
        for start in range(0, len(of_it), AT_ONCE)
    ]


async def _told(work: Area, measure: Measure, missing: list[Period]) -> list[Publication]:
    if measure.exact:
        schools = tuple(
            (Figure(path, number), where)
            for (path, where), number in sorted((await monitor.school_counts(work)).items())
        )
        return [Publication(measure.name, measure.version, period, schools) for period in missing]
    lived_in = await monitor.neighbourhoods_of(work, SMALLEST_CELL) if measure.local else {}
    counted = await monitor.counts(work, measure.name, missing)
    return [
        Publication(measure.name, measure.version, period, figures(measure, counted[period], lived_in))
        for period in missing
    ]


def figures(
    measure: Measure, counted: dict[tuple[Path, str], int], lived_in: dict[str, bool]
) -> tuple[tuple[Figure, str | None], ...]:
    """The whole grid, with what was not counted as none, told as far as it may be."""
    if not measure.local:
        cells = dict.fromkeys(measure.categories, 0)
        for (path, _), number in counted.items():
            cells[path] = cells.get(path, 0) + number
        return tuple((figure, None) for figure in tell(cells))
    found = {(*path, where): number for (path, where), number in counted.items()}
    grid = {(*path, where): 0 for path in measure.categories for where in lived_in} | found
    idle = {path for path in grid if not lived_in.get(path[-1], False)}
    width = len(measure.categories[0])
    return tuple(
        (Figure(figure.path[:width], figure.number, figure.rest), None if figure.rest else figure.path[-1])
        for figure in tell(grid, idle)
    )
