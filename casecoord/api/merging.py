"""A person who could not be matched for certain, beside the household it may belong to: a coordinator's word."""

from datetime import datetime
from typing import Annotated

import strawberry

from casecoord.actions import matching
from casecoord.api.ids import global_id, key_of
from casecoord.api.joint_case import Facet
from casecoord.api.problems import ProblemAnswer


@strawberry.type
class KnownPerson:
    name: Facet[str] | None
    age: Facet[int] | None


@strawberry.type(description="One of the two households.")
class MergeSide:
    household: strawberry.ID
    persons: list[KnownPerson]
    address: Facet[str] | None

    @classmethod
    def of(cls, found: matching.MatchSide) -> "MergeSide":
        return cls(
            household=global_id("Household", found.household),
            persons=[KnownPerson(name=Facet.of(p.name), age=Facet.of(p.age)) for p in found.persons],
            address=Facet.of(found.address),
        )


@strawberry.type(
    description="Two households that may be one; neither shows in the other before a coordinator's word."
)
class MergeProposal:
    id: strawberry.ID
    reason: str
    proposed_at: datetime
    beside: MergeSide
    main: MergeSide

    @classmethod
    def of(cls, found: matching.MatchProposal) -> "MergeProposal":
        return cls(
            id=global_id("MergeProposal", found.id),
            reason=found.reason,
            proposed_at=found.proposed_at,
            beside=MergeSide.of(found.beside),
            main=MergeSide.of(found.main),
        )


@strawberry.input(description="`accept`: they are one; otherwise they stay two.")
class ConfirmMergeInput:
    idempotency_key: str
    proposal: strawberry.ID
    accept: bool

    def verb(self) -> matching.ConfirmMatch:
        key = key_of("MergeProposal", self.proposal, "proposal")
        return matching.ConfirmMatch(self.idempotency_key, key, self.accept)


@strawberry.type
class MergeDecided:
    proposal: strawberry.ID
    household: strawberry.ID
    accepted: bool

    @classmethod
    def of(cls, found: matching.MatchDecided) -> "MergeDecided":
        return cls(
            proposal=global_id("MergeProposal", found.proposal),
            household=global_id("Household", found.household),
            accepted=found.accepted,
        )


MergeAnswer = Annotated[MergeDecided | ProblemAnswer, strawberry.union("MergeAnswer")]
