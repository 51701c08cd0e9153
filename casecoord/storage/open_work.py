"""What is open in a household, as its clocks see it: read whole, in one statement.

`open_household` reads one with what is written about it already; `load_all` streams those of an area, for
the recomputation that checks the sweep.
"""

from collections.abc import AsyncIterator
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text

from casecoord.domain.household import (
    Grant,
    Household,
    OpenAction,
    OpenBlockade,
    OpenCase,
    OpenInvitation,
    OpenRequest,
    OpenSignal,
    OpenTransfer,
    PlannedHearing,
    Refusal,
)
from casecoord.domain.words import Audience, BlockadeState, CaseState, SignalState, Sphere, Urgency
from casecoord.storage.placements import PLACES_OF_HEARING
from casecoord.storage.seats import PLAN, Plan
from casecoord.storage.work import Area

_TURNS = """coalesce((select jsonb_agg(jsonb_build_array(u.membership_id, u.at) order by u.at) from turns u
      where u.area_id = {x}.area_id and u.subject_id = {x}.id), '[]')"""

# A lead who leaves is the lead until that date, and from then on the next; G3 and G5 run since one last said yes.
_STATE = f"""
select h.id as household_id,
  coalesce((select jsonb_agg(jsonb_build_object('id', s.id, 'state', s.state, 'urgency', s.urgency,
      'sphere', s.sphere, 'audience', s.audience, 'received_at', s.received_at, 'seen_at', s.seen_at,
      'review_on', s.review_on, 'accountable', s.accountable_team_id, 'triaged_at', s.triaged_at,
      'feedback_at', s.feedback_at) order by s.received_at, s.id)
    from signals s where s.area_id = h.area_id and s.household_id = h.id and s.state <> 'ended'), '[]') signals,
  (select jsonb_build_object('id', c.id, 'state', c.state, 'triaged_at', c.triaged_at,
      'leads', coalesce((select jsonb_agg(jsonb_build_array(l.membership_id, lower(l.during)) order by lower(l.during))
         from leads l where l.area_id = c.area_id and l.case_id = c.id
          and (upper_inf(l.during) or upper(l.during) > :now)), '[]'),
      'lead_since', (select max(greatest(lower(l.during), q.answered_at)) from leads l
         join proposals q on q.area_id = l.area_id and q.id = l.proposal_id and q.state = 'accepted'
        where l.area_id = c.area_id and l.case_id = c.id),
      'contacted_at', (select max(k.contacted_at)
         from contacts k where k.area_id = c.area_id and k.case_id = c.id),
      'proposed', p.membership_id, 'proposal', p.id, 'proposed_at', p.proposed_at, 'turns', {_TURNS.format(x="p")},
      'reviewed_at', c.reviewed_at, 'aftercare_at', c.aftercare_at,
      'objected', exists (select from leads l join proposals q on q.area_id = l.area_id and q.id = l.proposal_id
         and q.objected_at is not null where l.area_id = c.area_id and l.case_id = c.id
          and lower(l.during) <= :now and (upper_inf(l.during) or upper(l.during) > :now)))
    from cases c
    left join proposals p on p.area_id = c.area_id and p.case_id = c.id and p.state = 'pending'
    where c.area_id = h.area_id and c.household_id = h.id and c.state <> 'closed') open_case,
  coalesce((select jsonb_agg(jsonb_build_object('id', a.id, 'owner', a.owner_id, 'sphere', a.sphere,
      'turns', {_TURNS.format(x="a")}, 'audience', a.audience, 'due_on', a.due_on) order by a.due_on, a.id)
    from plan_actions a join cases c on c.area_id = a.area_id and c.id = a.case_id and c.state <> 'closed'
    where c.area_id = h.area_id and c.household_id = h.id and a.state = 'open'), '[]') actions,
  coalesce((select jsonb_agg(jsonb_build_object('id', i.id, 'team', i.team_id, 'sphere', i.sphere,
      'invited_at', i.invited_at) order by i.invited_at, i.id)
    from invitations i join cases c on c.area_id = i.area_id and c.id = i.case_id and c.state <> 'closed'
    where c.area_id = h.area_id and c.household_id = h.id and i.state = 'pending'), '[]') invitations,
  coalesce((select jsonb_agg(jsonb_build_object('id', t.id, 'to', t.to_team_id, 'sphere', t.sphere,
      'audience', t.audience, 'offered_at', t.offered_at) order by t.offered_at, t.id)
    from transfers t where t.area_id = h.area_id and t.household_id = h.id and t.state = 'pending'),
    '[]') transfers,
  coalesce((select jsonb_agg(jsonb_build_object('id', b.id, 'state', b.state, 'sphere', b.sphere,
      'audience', b.audience, 'raised_at', b.raised_at) order by b.raised_at, b.id)
    from blockades b join cases c on c.area_id = b.area_id and c.id = b.case_id
    where c.area_id = h.area_id and c.household_id = h.id and b.state <> 'decided'), '[]') blockades,
  coalesce((select jsonb_agg(jsonb_build_object('id', z.id, 'held_on', z.held_on,
      'alternative_at', pl.alternative_at, 'held_until', pl.held_until) order by z.held_on, z.id)
    from hearings z cross join lateral ({PLACES_OF_HEARING}) pl
   where z.area_id = h.area_id and z.household_id = h.id and z.state = 'planned'
      and not hearing_has_place(z.area_id, z.id)), '[]') hearings,
  coalesce((select jsonb_agg(jsonb_build_array(g.id, lower(g.during)) order by lower(g.during), g.id)
    from break_glass_grants g where g.area_id = h.area_id and g.household_id = h.id
      and g.reviewed_at is null), '[]') grants,
  coalesce((select jsonb_agg(jsonb_build_array(r.id, r.received_at) order by r.received_at, r.id)
    from requests r where r.area_id = h.area_id and r.household_id = h.id and r.state = 'open'), '[]') requests,
  (select jsonb_build_array(f.id, f.review_on) from refusals f
    join cases c on c.area_id = f.area_id and c.id = f.case_id and c.state <> 'closed'
    where c.area_id = h.area_id and c.household_id = h.id and f.confirmed_at is not null
      and f.ended_at is null) refusal,
  (select v.team_id from team_covers v join teams t on t.area_id = v.area_id and t.id = v.team_id
    where v.area_id = h.area_id and v.kind = 'neighbourhood' and v.code = h.neighbourhood
      and t.during @> cast(:now as timestamptz)) social_team
"""
_ONE = text(
    _STATE
    + f""",
  coalesce((select jsonb_agg(jsonb_build_array(o.membership_id, lower(o.during), upper(o.during))
      order by lower(o.during))
    from holders o where o.area_id = h.area_id and o.household_id = h.id
      and coalesce(upper(o.during) > :now, not isempty(o.during))), '[]') holders,
  coalesce((select jsonb_object_agg(p.rule || ' ' || p.subject_id, jsonb_build_array(p.id, p.due_at,
      p.responder_id, p.sphere, p.audience, p.area_at, p.decision_at, p.alliance_at, {_TURNS.format(x="p")}))
    from promises p where p.area_id = h.area_id and p.household_id = h.id and p.ended_at is null), '{{}}') running,
  {PLAN}
from households h where h.area_id = :area and h.id = :household
"""
)


