"""The closed vocabularies of `domain/words.py`, as the schema's enums. Import them from here in the schema's types."""

import strawberry

from casecoord.domain.words import Language, Purpose, Role, TeamKind

__all__ = ["Language", "Purpose", "Role", "TeamKind"]

for _word in (Language, Purpose, Role, TeamKind):
    strawberry.enum(_word)
