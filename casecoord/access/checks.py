"""Whether rules that can be read also make a whole policy: complete, unambiguous, refusals first."""

from collections import Counter
from collections.abc import Iterable, Sequence

from casecoord.access.attributes import ATOMS
from casecoord.access.rules import Effect, Kind, PolicyInvalid, Rule
from casecoord.domain.facets import FACETS, Cell, Shown, Trait, Viewer
from casecoord.domain.words import Sphere

_OVER = (Kind.OVER_FACET, Kind.OVER_SPHERE)
_TABLES = (Kind.FACET, Kind.SPHERE)


def check_rules(rules: Sequence[Rule], complete: bool = True) -> None:
    """Raises PolicyInvalid with the first line that spoils the policy, and why.

    `complete` False: an older version may lack cells of facets that came later.
    """
    _check_names(rules)
    for rule in rules:
        _check_effect(rule)
        _check_sentence(rule)
    legend = {cell: [rule for rule in rules if _explains(rule, cell)] for cell in Cell}
    for rule in rules:
        if rule.kind in _TABLES:
            _check_table_row(rule, legend)
        elif rule.kind in _OVER:
            _check_conditions(rule, rule.when, rule.who)
    for kind, things in ((Kind.FACET, tuple(FACETS)), (Kind.SPHERE, tuple(Sphere))):
        _check_filled_once(rules, kind, things if complete else ())
    _check_purposes(rules)
    _check_acts(rules)
    _check_order(rules)


def _explains(rule: Rule, cell: Cell) -> bool:
    return rule.kind is Kind.CELL and rule.cell == (cell,)


def _check_names(rules: Sequence[Rule]) -> None:
    for name, count in Counter((rule.kind is Kind.CELL, rule.id) for rule in rules).items():
        if count > 1:
            line = [rule.line for rule in rules if rule.id == name[1]][-1]
            raise PolicyInvalid(f"there are two rules {name[1]!r}", line)


def _check_order(rules: Sequence[Rule]) -> None:
    """Refusals first: what comes over a table before it, and what stops an act before who may."""
    begun: set[Kind] = set()
    allowed: set[Kind] = set()
    for rule in rules:
        if rule.kind in _OVER and Kind(rule.kind.removeprefix("over_")) in begun:
            raise PolicyInvalid("what comes over a table stands before it", rule.line)
        if rule.kind in (*_TABLES, Kind.ACT) and rule.effect is not Effect.ALLOW and rule.kind in allowed:
            raise PolicyInvalid("refusals stand first", rule.line)
        begun.add(rule.kind)
        if rule.effect is Effect.ALLOW:
            allowed.add(rule.kind)


def _check_effect(rule: Rule) -> None:
    if rule.effect is Effect.NOTE and rule.kind is not Kind.ACT:
        raise PolicyInvalid("only an act has notes", rule.line)
    if rule.kind in (Kind.PURPOSE, Kind.GRANT) and rule.effect is not Effect.ALLOW:
        raise PolicyInvalid(f"a {rule.kind} allows", rule.line)
    if rule.kind is Kind.GRANT and rule.when != ("break_glass",):
        raise PolicyInvalid("a grant rests on break_glass", rule.line)


def _check_sentence(rule: Rule) -> None:
    if rule.kind not in _TABLES and not (rule.nl and rule.en):
        raise PolicyInvalid("the sentence is missing in Dutch or English", rule.line)


def _check_table_row(rule: Rule, legend: dict[Cell, list[Rule]]) -> None:
    if len(rule.cell) != 1 or rule.written["when"] or rule.written["shows"]:
        raise PolicyInvalid("a row of a table has one cell and nothing more", rule.line)
    cell = Cell(rule.cell[0])
    lines = legend[cell]
    if not lines:
        raise PolicyInvalid(f"the legend does not explain {cell!r}", rule.line)
    if any(line.effect is not rule.effect for line in lines):
        raise PolicyInvalid(f"effect {rule.effect!r} contradicts the cell {cell!r}", rule.line)
    for line in lines:
        who = [viewer for viewer in rule.who if viewer in line.who]
        _check_conditions(rule, line.when, who)
    _check_existence(rule, lines)


def _check_existence(rule: Rule, legend: Iterable[Rule]) -> None:
    """`exists` names whom to ask, and never stands where the existence is what is withheld."""
    degrees = {line.written["shows"] for line in legend if line.effect is Effect.ALLOW}
    if rule.kind is Kind.SPHERE and degrees - {Shown.FULL}:
        raise PolicyInvalid("a sphere is shown or it is not: never less", rule.line)
    if Shown.EXISTS not in degrees:
        return
    secret = [name for name in rule.what if Trait.SECRET in FACETS[name].traits]
    if secret:
        raise PolicyInvalid(f"the existence of {secret[0]} is itself the secret", rule.line)
    if rule.ask is None:
        raise PolicyInvalid("for exists, say whom to ask", rule.line)


def _check_conditions(rule: Rule, when: Iterable[str], who: Iterable[str]) -> None:
    """A condition is named only for those for whom, and on those facets on which, it can hold."""
    for name in (word.removeprefix("!") for word in when):
        atom = ATOMS[name]
        strangers = [viewer for viewer in who if Viewer(viewer) not in atom.of]
        if strangers:
            raise PolicyInvalid(f"{name} is never so for {strangers[0]}", rule.line)
        if rule.kind in (Kind.FACET, Kind.OVER_FACET) and rule.written["what"] != "*":
            elsewhere = [facet for facet in rule.what if not atom.about(FACETS[facet])]
            if elsewhere:
                raise PolicyInvalid(f"{name} is never so for {elsewhere[0]}", rule.line)


def _check_filled_once(rules: Sequence[Rule], kind: Kind, things: Iterable[str]) -> None:
    """Each cell of the table is filled exactly once."""
    filled: dict[tuple[str, str], int] = {}
    for rule in rules:
        if rule.kind is not kind:
            continue
        for place in ((thing, viewer) for thing in rule.what for viewer in rule.who):
            if place in filled:
                raise PolicyInvalid(
                    f"{place[0]} for {place[1]} stands on line {filled[place]} too", rule.line
                )
            filled[place] = rule.line
    for thing in things:
        for viewer in Viewer:
            if (thing, viewer) not in filled:
                raise PolicyInvalid(f"the {kind} table has no cell for {thing} and {viewer}")


def _check_purposes(rules: Sequence[Rule]) -> None:
    looking = {viewer for rule in rules if rule.kind is Kind.PURPOSE for viewer in rule.who}
    for viewer in Viewer:
        if viewer not in looking:
            raise PolicyInvalid(f"no purpose lets {viewer} look")


def _check_acts(rules: Sequence[Rule]) -> None:
    """An act that is named is an act that somebody may do, on one line of the table."""
    acts = [rule for rule in rules if rule.kind is Kind.ACT]
    line_of: dict[str, str] = {}
    for rule in (rule for rule in acts if rule.effect is Effect.ALLOW):
        for act in rule.what:
            if line_of.setdefault(act, rule.table_line) != rule.table_line:
                raise PolicyInvalid(f"{act} stands under {line_of[act]} too", rule.line)
    for rule in acts:
        for act in rule.what:
            if line_of.get(act) != rule.table_line:
                raise PolicyInvalid(f"nobody may {act} under {rule.table_line!r}", rule.line)
