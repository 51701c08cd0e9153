"""What the monitor published, and what it still has to: each period of each measure once, for good."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.dialects.postgresql import insert

from casecoord.domain.monitor import Period
from casecoord.domain.suppression import Figure, Path
from casecoord.domain.workdays import AMSTERDAM
from casecoord.storage.coverage import of_schools
from casecoord.storage.monitor_counts import COUNT, COUNTS, SCHOOL_COUNT
from casecoord.storage.monitor_tables import MonitorPublication
from casecoord.storage.work import Area

_PUBLISHED = text(
    "select measure, version, from_on, until_on, figures from monitor_published(:of, :since, :before)"
)
_AREAS = text("select id, code, name, neighbourhoods from monitor_areas() order by code")
_OWN_AREA = text("""
select a.id, a.code, a.name, coalesce((select jsonb_object_agg(n.code, n.name) from neighbourhoods n
  where n.area_id = a.id), '{}') neighbourhoods from areas a where a.id = :area""")
_FIRST = text("select min(received_at) from signals where area_id = :area")
# Where a handful of families live, nobody reckons with nine of anything.
_NEIGHBOURHOODS = text("""
select n.code, (select count(*) from (select from households h where h.area_id = n.area_id and h.neighbourhood = n.code
    and h.during @> cast(:now as timestamptz) limit :some) s) >= :some lived_in
  from neighbourhoods n where n.area_id = :area order by n.code""")


@dataclass(frozen=True, slots=True)
class Publication:
    """All that is told of a measure over a period, under the version by which it was counted.

    A figure with its neighbourhood: of none where it is a rest or of the whole area, '' where it is not known.
    """

    measure: str
    version: int
    period: Period
    figures: tuple[tuple[Figure, str | None], ...]


@dataclass(frozen=True, slots=True)
class PublishingArea:
    """An area that published something, or one's own; `neighbourhoods`: their names by code."""

    id: UUID
    code: str
    name: str
    neighbourhoods: dict[str, str]


async def published_until(work: Area) -> dict[str, date]:
    """Up to which day each measure was published, under whichever version."""
    found = await work.session.execute(
        select(MonitorPublication.measure, func.max(MonitorPublication.until_on).label("until"))
        .where(MonitorPublication.area_id == work.area_id)
        .group_by(MonitorPublication.measure)
    )
    return {row.measure: row.until for row in found}


async def began_on(work: Area) -> datetime | None:
    """When the first signal of the area came in."""
    first: datetime | None = (await work.session.execute(_FIRST, {"area": work.area_id})).scalar_one()
    return first


async def neighbourhoods_of(work: Area, some: int) -> dict[str, bool]:
    """The area's neighbourhoods, and whether so many families live there."""
    found = await work.session.execute(_NEIGHBOURHOODS, {"area": work.area_id, "now": work.now, "some": some})
    return {row.code: row.lived_in for row in found}


async def counts(
    work: Area, measure: str, periods: Sequence[Period]
) -> dict[Period, dict[tuple[Path, str], int]]:
    """What there was of a measure in each period, by words and neighbourhood ('': not known)."""
    by_start = {period.from_on: period for period in periods}
    found = await work.session.execute(
        text(COUNT.format(counted=COUNTS[measure])),
        {
            "area": work.area_id,
            "froms": [period.from_on for period in periods],
            "untils": [period.until_on for period in periods],
            "sinces": [_begins(period.from_on) for period in periods],
            "ends": [_begins(period.until_on) for period in periods],
        },
    )
    counted: dict[Period, dict[tuple[Path, str], int]] = {period: {} for period in periods}
    for row in found:
        counted[by_start[row.from_on]][tuple(row.path), row.neighbourhood or ""] = row.number
    return counted


async def school_counts(work: Area) -> dict[tuple[Path, str], int]:
    """Schools by what they have or lack now, by neighbourhood."""
    found = await work.session.execute(text(SCHOOL_COUNT), of_schools(work))
    return {((row.path,), row.neighbourhood or ""): row.number for row in found}


async def publish(work: Area, publications: Iterable[Publication]) -> int:
    """Keeps these for good; how many were not there yet. What somebody else published meanwhile stands."""
    rows = [
        {
            "area_id": work.area_id,
            "measure": one.measure,
            "from_on": one.period.from_on,
            "until_on": one.period.until_on,
            "version": one.version,
            "published_at": work.now,
            "figures": [
                [list(figure.path), where, figure.number, figure.rest] for figure, where in one.figures
            ],
        }
        for one in publications
    ]
    if not rows:
        return 0
    kept = await work.session.execute(
        insert(MonitorPublication)
        .values(rows)
        .on_conflict_do_nothing(index_elements=["area_id", "measure", "from_on"])
        .returning(MonitorPublication.from_on)
    )
    return len(kept.all())


async def published(work: Area, of: UUID, since: date, before: date) -> list[Publication]:
    """What an area published of periods between two days, in the order of time."""
    found = await work.session.execute(_PUBLISHED, {"of": of, "since": since, "before": before})
    return [_publication(row) for row in found]


async def publishing_areas(work: Area) -> list[PublishingArea]:
    """Every area that published something, with the own one, by code."""
    found = [PublishingArea(*row) for row in await work.session.execute(_AREAS)]
    if all(area.id != work.area_id for area in found):
        row = (await work.session.execute(_OWN_AREA, {"area": work.area_id})).one()
        found.append(PublishingArea(*row))
    return found


def _publication(row: Any) -> Publication:
    figures = tuple((Figure(tuple(path), number, rest), where) for path, where, number, rest in row.figures)
    return Publication(row.measure, row.version, Period(row.from_on, row.until_on), figures)


def _begins(day: date) -> datetime:
    return datetime.combine(day, time.min, AMSTERDAM)
