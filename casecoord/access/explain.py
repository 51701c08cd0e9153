"""A decision in plain Dutch or English: how much, by which sentence, on what ground, whom to ask."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from casecoord.access.attributes import ATOMS
from casecoord.access.decide import Decision, Permission, Policy
from casecoord.access.doing import ACT_ATOMS
from casecoord.access.rules import Ask, Effect, Kind, Rule
from casecoord.domain.facets import FACETS, PUBLIC_TASK, Cell, Shown
from casecoord.domain.words import Language

#: (Dutch, English)
SHOWN: dict[Shown, tuple[str, str]] = {
    Shown.FULL: ("getoond", "shown"),
    Shown.OPEN_CLOSED: ("alleen of de casus open of gesloten is", "only whether the case is open or closed"),
    Shown.EXISTS: ("alleen dat het er is", "only that it exists"),
    Shown.NONE: ("niet getoond", "withheld"),
}
ASK: dict[Ask, tuple[str, str]] = {
    Ask.SOURCE_TEAM: ("het team dat het inbracht", "the team that brought it"),
    Ask.PRACTICE: ("de huisartsenpraktijk", "the GP practice"),
    Ask.LEAD: ("de regievoerder", "the lead"),
    Ask.COORDINATOR: ("de gebiedscoördinator", "the area's coordinator"),
    Ask.PRIVACY_OFFICER: ("de privacyfunctionaris", "the privacy officer"),
}
_NOT_SO = ("niet zo", "not so")
_PURPOSE = ("wie zo kijkt, mag dit doel niet gebruiken", "who looks as this may not use this purpose")
_NOBODY = ("geen regel staat dit toe", "no rule allows this")


class _Sentence(Protocol):
    def sentence(self, language: Language) -> str: ...


@dataclass(frozen=True, slots=True)
class Explanation:
    """All of a decision in words; empty strings where there is nothing to say."""

    shown: str
    rules: tuple[tuple[str, str], ...]
    reason: tuple[str, ...]
    ground: str
    ask: str


def explain(policy: Policy, decision: Decision, language: Language) -> Explanation:
    """Why is this shown, or not? For an officer's eyes: `none` must look like absent to a viewer."""
    return Explanation(
        _in(SHOWN[decision.shown], language),
        tuple((rule, sentence_of(policy, rule, language)) for rule in decision.rules),
        _reasons(decision.reason, ATOMS, language),
        _article(decision.ground, language),
        whom(decision.ask, language),
    )


def explain_permission(policy: Policy, permission: Permission, act: str, language: Language) -> Explanation:
    """Why may this be done, or not? Whom to ask, if not: those who may."""
    yes = (("toegestaan", "allowed"), ("niet toegestaan", "not allowed"))[not permission.allowed]
    rule = (permission.rule, sentence_of(policy, permission.rule, language))
    return Explanation(
        _in(yes, language),
        (rule,),
        _reasons(permission.reason, ACT_ATOMS, language),
        _article(permission.ground or PUBLIC_TASK, language),
        "" if permission.allowed else "; ".join(who_may(policy, act, language)),
    )


def who_may(policy: Policy, act: str, language: Language) -> list[str]:
    """Those to whom the rules allow an act, in words."""
    allowing = (
        rule
        for rule in policy.rules
        if rule.kind is Kind.ACT and rule.effect is Effect.ALLOW and act in rule.what
    )
    return list(dict.fromkeys(_sentence(policy.rules, rule, language) for rule in allowing))


def whom(ask: Ask | None, language: Language) -> str:
    """Whom to ask, in words; empty for nobody."""
    return _in(ASK[ask], language) if ask else ""


def sentence_of(policy: Policy, rule_id: str, language: Language) -> str:
    """The sentence of a rule; a row of a table speaks through its legend."""
    for rule in policy.rules:
        if rule.id == rule_id and rule.kind is not Kind.CELL:
            return _sentence(policy.rules, rule, language)
    return _in(_PURPOSE if rule_id == Kind.PURPOSE else _NOBODY, language)


def condition_of(word: str, language: Language) -> str:
    """A condition of a rule in words; `!` before it turns it round."""
    return _reason(word, {**ACT_ATOMS, **ATOMS}, language)


def legend_of(policy: Policy, cell: Cell, language: Language) -> str:
    """What a word in the tables means."""
    lines = (rule for rule in policy.rules if rule.kind is Kind.CELL and rule.cell == (cell,))
    return "; ".join(line.nl if language is Language.NL else line.en for line in lines)


def _sentence(rules: Iterable[Rule], rule: Rule, language: Language) -> str:
    if rule.kind not in (Kind.FACET, Kind.SPHERE):
        return rule.nl if language is Language.NL else rule.en
    legend = [line for line in rules if line.kind is Kind.CELL and line.cell == rule.cell]
    names = [FACETS[name].label(language) if name in FACETS else name for name in rule.what]
    told = [line.nl if language is Language.NL else line.en for line in legend]
    return f"{', '.join(names)}: {'; '.join(told)}"


def _reasons(reason: Iterable[str], atoms: Mapping[str, _Sentence], language: Language) -> tuple[str, ...]:
    return tuple(_reason(word, atoms, language) for word in reason)


def _reason(word: str, atoms: Mapping[str, _Sentence], language: Language) -> str:
    sentence = atoms[word.removeprefix("!")].sentence(language)
    return f"{_in(_NOT_SO, language)}: {sentence}" if word[0] == "!" else sentence


def _article(ground: str, language: Language) -> str:
    return f"{'AVG' if language is Language.NL else 'GDPR'} {ground}" if ground else ""


def _in(pair: tuple[str, str], language: Language) -> str:
    return pair[language is Language.EN]
