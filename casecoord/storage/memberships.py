"""The memberships of one professional, with the area that they are in; and who works in a team."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text

from casecoord.domain.words import Discipline, Role, TeamKind
from casecoord.storage.work import Work


@dataclass(frozen=True, slots=True)
class MembershipRow:
    """A membership that is valid now, with its team and its area."""

    id: UUID
    role: Role
    team_id: UUID
    team_name: str
    team_kind: TeamKind
    area_code: str
    area_name: str


_MINE = text("""
select m.id, m.role, t.id team_id, t.name team_name, t.kind team_kind, a.code area_code, a.name area_name
from memberships m join areas a on a.id = m.area_id join teams t on t.area_id = m.area_id and t.id = m.team_id
where m.area_id = :area and m.professional_id = :professional
  and m.during @> cast(:now as timestamptz) and t.during @> cast(:now as timestamptz)
order by lower(m.during), m.id
""")


async def memberships_of(work: Work, professional: UUID) -> list[MembershipRow]:
    """Valid now, the oldest first: the order in which the database picks one when none is asked for."""
    found = await work.session.execute(
        _MINE, {"area": work.area_id, "professional": professional, "now": work.now}
    )
    return [
        MembershipRow(
            row.id,
            Role(row.role),
            row.team_id,
            row.team_name,
            TeamKind(row.team_kind),
            row.area_code,
            row.area_name,
        )
        for row in found
    ]


_OF_TEAM = text("""
select m.id, m.professional_id professional, w.name, m.role, lower(m.during) since, upper(m.during) until,
  m.discipline, m.lead_hours,
  (select p.name from deputies d join memberships x on x.area_id = d.area_id and x.id = d.deputy_id
     join professionals p on p.area_id = x.area_id and p.id = x.professional_id
    where d.area_id = m.area_id and d.membership_id = m.id and d.during @> cast(:now as timestamptz)) deputy
from memberships m join professionals w on w.area_id = m.area_id and w.id = m.professional_id
where m.area_id = :area and m.team_id = :team and not isempty(m.during)
  and (upper_inf(m.during) or upper(m.during) > :now)
order by lower(w.name), lower(m.during), m.id
""")


@dataclass(frozen=True, slots=True)
class MemberLine:
    """Somebody who works in a team, or will; `deputy`: by name who stands in now. `lead_hours`: a week, for leading."""

    id: UUID
    professional: UUID
    name: str
    role: Role
    since: datetime | None
    until: datetime | None
    discipline: Discipline | None
    lead_hours: int | None
    deputy: str | None


async def members_of(work: Work, team: UUID) -> list[MemberLine]:
    """Who works in a team now or later, by name."""
    found = await work.session.execute(_OF_TEAM, {"area": work.area_id, "team": team, "now": work.now})
    rows: list[dict[str, Any]] = [dict(row) for row in found.mappings()]
    return [MemberLine(**{**row, "role": Role(row["role"]), "discipline": _discipline(row)}) for row in rows]


def _discipline(row: dict[str, Any]) -> Discipline | None:
    return Discipline(row["discipline"]) if row["discipline"] else None


_STAFFED = text("""
select t.id, t.name, t.kind, count(m.id) filter (where m.during @> cast(:now as timestamptz)) working,
  count(m.id) filter (where not upper_inf(m.during)) leaving,
  (select string_agg(w.name, ', ' order by w.name) from coordinator_seats s
     join memberships x on x.area_id = s.area_id and x.id = s.membership_id
     join professionals w on w.area_id = x.area_id and w.id = x.professional_id
    where s.area_id = t.area_id and s.seat = t.id and s.during @> cast(:now as timestamptz)) coordinator
from teams t left join memberships m on m.area_id = t.area_id and m.team_id = t.id and not isempty(m.during)
  and (upper_inf(m.during) or upper(m.during) > :now)
where t.area_id = :area and t.during @> cast(:now as timestamptz)
  and (cast(:kind as text) is null or t.kind = :kind) and (cast(:team as uuid) is null or t.id = :team)
  and (cast(:name as text) is null or (lower(t.name), t.id) > (:name, cast(:id as uuid)))
group by t.area_id, t.id, t.name, t.kind order by lower(t.name), t.id limit :first
""")
_LEAVING = text("""
select m.id, w.name, m.role, t.id team, t.name team_name, upper(m.during) until
from memberships m join professionals w on w.area_id = m.area_id and w.id = m.professional_id
join teams t on t.area_id = m.area_id and t.id = m.team_id
where m.area_id = :area and not isempty(m.during) and upper(m.during) > :now
order by upper(m.during), m.id limit :most
""")


@dataclass(frozen=True, slots=True)
class StaffedTeam:
    """A team that works now: how many work in it, how many of them leave, and who coordinates it."""

    id: UUID
    name: str
    kind: TeamKind
    working: int
    leaving: int
    coordinator: str | None


@dataclass(frozen=True, slots=True)
class Leaver:
    """Somebody whose membership ends on a known day."""

    membership: UUID
    name: str
    role: Role
    team: UUID
    team_name: str
    until: datetime


async def staffed_teams(
    work: Work,
    first: int,
    *,
    kind: TeamKind | None = None,
    team: UUID | None = None,
    after: tuple[Any, ...] | None = None,
) -> list[StaffedTeam]:
    """The teams that work now, by name; one more than asked, if there is. `after`: the name and id of one."""
    name, identity = (after[0].lower(), UUID(after[1])) if after else (None, None)
    found = await work.session.execute(
        _STAFFED,
        {
            "area": work.area_id,
            "now": work.now,
            "first": first + 1,
            "kind": kind,
            "team": team,
            "name": name,
            "id": identity,
        },
    )
    return [
        StaffedTeam(row.id, row.name, TeamKind(row.kind), row.working, row.leaving, row.coordinator)
        for row in found
    ]


async def leavers(work: Work, most: int) -> list[Leaver]:
    """Whose membership ends, the first first."""
    found = await work.session.execute(_LEAVING, {"area": work.area_id, "now": work.now, "most": most})
    return [Leaver(row.id, row.name, Role(row.role), row.team, row.team_name, row.until) for row in found]
