"""What the tests of imports share: a moment, an area, a family, and ways to look."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg

from casecoord.actions.imports.places import import_areas
from casecoord.registers.report import Outcome, Report
from casecoord.storage.sealed import Keyring
from casecoord.storage.work import Database
from tests.registers import invented

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
KEYRING = Keyring(master=b"m" * 32, match=b"x" * 32)


async def an_area(
    database: Database, tmp_path: Path, name: str = "Zuid", codes: Sequence[str] = ("GM0599",)
) -> str:
    rows = [(name, "whatever", code) for code in codes]
    await import_areas(
        database, invented.write_csv(tmp_path / "areas.csv", ("area", "gemeente", "gm_code"), rows)
    )
    return name


def version(tmp_path: Path, *rows: invented.Row) -> Path:
    return invented.write_persons(tmp_path / "persons.json", rows)


def counts(report: Report) -> dict[str, int]:
    report.check()
    return {str(outcome): report.counts[outcome] for outcome in Outcome if report.counts[outcome]}


async def rows(admin: asyncpg.Connection, sql: str) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in await admin.fetch(sql)]


async def household_of(admin: asyncpg.Connection, bsn: str) -> UUID:
    found: UUID = await admin.fetchval(
        "select household_id from persons where bsn_index = $1", KEYRING.bsn_index(bsn)
    )
    return found


def a_family() -> tuple[list[str], list[invented.Row]]:
    """Aicha and Bram with their children Daan and Eline, all at Biezenkreek 15."""
    numbers = invented.bsns()
    aicha, bram, daan, eline = bsns = [next(numbers) for _ in range(4)]
    bond = [{"burgerservicenummer": daan}, {"burgerservicenummer": eline}]
    parents = [{"burgerservicenummer": aicha}, {"burgerservicenummer": bram}]
    custody = {"type": "TweehoofdigOuderlijkGezag", "ouders": parents}

    def child(bsn: str, born: str) -> invented.Row:
        gezag = [custody | {"minderjarige": {"burgerservicenummer": bsn}}]
        return invented.person(bsn, born, ouders=parents, gezag=gezag)

    return bsns, [
        invented.person(aicha, partners=[parents[1]], kinderen=bond),
        invented.person(bram, partners=[parents[0]], kinderen=bond),
        child(daan, "20160301"),
        child(eline, "20190712"),
    ]


def at(row: invented.Row, number: str, **parts: str) -> invented.Row:
    return row | {"verblijfplaats": invented.address(number=number, **parts)}


async def something_open(admin: asyncpg.Connection, household: UUID) -> None:
    """A signal, straight into its table: only that something is open matters here."""
    async with admin.transaction():
        await admin.execute("set local session_replication_role = replica")
        await admin.execute(
            "insert into signals (area_id, id, household_id, state, domain, sphere, urgency, source,"
            " source_team_id, author_id, routed_by, summary_sealed, received_at) select area_id,"
            " gen_random_uuid(), id, 'open', 'finance', 'livelihood', 'normal', 'team', gen_random_uuid(),"
            " gen_random_uuid(), 'backstop', '', now() from households where id = $1",
            household,
        )
