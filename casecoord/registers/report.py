"""What became of each row of an import: read = created + changed + unchanged + outside + refused."""

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum

from casecoord.domain.words import Language
from casecoord.registers.reasons import row_reason

_POSITIONS_IN_TEXT = 10


class Outcome(StrEnum):
    CREATED = "created"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    OUTSIDE = "outside"
    REFUSED = "refused"


class Extra(StrEnum):
    """What else followed from the rows."""

    HOUSEHOLDS_FOUNDED = "households_founded"
    HOUSEHOLDS_ENDED = "households_ended"
    MOVES = "moves"
    MERGES_PROPOSED = "merges_proposed"
    HAND_OVERS = "hand_overs"
    LAPSED = "lapsed"


_EXTRAS = {
    Extra.HOUSEHOLDS_FOUNDED: ("nieuwe huishoudens", "new households"),
    Extra.HOUSEHOLDS_ENDED: ("beëindigde huishoudens", "ended households"),
    Extra.MOVES: ("verhuizingen", "moves"),
    Extra.MERGES_PROPOSED: ("voorstellen om samen te voegen", "proposals to merge"),
    Extra.HAND_OVERS: ("overdrachten die op een antwoord wachten", "hand-overs that wait for an answer"),
    Extra.LAPSED: ("signalen en casussen vervallen door overlijden", "signals and cases that a death ended"),
}

_LABELS = {
    Outcome.CREATED: ("nieuw", "created"),
    Outcome.CHANGED: ("gewijzigd", "changed"),
    Outcome.UNCHANGED: ("ongewijzigd", "unchanged"),
    Outcome.OUTSIDE: ("buiten het gebied", "outside the area"),
    Outcome.REFUSED: ("geweigerd", "refused"),
}


class Unaccounted(Exception):
    """A row has no outcome, or two: the import is wrong, and says so."""


@dataclass
class Report:
    """Counts with reasons and the positions of their rows, never what a row holds.

    `read` is counted where the file is read and the outcomes where rows are written, so that the sum of
    one checks the other. `extra` counts what else followed (households, moves).
    """

    what: str
    read: int = 0
    counts: Counter[Outcome] = field(default_factory=Counter)
    reasons: dict[tuple[Outcome, str], list[int]] = field(default_factory=dict)
    extra: Counter[Extra] = field(default_factory=Counter)

    def add(self, outcome: Outcome, row: int, reason: str | None = None) -> None:
        """One row's outcome; outside and refused say why."""
        if (reason is not None) != (outcome in (Outcome.OUTSIDE, Outcome.REFUSED)):
            raise Unaccounted(f"row {row} is {outcome} with reason {reason}")
        self.counts[outcome] += 1
        if reason is not None:
            self.reasons.setdefault((outcome, reason), []).append(row)

    def check(self) -> None:
        """Raises Unaccounted unless every row read has one outcome."""
        if self.read != self.counts.total():
            raise Unaccounted(f"{self.read} rows read, {self.counts.total()} accounted for")

    @property
    def written(self) -> int:
        """How many rows changed anything; 0 the second time."""
        return self.counts[Outcome.CREATED] + self.counts[Outcome.CHANGED]

    def as_json(self) -> dict[str, object]:
        """For machines: the counts, the reasons with their rows, the extra counts."""
        self.check()
        return {
            "what": self.what,
            "read": self.read,
            **{str(outcome): self.counts[outcome] for outcome in Outcome},
            "reasons": [
                {"outcome": str(outcome), "reason": reason, "count": len(rows), "rows": rows}
                for (outcome, reason), rows in sorted(self.reasons.items())
            ],
            **(
                {"extra": {str(extra): count for extra, count in sorted(self.extra.items())}}
                if self.extra
                else {}
            ),
        }

    def as_text(self, language: Language) -> str:
        """For people: one line a count, one a reason with its first rows."""
        self.check()
        nl = language is Language.NL
        label = {outcome: texts[0 if nl else 1] for outcome, texts in _LABELS.items()}
        text = [f"{self.what}: {self.read} {'rijen gelezen' if nl else 'rows read'}"]
        text += [f"  {self.counts[outcome]:>7} {label[outcome]}" for outcome in Outcome]
        for (outcome, reason), rows in sorted(self.reasons.items()):
            text.append(
                f"  {label[outcome]}, {row_reason(reason, language)}: {len(rows)} ({_positions(rows, nl)})"
            )
        text += [
            f"  {count:>7} {_EXTRAS[extra][0 if nl else 1]}" for extra, count in sorted(self.extra.items())
        ]
        return "\n".join(text)


def _positions(rows: list[int], nl: bool) -> str:
    shown = ", ".join(str(row) for row in sorted(rows)[:_POSITIONS_IN_TEXT])
    return f"{'rij' if nl else 'row'} {shown}{', ...' if len(rows) > _POSITIONS_IN_TEXT else ''}"
