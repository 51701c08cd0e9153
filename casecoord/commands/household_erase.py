"""`casecoord household erase`: a resident's right of erasure, carried out from the command line."""

import asyncio
from dataclasses import asdict
from typing import Annotated
from uuid import UUID, uuid4

import typer

from casecoord.access.decide import Policy
from casecoord.actions.erasing import EraseHousehold, erase_household
from casecoord.actions.office import Office
from casecoord.commands.context import AsJson, CommandError, answer, login, settings
from casecoord.domain.errors import Problem
from casecoord.domain.ids import key_of
from casecoord.domain.words import Language
from casecoord.settings import Settings
from casecoord.storage.destroying import Certificate
from casecoord.storage.dumps import keep_list
from casecoord.storage.work import UnknownLogin


def erase(
    identity: Annotated[str, typer.Argument(metavar="ID", help="Of the household.", show_default=False)],
    by: Annotated[
        str, typer.Option("--as", help="The login of the privacy officer who does it.", metavar="LOGIN")
    ],
    as_json: AsJson = False,
) -> None:
    """Erase whose request for it two people granted, with the keys; print the certificate. Again, the same one."""
    with settings() as chosen:
        done = asyncio.run(_erase(chosen, _household(identity), by))
    answer({"certificate": asdict(done)}, as_json, lambda: "\n".join(_lines(done)))


async def _erase(chosen: Settings, household: UUID, by: str) -> Certificate:
    database = chosen.database(pool_size=2)
    try:
        asked = EraseHousehold(str(uuid4()), household)
        done = await Office(database, Policy()).act(login(chosen, by), erase_household, asked)
        if chosen.backups is not None:
            await keep_list(database, chosen.backups)
        return done
    except Problem as problem:
        raise CommandError(problem.message(Language.EN)) from None
    except UnknownLogin:
        raise CommandError(f"{by} is no login of somebody who works here now") from None
    finally:
        await database.close()


def _household(identity: str) -> UUID:
    try:
        return UUID(identity)
    except ValueError:
        pass
    try:
        return key_of("Household", identity, "household")
    except Problem as problem:
        raise CommandError(problem.message(Language.EN)) from None


def _lines(done: Certificate) -> list[str]:
    what = "the household, with everybody in it" if done.whole else f"{done.persons} of its persons"
    keys = f"{done.keys} keys ({', '.join(done.compartments)})" if done.keys else "none: others live there"
    until = f"{done.openable_until:%Y-%m-%d %H:%M} UTC" if done.openable_until else "none can open it now"
    return [
        f"certificate        {done.id}",
        f"erased             {what}, at {done.erased_at:%Y-%m-%d %H:%M} UTC",
        f"ground             {done.ground}",
        f"keys destroyed     {keys}",
        f"backups expire by  {until}",
    ]
