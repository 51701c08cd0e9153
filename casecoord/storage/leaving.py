"""What hangs on memberships from a moment on, who could take it over, and the writing of each hand-over."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import TextClause, select, text
from sqlalchemy.dialects.postgresql import Range

from casecoord.domain.leaving import Item, ItemKind
from casecoord.domain.words import Role
from casecoord.storage.case_tables import PlanAction, Proposal
from casecoord.storage.tables import CoordinatorSeat, DutyShift, Membership
from casecoord.storage.turn_tables import Deputy
from casecoord.storage.turns import line_after, write_turns
from casecoord.storage.work import Area

_LASTS = "(upper_inf({x}.during) or upper({x}.during) > :at)"
# Who has an action or a proposal at some time from :at on: whom it names, then whoever has a turn.
_SPANS = """cross join lateral (select who, lead(since) over (order by since) as until from (
    select x.{named} as who, '-infinity'::timestamptz as since union all
    select u.membership_id, u.at from turns u where u.area_id = x.area_id and u.subject_id = x.id) line) s"""
_TAKING_PART = f"""(select coalesce(array_agg(q.team_id), '{{}}') from participants q
   where q.area_id = c.area_id and q.case_id = c.id and {_LASTS.format(x="q")})"""
_THEIRS = "s.who = any(:ids) and (s.until is null or s.until > :at)"

_HANGING = text(
    f"""
select 'seat' kind, y.id, y.membership_id membership, null::uuid household, array[y.seat] teams, null::uuid lead
  from coordinator_seats y where y.area_id = :area and y.membership_id = any(:ids) and {_LASTS.format(x="y")}
union all
select 'duty', y.id, y.membership_id, null, '{{}}', null
  from duty_shifts y where y.area_id = :area and y.membership_id = any(:ids) and {_LASTS.format(x="y")}
union all
select 'deputy', y.id, y.deputy_id, null, '{{}}', y.membership_id
  from deputies y where y.area_id = :area and y.deputy_id = any(:ids) and {_LASTS.format(x="y")}
union all
select 'lead', l.id, l.membership_id, c.household_id, {_TAKING_PART}, null
  from leads l join cases c on c.area_id = l.area_id and c.id = l.case_id and c.state <> 'closed'
 where l.area_id = :area and l.membership_id = any(:ids) and {_LASTS.format(x="l")}
union all
select 'action', x.id, s.who, c.household_id, array[x.team_id], null
  from plan_actions x join cases c on c.area_id = x.area_id and c.id = x.case_id and c.state <> 'closed'
  {_SPANS.format(named="owner_id")} where x.area_id = :area and x.state = 'open' and {_THEIRS}
union all
select 'proposal', x.id, s.who, c.household_id, {_TAKING_PART}, (select l.membership_id from leads l
    where l.area_id = c.area_id and l.case_id = c.id and x.kind = 'handover' and l.during @> cast(:at as timestamptz))
  from proposals x join cases c on c.area_id = x.area_id and c.id = x.case_id and c.state <> 'closed'
  {_SPANS.format(named="membership_id")} where x.area_id = :area and x.state = 'pending' and {_THEIRS}
order by 1, 2
"""
)
_HOUSEHOLDS = text(
    f"""
select o.household_id from holders o where o.area_id = :area and o.membership_id = any(:ids) and {_LASTS.format(x="o")}
union
select p.household_id from promises p where p.area_id = :area and p.ended_at is null and p.household_id is not null
   and (p.responder_id = any(:ids) or p.id in (select u.subject_id from turns u
         where u.area_id = :area and u.membership_id = any(:ids)))
union
select c.household_id from leads l join cases c on c.area_id = l.area_id and c.id = l.case_id
 where l.area_id = :area and l.membership_id = any(:ids) and {_LASTS.format(x="l")}
order by 1
"""
)
_COORDINATOR = text(
    "select coalesce(y.stands_in_for, y.membership_id) from memberships m"
    " join coordinator_seats y on y.area_id = m.area_id and y.seat in (m.team_id, m.area_id)"
    "  and y.during @> cast(:at as timestamptz)"
    " where m.area_id = :area and m.id = :membership order by y.seat = m.area_id limit 1"
)
_SEAT = text(
    "select coalesce(stands_in_for, membership_id) from coordinator_seats"
    " where area_id = :area and seat = :team and during @> cast(:at as timestamptz)"
)
_HEIR = """
select m.id, m.professional_id professional, w.name, m.team_id team, m.role,
  m.during @> cast(:at as timestamptz) and upper_inf(t.during) works
