"""What was corrected here although the register says it still: its next delivery does not undo that."""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import text

from casecoord.domain.words import Sphere
from casecoord.storage.sealed import Compartment, HouseholdSeal, Place
from casecoord.storage.work import Area

_FORMER = text(
    "select id, row_id, what, sphere, former_sealed from rectifications"
    " where area_id = :area and row_id = any(:ids) and what in ('name', 'birth_date', 'address')"
    " and former_sealed is not null"
)

#: By person or household, and by what was corrected: the values that it no longer has.
Former = dict[UUID, dict[str, set[str]]]


async def formerly(work: Area, seals: Mapping[UUID, HouseholdSeal]) -> Former:
    """The former values of these persons and households, each with the seal of its household."""
    found: Former = {}
    for row in await work.session.execute(_FORMER, {"area": work.area_id, "ids": list(seals)}):
        compartment = Compartment.of(Sphere(row.sphere))
        value = seals[row.row_id].open(
            row.former_sealed, Place("rectifications", row.id, "former"), compartment
        )
        found.setdefault(row.row_id, {}).setdefault(row.what, set()).add(value)
    return found
