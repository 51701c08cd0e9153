"""What was answered once is answered alike to the same eyes under the same circumstances, and to no others."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast
from uuid import UUID, uuid4

import orjson
from hypothesis import given, settings
from hypothesis import strategies as st

from casecoord.access.attributes import Facts
from casecoord.access.decide import Policy
from casecoord.actions.looking import Look
from casecoord.actions.notices import _case
from casecoord.actions.office import Hand
from casecoord.domain.actors import Actor
from casecoord.domain.facets import FACETS, Viewer, grounds_of
from casecoord.domain.words import Language, Purpose, Role, Sphere, TeamKind

ALL_GROUNDS = frozenset(ground for name in FACETS for sphere in Sphere for ground in grounds_of(name, sphere))
NOW, ANEW = Policy(), Policy()

circumstances = st.tuples(
    st.frozensets(st.sampled_from(Viewer), min_size=1, max_size=2),
    st.frozensets(st.sampled_from(["restricted", "split_other_part", "break_glass"]), max_size=2),
    st.sampled_from(Purpose),
    st.sampled_from(Language),
    st.sampled_from([TeamKind.SOCIAL, TeamKind.COURT_PARTNER]),
    st.one_of(st.just(ALL_GROUNDS), st.frozensets(st.sampled_from(sorted(ALL_GROUNDS)))),
)
questions = st.tuples(
    st.sampled_from(sorted(FACETS)),
    st.sampled_from(Sphere),
    st.one_of(st.none(), st.frozensets(st.sampled_from(Viewer), min_size=1, max_size=1)),
    st.dictionaries(st.sampled_from(["wrote_it", "shared_with_teams", "consent_covers"]), st.booleans()),
)


def look(policy: Policy, circumstance: tuple[Any, ...]) -> Look:
    viewers, facts, purpose, language, kind, grounds = circumstance
    area = UUID(int=1)
    actor = Actor(area, area, area, area, kind, Role.MEMBER, "", purpose, language, "")
    work = cast(Any, SimpleNamespace(actor=actor, grounds=grounds))
    return Look(Hand(work, policy), uuid4(), viewers, Facts.that(*facts))


@settings(max_examples=150)
@given(st.lists(st.tuples(circumstances, questions), min_size=1, max_size=12))
def test_an_answer_is_that_of_a_policy_that_remembers_nothing(asked: list[Any]) -> None:
    for circumstance, (facet, sphere, viewers, facts) in [*asked, *reversed(asked)]:
        ANEW.remembered.cache_clear()
        looks = [look(NOW, circumstance), look(ANEW, circumstance)]
        told = [(one.decide(facet, sphere, viewers, **facts), one.shown, one.withheld) for one in looks]
        assert told[0] == told[1]
        entries = [one.entry("look") for one in looks]
        assert orjson.dumps(entries[0].decided) == orjson.dumps(entries[1].decided)
        alike = [replace(entry, household=None, decided=()) for entry in entries]
        assert alike[0] == alike[1]


def test_it_is_asked_of_the_policy_once() -> None:
    policy = Policy()
    circumstance = (
        frozenset({Viewer.SOCIAL}),
        (),
        Purpose.CARE_COORDINATION,
        Language.NL,
        TeamKind.SOCIAL,
        ALL_GROUNDS,
    )
    for _ in range(3):
        for facet in FACETS:
            look(policy, circumstance).decide(facet)
    assert policy.remembered.cache_info().misses == 1
    assert policy._decided.cache_info().misses <= len(FACETS)
    assert policy._decided.cache_info().hits == 0


def test_why_it_is_withheld_is_said_in_the_language_of_whoever_asks() -> None:
    """In turns, after it was said in the other one."""
    said = []
    for language in [*Language, *Language]:
        facts, purpose = (), Purpose.CARE_COORDINATION
        mine = look(NOW, (frozenset({Viewer.SOCIAL}), facts, purpose, language, TeamKind.SOCIAL, ALL_GROUNDS))
        mine.decide("consent.record")
        said.append(mine.withheld["consent.record"].reason)
    assert said[:2] == said[2:] and said[0] != said[1]


def test_two_notices_of_one_family_are_answered_each_for_its_own_eyes() -> None:
    """Whoever leads and takes part has no part in a signal that another team answers for."""
    policy, family = Policy(), uuid4()
    work = look(
        policy, ((), (), Purpose.CARE_COORDINATION, Language.NL, TeamKind.SOCIAL, ALL_GROUNDS)
    ).hand.work
    row = {
        "household_id": family, "case_id": uuid4(), "sphere": "general", "audience": None, "is_lead": True,
        "escalated": False, "wrote_it": False, "own_invitation": False,
    }  # fmt: skip
    looks: dict[UUID, Look] = {}
    for takes_part in (True, False, True):
        assert _case(Hand(work, policy), looks, {**row, "takes_part": takes_part}, "signal.existence")
    (shown,) = looks.values()
    asked = {one.asked[:2] for one in shown.answers}
    eyes = ({Viewer.SOCIAL, Viewer.LEAD}, {Viewer.LEAD})
    assert asked == {(frozenset(e), facet) for e in eyes for facet in ("signal.existence", "case.status")}
    assert {one.asked[0] for one in shown._known.values()} == {frozenset(e) for e in eyes}
    for (_, _, viewers, *_), one in shown._known.items():
        assert one.asked[0] == (shown.viewers if viewers is None else viewers)
