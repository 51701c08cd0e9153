"""A family that refuses for now, as the API takes and answers it."""

from datetime import date
from typing import Annotated

import strawberry

from casecoord.actions import refusing
from casecoord.api.ids import global_id, key_of
from casecoord.api.problems import ProblemAnswer


@strawberry.input
class RecordRefusalInput:
    idempotency_key: str
    case: strawberry.ID
    reason: str
    review_on: date

    def verb(self) -> refusing.RecordRefusal:
        case = key_of("Case", self.case, "case")
        return refusing.RecordRefusal(self.idempotency_key, case, self.reason, self.review_on)


@strawberry.input
class OfRefusalInput:
    idempotency_key: str
    refusal: strawberry.ID

    def verb(self) -> refusing.OfRefusal:
        return refusing.OfRefusal(self.idempotency_key, key_of("Refusal", self.refusal, "refusal"))


@strawberry.type(
    description="A family that refuses for now; with a coordinator's word it waits for its review."
)
class RefusalSaved:
    id: strawberry.ID
    case: strawberry.ID
    confirmed: bool
    review_on: date
    ended: bool

    @classmethod
    def of(cls, found: refusing.RefusalBrief) -> "RefusalSaved":
        return cls(
            id=global_id("Refusal", found.id),
            case=global_id("Case", found.case),
            confirmed=found.confirmed,
            review_on=found.review_on,
            ended=found.ended,
        )


RefusalAnswer = Annotated[RefusalSaved | ProblemAnswer, strawberry.union("RefusalAnswer")]
