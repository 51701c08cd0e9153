"""How much the professionals of a team have on their hands: one statement per page."""

from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import TextClause, text

from casecoord.domain.caseload import AHEAD
from casecoord.storage.relating import RELATION
from casecoord.storage.telling import openly
from casecoord.storage.turns import is_with, whose
from casecoord.storage.work import Work

_SEATS = "= any(array(select id from seats))"
#: How urgent the open signals in view of a case `c` are; they are read as `i`.
_URGENCY = """(select i.urgency from (select s.urgency, s.sphere, s.audience,
      exists (select from leads l join memberships q on q.area_id = l.area_id and q.id = l.membership_id
        where l.area_id = s.area_id and l.case_id = s.case_id and l.during @> cast(:now as timestamptz)
          and q.professional_id = :professional) is_lead
      from signals s where s.area_id = c.area_id and s.household_id = c.household_id and s.case_id = c.id
        and s.state <> 'ended') i
    where {signals} order by array_position(array['acute', 'high', 'normal'], i.urgency) limit 1)"""


@dataclass(frozen=True, slots=True)
class Conditions:
    """The policy's words on a line, on what it counts, and on the signals that say how urgent a case is."""

    lines: str
    actions: str
    clocks: str
    asked: str
    signals: str


@lru_cache(maxsize=64)
def _caseload(of: Conditions) -> TextClause:
    urgency = _URGENCY.format(signals=of.signals)
    is_lead = """exists (select from leads l join memberships q on q.area_id = l.area_id and q.id = l.membership_id
        where l.area_id = {x}.area_id and l.case_id = {x}.case_id and l.during @> cast(:now as timestamptz)
          and q.professional_id = :professional) is_lead"""
    return text(
        f"""
with page as (
  select i.* from (
    select w.id, w.name, w.case_ceiling ceiling, w.id = :professional own,
      cast(:wanted as uuid) = cast(:team as uuid) own_team
      from professionals w where w.area_id = :area and (cast(:people as uuid[]) is null or w.id = any(:people))
       and exists (
        select from memberships m join teams t on t.area_id = m.area_id and t.id = m.team_id
         where m.area_id = w.area_id and m.professional_id = w.id
           and (cast(:wanted as uuid) is null or m.team_id = :wanted)
           and m.during @> cast(:now as timestamptz) and t.during @> cast(:now as timestamptz)
           and m.role in ('member', 'coordinator', 'duty'))) i
  where {of.lines} and (cast(:after as uuid) is null or (lower(i.name), i.id) > (
    select lower(x.name), x.id from professionals x where x.area_id = :area and x.id = :after))
  order by lower(i.name), i.id limit :first
), seats as materialized (
  select m.id, m.professional_id, case when m.during @> cast(:now as timestamptz) then m.lead_hours end lead_hours
    from memberships m where m.area_id = :area and m.professional_id = any(array(select id from page))
), led as materialized (
  select l.membership_id, c.state, {urgency} urgency from leads l
    join cases c on c.area_id = l.area_id and c.id = l.case_id
   where l.area_id = :area and l.membership_id {_SEATS} and l.during @> cast(:now as timestamptz)
), asked as materialized (
  select i.membership_id, i.state, i.urgency from (
    select {whose("x", "membership_id")} membership_id, c.state, {urgency} urgency, q.sphere, q.audience
      from proposals x join cases c on c.area_id = x.area_id and c.id = x.case_id and c.state <> 'closed'
      join memberships n on n.area_id = x.area_id and n.id = {whose("x", "membership_id")}
      join participants q on q.area_id = x.area_id and q.case_id = x.case_id and q.team_id = n.team_id
       and q.during @> cast(:now as timestamptz)
     where x.area_id = :area and x.state = 'pending' and {is_with("x", "membership_id", _SEATS)}) i
  where {of.asked}
), clocks as materialized (
  select i.responder_id, count(*) number from (
    select {whose("p", "responder_id")} responder_id, p.sphere, p.audience, false wrote_it,
      exists (select from leads l join cases k on k.area_id = l.area_id and k.id = l.case_id
          join memberships q on q.area_id = l.area_id and q.id = l.membership_id
        where l.area_id = p.area_id and k.household_id = p.household_id and k.state <> 'closed'
          and l.during @> cast(:now as timestamptz) and q.professional_id = :professional) is_lead
      from promises p where p.area_id = :area and p.ended_at is null and p.household_id is not null
       and p.due_at <= :until and {openly("p")} and {is_with("p", "responder_id", _SEATS)}) i
  where {of.clocks} group by 1
), doing as materialized (
  select i.owner_id, count(*) number from (
    select a.sphere, a.audience, {whose("a", "owner_id")} owner_id, b.team_id = :team wrote_it,
      {is_lead.format(x="a")}
    from plan_actions a
    join cases c on c.area_id = a.area_id and c.id = a.case_id and c.state <> 'closed'
    join memberships b on b.area_id = a.area_id and b.id = a.author_id
    where a.area_id = :area and a.state = 'open' and {is_with("a", "owner_id", _SEATS)}) i
  where {of.actions} group by 1
)
select page.*,
  (select sum(s.lead_hours)::int from seats s where s.professional_id = page.id) hours,
  coalesce((select jsonb_agg(jsonb_build_array(led.state, led.urgency)) from seats s
     join led on led.membership_id = s.id where s.professional_id = page.id), '[]') led,
  coalesce((select jsonb_agg(jsonb_build_array(asked.state, asked.urgency)) from seats s
     join asked on asked.membership_id = s.id where s.professional_id = page.id), '[]') asked,
  (select coalesce(sum(clocks.number), 0)::int from seats s join clocks on clocks.responder_id = s.id
    where s.professional_id = page.id) clocks,
  (select coalesce(sum(doing.number), 0)::int from seats s join doing on doing.owner_id = s.id
    where s.professional_id = page.id) actions
from page
order by lower(page.name), page.id
"""
    )


