"""A resident's rights: what is asked, taken back and appealed, and what two people decide."""

from datetime import date, datetime
from typing import Annotated

import strawberry

from casecoord.actions import deciding, rights, rights_asked
from casecoord.actions.by_bsn import ByBsn
from casecoord.api.context import Info
from casecoord.api.doing import do
from casecoord.api.enums import RequestKind, RequestState
from casecoord.api.ids import global_id, key_of
from casecoord.api.joint_case import Facet
from casecoord.api.problems import ProblemAnswer
from casecoord.domain.errors import Problem
from casecoord.domain.rights import DecisionState, Outcome

strawberry.enum(Outcome, name="DecisionOutcome")
strawberry.enum(DecisionState, name="DecisionState")


def with_zone(at: datetime | None) -> datetime | None:
    """A moment that says in which zone it is."""
    if at is not None and at.tzinfo is None:
        raise Problem("time_without_zone", "receivedAt")
    return at


@strawberry.input(description="Somebody by BSN and birth date.")
class ResidentInput:
    bsn: str
    birth_date: date

    def about(self) -> ByBsn:
        return ByBsn(self.bsn, self.birth_date)


@strawberry.input(
    description="The resident by BSN and birth date; `receivedAt` defaults to now; "
    "`agreeing`: children of 12 to 15 who agree that their data are asked for too."
)
class ExerciseRightInput:
    idempotency_key: str
    bsn: str
    birth_date: date
    kind: RequestKind
    identity_checked: bool
    words: str | None = None
    received_at: datetime | None = None
    agreeing: list[ResidentInput] | None = None

    def verb(self) -> rights.ExerciseRight:
        return rights.ExerciseRight(
            self.idempotency_key,
            ByBsn(self.bsn, self.birth_date),
            self.kind,
            self.identity_checked,
            self.words,
            with_zone(self.received_at),
            tuple(child.about() for child in self.agreeing or ()),
        )


@strawberry.input(description="`words`: what the resident said; `receivedAt` defaults to now.")
class OfRequestInput:
    idempotency_key: str
    request: strawberry.ID
    identity_checked: bool
    words: str | None = None
    received_at: datetime | None = None

    def verb(self) -> rights.OfRequest:
        request = key_of("Request", self.request, "request")
        at = with_zone(self.received_at)
        return rights.OfRequest(self.idempotency_key, request, self.identity_checked, self.words, at)


@strawberry.input(
    description="`second`: who is asked to decide with you; `ground`: by which article; `decision`: why. "
    "`despiteOpenCase`: an erasure is granted although something is open."
)
class DecideRightInput:
    idempotency_key: str
    request: strawberry.ID
    grant: bool
    second: strawberry.ID
    decision: str
    ground: str | None = None
    despite_open_case: bool = False

    def verb(self) -> deciding.DecideRight:
        return deciding.DecideRight(
            self.idempotency_key,
            key_of("Request", self.request, "request"),
            self.grant,
            self.ground,
            key_of("Professional", self.second, "second"),
            self.decision,
            self.despite_open_case,
        )


@strawberry.input(description="A restriction or objection that was granted is to end.")
class LiftRestrictionInput:
    idempotency_key: str
    request: strawberry.ID
    second: strawberry.ID
    decision: str
    ground: str | None = None

    def verb(self) -> deciding.LiftRestriction:
        return deciding.LiftRestriction(
            self.idempotency_key,
            key_of("Request", self.request, "request"),
            self.ground,
            key_of("Professional", self.second, "second"),
            self.decision,
        )


@strawberry.input(description="`agree` false sends it back; `words` then say why.")
class ConfirmDecisionInput:
    idempotency_key: str
    decision: strawberry.ID
    agree: bool
    words: str | None = None

    def verb(self) -> deciding.ConfirmDecision:
        decision = key_of("RightDecision", self.decision, "decision")
        return deciding.ConfirmDecision(self.idempotency_key, decision, self.agree, self.words)


@strawberry.type(description="What a resident asked for.")
class RequestSaved:
    id: strawberry.ID
    kind: RequestKind
    state: RequestState
    received_at: datetime

    @classmethod
    def of(cls, found: rights.RequestBrief) -> "RequestSaved":
        key = global_id("Request", found.id)
        return cls(id=key, kind=found.kind, state=found.state, received_at=found.received_at)


