"""How families are called, sealed, with how the actor stands to each: one statement."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import text

from casecoord.storage.relating import RELATION
from casecoord.storage.views import KEYS
from casecoord.storage.work import Work

_CALLED = text(
    f"""
select h.id, rel.*, {KEYS} as keys,
  coalesce((select jsonb_agg(jsonb_build_object('id', p.id, 'name', encode(p.name_sealed, 'hex')) order by p.id)
    from persons p where p.area_id = h.area_id and p.household_id = h.id and p.died_on is null), '[]') persons
from households h cross join lateral ({RELATION.format(area="h.area_id", household="h.id")}) rel
where h.area_id = :area and h.id = any(:ids)
"""
)


async def called(work: Work, households: Sequence[UUID]) -> list[dict[str, Any]]:
    """The sealed names in these households."""
    rows = await work.session.execute(
        _CALLED,
        {
            **work.asked_by,
            "ids": list(households),
        },
    )
    return [dict(row) for row in rows.mappings()]
