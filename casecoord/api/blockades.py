"""What stops practice: raised in a case, ordered and decided by who can, or put on the alliance's agenda with homework."""

from datetime import date, datetime
from typing import Annotated, cast

import strawberry

from casecoord.actions import blockades, weighing
from casecoord.actions.addressing import Addressee
from casecoord.api.breakthroughs import Breakthrough, RuleInput
from casecoord.api.context import Info
from casecoord.api.doing import do
from casecoord.api.enums import BlockadeKind, BlockadeState, LifeDomain, Reach, Urgency
from casecoord.api.ids import global_id, key_of
from casecoord.api.lists import Connection, connection
from casecoord.api.opened import Homework
from casecoord.api.problems import ProblemAnswer
from casecoord.domain.workdays import local_date
from casecoord.paper import agenda


@strawberry.input(description="Who should do it: exactly one; `function` in plain words.")
class AddresseeInput:
    team: strawberry.ID | None = None
    organisation: strawberry.ID | None = None
    function: str | None = None

    def value(self, field: str) -> Addressee:
        return Addressee(
            None if self.team is None else key_of("Team", self.team, f"{field}.team"),
            None
            if self.organisation is None
            else key_of("Organisation", self.organisation, f"{field}.organisation"),
            self.function,
        )


@strawberry.input(
    description="`what` stops practice; `asked`: what `to` should do by `neededBy`; `action`: the one that cannot be"
    " done. Without `to` it is asked of who decides for the area; without `neededBy`, by when it has to be decided."
)
class RaiseBlockadeInput:
    idempotency_key: str
    case: strawberry.ID
    kind: BlockadeKind
    domain: LifeDomain
    what: str
    asked: str
    action: strawberry.ID | None = None
    to: AddresseeInput | None = None
    needed_by: date | None = None
    urgency: Urgency = Urgency.NORMAL

    def verb(self) -> blockades.RaiseBlockade:
        return blockades.RaiseBlockade(
            self.idempotency_key,
            key_of("Case", self.case, "case"),
            self.kind,
            self.domain,
            self.what,
            self.asked,
            key_of("Action", self.action, "action") if self.action is not None else None,
            self.to.value("to") if self.to is not None else None,
            self.needed_by,
            self.urgency,
        )


@strawberry.input(description="What a partner of the alliance does, by when. Others read it: name nobody.")
class HomeworkInput:
    to: AddresseeInput
    what: str
    needed_by: date

    def value(self) -> blockades.GiveHomework:
        return blockades.GiveHomework(self.to.value("homework.to"), self.what, self.needed_by)


@strawberry.input(
    description="A decision with its reason, its reach and the authority it rests on (`mandate`); or `onAgenda`: the"
    " alliance's agenda, with homework. `also`: blockades that are alike, decided by the same word. `rule`: what a"
    " structural decision becomes, for every area to read."
)
class DecideBlockadeInput:
    idempotency_key: str
    blockade: strawberry.ID
    decision: str | None = None
    reach: Reach | None = None
    on_agenda: bool = False
    mandate: str | None = None
    rule: RuleInput | None = None
    also: list[strawberry.ID] | None = None
    homework: list[HomeworkInput] | None = None

    def verb(self) -> blockades.DecideBlockade:
        return blockades.DecideBlockade(
            self.idempotency_key,
            key_of("Blockade", self.blockade, "blockade"),
            self.decision,
            self.reach,
            self.on_agenda,
            self.mandate,
            self.rule.value() if self.rule is not None else None,
            tuple(key_of("Blockade", one, "also") for one in self.also or ()),
            tuple(one.value() for one in self.homework or ()),
        )


@strawberry.input(description="What comes first, in order; the others follow by weight. None: all by weight.")
class OrderBlockadesInput:
    idempotency_key: str
    blockades: list[strawberry.ID]

    def verb(self) -> weighing.OrderBlockades:
        keys = tuple(key_of("Blockade", one, "blockades") for one in self.blockades)
        return weighing.OrderBlockades(self.idempotency_key, keys)


@strawberry.input(description="`done` false: it is not done after all.")
class CompleteHomeworkInput:
    idempotency_key: str
    homework: strawberry.ID
    done: bool = True

    def verb(self) -> weighing.CompleteHomework:
        key = key_of("Homework", self.homework, "homework")
        return weighing.CompleteHomework(self.idempotency_key, key, self.done)


@strawberry.type
class BlockadeSaved:
    id: strawberry.ID
    case: strawberry.ID
    state: BlockadeState
    reach: Reach | None
    also: list[strawberry.ID] = strawberry.field(description="What was decided by the same word.")
    rule: strawberry.ID | None = strawberry.field(
        description="The rule that it became; of a structural decision without one, write it down."
    )
    rules: list[Breakthrough] = strawberry.field(
        description="Rules in force, of any area, that may open it already."
    )
    case_closed: bool = strawberry.field(description="The case ended meanwhile; what was decided stands.")

    @classmethod
    def of(cls, found: blockades.BlockadeBrief) -> "BlockadeSaved":
        return cls(
            id=global_id("Blockade", found.id),
            case=global_id("Case", found.case),
            state=found.state,
            reach=found.reach,
            also=[global_id("Blockade", one) for one in found.also],
            rule=global_id("Breakthrough", found.rule) if found.rule else None,
            rules=[Breakthrough.of(one) for one in found.rules],
            case_closed=found.case_closed,
        )


