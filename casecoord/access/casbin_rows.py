"""Rules as Casbin evaluates them: rows for its policy, questions for its requests, one answer each."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import casbin

from casecoord.access.rules import Ask, Effect, Kind, PolicyInvalid, Rule

#: Which of Casbin's policies a kind of rule goes into.
POLICY_OF = {
    Kind.OVER_FACET: "p",
    Kind.FACET: "p",
    Kind.OVER_SPHERE: "p2",
    Kind.SPHERE: "p2",
    Kind.PURPOSE: "p3",
    Kind.ACT: "p4",
}
_EFFECT = "priority(p_eft) || deny"
_PARTS = {"r": 4, "p": 4, "e": 1, "m": 4}


@dataclass(frozen=True, slots=True)
class Row:
    """One row of Casbin's policy. A row of a table gives one for each line of its cell's legend."""

    key: str
    rule: Rule
    who: tuple[str, ...]
    shows: tuple[str, ...]
    when: tuple[str, ...]
    ground: str

    @property
    def ask(self) -> Ask | None:
        """Whom to ask, where it shows only the existence."""
        return self.rule.ask

    def as_casbin(self) -> list[str]:
        """Its attributes in the order of model.conf."""
        lists = (self.who, self.rule.what, self.rule.cell, self.shows, self.when)
        return [self.key, *(" ".join(words) for words in lists), str(self.rule.effect)]


@dataclass(slots=True)
class Question:
    """What Casbin is asked: categories, one degree, and the names of the conditions that hold.

    Casbin's functions write down here what rules that would have allowed it missed.
    """

    roles: frozenset[str]
    about: str
    cell: str = ""
    shows: str = ""
    holding: frozenset[str] = frozenset()
    missed: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Answer:
    """Yes or no, the row that decided (None: no rule fits), the rule to name, and why not."""

    allowed: bool
    row: Row | None
    rule: str
    reason: tuple[str, ...]


def casbin_rows(rules: Sequence[Rule]) -> list[Row]:
    """The rows for Casbin in the order in which they decide."""
    legend = [rule for rule in rules if rule.kind is Kind.CELL]
    rows: list[Row] = []
    for rule in rules:
        if rule.kind in (Kind.FACET, Kind.SPHERE):
            rows += (_by_legend(rule, line) for line in legend if line.cell == rule.cell)
        elif rule.kind in POLICY_OF and rule.effect is not Effect.NOTE:
            rows.append(Row(rule.id, rule, rule.who, rule.shows, rule.when, rule.ground))
    return rows


def _by_legend(rule: Rule, line: Rule) -> Row:
    who = tuple(viewer for viewer in rule.who if viewer in line.who)
    return Row(f"{rule.id}={line.id}", rule, who, line.shows, line.when, line.ground)


class Enforcer:
    """Casbin over these rows. It never changes: another policy version is another enforcer.

    Casbin tries every row it holds, so each thing that can be asked about gets a Casbin enforcer of
    its own, with the rows that speak of it, when it is first asked about.
    """

    def __init__(self, model: Path, rows: Sequence[Row]) -> None:
        self._text = _model_text(model)
        self._rows = {row.key: row for row in rows}
        self._about: dict[tuple[str, str], casbin.Enforcer] = {}
        _check_matchers(model, self._casbin("p", "anything"))
        # On refusals Casbin would log the whole request.
        logging.getLogger("casbin.enforcer").disabled = True

    def ask(self, kind: Kind, question: Question, silence: str) -> Answer:
        """What do the rules of this kind say? `silence`: the rule to name where none fits."""
        policy = POLICY_OF[kind]
        enforcer = self._about.get((policy, question.about))
        if enforcer is None:
            enforcer = self._about[policy, question.about] = self._casbin(policy, question.about)
        allowed, decided = enforcer.enforce_ex(enforcer.new_enforce_context(policy[1:]), question)
        if not decided:
            return Answer(False, None, silence, tuple(dict.fromkeys(map(_opposite, question.missed))))
        row = self._rows[decided[0]]
        return Answer(bool(allowed), row, row.rule.id, () if allowed else row.when)

    def _casbin(self, policy: str, thing: str) -> casbin.Enforcer:
        enforcer = casbin.Enforcer(casbin.Enforcer.new_model(text=self._text), enable_log=False)
        for row in self._rows.values():
            if POLICY_OF[row.rule.kind] == policy and thing in row.rule.what:
                enforcer.get_model().add_policy("p", policy, row.as_casbin())
        for function in (about, looks, where, shows, when):
            enforcer.add_function(function.__name__, function)
        return enforcer


def _opposite(condition: str) -> str:
    return condition[1:] if condition[0] == "!" else f"!{condition}"


def _model_text(path: Path) -> str:
    """The model as written, if it is one that these rows can be decided by."""
    try:
        text = path.read_text(encoding="utf-8")
        model = casbin.Enforcer.new_model(text=text)
        sections = {name: len(model[name]) for name in _PARTS}
        effect = model["e"]["e"].value
    except Exception as error:
        raise PolicyInvalid(f"is no model ({type(error).__name__})", file=path.name) from None
    if sections != _PARTS:
        raise PolicyInvalid(f"needs {_PARTS} definitions, has {sections}", file=path.name)
    if effect != _EFFECT:
        # Any other effect makes a refusal lose, or hides which rule decided.
        raise PolicyInvalid("the effect must be priority(p.eft) || deny", file=path.name)
    return text


def _check_matchers(path: Path, enforcer: casbin.Enforcer) -> None:
    """Every matcher can be evaluated: a typo there must stop the start, not the first request."""
    everything = Question(frozenset({"anybody"}), "anything", "any", "any")
    for policy in sorted(set(POLICY_OF.values())):
        enforcer.get_model().add_policy("p", policy, _MATCHES_ALL)
        try:
            allowed, _ = enforcer.enforce_ex(enforcer.new_enforce_context(policy[1:]), everything)
        except Exception as error:
            raise PolicyInvalid(
                f"matcher m{policy[1:]} fails ({type(error).__name__})", file=path.name
            ) from None
        if not allowed:
            raise PolicyInvalid(f"matcher m{policy[1:]} misses a row that fits", file=path.name)


_MATCHES_ALL = ["all", "anybody", "anything", "any", "any", "", "allow"]


@lru_cache(maxsize=4096)
def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


def about(question: Question, what: str) -> bool:
    """Does the rule speak of this thing?"""
    return question.about in _set(what)


def looks(question: Question, who: str) -> bool:
    """Does it speak of this viewer, or of one of the roles of who acts?"""
    return not question.roles.isdisjoint(_set(who))


def where(question: Question, cell: str) -> bool:
    """Does it speak of what the table says here?"""
    return question.cell in _set(cell)


def shows(question: Question, degrees: str) -> bool:
    """Does it speak of this much?"""
    return question.shows in _set(degrees)


def when(question: Question, conditions: str, effect: str) -> bool:
    """Do all its conditions hold?"""
    missed = [word for word in conditions.split() if not _holds(word, question.holding)]
    if effect == Effect.ALLOW:
        question.missed += missed
    return not missed


def _holds(word: str, holding: frozenset[str]) -> bool:
    return word[1:] not in holding if word[0] == "!" else word in holding
