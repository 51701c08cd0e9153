"""What is with a team: signals, places in cases, invitations, what it covers; and the writing of it to another."""

from dataclasses import dataclass
from datetime import datetime
from uuid import NAMESPACE_OID, UUID, uuid5

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import Range

from casecoord.domain.leaving import Item, ItemKind
from casecoord.storage.case_tables import Invitation, Participant, PlanAction, Signal
from casecoord.storage.tables import CoordinatorSeat, Team, TeamCover
from casecoord.storage.wait_tables import Transfer
from casecoord.storage.work import Area

_LASTS = "(upper_inf({x}.during) or upper({x}.during) > :at)"
_WITH = text(
    f"""
select 'signal' kind, s.id, s.household_id household from signals s
 where s.area_id = :area and s.accountable_team_id = :team and s.state <> 'ended'
union all
select 'participant', p.id, c.household_id from participants p
  join cases c on c.area_id = p.area_id and c.id = p.case_id and c.state <> 'closed'
 where p.area_id = :area and p.team_id = :team and {_LASTS.format(x="p")}
union all
select 'invitation', v.id, c.household_id from invitations v
  join cases c on c.area_id = v.area_id and c.id = v.case_id where v.area_id = :area and v.team_id = :team
   and v.state = 'pending'
union all
select 'transfer', t.id, t.household_id from transfers t
 where t.area_id = :area and :team in (t.to_team_id, t.from_team_id) and t.state = 'pending' order by 1, 2
"""
)
_TEAMS = text(
    "select id from teams where area_id = :area and organisation_id = :organisation and upper_inf(during) order by id"
)


@dataclass(frozen=True, slots=True)
class OfTeam:
    """Everything of one household that is with a team, as rows."""

    signals: list[Signal]
    participants: list[Participant]
    invitations: list[Invitation]
    transfers: list[Transfer]
    actions: list[PlanAction]


async def lock_teams(work: Area, ids: set[UUID]) -> dict[UUID, Team]:
    """These teams, locked: nothing comes to them meanwhile."""
    rows = await work.session.scalars(
        select(Team)
        .where(Team.area_id == work.area_id, Team.id.in_(ids))
        .order_by(Team.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return {team.id: team for team in rows}


async def teams_of(work: Area, organisation: UUID) -> list[UUID]:
    """The teams of an organisation that have no end yet."""
    return list(await work.session.scalars(_TEAMS, {"area": work.area_id, "organisation": organisation}))


async def with_team(work: Area, team: UUID, at: datetime) -> list[Item]:
    """What would be with this team at or after a moment; its members' own work aside."""
    rows = await work.session.execute(_WITH, {"area": work.area_id, "team": team, "at": at})
    items = [Item(ItemKind(row.kind), row.id, None, row.household, frozenset({team})) for row in rows]
    return items + [
        Item(ItemKind.COVER, cover_id(one), None, None, frozenset({team}), place=f"{one.kind} {one.code}")
        for one in await covers_of(work, team)
    ]


async def covers_of(work: Area, team: UUID) -> list[TeamCover]:
    rows = await work.session.scalars(
        select(TeamCover)
        .where(TeamCover.area_id == work.area_id, TeamCover.team_id == team)
        .order_by(TeamCover.kind, TeamCover.code)
    )
    return list(rows)


def cover_id(cover: TeamCover) -> UUID:
    """An id for what has a code instead, the same each time."""
    return uuid5(NAMESPACE_OID, f"{cover.area_id} {cover.kind} {cover.code}")


async def of_household(work: Area, team: UUID, case: UUID | None, household: UUID, at: datetime) -> OfTeam:
    """What of one household is with this team."""
    area = work.area_id
    lasts = text("(upper_inf(participants.during) or upper(participants.during) > :at)")
    signals = select(Signal).where(
        Signal.area_id == area, Signal.household_id == household, Signal.accountable_team_id == team,
        Signal.state != "ended",
    )  # fmt: skip
    coming = select(Transfer).where(
        Transfer.area_id == area, Transfer.household_id == household, Transfer.state == "pending",
        (Transfer.to_team_id == team) | (Transfer.from_team_id == team),
    )  # fmt: skip
    transfers = list(await work.session.scalars(coming))
    if case is None:
        return OfTeam(list(await work.session.scalars(signals)), [], [], transfers, [])
    participants = select(Participant).where(
        Participant.area_id == area, Participant.case_id == case, Participant.team_id == team, lasts
    )
    invitations = select(Invitation).where(
        Invitation.area_id == area, Invitation.case_id == case, Invitation.team_id == team,
        Invitation.state == "pending",
    )  # fmt: skip
    actions = select(PlanAction).where(
        PlanAction.area_id == area, PlanAction.case_id == case, PlanAction.team_id == team,
        PlanAction.state == "open",
    )  # fmt: skip
    return OfTeam(
        list(await work.session.scalars(signals)),
        list(await work.session.scalars(participants, {"at": at})),
        list(await work.session.scalars(invitations)),
        transfers,
        list(await work.session.scalars(actions)),
    )


async def end_team(work: Area, team: Team, at: datetime) -> None:
    """The team and whoever would sit in its seat end at this moment."""
    seats = await work.session.scalars(
        select(CoordinatorSeat)
        .where(
            CoordinatorSeat.area_id == work.area_id,
            CoordinatorSeat.seat == team.id,
            text(_LASTS.format(x="coordinator_seats")),
        )
        .execution_options(populate_existing=True),
        {"at": at},
    )
    for seat in list(seats):
        if seat.during.lower is not None and seat.during.lower >= at:
            await work.session.delete(seat)
        else:
            seat.during = Range(seat.during.lower, at)
    team.during = Range(team.during.lower, at)
    await work.session.flush()
