"""Whose data was asked for in vain: the households behind the ids that a refused request named.

It is asked alike whether they are there or not, and only the log learns of the answer.
"""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import text

from casecoord.storage.work import Area

_OF_A_HOUSEHOLD = [
    "cases",
    "signals",
    "requests",
    "hearings",
    "placements",
    "break_glass_grants",
    "transfers",
    "promises",
    "persons",
    "meeting_items",
]
_OF_A_CASE = [
    "proposals",
    "invitations",
    "plan_actions",
    "blockades",
    "refusals",
    "agreements",
    "milestones",
    "spends",
]
_ASKED = text(
    " union ".join(
        [
            "select id from households where area_id = :area and id = any(:ids)",
            *(
                f"select household_id from {table} where area_id = :area and id = any(:ids)"
                for table in _OF_A_HOUSEHOLD
            ),
            *(
                f"select c.household_id from {table} x join cases c on c.area_id = x.area_id and c.id = x.case_id"
                " where x.area_id = :area and x.id = any(:ids)"
                for table in _OF_A_CASE
            ),
        ]
    )
)


async def households_asked(work: Area, ids: Iterable[UUID]) -> list[UUID]:
    """The households that these ids belong to, in any order."""
    found = await work.session.execute(_ASKED, {"area": work.area_id, "ids": list(ids)})
    return [household for household in found.scalars() if household is not None]
