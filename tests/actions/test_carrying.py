"""What travels between areas arrives once, whoever carries it and whenever they are stopped."""

import asyncio
import sys
from datetime import date, timedelta
from pathlib import Path
from signal import SIGKILL

import pytest

from casecoord.actions.carrying import carry
from casecoord.actions.moving import Destination
from tests.actions.mortal_carrier import STEPS
from tests.actions.moves import COVERED, all_of, moves, one, whole
from tests.actions.steps import led_case, signal, sql
from tests.actions.two_areas import HOLDER, accept, counted, offered, offers, towns
from tests.world import Town

__all__ = ["towns"]

CHECKOUT = Path(__file__).parents[2]


async def test_an_acceptance_just_before_the_date_counts_whenever_it_is_carried(
    towns: tuple[Town, Town],
) -> None:
    zuid, noord = towns
    _, offer = await offered(zuid, noord)
    zuid.clock.now = offer.expires_at - timedelta(seconds=1)
    await accept(noord, offer.id)
    zuid.clock.forward(days=3)
    await whole(zuid, noord)
    assert await one(zuid.url, "select state from move_offers") == "accepted"
    assert await one(zuid.url, HOLDER, zuid.area) is None


async def test_an_offer_carried_after_its_date_comes_back_expired(towns: tuple[Town, Town]) -> None:
    zuid, noord = towns
    noor = (await zuid.janssens())["noor"]
    await signal(zuid, "amina", noor)
    await moves(zuid, noor.household, Destination.ANOTHER_AREA, area="noord")
    zuid.clock.forward(days=30)
    await whole(zuid, noord)
    assert await offers(noord) == []
    assert await one(zuid.url, "select state from move_offers") == "expired"


async def killed_at(step: str, town: Town, other: Town) -> int:
    """How a carrier in a process of its own ended."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.actions.mortal_carrier",
        town.url,
        other.url,
        town.clock.now.isoformat(),
        step,
        cwd=CHECKOUT,
    )
    return await process.wait()


@pytest.mark.parametrize("step", STEPS)
async def test_a_carrier_killed_at_any_step_there_and_back_delivers_each_parcel_once(
    towns: tuple[Town, Town], step: str
) -> None:
    zuid, noord = towns
    noor = (await zuid.janssens())["noor"]
    await led_case(zuid, noor)
    await moves(zuid, noor.household, Destination.ANOTHER_AREA, area="noord", address=COVERED)
    waits = "select count(*) from parcels where delivered_at is null"
    for answer in (False, True):
        assert await killed_at(step, zuid, noord) == -SIGKILL
        assert await counted(zuid, noord, waits) == 1
        for _ in range(2):
            await carry(zuid.database)
        assert await counted(zuid, noord, waits) == 0
        if not answer:
            assert await one(zuid.url, HOLDER, zuid.area) == zuid.members["amina"].membership
            (offer,) = await offers(noord)
            await accept(noord, offer.id)
    cases = "select count(*) from cases where area_id = $1"
    assert (await one(noord.url, cases, noord.area), await one(zuid.url, HOLDER, zuid.area)) == (
        1,
        None,
    )
    assert await one(noord.url, "select count(*) from arrivals") == 1
    told = (
        "select kind, count(*) from outbox where kind in ('move_offer', 'move_answer') group by 1 order by 1"
    )
    found = {row for town in (zuid, noord) for row in await all_of(town.url, told)}
    assert found == {("move_answer", 1), ("move_offer", 1)}
    await whole(zuid, noord)


async def test_ten_carriers_at_once_deliver_each_parcel_once(towns: tuple[Town, Town]) -> None:
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


async def test_one_parcel_that_cannot_be_taken_holds_up_no_other(towns: tuple[Town, Town]) -> None:
    zuid, noord = towns
    for number in range(2):
        (child,) = await zuid.family((f"Kind {number}", date(2018, 1, 1)), links={0: [("school", "11VO00")]})
        await signal(zuid, "amina", child)
        await moves(zuid, child.household, Destination.ANOTHER_AREA, area="noord", address=COVERED)
    async with sql(zuid.url) as admin:
        await admin.execute(
            "update move_offers set key_wrapped = '' where id = (select offer_id from parcels order by posted_at, id limit 1)"
        )
    assert await carry(zuid.database) == 1
    assert len(await offers(noord)) == 1
    assert await one(zuid.url, "select count(*) from parcels where delivered_at is null") == 1
    await whole(zuid, noord)
