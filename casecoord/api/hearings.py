"""Hearings before the neighbourhood judge, for the court partner."""

from datetime import date
from typing import Annotated

import strawberry

from casecoord.actions import hearings, signals
from casecoord.api.enums import HearingState
from casecoord.api.ids import global_id, key_of
from casecoord.api.problems import ProblemAnswer


@strawberry.input(description="The youth by BSN and birth date, which must agree.")
class PlanHearingInput:
    idempotency_key: str
    bsn: str
    birth_date: date
    held_on: date

    def verb(self) -> hearings.PlanHearing:
        about = signals.ByBsn(self.bsn, self.birth_date)
        return hearings.PlanHearing(self.idempotency_key, about, self.held_on)


@strawberry.input
class MoveHearingInput:
    idempotency_key: str
    hearing: strawberry.ID
    held_on: date

    def verb(self) -> hearings.MoveHearing:
        key = key_of("Hearing", self.hearing, "hearing")
        return hearings.MoveHearing(self.idempotency_key, key, self.held_on)


@strawberry.input(description="`held`: it took place; otherwise it was cancelled.")
class EndHearingInput:
    idempotency_key: str
    hearing: strawberry.ID
    held: bool

    def verb(self) -> hearings.EndHearing:
        return hearings.EndHearing(
            self.idempotency_key, key_of("Hearing", self.hearing, "hearing"), self.held
        )


@strawberry.type
class HearingSaved:
    id: strawberry.ID
    household: strawberry.ID
    held_on: date
    state: HearingState

    @classmethod
    def of(cls, found: hearings.HearingBrief) -> "HearingSaved":
        return cls(
            id=global_id("Hearing", found.id),
            household=global_id("Household", found.household),
            held_on=found.held_on,
            state=found.state,
        )


HearingAnswer = Annotated[HearingSaved | ProblemAnswer, strawberry.union("HearingAnswer")]
