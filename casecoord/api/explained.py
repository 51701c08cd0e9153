"""The type `Explanation`."""

import strawberry

from casecoord.actions.explaining import Explained
from casecoord.api.enums import Shown


@strawberry.type(description="Why you may see a facet, or may not.")
class Explanation:
    facet: str
    shown: Shown
    words: str
    rules: list[str] = strawberry.field(description="The rules that decided, each with its sentence.")
    reasons: list[str] = strawberry.field(description="What stands in the way of more.")
    ground: str
    ask: str = strawberry.field(description="Whom to ask; empty for nobody.")

    @classmethod
    def of(cls, found: Explained) -> "Explanation":
        return cls(
            facet=found.facet,
            shown=found.shown,
            words=found.words,
            rules=found.rules,
            reasons=found.reasons,
            ground=found.ground,
            ask=found.ask,
        )
