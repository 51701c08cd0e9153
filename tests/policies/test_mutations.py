"""Would the tests notice? Each rule is dropped or turned round, each condition too, and something must say so."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, combinations, product
from pathlib import Path

import pytest

from casecoord.access.attributes import Facts
from casecoord.access.decide import POLICIES, Policy, PolicyInvalid
from casecoord.access.differences import everyone, everything, may_differ
from casecoord.access.doing import ActFacts
from casecoord.access.printed import as_csv, table
from casecoord.access.rules import COLUMNS, Effect, Kind, Rule
from casecoord.domain.words import Purpose
from tests.policies import acts_oracle, test_stories
from tests.policies.oracle import TABLES
from tests.policies.space import questions
from tests.policies.test_acts import DOERS
from tests.policies.test_tables import GIVEN

LINES = (POLICIES / "rules.csv").read_text(encoding="utf-8").splitlines()
MODEL = (POLICIES / "model.conf").read_text(encoding="utf-8")
SIGNED = {which: (TABLES / name).read_bytes().decode() for which, name in GIVEN.items()}
ORIGINAL = Policy()
WANTED = 0.95


@dataclass(frozen=True)
class Mutant:
    """One rule, changed in one way. `text` None: dropped."""

    rule: Rule
    change: str
    text: str | None

    def write(self, folder: Path) -> Policy:
        lines = list(LINES)
        lines[self.rule.line - 1 : self.rule.line] = [] if self.text is None else [self.text]
        (folder / "rules.csv").write_text("\n".join(lines), encoding="utf-8")
        (folder / "model.conf").write_text(MODEL, encoding="utf-8")
        return Policy(folder)


def mutants() -> Iterator[Mutant]:
    for rule in ORIGINAL.rules:
        yield Mutant(rule, "dropped", None)
        turned = {Effect.ALLOW: Effect.DENY, Effect.DENY: Effect.ALLOW, Effect.NOTE: Effect.DENY}
        yield _changed(rule, "turned round", effect=turned[rule.effect])
        if rule.kind in (Kind.FACET, Kind.SPHERE):
            opens = rule.effect is Effect.DENY
            cell, effect = ("full", "allow") if opens else ("none", "deny")
            yield _changed(rule, f"cell made {cell}", cell=cell, effect=effect, ask="")
        words = rule.written["when"].split()
        for word in words:
            without = [other for other in words if other != word]
            other_way = [word[1:] if word[0] == "!" else f"!{word}", *without]
            yield _changed(rule, f"without {word}", when=" ".join(without))
            yield _changed(rule, f"{word} turned round", when=" ".join(other_way))
        for column in ("cell", "shows"):
            if rule.written[column] and rule.kind in (Kind.OVER_FACET, Kind.OVER_SPHERE):
                yield _changed(rule, f"for any {column}", **{column: ""})
        if rule.kind in (Kind.OVER_FACET, Kind.OVER_SPHERE, Kind.PURPOSE, Kind.CELL):
            viewer = _one_it_matters_to(rule)
            yield _changed(rule, f"not for {viewer}", who=f"{rule.written['who']} !{viewer}")


def _one_it_matters_to(rule: Rule) -> str:
    """For a line of the legend a viewer who has such a cell, for other rules the first who is named."""
    if rule.kind is not Kind.CELL:
        return rule.who[0]
    rows = [row for row in ORIGINAL.rules if row.kind in (Kind.FACET, Kind.SPHERE) and row.cell == rule.cell]
    return next(viewer for row in rows for viewer in row.who if viewer in rule.who)


def _changed(rule: Rule, change: str, **columns: str) -> Mutant:
    row = {**rule.written, **columns}
    out = io.StringIO()
    csv.writer(out, lineterminator="").writerow(row[column] for column in COLUMNS)
    return Mutant(rule, change, out.getvalue())


def noticed(mutant: Mutant, folder: Path) -> str | None:
    """What notices the mutant: the start, a printed table or a question; None if it lives."""
    try:
        policy = mutant.write(folder)
    except PolicyInvalid:
        return "start"
    if any(as_csv(table(policy, which)) != signed for which, signed in SIGNED.items()):
        return "table"
    if mutant.rule.kind is Kind.ACT:
        return "acts" if _acts_differ(policy, mutant.rule) else None
    if _questions_differ(policy, mutant.rule):
        return "question"
    return "story" if _a_story_ends_otherwise(policy, folder) else None


def _a_story_ends_otherwise(policy: Policy, folder: Path) -> bool:
    elsewhere = folder / "elsewhere"
    elsewhere.mkdir(exist_ok=True)
    try:
        test_stories.test_a_lifted_lock_opens_nothing_without_a_grant(policy)
        test_stories.test_a_grant_opens_nothing_medical_even_where_an_area_lets_the_social_team_read_it(
            policy, elsewhere
        )
    except (AssertionError, PolicyInvalid):
        return True
    return False


def _acts_differ(policy: Policy, rule: Rule) -> bool:
    for act in rule.what:
        if act not in policy.acts:
            return True
        names = sorted(ORIGINAL.asked_of_act(act))
        for chosen in chain.from_iterable(combinations(names, size) for size in range(len(names) + 1)):
            facts = ActFacts.that(*chosen)
            for doer in DOERS:
                expected = acts_oracle.may(doer.role, doer.team_kind, act, frozenset(chosen))
                if policy.may(doer, act, facts).allowed is not expected:
                    return True
    return False


def _questions_differ(policy: Policy, rule: Rule) -> bool:
    """Asks wherever other rules are met than before; a grant changes whom there is."""
    if rule.kind is Kind.GRANT:
        return [who for who in everyone() if who.by_grant] != policy.whos([], _grant_facts())
    return any(
        question.decided(policy) != question.expected()
        for who, what in product(everyone(), everything())
        if any(may_differ(ORIGINAL, policy, who, what, purpose) for purpose in Purpose)
        for question in questions([who], [what])
    )


def _grant_facts() -> Facts:
    return Facts.that("break_glass")


@dataclass(frozen=True)
class Hunt:
    """The mutants that were tried, by what noticed them; under None those that live."""

    by: dict[str | None, list[Mutant]]

    @property
    def tried(self) -> int:
        return sum(map(len, self.by.values()))

    @property
    def share(self) -> float:
        return 1 - len(self.by.get(None, [])) / self.tried

    def __str__(self) -> str:
        counts = ", ".join(
            f"{len(found)} by {what}" for what, found in sorted(self.by.items(), key=str) if what
        )
        living = [f"  lives: {mutant.rule.id} {mutant.change}" for mutant in self.by.get(None, [])]
        return "\n".join([f"{self.tried} mutants, {self.share:.1%} noticed: {counts}", *living])


def hunt(chosen: list[Mutant], folder: Path) -> Hunt:
    by: dict[str | None, list[Mutant]] = {}
    for mutant in chosen:
        by.setdefault(noticed(mutant, folder), []).append(mutant)
    return Hunt(by)


def _run(chosen: list[Mutant], folder: Path) -> None:
    found = hunt(chosen, folder)
    print(found)
    assert found.share >= WANTED


def test_each_rule_and_each_condition_is_changed() -> None:
    """Each rule is dropped and turned round, each condition left out and turned round."""
    changes = {(mutant.rule.id, mutant.change) for mutant in mutants()}
    for rule in ORIGINAL.rules:
        asked = {"dropped", "turned round"}
        for word in rule.written["when"].split():
            asked |= {f"without {word}", f"{word} turned round"}
        assert {(rule.id, change) for change in asked} <= changes


def test_a_changed_policy_is_noticed(tmp_path: Path) -> None:
    """All that comes over the tables, and every ninth of the rest; `make prove` tries them all."""
    every = list(mutants())
    over = {Kind.OVER_FACET, Kind.OVER_SPHERE, Kind.GRANT, Kind.PURPOSE}
    rest = [mutant for mutant in every if mutant.rule.kind not in over]
    _run([mutant for mutant in every if mutant.rule.kind in over] + rest[::9], tmp_path)


@pytest.mark.prove
def test_every_change_of_the_policy_is_noticed(tmp_path: Path) -> None:
    _run(list(mutants()), tmp_path)
