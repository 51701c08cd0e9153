"""Every refusal a person can meet: a code for machines, a sentence in Dutch and English for people."""

from dataclasses import dataclass

from casecoord.domain.messages import MESSAGES
from casecoord.domain.words import Language

__all__ = ["MESSAGES", "Problem", "Why"]


@dataclass(frozen=True, slots=True)
class Why:
    """The rule behind a refusal, in the caller's language: its sentence, what is not so, the ground, whom to ask."""

    rule: str
    reasons: tuple[str, ...]
    ground: str
    ask: str


class Problem(Exception):
    """A refusal in words: `code` of MESSAGES and, where one input is at fault, its `field` in camelCase.

    `hanging`: global ids of what stands in the way, of which the caller knows. `why`: where a rule refused.
    """

    def __init__(
        self,
        code: str,
        field: str | None = None,
        hanging: tuple[str, ...] = (),
        why: Why | None = None,
    ) -> None:
        if code not in MESSAGES:
            raise KeyError(f"no message for problem {code}")
        super().__init__(code)
        self.code = code
        self.field = field
        self.hanging = hanging
        self.why = why

    def message(self, language: Language) -> str:
        """The sentence for the caller."""
        dutch, english = MESSAGES[self.code]
        return dutch if language is Language.NL else english
