"""The inbox as the schema shows it."""

from datetime import datetime
from typing import Annotated, cast

import strawberry

from casecoord.actions import notices as actions
from casecoord.api.enums import NoticeKind
from casecoord.api.ids import global_id, key_of
from casecoord.api.lists import Connection, connection
from casecoord.api.problems import ProblemAnswer

#: The type of what a notice of this kind is about.
_ABOUT = {
    NoticeKind.SIGNAL: "Signal",
    NoticeKind.ACUTE_SIGNAL: "Signal",
    NoticeKind.PROPOSAL: "Proposal",
    NoticeKind.HAND_OVER: "Proposal",
    NoticeKind.APPOINTMENT: "Proposal",
    NoticeKind.ANSWER: "Proposal",
    NoticeKind.INVITATION: "Invitation",
    NoticeKind.INVITATION_ANSWER: "Invitation",
    NoticeKind.OBJECTION: "Proposal",
    NoticeKind.HEARING: "Hearing",
    NoticeKind.BREAK_GLASS: "BreakGlass",
    NoticeKind.BLOCKADE: "Blockade",
    NoticeKind.BLOCKADE_DEFERRED: "Blockade",
    NoticeKind.BLOCKADE_DECIDED: "Blockade",
    NoticeKind.ACTION: "Action",
    NoticeKind.PASSED_ON: "Promise",
    NoticeKind.TRANSFER: "Transfer",
    NoticeKind.TRANSFER_ANSWER: "Transfer",
    NoticeKind.SIGNAL_LAPSED: "Signal",
    NoticeKind.MOVE_OFFER: "MoveOffer",
    NoticeKind.MOVE_ANSWER: "MoveOffer",
    NoticeKind.PLACE_HELD: "Placement",
    NoticeKind.PLACE_OVER: "Placement",
    NoticeKind.PLACE_CONFIRMED: "Placement",
    NoticeKind.PLACE_LAPSED: "Placement",
}


@strawberry.type(
    description="What you were told: that something happened, and where; never what a family said."
)
class Notice:
    id: strawberry.ID
    kind: NoticeKind
    at: datetime
    urgent: bool
    read: bool
    waits: bool = strawberry.field(description="Somebody still has to act on it.")
    about: strawberry.ID | None = strawberry.field(description="The signal, proposal, invitation or action.")
    household: strawberry.ID | None
    case: strawberry.ID | None

    @classmethod
    def of(cls, told: actions.Told) -> "Notice":
        about = _ABOUT.get(told.kind)
        return cls(
            id=global_id("Notice", told.id),
            kind=told.kind,
            at=told.at,
            urgent=told.urgent,
            read=told.read,
            waits=told.waits,
            about=global_id(about, told.about) if about else None,
            household=global_id("Household", told.household) if told.household else None,
            case=global_id("Case", told.case) if told.case else None,
        )


@strawberry.type(description="A promise whose next step is yours: its rule, the gap it becomes, and when.")
class Awaited:
    id: strawberry.ID
    rule: str
    name: str
    due_at: datetime
    household: strawberry.ID | None
    case: strawberry.ID | None

    @classmethod
    def of(cls, found: actions.Awaited) -> "Awaited":
        return cls(
            id=global_id("Promise", found.id),
            rule=found.rule,
            name=found.name,
            due_at=found.due_at,
            household=global_id("Household", found.household) if found.household else None,
            case=global_id("Case", found.case) if found.case else None,
        )


@strawberry.type(description="What waits for you, soonest first, and what you were told, newest first.")
class Inbox:
    waiting: list[Awaited]
    notices: Connection[Notice]

    @classmethod
    def of(cls, found: actions.Inbox) -> "Inbox":
        return cls(
            waiting=[Awaited.of(one) for one in found.waiting],
            notices=cast(Connection[Notice], connection(found.notices, Notice.of)),
        )


@strawberry.input
class MarkReadInput:
    idempotency_key: str
    notices: list[strawberry.ID]

    def verb(self) -> actions.MarkRead:
        ids = tuple(key_of("Notice", one, "notices") for one in self.notices)
        return actions.MarkRead(self.idempotency_key, ids)


@strawberry.type
class MarkedRead:
    notices: list[strawberry.ID]

    @classmethod
    def of(cls, done: actions.MarkedRead) -> "MarkedRead":
        return cls(notices=[global_id("Notice", one) for one in done.notices])


MarkReadAnswer = Annotated[MarkedRead | ProblemAnswer, strawberry.union("MarkReadAnswer")]
