"""A decision as the access log keeps it, and the same question put again to any version of the policy.

Kept are the categories that were asked about, and what was said: no ids, no personal data. Many facets are
decided for the same eyes in the same circumstances: a record keeps those once.
"""

import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from casecoord.access.attributes import FACTS, Facts
from casecoord.access.decide import Decision, Permission, Policy
from casecoord.access.doing import ActFacts, Doer
from casecoord.domain.facets import Shown, Viewer
from casecoord.domain.words import Purpose, Role, Sphere, TeamKind

Question = tuple[frozenset[Viewer], str, Sphere | None, Facts]


@dataclass(frozen=True, slots=True)
class Said:
    """What a policy said: how much it showed, or `allowed` or `refused`, and by which rules."""

    verdict: str
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Kept:
    """One decision of a record. `about`: a facet or an act; `who`: the viewers, or the role and its team's kind."""

    about: str
    who: tuple[str, ...]
    sphere: str
    purpose: str
    facts: tuple[str, ...]
    said: Said

    @property
    def is_act(self) -> bool:
        return self.said.verdict in (ALLOWED, REFUSED)


ALLOWED, REFUSED = "allowed", "refused"


def of_facets(decided: Mapping[Question, Decision]) -> list[dict[str, Any]]:
    """The decisions of a look for its record: for the same eyes, sphere and facts all facets together."""
    groups: dict[tuple[frozenset[Viewer], Sphere | None, Facts], dict[str, list[str]]] = {}
    for (viewers, facet, sphere, facts), decision in decided.items():
        told = groups.setdefault((viewers, sphere, facts), {})
        told[facet] = [decision.shown.value, *decision.rules]
    return [
        {"as": sorted(viewers), "sphere": sphere or "", "facts": _names(facts), "facets": told}
        for (viewers, sphere, facts), told in groups.items()
    ]


@lru_cache(maxsize=4096)
def _names(facts: Facts) -> list[str]:
    return [name for name in FACTS if getattr(facts, name)]


def of_act(who: Doer, act: str, facts: ActFacts, permission: Permission) -> dict[str, Any]:
    """The decision on an act, for its record."""
    return {
        "act": act,
        "role": who.role,
        "team_kind": who.team_kind or "",
        "facts": sorted(facts.holding()),
        "said": [ALLOWED if permission.allowed else REFUSED, permission.rule],
    }


def kept(record: Mapping[str, Any]) -> list[Kept]:
    """Every decision that a record keeps, in its order."""
    purpose = record["purpose"]
    seen = [
        Kept(facet, tuple(one["as"]), one["sphere"], purpose, tuple(one["facts"]), _said(said))
        for one in record["decided"]
        for facet, said in one["facets"].items()
    ]
    done = [
        Kept(
            one["act"], (one["role"], one["team_kind"]), "", purpose, tuple(one["facts"]), _said(one["said"])
        )
        for one in record["acts"]
    ]
    return seen + done


def _said(words: Iterable[str]) -> Said:
    verdict, *rules = words
    return Said(verdict, tuple(rules))


#: What a policy says about a question that its words cannot put.
UNKNOWN = Said("unknown", ())


def ask_again(policy: Policy, asked: Kept) -> Said:
    """What this version says to the same question; UNKNOWN where it has no words for it."""
    try:
        if asked.is_act:
            role, kind = asked.who
            facts = ActFacts.that(*asked.facts)
            permission = policy.may(Doer(Role(role), TeamKind(kind) if kind else None), asked.about, facts)
            return Said(ALLOWED if permission.allowed else REFUSED, (permission.rule,))
        decision = policy.decide(
            frozenset(Viewer(one) for one in asked.who),
            asked.about,
            Sphere(asked.sphere) if asked.sphere else None,
            Purpose(asked.purpose),
            Facts.that(*asked.facts),
        )
    except (KeyError, TypeError, ValueError):
        return UNKNOWN
    return Said(Shown(decision.shown).value, decision.rules)


@lru_cache(maxsize=8)
def policy_of(model: str, rules: str) -> Policy:
    """A kept version, ready to decide. Raises PolicyInvalid where this software can no longer read it."""
    with tempfile.TemporaryDirectory() as folder:
        for name, text in (("model.conf", model), ("rules.csv", rules)):
            Path(folder, name).write_text(text, encoding="utf-8", newline="")
        return Policy(Path(folder), complete=False)
