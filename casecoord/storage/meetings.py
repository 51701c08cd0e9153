"""Meetings with who is expected, and what is on their agendas: rows to plain values, sealed ones still sealed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import TextClause, select, text
from sqlalchemy.dialects.postgresql import insert

from casecoord.domain.meeting_view import Attendant
from casecoord.domain.meetings import LONGEST, AgendaState, Planned
from casecoord.domain.words import Discipline, TeamKind
from casecoord.storage.meeting_tables import Meeting, MeetingItem, MeetingSeat
from casecoord.storage.relating import RELATION
from casecoord.storage.turns import whose
from casecoord.storage.views import KEYS
from casecoord.storage.work import Area, Work

#: Whoever works in the team now, and guests who still work where they were asked: who left is not expected.
_EXPECTED = text("""
select m.id membership, w.id professional, w.name, t.id team, t.name team_name, t.kind team_kind, m.discipline,
  m.team_id <> g.team_id guest, s.present_at is not null present
from meetings g
join memberships m on m.area_id = g.area_id and m.during @> cast(:now as timestamptz)
join teams t on t.area_id = m.area_id and t.id = m.team_id
join professionals w on w.area_id = m.area_id and w.id = m.professional_id
left join meeting_seats s on s.area_id = g.area_id and s.meeting_id = g.id and s.membership_id = m.id
where g.area_id = :area and g.id = :meeting and m.role in ('member', 'coordinator', 'duty')
  and (m.team_id = g.team_id or s.guest)
order by m.team_id <> g.team_id, lower(w.name), m.id
""")
_MEETINGS = text("""
select g.id, g.team_id, t.name team_name, t.kind team_kind, g.state, coalesce(g.planned_at, g.held_at) at, g.minutes,
  g.chair_id, g.continues_id, g.opened_at, g.ended_at, exists (select from meeting_seats s where s.area_id = g.area_id
    and s.meeting_id = g.id and s.membership_id = :membership and s.guest) invited,
  g.state = 'open' and :now < g.opened_at + cast(:longest as interval) and exists (select from meeting_seats s
    where s.area_id = g.area_id and s.meeting_id = g.id and s.membership_id = :membership
      and s.present_at is not null) present
from meetings g join teams t on t.area_id = g.area_id and t.id = g.team_id
where g.area_id = :area and (cast(:meeting as uuid) is null or g.id = :meeting)
  and (:whole_area or g.team_id = any(:teams) or exists (select from meeting_seats s where s.area_id = g.area_id
    and s.meeting_id = g.id and s.membership_id = :membership and s.guest))
  and (cast(:from_at as timestamptz) is null
    or (coalesce(g.planned_at, g.held_at), g.id) < (cast(:from_at as timestamptz), cast(:from_id as uuid)))
order by coalesce(g.planned_at, g.held_at) desc, g.id desc limit :first
""")


@dataclass(frozen=True, slots=True)
class MeetingRow:
    """A meeting as somebody who may know of it stands to it; `present`: at its table, now."""

    id: UUID
    team_id: UUID
    team_name: str
    team_kind: str
    state: str
    at: datetime
    minutes: int | None
    chair_id: UUID | None
    continues_id: UUID | None
    opened_at: datetime | None
    ended_at: datetime | None
    invited: bool
    present: bool


async def meetings_for(
    work: Work,
    teams: Iterable[UUID],
    first: int,
    *,
    whole_area: bool = False,
    meeting: UUID | None = None,
    after: tuple[datetime, UUID] | None = None,
) -> list[MeetingRow]:
    """The meetings of these teams, or of the whole area, and those at which the actor is a guest; the latest first."""
    at, identity = after or (None, None)
    values = {
        "from_at": at,
        "from_id": identity,
        "area": work.area_id,
        "membership": work.actor.membership_id,
        "teams": list(teams),
        "whole_area": whole_area,
        "meeting": meeting,
        "now": work.now,
        "longest": LONGEST,
        "first": first,
    }
    rows = await work.session.execute(_MEETINGS, values)
    return [MeetingRow(**row) for row in rows.mappings()]


async def expected(work: Area, meeting: UUID) -> list[Attendant]:
    """Who is expected at a meeting, as things are now: the team's own first, by name."""
    rows = await work.session.execute(_EXPECTED, {"area": work.area_id, "meeting": meeting, "now": work.now})
    return [
        Attendant(
            **{
                **row,
                "team_kind": TeamKind(row["team_kind"]),
                "discipline": Discipline(row["discipline"]) if row["discipline"] else None,
            }
        )
        for row in rows.mappings()
    ]


