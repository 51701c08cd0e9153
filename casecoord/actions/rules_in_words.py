"""The policy as it is enforced, for people: who sees what, and who may do what. No family's data, and no secret."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from casecoord.access.decide import Policy
from casecoord.access.explain import legend_of, sentence_of, whom
from casecoord.access.printed import Table, as_csv, table
from casecoord.access.rules import Effect, Kind, Rule
from casecoord.actions.office import Hand
from casecoord.domain.errors import Problem
from casecoord.domain.facets import FACETS, Cell, Level, Viewer
from casecoord.domain.words import Language, Role, Sphere


@dataclass(frozen=True, slots=True)
class MatrixOf:
    """`viewer`: only what somebody who looks as this is shown."""

    viewer: Viewer | None = None


@dataclass(frozen=True, slots=True)
class SignedOf:
    """A table as it was signed."""

    table: Table


@dataclass(frozen=True, slots=True)
class Part:
    """For these viewers these words hold."""

    viewers: tuple[Viewer, ...]
    words: str


@dataclass(frozen=True, slots=True)
class Line:
    """Facets, or a sphere: who is shown them, who on which condition, and who only that they are there and whom to ask.

    Whoever is not named is not shown it, and cannot tell it from what does not exist. `by_sphere`: the sphere of the
    thing has to allow it too.
    """

    names: tuple[str, ...]
    full: tuple[Viewer, ...]
    partly: tuple[Part, ...]
    exists: tuple[Part, ...]
    by_sphere: bool = False

    def concerns(self, viewer: Viewer) -> bool:
        return viewer in self.full or any(viewer in part.viewers for part in (*self.partly, *self.exists))


@dataclass(frozen=True, slots=True)
class ActLine:
    """Who may do these acts, and on which conditions."""

    acts: tuple[str, ...]
    who: tuple[str, ...]
    conditions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Matrix:
    """All that the rules say. `over`: what comes before the tables, in this order."""

    facets: list[Line]
    spheres: list[Line]
    acts: list[ActLine]
    over: list[str]
    purposes: list[str]


def may_read_rules(hand: Hand) -> bool:
    """Every professional; but who offers places never reads what the places are for."""
    return hand.actor.role is not Role.PROVIDER


async def matrix(hand: Hand, query: MatrixOf) -> Matrix:
    """The rules in the reader's language: for everybody who works here."""
    _readable(hand)
    policy, language = hand.policy, hand.actor.language
    facets = _alike(
        _line(policy, name, language, facet.level is Level.ITEM) for name, facet in FACETS.items()
    )
    spheres = [_line(policy, sphere, language, False) for sphere in Sphere]
    if query.viewer is not None:
        facets = [line for line in facets if line.concerns(query.viewer)]
    return Matrix(
        facets,
        spheres,
        _acts(policy, language),
        _sentences(policy, language, Kind.OVER_FACET, Kind.OVER_SPHERE, Kind.GRANT),
        _sentences(policy, language, Kind.PURPOSE),
    )


async def signed(hand: Hand, query: SignedOf) -> str:
    """A table as the area signed it, as comma-separated values."""
    _readable(hand)
    return as_csv(table(hand.policy, query.table))


def _readable(hand: Hand) -> None:
    if not may_read_rules(hand):
        raise Problem("not_found")


def _alike(lines: Iterable[Line]) -> list[Line]:
    """What the same people see in the same way is one line."""
    found: dict[Line, list[str]] = {}
    for line in lines:
        found.setdefault(replace(line, names=()), []).extend(line.names)
    return [replace(line, names=tuple(names)) for line, names in found.items()]


def _line(policy: Policy, name: str, language: Language, by_sphere: bool) -> Line:
    cells: dict[tuple[Cell, str], list[Viewer]] = {}
    for viewer in Viewer:
        cell = policy.cell(name, viewer)
        if cell is not Cell.NONE:
            cells.setdefault((cell, _ask(policy, name, viewer, language)), []).append(viewer)
    full = [viewer for (cell, _), those in cells.items() if cell is Cell.FULL for viewer in those]
    partly = [
        Part(tuple(those), legend_of(policy, cell, language))
        for (cell, _), those in cells.items()
        if cell not in (Cell.FULL, Cell.EXISTS)
    ]
    exists = [Part(tuple(those), ask) for (cell, ask), those in cells.items() if cell is Cell.EXISTS]
    return Line((name,), tuple(full), tuple(partly), tuple(exists), by_sphere)


def _ask(policy: Policy, name: str, viewer: Viewer, language: Language) -> str:
    """Whom this viewer asks for what they see only the existence of."""
    kind = Kind.FACET if name in FACETS else Kind.SPHERE
    cell = policy.cell(name, viewer)
    rules = (row.rule for row in policy.rows_about(kind, viewer, name))
    asked = (rule.ask for rule in rules if rule.kind is kind and cell in rule.cell)
    return next((whom(ask, language) for ask in asked if ask), "")


def _acts(policy: Policy, language: Language) -> list[ActLine]:
    acts = [rule for rule in policy.rules if rule.kind is Kind.ACT]
    found = []
    for line in dict.fromkeys(rule.table_line for rule in acts if rule.effect is Effect.ALLOW):
        here = [rule for rule in acts if rule.table_line == line]
        may = [rule for rule in here if rule.effect is Effect.ALLOW]
        found.append(
            ActLine(
                tuple(dict.fromkeys(act for rule in may for act in rule.what)),
                _said(may, language),
                _said([rule for rule in here if rule.effect is not Effect.ALLOW], language),
            )
        )
    return found


def _said(rules: list[Rule], language: Language) -> tuple[str, ...]:
    return tuple(dict.fromkeys(rule.nl if language is Language.NL else rule.en for rule in rules))


def _sentences(policy: Policy, language: Language, *kinds: Kind) -> list[str]:
    rules = [rule for kind in kinds for rule in policy.rules if rule.kind is kind]
    return list(dict.fromkeys(sentence_of(policy, rule.id, language) for rule in rules))
