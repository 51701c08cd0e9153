"""Who may do what: every act, by every role in every kind of team, in every combination of facts asked."""

import csv
from collections.abc import Iterator
from itertools import chain, combinations, product

import pytest

from casecoord.access.decide import Policy
from casecoord.access.doing import ACT_ATOMS, ActFacts, Doer
from casecoord.domain.words import Role, TeamKind
from tests.policies import acts_oracle
from tests.policies.oracle import TABLES

DOERS = [Doer(role, kind) for role, kind in product(Role, (None, *TeamKind))]


@pytest.fixture(scope="module")
def policy() -> Policy:
    return Policy()


def situations(policy: Policy, act: str) -> Iterator[tuple[str, ...]]:
    """All combinations of what the rules and the table ask about this act."""
    names = sorted(policy.asked_of_act(act) | set(acts_oracle.ACTS[act][0].split()))
    return chain.from_iterable(combinations(names, size) for size in range(len(names) + 1))


def test_the_acts_are_those_of_the_signed_table(policy: Policy) -> None:
    with (TABLES / "access-acts.csv").open(newline="", encoding="utf-8") as file:
        signed = [act for row in csv.DictReader(file) for act in row["act"].split(", ")]
    assert list(policy.acts) == signed
    assert set(acts_oracle.ACTS) == set(signed)


@pytest.mark.parametrize("act", acts_oracle.ACTS)
def test_an_act_is_open_to_whom_the_table_names_and_to_nobody_else(policy: Policy, act: str) -> None:
    yes = no = 0
    for names in situations(policy, act):
        facts = ActFacts.that(*names)
        for doer in DOERS:
            allowed = policy.may(doer, act, facts).allowed
            assert allowed is acts_oracle.may(doer.role, doer.team_kind, act, frozenset(names)), (doer, names)
            yes, no = yes + allowed, no + (not allowed)
    assert yes
    assert no


def test_no_fact_means_no_act_that_needs_one(policy: Policy) -> None:
    for act in policy.acts:
        needed = acts_oracle.ACTS[act][0].split()
        if needed:
            assert not any(policy.may(doer, act, ActFacts()).allowed for doer in DOERS)


def test_every_fact_about_acting_is_asked_by_some_rule(policy: Policy) -> None:
    asked = frozenset[str]().union(*(policy.asked_of_act(act) for act in policy.acts))
    assert asked == set(ACT_ATOMS)


def test_an_administrator_in_a_team_does_not_do_the_teams_work(policy: Policy) -> None:
    everything_so = ActFacts.that(*(name for name in ACT_ATOMS if name != "is_lead"))
    for kind in TeamKind:
        assert not policy.may(Doer(Role.ADMINISTRATOR, kind), "plan_hearing", everything_so).allowed
        assert not policy.may(Doer(Role.ADMINISTRATOR, kind), "join_case", everything_so).allowed


def test_a_refusal_names_the_rule_and_what_is_missing(policy: Policy) -> None:
    member = Doer(Role.MEMBER, TeamKind.SOCIAL)
    too_many = policy.may(member, "accept_lead", ActFacts.that("is_proposed"))
    assert (too_many.allowed, too_many.rule) == (False, "accept_lead.ceiling")
    assert too_many.reason == ("!within_ceiling",)
    stranger = policy.may(member, "accept_lead", ActFacts.that("within_ceiling"))
    assert (stranger.allowed, stranger.rule, stranger.reason) == (False, "nobody", ("!is_proposed",))


def test_an_act_that_no_rule_names_is_an_error_and_no_permission(policy: Policy) -> None:
    with pytest.raises(KeyError):
        policy.may(Doer(Role.ADMINISTRATOR), "delete_everything", ActFacts())
