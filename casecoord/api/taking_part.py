"""Leaving a case: each open action of the team goes to somebody by name."""

from typing import Annotated

import strawberry

from casecoord.actions import participation
from casecoord.api.ids import global_id, key_of
from casecoord.api.problems import ProblemAnswer


@strawberry.input(description="Who takes over an open action, in another team that takes part.")
class SuccessorInput:
    action: strawberry.ID
    professional: strawberry.ID

    def verb(self) -> participation.Successor:
        return participation.Successor(
            key_of("Action", self.action, "successors"),
            key_of("Professional", self.professional, "successors"),
        )


@strawberry.input(description="`successors`: one for each open action of your team.")
class LeaveCaseInput:
    idempotency_key: str
    case: strawberry.ID
    successors: list[SuccessorInput] = strawberry.field(default_factory=list)

    def verb(self) -> participation.LeaveCase:
        return participation.LeaveCase(
            self.idempotency_key,
            key_of("Case", self.case, "case"),
            tuple(one.verb() for one in self.successors),
        )


@strawberry.type(description="The case that a team left, and the actions that are another team's now.")
class CaseLeft:
    case: strawberry.ID
    team: strawberry.ID
    handed_over: list[strawberry.ID]

    @classmethod
    def of(cls, found: participation.CaseLeft) -> "CaseLeft":
        return cls(
            case=global_id("Case", found.case),
            team=global_id("Team", found.team),
            handed_over=[global_id("Action", action) for action in found.handed_over],
        )


LeaveAnswer = Annotated[CaseLeft | ProblemAnswer, strawberry.union("LeaveAnswer")]