async def lock_meeting(work: Area, meeting: UUID, *, share: bool = False) -> Meeting | None:
    """A meeting, locked: it is opened, adjourned and closed once. `share`: it only must not end meanwhile."""
    found = await work.session.scalars(
        select(Meeting)
        .where(Meeting.area_id == work.area_id, Meeting.id == meeting)
        .with_for_update(read=share, key_share=not share)
        .execution_options(populate_existing=True)
    )
    return found.one_or_none()


async def lock_item(work: Area, item: UUID) -> MeetingItem:
    """An item whose household is locked, for whoever comes first."""
    found = await work.session.scalars(
        select(MeetingItem)
        .where(MeetingItem.area_id == work.area_id, MeetingItem.id == item)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return found.one()


async def seat(work: Area, meeting: UUID, memberships: Iterable[UUID], *, guest: bool = False) -> None:
    """Guests are expected; or else these are there, from now on."""
    rows = [
        {
            "area_id": work.area_id,
            "meeting_id": meeting,
            "membership_id": one,
            "guest": guest,
            "present_at": None if guest else work.now,
        }
        for one in sorted(set(memberships))
    ]
    if not rows:
        return
    statement = insert(MeetingSeat).values(rows)
    there = {"present_at": text("coalesce(meeting_seats.present_at, excluded.present_at)")}
    await work.session.execute(
        statement.on_conflict_do_update(index_elements=["area_id", "meeting_id", "membership_id"], set_=there)
    )


async def put_on(work: Area, meeting: UUID, agenda: list[Planned], after: int) -> None:
    """Puts these on a meeting's agenda, behind what is on it."""
    rows = [
        {
            "area_id": work.area_id,
            "id": uuid4(),
            "meeting_id": meeting,
            "household_id": planned.topic.household,
            "case_id": planned.topic.case,
            "signal_id": planned.topic.signal,
            "kind": planned.topic.kind,
            "rule": planned.topic.rule,
            "subject_id": planned.topic.subject,
            "sphere": planned.topic.sphere,
            "audience": planned.topic.audience,
            "position": position,
            "minutes": planned.minutes,
            "state": AgendaState.OPEN,
            "version": 1,
        }
        for position, planned in enumerate(agenda, after)
    ]
    if rows:
        await work.session.execute(insert(MeetingItem).values(rows))


_LOAD = text(
    "select coalesce(sum(minutes), 0) minutes, coalesce(max(position) + 1, 0) after,"
    " count(*) filter (where state = 'open') open from meeting_items where area_id = :area and meeting_id = :meeting"
)
_CARRY = text(
    "update meeting_items set meeting_id = :next where area_id = :area and meeting_id = :meeting and state = 'open'"
)
_GUESTS_ALONG = text(
    "insert into meeting_seats (area_id, meeting_id, membership_id, guest)"
    " select area_id, :next, membership_id, true from meeting_seats"
    " where area_id = :area and meeting_id = :meeting and guest"
)


@dataclass(frozen=True, slots=True)
class Load:
    """How many minutes an agenda takes, where it ends, and how many of its items are open."""

    minutes: int
    after: int
    open: int


async def load_of(work: Area, meeting: UUID) -> Load:
    row = await work.session.execute(_LOAD, {"area": work.area_id, "meeting": meeting})
    return Load(**row.mappings().one())


async def carry_over(work: Area, meeting: UUID, next_one: UUID) -> None:
    """What is open, and who was asked to come, goes along to the next meeting."""
    values = {"area": work.area_id, "meeting": meeting, "next": next_one}
    for statement in (_CARRY, _GUESTS_ALONG):
        await work.session.execute(statement, values)


@lru_cache(maxsize=64)
def _items(shown: str) -> TextClause:
    return text(
        f"""
select i.*, {KEYS.replace("h.area_id", "i.area_id").replace("h.id", "i.household")} as keys,
  coalesce((select jsonb_agg(jsonb_build_object(
    'id', p.id, 'name', encode(p.name_sealed, 'hex')) order by p.id) from persons p
    where p.area_id = i.area_id and p.household_id = i.household and p.died_on is null), '[]') persons,
  (select jsonb_build_object('id', a.id, 'what', encode(a.what_sealed, 'hex'), 'due_on', a.due_on, 'owner', w.name,
      'sphere', a.sphere, 'audience', a.audience, 'team', b.team_id, 'author', b.professional_id)
    from plan_actions a join memberships m on m.area_id = a.area_id and m.id = {whose("a", "owner_id")}
    join professionals w on w.area_id = m.area_id and w.id = m.professional_id
    join memberships b on b.area_id = a.area_id and b.id = a.author_id
    where a.area_id = i.area_id and a.id = i.action_id) as action
from (
  select x.area_id, x.id, x.household_id household, x.case_id, x.signal_id, x.kind, x.rule, x.sphere, x.audience, x.position,
    x.minutes, x.state, x.version, x.family_present, x.without_family_sealed, x.decision_sealed, x.action_id, x.next_on,
    x.decided_at, w.name decided_by, rel.*,
    -- Whose signal it is says who has a part in it, until there is a case.
    case when s.signal_id is not null and s.case_id is null then s.accountable_team_id is not distinct from :team
         else rel.participates end or :present takes_part,
    coalesce(m.team_id = :team, false) wrote_it
  from meeting_items x
  cross join lateral ({RELATION.format(area="x.area_id", household="x.household_id")} offset 0) rel
  cross join lateral whereabouts(x.signal_id, null) s
  left join memberships m on m.area_id = x.area_id and m.id = x.decided_by
  left join professionals w on w.area_id = m.area_id and w.id = m.professional_id
  where x.area_id = :area and x.meeting_id = :meeting and (cast(:item as uuid) is null or x.id = :item)) i
where {shown} order by i.position, i.id
"""
    )


async def items_of(
    work: Work, shown: str, meeting: UUID, *, present: bool, item: UUID | None = None
) -> list[dict[str, Any]]:
    """What is on a meeting's agenda, as far as `shown` says of the alias `i`; `present`: the actor is at its table."""
    values = {
        **work.asked_by,
        "meeting": meeting,
        "present": present,
        "item": item,
    }
    rows = await work.session.execute(_items(shown), values)
    return [dict(row) for row in rows.mappings()]


_AT_WORK = text("""
select m.id membership, w.name, t.id team, t.name team_name, t.kind team_kind
from memberships m join professionals w on w.area_id = m.area_id and w.id = m.professional_id
join teams t on t.area_id = m.area_id and t.id = m.team_id
where m.area_id = :area and m.team_id = any(:teams) and m.during @> cast(:now as timestamptz)
  and t.during @> cast(:now as timestamptz) and m.role in ('member', 'coordinator', 'duty')
order by lower(t.name), t.id, lower(w.name), m.id
""")


@dataclass(frozen=True, slots=True)
class Tablemate:
    """Somebody who works in a team now, by the membership under which they do."""

    membership: UUID
    name: str
    team: UUID
    team_name: str
    team_kind: TeamKind


async def at_work_in(work: Work, teams: Iterable[UUID]) -> list[Tablemate]:
    """Who works in these teams now, by team and name."""
    values = {"area": work.area_id, "teams": list(teams), "now": work.now}
    found = await work.session.execute(_AT_WORK, values)
    return [Tablemate(**{**row, "team_kind": TeamKind(row["team_kind"])}) for row in found.mappings()]
