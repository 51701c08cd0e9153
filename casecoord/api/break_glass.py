"""Emergency access: a household by BSN or address, for a day, with a reason; and its review."""

from datetime import datetime
from typing import Annotated

import strawberry

from casecoord.actions import break_glass
from casecoord.api.ids import global_id, key_of
from casecoord.api.problems import ProblemAnswer
from casecoord.domain.errors import Problem


@strawberry.input(
    description="A household by `bsn`, or by `postcode` and `number`. `medical`: a GP, for a patient of the practice."
)
class BreakGlassInput:
    idempotency_key: str
    reason: str
    bsn: str | None = None
    postcode: str | None = None
    number: str | None = None
    medical: bool = False

    def verb(self) -> break_glass.BreakGlass:
        return break_glass.BreakGlass(self.idempotency_key, self._about(), self.reason, self.medical)

    def _about(self) -> break_glass.ByNumber | break_glass.ByAddress:
        if self.bsn is not None and self.postcode is None and self.number is None:
            return break_glass.ByNumber(self.bsn)
        if self.bsn is None and self.postcode is not None and self.number is not None:
            return break_glass.ByAddress(self.postcode, self.number)
        raise Problem("household_not_found", "bsn")


@strawberry.input(description="`finding`: what is to be said of it.")
class ReviewBreakGlassInput:
    idempotency_key: str
    grant: strawberry.ID
    finding: str

    def verb(self) -> break_glass.ReviewBreakGlass:
        key = key_of("BreakGlass", self.grant, "grant")
        return break_glass.ReviewBreakGlass(self.idempotency_key, key, self.finding)


@strawberry.type(description="Emergency access to a household, until when.")
class GlassBroken:
    id: strawberry.ID
    household: strawberry.ID
    until: datetime

    @classmethod
    def of(cls, found: break_glass.GlassBroken) -> "GlassBroken":
        household = global_id("Household", found.household)
        return cls(id=global_id("BreakGlass", found.id), household=household, until=found.until)


@strawberry.type
class GlassReviewed:
    id: strawberry.ID
    household: strawberry.ID

    @classmethod
    def of(cls, found: break_glass.GlassReviewed) -> "GlassReviewed":
        return cls(id=global_id("BreakGlass", found.id), household=global_id("Household", found.household))


BreakGlassAnswer = Annotated[GlassBroken | ProblemAnswer, strawberry.union("BreakGlassAnswer")]
ReviewAnswer = Annotated[GlassReviewed | ProblemAnswer, strawberry.union("ReviewAnswer")]