# Ordered before their work is read: nothing large is ever sorted.
_ALL = text(
    _STATE
    + """ from (select area_id, id, neighbourhood from households where area_id = :area and id in (
    select household_id from signals where area_id = :area and state <> 'ended'
    union select household_id from cases where area_id = :area and state <> 'closed'
    union select household_id from what_waits where area_id = :area)
  order by id) h order by h.id
"""
)


async def open_household(work: Area, household: UUID) -> Row[Any]:
    """The row of one household, with the plan of seats, its holders and its running promises."""
    values = {"area": work.area_id, "household": household, "now": work.now}
    return (await work.session.execute(_ONE, values)).one()


async def load_all(work: Area) -> AsyncIterator[Household]:
    """Every household of the area in which something waits, streamed in the order of their ids."""
    async for row in await work.session.stream(_ALL, {"area": work.area_id, "now": work.now}):
        yield household_of(row, work.now)


def moments_of(row: Row[Any], plan: Plan, now: datetime) -> list[datetime]:
    """Now, and every moment to come at which somebody takes somebody's place."""
    case = row.open_case or {"leads": [], "turns": []}
    lines = (case["leads"], case["turns"], *(action["turns"] for action in row.actions))
    taken = {datetime.fromisoformat(at) for line in lines for _, at in line}
    return sorted({now} | {at for at in plan.turns() | taken if at > now})