@strawberry.type(description="A decision: prepared by one, confirmed or sent back by another.")
class DecisionSaved:
    id: strawberry.ID
    state: DecisionState
    outcome: Outcome
    offered: list[RequestKind] = strawberry.field(description="What may be asked instead.")
    request: RequestSaved

    @classmethod
    def of(cls, found: deciding.DecisionBrief) -> "DecisionSaved":
        return cls(
            id=global_id("RightDecision", found.id),
            state=found.state,
            outcome=found.outcome,
            offered=found.offered,
            request=RequestSaved.of(found.request),
        )


@strawberry.type(description="A decision that waits for the second person.")
class PreparedDecision:
    id: strawberry.ID
    outcome: Outcome
    ground: str
    words: Facet[str] | None
    offered: list[RequestKind]
    prepared_by: str
    prepared_at: datetime
    second: str
    mine: bool = strawberry.field(description="It waits for you.")

    @classmethod
    def of(cls, found: rights_asked.Prepared) -> "PreparedDecision":
        return cls(
            id=global_id("RightDecision", found.id),
            outcome=found.outcome,
            ground=found.ground,
            words=Facet.of(found.words),
            offered=found.offered,
            prepared_by=found.prepared_by,
            prepared_at=found.prepared_at,
            second=found.second,
            mine=found.mine,
        )


@strawberry.type(description="What a resident asked, and where it stands.")
class AskedRight:
    id: strawberry.ID
    household: strawberry.ID | None
    kind: RequestKind
    state: RequestState
    received_at: datetime
    due_at: datetime | None
    appeal_of: strawberry.ID | None
    words: Facet[str] | None
    decision: PreparedDecision | None

    @classmethod
    def of(cls, found: rights_asked.AskedRight) -> "AskedRight":
        return cls(
            id=global_id("Request", found.id),
            household=global_id("Household", found.household) if found.household else None,
            kind=found.kind,
            state=found.state,
            received_at=found.received_at,
            due_at=found.due_at,
            appeal_of=global_id("Request", found.appeal_of) if found.appeal_of else None,
            words=Facet.of(found.words),
            decision=PreparedDecision.of(found.decision) if found.decision else None,
        )


RequestAnswer = Annotated[RequestSaved | ProblemAnswer, strawberry.union("RequestAnswer")]
DecisionAnswer = Annotated[DecisionSaved | ProblemAnswer, strawberry.union("DecisionAnswer")]


@strawberry.type
class RightsMutations:
    @strawberry.mutation(description="Records what a resident asks by right.")
    async def exercise_right(self, info: Info, input: ExerciseRightInput) -> RequestAnswer:
        return await do(info, rights.exercise_right, input, RequestSaved.of)

    @strawberry.mutation(description="The resident takes back what was asked, or what was granted of it.")
    async def withdraw_right(self, info: Info, input: OfRequestInput) -> RequestAnswer:
        return await do(info, rights.withdraw_right, input, RequestSaved.of)

    @strawberry.mutation(description="A refusal is appealed within six weeks; others than before decide.")
    async def appeal_decision(self, info: Info, input: OfRequestInput) -> RequestAnswer:
        return await do(info, rights.appeal_decision, input, RequestSaved.of)

    @strawberry.mutation(description="Prepares a yes or a no; it is decided once the second person agrees.")
    async def decide_right(self, info: Info, input: DecideRightInput) -> DecisionAnswer:
        return await do(info, deciding.decide_right, input, DecisionSaved.of)

    @strawberry.mutation(
        description="Prepares the end of a restriction; it ends once the second person agrees."
    )
    async def lift_restriction(self, info: Info, input: LiftRestrictionInput) -> DecisionAnswer:
        return await do(info, deciding.lift_restriction, input, DecisionSaved.of)

    @strawberry.mutation(description="You, who were asked, confirm a decision or send it back.")
    async def confirm_decision(self, info: Info, input: ConfirmDecisionInput) -> DecisionAnswer:
        return await do(info, deciding.confirm_decision, input, DecisionSaved.of)


@strawberry.type
class RightsQueries:
    @strawberry.field(description="What residents asked, for the privacy officer; and what you decide along.")
    async def rights_asked(self, info: Info) -> list[AskedRight]:
        query = rights_asked.RightsAsked()
        found = await info.context.office.look(info.context.caller, rights_asked.rights_asked, query)
        return [AskedRight.of(one) for one in found]
