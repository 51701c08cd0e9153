"""The sweep: writes down gaps that exist, how far they escalated, and those that ended.

Set-based, some at a time; its cost follows what came due or changed, not what waits.

A gap exists from its promise's deadline whether or not this ran; running it twice, or in ten processes
at once, changes nothing more.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text

from casecoord.storage.promise_tables import BROKEN
from casecoord.storage.telling import tell_gaps
from casecoord.storage.work import Area

#: So many promises in one transaction: nobody who writes waits longer than these take.
AT_ONCE = 2_000

# One at a time in each area: what ten sweeps find at once is found once, and none waits for another's rows.
_ALONE = text("select pg_advisory_xact_lock(hashtextextended('casecoord sweep ' || :area, 0))")
_LEVEL = "1 + (p.area_at <= :now)::int + (p.decision_at <= :now)::int + (p.alliance_at <= :now)::int"
# A clock that was set back ends what it found too early; any other gap ends with its promise, by a trigger.
_END = text(
    "update gaps set ended_at = since where area_id = :area and ended_at is null and promise_id = any(array("
    f" select id from promises where area_id = :area and {BROKEN} and due_at > :now"
    " order by due_at desc limit :some)) returning id"
)
# What somebody is writing is left to the next sweep: this waits for nobody, and so nobody for each other.
_TAKE = text(
    "select id from promises where area_id = :area and ended_at is null and next_at <= :now"
    " order by next_at limit :some for no key update skip locked"
)
# The same clock takes down what climbed too early; of what it awaits next shows that it did. The widest ladder,
# with an area's own days off in it, is shorter than the days looked back.
_LOWER = text(
    f"update gaps g set level = {_LEVEL} from promises p where g.area_id = :area and g.ended_at is null"
    f" and p.area_id = g.area_id and p.id = g.promise_id and g.level > {_LEVEL} and g.promise_id = any(array("
    f" select id from promises where area_id = :area and {BROKEN}"
    "   and due_at <= :now and due_at > cast(:now as timestamptz) - interval '100 days'"
    "   and coalesce(next_at, 'infinity') > case when area_at > :now then area_at"
    "     when decision_at > :now then decision_at when alliance_at > :now then alliance_at else 'infinity' end"
    " order by due_at desc limit :some)) returning g.id"
)
# Of what was taken: its gap is raised or escalates, whom the ladder names is told, and the next rung awaited.
# How far it was written down shows in what was awaited; gaps are not looked up, for while they are new it is not
# known how many there are, and a plan might read all of them for each.
_WRITE = text(
    "with due as materialized ("
    f" select p.id, p.due_at, {_LEVEL} as level, case p.next_at when p.due_at then 0 when p.area_at then 1"
    "   when p.decision_at then 2 else 3 end as before from promises p"
    " where p.area_id = :area and p.id = any(:ids) and p.ended_at is null and p.due_at <= :now"
    "), written as (insert into gaps as g (area_id, id, promise_id, since, level, noticed_at)"
    " select :area, gen_random_uuid(), d.id, d.due_at, d.level, :now from due d"
    " on conflict (area_id, promise_id) where ended_at is null do update set level = excluded.level"
    "   where g.level < excluded.level"
    " returning g.id, g.promise_id, g.level, g.xmax = 0 as raised"
    "), changed as (select w.id, w.promise_id, d.before, w.level, w.raised"
    " from written w join due d on d.id = w.promise_id"
    f"), told as ({tell_gaps('changed')}"
    "), awaited as (update promises p set next_at = case when p.due_at > :now then p.due_at"
    "   when p.area_at > :now then p.area_at when p.decision_at > :now then p.decision_at"
    "   when p.alliance_at > :now then p.alliance_at end"
    " where p.area_id = :area and p.id = any(:ids) and p.ended_at is null)"
    " select count(*) filter (where raised) raised, count(*) filter (where not raised) escalated from changed"
)
# A seat passed on, a shift ended, somebody left: what they held or waited for is whoever's came after.
# From the few who passed something on to what is theirs: `offset 0` keeps anything from starting at what waits.
_PASSED_ON = text(
    # A planned turn has come: it is written into what it is about, and whom it came to is told.
    "select p.household_id from turns u cross join lateral (select x.household_id from promises x"
    "   where x.area_id = :area and x.id = u.subject_id and x.ended_at is null offset 0) p"
    " where u.area_id = :area and u.at <= :now and p.household_id is not null"
    " union select p.household_id from memberships m cross join lateral (select x.household_id from promises x"
    "   where x.area_id = :area and x.responder_id = m.id and x.ended_at is null offset 0) p"
    " where m.area_id = :area and not m.during @> cast(:now as timestamptz) and p.household_id is not null"
    " union select p.household_id from coordinator_seats y cross join lateral ("
    "   select x.household_id, coalesce(x.settled_at, x.made_at) as at from promises x"
    "   where x.area_id = :area and x.responder_id = y.membership_id and x.ended_at is null offset 0) p"
    " where y.area_id = :area and upper(y.during) <= :now and p.at < upper(y.during) and p.household_id is not null"
    " union select o.household_id from coordinator_seats y cross join lateral ("
    "   select x.household_id, lower(x.during) as since from holders x where x.area_id = :area"
    "     and x.membership_id = y.membership_id and x.during @> cast(:now as timestamptz) offset 0) o"
    " where y.area_id = :area and upper(y.during) <= :now and o.since < upper(y.during)"
    "   and exists (select from promises p where p.area_id = :area and p.household_id = o.household_id"
    "     and p.ended_at is null and coalesce(p.settled_at, p.made_at) < upper(y.during))"
    " union select p.household_id from signals s cross join lateral ("
    "   select x.household_id, x.responder_id from promises x where x.area_id = :area and x.rule = 'G1'"
    "     and x.subject_id = s.id and x.ended_at is null offset 0) p"
    " where s.area_id = :area and s.state = 'open' and s.urgency = 'acute' and s.seen_at is null"
    "   and p.responder_id is distinct from coalesce("
    "     (select d.membership_id from duty_shifts d where d.area_id = :area"
    "         and d.during @> cast(:now as timestamptz)),"
    "     (select z.membership_id from coordinator_seats z where z.area_id = :area"
    "         and z.seat = :area and z.during @> cast(:now as timestamptz)))"
    " order by 1"
)
# Whoever has two seats, or leads, keeps what is theirs: looked at once for each seat that passed on, not ever again.
_SETTLED = text(
    "update promises set settled_at = :now"
    " where area_id = :area and household_id = :household and ended_at is null"
)
# What runs, with its gap; and a gap that is open though its promise runs no longer.
_WRITTEN = (
    "select p.household_id, p.rule, p.subject_id, p.ended_at is null as runs, p.due_at, g.since, g.level"
    " from promises p left join gaps g on g.area_id = p.area_id and g.promise_id = p.id and g.ended_at is null"
    " where p.area_id = :area and (p.ended_at is null or g.id is not null)"
)
_WRITTEN_OF_AREA = text(f"{_WRITTEN} and p.household_id is null")
_WRITTEN_OF_HOUSEHOLDS = text(f"{_WRITTEN} and p.household_id is not null order by p.household_id")


@dataclass(frozen=True, slots=True)
class Swept:
    """How many gaps one sweep of one area raised, escalated and ended."""

    raised: int
    escalated: int
    ended: int

    def __add__(self, other: "Swept") -> "Swept":
        return Swept(self.raised + other.raised, self.escalated + other.escalated, self.ended + other.ended)


async def sweep_some(work: Area) -> tuple[Swept, bool]:
    """Some of a sweep of the area at the transaction's moment, and whether there may be more."""
    await work.session.execute(_ALONE, {"area": str(work.area_id)})
    at = {"area": work.area_id, "now": work.now}
    ended = len((await work.session.scalars(_END, {**at, "some": AT_ONCE})).all())
    lowered = len((await work.session.scalars(_LOWER, {**at, "some": AT_ONCE})).all())
    ids = list(await work.session.scalars(_TAKE, {**at, "some": AT_ONCE}))
    written = (await work.session.execute(_WRITE, {**at, "ids": ids})).one()
    swept = Swept(written.raised, written.escalated, ended)
    return swept, AT_ONCE in (swept.ended, lowered, len(ids))


