"""With the application's own filters off, the database alone shows nobody a row that the tables withhold; with them
on, it withholds none that they show.
"""

import random
from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import asyncpg
import pytest
from sqlalchemy import text

from casecoord.access.decide import Policy
from casecoord.access.seats import reach
from casecoord.actions.lists import WorklistOf, worklist
from casecoord.domain.actors import purposes_of
from casecoord.domain.promises import BETWEEN_FEW, Rule
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
    "legal_grounds", "policy_versions", "offers", "meeting_seats",
}  # fmt: skip
OURS = "in ('public'::regnamespace, 'vault'::regnamespace)"
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
        "select c.oid::regclass::text its_name, array_agg(a.attname::text) names from pg_class c"
        " join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped"
        f" where c.relnamespace {OURS} and c.relkind in ('r', 'p', 'v', 'm') group by 1"
    )
    await connection.close()
    return {row["its_name"]: set(row["names"]) for row in found}


async def unguarded(url: str) -> set[str]:
    """What the reader may read that tells of somebody, and that has no guard."""
    columns = await columns_of(url)
    connection = await asyncpg.connect(url)
    readable = {
        row[0]
        for row in await connection.fetch(
            f"select oid::regclass::text from pg_class where relnamespace {OURS} and relkind in ('r', 'p', 'v', 'm')"
            " and has_table_privilege($1, oid, 'select')",
            READER_ROLE,
        )
    }
    guarded = {
        row[0]
        for row in await connection.fetch(
            "select polrelid::regclass::text from pg_policy where polname = 'in_view'"
        )
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
    logins = await logins_of(ground)
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


async def logins_of(ground: Ground) -> dict[UUID, str]:
    """By which name the provider knows each professional."""
    rows = await fetched(ground.url, "select professional_id, subject from logins")
    return {row["professional_id"]: row["subject"] for row in rows}


@pytest.mark.parametrize("role", [APP_ROLE, READER_ROLE, SURVEYOR_ROLE, AUDITOR_ROLE])
async def test_without_a_context_no_table_shows_a_row(ground: Ground, role: str) -> None:
    columns = await columns_of(ground.url)
    owner = await asyncpg.connect(ground.url)
    connection = await asyncpg.connect(ground.url, server_settings={"role": role})
    for table, names in columns.items():
        column = "id" if table == "areas" else "area_id"
        may = "select has_schema_privilege(relnamespace, 'usage') and has_column_privilege(oid, $2, 'select')"
        of = "from pg_class where oid = to_regclass($1)"
        if column not in names or not await owner.fetchval(
            f"{may.replace('(', '($3, ')} {of}", table, column, role
        ):
            continue
        for area in (None, ""):
            await connection.execute("select set_config('casecoord.area', $1, false)", area)
            assert await connection.fetch(f"select {column} from {table}") == [], table
    await owner.close()
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


async def rights(url: str, role: str, right: str) -> set[str]:
    """The tables on which, or on some column of which, this role has a right."""
    found = await fetched(
        url,
        f"select oid::regclass::text from pg_class where relnamespace {OURS} and relkind in ('r', 'p', 'v', 'm')"
        f" and has_{'table' if right in ('delete', 'truncate', 'trigger') else 'any_column'}_privilege($1, oid, $2)",
        role,
        right,
    )
    return {row[0] for row in found}


@pytest.mark.parametrize(
    ("role", "written"),
    [(READER_ROLE, {"access_log"}), (SURVEYOR_ROLE, {"access_log"}), (AUDITOR_ROLE, set())],
)
async def test_whoever_looks_writes_no_more_than_that_they_looked(
    ground: Ground, role: str, written: set[str]
) -> None:
    assert await rights(ground.url, role, "insert") == written
    for right in ("update", "delete", "truncate", "trigger", "references"):
        assert await rights(ground.url, role, right) == set(), right
    (powers,) = await fetched(ground.url, "select * from pg_roles where rolname = $1", role)
    assert not any(
        powers[one] for one in ("rolsuper", "rolbypassrls", "rolcreaterole", "rolcreatedb", "rolcanlogin")
    )
    (member,) = await fetched(
        ground.url,
        "select pg_has_role($1, 'casecoord_app', 'member') or pg_has_role('casecoord_app', $1, 'usage')",
        role,
    )
    assert not member[0]


async def test_a_survey_and_an_audit_read_no_sealed_word_and_no_key(ground: Ground) -> None:
    for role in (SURVEYOR_ROLE, AUDITOR_ROLE):
        found = await fetched(
            ground.url,
            "select a.attrelid::regclass || '.' || a.attname from pg_attribute a join pg_class c on c.oid = a.attrelid"
            f" where c.relnamespace {OURS} and c.relkind = 'r' and a.attnum > 0 and not a.attisdropped"
            " and has_column_privilege($1, c.oid, a.attnum, 'select')"
            " and (attname like '%\\_sealed' or attname like '%\\_index' or attname like '%wrapped%')",
            role,
        )
        assert found == [], role


async def test_an_auditor_reads_what_accounts_for_the_work_and_nothing_of_a_family(ground: Ground) -> None:
    assert await rights(ground.url, AUDITOR_ROLE, "select") == {
        "access_log", "areas", "break_glass_grants", "memberships", "organisations", "professionals",
        "requests", "team_kinds", "teams", "vault.household_keys",
    }  # fmt: skip
    connection = await asyncpg.connect(ground.url, server_settings={"role": AUDITOR_ROLE})
    async with connection.transaction():
        await connection.fetch("select * from casecoord_within($1, null)", ground.town.area)
        assert {row["area_id"] for row in await connection.fetch("select * from access_log")} == {
            ground.town.area
        }
        assert await connection.fetch("select household_id, compartment, version from vault.household_keys")
        assert await connection.fetch("select id, kind, state, ground from requests")
        assert await connection.fetch("select id, membership_id, during, reviewed_at from break_glass_grants")
    for query in ("wrapped from vault.household_keys", "reason_sealed from break_glass_grants", "words_sealed from requests",
                  "id from signals", "id from persons"):  # fmt: skip
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.fetch(f"select {query}")
    await connection.close()


async def test_a_context_ends_with_its_transaction(ground: Ground) -> None:
    """The next request on the same connection begins as the application, with no context of anybody."""
    town = ground.town
    await town.office.look(town.caller("amina"), worklist, WorklistOf())
    async with town.database.engine.connect() as connection:
        left = await connection.execute(
            text(
                "select current_user, current_setting('casecoord.led', true), current_setting('casecoord.area', true)"
            )
        )
        user, *said = left.one()
    assert user == APP_ROLE
    assert not any(said)


async def test_what_is_between_few_and_what_has_no_sphere_is_so_in_the_domain_too(ground: Ground) -> None:
    """The guards name two rules by name; the domain says which they are."""
    (guard,) = await fetched(
        ground.url, "select qual from pg_policies where policyname = 'in_view' and tablename = 'promises'"
    )
    for rule in Rule:
        assert (f"'{rule}'" in guard["qual"]) == (rule in BETWEEN_FEW), rule
