"""Sweeps beside each other, beside writers, and killed at any statement: in the end as if one had swept alone."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import text

from casecoord.actions.clocks import recompute_gaps, sweep_areas
from casecoord.storage import sweep as sweeping
from casecoord.storage.sweep import Swept
from casecoord.storage.work import Database
from tests.actions.steps import led_case, open_case, propose, signal, sql, waiting_for_locks
from tests.actions.test_overview_plans import nodes
from tests.conftest import of_database
from tests.crowd import crowd
from tests.statements import statements
from tests.world import KEYRING, Town

CHECKOUT = Path(__file__).parents[2]
NOTHING = Swept(0, 0, 0)
#: What a sweep leaves, but for the ids that it makes.
LEFT = {
    "gaps": "select p.rule, p.subject_id, g.since, g.level, g.noticed_at, g.ended_at from gaps g"
    " join promises p on p.id = g.promise_id order by 1, 2, 3",
    "promises": "select id, responder_id, due_at, next_at, settled_at, ended_at from promises order by id",
    "holders": "select household_id, membership_id, during from holders order by 1, 3",
    "outbox": "select o.receiver_id, o.kind, coalesce(g.promise_id, o.source_id), o.household_id, o.sphere, o.urgent, o.at"
    " from outbox o left join gaps g on g.id = o.source_id order by 1, 2, 3",
}


async def left(url: str) -> dict[str, list[tuple[object, ...]]]:
    async with sql(url) as database:
        return {name: [tuple(row) for row in await database.fetch(text)] for name, text in LEFT.items()}


async def swept(database: Database) -> Swept:
    return {code: found async for code, found in sweep_areas(database)}["zuid"]


@asynccontextmanager
async def copies(server: str, town: Town, url: str, count: int) -> AsyncIterator[list[str]]:
    """The town's database as it is, so many times."""
    await town.database.engine.dispose()
    names = [f"casecoord_copy_{uuid4().hex}" for _ in range(count)]
    async with sql(server) as admin:
        try:
            for name in names:
                await admin.execute(
                    f"create database {name} template {url.rsplit('/', 1)[1]} strategy file_copy"
                )
            yield [of_database(server, name) for name in names]
        finally:
            for name in names:
                await admin.execute(f"drop database if exists {name} with (force)")


async def late_town(town: Town, url: str) -> None:
    """Gaps of all levels to raise, one written down to escalate, and a household whose coordinator was succeeded."""
    people = [
        (await town.family((f"Kind {name}", date(2018, 5, 5)), links={0: [("school", "11VO00")]}))[0]
        for name in "ABC"
    ]
    await led_case(town, people[0])
    case = await open_case(town, "bram", (await signal(town, "amina", people[1])).signal)
    await propose(town, "bram", case.id, "amina")
    town.clock.forward(days=8)
    assert (await swept(town.database)).raised > 0
    await signal(town, "amina", people[2])
    town.clock.forward(days=8)
    seat, at = town.teams["klimop"], town.clock.now
    async with sql(url) as database, database.transaction():
        await database.execute(
            "update coordinator_seats set during = tstzrange(lower(during), $2) where seat = $1", seat, at
        )
        await database.execute(
            "insert into coordinator_seats (area_id, id, seat, membership_id, during)"
            " values ($1, gen_random_uuid(), $2, $3, tstzrange($4, null))",
            town.area, seat, town.members["amina"].membership, at,
        )  # fmt: skip


