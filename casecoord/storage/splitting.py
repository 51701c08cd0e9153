"""A household that becomes two: a new one with keys of its own, and who and what goes along."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import Range

from casecoord.storage.case_tables import Signal
from casecoord.storage.cases import Desk
from casecoord.storage.households import save_keys
from casecoord.storage.sealed import Compartment, HouseholdSeal, Place
from casecoord.storage.tables import Household, Neighbourhood, Person
from casecoord.storage.work import Area

_GO = (
    "update persons set household_id = :part where area_id = :area and id = any(:persons)",
    "update signals set household_id = :part where area_id = :area and household_id = :home"
    " and (person_id = any(:persons) or id = any(:signals))",
    "update hearings set household_id = :part where area_id = :area and person_id = any(:persons)",
    "update placements set household_id = :part where area_id = :area and person_id = any(:persons)",
    "update requests set household_id = :part where area_id = :area and person_id = any(:persons)",
    "update consents set household_id = :part where area_id = :area and person_id = any(:persons)",
    "update medical_notes set household_id = :part where area_id = :area and person_id = any(:persons)",
)
# What is deferred goes where the entry itself is.
_DEFERRED_GO = (
    "update deferrals d set household_id = :part where area_id = :area and household_id = :home and (thing_id in"
    " (select id from signals where area_id = :area and household_id = :part"
    "   union all select id from hearings where area_id = :area and household_id = :part)"
    " or thing_id in (select x.id from cases c join {things} x on x.area_id = c.area_id and x.case_id = c.id"
    "   where c.area_id = :area and c.household_id = :part))"
).format(
    things="(select area_id, id, case_id from plan_actions union all select area_id, id, case_id from blockades"
    " union all select area_id, id, case_id from contacts)"
)
_CASE_GOES = "update cases set household_id = :part where area_id = :area and id = :case"
# What a table said goes with the signal or the case that it is about.
_SAID_GO = (
    "update meeting_items i set household_id = :part where area_id = :area and household_id = :home and"
    " (signal_id in (select id from signals where area_id = :area and household_id = :part)"
    "   or case_id in (select id from cases where area_id = :area and household_id = :part))"
)
_SINCE = text("select min(received_at) from signals where area_id = :area and household_id = :part")
_SINCE_CASE = text("select min(triaged_at) from cases where area_id = :area and household_id = :part")


@dataclass(frozen=True, slots=True)
class NewHome:
    """Where the part that leaves lives from now on, as far as it is known."""

    neighbourhood: str | None
    address: str | None
    secret: bool
    postcode: str | None = None
    number: str | None = None


async def is_neighbourhood(work: Area, code: str) -> bool:
    """Whether this is a neighbourhood of the area."""
    return await work.session.get(Neighbourhood, (work.area_id, code)) is not None


async def people_of(desk: Desk) -> set[UUID]:
    """The living persons of this household."""
    found = await desk.work.session.scalars(
        select(Person.id).where(
            Person.area_id == desk.work.area_id,
            Person.household_id == desk.household_id,
            Person.died_on.is_(None),
        )
    )
    return set(found)


async def signals_of(desk: Desk) -> list[Signal]:
    """The household's signals, oldest first."""
    found = await desk.work.session.scalars(
        select(Signal)
        .where(Signal.area_id == desk.work.area_id, Signal.household_id == desk.household_id)
        .order_by(Signal.received_at, Signal.id)
    )
    return list(found)


async def found_part(work: Area, home: NewHome) -> UUID:
    """A new household, empty as yet."""
    identity = uuid4()
    seal = HouseholdSeal(work.keyring, identity)
    place = Place("households", identity, "address")
    known = home.postcode and home.number
    work.session.add(
        Household(
            area_id=work.area_id,
            id=identity,
            neighbourhood=home.neighbourhood,
            address_sealed=seal.seal_if(home.address, place, Compartment.IDENTITY),
            address_index=work.keyring.address_index(home.postcode or "", home.number or "")
            if known
            else None,
            secret_address=home.secret,
            during=Range(work.now, None),
        )
    )
    await work.session.flush()
    await save_keys(work, seal)
    return identity


async def go(
    work: Area,
    home: UUID,
    part: UUID,
    persons: Collection[UUID],
    signals: Collection[UUID],
    case: UUID | None,
) -> datetime | None:
    """Moves these, and everything that goes along with them; since when something of it waited."""
    values = {
        "area": work.area_id,
        "home": home,
        "part": part,
        "persons": list(persons),
        "signals": list(signals),
        "case": case,
    }
    for statement in (*_GO, *((_CASE_GOES,) if case else ()), _DEFERRED_GO, _SAID_GO):
        wanted = {name: value for name, value in values.items() if f":{name}" in statement}
        await work.session.execute(text(statement), wanted)
    moments = [
        await work.session.scalar(question, {"area": work.area_id, "part": part})
        for question in (_SINCE, _SINCE_CASE)
    ]
    return min((moment for moment in moments if moment is not None), default=None)
