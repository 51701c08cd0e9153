"""`casecoord household export`: what is recorded of somebody who asked for it, as a file for machines and one to read."""

import asyncio
import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import typer

from casecoord.access.decide import Policy
from casecoord.actions.exporting import ExportOf, export_household
from casecoord.actions.office import Office
from casecoord.commands.context import AsJson, CommandError, answer, login, settings
from casecoord.domain.errors import Problem
from casecoord.domain.ids import key_of
from casecoord.domain.words import Language, Purpose
from casecoord.paper.export import pdf_of
from casecoord.settings import Settings
from casecoord.storage.rights import granted_export
from casecoord.storage.sealed import Keyring
from casecoord.storage.work import Database, UnknownLogin


def export(
    identity: Annotated[str, typer.Argument(metavar="ID", help="Of the household.", show_default=False)],
    person: Annotated[str, typer.Option("--person", help="Whose request was granted.", metavar="PERSON")],
    by: Annotated[
        str, typer.Option("--as", help="The login of the privacy officer who hands it over.", metavar="LOGIN")
    ],
    folder: Annotated[Path, typer.Option("--to", help="Where the two files come.")] = Path(),
    language: Annotated[Language, typer.Option("--language", help="Of the paper.")] = Language.NL,
    as_json: AsJson = False,
) -> None:
    """Write what is recorded of somebody whose request for it two people granted: JSON, and a PDF to read. Only you
    can read the files; hand them over and remove them.
    """
    household, who = _key("Household", identity), _key("Person", person)
    with settings() as chosen:
        found = asyncio.run(_export(chosen, household, who, by, language))
    paths = _write(found, folder, f"{found['kind']}-{who}")
    answer({"files": [str(path) for path in paths]}, as_json, lambda: "\n".join(map(str, paths)))


async def _export(
    chosen: Settings, household: UUID, person: UUID, by: str, language: Language
) -> dict[str, Any]:
    database = Database(chosen.database_url, Keyring(chosen.master_key, chosen.match_key), pool_size=2)
    try:
        office = Office(database, Policy())
        caller = replace(login(chosen, by), purpose=Purpose.ACCESS_REQUEST)
        async with database.enter(caller) as work:
            request = await granted_export(work, household, person)
        if request is None:
            raise CommandError("there is no request of this person for it that was granted")
        return await office.look(caller, export_household, ExportOf(request, language))
    except Problem as problem:
        raise CommandError(problem.message(Language.EN)) from None
    except UnknownLogin:
        raise CommandError(f"{by} is no login of somebody who works here now") from None
    finally:
        await database.close()


def _write(found: dict[str, Any], folder: Path, name: str) -> list[Path]:
    texts = {
        "json": json.dumps(found, ensure_ascii=False, default=str, indent=2).encode(),
        "pdf": pdf_of(found),
    }
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for ending, content in texts.items():
        path = folder / f"{name}.{ending}"
        # Nobody else on this machine reads along, from the first byte on.
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(content)
        paths.append(path)
    return paths


def _key(kind: str, given: str) -> UUID:
    try:
        return UUID(given)
    except ValueError:
        pass
    try:
        return key_of(kind, given)
    except Problem as problem:
        raise CommandError(problem.message(Language.EN)) from None