async def sweep(work: Area) -> Swept:
    """A whole sweep within one transaction, where nobody waits for it."""
    done, more = Swept(0, 0, 0), True
    while more:
        some, more = await sweep_some(work)
        done += some
    return done


async def passed_on(work: Area) -> list[UUID]:
    """The households in which a promise waits for somebody who is no longer the one to wait for."""
    found = await work.session.scalars(_PASSED_ON, {"area": work.area_id, "now": work.now})
    return list(found)


async def settled(work: Area, household: UUID) -> None:
    """Notes that this household's promises were judged anew, so that a seat that passed on is done with."""
    values = {"area": work.area_id, "household": household, "now": work.now}
    await work.session.execute(_SETTLED, values)


@dataclass(frozen=True, slots=True)
class Written:
    """What is written of one promise: its deadline, and its open gap with since when and how far."""

    rule: str
    subject: UUID
    runs: bool
    due_at: datetime
    gap: tuple[datetime, int] | None


async def written_of_area(work: Area) -> list[Written]:
    """What is written of the area's own promises."""
    rows = await work.session.execute(_WRITTEN_OF_AREA, {"area": work.area_id})
    return [_written(row) for row in rows]


async def written_of_households(work: Area) -> AsyncIterator[tuple[UUID, list[Written]]]:
    """What is written of each household's promises, streamed in the order of their ids."""
    together: list[Written] = []
    household: UUID | None = None
    async for row in await work.session.stream(_WRITTEN_OF_HOUSEHOLDS, {"area": work.area_id}):
        if household is not None and row.household_id != household:
            yield household, together
            together = []
        household = row.household_id
        together.append(_written(row))
    if household is not None:
        yield household, together


def _written(row: Row[Any]) -> Written:
    gap = None if row.since is None else (row.since, row.level)
    return Written(row.rule, row.subject_id, row.runs, row.due_at, gap)
