"""`casecoord sweep` and `gaps`: the clocks, and the recomputation that checks them."""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from casecoord.actions.clocks import Recomputed, recompute_gaps, sweep_areas
from casecoord.commands.context import AsJson, CommandError, answer, settings
from casecoord.domain.promises import PROMISES, Level, Rule
from casecoord.settings import Settings
from casecoord.storage.availability import is_unavailable
from casecoord.storage.dumps import keep_list
from casecoord.storage.work import Database

EVERY_SECONDS = 60.0

At = Annotated[
    str | None, typer.Option("--at", help="As if it were this moment: ISO 8601, as 2026-12-14T09:00+01:00.")
]


def register(app: typer.Typer) -> None:
    app.command()(sweep)
    app.command()(gaps)


def sweep(
    once: Annotated[
        bool, typer.Option("--once", help="One sweep; otherwise every minute until stopped.")
    ] = False,
    at: At = None,
    as_json: AsJson = False,
) -> None:
    """Write down the gaps that exist, how far they escalated, and those that ended; follow birthdays and links;
    carry families from area to area. Running it twice changes nothing.
    """
    moment = moment_of(at)
    with settings() as chosen:
        if once or moment:
            found = asyncio.run(_sweep_once(chosen, moment))
            answer({"areas": found}, as_json, lambda: _swept_words(found))
        else:
            asyncio.run(_sweep_on(chosen))


def gaps(
    area: Annotated[str | None, typer.Option("--area", help="Only this area, by its code.")] = None,
    at: At = None,
    as_json: AsJson = False,
) -> None:
    """Recompute every gap from scratch, by another path than the sweep's; exit 1 where the two differ."""
    moment = moment_of(at)
    with settings() as chosen:
        found = asyncio.run(_recompute(chosen, area, moment))
    answer({"areas": [_as_data(one) for one in found]}, as_json, lambda: "\n".join(map(_in_words, found)))
    if any(one.differences or one.without_holder for one in found):
        raise SystemExit(1)


async def _sweep_once(chosen: Settings, at: datetime | None) -> list[dict[str, Any]]:
    async with _database(chosen) as database:
        await _keep_list(database, chosen.backups)
        return [
            {"area": code, "raised": swept.raised, "escalated": swept.escalated, "ended": swept.ended}
            async for code, swept in sweep_areas(database, at)
        ]


async def _sweep_on(chosen: Settings) -> None:
    """Sweeps every minute, and keeps the list of erasures beside the backups; a database that is away for a while is
    waited for, and holds up no other."""
    stop = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    async with _database(chosen) as database:
        while not stop.is_set():
            for part in database.apart():
                await _sweep_part(part, chosen.backups)
            try:
                await asyncio.wait_for(stop.wait(), EVERY_SECONDS)
            except TimeoutError:
                continue


async def _sweep_part(part: Database, backups: Path | None) -> None:
    try:
        await _keep_list(part, backups)
        async for code, swept in sweep_areas(part):
            if swept.raised or swept.escalated or swept.ended:
                _say(f"{code}: {swept.raised} raised, {swept.escalated} escalated, {swept.ended} ended")
    except Exception as error:
        if not is_unavailable(error):
            raise
        _say("the database does not answer; trying again")


async def _keep_list(database: Database, backups: Path | None) -> None:
    """A folder that is away is no reason not to sweep; the doctor and the next backup say so too."""
    if backups is None:
        return
    try:
        await keep_list(database, backups)
    except (PermissionError, FileNotFoundError, NotADirectoryError):
        _say(f"the list of erasures cannot be written to {backups}")


async def _recompute(chosen: Settings, only: str | None, at: datetime | None) -> list[Recomputed]:
    async with _database(chosen) as database:
        areas = await database.areas()
        if only is not None and only not in areas:
            raise CommandError(f"there is no area {only}: choose from {', '.join(areas) or 'none'}")
        wanted = {only: areas[only]} if only else areas
        return [await recompute_gaps(database, code, area, at) for code, area in wanted.items()]


@asynccontextmanager
async def _database(chosen: Settings) -> AsyncIterator[Database]:
    database = chosen.database(pool_size=2)
    try:
        yield database
    finally:
        await database.close()


def moment_of(at: str | None) -> datetime | None:
    """The moment that `--at` names; None: now."""
    if at is None:
        return None
    try:
        moment = datetime.fromisoformat(at)
    except ValueError:
        raise CommandError(f"--at {at} is no moment: write it as 2026-12-14T09:00+01:00") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _swept_words(found: list[dict[str, Any]]) -> str:
    return "\n".join(
        f"{one['area']}: {one['raised']} raised, {one['escalated']} escalated, {one['ended']} ended"
        for one in found
    )


def _as_data(found: Recomputed) -> dict[str, Any]:
    return {
        "area": found.area,
        "at": found.at.isoformat(),
        "gaps": sum(found.counts.values()),
        "by_rule": [
            {
                "rule": rule,
                "gap": PROMISES[Rule(rule)].gap,
                "level": Level(level).name.lower(),
                "count": count,
            }
            for (rule, level), count in sorted(found.counts.items())
        ],
        "without_holder": found.without_holder,
        "differing": found.differing,
        "differences": [
            {
                "rule": one.rule,
                "subject": str(one.subject),
                "recomputed": _side(one.recomputed),
                "swept": _side(one.swept),
            }
            for one in found.differences
        ],
    }


def _side(side: tuple[datetime, int] | None) -> dict[str, Any] | None:
    return {"since": side[0].isoformat(), "level": side[1]} if side else None


def _in_words(found: Recomputed) -> str:
    lines = [f"{found.area} at {found.at:%Y-%m-%d %H:%M} UTC: {sum(found.counts.values())} gaps"]
    for (rule, level), count in sorted(found.counts.items()):
        escalated = Level(level).name.lower().replace("_", " ")
        lines.append(f"  {rule:8} {PROMISES[Rule(rule)].gap:18} {escalated:18} {count}")
    if found.without_holder:
        lines.append(f"  {found.without_holder} households without a holder")
    lines.append(
        f"  the sweep differs on {found.differing}: run casecoord sweep --once"
        if found.differing
        else "  the sweep agrees"
    )
    return "\n".join(lines)


def _say(line: str) -> None:
    sys.stderr.write(f"casecoord sweep: {line}\n")
    sys.stderr.flush()
