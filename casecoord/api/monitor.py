"""The monitor: figures that areas published, with small cells withheld."""

from datetime import date
from typing import Annotated

import strawberry

from casecoord.actions import monitor
from casecoord.api.context import Info
from casecoord.api.ids import global_id, key_of
from casecoord.storage.monitor import PublishingArea


@strawberry.type(description="An area that published figures; its neighbourhoods by their CBS code.")
class MonitoredArea:
    id: strawberry.ID
    code: str
    name: str

    @classmethod
    def of(cls, found: PublishingArea) -> "MonitoredArea":
        return cls(id=global_id("Area", found.id), code=found.code, name=found.name)


@strawberry.type(
    description="One figure of one period. Null: withheld. Where no neighbourhood is named it is of the whole area, or"
    " the `rest`: what is withheld elsewhere of this category, together."
)
class MonitorFigure:
    from_: date = strawberry.field(name="from", description="The first day of the period.")
    to: date = strawberry.field(description="Its last day.")
    category: list[str]
    words: str = strawberry.field(description="The category in your language.")
    neighbourhood: str | None
    place: str
    rest: bool
    number: int | None = strawberry.field(description="To the nearest multiple of 5.")
    suppressed: bool

    @classmethod
    def of(cls, found: monitor.Figure) -> "MonitorFigure":
        return cls(
            from_=found.period.from_on,
            to=found.period.last_day,
            category=list(found.category),
            words=found.words,
            neighbourhood=found.neighbourhood,
            place=found.place,
            rest=found.rest,
            number=found.number,
            suppressed=found.number is None,
        )


@strawberry.type(description="What is told of a category in a period, added up: no more than its parts tell.")
class MonitorTotal:
    from_: date = strawberry.field(name="from")
    to: date
    category: str
    words: str
    number: int
    at_least: bool = strawberry.field(description="Something of it is withheld.")

    @classmethod
    def of(cls, found: monitor.Total) -> "MonitorTotal":
        return cls(
            from_=found.period.from_on,
            to=found.period.last_day,
            category=found.category,
            words=found.words,
            number=found.number,
            at_least=found.at_least,
        )


@strawberry.type(
    description="What is counted, under one version of its definition: only what has the same is comparable."
)
class MonitorMeasure:
    name: str
    version: int
    title: str
    definition: str
    months: int = strawberry.field(description="Of how many whole months each period is.")
    standing: bool = strawberry.field(description="How many there are when a period ends, not what happened.")
    exact: bool = strawberry.field(description="Of no family: told as it is.")
    figures: list[MonitorFigure]
    totals: list[MonitorTotal]

    @classmethod
    def of(cls, found: monitor.Measured) -> "MonitorMeasure":
        measure = found.measure
        return cls(
            name=measure.name,
            version=measure.version,
            title=found.title,
            definition=found.definition,
            months=measure.months,
            standing=measure.standing,
            exact=measure.exact,
            figures=[MonitorFigure.of(one) for one in found.figures],
            totals=[MonitorTotal.of(one) for one in found.totals],
        )


@strawberry.type(description="What an area published of whole months that are over.")
class Monitor:
    area: MonitoredArea
    from_: date = strawberry.field(name="from")
    to: date
    measures: list[MonitorMeasure]
    areas: list[MonitoredArea] = strawberry.field(description="Other areas whose figures you can read.")
    csv: str = strawberry.field(description="The same as CSV, with a line for each figure.")


@strawberry.type
class MonitorQueries:
    @strawberry.field(
        description="Figures of an area, from one month to another; the last twelve that are over. `area`: your own,"
        " or another that published; `neighbourhood`: only there, by its CBS code."
    )
    async def monitor(
        self,
        info: Info,
        area: strawberry.ID | None = None,
        from_: Annotated[date | None, strawberry.argument(name="from")] = None,
        to: date | None = None,
        neighbourhood: str | None = None,
    ) -> Monitor:
        wanted = key_of("Area", area, "area") if area else None
        query = monitor.MonitorOf(wanted, from_, to, neighbourhood)
        found = await info.context.office.look(info.context.caller, monitor.monitor, query)
        return Monitor(
            area=MonitoredArea.of(found.area),
            from_=found.from_on,
            to=found.to_on,
            measures=[MonitorMeasure.of(one) for one in found.measures],
            areas=[MonitoredArea.of(one) for one in found.areas],
            csv=monitor.as_csv(found),
        )