def turns_come(row: Row[Any], now: datetime) -> list[UUID]:
    """The actions and the proposal of which a planned turn has come."""
    case = row.open_case or {"proposal": None, "turns": []}
    things = [(case["proposal"], case["turns"]), *((a["id"], a["turns"]) for a in row.actions)]
    return [UUID(one) for one, turns in things if turns and datetime.fromisoformat(turns[0][1]) <= now]


def household_of(row: Row[Any], at: datetime) -> Household:
    """The household of a row, as its clocks see it: what is open now, with whoever has it at a moment."""
    return Household(
        id=row.household_id,
        signals=tuple(
            OpenSignal(
                id=UUID(s["id"]),
                state=SignalState(s["state"]),
                urgency=Urgency(s["urgency"]),
                sphere=Sphere(s["sphere"]),
                audience=_audience(s["audience"]),
                received_at=datetime.fromisoformat(s["received_at"]),
                seen_at=moment_of(s["seen_at"]),
                review_on=date.fromisoformat(s["review_on"]) if s["review_on"] else None,
                accountable=_id(s["accountable"]),
                triaged_at=moment_of(s["triaged_at"]),
                feedback_at=moment_of(s["feedback_at"]),
            )
            for s in row.signals
        ),
        case=_case(row.open_case, at),
        actions=tuple(
            OpenAction(
                UUID(a["id"]),
                _whose(a["owner"], a["turns"], at) or UUID(a["owner"]),
                Sphere(a["sphere"]),
                _audience(a["audience"]),
                date.fromisoformat(a["due_on"]),
            )
            for a in row.actions
        ),
        invitations=tuple(
            OpenInvitation(
                UUID(i["id"]), UUID(i["team"]), Sphere(i["sphere"]), datetime.fromisoformat(i["invited_at"])
            )
            for i in row.invitations
        ),
        transfers=tuple(
            OpenTransfer(
                UUID(t["id"]),
                _id(t["to"]),
                Sphere(t["sphere"]),
                _audience(t["audience"]),
                datetime.fromisoformat(t["offered_at"]),
            )
            for t in row.transfers
        ),
        blockades=tuple(
            OpenBlockade(
                UUID(b["id"]),
                BlockadeState(b["state"]),
                Sphere(b["sphere"]),
                _audience(b["audience"]),
                datetime.fromisoformat(b["raised_at"]),
            )
            for b in row.blockades
        ),
        hearings=tuple(
            PlannedHearing(
                UUID(z["id"]),
                date.fromisoformat(z["held_on"]),
                moment_of(z["alternative_at"]),
                moment_of(z["held_until"]),
            )
            for z in row.hearings
        ),
        grants=tuple(Grant(UUID(one), datetime.fromisoformat(at)) for one, at in row.grants),
        requests=tuple(OpenRequest(UUID(one), datetime.fromisoformat(at)) for one, at in row.requests),
        refusal=Refusal(UUID(row.refusal[0]), date.fromisoformat(row.refusal[1])) if row.refusal else None,
        social_team=row.social_team,
    )


def _case(c: dict[str, Any] | None, at: datetime) -> OpenCase | None:
    if c is None:
        return None
    # A clock set back may come before the first lead: that one leads.
    lead = _whose(c["leads"][0][0], c["leads"], at) if c["leads"] else None
    return OpenCase(
        id=UUID(c["id"]),
        state=CaseState(c["state"]),
        triaged_at=datetime.fromisoformat(c["triaged_at"]),
        lead=lead,
        lead_since=moment_of(c["lead_since"]) if lead else None,
        contacted_at=moment_of(c["contacted_at"]),
        proposed=_whose(c["proposed"], c["turns"], at),
        proposed_at=moment_of(c["proposed_at"]),
        reviewed_at=moment_of(c["reviewed_at"]),
        aftercare_at=moment_of(c["aftercare_at"]),
        objected=c["objected"],
    )


def _whose(named: str | None, turns: list[list[str]], at: datetime) -> UUID | None:
    """Whose it is at a moment: the last of the line to have had a turn, else whoever it names."""
    return _id(next((who for who, since in reversed(turns) if datetime.fromisoformat(since) <= at), named))


def _id(value: str | None) -> UUID | None:
    return UUID(value) if value else None


def moment_of(value: str | None) -> datetime | None:
    """A moment out of JSON."""
    return datetime.fromisoformat(value) if value else None


def _audience(value: str | None) -> Audience | None:
    return Audience(value) if value else None
