"""The rules that structural decisions left behind, found in every area; published, withdrawn or replaced where they were made."""

from datetime import datetime
from typing import Annotated, cast

import strawberry

from casecoord.actions import breakthroughs
from casecoord.api.context import Info
from casecoord.api.doing import do
from casecoord.api.enums import BlockadeKind, LifeDomain
from casecoord.api.ids import global_id, key_of
from casecoord.api.lists import Connection, connection
from casecoord.api.problems import ProblemAnswer


@strawberry.input(
    description="A rule in words of its own: every area reads it, so it names nobody. `applies`: when; `allowed`: what"
    " may be done then; `authority`: on whose."
)
class RuleInput:
    title: str
    applies: str
    allowed: str
    authority: str

    def value(self) -> breakthroughs.RuleWords:
        return breakthroughs.RuleWords(self.title, self.applies, self.allowed, self.authority)


@strawberry.input(description="Writes down the rule of a structural decision that you took.")
class PublishBreakthroughInput:
    idempotency_key: str
    blockade: strawberry.ID
    rule: RuleInput

    def verb(self) -> breakthroughs.PublishBreakthrough:
        key = key_of("Blockade", self.blockade, "blockade")
        return breakthroughs.PublishBreakthrough(self.idempotency_key, key, self.rule.value())


@strawberry.input(description="`replacement`: what holds instead.")
class WithdrawBreakthroughInput:
    idempotency_key: str
    rule: strawberry.ID
    reason: str
    replacement: RuleInput | None = None

    def verb(self) -> breakthroughs.WithdrawBreakthrough:
        return breakthroughs.WithdrawBreakthrough(
            self.idempotency_key,
            key_of("Breakthrough", self.rule, "rule"),
            self.reason,
            self.replacement.value() if self.replacement is not None else None,
        )


@strawberry.type(description="What is allowed from now on. `area`: the one that decided so.")
class Breakthrough:
    id: strawberry.ID
    area: str
    kind: BlockadeKind
    domain: LifeDomain
    title: str
    applies: str
    allowed: str
    authority: str
    published_at: datetime

    @classmethod
    def of(cls, found: breakthroughs.Rule) -> "Breakthrough":
        return cls(
            id=global_id("Breakthrough", found.id),
            area=found.area,
            kind=found.kind,
            domain=found.domain,
            title=found.title,
            applies=found.applies,
            allowed=found.allowed,
            authority=found.authority,
            published_at=found.published_at,
        )


@strawberry.type(description="`rule`: the one in force; null: it was withdrawn and nothing holds instead.")
class BreakthroughSaved:
    id: strawberry.ID
    rule: strawberry.ID | None

    @classmethod
    def of(cls, found: breakthroughs.RuleSaved) -> "BreakthroughSaved":
        rule = global_id("Breakthrough", found.rule) if found.rule else None
        return cls(id=global_id("Breakthrough", found.id), rule=rule)


BreakthroughAnswer = Annotated[BreakthroughSaved | ProblemAnswer, strawberry.union("BreakthroughAnswer")]


@strawberry.type
class BreakthroughMutations:
    @strawberry.mutation(description="Writes a structural decision down as a rule that every area finds.")
    async def publish_breakthrough(self, info: Info, input: PublishBreakthroughInput) -> BreakthroughAnswer:
        return await do(info, breakthroughs.publish_breakthrough, input, BreakthroughSaved.of)

    @strawberry.mutation(description="Takes a rule of your area back, or lets another hold instead.")
    async def withdraw_breakthrough(self, info: Info, input: WithdrawBreakthroughInput) -> BreakthroughAnswer:
        return await do(info, breakthroughs.withdraw_breakthrough, input, BreakthroughSaved.of)


@strawberry.type
class BreakthroughQueries:
    @strawberry.field(
        description="Rules in force, of every area, the newest first; `text`: with all these words."
    )
    async def breakthroughs(
        self,
        info: Info,
        kind: BlockadeKind | None = None,
        domain: LifeDomain | None = None,
        text: str | None = None,
        first: int | None = None,
        after: str | None = None,
    ) -> Connection[Breakthrough]:
        query = breakthroughs.BreakthroughsOf(kind, domain, text, first, after)
        found = await info.context.office.look(info.context.caller, breakthroughs.breakthroughs, query)
        return cast(Connection[Breakthrough], connection(found, Breakthrough.of))
