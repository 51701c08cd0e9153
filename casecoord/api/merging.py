"""Households that may be one, become one, are two after all, or split: the area's coordinator's word."""

from datetime import datetime
from typing import Annotated

import strawberry

from casecoord.actions import merge_proposals, merging, splitting
from casecoord.api.enums import HouseholdPart, MergeReason
from casecoord.api.ids import global_id, key_of
from casecoord.api.joint_case import Facet
from casecoord.api.problems import ProblemAnswer


@strawberry.type
class KnownPerson:
    name: Facet[str] | None
    age: Facet[int] | None


@strawberry.type(description="One of the two households; `caseLed`: whether somebody leads its open case.")
class MergeSide:
    household: strawberry.ID
    persons: list[KnownPerson]
    address: Facet[str] | None
    case: strawberry.ID | None
    case_led: bool

    @classmethod
    def of(cls, found: merge_proposals.MergeSide) -> "MergeSide":
        return cls(
            household=global_id("Household", found.household),
            persons=[KnownPerson(name=Facet.of(p.name), age=Facet.of(p.age)) for p in found.persons],
            address=Facet.of(found.address),
            case=global_id("Case", found.case) if found.case else None,
            case_led=found.case_led,
        )


@strawberry.type(
    description="Two households that may be one; neither shows in the other before a coordinator's word."
)
class MergeProposal:
    id: strawberry.ID
    reasons: list[MergeReason]
    score: int
    proposed_at: datetime
    beside: MergeSide
    main: MergeSide

    @classmethod
    def of(cls, found: merge_proposals.MergeProposal) -> "MergeProposal":
        return cls(
            id=global_id("MergeProposal", found.id),
            reasons=found.reasons,
            score=found.score,
            proposed_at=found.proposed_at,
            beside=MergeSide.of(found.beside),
            main=MergeSide.of(found.main),
        )


@strawberry.input(description="`other` would come to `household`.")
class ProposeMergeInput:
    idempotency_key: str
    household: strawberry.ID
    other: strawberry.ID

    def verb(self) -> merging.ProposeMerge:
        return merging.ProposeMerge(
            self.idempotency_key,
            key_of("Household", self.household, "household"),
            key_of("Household", self.other, "other"),
        )


@strawberry.input(
    description="`accept`: they are one; otherwise they stay two. `keepCase`: of two led cases, the one that goes on."
)
class ConfirmMergeInput:
    idempotency_key: str
    proposal: strawberry.ID
    accept: bool
    keep_case: strawberry.ID | None = None

    def verb(self) -> merging.ConfirmMerge:
        return merging.ConfirmMerge(
            self.idempotency_key,
            key_of("MergeProposal", self.proposal, "proposal"),
            self.accept,
            key_of("Case", self.keep_case, "keepCase") if self.keep_case else None,
        )


@strawberry.input
class UndoMergeInput:
    idempotency_key: str
    merge: strawberry.ID

    def verb(self) -> merging.UndoMerge:
        return merging.UndoMerge(self.idempotency_key, key_of("Merge", self.merge, "merge"))


@strawberry.input(description="A signal about the whole household, and the part that it goes with.")
class SignalGoesInput:
    signal: strawberry.ID
    part: HouseholdPart

    def goes(self) -> splitting.SignalGoes:
        return splitting.SignalGoes(key_of("Signal", self.signal, "signals"), self.part)


@strawberry.input(
    description="`persons` leave, with the signals about them; `caseWith`: the part with which an open case stays."
)
class SplitHouseholdInput:
    idempotency_key: str
    household: strawberry.ID
    persons: list[strawberry.ID]
    signals: list[SignalGoesInput] | None = None
    case_with: HouseholdPart | None = None
    neighbourhood: str | None = None
    address: str | None = None
    postcode: str | None = None
    number: str | None = None
    secret_address: bool = False

    def verb(self) -> splitting.SplitHousehold:
        return splitting.SplitHousehold(
            self.idempotency_key,
            key_of("Household", self.household, "household"),
            tuple(key_of("Person", person, "persons") for person in self.persons),
            tuple(one.goes() for one in self.signals or ()),
            self.case_with,
            self.neighbourhood,
            self.address,
            self.postcode,
            self.number,
            self.secret_address,
        )


@strawberry.type
class MergeProposed:
    proposal: strawberry.ID

    @classmethod
    def of(cls, found: merging.MergeProposed) -> "MergeProposed":
        return cls(proposal=global_id("MergeProposal", found.proposal))


@strawberry.type(description="`merge` is what another coordinator can undo.")
class MergeDecided:
    proposal: strawberry.ID
    household: strawberry.ID
    accepted: bool
    merge: strawberry.ID | None

    @classmethod
    def of(cls, found: merging.MergeDecided) -> "MergeDecided":
        return cls(
            proposal=global_id("MergeProposal", found.proposal),
            household=global_id("Household", found.household),
            accepted=found.accepted,
            merge=global_id("Merge", found.merge) if found.merge else None,
        )


@strawberry.type
class MergeUndone:
    merge: strawberry.ID
    household: strawberry.ID
    returned: strawberry.ID

    @classmethod
    def of(cls, found: merging.MergeUndone) -> "MergeUndone":
        return cls(
            merge=global_id("Merge", found.merge),
            household=global_id("Household", found.household),
            returned=global_id("Household", found.returned),
        )


@strawberry.type(description="`household` is the part that stayed, `part` the new one.")
class HouseholdSplit:
    household: strawberry.ID
    part: strawberry.ID
    cases: list[strawberry.ID]

    @classmethod
    def of(cls, found: splitting.HouseholdSplit) -> "HouseholdSplit":
        return cls(
            household=global_id("Household", found.household),
            part=global_id("Household", found.part),
            cases=[global_id("Case", case) for case in found.cases],
        )


MergeProposedAnswer = Annotated[MergeProposed | ProblemAnswer, strawberry.union("MergeProposedAnswer")]
MergeAnswer = Annotated[MergeDecided | ProblemAnswer, strawberry.union("MergeAnswer")]
MergeUndoneAnswer = Annotated[MergeUndone | ProblemAnswer, strawberry.union("MergeUndoneAnswer")]
SplitAnswer = Annotated[HouseholdSplit | ProblemAnswer, strawberry.union("SplitAnswer")]
