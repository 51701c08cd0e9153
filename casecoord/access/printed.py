"""The tables as they are enforced, printed from the rules: what an area's privacy officer signs."""

import csv
import io
from collections.abc import Iterable, Sequence
from enum import StrEnum

from casecoord.access.decide import Policy
from casecoord.access.rules import Effect, Kind, Rule
from casecoord.domain.facets import FACETS, Viewer
from casecoord.domain.words import Sphere


class Table(StrEnum):
    FACETS = "facets"
    SPHERES = "spheres"
    ACTS = "acts"


def table(policy: Policy, which: Table) -> list[list[str]]:
    """A table as rows of words, the heading first."""
    match which:
        case Table.FACETS:
            return _facets(policy)
        case Table.SPHERES:
            return _spheres(policy)
        case Table.ACTS:
            return _acts(policy.rules)


def _facets(policy: Policy) -> list[list[str]]:
    heading = ["facet", "level", *Viewer, "purposes"]
    return [heading] + [
        [name, facet.level, *(policy.cell(name, viewer) for viewer in Viewer), " ".join(facet.purposes)]
        for name, facet in FACETS.items()
    ]


def _spheres(policy: Policy) -> list[list[str]]:
    rows = [[sphere, *(policy.cell(sphere, viewer) for viewer in Viewer)] for sphere in Sphere]
    return [["sphere", *Viewer], *rows]


def _acts(rules: Sequence[Rule]) -> list[list[str]]:
    acts = [rule for rule in rules if rule.kind is Kind.ACT]
    rows = [["act", "who", "condition"]]
    for line in dict.fromkeys(rule.table_line for rule in acts if rule.effect is Effect.ALLOW):
        here = [rule for rule in acts if rule.table_line == line]
        may = [rule for rule in here if rule.effect is Effect.ALLOW]
        names = dict.fromkeys(act for rule in may for act in rule.what)
        conditions = (rule.en for rule in here if rule.effect is not Effect.ALLOW)
        rows.append([", ".join(names), _once(rule.en for rule in may), _once(conditions)])
    return rows


def _once(sentences: Iterable[str]) -> str:
    return "; ".join(dict.fromkeys(sentences))


def as_csv(rows: Iterable[Iterable[str]]) -> str:
    """Comma-separated values, RFC 4180, line ends included."""
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue()


def as_markdown(rows: Sequence[Sequence[str]]) -> str:
    """A table for people; each column as wide as its longest word."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = [[word.ljust(width) for word, width in zip(row, widths, strict=True)] for row in rows]
    lines.insert(1, ["-" * width for width in widths])
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def document(policy: Policy) -> str:
    """All that the rules say, as a page: the tables, their legend and what comes over them."""
    parts = ["# Who may see what, who may do what\n", _INTRODUCTION]
    parts += ["## Facets\n", as_markdown(table(policy, Table.FACETS))]
    parts += ["## Spheres\n", as_markdown(table(policy, Table.SPHERES))]
    parts += ["## What the words in the tables mean\n", _sentences(policy, Kind.CELL)]
    parts += ["## Why one may look\n", _sentences(policy, Kind.PURPOSE)]
    parts += ["## What comes over the tables, in this order\n"]
    parts += [_sentences(policy, Kind.OVER_FACET, Kind.OVER_SPHERE, Kind.GRANT)]
    parts += ["## Acts\n", as_markdown(table(policy, Table.ACTS))]
    return "\n".join(parts)


_INTRODUCTION = (
    "Printed from `policies/rules.csv` by `casecoord policy matrix --format md`; a test compares the two.\n"
    "A facet of level `item` belongs to a thing that carries a sphere: it is shown if, and only if, both "
    "tables\nallow it to the same viewer. What is withheld as `none` is as if it did not exist.\n"
)


def _sentences(policy: Policy, *kinds: Kind) -> str:
    rules = [rule for kind in kinds for rule in policy.rules if rule.kind is kind]
    heading = ["rule", "for", "about", "only if", "effect", "sentence", "zin"]
    return as_markdown([heading, *(_sentence(rule) for rule in rules)])


def _sentence(rule: Rule) -> list[str]:
    written = rule.written
    about = written["what"] if rule.kind is not Kind.CELL else written["cell"]
    effect = f"{rule.effect} {written['shows']}".strip()
    return [rule.id, written["who"], about, written["when"], effect, rule.en, rule.nl]