@pytest.mark.parametrize("every", [4, pytest.param(1, marks=pytest.mark.prove)])
async def test_a_sweep_killed_at_any_statement_leaves_what_the_next_one_completes(
    town: Town, database_url: str, server: str, every: int
) -> None:
    await late_town(town, database_url)
    now = town.clock.now.isoformat()

    async def run(first: int, *urls: str) -> int:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.actions.killable", now, str(first), str(every), *urls,
            cwd=CHECKOUT, stdout=asyncio.subprocess.PIPE,
        )  # fmt: skip
        said, _ = await process.communicate()
        assert process.returncode == 0
        return int(said or 0)

    async with copies(server, town, database_url, 1) as (undisturbed,):
        steps = await run(0, undisturbed)
        expected = await left(undisturbed)
        assert (
            steps > 20 and len(expected["gaps"]) > 3 and "passed_on" in {row[1] for row in expected["outbox"]}
        )
    deaths = range(1 + steps % every, steps + 1, every)
    async with copies(server, town, database_url, len(deaths)) as urls:
        await run(deaths[0], *urls)
        for step, url in zip(deaths, urls, strict=True):
            database = Database(url, KEYRING, clock=town.clock, pool_size=1)
            await swept(database)
            await database.close()
            assert await left(url) == expected, f"killed at step {step}"


@pytest.mark.parametrize("sweeps", [2, 10])
async def test_sweeps_at_once_leave_what_one_leaves(
    town: Town, database_url: str, server: str, monkeypatch: pytest.MonkeyPatch, sweeps: int
) -> None:
    async with sql(database_url, role="casecoord_migrator") as connection:
        await crowd(connection, town, 1000, late_of_ten=3)
    async with copies(server, town, database_url, 1) as (url,):
        alone = Database(url, KEYRING, clock=town.clock, pool_size=1)
        once = await swept(alone)
        await alone.close()
        expected = await left(url)
    # Some at a time, so that they take turns.
    monkeypatch.setattr(sweeping, "AT_ONCE", 7)
    done = await asyncio.gather(*(swept(town.database) for _ in range(sweeps)))
    assert sum(done, NOTHING) == once and sum(one.raised > 0 for one in done) > 1
    assert await left(database_url) == expected
    assert (await recompute_gaps(town.database, "zuid", town.area)).differences == []


async def test_a_sweep_waits_for_nobody_and_the_next_one_takes_what_was_being_written(
    town: Town, database_url: str
) -> None:
    async with sql(database_url, role="casecoord_migrator") as connection:
        await crowd(connection, town, 200, late_of_ten=5)
    async with sql(database_url) as writer:
        held = writer.transaction()
        await held.start()
        late = await writer.fetch(
            "select id from promises where ended_at is null and due_at <= $1 order by id limit 3 for update",
            town.clock.now,
        )
        rest = await asyncio.wait_for(swept(town.database), 20)
        await held.rollback()
    assert len(late) == 3 and rest.raised > 3
    assert await swept(town.database) == Swept(3, 0, 0)
    assert (await recompute_gaps(town.database, "zuid", town.area)).differences == []


async def test_a_sweep_in_whose_way_somebody_is_tries_again(town: Town, database_url: str) -> None:
    """Each waits for the other: the database ends the sweep's transaction, and the sweep goes on."""
    await signal(town, "amina", (await town.janssens())["noor"])
    town.clock.forward(weeks=2)
    assert await swept(town.database) == Swept(1, 0, 0)
    town.clock.forward(weeks=1)
    async with sql(database_url) as writer, sql(database_url) as watching:
        # Whoever waited so long looks whether both wait: only the sweep does.
        name = await writer.fetchval("select current_database()")
        await writer.execute(f"alter database {name} set deadlock_timeout = '2s'")
        await writer.execute("set deadlock_timeout = '10min'")
        await town.database.engine.dispose()
        async with writer.transaction():
            (late,) = await writer.fetch("select promise_id from gaps where ended_at is null for update")
            sweeping_now = asyncio.ensure_future(swept(town.database))
            await waiting_for_locks(watching, 1)
            await writer.execute("update promises set next_at = next_at where id = $1", late["promise_id"])
    once = await sweeping_now
    again = await swept(town.database)
    assert once + again == Swept(0, 1, 0)
    assert (await recompute_gaps(town.database, "zuid", town.area)).differences == []


