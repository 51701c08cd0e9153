"""Whatever is withheld with a reason says rule, ground and whom to ask; a refused act says them too."""

from itertools import product

import pytest

from casecoord.access.attributes import Why
from casecoord.access.decide import Policy
from casecoord.access.differences import everyone, everything, situations
from casecoord.access.doing import ActFacts, Doer
from casecoord.access.explain import explain, explain_permission
from casecoord.domain.facets import Shown
from casecoord.domain.words import Language, Purpose, Role, TeamKind

POLICY = Policy()


@pytest.mark.parametrize("language", Language)
def test_each_decision_that_shows_only_existence_says_rule_ground_and_whom_to_ask(language: Language) -> None:
    found = 0
    for who, what, purpose in product(everyone(), everything(), Purpose):
        if not POLICY.may_use(who.viewer, purpose):
            continue
        for _, facts in situations(who, what, POLICY.asked(who.viewer, what)):
            decision = POLICY.decide_as(who, what, Why(purpose), facts)
            if decision.shown is Shown.EXISTS:
                why = explain(POLICY, decision, language)
                assert why.ask and why.ground and why.rules and all(words for _, words in why.rules)
                found += 1
    assert found > 200


@pytest.mark.parametrize("language", Language)
def test_each_refused_act_says_who_may_and_on_what_ground(language: Language) -> None:
    refused = 0
    for act, role, kind in product(POLICY.acts, Role, (None, *TeamKind)):
        permission = POLICY.may(Doer(role, kind), act, ActFacts.that("membership_valid"))
        if permission.allowed:
            continue
        why = explain_permission(POLICY, permission, act, language)
        ((_, sentence),) = why.rules
        assert sentence and why.ask and "6(1)(" in why.ground, (act, role)
        refused += 1
    assert refused > 1_000
