"""`casecoord monitor`: publish the figures of months that are over, and export what was published."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

import typer

from casecoord.actions.log_export import Operator
from casecoord.actions.monitor import Monitor, MonitorOf, as_csv, read
from casecoord.actions.publishing import publish_area
from casecoord.commands.context import AsJson, CommandError, answer
from casecoord.commands.machine import Area, at_the_machine
from casecoord.domain.errors import Problem
from casecoord.domain.words import Language, Purpose

OfArea = Annotated[str, typer.Option("--area", help="The area, by its code.")]

group = typer.Typer(
    help="Figures of how areas fare, from the work itself; small cells withheld.", no_args_is_help=True
)


def register(app: typer.Typer) -> None:
    app.add_typer(group, name="monitor")


@group.command()
def publish(area: Area = None, as_json: AsJson = False) -> None:
    """Publish what is over and was not published; the sweep does so too. Twice, or two at once: nothing more."""

    async def do(operator: Operator, areas: dict[str, UUID]) -> dict[str, int]:
        return {code: await publish_area(operator.database, one) for code, one in areas.items()}

    found = at_the_machine(area, do)
    answer(
        {"published": found},
        as_json,
        lambda: "\n".join(f"{code}: {number} published" for code, number in found.items()),
    )


@group.command()
def export(
    area: OfArea,
    from_: Annotated[
        str | None, typer.Option("--from", metavar="MONTH", help="The first month, as 2025-11.")
    ] = None,
    to: Annotated[
        str | None, typer.Option("--to", metavar="MONTH", help="The last month, as 2026-10.")
    ] = None,
    neighbourhood: Annotated[
        str | None, typer.Option("--neighbourhood", help="Only there, by its CBS code.")
    ] = None,
    language: Annotated[Language, typer.Option("--language", help="Of the headers.")] = Language.NL,
    as_json: AsJson = False,
) -> None:
    """Write what an area published as CSV, a line for each figure. That it was exported is logged."""
    first, last = _month(from_, "--from"), _month(to, "--to")

    async def do(operator: Operator, areas: dict[str, UUID]) -> Monitor:
        (identity,) = areas.values()
        await operator.say(identity, "export_monitor", None, "monitor.aggregate", Purpose.MONITORING)
        async with operator.database.within(identity) as work:
            try:
                return await read(work, MonitorOf(identity, first, last, neighbourhood), language)
            except Problem as problem:
                raise CommandError(problem.message(Language.EN)) from None

    found = at_the_machine(area, do)
    if as_json:
        answer(_as_data(found), as_json, str)
    else:
        typer.echo(as_csv(found), nl=False)


def _month(said: str | None, option: str) -> date | None:
    if said is None:
        return None
    try:
        return datetime.strptime(said, "%Y-%m").date()
    except ValueError:
        raise CommandError(f"{option} {said} is no month: write it as 2026-10") from None


def _as_data(found: Monitor) -> dict[str, Any]:
    return {
        "area": found.area.code,
        "from": found.from_on,
        "to": found.to_on,
        "measures": [
            {
                "name": one.measure.name,
                "version": one.measure.version,
                "title": one.title,
                "definition": one.definition,
                "months": one.measure.months,
                "figures": [
                    {
                        "from": figure.period.from_on,
                        "to": figure.period.last_day,
                        "category": figure.category,
                        "neighbourhood": figure.neighbourhood,
                        "rest": figure.rest,
                        "number": figure.number,
                        "suppressed": figure.number is None,
                    }
                    for figure in one.figures
                ],
            }
            for one in found.measures
        ],
    }
