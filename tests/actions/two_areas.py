"""Two areas, in one database or in two, and a family that one offers to the other."""

from collections.abc import AsyncIterator
from uuid import UUID

import pytest

from casecoord.access.decide import Policy
from casecoord.actions.arriving import (
    AnswerMove,
    MoveOffersOf,
    OfferedMove,
    accept_move,
    move_offers,
)
from casecoord.actions.carrying import carry
from casecoord.actions.moving import Destination
from casecoord.domain.words import LifeDomain
from casecoord.storage.neighbours import introduce
from tests.actions.moves import COVERED, moves, one
from tests.actions.steps import led_case, signal, sql
from tests.two_servers import database_at, home_of
from tests.world import Clock, Someone, Town, build_town

#: Who holds the one family of an area that has something open.
HOLDER = "select membership_id from holders where area_id = $1 and upper_inf(during)"


@pytest.fixture
async def towns(database_url: str, policy: Policy) -> AsyncIterator[tuple[Town, Town]]:
    """Zuid, and Noord, in which De Klimop's postcode lies in a neighbourhood."""
    clock = Clock()
    database = database_at(database_url, clock, pool_size=20)
    zuid, noord = [await build_town(database, clock, policy, code) for code in ("zuid", "noord")]
    zuid.url, noord.url = database_url, home_of(database_url)
    await introduce(database)
    async with sql(noord.url) as admin:
        await admin.execute("insert into postcodes values ($1, '3081HV', 'BU05991099')", noord.area)
    yield zuid, noord
    await database.close()


async def offered(zuid: Town, noord: Town) -> tuple[Someone, OfferedMove]:
    """The Janssens, with a led case and a finance signal, are offered to Noord."""
    family = await zuid.janssens()
    await led_case(zuid, family["noor"])
    await signal(zuid, "amina", family["els"], domain=LifeDomain.FINANCE, summary="Kanarie over schulden.")
    await signal(zuid, "hanna", family["daan"], summary="Kanarie over de zitting.")
    await moves(zuid, family["noor"].household, Destination.ANOTHER_AREA, area="noord", address=COVERED)
    await carry(zuid.database)
    (offer,) = await offers(noord)
    return family["noor"], offer


async def offers(town: Town, name: str = "ibrahim") -> list[OfferedMove]:
    return await town.office.look(town.caller(name), move_offers, MoveOffersOf())


async def accept(noord: Town, offer: UUID, by: str = "ibrahim"):
    return await noord.act(by, accept_move, AnswerMove(noord.key(), offer))


async def counted(zuid: Town, noord: Town, query: str) -> int:
    """How many there are in both areas, wherever each of them lives."""
    return sum([await one(url, query) for url in {zuid.url, noord.url}])
