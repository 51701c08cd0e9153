"""The rules as they are written in `policies/rules.csv`: read, checked, and nothing decided.

An invalid file never becomes a policy: `PolicyInvalid` names the line and the reason.
"""

import csv
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from casecoord.access.attributes import ATOMS
from casecoord.access.doing import ACT_ATOMS
from casecoord.domain.facets import FACETS, Cell, Shown, Trait, Viewer
from casecoord.domain.words import Purpose, Role, Sphere, TeamKind

Word = TypeVar("Word", bound=StrEnum)

COLUMNS = (
    "kind", "id", "who", "what", "cell", "shows", "when", "effect", "ask", "ground", "nl", "en",
)  # fmt: skip


class PolicyInvalid(Exception):
    """The policy cannot be enforced as it is written; the message says where and why."""

    def __init__(self, reason: str, line: int | None = None, file: str = "rules.csv") -> None:
        self.line = line
        super().__init__(f"{file}{'' if line is None else f' line {line}'}: {reason}")


class Kind(StrEnum):
    """What a row speaks about."""

    CELL = "cell"
    PURPOSE = "purpose"
    GRANT = "grant"
    OVER_FACET = "over_facet"
    OVER_SPHERE = "over_sphere"
    FACET = "facet"
    SPHERE = "sphere"
    ACT = "act"


class Effect(StrEnum):
    ALLOW = "allow"
    DENY = "deny"
    NOTE = "note"


class Ask(StrEnum):
    """Whom to ask where only the existence is shown."""

    SOURCE_TEAM = "source_team"
    PRACTICE = "practice"
    LEAD = "lead"
    COORDINATOR = "coordinator"
    PRIVACY_OFFICER = "privacy_officer"


#: Who may be meant by `professional` in a rule about acts: anybody with a membership.
PROFESSIONAL = "professional"


@dataclass(frozen=True, slots=True)
class Rule:
    """One named sentence, its word lists spelled out."""

    kind: Kind
    id: str
    who: tuple[str, ...]
    what: tuple[str, ...]
    cell: tuple[str, ...]
    shows: tuple[str, ...]
    when: tuple[str, ...]
    effect: Effect
    ask: Ask | None
    ground: str
    nl: str
    en: str
    line: int
    #: The row as it stands in the file: whether a list was spelled out or meant all.
    written: Mapping[str, str]

    @property
    def table_line(self) -> str:
        """The line of the printed table that this rule belongs to: the id before its first dot."""
        return self.id.split(".")[0]

    def atoms(self) -> frozenset[str]:
        """The conditions it names, whichever way round."""
        return frozenset(word.removeprefix("!") for word in self.when)