from memberships m join professionals w on w.area_id = m.area_id and w.id = m.professional_id
join teams t on t.area_id = m.area_id and t.id = m.team_id where m.area_id = :area and m.id = any(:ids)"""
_LOCKED = text("select id from memberships where area_id = :area and id = any(:ids) order by id for update")
_OF_TEAM = text(
    "select id from memberships where area_id = :area and team_id = :team"
    f" and {_LASTS.format(x='memberships')} order by id"
)
_OF_PROFESSIONAL = text(
    "select id from memberships where area_id = :area and professional_id = :professional"
    f" and {_LASTS.format(x='memberships')} order by id"
)
_COUNTED_ON = text(
    "update memberships set successor_id = :heir where area_id = :area and successor_id = :id and upper(during) >= :at"
)
_GONE = (
    text("delete from deputies where area_id = :area and membership_id = :id and lower(during) >= :at"),
    text(
        "update deputies set during = tstzrange(lower(during), :at)"
        " where area_id = :area and membership_id = :id and upper(during) > :at"
    ),
    text(
        "update break_glass_grants set during = tstzrange(lower(during), :at)"
        " where area_id = :area and membership_id = :id and during @> cast(:at as timestamptz)"
    ),
    text("update coordinator_seats set stands_in_for = null where area_id = :area and stands_in_for = :id"
         f" and {_LASTS.format(x='coordinator_seats')}"),
)  # fmt: skip

_TEAM_OF = text("select team_id from memberships where area_id = :area and id = :membership")


@dataclass(frozen=True, slots=True)
class Heir:
    """Somebody who could take over, under one membership. `works`: at that moment, in a team that stays."""

    id: UUID
    professional: UUID
    name: str
    team: UUID
    role: Role
    works: bool


async def hanging(work: Area, ids: Sequence[UUID], at: datetime) -> list[Item]:
    """Everything that would be with these memberships at or after this moment."""
    rows = await work.session.execute(_HANGING, {"area": work.area_id, "ids": list(ids), "at": at})
    return [
        Item(ItemKind(row.kind), row.id, row.membership, row.household, frozenset(row.teams), row.lead)
        for row in rows
    ]


async def households_of(work: Area, ids: Sequence[UUID], at: datetime) -> set[UUID]:
    """The households that these memberships hold, answer for or lead at or after this moment."""
    rows = await work.session.scalars(_HOUSEHOLDS, {"area": work.area_id, "ids": list(ids), "at": at})
    return set(rows)


async def heirs(work: Area, ids: Iterable[UUID], at: datetime) -> dict[UUID, Heir]:
    """These memberships as possible successors at a moment; who is not here is not there."""
    rows = await work.session.execute(text(_HEIR), {"area": work.area_id, "ids": list(ids), "at": at})
    return {row.id: Heir(**{**row, "role": Role(row["role"])}) for row in rows.mappings()}


async def coordinator_of(work: Area, membership: UUID, at: datetime) -> UUID:
    """Who coordinates this membership's team at a moment, present or not; else the area's coordinator."""
    values = {"area": work.area_id, "membership": membership, "at": at}
    found: UUID = (await work.session.execute(_COORDINATOR, values)).scalar_one()
    return found


async def seat_of(work: Area, team: UUID, at: datetime) -> UUID:
    """Who coordinates a team at a moment, present or not."""
    found: UUID = (
        await work.session.execute(_SEAT, {"area": work.area_id, "team": team, "at": at})
    ).scalar_one()
    return found


async def membership(work: Area, identity: UUID) -> Membership | None:
    found: Membership | None = await work.session.get(Membership, (work.area_id, identity))
    return found


async def team_of(work: Area, membership: UUID) -> UUID | None:
    """In which team it is; None where there is none such in the area."""
    team: UUID | None = await work.session.scalar(_TEAM_OF, {"area": work.area_id, "membership": membership})
    return team


async def memberships_lasting(
    work: Area, at: datetime, *, team: UUID | None = None, professional: UUID | None = None
) -> list[UUID]:
    """The memberships of a team, or of a professional, that do not end before this moment."""
    which: TextClause = _OF_TEAM if team is not None else _OF_PROFESSIONAL
    values = {"area": work.area_id, "at": at, "team": team} if team else {
        "area": work.area_id, "at": at, "professional": professional}  # fmt: skip
    return list(await work.session.scalars(which, values))


async def lock_memberships(work: Area, ids: Sequence[UUID]) -> list[Membership]:
    """Locks them: whoever would give them something waits, and then finds them ended."""
    await work.session.execute(_LOCKED, {"area": work.area_id, "ids": sorted(ids)})
    rows = await work.session.scalars(
        select(Membership)
        .where(Membership.area_id == work.area_id, Membership.id.in_(ids))
        .order_by(Membership.id)
        .execution_options(populate_existing=True)
    )
    return list(rows)


async def end(work: Area, leaver: Membership, at: datetime, successor: UUID | None) -> None:
    """Ends a membership, and names who is meant where nobody else is named."""
    until = max(at, leaver.during.lower or at)
    leaver.during = Range(leaver.during.lower, until)
    leaver.successor_id = successor if until == at else None
    await work.session.flush()
    values = {"area": work.area_id, "id": leaver.id, "at": at}
    await work.session.execute(_COUNTED_ON, {**values, "heir": successor})
    for statement in _GONE:
        await work.session.execute(statement, values)


async def hand_on_place(work: Area, item: Item, at: datetime, heir: Heir) -> None:
    """A coordinator's seat, a shift or a deputy's place: the rest of it is the heir's."""
    tables: dict[ItemKind, type[CoordinatorSeat] | type[DutyShift] | type[Deputy]] = {
        ItemKind.SEAT: CoordinatorSeat,
        ItemKind.DUTY: DutyShift,
        ItemKind.DEPUTY: Deputy,
    }
    row: CoordinatorSeat | DutyShift | Deputy = await work.session.get_one(
        tables[item.kind], (work.area_id, item.id), populate_existing=True
    )
    began = row.during.lower is None or row.during.lower < at
    rest = Range(at if began else row.during.lower, row.during.upper)
    if began:
        row.during = Range(row.during.lower, at)
    else:
        await work.session.delete(row)
    await work.session.flush()
    common = {"area_id": work.area_id, "id": uuid4(), "during": rest}
    if isinstance(row, CoordinatorSeat):
        role = Role.AREA_COORDINATOR if row.seat == work.area_id else Role.COORDINATOR
        sitting = await seated(work, heir, role, rest)
        work.session.add(
            CoordinatorSeat(**common, seat=row.seat, membership_id=sitting, stands_in_for=row.stands_in_for)
        )
    elif isinstance(row, DutyShift):
        work.session.add(DutyShift(**common, membership_id=heir.id))
    else:
        work.session.add(
            Deputy(
                **common,
                membership_id=row.membership_id,
                deputy_id=heir.id,
                set_by=row.set_by,
                set_at=row.set_at,
            )
        )
    await work.session.flush()


