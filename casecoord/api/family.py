"""The family at the table: goals and small steps, what there is to be proud of, and agreements with every answer."""

from datetime import date, datetime
from typing import Annotated

import strawberry

from casecoord.actions import agreements, goals, own_agreements
from casecoord.api.context import Info
from casecoord.api.doing import do
from casecoord.api.enums import AgreementAnswerKind, AgreementStanding, LifeDomain, MilestoneKind
from casecoord.api.ids import global_id, key_of
from casecoord.api.problems import ProblemAnswer
from casecoord.domain import joint_view as view


@strawberry.type(description="A goal, a small step, or what there is to be proud of.")
class Milestone:
    id: strawberry.ID
    kind: MilestoneKind
    own: bool = strawberry.field(description="In the family's own words, else the plan's.")
    person: strawberry.ID | None
    domain: LifeDomain
    words: str
    said_by: str | None = strawberry.field(description="Who praised; null: the family itself, or no praise.")
    set_at: datetime
    goal: strawberry.ID | None = strawberry.field(description="The goal that it is a step of.")
    agreement: strawberry.ID | None = strawberry.field(description="The agreement that it is a step of.")
    reached_at: datetime | None
    praise: str | None

    @classmethod
    def of(cls, found: view.MilestoneView) -> "Milestone":
        return cls(
            id=global_id("Milestone", found.id),
            kind=found.kind,
            own=found.own,
            person=global_id("Person", found.person) if found.person else None,
            domain=found.domain,
            words=found.words,
            said_by=found.said_by,
            set_at=found.set_at,
            goal=global_id("Milestone", found.goal) if found.goal else None,
            agreement=global_id("Agreement", found.agreement) if found.agreement else None,
            reached_at=found.reached_at,
            praise=found.praise,
        )


@strawberry.type(description="What somebody said to an agreement.")
class AgreementAnswer:
    person: strawberry.ID
    answer: AgreementAnswerKind
    words: str | None
    on_paper: bool
    at: datetime


@strawberry.type(description="One wording of an agreement with the family.")
class Agreement:
    id: strawberry.ID
    domain: LifeDomain
    what: str
    doer: str = strawberry.field(description="Who does it.")
    due_on: date
    recorded_at: datetime
    replaces: strawberry.ID | None = strawberry.field(description="The wording that this one took over from.")
    adopts: strawberry.ID | None = strawberry.field(description="The person whose own words these are.")
    reply: str | None = strawberry.field(description="What the lead says to whoever wanted it otherwise.")
    standing: AgreementStanding
    kept_at: datetime | None
    praise: str | None
    answers: list[AgreementAnswer]

    @classmethod
    def of(cls, found: view.AgreementView) -> "Agreement":
        return cls(
            id=global_id("Agreement", found.id),
            domain=found.domain,
            what=found.what,
            doer=found.doer,
            due_on=found.due_on,
            recorded_at=found.recorded_at,
            replaces=global_id("Agreement", found.replaces) if found.replaces else None,
            adopts=global_id("Person", found.adopts) if found.adopts else None,
            reply=found.reply,
            standing=found.standing,
            kept_at=found.kept_at,
            praise=found.praise,
            answers=[
                AgreementAnswer(
                    person=global_id("Person", one.person),
                    answer=one.answer,
                    words=one.words,
                    on_paper=one.on_paper,
                    at=one.at,
                )
                for one in found.answers
            ],
        )


@strawberry.input(
    description="`own`: in the family's own words. With `goal` or `agreement`: a small step of that."
)
class SetGoalInput:
    idempotency_key: str
    case: strawberry.ID
    domain: LifeDomain
    words: str
    own: bool = False
    goal: strawberry.ID | None = None
    agreement: strawberry.ID | None = None

    def verb(self) -> goals.SetGoal:
        return goals.SetGoal(
            self.idempotency_key,
            key_of("Case", self.case, "case"),
            self.domain,
            self.words,
            self.own,
            key_of("Milestone", self.goal, "goal") if self.goal is not None else None,
            key_of("Agreement", self.agreement, "agreement") if self.agreement is not None else None,
        )


@strawberry.input(description="A goal or step that was reached, or an agreement that was kept.")
class ReachMilestoneInput:
    idempotency_key: str
    milestone: strawberry.ID | None = None
    agreement: strawberry.ID | None = None
    praise: str | None = None

    def verb(self) -> goals.ReachMilestone:
        return goals.ReachMilestone(
            self.idempotency_key,
            key_of("Milestone", self.milestone, "milestone") if self.milestone is not None else None,
            key_of("Agreement", self.agreement, "agreement") if self.agreement is not None else None,
            self.praise,
        )


@strawberry.input(description="What goes well in the family, said by somebody who takes part.")
class PraiseFamilyInput:
    idempotency_key: str
    case: strawberry.ID
    words: str

    def verb(self) -> goals.PraiseFamily:
        return goals.PraiseFamily(self.idempotency_key, key_of("Case", self.case, "case"), self.words)


@strawberry.input(
    description="Who does what by when, in plain words. `persons`: on whose behalf, all who may answer themselves if"
    " none. `replaces`: an earlier wording; `adopts`: whose own words it takes over, instead of `what`."
)
class RecordAgreementInput:
    idempotency_key: str
    case: strawberry.ID
    doer: str
    due_on: date
    what: str | None = None
    domain: LifeDomain = LifeDomain.SOCIAL_PARTICIPATION
    persons: list[strawberry.ID] | None = None
    replaces: strawberry.ID | None = None
    adopts: strawberry.ID | None = None
    reply: str | None = None

    def verb(self) -> agreements.RecordAgreement:
        return agreements.RecordAgreement(
            self.idempotency_key,
            key_of("Case", self.case, "case"),
            self.doer,
            self.due_on,
            self.what,
            self.domain,
            tuple(key_of("Person", one, "persons") for one in self.persons or ()),
            key_of("Agreement", self.replaces, "replaces") if self.replaces is not None else None,
            key_of("Person", self.adopts, "adopts") if self.adopts is not None else None,
            self.reply,
        )


