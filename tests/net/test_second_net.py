"""With the application's own filters off, the database alone shows nobody a row that the tables withhold; with them
on, it withholds none that they show.
"""

import random
from collections.abc import Iterator
from datetime import timedelta

import asyncpg
import pytest

from casecoord.access.decide import Policy
from casecoord.access.seats import reach
from casecoord.domain.actors import purposes_of
from casecoord.domain.words import Purpose, Role, TeamKind
from casecoord.storage import migrate
from casecoord.storage.connection import APP_ROLE, AUDITOR_ROLE, READER_ROLE, SURVEYOR_ROLE
from tests.net.conftest import Ground
from tests.net.judge import JUDGES, Context, Town
from tests.world import ISSUER

CONTEXTS = 1000
ENTER = (
    "select e.*, set_config('role', 'casecoord_reader', true) from casecoord_enter($1, $2, $3, $4) e"
    " cross join lateral casecoord_reach(e.area_id, e.professional_id, e.membership_id, e.team_id, e.team_kind, e.role,"
    "   e.now, $5::jsonb) r"
)
#: What the reader may read without a guard: who works where, and what covers what.
OF_NO_FAMILY = {
    "areas", "neighbourhoods", "postcodes", "institutions", "organisations", "team_kinds", "teams", "team_covers",
    "professionals", "memberships", "coordinator_seats", "duty_shifts", "deputies", "turns", "meetings", "letters",
}  # fmt: skip
#: Columns by which a table is about somebody.
TELLING = {
    "sphere",
    "audience",
    "household_id",
    "household",
    "case_id",
    "person_id",
    "minor_id",
    "compartment",
}


async def columns_of(url: str) -> dict[str, set[str]]:
    connection = await asyncpg.connect(url)
    found = await connection.fetch(
        "select table_name, array_agg(column_name::text) names from information_schema.columns"
        " where table_schema = 'public' group by 1"
    )
    await connection.close()
    return {row["table_name"]: set(row["names"]) for row in found}


async def unguarded(url: str) -> set[str]:
    """What the reader may read that tells of somebody, and that has no guard."""
    columns = await columns_of(url)
    connection = await asyncpg.connect(url)
    readable = {
        row[0]
        for row in await connection.fetch(
            "select relname from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v', 'm')"
            " and has_table_privilege($1, oid, 'select')",
            READER_ROLE,
        )
    }
    guarded = {
        row[0]
        for row in await connection.fetch("select tablename from pg_policies where policyname = 'in_view'")
    }
    await connection.close()
    tells = {
        table
        for table, names in columns.items()
        if names & TELLING or any(one.endswith("_sealed") for one in names)
    }
    return {table for table in readable - guarded if table in tells or table not in OF_NO_FAMILY}


async def test_whatever_tells_of_somebody_has_a_guard(ground: Ground) -> None:
    assert await unguarded(ground.url) == set()


async def test_a_new_table_without_a_guard_is_found_and_one_line_guards_it(empty_database_url: str) -> None:
    await migrate.upgrade(empty_database_url)
    connection = await asyncpg.connect(empty_database_url)
    await connection.execute(
        "create table forgotten (area_id uuid, sphere text, audience text, household_id uuid)"
    )
    await connection.execute("grant select on forgotten to casecoord_reader")
    assert await unguarded(empty_database_url) == {"forgotten"}
    await connection.execute("select guard_reading('forgotten', '{in_sphere} and {related} or {by_lead}')")
    assert await unguarded(empty_database_url) == set()
    await connection.close()


async def rows_of(ground: Ground) -> Town:
    connection = await asyncpg.connect(ground.url)
    rows = {}
    for table in {*JUDGES, *OF_NO_FAMILY - {"areas"}}:
        found = await connection.fetch(
            f"select ctid::text as ctid, * from {table} where area_id = $1", ground.town.area
        )
        rows[table] = [dict(row) for row in found]
    await connection.close()
    return Town(rows)


