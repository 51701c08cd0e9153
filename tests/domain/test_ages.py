"""Ages that change something are reached on a day, whatever of a birth date is known."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casecoord.domain.ages import MILESTONES, age_on, milestones_until, next_milestone, reaches

births = st.one_of(
    st.dates(date(1950, 1, 1), date(2026, 1, 1)).map(str),
    st.builds("{:04}-{:02}-00".format, st.integers(1950, 2026), st.integers(1, 12)),
    st.builds("{:04}-00-00".format, st.integers(1950, 2026)),
)


@given(births, st.sampled_from(MILESTONES))
def test_the_day_is_the_first_on_which_the_age_is_certain(born: str, age: int) -> None:
    day = reaches(born, age)
    assert day is not None
    assert age_on(born, day) == age
    assert age_on(born, day - timedelta(days=1)) == age - 1


@given(births, st.dates(date(1950, 1, 1), date(2060, 1, 1)))
def test_from_day_to_day_each_age_is_met_once(born: str, today: date) -> None:
    met, day = [], next_milestone(born, today)
    while day is not None:
        met += milestones_until(born, day, day)
        day = next_milestone(born, day)
    assert met == [age for age in MILESTONES if (reaches(born, age) or today) > today]


@pytest.mark.parametrize("born", ["0000-00-00"])
def test_of_an_unknown_birth_nothing_is_awaited(born: str) -> None:
    assert next_milestone(born, date(2026, 1, 1)) is None
    assert milestones_until(born, date(2000, 1, 1), date(2026, 1, 1)) == []


def test_who_was_born_on_a_leap_day_turns_twelve_the_day_after_february() -> None:
    assert reaches("2015-02-28", 12) == date(2027, 2, 28)
    assert reaches("2016-02-29", 12) == date(2028, 2, 29)
    assert reaches("2016-02-29", 13) == date(2029, 3, 1)