@strawberry.input(description="What somebody said on paper. `saidBy`: who spoke for that child.")
class RespondAgreementInput:
    idempotency_key: str
    agreement: strawberry.ID
    person: strawberry.ID
    answer: AgreementAnswerKind
    words: str | None = None
    said_by: strawberry.ID | None = None

    def verb(self) -> agreements.RespondAgreement:
        return agreements.RespondAgreement(
            self.idempotency_key,
            key_of("Agreement", self.agreement, "agreement"),
            key_of("Person", self.person, "person"),
            self.answer,
            self.words,
            key_of("Person", self.said_by, "saidBy") if self.said_by is not None else None,
        )


@strawberry.input(description="`person`: for whom, yourself unless you say.")
class RespondMyAgreementInput:
    idempotency_key: str
    agreement: strawberry.ID
    answer: AgreementAnswerKind
    words: str | None = None
    person: strawberry.ID | None = None

    def verb(self) -> own_agreements.RespondMyAgreement:
        return own_agreements.RespondMyAgreement(
            self.idempotency_key,
            key_of("Agreement", self.agreement, "agreement"),
            self.answer,
            self.words,
            key_of("Person", self.person, "person") if self.person is not None else None,
        )


@strawberry.input(description="GOAL: what you want; PROUD: what you are proud of.")
class SayForMyFamilyInput:
    idempotency_key: str
    kind: MilestoneKind
    words: str
    domain: LifeDomain = LifeDomain.SOCIAL_PARTICIPATION
    person: strawberry.ID | None = None

    def verb(self) -> own_agreements.SayForMyFamily:
        return own_agreements.SayForMyFamily(
            self.idempotency_key,
            self.kind,
            self.words,
            self.domain,
            key_of("Person", self.person, "person") if self.person is not None else None,
        )


@strawberry.type(description="A goal or step as it was kept; `kind` null: an agreement that was kept.")
class MilestoneSaved:
    id: strawberry.ID
    case: strawberry.ID
    kind: MilestoneKind | None
    reached_at: datetime | None

    @classmethod
    def of(cls, found: goals.MilestoneBrief) -> "MilestoneSaved":
        return cls(
            id=global_id("Milestone" if found.kind else "Agreement", found.id),
            case=global_id("Case", found.case),
            kind=found.kind,
            reached_at=found.reached_at,
        )


@strawberry.type
class AgreementSaved:
    id: strawberry.ID
    case: strawberry.ID
    standing: AgreementStanding
    all_refused: bool = strawberry.field(
        description="For the lead: every agreement that stands is refused; `recordRefusal` records that."
    )

    @classmethod
    def of(cls, found: agreements.AgreementBrief) -> "AgreementSaved":
        return cls(
            id=global_id("Agreement", found.id),
            case=global_id("Case", found.case),
            standing=found.standing,
            all_refused=found.all_refused,
        )


MilestoneAnswer = Annotated[MilestoneSaved | ProblemAnswer, strawberry.union("MilestoneAnswer")]
AgreementSavedAnswer = Annotated[AgreementSaved | ProblemAnswer, strawberry.union("AgreementSavedAnswer")]


@strawberry.type
class FamilyMutations:
    @strawberry.mutation(description="What the family wants, what the plan aims at, or a small step.")
    async def set_goal(self, info: Info, input: SetGoalInput) -> MilestoneAnswer:
        return await do(info, goals.set_goal, input, MilestoneSaved.of)

    @strawberry.mutation(description="A goal or step was reached, an agreement was kept.")
    async def reach_milestone(self, info: Info, input: ReachMilestoneInput) -> MilestoneAnswer:
        return await do(info, goals.reach_milestone, input, MilestoneSaved.of)

    @strawberry.mutation(description="Says what goes well in a family.")
    async def praise_family(self, info: Info, input: PraiseFamilyInput) -> MilestoneAnswer:
        return await do(info, goals.praise_family, input, MilestoneSaved.of)

    @strawberry.mutation(description="Writes down an agreement, or another wording of one.")
    async def record_agreement(self, info: Info, input: RecordAgreementInput) -> AgreementSavedAnswer:
        return await do(info, agreements.record_agreement, input, AgreementSaved.of)

    @strawberry.mutation(description="What the family said to an agreement, on paper.")
    async def respond_agreement(self, info: Info, input: RespondAgreementInput) -> AgreementSavedAnswer:
        return await do(info, agreements.respond_agreement, input, AgreementSaved.of)

    @strawberry.mutation(description="Your own yes, no or otherwise to an agreement.")
    async def respond_my_agreement(self, info: Info, input: RespondMyAgreementInput) -> AgreementSavedAnswer:
        return await do(info, own_agreements.respond_my_agreement, input, AgreementSaved.of)

    @strawberry.mutation(description="What your family wants, or what you are proud of.")
    async def say_for_my_family(self, info: Info, input: SayForMyFamilyInput) -> MilestoneAnswer:
        return await do(info, own_agreements.say_for_my_family, input, MilestoneSaved.of)
