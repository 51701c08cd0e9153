"""A household's address, and who else lives at the one it comes to."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID, uuid4

from sqlalchemy import select, text

from casecoord.domain.duplicates import MergeReason
from casecoord.storage.duplicates import asked_before, propose
from casecoord.storage.households import family_name
from casecoord.storage.sealed import Compartment, HouseholdSeal, Place
from casecoord.storage.tables import Household, HouseholdMove, Person
from casecoord.storage.work import Area

_NEIGHBOURHOOD = text("select neighbourhood from postcodes where area_id = :area and postcode = :postcode")
_KNOWN = text("select exists (select from neighbourhoods where area_id = :area and code = :code)")
# Nothing merges by itself: that two families live at one address is for a coordinator to judge.
_SAME_ADDRESS = text(
    "select h.id from households h where h.area_id = :area and h.address_index = :index and h.id <> :household"
    " and upper_inf(h.during) and h.left_on is null order by h.id"
)


@dataclass(frozen=True, slots=True)
class NewAddress:
    """An address as one writes it, what it is matched by, and the neighbourhood it lies in."""

    line: str
    index: bytes
    neighbourhood: str | None
    postcode: str


async def areas(work: Area) -> dict[str, UUID]:
    """The areas of this system by code: the one thing of another area that anybody may know."""
    rows = await work.session.execute(text("select code, id from casecoord_known_areas()"))
    return {row.code: row.id for row in rows}


async def neighbourhood_of(work: Area, postcode: str) -> str | None:
    """The neighbourhood that a postcode of this area lies in."""
    found: str | None = await work.session.scalar(
        _NEIGHBOURHOOD, {"area": work.area_id, "postcode": postcode}
    )
    return found


async def knows_neighbourhood(work: Area, code: str) -> bool:
    """Whether this neighbourhood is of this area."""
    return bool(await work.session.scalar(_KNOWN, {"area": work.area_id, "code": code}))


async def household_row(work: Area, household: UUID) -> Household:
    """The household's row as it is now."""
    return await work.session.get_one(Household, (work.area_id, household), populate_existing=True)


def is_at(row: Household, address: NewAddress) -> bool:
    """Whether the household lives there already."""
    return row.address_index == address.index and row.left_on is None


def write_move(
    work: Area, seal: HouseholdSeal, row: Household, moved_on: date, to: NewAddress | None
) -> UUID:
    """Records that a household moved, and writes where it lives now; `to` None: not here. The move's id."""
    move = HouseholdMove(
        area_id=work.area_id,
        id=uuid4(),
        household_id=row.id,
        moved_on=moved_on,
        from_neighbourhood=row.neighbourhood,
        to_neighbourhood=to.neighbourhood if to else None,
    )
    place = Place("households", row.id, "address")
    if row.address_sealed is not None:
        former = seal.open(row.address_sealed, place, Compartment.IDENTITY)
        at = Place("household_moves", move.id, "former_address")
        move.former_address_sealed = seal.seal(former, at, Compartment.IDENTITY)
    row.address_sealed = seal.seal_if(to.line if to else None, place, Compartment.IDENTITY)
    row.address_index = to.index if to else None
    row.neighbourhood = to.neighbourhood if to else None
    row.left_on = None if to else moved_on
    work.session.add(move)
    return move.id


async def match_anew(work: Area, seal: HouseholdSeal, postcode: str) -> None:
    """A match without a BSN goes by the postcode as well: the family is found at its new one."""
    rows = await work.session.scalars(
        select(Person).where(Person.area_id == work.area_id, Person.household_id == seal.household)
    )
    for person in rows:
        if person.birth_date_sealed is None:
            continue
        name, born = (
            seal.open(sealed, Place("persons", person.id, facet), Compartment.IDENTITY)
            for sealed, facet in ((person.name_sealed, "name"), (person.birth_date_sealed, "birth_date"))
        )
        person.name_index = work.keyring.name_index(family_name(name), born, postcode)


async def propose_merges(work: Area, household: UUID, index: bytes) -> int:
    """Asks the coordinator about the families that live at this address already; how many."""
    there = await work.session.scalars(
        _SAME_ADDRESS, {"area": work.area_id, "household": household, "index": index}
    )
    asked = 0
    for other in list(there):
        if not await asked_before(work, household, other):
            asked += await propose(work, household, other, [MergeReason.SAME_ADDRESS]) is not None
    return asked
