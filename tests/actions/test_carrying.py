"""What travels between areas arrives once, whoever carries it and whenever they are stopped."""

import asyncio
from datetime import date, timedelta

import pytest

from casecoord.actions import carrying
from casecoord.actions.carrying import carry
from casecoord.actions.moving import Destination
from casecoord.storage.work import Database
from tests.actions.moves import COVERED, moves, one, whole
from tests.actions.steps import led_case, signal, sql
from tests.actions.two_areas import HOLDER, accept, offered, offers, towns
from tests.world import Town

__all__ = ["towns"]


async def test_an_acceptance_just_before_the_date_counts_whenever_it_is_carried(
    towns: tuple[Town, Town], database_url: str
) -> None:
    zuid, noord = towns
    _, offer = await offered(zuid, noord)
    zuid.clock.now = offer.expires_at - timedelta(seconds=1)
    await accept(noord, offer.id)
    zuid.clock.forward(days=3)
    await whole(zuid, noord)
    assert await one(database_url, "select state from move_offers") == "accepted"
    assert await one(database_url, HOLDER, zuid.area) is None


async def test_an_offer_carried_after_its_date_comes_back_expired(
    towns: tuple[Town, Town], database_url: str
) -> None:
    zuid, noord = towns
    noor = (await zuid.janssens())["noor"]
    await signal(zuid, "amina", noor)
    await moves(zuid, noor.household, Destination.ANOTHER_AREA, area="noord")
    zuid.clock.forward(days=30)
    await whole(zuid, noord)
    assert await offers(noord) == []
    assert await one(database_url, "select state from move_offers") == "expired"


class Killed(BaseException):
    """The process is gone: nothing after this runs, and what was not committed is not."""


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("way", ["there", "back"])
async def test_a_carrier_killed_at_either_side_of_the_other_areas_commit_delivers_once(
    towns: tuple[Town, Town], database_url: str, monkeypatch: pytest.MonkeyPatch, moment: str, way: str
) -> None:
    zuid, noord = towns
    noor = (await zuid.janssens())["noor"]
    await led_case(zuid, noor)
    await moves(zuid, noor.household, Destination.ANOTHER_AREA, area="noord", address=COVERED)
    if way == "back":
        await carry(zuid.database)
        await accept(noord, (await offers(noord))[0].id)
    real = carrying.hand_in

    async def dies(database: Database, parcel: object) -> None:
        if moment == "after":
            await real(database, parcel)  # type: ignore[arg-type]
        raise Killed

    monkeypatch.setattr(carrying, "hand_in", dies)
    with pytest.raises(Killed):
        await carry(zuid.database)
    undelivered = await one(database_url, "select count(*) from parcels where delivered_at is null")
    assert undelivered == 1
    monkeypatch.setattr(carrying, "hand_in", real)
    await carry(zuid.database)
    await carry(zuid.database)
    if way == "there":
        assert len(await offers(noord)) == 1
        await accept(noord, (await offers(noord))[0].id)
        await carry(zuid.database)
    assert await one(database_url, "select count(*) from arrivals") == 1
    assert await one(database_url, "select count(*) from cases where area_id = $1", noord.area) == 1
    assert await one(database_url, "select count(*) from parcels where delivered_at is null") == 0
    assert await one(database_url, HOLDER, zuid.area) is None
    await whole(zuid, noord)


async def test_ten_carriers_at_once_deliver_each_parcel_once(
    towns: tuple[Town, Town], database_url: str
) -> None:
    zuid, noord = towns
    for number in range(4):
        (child,) = await zuid.family((f"Kind {number}", date(2018, 1, 1)), links={0: [("school", "11VO00")]})
        await signal(zuid, "amina", child)
        await moves(zuid, child.household, Destination.ANOTHER_AREA, area="noord")
    carried = await asyncio.gather(*(carry(zuid.database) for _ in range(10)))
    assert sum(carried) == 4
    found = await offers(noord)
    assert len(found) == 4
    await asyncio.gather(*(accept(noord, offer.id) for offer in found))
    assert sum(await asyncio.gather(*(carry(zuid.database) for _ in range(10)))) == 4
    await whole(zuid, noord)


async def test_one_parcel_that_cannot_be_taken_holds_up_no_other(
    towns: tuple[Town, Town], database_url: str
) -> None:
    zuid, noord = towns
    for number in range(2):
        (child,) = await zuid.family((f"Kind {number}", date(2018, 1, 1)), links={0: [("school", "11VO00")]})
        await signal(zuid, "amina", child)
        await moves(zuid, child.household, Destination.ANOTHER_AREA, area="noord", address=COVERED)
    async with sql(database_url) as admin:
        await admin.execute(
            "update move_offers set key_wrapped = '' where id = (select offer_id from parcels order by posted_at, id limit 1)"
        )
    assert await carry(zuid.database) == 1
    assert len(await offers(noord)) == 1
    assert await one(database_url, "select count(*) from parcels where delivered_at is null") == 1
    await whole(zuid, noord)
