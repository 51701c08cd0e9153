"""`casecoord duplicates find`: asks the coordinators about households that may be one."""

import asyncio
from typing import Annotated, Any

import typer

from casecoord.actions.duplicates import find_duplicates_everywhere
from casecoord.commands.context import AsJson, CommandError, answer, settings
from casecoord.storage.work import Database

_app = typer.Typer(no_args_is_help=True)


def register(app: typer.Typer) -> None:
    app.add_typer(_app, name="duplicates", help="Households that may be one.")


@_app.callback()
def duplicates() -> None:
    """Households that may be one."""


@_app.command()
def find(
    area: Annotated[str | None, typer.Option("--area", help="Only this area, by its code.")] = None,
    as_json: AsJson = False,
) -> None:
    """Propose households that may be one to the area's coordinator. Running it twice changes nothing."""
    with settings() as chosen:
        found = asyncio.run(_find(chosen.database(pool_size=2), area))
    answer({"areas": found}, as_json, lambda: "\n".join(map(_in_words, found)))


async def _find(database: Database, only: str | None) -> list[dict[str, Any]]:
    try:
        areas = await database.areas()
        if only is not None and only not in areas:
            raise CommandError(f"there is no area {only}: choose from {', '.join(areas) or 'none'}")
        return [
            {
                "area": code,
                "pairs": one.pairs,
                "left_alone": one.left_alone,
                "proposed": one.proposed,
                "more_reasons": one.more_reasons,
            }
            async for code, one in find_duplicates_everywhere(database, only)
        ]
    finally:
        await database.close()


def _in_words(one: dict[str, Any]) -> str:
    return (
        f"{one['area']}: {one['pairs']} pairs compared, {one['proposed']} proposed,"
        f" {one['more_reasons']} with more reasons, {one['left_alone']} keys shared by too many"
    )
