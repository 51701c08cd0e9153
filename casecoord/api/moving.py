"""Families that move and pass from team to team, or from area to area, as the schema shows them."""

from datetime import date, datetime
from typing import Annotated

import strawberry

from casecoord.actions import arriving, moving, transfers
from casecoord.api.enums import Destination, Sphere, TransferKind, TransferState
from casecoord.api.ids import global_id, key_of
from casecoord.api.problems import ProblemAnswer


@strawberry.input(description="`neighbourhood`: where the postcode is in none that is known.")
class AddressInput:
    street: str
    number: str
    postcode: str
    suffix: str = ""
    town: str = ""
    neighbourhood: str | None = None

    def told(self) -> moving.Address:
        return moving.Address(
            self.street, self.number, self.postcode, self.suffix, self.town, self.neighbourhood
        )


@strawberry.input(description="`address` for a move within the area; `to_area`: the code of another one.")
class RecordMoveInput:
    idempotency_key: str
    household: strawberry.ID
    to: Destination
    moved_on: date
    address: AddressInput | None = None
    secret: bool = False
    to_area: str | None = None

    def verb(self) -> moving.RecordMove:
        return moving.RecordMove(
            self.idempotency_key,
            key_of("Household", self.household, "household"),
            self.to,
            self.moved_on,
            self.address.told() if self.address else None,
            self.secret,
            self.to_area,
        )


@strawberry.input(description="`reason`: of a family that left the area, who took it over.")
class AcceptTransferInput:
    idempotency_key: str
    transfer: strawberry.ID
    reason: str | None = None

    def verb(self) -> transfers.AcceptTransfer:
        key = key_of("Transfer", self.transfer, "transfer")
        return transfers.AcceptTransfer(self.idempotency_key, key, self.reason)


@strawberry.input(description="`reason`: why not; `team`: who should, for the area's coordinator to say.")
class DeclineTransferInput:
    idempotency_key: str
    transfer: strawberry.ID
    reason: str | None = None
    team: strawberry.ID | None = None

    def verb(self) -> transfers.DeclineTransfer:
        key = key_of("Transfer", self.transfer, "transfer")
        team = key_of("Team", self.team, "team") if self.team else None
        return transfers.DeclineTransfer(self.idempotency_key, key, self.reason, team)


@strawberry.input
class AnswerMoveInput:
    idempotency_key: str
    offer: strawberry.ID
    reason: str | None = None

    def verb(self) -> arriving.AnswerMove:
        key = key_of("MoveOffer", self.offer, "offer")
        return arriving.AnswerMove(self.idempotency_key, key, self.reason)


@strawberry.type(description="What now waits for somebody's yes: in this area, and in the other one.")
class MoveRecorded:
    household: strawberry.ID
    transfers: list[strawberry.ID]
    offer: strawberry.ID | None
    merges_proposed: int

    @classmethod
    def of(cls, done: moving.MoveRecorded) -> "MoveRecorded":
        return cls(
            household=global_id("Household", done.household),
            transfers=[global_id("Transfer", one) for one in done.transfers],
            offer=global_id("MoveOffer", done.offer) if done.offer else None,
            merges_proposed=done.merges_proposed,
        )


@strawberry.type(description="`household`: told to who accepted; `next`: the hand-over that a refusal began.")
class TransferAnswered:
    transfer: strawberry.ID
    state: TransferState
    household: strawberry.ID | None
    next: strawberry.ID | None

    @classmethod
    def of(cls, done: transfers.TransferAnswered) -> "TransferAnswered":
        return cls(
            transfer=global_id("Transfer", done.transfer),
            state=done.state,
            household=global_id("Household", done.household) if done.household else None,
            next=global_id("Transfer", done.next) if done.next else None,
        )


@strawberry.type(description="`household`: the family's here, once accepted.")
class MoveAnswered:
    offer: strawberry.ID
    state: TransferState
    household: strawberry.ID | None
    case: strawberry.ID | None

    @classmethod
    def of(cls, done: arriving.MoveAnswered) -> "MoveAnswered":
        return cls(
            offer=global_id("MoveOffer", done.offer),
            state=done.state,
            household=global_id("Household", done.household) if done.household else None,
            case=global_id("Case", done.case) if done.case else None,
        )


@strawberry.type(
    description="A hand-over that waits for your team's yes; whose it is you see once it is yours."
)
class AwaitedTransfer:
    id: strawberry.ID
    kind: TransferKind
    sphere: Sphere
    departure: bool
    offered_at: datetime
    due_at: datetime
    from_team: str | None
    signals: int | None

    @classmethod
    def of(cls, found: transfers.AwaitedTransfer) -> "AwaitedTransfer":
        return cls(
            id=global_id("Transfer", found.id),
            kind=found.kind,
            sphere=found.sphere,
            departure=found.departure,
            offered_at=found.offered_at,
            due_at=found.due_at,
            from_team=found.from_team,
            signals=found.signals,
        )


@strawberry.type(description="A family that another area offers: the minimum, until you accept.")
class OfferedMove:
    id: strawberry.ID
    from_area: str
    neighbourhood: str | None
    persons: int
    children: int
    spheres: list[Sphere]
    moved_on: date
    expires_at: datetime

    @classmethod
    def of(cls, found: arriving.OfferedMove) -> "OfferedMove":
        return cls(
            id=global_id("MoveOffer", found.id),
            from_area=found.from_area,
            neighbourhood=found.neighbourhood,
            persons=found.persons,
            children=found.children,
            spheres=found.spheres,
            moved_on=found.moved_on,
            expires_at=found.expires_at,
        )


RecordMoveAnswer = Annotated[MoveRecorded | ProblemAnswer, strawberry.union("RecordMoveAnswer")]
TransferAnswer = Annotated[TransferAnswered | ProblemAnswer, strawberry.union("TransferAnswer")]
MoveAnswer = Annotated[MoveAnswered | ProblemAnswer, strawberry.union("MoveAnswer")]
