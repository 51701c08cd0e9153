"""`casecoord retention`: what is kept for how long, and letting go what is past its term."""

import asyncio
import sys
from collections import Counter
from typing import Annotated, Any
from uuid import UUID

import typer

from casecoord.access.decide import Policy
from casecoord.actions.office import Office
from casecoord.actions.retaining import Batch, run_retention
from casecoord.commands.context import AsJson, CommandError, answer, settings
from casecoord.commands.sweep import At, moment_of
from casecoord.domain.actors import Caller
from casecoord.domain.facets import Retention
from casecoord.domain.retention import TRIGGERS
from casecoord.domain.words import Language, Role
from casecoord.storage.offices import officer
from casecoord.storage.retention_terms import terms_in_force
from casecoord.storage.work import Database

OfArea = Annotated[str | None, typer.Option("--area", help="Only this area, by its code.")]
#: Ids that a dry run names of each table; the counts are whole.
MOST_NAMED = 100

group = typer.Typer(
    help="What is kept for how long, and letting go what is past its term.", no_args_is_help=True
)


def register(app: typer.Typer) -> None:
    app.add_typer(group, name="retention")


@group.command()
def run(
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Lists what would go and why, and changes nothing.")
    ] = False,
    area: OfArea = None,
    at: At = None,
    as_json: AsJson = False,
) -> None:
    """Let go what is past its term, in the name of the area's administrator. What is open stays. Stop it when you
    like: the next run goes on.
    """
    with settings() as chosen:
        moment = moment_of(at)
        database = chosen.database(pool_size=2, clock=(lambda: moment) if moment else None)
        found = asyncio.run(_run(database, area, dry=dry_run))
    answer({"dry_run": dry_run, "areas": found}, as_json, lambda: _in_words(found, dry=dry_run))


@group.command()
def terms(area: OfArea = None, as_json: AsJson = False) -> None:
    """How long each class of data is kept, since which day, and where that is said."""
    with settings() as chosen:
        found = asyncio.run(terms_of(chosen.database(pool_size=2), area))
    lines = [
        f"{one['area']}: {one['class']:11} {one['term']} (since {one['from_on']}; {one['source']})"
        for one in found
    ]
    answer({"terms": found}, as_json, lambda: "\n".join(lines))


async def _run(database: Database, only: str | None, *, dry: bool) -> list[dict[str, Any]]:
    try:
        office = Office(database, Policy())
        return [
            await _of_area(office, code, area, dry=dry)
            for code, area in (await _areas(database, only)).items()
        ]
    finally:
        await database.close()


async def _of_area(office: Office, code: str, area: UUID, *, dry: bool) -> dict[str, Any]:
    async with office.database.within(area) as work:
        named = await officer(work, Role.ADMINISTRATOR)
        kept = await terms_in_force(work)
    if named is None:
        raise CommandError(f"{code} has no administrator with a login: somebody has to answer for it")
    caller = Caller(named.issuer, named.subject, membership=named.membership)
    counts: Counter[tuple[Retention, str]] = Counter()
    ids: dict[tuple[Retention, str], list[str]] = {}
    households = 0
    async for batch in run_retention(office, caller, dry=dry):
        households += batch.households
        _count(batch, counts, ids)
        _say(f"{code}: {sum(counts.values())} rows of {households} households")
    return {
        "area": code,
        "administrator": named.name,
        "households": households,
        "rows": [
            {
                "class": kept_as,
                "table": table,
                "why": kept[kept_as].words(Language.EN),
                "count": count,
                **({"ids": ids[kept_as, table]} if dry else {}),
            }
            for (kept_as, table), count in sorted(counts.items())
        ],
    }


def _count(
    batch: Batch, counts: Counter[tuple[Retention, str]], ids: dict[tuple[Retention, str], list[str]]
) -> None:
    for key, rows in batch.gone.items():
        counts[key] += len(rows)
        named = ids.setdefault(key, [])
        named += rows[: MOST_NAMED - len(named)]


async def terms_of(database: Database, only: str | None) -> list[dict[str, Any]]:
    """The terms in force in each area, or in this one. Raises CommandError where there is no such area."""
    try:
        found = []
        for code, area in (await _areas(database, only)).items():
            async with database.within(area) as work:
                kept = await terms_in_force(work)
            found += [
                {
                    "area": code,
                    "class": kept_as,
                    "months": kept[kept_as].months,
                    "term": kept[kept_as].words(Language.EN),
                    "from_on": kept[kept_as].from_on.isoformat(),
                    "source": kept[kept_as].source,
                }
                for kept_as in TRIGGERS
            ]
        return found
    finally:
        await database.close()


async def _areas(database: Database, only: str | None) -> dict[str, UUID]:
    areas = await database.areas()
    if only is not None and only not in areas:
        raise CommandError(f"there is no area {only}: choose from {', '.join(areas) or 'none'}")
    return {only: areas[only]} if only else areas


def _in_words(found: list[dict[str, Any]], *, dry: bool) -> str:
    lines = []
    for one in found:
        total = sum(row["count"] for row in one["rows"])
        would = "would go" if dry else "went"
        lines.append(
            f"{one['area']}: {total} rows of {one['households']} households {would}, in the name of {one['administrator']}"
        )
        lines += [
            f"  {row['class']:11} {row['table']:20} {row['count']:8}  {row['why']}" for row in one["rows"]
        ]
        if dry:
            lines += [f"    {row['table']} {key}" for row in one["rows"] for key in row["ids"]]
    return "\n".join(lines)


def _say(line: str) -> None:
    sys.stderr.write(f"casecoord retention: {line}\n")
    sys.stderr.flush()