async def caseload(
    work: Work,
    of: Conditions,
    first: int,
    after: UUID | None = None,
    *,
    team: UUID | None = None,
    people: Collection[UUID] | None = None,
) -> list[dict[str, Any]]:
    """The professionals of a team, or of these, in view, by name; one more than asked, if there is."""
    rows = await work.session.execute(
        _caseload(of),
        {
            "area": work.area_id,
            "team": work.actor.team_id,
            "professional": work.actor.professional_id,
            "now": work.now,
            "until": work.now + AHEAD,
            "wanted": team,
            "people": None if people is None else list(people),
            "first": first + 1,
            "after": after,
        },
    )
    return [dict(row) for row in rows.mappings()]


@lru_cache(maxsize=16)
def _led(signals: str) -> TextClause:
    return text(
        f"""
select c.id case_id, c.household_id household, c.state, {_URGENCY.format(signals=signals)} urgency,
  lower(l.during) since, exists (select from proposals x where x.area_id = c.area_id and x.case_id = c.id
    and x.state = 'pending') going, rel.*
from leads l join memberships m on m.area_id = l.area_id and m.id = l.membership_id
join cases c on c.area_id = l.area_id and c.id = l.case_id and c.state <> 'closed'
cross join lateral ({RELATION.format(area="c.area_id", household="c.household_id")}) rel
where l.area_id = :area and m.professional_id = :whose and l.during @> cast(:now as timestamptz)
order by going desc, lower(l.during) desc, c.id limit :first
"""
    )


async def led_by(work: Work, professional: UUID, signals: str, first: int) -> list[dict[str, Any]]:
    """The open cases that somebody leads: those that another is asked to take over, then those led shortest first."""
    rows = await work.session.execute(
        _led(signals),
        {
            **work.asked_by,
            "whose": professional,
            "first": first,
        },
    )
    return [dict(row) for row in rows.mappings()]


_HOURS = text("update memberships set lead_hours = :hours where area_id = :area and id = :membership")


async def set_hours(work: Work, membership: UUID, hours: int) -> None:
    """How many hours a week somebody has for leading cases under a membership."""
    values = {"area": work.area_id, "membership": membership, "hours": hours}
    await work.session.execute(_HOURS, values)
