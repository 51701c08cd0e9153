"""The sweep: writes down gaps that exist, how far they escalated, and those that ended. Set-based.

A gap exists from its promise's deadline whether or not this ran; running it twice, or in ten processes
at once, changes nothing more.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text

from casecoord.storage.work import Area

_LEVEL = "1 + (p.area_at <= :now)::int + (p.decision_at <= :now)::int + (p.alliance_at <= :now)::int"
_RAISE = text(
    f"insert into gaps (area_id, id, promise_id, since, level, noticed_at)"
    f" select p.area_id, gen_random_uuid(), p.id, p.due_at, {_LEVEL}, :now from promises p"
    " where p.area_id = :area and p.kept_at is null and p.due_at <= :now"
    "   and not exists (select from gaps g where g.area_id = p.area_id and g.promise_id = p.id"
    "                     and g.ended_at is null)"
    " on conflict (area_id, promise_id) where ended_at is null do nothing"
)
_ESCALATE = text(
    f"update gaps g set level = {_LEVEL} from promises p"
    " where g.area_id = :area and g.ended_at is null and p.area_id = g.area_id and p.id = g.promise_id"
    f"   and p.kept_at is null and g.level < {_LEVEL}"
)
_END = text(
    "update gaps g set ended_at = greatest(coalesce(p.kept_at, :now), g.since) from promises p"
    " where g.area_id = :area and g.ended_at is null and p.area_id = g.area_id and p.id = g.promise_id"
    "   and (p.kept_at is not null or p.due_at > :now)"
)
_WRITTEN = text(
    "select p.rule, p.subject_id, g.since, g.level from gaps g"
    " join promises p on p.area_id = g.area_id and p.id = g.promise_id"
    " where g.area_id = :area and g.ended_at is null"
)


@dataclass(frozen=True, slots=True)
class Swept:
    """How many gaps one sweep of one area raised, escalated and ended."""

    raised: int
    escalated: int
    ended: int


async def sweep(work: Area) -> Swept:
    """One sweep of the area at the transaction's moment."""
    at = {"area": work.area_id, "now": work.now}
    counts = []
    for statement in (_END, _RAISE, _ESCALATE):
        result: Any = await work.session.execute(statement, at)
        counts.append(int(result.rowcount))
    return Swept(ended=counts[0], raised=counts[1], escalated=counts[2])


async def written_gaps(work: Area) -> dict[tuple[str, UUID], tuple[datetime, int]]:
    """The gaps that sweeps wrote down and did not end: since when and how far, by rule and subject."""
    rows = await work.session.execute(_WRITTEN, {"area": work.area_id})
    return {(row.rule, row.subject_id): (row.since, row.level) for row in rows}
