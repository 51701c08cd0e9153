"""Professionals and their memberships, as verbs need them."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import TextClause, select, text

from casecoord.domain.words import InvitationState, Role, TeamKind
from casecoord.storage.case_tables import Invitation
from casecoord.storage.work import Area, Work


@dataclass(frozen=True, slots=True)
class Colleague:
    """A professional under one membership that is valid now."""

    membership: UUID
    professional: UUID
    name: str
    team: UUID
    team_kind: TeamKind
    ceiling: int | None
    leads: int
    #: when the membership ends, where that is set
    until: datetime | None


_MEMBER = """
select m.id membership, p.id professional, p.name, m.team_id team, t.kind team_kind, p.case_ceiling ceiling,
  upper(m.during) until,
  (select count(*) from leads l join memberships x on x.area_id = l.area_id and x.id = l.membership_id
    where l.area_id = p.area_id and x.professional_id = p.id and l.during @> cast(:now as timestamptz)) leads
from memberships m
join professionals p on p.area_id = m.area_id and p.id = m.professional_id
join teams t on t.area_id = m.area_id and t.id = m.team_id and upper_inf(t.during)
where m.area_id = :area and m.during @> cast(:now as timestamptz) and m.role in ('member', 'coordinator')
"""
_OF_PROFESSIONAL = text(
    _MEMBER
    + " and m.professional_id = :professional and m.team_id = any(:teams) order by lower(m.during), m.id limit 1"
)
_AS = text(_MEMBER + " and m.id = :membership and m.team_id = any(:teams)")
_IN_TEAM = text(
    _MEMBER
    + " and m.professional_id = :professional and m.team_id = :team order by lower(m.during), m.id limit 1"
)
_NAME = text(
    "select p.name from memberships m join professionals p on p.area_id = m.area_id and p.id = m.professional_id"
    " where m.area_id = :area and m.id = :membership"
)
_PROFESSIONAL = text("select professional_id from memberships where area_id = :area and id = :membership")
_ACTIVE = text(
    "select id from memberships where area_id = :area and professional_id = :professional"
    " and during @> cast(:now as timestamptz) order by lower(during), id limit 1"
)
_TEAM_OF = text("select team_id from memberships where area_id = :area and id = :membership")
_ROLE = text("select role from memberships where area_id = :area and id = :membership")
_TEAM = text(
    "select kind from teams where area_id = :area and id = :team and during @> cast(:now as timestamptz)"
    " and upper_inf(during)"
)
_TEAMS = text(
    "select id, name, kind from teams where area_id = :area and during @> cast(:now as timestamptz)"
    " and upper_inf(during)"
    " order by lower(name), id"
)
_ON_DUTY = text(
    "select exists (select from duty_shifts d join memberships m on m.area_id = d.area_id and m.id = d.membership_id"
    " where d.area_id = :area and d.during @> cast(:now as timestamptz) and m.professional_id = :professional)"
)
_LOCK = text("select id from professionals where area_id = :area and id = :professional for update")


async def name_of(work: Area, membership: UUID) -> str:
    """The name of the professional behind a membership."""
    found = await work.session.execute(_NAME, {"area": work.area_id, "membership": membership})
    return str(found.scalar_one())


async def professional_of(work: Area, membership: UUID) -> UUID:
    """The professional behind a membership."""
    found = await work.session.execute(_PROFESSIONAL, {"area": work.area_id, "membership": membership})
    professional: UUID = found.scalar_one()
    return professional


async def team_of(work: Area, membership: UUID) -> UUID:
    """The team of a membership."""
    found = await work.session.execute(_TEAM_OF, {"area": work.area_id, "membership": membership})
    team: UUID = found.scalar_one()
    return team


async def active_membership(work: Area, professional: UUID) -> UUID | None:
    """The oldest membership under which this professional works here now."""
    values = {"area": work.area_id, "professional": professional, "now": work.now}
    found: UUID | None = await work.session.scalar(_ACTIVE, values)
    return found


async def role_of(work: Area, membership: UUID) -> Role:
    """The role of a membership."""
    found = await work.session.execute(_ROLE, {"area": work.area_id, "membership": membership})
    return Role(found.scalar_one())


async def colleague(work: Area, professional: UUID, teams: set[UUID]) -> Colleague | None:
    """The professional as an active member of one of these teams."""
    return await _colleague(work, _OF_PROFESSIONAL, {"professional": professional, "teams": list(teams)})


async def colleague_as(work: Area, membership: UUID, teams: set[UUID]) -> Colleague | None:
    """The professional under this membership, if it is active and in one of these teams."""
    return await _colleague(work, _AS, {"membership": membership, "teams": list(teams)})


async def colleague_in(work: Area, professional: UUID, team: UUID) -> Colleague | None:
    """The professional as an active member of this team."""
    return await _colleague(work, _IN_TEAM, {"professional": professional, "team": team})


async def lock_caseload(work: Area, professional: UUID) -> None:
    """Two leads accepted at one instant are counted one after the other."""
    await work.session.execute(_LOCK, {"area": work.area_id, "professional": professional})


async def _colleague(work: Area, statement: TextClause, values: dict[str, object]) -> Colleague | None:
    found = await work.session.execute(statement, {"area": work.area_id, "now": work.now, **values})
    row = found.mappings().one_or_none()
    return Colleague(**{**row, "team_kind": TeamKind(row["team_kind"])}) if row else None


async def on_duty(work: Work) -> bool:
    """Whether the actor is the professional on duty now."""
    found = await work.session.execute(
        _ON_DUTY,
        {"area": work.area_id, "professional": work.actor.professional_id, "now": work.now},
    )
    return bool(found.scalar_one())


async def open_team(work: Area, team: UUID) -> TeamKind | None:
    """The kind of a team that works now and goes on working; None for one that does not, or is not there."""
    found = await work.session.execute(_TEAM, {"area": work.area_id, "team": team, "now": work.now})
    kind = found.scalar()
    return TeamKind(kind) if kind else None


async def pending_invitation(work: Area, case: UUID, team: UUID) -> Invitation | None:
    """The invitation by which this team was asked already, if it has not answered."""
    found = await work.session.scalars(
        select(Invitation).where(
            Invitation.area_id == work.area_id,
            Invitation.case_id == case,
            Invitation.team_id == team,
            Invitation.state == InvitationState.PENDING,
        )
    )
    return found.one_or_none()


async def open_teams(work: Area) -> list[tuple[UUID, str, TeamKind]]:
    """The teams that work now and go on working: id, name, kind, by name."""
    found = await work.session.execute(_TEAMS, {"area": work.area_id, "now": work.now})
    return [(row.id, row.name, TeamKind(row.kind)) for row in found]