async def seated(work: Area, heir: Heir, role: Role, during: Range[datetime]) -> UUID:
    """The membership under which the heir coordinates in this time: a seat without the role could do nothing.

    One that is only for a time gives whatever is left with it back to the heir's own.
    """
    known = await work.session.scalars(
        select(Membership)
        .where(
            Membership.area_id == work.area_id,
            Membership.professional_id == heir.professional,
            Membership.team_id == heir.team,
            Membership.role == role,
            Membership.during.op("&&")(during),
        )
        .order_by(text("lower(during)"))
        .execution_options(populate_existing=True)
    )
    there = known.first()
    if there is None:
        there = Membership(
            area_id=work.area_id, id=uuid4(), professional_id=heir.professional, team_id=heir.team, role=role,
            during=during, successor_id=None if during.upper is None else heir.id,
        )  # fmt: skip
        work.session.add(there)
    elif not _covers(there.during, during):
        lower = min(there.during.lower, during.lower) if there.during.lower and during.lower else None
        upper = max(there.during.upper, during.upper) if there.during.upper and during.upper else None
        there.during, there.successor_id = Range(lower, upper), there.successor_id if upper else None
    await work.session.flush()
    return there.id


def _covers(whole: Range[datetime], part: Range[datetime]) -> bool:
    begins = whole.lower is None or (part.lower is not None and whole.lower <= part.lower)
    return begins and (whole.upper is None or (part.upper is not None and part.upper <= whole.upper))


async def hand_on(work: Area, row: PlanAction | Proposal, leaver: UUID, at: datetime, heir: UUID) -> None:
    """An action or a proposal: wherever it would be the leaver's from then on, it is the heir's, by name."""
    turns = await work.session.execute(
        text("select membership_id, at from turns where area_id = :area and subject_id = :id order by at"),
        {"area": work.area_id, "id": row.id},
    )
    named = row.owner_id if isinstance(row, PlanAction) else row.membership_id
    old: list[tuple[UUID, datetime | None]] = [(named, None), *((t.membership_id, t.at) for t in turns)]
    after = await line_after(work, heir)
    line: list[tuple[UUID, datetime | None]] = []
    for place, (who, since) in enumerate(old):
        until = old[place + 1][1] if place + 1 < len(old) else None
        if who != leaver or (until is not None and until <= at):
            line.append((who, since))
            continue
        begins = at if since is None or since < at else since
        if since is None or since < at:
            line.append((who, since))
        line.append((heir, begins))
        line += [(w, moment) for w, moment in after if moment > begins and (until is None or moment < until)]
    has_it = next(who for who, since in reversed(line) if since is None or since <= work.now)
    if isinstance(row, PlanAction):
        row.owner_id = has_it
    else:
        row.membership_id = has_it
    await work.session.flush()
    await write_turns(work, row.id, [(since, who) for who, since in line if since and since > work.now])
