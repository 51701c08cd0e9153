"""`casecoord backup` and `restore`: the data and the keys in dumps of their own, that expire on their own days."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from casecoord.commands.context import AsJson, CommandError, answer, settings
from casecoord.settings import HOME, Settings
from casecoord.storage import backups, dumps
from casecoord.storage.backups import Terms

Folder = Annotated[
    Path | None,
    typer.Argument(help="Where the dumps are kept; else CASECOORD_BACKUPS.", show_default=False),
]


def register(app: typer.Typer) -> None:
    app.command()(backup)
    app.command()(restore)


def backup(
    folder: Folder = None,
    only_keys: Annotated[bool, typer.Option("--only-keys", help="The keys alone: small, so often.")] = False,
    keep_data: Annotated[
        int | None, typer.Option("--keep-data", min=2, help="From now on, days to keep the data's.")
    ] = None,
    keep_keys: Annotated[
        int | None, typer.Option("--keep-keys", min=1, help="From now on, days to keep the keys'.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Dump the data and, apart, the keys; remove dumps that expired. The keys' expire sooner than the data's: who is
    erased is gone from every backup once the last of the keys' has expired."""
    with settings() as chosen:
        where, made = _chosen(chosen, folder), list[Path]()
        for name, part in chosen.apart().items():
            done, terms = asyncio.run(_back_up(part, where, name, only_keys, keep_data, keep_keys))
            made += done
    answer(
        {"files": list(map(str, made)), "data_days": terms.data_days, "keys_days": terms.keys_days},
        as_json,
        lambda: "\n".join(
            [*map(str, made), f"kept: data {terms.data_days} days, keys {terms.keys_days} days"]
        ),
    )


def restore(
    folder: Folder = None,
    data: Annotated[Path | None, typer.Option("--data", help="Another dump than the newest.")] = None,
    keys: Annotated[Path | None, typer.Option("--keys", help="Another dump than the newest.")] = None,
    area: Annotated[
        str | None,
        typer.Option("--area", help="The database in which this area lives, where there are several."),
    ] = None,
    again: Annotated[
        bool, typer.Option("--erasures-only", help="Only erase again what the data brought back.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Bring a backup of the data back into an empty database with the newest keys, and erase again what was erased
    since; until that is done nobody is served."""
    with settings() as chosen:
        if chosen.elsewhere and area is None:
            raise CommandError("there are several databases: name one by an area that lives there (--area)")
        ((name, part),) = chosen.apart(area).items()
        try:
            done = asyncio.run(_restore(part, _chosen(chosen, folder), name, data, keys, again))
        except dumps.DumpError as error:
            raise CommandError(str(error)) from None
    # Not done here: the key that signs the log need not be where the database is restored.
    after = "" if again else "\nnext, where the log is signed: casecoord audit restored"
    answer({"erasures": done}, as_json, lambda: f"restored; {done} erasures applied again{after}")


def _chosen(chosen: Settings, folder: Path | None) -> Path:
    found = folder or chosen.backups
    if found is None:
        raise CommandError("name the folder of the backups, or set CASECOORD_BACKUPS")
    return found


def _of(folder: Path, name: str) -> Path:
    """Where a database's dumps are; the list of erasures is one for all."""
    return folder if name == HOME else folder / name


async def _back_up(
    chosen: Settings,
    folder: Path,
    name: str,
    only_keys: bool,
    keep_data: int | None,
    keep_keys: int | None,
) -> tuple[list[Path], Terms]:
    database = chosen.database(pool_size=2)
    try:
        now = await backups.terms(database)
        wanted = Terms(keep_data or now.data_days, keep_keys or now.keys_days)
        if wanted.keys_days >= wanted.data_days:
            raise CommandError("the keys' backups must expire sooner than the data's: choose fewer days")
        await backups.keep_for(database, wanted)
        kinds = ("keys",) if only_keys else dumps.KINDS
        made = await dumps.back_up(database, chosen.database_url_migrator, _of(folder, name), kinds)
        await dumps.keep_list(database, folder)
        return made, wanted
    except dumps.DumpError as error:
        raise CommandError(str(error)) from None
    finally:
        await database.close()


async def _restore(
    chosen: Settings, folder: Path, name: str, data: Path | None, keys: Path | None, again: bool
) -> int:
    database = chosen.database(pool_size=2)
    erasures = folder / dumps.ERASURES
    try:
        if again:
            return await dumps.follow_erasures(database, erasures)
        there = _of(folder, name)
        data, keys = data or dumps.newest(there, "data"), keys or dumps.newest(there, "keys")
        return await dumps.restore(database, chosen.database_url_migrator, data, keys, erasures)
    finally:
        await database.close()
