"""What hangs on a team's taking part in a case: its open actions, and the signals that it is accountable for."""

from uuid import UUID

from sqlalchemy import select

from casecoord.domain.words import ActionState, SignalState
from casecoord.storage.case_tables import PlanAction, Signal
from casecoord.storage.work import Area


async def open_actions_of(work: Area, case: UUID, team: UUID) -> list[PlanAction]:
    """The open actions of this team in this case, soonest first."""
    found = await work.session.scalars(
        select(PlanAction)
        .where(
            PlanAction.area_id == work.area_id,
            PlanAction.case_id == case,
            PlanAction.team_id == team,
            PlanAction.state == ActionState.OPEN,
        )
        .order_by(PlanAction.due_on, PlanAction.id)
    )
    return list(found)


async def signals_of(work: Area, case: UUID, team: UUID) -> list[Signal]:
    """The signals in this case without an outcome yet for which this team is accountable."""
    found = await work.session.scalars(
        select(Signal).where(
            Signal.area_id == work.area_id,
            Signal.case_id == case,
            Signal.accountable_team_id == team,
            Signal.state == SignalState.IN_CASE,
        )
    )
    return list(found)
