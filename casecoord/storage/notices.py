"""Reading the outbox as its receivers may: the inbox, what waits, and what was read.

The policy's filters ride in every query, so that a notice of what somebody may not see, any more or
yet, is not listed, counted or marked. Whoever is asked counts as taking part in what is asked: the
invited team in its invitation, the receiving team in its hand-over, the professional on duty in an acute
signal that is still open.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import TextClause, text

from casecoord.domain.notices import NOTICES
from casecoord.storage.lists import facts_of
from casecoord.storage.placements import HELD_HERE
from casecoord.storage.relating import PREPARES, RELATION
from casecoord.storage.telling import openly
from casecoord.storage.turns import is_with, whose
from casecoord.storage.work import Area, Work

#: An acute signal that is still open, for whoever is on duty: the page of duty is where it is triaged.
_BY_DUTY = """coalesce(s.state = 'open' and s.urgency = 'acute' and exists (select from duty_shifts d
        join memberships dm on dm.area_id = d.area_id and dm.id = d.membership_id
        where d.area_id = :area and d.during @> cast(:now as timestamptz)
          and dm.professional_id = :professional), false)"""
_TAKES_PART = f"""x.household_id is null or coalesce(v.state = 'pending' and v.team_id = :team, false)
    or {_BY_DUTY}
    or coalesce(ho.state = 'pending' and ho.to_team_id = :team, false)
    or coalesce(hearing.prepares, false) or coalesce(placed.here, false)
    or case when s.id is null or s.case_id is not null then coalesce(rel.participates, false)
         else s.accountable_team_id is not distinct from :team end"""

#: Something of a household, about `{subject}`, as the actor stands to it.
_STANDING = f"""
  left join signals s on s.area_id = :area and s.id = {{subject}}
  left join invitations v on v.area_id = :area and v.id = {{subject}}
  left join transfers ho on ho.area_id = :area and ho.id = {{subject}}
  left join lateral (select {PREPARES.format(area=":area", household="z.household_id")} prepares
    from hearings z where z.area_id = :area and z.id = {{subject}}) hearing on true
  left join lateral (select {HELD_HERE} here from placements pl where pl.area_id = :area and pl.id = {{subject}}) placed on true
  left join lateral ({RELATION.format(area=":area", household="x.household_id")}) rel on x.household_id is not null"""


def _stood(subject: str) -> str:
    return f"""({_TAKES_PART}) takes_part, {_BY_DUTY} by_duty, coalesce(rel.is_lead, false) is_lead,
    coalesce(rel.escalated, false) escalated, coalesce(s.source_team_id = :team, false) wrote_it,
    coalesce(v.team_id = :team, false) own_invitation, {facts_of(subject)}"""


#: Whether somebody still has to do something about a notice.
_WAITS = f"""case
    when x.kind in ('signal', 'acute_signal') then s.state = 'open'
    when x.kind in ('proposal', 'hand_over') then exists (select from proposals y
        where y.area_id = :area and y.id = x.source_id and y.state = 'pending')
    when x.kind = 'objection' then exists (select from leads y
        where y.area_id = :area and y.proposal_id = x.source_id and upper_inf(y.during))
    when x.kind in ('agenda', 'blockade_agenda') then still_on_agenda(x.source_id)
    when x.kind in ('blockade', 'blockade_deferred') then exists (select from blockades y
        where y.area_id = :area and y.id = x.source_id and y.state <> 'decided')
    when x.kind = 'break_glass' then exists (select from break_glass_grants y
        where y.area_id = :area and y.id = x.source_id and y.reviewed_at is null)
    when x.kind = 'hearing' then exists (select from hearings y
        where y.area_id = :area and y.id = x.source_id and y.state = 'planned')
    when x.kind = 'refusal' then exists (select from refusals y where y.area_id = :area and y.id = x.source_id
        and y.confirmed_at is null and y.ended_at is null)
    when x.kind = 'invitation' then v.state = 'pending'
    when x.kind = 'action' then exists (select from plan_actions y
        where y.area_id = :area and y.id = x.source_id and y.state = 'open')
    when x.kind = 'passed_on' then g.ended_at is null and {whose("g", "responder_id")} = x.receiver_id
    when x.kind in ('gap', 'gap_area', 'gap_decision') then exists (select from gaps y
        where y.area_id = :area and y.id = x.source_id and y.ended_at is null)
    when x.kind = 'dead_letter' then exists (select from letters y
        where y.area_id = :area and y.id = x.source_id and y.outcome = 'dead')
    when x.kind in ('deferral', 'deferral_due') then exists (select from deferrals y
        where y.area_id = :area and y.id = x.source_id and y.ended_at is null)
    when x.kind = 'transfer' then exists (select from transfers y
        where y.area_id = :area and y.id = x.source_id and y.state = 'pending')
    when x.kind = 'move_offer' then exists (select from arrivals y
        where y.area_id = :area and y.id = x.source_id and y.state = 'pending')
    when x.kind = 'decision_asked' then exists (select from request_decisions y
        where y.area_id = :area and y.id = x.source_id and y.state = 'pending')
    else false end"""

_ITEMS = f"""
  select x.id, x.kind, x.source_id, x.household_id, x.sphere, x.audience, x.urgent, x.at, x.read_at, x.letter_id,
    coalesce({_WAITS}, false) waits, {_stood("coalesce(g.subject_id, x.source_id)")}
  from outbox x
  left join promises g on g.area_id = x.area_id and g.id = coalesce(
    (select y.promise_id from gaps y where y.area_id = :area and y.id = x.source_id
       and x.kind in ('gap', 'gap_area', 'gap_decision')), x.source_id)
  {_STANDING.format(subject="coalesce(g.subject_id, x.source_id)")}
  where x.area_id = :area and x.receiver_id = :receiver"""

_CASE = """(select c.id from cases c where c.area_id = :area and c.household_id = i.household_id
    and c.state <> 'closed') case_id"""


@dataclass(frozen=True, slots=True)
class Receiver:
    """A membership that is told things, with what it takes to ask the policy for it."""

    membership: UUID
    professional: UUID
    team: UUID

    def values(self, work: Area) -> dict[str, Any]:
        """The parameters that every statement here shares."""
        return {
            "area": work.area_id,
            "now": work.now,
            "receiver": self.membership,
            "membership": self.membership,
            "professional": self.professional,
            "team": self.team,
        }


def shown(filters: Mapping[str, str]) -> str:
    """The condition under which an item `i` may be seen: its kind's facet allows it, or it is about no household."""
    by_facet: dict[str, list[str]] = {}
    for row in NOTICES.values():
        if row.facet is not None:
            by_facet.setdefault(row.facet, []).append(f"'{row.kind}'")
    about_none = ", ".join(f"'{row.kind}'" for row in NOTICES.values() if row.facet is None)
    allowed = [f"(i.kind in ({', '.join(kinds)}) and {filters[facet]})" for facet, kinds in by_facet.items()]
    return " or ".join([f"i.kind in ({about_none})", *allowed])