async def test_a_coordinator_who_also_leads_is_looked_at_once_for_a_seat_that_passed_on(
    town: Town, database_url: str
) -> None:
    """What is theirs as a lead stays theirs: no sweep after the first has anything to do about it."""
    await led_case(town, (await town.janssens())["noor"], lead="bram")
    town.clock.forward(days=1)
    seat, at = town.teams["klimop"], town.clock.now
    async with sql(database_url) as database, database.transaction():
        await database.execute(
            "update coordinator_seats set during = tstzrange(lower(during), $2) where seat = $1", seat, at
        )
        await database.execute(
            "insert into coordinator_seats (area_id, id, seat, membership_id, during)"
            " values ($1, gen_random_uuid(), $2, $3, tstzrange($4, null))",
            town.area, seat, town.members["amina"].membership, at,
        )  # fmt: skip
    taken = []
    for _ in range(3):
        with statements(town.database) as sent:
            await swept(town.database)
        taken.append(len(sent))
    assert taken[0] > taken[1] == taken[2]
    async with sql(database_url) as database:
        assert await database.fetchval("select count(*) from holders where upper_inf(during)") == 1
    assert (await recompute_gaps(town.database, "zuid", town.area)).differences == []


async def test_a_gap_taken_down_by_hand_is_written_down_again(town: Town, database_url: str) -> None:
    await signal(town, "amina", (await town.janssens())["noor"])
    town.clock.forward(weeks=3)
    assert await swept(town.database) == Swept(1, 0, 0)
    async with sql(database_url) as database:
        await database.execute("update gaps set ended_at = noticed_at")
        assert await swept(town.database) == Swept(1, 0, 0)
        await database.execute("update gaps set level = 1")
        assert await swept(town.database) == Swept(0, 1, 0)
        await database.execute("delete from gaps where ended_at is null")
        assert await swept(town.database) == Swept(1, 0, 0)
    assert await swept(town.database) == NOTHING
    assert (await recompute_gaps(town.database, "zuid", town.area)).differences == []


async def test_a_clock_set_back_ends_what_was_found_too_early_and_finds_it_again(town: Town) -> None:
    await signal(town, "amina", (await town.janssens())["noor"])
    town.clock.forward(weeks=52)
    assert await swept(town.database) == Swept(1, 0, 0)
    town.clock.now -= timedelta(weeks=52)
    assert await swept(town.database) == Swept(0, 0, 1)
    assert await swept(town.database) == NOTHING
    assert (await recompute_gaps(town.database, "zuid", town.area)).differences == []
    town.clock.forward(weeks=52)
    assert await swept(town.database) == Swept(1, 0, 0)


#: What no sweep may read from end to end, by an index either.
LARGE = {"households", "signals", "cases", "promises", "gaps", "holders", "outbox"}


async def test_each_statement_of_a_sweep_goes_straight_to_what_came_due_or_changed(
    town: Town, database_url: str
) -> None:
    async with sql(database_url, role="casecoord_migrator") as connection:
        await crowd(connection, town, 2000, late_of_ten=1)
    await swept(town.database)
    async with sql(database_url, role="casecoord_migrator") as connection:
        await connection.execute("analyze gaps, outbox, promises")
    given = {"area": town.area, "now": town.clock.now, "some": 10, "ids": [uuid4()]}
    for statement in (sweeping._END, sweeping._TAKE, sweeping._WRITE, sweeping._PASSED_ON):
        named = {name: given[name] for name in statement.compile().params}
        async with town.database.within(town.area) as work:
            # Small tables are read whole with good reason: asked is whether there is another way.
            await work.session.execute(text("set local enable_seqscan = off"))
            explained = await work.session.scalar(text(f"explain (format json) {statement.text}"), named)
        read = [
            one
            for one in nodes(explained[0]["Plan"])
            if one.get("Relation Name") in LARGE or "Index Name" in one
        ]
        assert read
        for one in read:
            assert one["Node Type"] != "Seq Scan", one
            if LARGE & {one["Relation Name"] if "Relation Name" in one else one["Index Name"].split("_")[0]}:
                straight = (
                    one["Node Type"] in ("ModifyTable", "Bitmap Heap Scan") or " AND " in one["Index Cond"]
                )
                assert straight or one["Index Name"] == "signals_unseen", one
