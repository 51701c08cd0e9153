"""Hearings before the neighbourhood judge, for the court partner."""

from datetime import date
from typing import Annotated

import strawberry

from casecoord.actions import hearings, preparing
from casecoord.actions.by_bsn import ByBsn
from casecoord.api.context import Info
from casecoord.api.doing import do
from casecoord.api.enums import HearingState
from casecoord.api.ids import global_id, key_of
from casecoord.api.placed import HearingWarning, PreparationStep, PreparedBy
from casecoord.api.problems import ProblemAnswer
from casecoord.domain.alternatives import warning_text


@strawberry.input(description="The youth by BSN and birth date, which must agree.")
class PlanHearingInput:
    idempotency_key: str
    bsn: str
    birth_date: date
    held_on: date

    def verb(self) -> hearings.PlanHearing:
        about = ByBsn(self.bsn, self.birth_date)
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


@strawberry.type(description="What to know of a date before going on with it.")
class Caution:
    code: HearingWarning

    @strawberry.field(description="In your language.")
    def message(self, info: Info) -> str:
        return warning_text(self.code, info.context.caller.language)


@strawberry.type
class HearingSaved:
    id: strawberry.ID
    household: strawberry.ID
    held_on: date
    state: HearingState
    warnings: list[Caution]

    @classmethod
    def of(cls, found: hearings.HearingBrief) -> "HearingSaved":
        return cls(
            id=global_id("Hearing", found.id),
            household=global_id("Household", found.household),
            held_on=found.held_on,
            state=found.state,
            warnings=[Caution(code=warning) for warning in found.warnings],
        )


HearingAnswer = Annotated[HearingSaved | ProblemAnswer, strawberry.union("HearingAnswer")]


@strawberry.input
class RecordPreparationInput:
    idempotency_key: str
    hearing: strawberry.ID
    step: PreparationStep

    def verb(self) -> preparing.RecordPreparation:
        key = key_of("Hearing", self.hearing, "hearing")
        return preparing.RecordPreparation(self.idempotency_key, key, self.step)


@strawberry.type
class PreparationRecorded:
    hearing: strawberry.ID
    step: PreparationStep

    @classmethod
    def of(cls, found: preparing.PreparationBrief) -> "PreparationRecorded":
        return cls(hearing=global_id("Hearing", found.hearing), step=found.step)


PreparationAnswer = Annotated[PreparationRecorded | ProblemAnswer, strawberry.union("PreparationAnswer")]


@strawberry.type(description="Who does what before a hearing, by when.")
class PreparationLine:
    step: PreparationStep
    by: PreparedBy
    due_on: date
    done: bool
    late: bool


@strawberry.type(description="A hearing planned back from.")
class Preparation:
    hearing: strawberry.ID
    person: strawberry.ID
    held_on: date
    state: HearingState
    steps: list[PreparationLine]

    @classmethod
    def of(cls, found: preparing.Preparation) -> "Preparation":
        return cls(
            hearing=global_id("Hearing", found.hearing),
            person=global_id("Person", found.person),
            held_on=found.held_on,
            state=found.state,
            steps=[
                PreparationLine(step=one.step, by=one.by, due_on=one.due_on, done=one.done, late=one.late)
                for one in found.steps
            ],
        )


@strawberry.type(description="From this Monday: hearings, and what your team has to do for any.")
class PreparationWeek:
    since: date
    hearings: int
    steps: int
    full: bool = strawberry.field(description="One more hearing in this week cannot be prepared.")

    @classmethod
    def of(cls, found: preparing.Week) -> "PreparationWeek":
        return cls(since=found.since, hearings=found.hearings, steps=found.steps, full=found.full)


@strawberry.type
class HearingQueries:
    @strawberry.field(description="What a hearing needs before its day, and what of it is done.")
    async def preparation(self, info: Info, hearing: strawberry.ID) -> Preparation:
        query = preparing.PreparationOf(key_of("Hearing", hearing, "hearing"))
        return Preparation.of(
            await info.context.office.look(info.context.caller, preparing.preparation, query)
        )

    @strawberry.field(description="How much your team has to prepare in each week to come.")
    async def preparation_load(self, info: Info, weeks: int = 8) -> list[PreparationWeek]:
        query = preparing.PreparationLoadOf(weeks)
        found = await info.context.office.look(info.context.caller, preparing.preparation_load, query)
        return [PreparationWeek.of(week) for week in found]


@strawberry.type
class HearingMutations:
    @strawberry.mutation(description="A step of a hearing's preparation is done.")
    async def record_preparation(self, info: Info, input: RecordPreparationInput) -> PreparationAnswer:
        return await do(info, preparing.record_preparation, input, PreparationRecorded.of)
