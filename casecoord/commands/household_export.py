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
from casecoord.domain.actors import Caller
from casecoord.domain.errors import Problem
from casecoord.domain.ids import key_of
from casecoord.domain.words import Language, Purpose, Role
from casecoord.paper.export import pdf_of
from casecoord.settings import Settings
from casecoord.storage.offices import officer
from casecoord.storage.rights import granted_export
from casecoord.storage.work import Database, UnknownLogin


def export(
    identity: Annotated[str, typer.Argument(metavar="ID", help="Of the household.", show_default=False)],
    person: Annotated[
        str | None,
        typer.Option("--person", help="Whose request was granted; else the latest.", metavar="PERSON"),
    ] = None,
    by: Annotated[
        str | None,
        typer.Option(
            "--as",
            help="The login of the privacy officer who hands it over; else who granted it.",
            metavar="LOGIN",
        ),
    ] = None,
    folder: Annotated[Path, typer.Option("--to", help="Where the two files come.")] = Path(),
    language: Annotated[Language, typer.Option("--language", help="Of the paper.")] = Language.NL,
    as_json: AsJson = False,
) -> None:
    """Write what is recorded of somebody whose request for it two people granted: JSON, and a PDF to read. Only you
    can read the files; hand them over and remove them.
    """
    household, who = _key("Household", identity), _key("Person", person) if person else None
    with settings() as chosen:
        request, found = asyncio.run(_export(chosen, household, who, by, language))
    paths = _write(found, folder, f"{found['kind']}-{request}")
    answer({"files": [str(path) for path in paths]}, as_json, lambda: "\n".join(map(str, paths)))


async def _export(
    chosen: Settings, household: UUID, person: UUID | None, by: str | None, language: Language
) -> tuple[UUID, dict[str, Any]]:
    database = chosen.database(pool_size=2)
    try:
        request, granted_by = await _granted(database, household, person)
        caller = login(chosen, by) if by else granted_by
        if caller is None:
            raise CommandError("who granted it works here no more: say with --as who hands it over")
        asked = ExportOf(request, language)
        caller = replace(caller, purpose=Purpose.ACCESS_REQUEST)
        return request, await Office(database, Policy()).look(caller, export_household, asked)
    except Problem as problem:
        raise CommandError(problem.message(Language.EN)) from None
    except UnknownLogin:
        raise CommandError(f"{by} is no login of somebody who works here now") from None
    finally:
        await database.close()


async def _granted(database: Database, household: UUID, person: UUID | None) -> tuple[UUID, Caller | None]:
    """The request that was granted, in whichever area, and the officer who granted it, if still there."""
    for area in (await database.areas()).values():
        async with database.within(area) as work:
            found = await granted_export(work, household, person)
            if found is not None:
                who = await officer(work, Role.PRIVACY_OFFICER, found[1])
                caller = Caller(who.issuer, who.subject, membership=who.membership) if who else None
                return found[0], caller
    raise CommandError("there is no request for it here that was granted")


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
