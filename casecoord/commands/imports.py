"""`casecoord import ...`: takes published registers over, and accounts for every row."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from casecoord.commands.context import AsJson, CommandError, answer, settings
from casecoord.domain.words import Language

if TYPE_CHECKING:
    from casecoord.actions.imports.rows import Progress
    from casecoord.registers.report import Report
    from casecoord.storage.work import Database

import_app = typer.Typer(
    no_args_is_help=True,
    help="Take over published registers. Again changes nothing, a later version updates, and every row is "
    "accounted for: read = created + changed + unchanged + outside the area + refused.",
)

Source = Annotated[Path, typer.Argument(help="The file as its publisher put it out.", show_default=False)]
OneArea = Annotated[str | None, typer.Option("--area", help="Only this area, by name or code.")]
InLanguage = Annotated[Language, typer.Option("--language", help="Of the report.")]
Action = Callable[["Database", "Progress"], Awaitable["Report"]]


def register(app: typer.Typer) -> None:
    app.add_typer(import_app, name="import")


@import_app.command()
def areas(
    file: Source,
    area: OneArea = None,
    district: Annotated[
        list[str] | None,
        typer.Option("--district", help="A district (WK######) the area is made of; repeat."),
    ] = None,
    vintage: Annotated[
        int | None, typer.Option(help="The year of the file, if its name does not say.")
    ] = None,
    as_json: AsJson = False,
    language: InLanguage = Language.EN,
) -> None:
    """Areas (area, gemeente, gm_code), or the CBS's districts and neighbourhoods for areas that exist."""
    from casecoord.actions.imports.places import import_areas

    if district and area is None:
        raise CommandError("--district says what one area is made of: name it with --area")

    def act(database: "Database", progress: "Progress") -> Awaitable["Report"]:
        return import_areas(
            database, file, area=area, districts=district or (), vintage=vintage, progress=progress
        )

    _run(act, as_json, language)


@import_app.command()
def schools(
    file: Source, area: OneArea = None, as_json: AsJson = False, language: InLanguage = Language.EN
) -> None:
    """DUO's primary school locations, in the municipalities of the areas."""
    from casecoord.actions.imports.places import import_schools

    _run(lambda db, progress: import_schools(db, file, area=area, progress=progress), as_json, language)


@import_app.command()
def postcodes(
    file: Source, area: OneArea = None, as_json: AsJson = False, language: InLanguage = Language.EN
) -> None:
    """Which neighbourhood each postcode lies in (columns postcode, buurt)."""
    from casecoord.actions.imports.places import import_postcodes

    _run(lambda db, progress: import_postcodes(db, file, area=area, progress=progress), as_json, language)


@import_app.command()
def households(
    file: Source,
    area: Annotated[str, typer.Option("--area", help="The area whose residents to take over.")],
    as_json: AsJson = False,
    language: InLanguage = Language.EN,
) -> None:
    """Persons of the population register (BRP) as households: who moved, moves; who died stays with a date."""
    from casecoord.actions.imports.households import import_households

    _run(lambda db, progress: import_households(db, file, area=area, progress=progress), as_json, language)


@import_app.command()
def links(
    file: Source, area: OneArea = None, as_json: AsJson = False, language: InLanguage = Language.EN
) -> None:
    """Enrolments, benefits and practices of persons known here (columns bsn, kind, code, from, to)."""
    from casecoord.actions.imports.links import import_links

    _run(lambda db, progress: import_links(db, file, area=area, progress=progress), as_json, language)


def _run(act: Action, as_json: bool, language: Language) -> None:
    from casecoord.actions.imports.moving import Disturbed
    from casecoord.registers.reasons import Unreadable
    from casecoord.storage.territories import UnknownArea

    try:
        report = asyncio.run(_watched(act))
    except Unreadable as unreadable:
        raise CommandError(unreadable.sentence(language)) from None
    except UnknownArea as unknown:
        raise CommandError(str(unknown)) from None
    except Disturbed:
        raise CommandError("another import was at work in this area: run this one again") from None
    except KeyboardInterrupt:
        typer.echo("Interrupted. What was written is whole; the same command again does the rest.", err=True)
        raise
    answer(report.as_json(), as_json, lambda: report.as_text(language))


async def _watched(act: Action) -> "Report":
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    with settings() as chosen:
        database = chosen.database(pool_size=2)
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        try:
            console = Console(stderr=True)  # who reads it from a file wants the one line that matters
            with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
                task = bar.add_task("rows", total=None)
                return await act(database, lambda done, total: bar.update(task, completed=done, total=total))
        finally:
            await database.close()
