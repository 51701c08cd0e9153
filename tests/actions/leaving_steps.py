"""What stories of leaving share: who leaves, who comes to work here, and I1 to I4 asked in SQL without a sweep."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from casecoord.actions.clocks import recompute_gaps
from casecoord.actions.leaving import EndMembership, end_membership
from casecoord.storage.organising import Organiser
from tests.actions.life import NEVER, SHOULD_HOLD, running_as_it_should
from tests.actions.steps import sql
from tests.world import ISSUER, Member, Town


async def leave(
    town: Town, who: str, at: datetime | None = None, heir: str | None = None, **more: Any
) -> Any:
    """The administrator ends somebody's membership."""
    successor = town.members[heir].membership if heir else None
    values = {"ends_at": at, "successor": successor, "confirm": True, **more}
    return await town.act(
        "mo", end_membership, EndMembership(town.key(), town.members[who].membership, **values)
    )


async def holds(town: Town, url: str) -> None:
    """I1 to I4 and I6, asked in SQL, with nobody awake: no sweep has run."""
    async with sql(url) as database:
        now = town.clock.now
        for what, query in NEVER.items():
            assert await database.fetch(query, now) == [], what
        should, held = await running_as_it_should(database)
        assert held == should
        who = "select household_id, membership_id from holders where during @> $1::timestamptz"
        assert dict(await database.fetch(who, now)) == dict(await database.fetch(SHOULD_HOLD, now, town.area))
    found = await recompute_gaps(town.database, "zuid", town.area)
    unwritten = [one for one in found.differences if one.recomputed is None or one.swept is None]
    assert (unwritten, found.without_holder) == ([], 0)


async def one(url: str, query: str, *values: object) -> Any:
    async with sql(url) as database:
        return await database.fetchval(query, *values)


async def lead_now(town: Town, url: str) -> UUID:
    query = "select membership_id from leads where during @> $1::timestamptz"
    found: UUID = await one(url, query, town.clock.now)
    return found


async def newcomer(town: Town, team: str, name: str = "nora") -> Member:
    """Somebody else comes to work here."""
    async with town.database.within(town.area) as work:
        organiser = Organiser(work, town.clock.now - timedelta(days=30))
        login = (ISSUER, f"{town.area}:{name}")
        town.members[name] = await organiser.member(name.title(), town.teams[team], login=login)
    return town.members[name]
