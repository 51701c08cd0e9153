"""Data keys that are destroyed: what they sealed opens for nobody any more."""

from collections.abc import Collection
from enum import StrEnum
from uuid import UUID

from sqlalchemy import text

from casecoord.storage.sealed import Compartment
from casecoord.storage.work import Area

_DESTROY = text(
    "delete from household_keys where area_id = :area and household_id = :household"
    " and compartment = any(:compartments)"
)


class Why(StrEnum):
    ERASURE = "erasure"
    RETENTION = "retention"


async def destroy_keys(
    work: Area, household: UUID, compartments: Collection[Compartment | str], why: Why
) -> None:
    """Destroys every version of the household's keys of these compartments, in the caller's transaction."""
    named = [str(one) for one in compartments]
    await work.session.execute(
        _DESTROY, {"area": work.area_id, "household": household, "compartments": named}
    )
