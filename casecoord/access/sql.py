"""The same rules as a condition in SQL, so that a list holds exactly what decisions would show.

Viewer, purpose and facet are constants of a query and are folded away; what varies per row is read
from columns of the item. NULL never opens: unknown inside a permission misses it, unknown inside a
refusal refuses.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence

from casecoord.access.attributes import ATOMS, Asked, Facts, What, Who, Why
from casecoord.access.casbin_rows import Row
from casecoord.access.rules import Effect
from casecoord.domain.words import Sphere

#: A condition whose value is known before the query runs, or its SQL.
Condition = bool | str

#: The SQL of an atom: its own columns, unless the query says where else to find it.
Fragment = Callable[[str], str]

#: The condition under which an atom is known to be so (True) or not so (False); NULL is neither.
Known = Callable[[str, bool], Condition]


def fragments(item: str, facts: Mapping[str, str]) -> Fragment:
    """Atoms as SQL over the columns of the alias `item`, or as `facts` says.

    Raises KeyError if `facts` names what is no fact.
    """
    for name in facts:
        if ATOMS[name].sql is None:
            raise KeyError(name)

    def fragment(name: str) -> str:
        return facts.get(name) or (ATOMS[name].sql or "").format(item=item)

    return fragment


def known(who: Who, what: What, why: Why, fragment: Fragment) -> Known:
    """How to say, for this question, that an atom is known to be so, or not so."""
    asked = Asked(who, what, why, Facts.that())

    def surely(name: str, wanted: bool) -> Condition:
        atom = ATOMS[name]
        if who.viewer not in atom.of or not atom.about(asked.facet):
            return not wanted
        if atom.sql is None:
            return atom.holds(asked) is wanted
        return f"({fragment(name)}) is {'true' if wanted else 'false'}"

    return surely


def fold(rows: Sequence[Row], degree: str, cell: str, surely: Known) -> Condition:
    """Does the first of these rows that fits allow this degree?"""
    allowed: Condition = False
    for row in reversed(rows):
        if degree not in row.shows or cell not in row.rule.cell:
            continue
        words = [(word.removeprefix("!"), word[0] != "!") for word in row.when]
        if row.rule.effect is Effect.ALLOW:
            allowed = any_of([all_of(surely(name, so) for name, so in words), allowed])
        else:
            allowed = all_of([any_of(surely(name, not so) for name, so in words), allowed])
    return allowed


def all_of(conditions: Iterable[Condition]) -> Condition:
    """AND, with what is known folded away."""
    return _joined(conditions, " and ", neutral=True)


def any_of(conditions: Iterable[Condition]) -> Condition:
    """OR, with what is known folded away."""
    return _joined(conditions, " or ", neutral=False)


def _joined(conditions: Iterable[Condition], word: str, neutral: bool) -> Condition:
    parts: list[str] = []
    for condition in conditions:
        if condition is (not neutral):
            return not neutral
        if isinstance(condition, str) and condition not in parts:
            parts.append(condition)
    if not parts:
        return neutral
    return parts[0] if len(parts) == 1 else f"({word.join(parts)})"


def by_sphere(conditions: Mapping[Sphere, Condition], item: str) -> Condition:
    """The item's own sphere allows it; spheres that ask for the same are named together."""
    groups: dict[Condition, list[Sphere]] = {}
    for sphere, condition in conditions.items():
        groups.setdefault(condition, []).append(sphere)
    return any_of(
        all_of([f"{item}.sphere in ('{quoted}')", condition])
        for condition, spheres in groups.items()
        if condition is not False
        for quoted in ["', '".join(spheres)]
    )


def text(condition: Condition) -> str:
    """As SQL."""
    return condition if isinstance(condition, str) else str(condition).lower()