def read_rules(path: Path) -> list[Rule]:
    """Every rule in the file, in its order. Raises PolicyInvalid."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise PolicyInvalid(f"cannot be read ({type(error).__name__})", file=path.name) from None
    rows = [(number, text) for number, text in enumerate(lines, 1) if text.strip() and text[0] != "#"]
    if not rows or tuple(rows[0][1].split(",")) != COLUMNS:
        raise PolicyInvalid(f"the first row must be {','.join(COLUMNS)}", rows[0][0] if rows else None)
    return [_rule(number, text) for number, text in rows[1:]]


def _rule(line: int, text: str) -> Rule:
    row = _row(line, text)
    kind = _one(Kind, "kind", row["kind"], line)
    effect = _one(Effect, "effect", row["effect"], line)
    if not re.fullmatch(r"[a-z][a-z_]*(\.[a-z_]+)?", row["id"]):
        raise PolicyInvalid(f"{row['id']!r} is no name for a rule", line)
    return Rule(
        kind=kind,
        id=row["id"],
        who=_spell_out(row["who"], _who_words(kind), "who", line),
        what=_acts(row["what"], line) if kind is Kind.ACT else _whats(row["what"], kind, line),
        cell=_spell_out(row["cell"] or "*", list(Cell), "cell", line),
        shows=_degrees(row["shows"], effect, line),
        when=_conditions(row["when"], ACT_ATOMS if kind is Kind.ACT else ATOMS, line),
        effect=effect,
        ask=_one(Ask, "ask", row["ask"], line) if row["ask"] else None,
        ground=row["ground"],
        nl=row["nl"],
        en=row["en"],
        line=line,
        written=row,
    )


def _row(line: int, text: str) -> dict[str, str]:
    try:
        cells = next(csv.reader([text], strict=True))
    except csv.Error as error:
        raise PolicyInvalid(str(error), line) from None
    if len(cells) != len(COLUMNS):
        raise PolicyInvalid(f"{len(cells)} attributes where {len(COLUMNS)} are needed", line)
    return dict(zip(COLUMNS, (cell.strip() for cell in cells), strict=True))


def _one(words: type[Word], column: str, word: str, line: int) -> Word:
    try:
        return words(word)
    except ValueError:
        raise PolicyInvalid(f"unknown {column} {word!r}; known: {', '.join(words)}", line) from None


def _who_words(kind: Kind) -> list[str]:
    return [*Role, *TeamKind, PROFESSIONAL] if kind is Kind.ACT else list(Viewer)


def _whats(text: str, kind: Kind, line: int) -> tuple[str, ...]:
    match kind:
        case Kind.PURPOSE:
            return _spell_out(text, list(Purpose), "purpose", line)
        case Kind.GRANT:
            return _spell_out(text, list(Viewer), "viewer", line)
        case Kind.SPHERE | Kind.OVER_SPHERE:
            return _spell_out(text, list(Sphere), "sphere", line)
        case Kind.CELL:
            return _spell_out(text, [*FACETS, *Sphere], "facet or sphere", line)
        case _:
            return _spell_out(text, list(FACETS), "facet", line)


def _spell_out(text: str, known: Iterable[str], column: str, line: int) -> tuple[str, ...]:
    """`*`, `@trait`, `family.*`, `word` add; `!word` takes away. In the order in which words are known."""
    known = list(known)
    chosen: set[str] = set()
    for word in text.split():
        plain = word.removeprefix("!")
        meant = _meant(plain, known)
        if not meant:
            raise PolicyInvalid(f"unknown {column} {plain!r}", line)
        chosen = chosen - meant if word != plain else chosen | meant
    if not chosen:
        raise PolicyInvalid(f"{column} names nothing", line)
    return tuple(word for word in known if word in chosen)


def _meant(word: str, known: list[str]) -> set[str]:
    if word == "*":
        return set(known)
    if word.endswith(".*"):
        return {name for name in known if name.startswith(word[:-1])}
    if word.startswith("@") and word[1:] in set(Trait):
        return {name for name in known if name in FACETS and Trait(word[1:]) in FACETS[name].traits}
    return {word} & set(known)


def _acts(text: str, line: int) -> tuple[str, ...]:
    acts = tuple(text.split())
    if not acts or not all(re.fullmatch(r"[a-z_]+", act) for act in acts):
        raise PolicyInvalid(f"{text!r} names no act", line)
    return acts


def _degrees(text: str, effect: Effect, line: int) -> tuple[str, ...]:
    """Who may see all of it may know that it exists; a refusal speaks of exactly what it names."""
    if not text:
        return tuple(degree for degree in Shown if degree is not Shown.NONE)
    degrees = {_one(Shown, "shows", word, line) for word in text.split()}
    if Shown.NONE in degrees:
        raise PolicyInvalid("shows cannot be none: leave it out, or deny", line)
    if effect is Effect.ALLOW and Shown.FULL in degrees:
        degrees.add(Shown.EXISTS)
    return tuple(degree for degree in Shown if degree in degrees)


def _conditions(text: str, known: Mapping[str, object], line: int) -> tuple[str, ...]:
    for word in text.split():
        if word.removeprefix("!") not in known:
            raise PolicyInvalid(f"unknown condition {word!r}; known: {', '.join(known)}", line)
    return tuple(text.split())
