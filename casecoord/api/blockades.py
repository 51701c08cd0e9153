"""What stops practice: raised in a case, decided or put on the alliance's agenda by who can."""

from datetime import datetime
from typing import Annotated

import strawberry

from casecoord.actions import blockades
from casecoord.api.enums import BlockadeKind, BlockadeState, LifeDomain, Reach
from casecoord.api.ids import global_id, key_of
from casecoord.api.problems import ProblemAnswer


@strawberry.input(
    description="`what` stops practice; `asked`: who should do what, by when; `action`: the one that cannot be done."
)
class RaiseBlockadeInput:
    idempotency_key: str
    case: strawberry.ID
    kind: BlockadeKind
    domain: LifeDomain
    what: str
    asked: str
    action: strawberry.ID | None = None

    def verb(self) -> blockades.RaiseBlockade:
        return blockades.RaiseBlockade(
            self.idempotency_key,
            key_of("Case", self.case, "case"),
            self.kind,
            self.domain,
            self.what,
            self.asked,
            key_of("Action", self.action, "action") if self.action is not None else None,
        )


@strawberry.input(description="A decision with its reason and reach; or `onAgenda`: the alliance's agenda.")
class DecideBlockadeInput:
    idempotency_key: str
    blockade: strawberry.ID
    decision: str | None = None
    reach: Reach | None = None
    on_agenda: bool = False

    def verb(self) -> blockades.DecideBlockade:
        key = key_of("Blockade", self.blockade, "blockade")
        return blockades.DecideBlockade(self.idempotency_key, key, self.decision, self.reach, self.on_agenda)


@strawberry.type
class BlockadeSaved:
    id: strawberry.ID
    case: strawberry.ID
    state: BlockadeState
    reach: Reach | None

    @classmethod
    def of(cls, found: blockades.BlockadeBrief) -> "BlockadeSaved":
        return cls(
            id=global_id("Blockade", found.id),
            case=global_id("Case", found.case),
            state=found.state,
            reach=found.reach,
        )


@strawberry.type(description="A blockade that waits for a decision.")
class WaitingBlockade:
    id: strawberry.ID
    household: strawberry.ID
    kind: BlockadeKind
    domain: LifeDomain
    what: str | None = strawberry.field(description="Null while somebody's objection is undecided.")
    asked: str | None
    state: BlockadeState
    raised_at: datetime
    due_at: datetime
    families: int = strawberry.field(description="How many wait on one of this kind in this life domain.")
    gaps: int = strawberry.field(description="The broken promises in this family that you may see.")

    @classmethod
    def of(cls, found: blockades.Waiting) -> "WaitingBlockade":
        return cls(
            id=global_id("Blockade", found.id),
            household=global_id("Household", found.household),
            kind=found.kind,
            domain=found.domain,
            what=found.what,
            asked=found.asked,
            state=found.state,
            raised_at=found.raised_at,
            due_at=found.due_at,
            families=found.families,
            gaps=found.gaps,
        )


BlockadeAnswer = Annotated[BlockadeSaved | ProblemAnswer, strawberry.union("BlockadeAnswer")]
