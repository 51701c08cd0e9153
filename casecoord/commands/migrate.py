"""`casecoord migrate`: the schema to its head."""

import asyncio

import typer

from casecoord.commands.context import AsJson, answer, environment
from casecoord.settings import migrator_urls


def register(app: typer.Typer) -> None:
    app.command()(migrate)


def migrate(as_json: AsJson = False) -> None:
    """Bring each database's schema to the version of this code; safe to run at every start, and at the same time."""
    from casecoord.storage.migrate import upgrade

    with environment() as env:
        for url in migrator_urls(env):
            heads = asyncio.run(upgrade(url))
    answer({"at": heads.at, "head": heads.head}, as_json, lambda: f"The database is at {heads.at}.")
