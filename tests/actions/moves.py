"""What stories about moving are made of."""

from collections import Counter
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

from casecoord.actions.clocks import recompute_gaps, sweep_areas
from casecoord.actions.imports.following import follow_links
from casecoord.actions.moving import Address, Destination, MoveRecorded, RecordMove, record_move
from casecoord.actions.transfers import AwaitedTransfer, TransfersOf, transfers
from casecoord.domain.words import LifeDomain, Sphere, Urgency
from casecoord.storage.luggage import Concern, Luggage, Traveller, close
from casecoord.storage.parcels import OfferParcel, arrive
from casecoord.storage.tables import PersonLink
from tests.actions.steps import sql
from tests.world import MONDAY, Town

#: An address in the neighbourhood that the social team of these tests covers, and one in the other.
COVERED = Address("Zwartewaalstraat", "5", "3081HV", neighbourhood="BU05991099")
UNCOVERED = Address("Beijerlandselaan", "7", "3074EB", neighbourhood="BU05991098")
SINCE = date(2026, 8, 1)


async def moves(town: Town, household: UUID, to: Destination, **how: Any) -> MoveRecorded:
    values = {"moved_on": date(2026, 11, 2), **how}
    return await town.act("ibrahim", record_move, RecordMove(town.key(), household, to, **values))


async def moves_to(town: Town, household: UUID, address: Address = UNCOVERED, **how: Any) -> MoveRecorded:
    return await moves(town, household, Destination.HERE, address=address, **how)


async def arrives(town: Town, from_area: UUID, name: str, born: date) -> UUID:
    """A family of one, with an open signal in a case, that another area offers; the offer's id."""
    offer, person = uuid4(), uuid4()
    concern = Concern(
        uuid4(), person, LifeDomain.SOCIAL_NETWORK, Sphere.GENERAL, Urgency.HIGH, None, name, True, None, None
    )
    who = Traveller(person, name, born.isoformat(), "nl", None, None)
    content, key = close(
        town.database.keyring, offer, Luggage(persons=[who], signals=[concern], in_case=True)
    )
    async with town.database.within(town.area) as work:
        until = work.now + timedelta(days=7)
        parcel = OfferParcel(offer, from_area, SINCE, until, 1, 1, ["general"], content, key)
        assert await arrive(work, parcel, "BU05991099")
    return offer


async def awaited(town: Town, name: str) -> list[AwaitedTransfer]:
    return await town.office.look(town.caller(name), transfers, TransfersOf())


async def links(town: Town, person: UUID, code: str, *, kind: str = "school", since: date = SINCE) -> None:
    """Another school, practice or benefit, as the register tells it."""
    async with town.database.within(town.area) as work:
        work.session.add(PersonLink(area_id=town.area, person_id=person, kind=kind, code=code, from_on=since))
        await work.session.flush()
        await follow_links(work, [person], Counter())


async def whole(*towns: Town) -> None:
    """The sweep and the recomputation agree in each of these areas of one database, and all that is open is held."""
    async for _ in sweep_areas(towns[0].database):
        pass
    codes = {area: code for code, area in (await towns[0].database.areas()).items()}
    for town in towns:
        found = await recompute_gaps(town.database, codes[town.area], town.area)
        assert (found.differences, found.without_holder) == ([], 0)


async def one(url: str, query: str, *values: object) -> Any:
    async with sql(url) as database:
        return await database.fetchval(query, *values)


async def all_of(url: str, query: str, *values: object) -> list[tuple[Any, ...]]:
    async with sql(url) as database:
        return [tuple(row) for row in await database.fetch(query, *values)]


assert MONDAY.date() == date(2026, 11, 2)
