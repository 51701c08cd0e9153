"""The memberships of one professional, with the area that they are in."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import text

from casecoord.domain.words import Role, TeamKind
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
