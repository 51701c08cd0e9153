"""Who gains and who loses what between two versions of the policy, found by trying everything."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import chain, combinations, product

from casecoord.access.attributes import FACTS, Facts, What, Who, Why, can_hold, possible
from casecoord.access.decide import Policy
from casecoord.access.doing import ActFacts, Doer
from casecoord.access.rules import Kind
from casecoord.domain.facets import FACETS, Level, Shown, Viewer
from casecoord.domain.words import Purpose, Role, Sphere, TeamKind

_RANK = {shown: rank for rank, shown in enumerate(Shown)}
Situation = frozenset[str]


@dataclass(frozen=True, slots=True)
class Difference:
    """One change, with what all the situations in which it shows have in common."""

    change: str
    who: str
    about: str
    sphere: str
    purpose: str
    before: str
    after: str
    when: tuple[str, ...]


def everyone() -> list[Who]:
    """Each viewer, and whoever looks by an emergency grant."""
    return [*(Who(viewer) for viewer in Viewer), Who(Viewer.SOCIAL, by_grant=True)]


def everything() -> list[What]:
    """Each facet, in each sphere that its things can have."""
    return [
        What(facet.name, sphere)
        for facet in FACETS.values()
        for sphere in (Sphere if facet.level is Level.ITEM else [None])
    ]


def situations(who: Who, what: What, asked: frozenset[str]) -> Iterator[tuple[Situation, Facts]]:
    """Every combination of the facts that some rule asks about here and that can hold together."""
    facet = FACETS[what.facet]
    names = [name for name in FACTS if name in asked and can_hold(name, who.viewer, facet)]
    for chosen in _subsets(names):
        facts = Facts.that(*chosen)
        if possible(who, what, facts):
            yield frozenset(chosen), facts


def _subsets(names: list[str]) -> Iterator[tuple[str, ...]]:
    return chain.from_iterable(combinations(names, size) for size in range(len(names) + 1))


def differences(before: Policy, after: Policy) -> list[Difference]:
    """Everything that changes for anybody, seeing and acting.

    What changes alike in several spheres, or for a role in several kinds of team, is one line.
    """
    spheres: dict[Difference, list[str]] = {}
    for one in _seeing(before, after):
        spheres.setdefault(replace(one, sphere=""), []).append(one.sphere)
    seeing = [replace(one, sphere=" ".join(names)) for one, names in spheres.items()]
    return seeing + _by_role(_acting(before, after))


def _by_role(found: Iterable[tuple[Doer, Difference]]) -> list[Difference]:
    teams: dict[Difference, list[TeamKind | None]] = {}
    for doer, one in found:
        teams.setdefault(one, []).append(doer.team_kind)
    return [
        one
        if len(kinds) > len(TeamKind)
        else replace(one, who=f"{one.who} of {' '.join(filter(None, kinds))}")
        for one, kinds in teams.items()
    ]


def _seeing(before: Policy, after: Policy) -> Iterator[Difference]:
    for who, what, purpose in product(everyone(), everything(), Purpose):
        if not may_differ(before, after, who, what, purpose):
            continue
        asked = before.asked(who.viewer, what) | after.asked(who.viewer, what)
        changes: dict[tuple[Shown, Shown], list[Situation]] = {}
        tried: set[str] = set()
        for situation, facts in situations(who, what, asked):
            tried |= situation
            then = before.decide_as(who, what, Why(purpose), facts).shown
            now = after.decide_as(who, what, Why(purpose), facts).shown
            if then is not now:
                changes.setdefault((then, now), []).append(situation)
        viewer = f"{who.viewer} (emergency)" if who.by_grant else str(who.viewer)
        for (then, now), found in changes.items():
            yield Difference(
                "gains" if _RANK[now] < _RANK[then] else "loses",
                viewer, what.facet, what.sphere or "", purpose, then, now, _in_common(found, tried),
            )  # fmt: skip


def may_differ(before: Policy, after: Policy, who: Who, what: What, purpose: Purpose) -> bool:
    """Whether the rules that this question meets are others now; if not, there is no need to ask."""
    usable = [policy.may_use(who.viewer, purpose) for policy in (before, after)]
    if not any(usable):
        return False
    return not all(usable) or _met(before, who, what) != _met(after, who, what)


def _met(policy: Policy, who: Who, what: What) -> list[tuple[object, ...]]:
    things = [(Kind.FACET, what.facet)] + ([(Kind.SPHERE, what.sphere.value)] if what.sphere else [])
    return [
        (kind, row.when, row.shows, row.rule.effect)
        for kind, thing in things
        for row in policy.rows_about(kind, who.viewer, thing)
        if policy.cell(thing, who.viewer) in row.rule.cell
    ]


def _acting(before: Policy, after: Policy) -> Iterator[tuple[Doer, Difference]]:
    for act in dict.fromkeys([*before.acts, *after.acts]):
        if _met_by(before, act) == _met_by(after, act):
            continue
        asked = before.asked_of_act(act) | after.asked_of_act(act)
        tried = [(frozenset(chosen), ActFacts.that(*chosen)) for chosen in _subsets(sorted(asked))]
        for doer in (Doer(role, kind) for role, kind in product(Role, (None, *TeamKind))):
            changes: dict[bool, list[Situation]] = {}
            for situation, facts in tried:
                now = _may(after, doer, act, facts)
                if now is not _may(before, doer, act, facts):
                    changes.setdefault(now, []).append(situation)
            for now, found in changes.items():
                change, then = ("gains", "no") if now else ("loses", "yes")
                when = _in_common(found, set(asked))
                after_ = "yes" if now else "no"
                yield doer, Difference(change, doer.role, act, "", "", then, after_, when)


def _met_by(policy: Policy, act: str) -> list[tuple[object, ...]]:
    rows = (row for row in policy.rows if row.rule.kind is Kind.ACT and act in row.rule.what)
    return [(row.who, row.when, row.rule.effect) for row in rows]


def _may(policy: Policy, who: Doer, act: str, facts: ActFacts) -> bool:
    return act in policy.acts and policy.may(who, act, facts).allowed


def _in_common(found: list[Situation], tried: set[str]) -> tuple[str, ...]:
    """`restricted` is so in all of them, `!wrote_it` in none."""
    always = frozenset.intersection(*found)
    never = tried - frozenset.union(*found)
    return (*sorted(always), *(f"!{name}" for name in sorted(never)))