@strawberry.type(description="A blockade that waits for a decision.")
class WaitingBlockade:
    id: strawberry.ID
    household: strawberry.ID
    kind: BlockadeKind
    domain: LifeDomain
    what: str | None = strawberry.field(description="Null while somebody's objection is undecided.")
    asked: str | None
    addressee: str = strawberry.field(description="Who should do what is asked.")
    needed_by: date | None
    state: BlockadeState
    raised_at: datetime
    due_at: datetime
    days: int = strawberry.field(description="For how many days it has waited.")
    families: int = strawberry.field(description="How many wait on one of this kind in this life domain.")
    urgency: Urgency = strawberry.field(description="For this family, as who raised it says.")
    gaps: int = strawberry.field(description="The broken promises in this family that you may see.")
    place: int | None = strawberry.field(description="Where you put it by hand.")
    homework: list[Homework]

    @classmethod
    def of(cls, found: weighing.Waiting) -> "WaitingBlockade":
        return cls(
            id=global_id("Blockade", found.id),
            household=global_id("Household", found.household),
            kind=found.kind,
            domain=found.domain,
            what=found.what,
            asked=found.asked,
            addressee=found.addressee,
            needed_by=found.needed_by,
            state=found.state,
            raised_at=found.raised_at,
            due_at=found.due_at,
            days=found.days,
            families=found.families,
            urgency=found.urgency,
            gaps=found.gaps,
            place=found.place,
            homework=[Homework.of(one) for one in found.homework],
        )


@strawberry.type(
    description="Blockades that one word may decide: of one kind, asked of the same, in like words."
)
class SimilarBlockades:
    blockades: list[WaitingBlockade]


@strawberry.type(description="A blockade before the alliance, without the family that waits.")
class AllianceItem:
    id: strawberry.ID
    kind: BlockadeKind
    domain: LifeDomain
    due_at: datetime
    families: int
    homework: list[Homework]

    @classmethod
    def of(cls, found: weighing.Waiting) -> "AllianceItem":
        return cls(
            id=global_id("Blockade", found.id),
            kind=found.kind,
            domain=found.domain,
            due_at=found.due_at,
            families=found.families,
            homework=[Homework.of(one) for one in found.homework],
        )


@strawberry.type(
    description="What waits for the alliance. `text`: the same, to hand out; it names no family."
)
class AllianceAgenda:
    items: list[AllianceItem]
    text: str

    @classmethod
    def of(cls, found: weighing.Agenda) -> "AllianceAgenda":
        items = [
            agenda.Item(
                one.kind,
                one.domain,
                one.families,
                local_date(one.due_at),
                [agenda.Work(w.addressee, w.what, w.needed_by, w.done_at is not None) for w in one.homework],
            )
            for one in found.items
        ]
        return cls(
            items=[AllianceItem.of(one) for one in found.items],
            text=agenda.agenda_text(items, found.day, found.language),
        )


@strawberry.type
class OrderSaved:
    blockades: list[strawberry.ID]

    @classmethod
    def of(cls, found: weighing.Ordered) -> "OrderSaved":
        return cls(blockades=[global_id("Blockade", one) for one in found.blockades])


@strawberry.type
class HomeworkSaved:
    id: strawberry.ID
    blockade: strawberry.ID
    done: bool

    @classmethod
    def of(cls, found: weighing.HomeworkSaved) -> "HomeworkSaved":
        return cls(
            id=global_id("Homework", found.id),
            blockade=global_id("Blockade", found.blockade),
            done=found.done,
        )


BlockadeAnswer = Annotated[BlockadeSaved | ProblemAnswer, strawberry.union("BlockadeAnswer")]
OrderAnswer = Annotated[OrderSaved | ProblemAnswer, strawberry.union("OrderAnswer")]
HomeworkAnswer = Annotated[HomeworkSaved | ProblemAnswer, strawberry.union("HomeworkAnswer")]


@strawberry.type
class BlockadeMutations:
    @strawberry.mutation(description="What stops practice goes to somebody who can decide.")
    async def raise_blockade(self, info: Info, input: RaiseBlockadeInput) -> BlockadeAnswer:
        return await do(info, blockades.raise_blockade, input, BlockadeSaved.of)

    @strawberry.mutation(description="Decides a blockade, or puts it on the alliance's agenda.")
    async def decide_blockade(self, info: Info, input: DecideBlockadeInput) -> BlockadeAnswer:
        return await do(info, blockades.decide_blockade, input, BlockadeSaved.of)

    @strawberry.mutation(description="What comes first of what waits for your decision.")
    async def order_blockades(self, info: Info, input: OrderBlockadesInput) -> OrderAnswer:
        return await do(info, weighing.order_blockades, input, OrderSaved.of)

    @strawberry.mutation(description="A partner of the alliance did what was asked.")
    async def complete_homework(self, info: Info, input: CompleteHomeworkInput) -> HomeworkAnswer:
        return await do(info, weighing.complete_homework, input, HomeworkSaved.of)


@strawberry.type
class BlockadeQueries:
    @strawberry.field(description="Undecided blockades by weight, for who can decide.")
    async def blockades(
        self, info: Info, first: int | None = None, after: str | None = None
    ) -> Connection[WaitingBlockade]:
        query = weighing.BlockadesOf(first, after)
        found = await info.context.office.look(info.context.caller, weighing.blockades, query)
        return cast(Connection[WaitingBlockade], connection(found, WaitingBlockade.of))

    @strawberry.field(description="Blockades that one word may decide, for who can.")
    async def similar_blockades(self, info: Info) -> list[SimilarBlockades]:
        query = weighing.SimilarOf()
        found = await info.context.office.look(info.context.caller, weighing.similar_blockades, query)
        return [SimilarBlockades(blockades=[WaitingBlockade.of(one) for one in group]) for group in found]

    @strawberry.field(description="What the alliance was asked, and who does what by when.")
    async def alliance_agenda(self, info: Info) -> AllianceAgenda:
        query = weighing.AgendaOf()
        found = await info.context.office.look(info.context.caller, weighing.alliance_agenda, query)
        return AllianceAgenda.of(found)
