"""What is done at the machine itself, outside every door: by whom, and in which areas."""

import asyncio
import getpass
import os
from collections.abc import Awaitable, Callable
from typing import Annotated, TypeVar
from uuid import UUID

import typer

from casecoord.access.decide import Policy
from casecoord.actions.log_export import Operator
from casecoord.commands.context import CommandError, settings

Area = Annotated[str | None, typer.Option("--area", help="Only this area, by its code.")]
Answer = TypeVar("Answer")


def at_the_machine(only: str | None, do: Callable[[Operator, dict[str, UUID]], Awaitable[Answer]]) -> Answer:
    """What `do` answers as whoever is logged in at this machine; in one area, by its code, or in all."""

    async def run() -> Answer:
        database = chosen.database(pool_size=2)
        try:
            areas = await database.areas()
            if only is not None and only not in areas:
                raise CommandError(f"there is no area {only}: choose from {', '.join(areas) or 'none'}")
            wanted = areas if only is None else {only: areas[only]}
            return await do(Operator(database, Policy(), _me()), wanted)
        finally:
            await database.close()

    with settings() as chosen:
        return asyncio.run(run())


def _me() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container may know no names
        return f"user {os.getuid()}"
