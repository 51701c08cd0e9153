"""Statements that are text, as they go to the driver itself: the same words, the same moment, and a connection that is left clean."""

import asyncio
import importlib
import os
import pkgutil
import re
import signal
from collections.abc import AsyncIterator

import asyncpg
import pytest
from sqlalchemy import TextClause, text

from casecoord import storage
from casecoord.access.decide import Policy
from casecoord.access.seats import reach
from casecoord.storage.access_log import Entry, record
from casecoord.storage.availability import is_unavailable
from casecoord.storage.reading import numbered
from casecoord.storage.tables import Team
from casecoord.storage.work import Database, Sight
from tests.actions.steps import sql
from tests.world import KEYRING, Clock, Town, come_to

ALL = {
    f"{module.name}.{name}": value
    for module in pkgutil.iter_modules(storage.__path__, "casecoord.storage.")
    for name, value in vars(importlib.import_module(module.name)).items()
    if isinstance(value, TextClause)
}
WHO = text("select current_user::text, current_setting('casecoord.area', true), pg_backend_pid()")


@pytest.fixture
async def town(database_url: str, laid: Town | None) -> AsyncIterator[Town]:
    """A town with one connection."""
    database = Database(database_url, KEYRING, clock=Clock(), pool_size=1)
    yield await come_to(laid, database, Clock(), Policy())
    await database.close()


@pytest.fixture
def sight() -> Sight:
    return Sight(reach(Policy()))


def test_of_each_statement_every_parameter_has_its_number() -> None:
    assert len(ALL) > 300
    for name, statement in ALL.items():
        words, names = numbered(statement.text)
        assert sorted(names) == sorted(statement._bindparams), name
        assert {int(one) for one in re.findall(r"\$(\d+)", words)} == set(range(1, len(names) + 1)), name


def test_a_parameter_that_is_named_twice_has_one_number() -> None:
    asked = text(r"select :a, cast(:b as int), :a, x::text, '\:no', 'a%b'")
    assert numbered(asked.text) == ("select $1, cast($2 as int), $1, x::text, ':no', 'a%b'", ("a", "b"))


async def test_whatever_a_look_raises_its_connection_is_left_as_it_was(town: Town, sight: Sight) -> None:
    before = await who(town)
    for problem, statement in (
        (RuntimeError, "select 1"),
        (asyncpg.DivisionByZeroError, "select 1 / 0"),
        (asyncpg.InsufficientPrivilegeError, "update signals set state = 'ended'"),
    ):
        with pytest.raises(problem):
            async with town.database.enter(town.caller("amina"), sight) as work:
                (role, area, _) = (await work.session.execute(WHO)).one()
                assert (role, area) == ("casecoord_reader", str(town.area))
                await work.session.execute(text(statement))
                raise RuntimeError
        assert await who(town) == before


async def test_a_look_that_is_given_up_ends_its_statement(
    town: Town, sight: Sight, database_url: str
) -> None:
    async with sql(database_url) as other:
        await other.execute("select pg_advisory_lock(1)")
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2), town.database.enter(town.caller("amina"), sight) as work:
                await work.session.execute(text("select pg_advisory_lock(1)"))
        role, area, _ = await who(town)
        assert (role, area) == ("casecoord_app", "")
        waiting = await other.fetchval(
            "select count(*) from pg_locks where locktype = 'advisory' and not granted"
        )
        assert waiting == 0


@pytest.mark.parametrize("at", ["begin", "record", "commit"])
async def test_a_look_that_is_given_up_leaves_no_transaction_behind(
    town: Town, sight: Sight, database_url: str, at: str
) -> None:
    """Else whoever gets the connection next works in a transaction that nobody commits."""
    _, _, process = await who(town)
    shown = Entry("look", None, "R", {}, "", "")
    given_up = asyncio.timeout(None)

    def stop() -> None:
        """The server stops answering, until a little after nobody waits for it any more."""
        now = asyncio.get_running_loop().time()
        os.kill(process, signal.SIGSTOP)
        given_up.reschedule(now + 0.2)
        asyncio.get_running_loop().call_at(now + 0.6, os.kill, process, signal.SIGCONT)

    with pytest.raises(TimeoutError):
        async with given_up:
            if at == "begin":
                stop()
            async with town.database.enter(town.caller("amina"), sight) as work:
                assert at != "begin"
                if at == "record":
                    record(work, shown)
                stop()
    async with town.database.enter(town.caller("amina"), sight) as work:
        record(work, shown)
    async with town.database.within(town.area) as work:
        team = await work.session.get_one(Team, (town.area, town.teams["wijkteam"]))
        team.name = "Wijkteam Oost"
    async with sql(database_url) as other:
        for count in (
            "select count(*) from access_log where record::json->>'event' = 'look'",
            "select count(*) from teams where name = 'Wijkteam Oost'",
            "select 1 + count(*) from pg_stat_activity where datname = current_database() and state like 'idle in%'",
        ):
            assert await other.fetchval(count) == 1, count


async def test_a_connection_that_breaks_in_a_look_is_not_used_again(
    town: Town, sight: Sight, database_url: str
) -> None:
    _, _, process = await who(town)
    async with sql(database_url) as other:
        with pytest.raises(Exception) as broken:
            async with town.database.enter(town.caller("amina"), sight) as work:
                await other.fetchval("select pg_terminate_backend($1, 5000)", process)
                await work.session.execute(WHO)
    assert is_unavailable(broken.value)
    assert (await who(town))[2] != process


async def test_what_is_pending_is_written_before_anything_is_asked(town: Town) -> None:
    asked = text("select name from teams where area_id = :area and id = :id")
    async with town.database.within(town.area) as work:
        key = {"area": town.area, "id": town.teams["wijkteam"]}
        team = await work.session.get_one(Team, (town.area, key["id"]))
        team.name = "Wijkteam Oost"
        assert await work.session.scalar(asked, key) == "Wijkteam Oost"
        assert [row.name for row in await work.session.execute(asked, key)] == ["Wijkteam Oost"]


async def test_a_row_has_its_columns_and_nothing_else(town: Town) -> None:
    async with town.database.within(town.area) as work:
        rows = await work.session.execute(text("select cast(:one as int) one, 2 two"), {"one": 1})
        row = rows.one()
        assert (row.one, row["two"], dict(row), tuple(row)) == (1, 2, {"one": 1, "two": 2}, (1, 2))
        with pytest.raises(AttributeError):
            _ = row.three
        none = await work.session.execute(text("select 1 where false"))
        assert none.one_or_none() is None and none.scalar() is None
        two = await work.session.execute(text("select generate_series(1, 2)"))
        for one in (two.one, two.one_or_none, two.scalar_one):
            with pytest.raises(ValueError, match="2 rows"):
                one()


async def who(town: Town) -> tuple[str, str, int]:
    """The role, the area and the process of the one connection, in a transaction that nobody entered."""
    async with town.database.engine.connect() as connection:
        return tuple((await connection.execute(WHO)).one())
