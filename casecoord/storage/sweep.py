"""The sweep: writes down gaps that exist, how far they escalated, and those that ended. Set-based.

A gap exists from its promise's deadline whether or not this ran; running it twice, or in ten processes
at once, changes nothing more.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text

from casecoord.storage.telling import tell_gaps
from casecoord.storage.work import Area

# One at a time in each area: what ten sweeps find at once is found once, and none waits for another's rows.
_ALONE = text("select pg_advisory_xact_lock(hashtextextended('casecoord sweep ' || :area, 0))")
# A first sweep after a long silence finds much at once, and nobody waits for its answer.
_PATIENCE = text("set local statement_timeout = '10min'")
_LEVEL = "1 + (p.area_at <= :now)::int + (p.decision_at <= :now)::int + (p.alliance_at <= :now)::int"
# Whom the ladder names is told in the same statement; its count is that of the gaps.
_RAISE = text(
    f"with raised as (insert into gaps (area_id, id, promise_id, since, level, noticed_at)"
    f" select p.area_id, gen_random_uuid(), p.id, p.due_at, {_LEVEL}, :now from promises p"
    " where p.area_id = :area and p.ended_at is null and p.due_at <= :now"
    "   and not exists (select from gaps g where g.area_id = p.area_id and g.promise_id = p.id"
    "                     and g.ended_at is null)"
    " on conflict (area_id, promise_id) where ended_at is null do nothing"
    " returning id, promise_id, 0 as before, level),"
    f" told as ({tell_gaps('raised')}) select count(*) from raised"
)
_ESCALATE = text(
    f"with climbed_now as (update gaps g set level = {_LEVEL} from promises p, gaps was"
    " where g.area_id = :area and g.ended_at is null and p.area_id = g.area_id and p.id = g.promise_id"
    "   and was.area_id = g.area_id and was.id = g.id"
    f"   and p.ended_at is null and g.level < {_LEVEL} returning g.id, g.promise_id, was.level as before, g.level),"
    f" told as ({tell_gaps('climbed_now')}) select count(*) from climbed_now"
)
_END = text(
    "update gaps g set ended_at = greatest(coalesce(p.ended_at, :now), g.since) from promises p"
    " where g.area_id = :area and g.ended_at is null and p.area_id = g.area_id and p.id = g.promise_id"
    "   and (p.ended_at is not null or p.due_at > :now)"
)
_WRITTEN = text(
    "select p.rule, p.subject_id, g.since, g.level from gaps g"
    " join promises p on p.area_id = g.area_id and p.id = g.promise_id"
    " where g.area_id = :area and g.ended_at is null"
)
# A seat passed on, a shift ended, somebody left: what they held or waited for is whoever's came after.
_PASSED_ON = text(
    "select p.household_id from promises p"
    " join memberships m on m.area_id = p.area_id and m.id = p.responder_id"
    " left join signals s on s.area_id = p.area_id and s.id = p.subject_id and p.rule = 'G1'"
    "   and s.urgency = 'acute' and s.seen_at is null"
    " where p.area_id = :area and p.ended_at is null and p.household_id is not null and (not m.during @> cast(:now as timestamptz)"
    "   or exists (select from turns u where u.area_id = p.area_id and u.subject_id = p.id and u.at <= :now)"
    "   or exists (select from coordinator_seats y where y.area_id = p.area_id and y.membership_id = m.id"
    "       and upper(y.during) > p.made_at and upper(y.during) <= :now)"
    "   or s.id is not null and m.id is distinct from coalesce("
    "       (select d.membership_id from duty_shifts d where d.area_id = p.area_id"
    "           and d.during @> cast(:now as timestamptz)),"
    "       (select z.membership_id from coordinator_seats z where z.area_id = p.area_id"
    "           and z.seat = p.area_id and z.during @> cast(:now as timestamptz))))"
    " union select o.household_id from holders o join coordinator_seats y on y.area_id = o.area_id"
    "   and y.membership_id = o.membership_id and upper(y.during) > lower(o.during) and upper(y.during) <= :now"
    " where o.area_id = :area and o.during @> cast(:now as timestamptz)"
    " order by 1"
)
_RUNNING = text("select rule, subject_id, due_at from promises where area_id = :area and ended_at is null")


@dataclass(frozen=True, slots=True)
class Swept:
    """How many gaps one sweep of one area raised, escalated and ended."""

    raised: int
    escalated: int
    ended: int


async def sweep(work: Area) -> Swept:
    """One sweep of the area at the transaction's moment."""
    await work.session.execute(_PATIENCE)
    await work.session.execute(_ALONE, {"area": str(work.area_id)})
    at = {"area": work.area_id, "now": work.now}
    ended: Any = await work.session.execute(_END, at)
    raised, escalated = [int(await work.session.scalar(one, at) or 0) for one in (_RAISE, _ESCALATE)]
    return Swept(ended=int(ended.rowcount), raised=raised, escalated=escalated)


async def passed_on(work: Area) -> list[UUID]:
    """The households in which a promise waits for somebody who is no longer the one to wait for."""
    found = await work.session.scalars(_PASSED_ON, {"area": work.area_id, "now": work.now})
    return list(found)


async def written_gaps(work: Area) -> dict[tuple[str, UUID], tuple[datetime, int]]:
    """The gaps that sweeps wrote down and did not end: since when and how far, by rule and subject."""
    rows = await work.session.execute(_WRITTEN, {"area": work.area_id})
    return {(row.rule, row.subject_id): (row.since, row.level) for row in rows}


async def running_promises(work: Area) -> dict[tuple[str, UUID], datetime]:
    """The deadline of every running promise, by rule and subject."""
    rows = await work.session.execute(_RUNNING, {"area": work.area_id})
    return {(row.rule, row.subject_id): row.due_at for row in rows}
