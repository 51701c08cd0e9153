"""What a list recalls for the whole of its statement is what the second net would have answered, house by house."""

import asyncpg
import pytest
from sqlalchemy import text

from casecoord.access.decide import Policy
from casecoord.access.seats import reach
from casecoord.storage.connection import APP_ROLE
from casecoord.storage.relating import RELATION, relations
from casecoord.storage.work import Database, Sight
from tests.net.conftest import Ground
from tests.net.test_second_net import CONTEXTS, ENTER, logins_of, rows_of, somebody
from tests.world import ISSUER, KEYRING, PEOPLE, Clock

AT_HOME = "select id from households where {asked}(id) order by id"
NAMES = (
    "participates",
    "accountable",
    "signalled",
    "is_lead",
    "escalated",
    "restricted",
    "break_glass",
    "medical_lifted",
    "split_other_part",
)


async def test_a_team_recalls_the_homes_where_it_is(ground: Ground) -> None:
    town, policy = await rows_of(ground), Policy()
    logins = await logins_of(ground)
    connection = await asyncpg.connect(ground.url, server_settings={"role": APP_ROLE})
    homes = 0
    contexts = somebody(ground, town, policy, seed=20261127)
    for _ in range(CONTEXTS):
        who, purpose = next(contexts)
        transaction = connection.transaction()
        await transaction.start()
        await connection.fetchrow(
            ENTER, ISSUER, logins[who.professional], who.membership, who.at, reach(policy, purpose)
        )
        asked = await connection.fetch(AT_HOME.format(asked="team_is_at_home"))
        assert await connection.fetchval("select team_recalls_homes()")
        recalled = await connection.fetchval("select current_setting('casecoord.homes', true)") or "{}"
        all_of_them = {str(row["id"]) for row in asked}
        # Of a household that nobody may see any more it may know; the household itself stays hidden.
        assert all_of_them <= set(recalled.strip("{}").split(","))
        assert await connection.fetch(AT_HOME.format(asked="team_at_home")) == asked
        homes += len(asked)
        await transaction.rollback()
    await connection.close()
    assert homes > CONTEXTS // 2


@pytest.mark.parametrize("who", [name for name in PEOPLE if name not in ("karim", "mo")])
async def test_a_list_knows_of_each_household_what_a_view_of_it_alone_knows(ground: Ground, who: str) -> None:
    database = Database(ground.url, KEYRING, clock=Clock())
    one = text(
        f"select h.id, rel.* from households h cross join lateral ({RELATION.format(area=':area', household='h.id')}) rel"
        " where h.area_id = :area order by h.id"
    )
    few = "array(select x.id from households x where x.area_id = :area)"
    every = [
        text(
            f"select h.id, {relations('h.id', *NAMES, among=among)} from households h where h.area_id = :area order by h.id"
        )
        for among in (None, few)
    ]
    async with database.enter(ground.town.caller(who), Sight(reach(Policy(), None))) as work:
        values = {
            **work.asked_by,
        }
        expected = [dict(row) for row in (await work.session.execute(one, values)).mappings()]
        for statement in every:
            found = [dict(row) for row in (await work.session.execute(statement, values)).mappings()]
            assert found == expected
    await database.close()
    assert len(expected) > 5
