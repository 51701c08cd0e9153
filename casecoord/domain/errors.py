"""Every refusal a person can meet: a code for machines, a sentence in Dutch and English for people."""

from casecoord.domain.messages import MESSAGES
from casecoord.domain.words import Language

__all__ = ["MESSAGES", "Problem"]


class Problem(Exception):
    """A refusal in words: `code` of MESSAGES and, where one input is at fault, its `field` in camelCase.

    `hanging`: global ids of what stands in the way, of which the caller knows.
    """

    def __init__(self, code: str, field: str | None = None, hanging: tuple[str, ...] = ()) -> None:
        if code not in MESSAGES:
            raise KeyError(f"no message for problem {code}")
        super().__init__(code)
        self.code = code
        self.field = field
        self.hanging = hanging

    def message(self, language: Language) -> str:
        """The sentence for the caller."""
        dutch, english = MESSAGES[self.code]
        return dutch if language is Language.NL else english
