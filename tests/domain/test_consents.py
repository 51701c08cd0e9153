"""Below 12 whoever has custody, from 12 to 15 both, from 16 the child alone: every age, every custody, every yes."""

from datetime import date, timedelta
from itertools import chain, combinations
from uuid import UUID

import pytest

from casecoord.domain.consents import Custody, agreed, custody_until, enough_until, entitled, parties

CHILD, MOTHER, FATHER, STRANGER = (UUID(int=number) for number in range(1, 5))
TODAY = date(2026, 11, 26)
CUSTODIES = {
    "none": Custody(),
    "mother": Custody(frozenset({MOTHER})),
    "both": Custody(frozenset({MOTHER, FATHER})),
    "elsewhere": Custody(elsewhere=True),
    "mother and elsewhere": Custody(frozenset({MOTHER}), elsewhere=True),
}
#: By age and custody exactly who has to say yes; True: and somebody who is not known here, on paper.
PARENTS = {
    "none": (set(), True),
    "mother": ({MOTHER}, False),
    "both": ({MOTHER, FATHER}, False),
    "elsewhere": (set(), True),
    "mother and elsewhere": ({MOTHER}, True),
}


def wanted(age: int, custody: str) -> tuple[set[UUID], bool]:
    parents, on_paper = PARENTS[custody]
    if age >= 16:
        return {CHILD}, False
    return parents | ({CHILD} if age >= 12 else set()), on_paper


def every_yes() -> list[tuple[UUID, ...]]:
    people = (CHILD, MOTHER, FATHER, STRANGER)
    return list(chain.from_iterable(combinations(people, size) for size in range(len(people) + 1)))


@pytest.mark.parametrize("custody", CUSTODIES)
@pytest.mark.parametrize("age", range(100))
def test_exactly_those_agree_whose_yes_it_needs(age: int, custody: str) -> None:
    born = TODAY.replace(year=TODAY.year - age).isoformat()
    needed = parties(born, TODAY, CUSTODIES[custody])
    people, on_paper = wanted(age, custody)
    for given in every_yes():
        for paper in (False, True):
            met = agreed(CHILD, needed, CUSTODIES[custody], given, paper)
            assert met is (set(given) == people and (paper or not on_paper)), (given, paper)
    assert entitled(CHILD, needed, CUSTODIES[custody]) == people


@pytest.mark.parametrize("age", [12, 16])
def test_it_changes_on_the_birthday_itself(age: int) -> None:
    birthday = date(2026, 11, 26)
    born = birthday.replace(year=2026 - age).isoformat()
    before = parties(born, birthday - timedelta(days=1), CUSTODIES["mother"])
    there = parties(born, birthday, CUSTODIES["mother"])
    assert (before.child, before.custody) == ((False, True) if age == 12 else (True, True))
    assert (there.child, there.custody) == ((True, True) if age == 12 else (True, False))


def test_who_was_born_on_the_29th_of_february_is_twelve_and_sixteen_in_a_leap_year() -> None:
    for age, year in ((12, 2024), (16, 2028)):
        born = f"{year - age}-02-29"
        day = date(year, 2, 29)
        assert parties(born, day - timedelta(days=1), CUSTODIES["both"]) != parties(
            born, day, CUSTODIES["both"]
        )


def test_what_the_parents_said_is_enough_until_the_twelfth_birthday_and_custody_counts_until_the_sixteenth() -> (
    None
):
    born = "2018-09-30"
    young = parties(born, TODAY, CUSTODIES["both"])
    assert (enough_until(born, young), custody_until(born, young)) == (date(2030, 9, 30), date(2034, 9, 30))
    teen = parties("2013-09-30", TODAY, CUSTODIES["both"])
    assert (enough_until("2013-09-30", teen), custody_until("2013-09-30", teen)) == (None, date(2029, 9, 30))
    alone = parties("2009-06-02", TODAY, CUSTODIES["both"])
    assert (enough_until("2009-06-02", alone), custody_until("2009-06-02", alone)) == (None, None)


def test_enough_ends_exactly_when_others_are_needed() -> None:
    """The stored end and the rule itself never disagree, on any day of any childhood."""
    for born in (
        "2014-11-27",
        "2014-11-26",
        "2012-02-29",
        "2015-01-01",
        "2014-12-31",
        "2014-00-00",
        "2014-06-00",
    ):
        day = date(2024, 1, 1)
        needed = parties(born, day, CUSTODIES["mother"])
        until = enough_until(born, needed)
        for later in range(1500):
            then = day + timedelta(days=later)
            assert (parties(born, then, CUSTODIES["mother"]).child and not needed.child) is (
                until is not None and then >= until
            ), (born, then)


def test_where_the_birth_date_is_not_whole_everybody_agrees_whose_yes_may_be_needed() -> None:
    # Born somewhere in 2014: on 26 November 2026 perhaps eleven, perhaps twelve.
    unsure = parties("2014-00-00", date(2026, 11, 26), CUSTODIES["mother"])
    assert (unsure.child, unsure.custody) == (True, True)
    # Born in November 2010: perhaps fifteen, perhaps sixteen.
    unsure = parties("2010-11-00", date(2026, 11, 26), CUSTODIES["mother"])
    assert (unsure.child, unsure.custody) == (True, True)
    for unknown in ("0000-00-00", None):
        young, grown = (parties(unknown, TODAY, CUSTODIES[name]) for name in ("mother", "none"))
        assert (young.child, young.custody) == (True, True)
        assert (grown.child, grown.custody) == (True, False)
        assert custody_until(unknown, young) == date.max and enough_until(unknown, young) is None
