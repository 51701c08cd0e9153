"""What the mandate lets a lead spend without asking, and what goes over it."""

from datetime import date
from typing import Annotated

import strawberry

from casecoord.actions import spending
from casecoord.api.blockades import AddresseeInput
from casecoord.api.breakthroughs import Breakthrough
from casecoord.api.context import Info
from casecoord.api.doing import do
from casecoord.api.enums import LifeDomain
from casecoord.api.ids import global_id, key_of
from casecoord.api.problems import ProblemAnswer


@strawberry.input(
    description="What is asked of whom where it goes over the amount, as a blockade about money."
)
class OrRaiseInput:
    asked: str
    to: AddresseeInput | None = None
    needed_by: date | None = None

    def value(self) -> spending.OrRaise:
        to = self.to.value("orRaise.to") if self.to is not None else None
        return spending.OrRaise(self.asked, to, self.needed_by)


@strawberry.input(
    description="`amount`: in cents. `changed`: what it changed, which can be told later. `spentOn`: today where it is"
    " missing. `orRaise`: over the amount it becomes a blockade in the same step."
)
class SpendInput:
    idempotency_key: str
    case: strawberry.ID
    amount: int
    purpose: str
    domain: LifeDomain
    changed: str | None = None
    spent_on: date | None = None
    or_raise: OrRaiseInput | None = None

    def verb(self) -> spending.SpendMoney:
        return spending.SpendMoney(
            self.idempotency_key,
            key_of("Case", self.case, "case"),
            self.amount,
            self.purpose,
            self.domain,
            self.changed,
            self.spent_on,
            self.or_raise.value() if self.or_raise is not None else None,
        )


@strawberry.input
class RecordSpendResultInput:
    idempotency_key: str
    spend: strawberry.ID
    changed: str

    def verb(self) -> spending.RecordSpendResult:
        key = key_of("Spend", self.spend, "spend")
        return spending.RecordSpendResult(self.idempotency_key, key, self.changed)


@strawberry.input
class CancelSpendInput:
    idempotency_key: str
    spend: strawberry.ID
    reason: str

    def verb(self) -> spending.CancelSpend:
        return spending.CancelSpend(self.idempotency_key, key_of("Spend", self.spend, "spend"), self.reason)


@strawberry.type(description="A spend; or, over the amount, the blockade that it became. Amounts in cents.")
class SpendSaved:
    case: strawberry.ID
    spend: strawberry.ID | None
    blockade: strawberry.ID | None
    left: int = strawberry.field(description="Of the amount for this family in that calendar year.")
    cancelled: bool
    rules: list[Breakthrough] = strawberry.field(description="Rules in force that may open the blockade.")

    @classmethod
    def of(cls, found: spending.SpendBrief) -> "SpendSaved":
        return cls(
            case=global_id("Case", found.case),
            spend=global_id("Spend", found.spend) if found.spend else None,
            blockade=global_id("Blockade", found.blockade) if found.blockade else None,
            left=found.left,
            cancelled=found.cancelled,
            rules=[Breakthrough.of(one) for one in found.rules],
        )


SpendAnswer = Annotated[SpendSaved | ProblemAnswer, strawberry.union("SpendAnswer")]


@strawberry.type
class SpendMutations:
    @strawberry.mutation(description="The lead spends for a family, within the area's amount for a year.")
    async def spend(self, info: Info, input: SpendInput) -> SpendAnswer:
        return await do(info, spending.spend, input, SpendSaved.of)

    @strawberry.mutation(description="What a spend changed.")
    async def record_spend_result(self, info: Info, input: RecordSpendResultInput) -> SpendAnswer:
        return await do(info, spending.record_spend_result, input, SpendSaved.of)

    @strawberry.mutation(description="It was not spent after all, or not so.")
    async def cancel_spend(self, info: Info, input: CancelSpendInput) -> SpendAnswer:
        return await do(info, spending.cancel_spend, input, SpendSaved.of)
