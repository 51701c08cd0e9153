"""A resident's rights: what is asked, and what two people decided."""

from datetime import date, datetime
from typing import Annotated

import strawberry

from casecoord.actions import rights, signals
from casecoord.api.enums import RequestKind, RequestState
from casecoord.api.ids import global_id, key_of
from casecoord.api.problems import ProblemAnswer
from casecoord.domain.errors import Problem


@strawberry.input(description="The resident by BSN and birth date; `receivedAt` defaults to now.")
class ExerciseRightInput:
    idempotency_key: str
    bsn: str
    birth_date: date
    kind: RequestKind
    identity_checked: bool
    words: str | None = None
    received_at: datetime | None = None

    def verb(self) -> rights.ExerciseRight:
        if self.received_at is not None and self.received_at.tzinfo is None:
            raise Problem("time_without_zone", "receivedAt")
        about = signals.ByBsn(self.bsn, self.birth_date)
        return rights.ExerciseRight(
            self.idempotency_key, about, self.kind, self.identity_checked, self.words, self.received_at
        )


@strawberry.input(description="`second`: who decides with you; `ground`: by which article; `decision`: why.")
class DecideRightInput:
    idempotency_key: str
    request: strawberry.ID
    grant: bool
    second: strawberry.ID
    decision: str
    ground: str | None = None

    def verb(self) -> rights.DecideRight:
        return rights.DecideRight(
            self.idempotency_key,
            key_of("Request", self.request, "request"),
            self.grant,
            self.ground,
            key_of("Professional", self.second, "second"),
            self.decision,
        )


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


RequestAnswer = Annotated[RequestSaved | ProblemAnswer, strawberry.union("RequestAnswer")]
