"""`casecoord keys`: new keys while the system runs, and the first one of a token."""

import asyncio
from collections.abc import Iterable
from dataclasses import asdict
from typing import Annotated
from uuid import uuid4

import typer
from rich.console import Console
from rich.progress import Progress, TextColumn, TimeElapsedColumn

from casecoord.access.decide import Policy
from casecoord.actions.office import Office
from casecoord.actions.rotating import (
    Keys,
    Retired,
    Rotated,
    RotateKeys,
    carry_out,
    destroy_retired,
    rotate_keys,
)
from casecoord.commands.context import AsJson, CommandError, answer, login, settings
from casecoord.domain.errors import Problem
from casecoord.domain.words import Language
from casecoord.settings import Settings
from casecoord.storage.masters import KeysAway
from casecoord.storage.work import UnknownLogin

As = Annotated[
    str | None,
    typer.Option("--as", help="The login of the administrator who asks for it.", metavar="LOGIN"),
]
_app = typer.Typer(no_args_is_help=True, help="The keys that seal families' data.")


def register(app: typer.Typer) -> None:
    app.add_typer(_app, name="keys")


@_app.command()
def rotate(
    by: As = None,
    master: Annotated[bool, typer.Option("--master", help="Only the key that wraps the others.")] = False,
    data: Annotated[bool, typer.Option("--data", help="Only the keys that seal.")] = False,
    area: Annotated[str | None, typer.Option("--area", help="Only this area, by its code.")] = None,
    as_json: AsJson = False,
) -> None:
    """Make new keys while everybody works on: data keys are wrapped anew, values sealed anew, and older keys destroyed
    once no backup needs them. An administrator asks with --as; without it, what was asked for goes on. Interrupted, the
    same command does the rest."""
    wanted = [kind for kind, named in ((Keys.MASTER, master), (Keys.DATA, data)) if named] or list(Keys)
    with settings() as chosen:
        rotated, retired = asyncio.run(_watched(chosen, wanted, by, area))
    answer(
        {"rotated": [asdict(one) for one in rotated], "older": [asdict(one) for one in retired]},
        as_json,
        lambda: "\n".join(_lines(rotated, retired)),
    )
    if any(one.left or one.unreadable for one in rotated):
        raise SystemExit(1)


@_app.command()
def create(as_json: AsJson = False) -> None:
    """Make the first version of the master key in a token (CASECOORD_KEYS) that has none."""
    with settings() as chosen:
        if chosen.token is None:
            raise CommandError("the master key is no token's: make it with openssl rand -base64 32")
        try:
            there = _newest(chosen)
            version = there or chosen.keyring().master.add_version()
        except KeysAway as away:
            raise CommandError(str(away)) from None
    made = there is None
    say = f"made version {version}" if made else f"version {version} is there already"
    answer({"version": version, "made": made}, as_json, lambda: say)


def _newest(chosen: Settings) -> int | None:
    try:
        return chosen.keyring().master.newest()
    except KeysAway as away:
        if away.empty:
            return None
        raise


async def _watched(
    chosen: Settings, wanted: list[Keys], by: str | None, only: str | None
) -> tuple[list[Rotated], list[Retired]]:
    database = chosen.database(pool_size=2)
    console = Console(stderr=True)  # who reads it from a file wants the one line that matters
    columns = (TextColumn("{task.description}: {task.completed}"), TimeElapsedColumn())
    try:
        areas = await database.areas()
        if only is not None and only not in areas:
            raise CommandError(f"there is no area {only}: choose from {', '.join(areas) or 'none'}")
        if by is not None:
            caller = login(chosen, by)
            asked = RotateKeys(str(uuid4()), tuple(wanted))
            await Office(database, Policy()).act(caller, rotate_keys, asked)
        with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
            tasks = {kind: bar.add_task(f"{kind} keys", total=None) for kind in Keys}
            rotated = [
                one
                for code, area in areas.items()
                if only in (None, code)
                async for one in carry_out(
                    database, code, area, lambda kind, done: bar.update(tasks[kind], completed=done)
                )
            ]
        retired = [await destroy_retired(database, code, area) for code, area in areas.items()]
        return rotated, retired
    except Problem as problem:
        raise CommandError(problem.message(Language.EN)) from None
    except UnknownLogin:
        raise CommandError(f"{by} is no login of somebody who works here now") from None
    except KeysAway as away:
        raise CommandError(str(away)) from None
    finally:
        await database.close()


def _lines(rotated: Iterable[Rotated], retired: Iterable[Retired]) -> Iterable[str]:
    nothing = True
    for one in rotated:
        nothing = False
        what = "keys wrapped anew" if one.keys is Keys.MASTER else "households sealed anew"
        line = f"{one.area}: {one.done} {what}"
        line += f", {one.left} left, where somebody is at work: run this again" if one.left else ""
        yield line + (f", {len(one.unreadable)} that do not open stay as they are" if one.unreadable else "")
    if nothing:
        yield "nothing was asked for: an administrator asks with --as LOGIN"
    for older in retired:
        if older.destroyed or older.kept:
            until = f" until {older.until:%Y-%m-%d}" if older.until else ""
            yield f"{older.area}: {older.destroyed} older keys destroyed, {older.kept} kept for backups{until}"
