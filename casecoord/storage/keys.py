"""Idempotency keys: the same key with the same request gets the same answer, another request a problem."""

from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import text

from casecoord.domain.actors import Resident
from casecoord.domain.errors import Problem
from casecoord.storage.work import Visit, Work

_CLAIM = text(
    "insert into answered_keys (area_id, professional_id, key, request, answer, at)"
    " values (:area, :professional, :key, :request, 'null', :now)"
    " on conflict do nothing returning true"
)
_STORED = text(
    "select request, answer from answered_keys"
    " where area_id = :area and professional_id = :professional and key = :key"
)
_KEEP = text(
    "update answered_keys set answer = cast(:answer as jsonb)"
    " where area_id = :area and professional_id = :professional and key = :key"
)


async def claim(work: Work | Visit, key: str, request: bytes) -> dict[str, Any] | None:
    """Takes the key for this transaction, waiting for whoever has it; the stored answer if there is one."""
    names = {"area": work.area_id, "professional": _owner(work), "key": key}
    claimed = await work.session.execute(_CLAIM, {**names, "request": request, "now": work.now})
    if claimed.first() is not None:
        return None
    row = (await work.session.execute(_STORED, names)).one()
    if row.request != request:
        raise Problem("key_reused", "idempotencyKey")
    answer: dict[str, Any] = row.answer
    return answer


async def keep(work: Work | Visit, key: str, answer: dict[str, Any]) -> None:
    """Keeps the answer with the key, in the same transaction."""
    await work.session.execute(
        _KEEP,
        {
            "area": work.area_id,
            "professional": _owner(work),
            "key": key,
            "answer": orjson.dumps(answer).decode(),
        },
    )


def _owner(work: Work | Visit) -> UUID:
    """Whose key it is: a professional's, whatever the membership, or a resident's."""
    actor = work.actor
    return actor.person_id if isinstance(actor, Resident) else actor.professional_id