@lru_cache(maxsize=256)
def _inbox(condition: str, unread: bool) -> TextClause:
    return text(
        f"""
select i.*, {_CASE} from ({_ITEMS} {"and x.read_at is null" if unread else ""}) i
where ({condition}) and (cast(:from_at as timestamptz) is null
  or (i.at, i.id) < (cast(:from_at as timestamptz), cast(:from_id as uuid)))
order by i.at desc, i.id desc limit :first"""
    )


@lru_cache(maxsize=256)
def _waiting(gap: str) -> TextClause:
    return text(
        f"""
select i.*, {_CASE} from (
  select x.id, x.rule, x.due_at, x.household_id, x.sphere, x.audience, {_stood("x.subject_id")}
  from promises x {_STANDING.format(subject="x.subject_id")}
  where x.area_id = :area and {is_with("x", "responder_id", "= :receiver")} and x.ended_at is null) i
where {gap} or i.household_id is null or not {openly("i")}
order by i.due_at, i.id limit :first"""
    )


@lru_cache(maxsize=256)
def _count(condition: str) -> TextClause:
    return text(
        f"select count(*) from ({_ITEMS} and x.letter_id = :letter and x.read_at is null) i where {condition}"
    )


@lru_cache(maxsize=256)
def _seen(condition: str) -> TextClause:
    return text(f"select i.id from ({_ITEMS} and x.id = any(:ids)) i where {condition}")


_READ = text(
    "update outbox set read_at = :now where area_id = :area and receiver_id = :receiver and id = any(:ids)"
    " and read_at is null"
)


async def inbox(
    work: Work,
    receiver: Receiver,
    filters: Mapping[str, str],
    first: int,
    after: tuple[datetime, UUID] | None,
    *,
    unread: bool,
) -> list[dict[str, Any]]:
    """What this receiver was told and may see, newest first; one row more than asked, if there is."""
    at, identity = after or (None, None)
    rows = await work.session.execute(
        _inbox(shown(filters), unread),
        {**receiver.values(work), "first": first + 1, "from_at": at, "from_id": identity},
    )
    return [dict(row) for row in rows.mappings()]


async def waiting(work: Work, receiver: Receiver, gap: str, first: int) -> list[dict[str, Any]]:
    """The running promises that wait for this receiver, soonest deadline first."""
    rows = await work.session.execute(_waiting(gap), {**receiver.values(work), "first": first})
    return [dict(row) for row in rows.mappings()]


async def unread_in(work: Area, receiver: Receiver, filters: Mapping[str, str], letter: UUID) -> int:
    """How many notices of a letter this receiver has not read and may see."""
    found = await work.session.scalar(_count(shown(filters)), {**receiver.values(work), "letter": letter})
    return int(found or 0)


async def mark(work: Work, receiver: Receiver, filters: Mapping[str, str], ids: Sequence[UUID]) -> bool:
    """Marks these notices as read; False, and nothing marked, if one of them is not there to be seen."""
    values = {**receiver.values(work), "ids": list(ids)}
    found = set(await work.session.scalars(_seen(shown(filters)), values))
    if found != set(ids):
        return False
    marked = {name: values[name] for name in ("area", "now", "receiver", "ids")}
    await work.session.execute(_READ, marked)
    return True
