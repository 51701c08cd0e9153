"""A place of an alternative as the joint case view shows it, and the words of alternatives."""

from datetime import datetime

import strawberry

from casecoord.api.ids import global_id
from casecoord.domain import joint_view as view
from casecoord.domain.alternatives import (
    Fit,
    FollowStep,
    HearingWarning,
    NeededOf,
    OfferKind,
    PlacementState,
    PlaceOutcome,
    PreparationStep,
    PreparedBy,
    Released,
)

__all__ = [
    "Fit",
    "FollowStep",
    "HearingWarning",
    "NeededOf",
    "OfferKind",
    "PlaceOutcome",
    "Placement",
    "PlacementState",
    "PreparationStep",
    "PreparedBy",
    "Released",
]

for _word in (
    Fit, FollowStep, HearingWarning, NeededOf, OfferKind, PlaceOutcome, PlacementState, PreparationStep, PreparedBy,
    Released,
):  # fmt: skip
    strawberry.enum(_word)


@strawberry.type(description="A place of an alternative for a youth.")
class Placement:
    id: strawberry.ID
    person: strawberry.ID
    alternative: str
    kind: OfferKind
    provider: str
    state: PlacementState
    until: datetime | None = strawberry.field(description="Where it is only held.")
    step: FollowStep | None = strawberry.field(description="How it went last.")
    outcome: PlaceOutcome | None

    @classmethod
    def of(cls, found: view.PlacementView) -> "Placement":
        return cls(
            id=global_id("Placement", found.id),
            person=global_id("Person", found.person),
            alternative=found.alternative,
            kind=found.kind,
            provider=found.provider,
            state=found.state,
            until=found.until,
            step=found.step,
            outcome=found.outcome,
        )
