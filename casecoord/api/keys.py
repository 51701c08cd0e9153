"""Keys and erasure: what is erased with its certificate, and new keys that are asked for."""

from datetime import datetime
from typing import Annotated

import strawberry

from casecoord.actions import erasing, rotating
from casecoord.actions.rotating import Keys
from casecoord.api.context import Info
from casecoord.api.doing import do
from casecoord.api.ids import global_id, key_of
from casecoord.api.problems import ProblemAnswer
from casecoord.storage.destroying import Certificate

strawberry.enum(Keys, name="KeyKind", description="The key that wraps the others, or those that seal.")


@strawberry.input(description="The household of which two people granted an erasure.")
class EraseHouseholdInput:
    idempotency_key: str
    household: strawberry.ID

    def verb(self) -> erasing.EraseHousehold:
        return erasing.EraseHousehold(self.idempotency_key, key_of("Household", self.household, "household"))


@strawberry.type(
    description="What was erased: the household (`whole`), or so many `persons` of it. `openableUntil`: when the last "
    "backup expires that could still open it; null: none can."
)
class ErasureCertificate:
    id: strawberry.ID
    household: strawberry.ID
    whole: bool
    persons: int
    compartments: list[str]
    keys: int
    erased_at: datetime
    ground: str
    openable_until: datetime | None

    @classmethod
    def of(cls, found: Certificate) -> "ErasureCertificate":
        return cls(
            id=global_id("Erasure", found.id),
            household=global_id("Household", found.household),
            whole=found.whole,
            persons=found.persons,
            compartments=found.compartments,
            keys=found.keys,
            erased_at=found.erased_at,
            ground=found.ground,
            openable_until=found.openable_until,
        )


@strawberry.input(description="Which keys of the area to make anew.")
class RotateKeysInput:
    idempotency_key: str
    keys: list[Keys]

    def verb(self) -> rotating.RotateKeys:
        return rotating.RotateKeys(self.idempotency_key, tuple(self.keys))


@strawberry.type(description="It waits for `casecoord keys rotate`.")
class RotationAsked:
    keys: list[Keys]

    @classmethod
    def of(cls, found: rotating.RotationAsked) -> "RotationAsked":
        return cls(keys=found.keys)


EraseAnswer = Annotated[ErasureCertificate | ProblemAnswer, strawberry.union("EraseAnswer")]
RotateAnswer = Annotated[RotationAsked | ProblemAnswer, strawberry.union("RotateAnswer")]


@strawberry.type
class KeysMutations:
    @strawberry.mutation(description="The privacy officer erases what two people granted, with its keys.")
    async def erase_household(self, info: Info, input: EraseHouseholdInput) -> EraseAnswer:
        return await do(info, erasing.erase_household, input, ErasureCertificate.of)

    @strawberry.mutation(description="The administrator asks for new keys; nobody's work waits for it.")
    async def rotate_keys(self, info: Info, input: RotateKeysInput) -> RotateAnswer:
        return await do(info, rotating.rotate_keys, input, RotationAsked.of)
