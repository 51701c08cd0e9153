"""Every question that can be asked about seeing, answered three times by three ways of reading the tables."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import combinations

import asyncpg
import pytest

from casecoord.access.attributes import ATOMS, FACTS, Facts, What, Who, possible
from casecoord.access.decide import Decision, Policy
from casecoord.access.differences import everyone, everything
from casecoord.access.rules import Kind
from casecoord.domain.facets import FACETS, Level, Shown, Trait, Viewer
from casecoord.domain.words import Purpose, Sphere
from tests.policies import oracle
from tests.policies.agreement import agreement
from tests.policies.space import Question, questions

RANK = list(Shown)


@pytest.fixture(scope="module")
def policy() -> Policy:
    return Policy()


@dataclass
class Walk:
    """What was met on one walk through the whole space."""

    tried: int = 0
    wrong: list[Question] = field(default_factory=list)
    exists: list[tuple[Question, Decision]] = field(default_factory=list)
    unexplained: list[tuple[Question, Decision]] = field(default_factory=list)
    deciding: set[str] = field(default_factory=set)


@pytest.fixture(scope="module")
def walk(policy: Policy) -> Walk:
    walk = Walk()
    rules = {rule.id for rule in policy.rules} | {"purpose"}
    conditions = {*ATOMS, *(f"!{name}" for name in ATOMS)}
    for question in questions():
        decision = policy.decide_as(question.who, question.what, question.why, question.facts)
        walk.tried += 1
        walk.deciding |= set(decision.rules)
        if decision.shown != question.expected():
            walk.wrong.append(question)
        if decision.shown is Shown.EXISTS:
            walk.exists.append((question, decision))
        explained = (
            decision.rules and rules.issuperset(decision.rules) and conditions.issuperset(decision.reason)
        )
        grounded = bool(decision.ground) is (decision.shown is not Shown.NONE)
        asks = (decision.ask is not None) is (decision.shown is Shown.EXISTS)
        if not (explained and grounded and asks):
            walk.unexplained.append((question, decision))
    return walk


def test_the_whole_space_is_decided_as_the_tables_say(walk: Walk) -> None:
    print(f"{walk.tried} questions, {len(walk.wrong)} decided otherwise than the tables say")
    assert not walk.wrong[:5]
    assert 100_000 < walk.tried < 500_000


def test_every_answer_has_its_rules_its_ground_and_for_exists_whom_to_ask(walk: Walk) -> None:
    assert not walk.unexplained[:5]


def test_exists_is_never_said_of_a_secret(walk: Walk) -> None:
    assert walk.exists
    for question, _ in walk.exists:
        assert Trait.SECRET not in FACETS[question.what.facet].traits


def test_every_rule_about_seeing_decides_something(policy: Policy, walk: Walk) -> None:
    kinds = {Kind.FACET, Kind.SPHERE, Kind.OVER_FACET, Kind.OVER_SPHERE, Kind.GRANT}
    silent = {rule.id for rule in policy.rules if rule.kind in kinds} - walk.deciding
    # The one is heard only after the rule that refused all of it; the other because whoever may look
    # for monitoring sees the figures.
    assert silent == {"secret_existence", "figures.none"}


async def test_casbin_cedar_and_sql_agree_on_every_question(policy: Policy, walk: Walk, server: str) -> None:
    connection = await asyncpg.connect(server)
    try:
        found = await agreement(policy, connection)
    finally:
        await connection.close()
    print(found)
    assert not found.wrong[:5]
    assert set(found.asked.values()) == {walk.tried}


def test_several_viewers_see_the_best_of_what_each_sees_alone(policy: Policy) -> None:
    chance = random.Random(7)
    for one, other in combinations(Viewer, 2):
        for what, purpose, names in _some(chance, 60):
            facts = Facts.that(*names)
            together = policy.decide(frozenset({one, other}), what.facet, what.sphere, purpose, facts)
            alone = [
                policy.decide(frozenset({viewer}), what.facet, what.sphere, purpose, facts)
                for viewer in (one, other)
            ]
            assert together.shown is min((each.shown for each in alone), key=RANK.index)


def test_a_facet_and_its_sphere_must_be_open_to_the_same_viewer(policy: Policy) -> None:
    # The court partner sees justice, the work-care team sees goals of the family: neither sees both.
    viewers = frozenset({Viewer.COURT_PARTNER, Viewer.WORK_CARE})
    for purpose in Purpose:
        decision = policy.decide(viewers, "family.goal", Sphere.JUSTICE, purpose, Facts.that())
        assert decision.shown is Shown.NONE


def _some(chance: random.Random, count: int) -> Iterator[tuple[What, Purpose, list[str]]]:
    for _ in range(count):
        names = [name for name in FACTS if chance.random() < 0.3 and name != "break_glass"]
        yield chance.choice(everything()), chance.choice(list(Purpose)), names


def test_a_fact_that_cannot_hold_for_a_viewer_changes_nothing(policy: Policy) -> None:
    chance = random.Random(11)
    for viewer in Viewer:
        for what, purpose, names in _some(chance, 400):
            can = [name for name in names if possible(Who(viewer), what, Facts.that(name))]
            shown = [
                policy.decide(frozenset({viewer}), what.facet, what.sphere, purpose, Facts.that(*so)).shown
                for so in (names, can)
            ]
            assert shown[0] is shown[1], (viewer, what, names)


def test_every_fact_is_possible_somewhere_and_each_limit_of_the_space_is_real() -> None:
    anywhere = {
        name
        for who in everyone()
        for what in everything()
        for name in FACTS
        if possible(who, what, Facts.that(name))
    }
    assert anywhere == set(FACTS) - {"break_glass"}  # who.by_grant says the same
    impossible = [
        (Who(Viewer.SCHOOL_CARE, by_grant=True), What("person.name"), ()),
        (Who(Viewer.SOCIAL), What("person.name", Sphere.GENERAL), ()),
        (Who(Viewer.SOCIAL), What("signal.summary"), ()),
        (Who(Viewer.SOCIAL), What("medical.note", Sphere.HEALTH), ("medical_lifted",)),
        (Who(Viewer.SCHOOL_CARE), What("signal.summary", Sphere.GENERAL), ("shared_with_teams",)),
        (Who(Viewer.SCHOOL_CARE), What("person.name"), ("wrote_it",)),
        (Who(Viewer.SCHOOL_CARE), What("person.name"), ("own_person",)),
        (Who(Viewer.ANALYST), What("monitor.aggregate"), ("restricted",)),
    ]
    for who, what, names in impossible:
        assert not possible(who, what, Facts.that(*names)), (who, what, names)


def test_what_the_tables_call_written_or_secret_is_what_the_facets_say() -> None:
    written = {name for name, facet in FACETS.items() if Trait.ENTRY in facet.traits}
    secret = {name for name, facet in FACETS.items() if Trait.SECRET in facet.traits}
    assert written == oracle.WRITTEN
    assert secret == oracle.SECRET


def test_nobody_at_all_sees_nothing(policy: Policy) -> None:
    everything_so = Facts.that(*(name for name in FACTS if name != "break_glass"))
    for what in everything():
        decision = policy.decide(
            frozenset(), what.facet, what.sphere, Purpose.CARE_COORDINATION, everything_so
        )
        assert decision.shown is Shown.NONE


def test_an_item_without_a_sphere_is_shown_to_nobody(policy: Policy) -> None:
    for facet in (facet for facet in FACETS.values() if facet.level is Level.ITEM):
        for viewer in Viewer:
            decision = policy.decide(
                frozenset({viewer}), facet.name, None, Purpose.CARE_COORDINATION, Facts.that("wrote_it")
            )
            assert decision.shown is Shown.NONE
