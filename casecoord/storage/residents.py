"""The registered persons of an area and their households, many at a time."""

from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from uuid import UUID, uuid4

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import Range

from casecoord.domain.duplicates import MergeReason
from casecoord.storage.duplicates import asked_before, propose
from casecoord.storage.key_tables import HouseholdKey
from casecoord.storage.sealed import HouseholdSeal
from casecoord.storage.tables import Household, Person
from casecoord.storage.work import Area

_ALONE = text("select pg_advisory_xact_lock(hashtextextended('casecoord import ' || :area, 0))")
_HOMES = text(
    "select bsn_index, id, household_id from persons where area_id = :area and bsn_index is not null"
)
_BY_INDEX = text("select bsn_index, id from persons where area_id = :area and bsn_index = any(:indexes)")
_BUSY = text(
    "select household_id from signals where area_id = :area and state <> 'ended'"
    " union select household_id from cases where area_id = :area and state <> 'closed'"
)
_END_EMPTY = text(
    "update households h set during = tstzrange(lower(during), greatest(cast(:now as timestamptz),"
    "   lower(during) + interval '1 microsecond'))"
    " where area_id = :area and id = any(:ids) and upper_inf(during)"
    " and not exists (select from persons p where p.area_id = h.area_id and p.household_id = h.id)"
    " returning id"
)


@dataclass(frozen=True, slots=True)
class Registered:
    """A person by the keyed hash of their BSN, and the household they are in."""

    bsn_index: bytes
    person: UUID
    household: UUID


@dataclass(slots=True)
class Held:
    """A locked household with its seal."""

    row: Household
    seal: HouseholdSeal


async def import_alone(work: Area) -> None:
    """Waits until no other import writes in this area; for this transaction."""
    await work.session.execute(_ALONE, {"area": str(work.area_id)})


async def registered(work: Area) -> AsyncIterator[Registered]:
    """Every person of the area that is known by a BSN."""
    async for row in await work.session.stream(_HOMES, {"area": work.area_id}):
        yield Registered(row.bsn_index, row.id, row.household_id)


async def persons_by_bsn(work: Area, bsns: Iterable[str]) -> dict[str, UUID]:
    """Those of these BSNs that are known in the area, with the person each is."""
    by_index = {work.keyring.bsn_index(bsn): bsn for bsn in bsns}
    rows = await work.session.execute(_BY_INDEX, {"area": work.area_id, "indexes": list(by_index)})
    return {by_index[row.bsn_index]: row.id for row in rows}


async def busy_households(work: Area) -> frozenset[UUID]:
    """The households with an open signal or case."""
    return frozenset(await work.session.scalars(_BUSY, {"area": work.area_id}))


async def lock_households(work: Area, ids: Iterable[UUID]) -> dict[UUID, Held]:
    """Locks these households, in an order in which two transactions cannot wait for each other."""
    wanted = list(ids)
    rows = await work.session.scalars(
        select(Household)
        .where(Household.area_id == work.area_id, Household.id.in_(wanted))
        .order_by(Household.id)
        .with_for_update()
    )
    held = {row.id: Held(row, HouseholdSeal(work.keyring, row.id)) for row in rows}
    keys = await work.session.scalars(
        select(HouseholdKey).where(
            HouseholdKey.area_id == work.area_id, HouseholdKey.household_id.in_(wanted)
        )
    )
    for key in keys:
        held[key.household_id].seal.add_keys([(key.compartment, key.version, key.wrapped)])
    return held


def found_household(work: Area) -> Held:
    """A new household, empty as yet; the session writes it."""
    row = Household(area_id=work.area_id, id=uuid4(), secret_address=False, during=Range(work.now, None))
    work.session.add(row)
    return Held(row, HouseholdSeal(work.keyring, row.id))


async def load_persons(work: Area, ids: Iterable[UUID]) -> dict[UUID, Person]:
    """These persons' rows."""
    rows = await work.session.scalars(
        select(Person).where(Person.area_id == work.area_id, Person.id.in_(list(ids)))
    )
    return {row.id: row for row in rows}


async def end_empty(work: Area, ids: Iterable[UUID]) -> int:
    """Ends those of these households in which nobody is left; how many."""
    ended = await work.session.execute(_END_EMPTY, {"area": work.area_id, "ids": list(ids), "now": work.now})
    return len(ended.all())


async def save_all_keys(work: Area, held: Iterable[Held]) -> None:
    """Stores the data keys that sealing made in any of these households, in one go."""
    for household in held:
        work.session.add_all(
            HouseholdKey(
                area_id=work.area_id,
                household_id=household.row.id,
                compartment=compartment,
                version=version,
                wrapped=wrapped,
            )
            for compartment, version, wrapped in household.seal.made
        )
        household.seal.made.clear()
    await work.session.flush()


async def propose_merge(work: Area, beside: UUID, main: UUID) -> bool:
    """Asks the coordinator whether two households that now live together are one; False if asked before."""
    if await asked_before(work, beside, main):
        return False
    made = await propose(work, beside, main, [MergeReason.ONE_HOUSEHOLD_IN_THE_REGISTER])
    return made is not None