def somebody(
    ground: Ground, town: Town, policy: Policy, seed: int
) -> Iterator[tuple[Context, Purpose | None]]:
    """People under each of their memberships, for each purpose that these have, at moments from before to after."""
    chosen = random.Random(seed)
    kinds = {team["id"]: team["kind"] for team in town.rows["teams"]}
    began = ground.town.clock.now
    while True:
        one = chosen.choice(town.rows["memberships"])
        at = began + timedelta(minutes=chosen.randrange(-60, 60 * 24 * 10))
        role, kind = Role(one["role"]), TeamKind(kinds[one["team_id"]])
        if not (one["during"].lower <= at and (one["during"].upper is None or at < one["during"].upper)):
            continue
        purposes = purposes_of(role, kind)
        asked = chosen.choice((None, *purposes))
        yield (
            Context(
                town, one["id"], one["professional_id"], one["team_id"], kind, role, asked or purposes[0], at
            ),
            asked,
        )


async def test_a_thousand_contexts_show_no_row_that_the_tables_withhold(ground: Ground) -> None:
    town, policy = await rows_of(ground), Policy()
    of = {table: {row["ctid"]: row for row in rows} for table, rows in town.rows.items() if table in JUDGES}
    logins = {
        row["professional_id"]: row["subject"] for row in await fetched(ground.url, "select * from logins")
    }
    connection = await asyncpg.connect(ground.url, server_settings={"role": APP_ROLE})
    everything = " union all ".join(
        f"select '{table}' as what, array_agg(ctid::text) as shown from {table}" for table in sorted(JUDGES)
    )
    shown: dict[str, set[str]] = {table: set() for table in JUDGES}
    hidden = 0
    contexts = somebody(ground, town, policy, seed=20261126)
    for number in range(CONTEXTS):
        who, asked = next(contexts)
        transaction = connection.transaction()
        await transaction.start()
        entered = await connection.fetchrow(
            ENTER, ISSUER, logins[who.professional], who.membership, who.at, reach(policy, asked)
        )
        assert entered["membership_id"] == who.membership
        if number == 0:
            statement = await connection.prepare(everything)
        for table, rows in await statement.fetch():
            for row in rows or ():
                assert row in of[table], (table, "another area's")
                assert who.may_know(table, of[table][row]), (
                    table,
                    who.role,
                    who.kind,
                    who.purpose,
                    of[table][row],
                )
            shown[table] |= set(rows or ())
            hidden += len(of[table]) - len(rows or ())
        await transaction.rollback()
    await connection.close()
    assert hidden > 100 * CONTEXTS
    # Each row is somebody's to see: the guards do not just hide everything.
    unseen = {table: len(set(of[table]) - shown[table]) for table in JUDGES if set(of[table]) - shown[table]}
    assert set(unseen) <= {"break_glass_grants", "requests", "outbox", "arrivals", "access_log"}, unseen


async def fetched(url: str, query: str, *values: object) -> list[asyncpg.Record]:
    connection = await asyncpg.connect(url)
    found = await connection.fetch(query, *values)
    await connection.close()
    return found


@pytest.mark.parametrize("role", [APP_ROLE, READER_ROLE, SURVEYOR_ROLE, AUDITOR_ROLE])
async def test_without_a_context_no_table_shows_a_row(ground: Ground, role: str) -> None:
    columns = await columns_of(ground.url)
    connection = await asyncpg.connect(ground.url, server_settings={"role": role})
    for table in set(columns) - {"alembic_version"}:
        column = "id" if table == "areas" else "area_id"
        if not await connection.fetchval("select has_column_privilege($1, $2, 'select')", table, column):
            continue
        for area in (None, ""):
            await connection.execute("select set_config('casecoord.area', $1, false)", area)
            assert await connection.fetch(f"select {column} from {table}") == [], table
    await connection.close()


async def test_the_area_alone_opens_nothing_of_a_family(ground: Ground) -> None:
    """A context of which half is missing, as when a new door forgets to say who looks."""
    connection = await asyncpg.connect(ground.url, server_settings={"role": READER_ROLE})
    await connection.execute("select set_config('casecoord.area', $1, false)", str(ground.town.area))
    for table in JUDGES:
        found = await connection.fetch(f"select * from {table}")
        if table == "promises":
            assert {row["household_id"] for row in found} <= {None}
        elif table == "gaps":
            of_the_area = await fetched(ground.url, "select id from promises where household_id is null")
            assert {row["promise_id"] for row in found} <= {row["id"] for row in of_the_area}
        else:
            assert found == [], table
    await connection.close()
