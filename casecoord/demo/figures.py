"""What the demo's areas published in the year before: invented counts, told by the same rules as any that were counted."""

from collections.abc import Collection
from datetime import datetime
from random import Random
from uuid import UUID

from casecoord.actions.publishing import figures
from casecoord.demo.people import SEED
from casecoord.domain.monitor import CURRENT, Measure, periods, shifted, this_month
from casecoord.domain.suppression import SMALLEST_CELL, Path
from casecoord.storage.monitor import Publication, neighbourhoods_of, publish
from casecoord.storage.work import Database

MONTHS = 12
#: The most that is counted of anything in a neighbourhood and a month, before it grows.
_MOST = 15


async def earlier_figures(database: Database, area: UUID, at: datetime) -> None:
    """Publishes the months that were over; what was published already stands. What is told as it is has no past."""
    last = this_month(at)
    async with database.within(area) as work:
        lived_in = await neighbourhoods_of(work, SMALLEST_CELL)
        chance = Random(f"{SEED} {sorted(lived_in)}")
        told = []
        for measure in CURRENT.values():
            places = [place for place, some in lived_in.items() if some] if measure.local else [""]
            usual = {path: _MOST * chance.random() ** 4 for path in measure.categories}
            if not measure.exact:
                for number, period in enumerate(periods(measure, shifted(last, -MONTHS), last)):
                    counted = _counted(measure, usual, places, number, chance)
                    of_places = lived_in if measure.local else {}
                    told.append(
                        Publication(
                            measure.name, measure.version, period, figures(measure, counted, of_places)
                        )
                    )
        await publish(work, told)


def _counted(
    measure: Measure, usual: dict[Path, float], places: Collection[str], number: int, chance: Random
) -> dict[tuple[Path, str], int]:
    """More of each as the area's teams find their way."""
    return {
        (path, place): round(usual[path] * (0.6 + 0.05 * number) * chance.uniform(0.7, 1.3))
        for path in measure.categories
        for place in places
    }
