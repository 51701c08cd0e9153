"""What a case shows of what opens it: homework of the alliance, and what its lead spent."""

from datetime import date, datetime

import strawberry

from casecoord.api.enums import LifeDomain
from casecoord.api.ids import global_id
from casecoord.domain import joint_view as view


@strawberry.type(description="What a partner of the alliance does about a blockade.")
class Homework:
    id: strawberry.ID
    addressee: str
    what: str | None
    needed_by: date
    done_at: datetime | None

    @classmethod
    def of(cls, found: view.HomeworkView) -> "Homework":
        return cls(
            id=global_id("Homework", found.id),
            addressee=found.addressee,
            what=found.what,
            needed_by=found.needed_by,
            done_at=found.done_at,
        )


@strawberry.type(description="What the lead spent, in cents, and what it changed.")
class Spend:
    id: strawberry.ID
    domain: LifeDomain
    amount: int
    purpose: str
    changed: str | None
    spent_on: date
    cancelled: bool
    reason: str | None = strawberry.field(description="Why it was taken back.")

    @classmethod
    def of(cls, found: view.SpendView) -> "Spend":
        return cls(
            id=global_id("Spend", found.id),
            domain=found.domain,
            amount=found.amount,
            purpose=found.purpose,
            changed=found.changed,
            spent_on=found.spent_on,
            cancelled=found.cancelled,
            reason=found.reason,
        )
