"""What one resident, and those they speak for, asked by right: newest first, sealed words still sealed."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import text

from casecoord.storage.work import Visit

#: More than anybody asks; who does gets the newest.
_MOST = 50
_ASKED = text(
    """
select r.id, r.person_id person, r.kind, r.state, r.received_at, r.decided_at, r.lifted_at,
  encode(r.words_sealed, 'hex') words, encode(r.decision_sealed, 'hex') decision,
  (select min(p.due_at) from promises p
    where p.area_id = r.area_id and p.subject_id = r.id and p.ended_at is null) due_at
from requests r
where r.area_id = :area and r.household_id = :household and r.person_id = any(:mine)
order by r.received_at desc, r.id limit :most
"""
)


async def asked_by(work: Visit, mine: Collection[UUID]) -> list[dict[str, Any]]:
    """The requests about these persons of the own home."""
    values = {"area": work.area_id, "household": work.actor.household_id, "mine": list(mine), "most": _MOST}
    return [dict(row) for row in (await work.session.execute(_ASKED, values)).mappings()]
