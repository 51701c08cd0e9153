"""What stops a family's plan and what was spent in it: raise it, follow it, spend within the mandate."""

from dataclasses import dataclass, replace
from datetime import datetime

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from casecoord.actions.joint_view import JointCaseOf, joint_case
from casecoord.actions.office import Hand
from casecoord.actions.possible import Possible, possible
from casecoord.actions.teams import TeamLine, TeamsOf, teams
from casecoord.console.forms import Option
from casecoord.console.reception import Reception
from casecoord.console.sheets import Desk, Sheet
from casecoord.console.strip import Strip, strip
from casecoord.console.stuck_acts import STUCK_ACTS
from casecoord.domain.errors import Problem
from casecoord.domain.ids import global_id, key_of_any
from casecoord.domain.joint_view import JointCase
from casecoord.domain.words import ActionState
from casecoord.identity.sessions import Session


@dataclass(frozen=True, slots=True)
class Stuck:
    """One family's blockades and spends, as far as this viewer sees them."""

    strip: Strip
    now: datetime
    case: JointCase
    may: Possible
    teams: list[TeamLine]


async def stuck(hand: Hand, query: JointCaseOf) -> Stuck:
    """What stops this family's plan, in one transaction. Raises Problem `not_found`."""
    seen = await joint_case(hand, query)
    may = await possible(hand, seen.household, ())
    if not (seen.blockades or seen.spends or (seen.case and may.raise_blockade)):
        raise Problem("not_found")
    asked = await teams(hand, TeamsOf()) if may.raise_blockade else []
    return Stuck(await strip(hand), hand.now, seen, may, asked)


@dataclass(frozen=True, slots=True)
class Stopped:
    """The page of what stops a family's plan."""

    at: Reception

    def routes(self) -> list[BaseRoute]:
        return Desk(self.at, "/families/{id}/blockades", STUCK_ACTS, self.show).routes()

    async def show(self, request: Request, session: Session, sheet: Sheet) -> Response:
        query = JointCaseOf(key_of_any(("Case", "Household"), request.path_params["id"]))
        found = await self.at.look(request, session, stuck, query)
        here = global_id("Household", found.case.household)
        undone = [
            Option(global_id("Action", action.id), action.what)
            for action in found.case.actions
            if action.state == ActionState.OPEN
        ]
        asked = [Option(global_id("Team", team.id), team.name) for team in found.teams]
        return self.at.page(
            request,
            "stuck.html",
            session=session,
            strip=found.strip,
            sheet=replace(sheet, here=f"/families/{here}/blockades").offering(actions=undone, teams=asked),
            case=found.case,
            may=found.may,
            here=here,
        )
