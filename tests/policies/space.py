"""Every question that can be asked about seeing: the whole attribute space, and nothing impossible."""

from collections.abc import Iterator
from itertools import chain, combinations, product
from typing import NamedTuple

from casecoord.access.attributes import FACTS, Facts, What, Who, Why, can_hold, possible
from casecoord.access.decide import Policy
from casecoord.access.differences import everyone, everything
from casecoord.domain.facets import FACETS
from casecoord.domain.words import Purpose
from tests.policies import oracle


class Question(NamedTuple):
    who: Who
    what: What
    why: Why
    facts: Facts
    names: tuple[str, ...]

    def expected(self) -> str:
        who, what = self.who, self.what
        return oracle.shown(who.viewer, who.by_grant, what.facet, what.sphere, self.why.purpose, self.names)

    def decided(self, policy: Policy) -> str:
        return policy.decide_as(self.who, self.what, self.why, self.facts).shown


def questions(whos: list[Who] | None = None, whats: list[What] | None = None) -> Iterator[Question]:
    """Everyone, everything, every purpose, every combination of facts that can hold together."""
    made: dict[tuple[str, ...], Facts] = {}
    for who, what in product(whos or everyone(), whats or everything()):
        for names in _combinations(who, what):
            facts = made.setdefault(names, Facts.that(*names))
            if possible(who, what, facts):
                for purpose in Purpose:
                    yield Question(who, what, Why(purpose), facts, names)


def _combinations(who: Who, what: What) -> Iterator[tuple[str, ...]]:
    names = [name for name in FACTS if can_hold(name, who.viewer, FACETS[what.facet])]
    names.remove("break_glass") if "break_glass" in names else None
    return chain.from_iterable(combinations(names, size) for size in range(len(names) + 1))
