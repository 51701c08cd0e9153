"""The table of measures: periods that never overlap, words for every cell, and definitions that do not change."""

import hashlib
from datetime import date
from itertools import pairwise

import pytest

from casecoord.domain.monitor import CURRENT, MEASURES, VERSIONS, Measure, Period, periods
from casecoord.domain.monitor_words import say_path
from casecoord.domain.promises import Rule
from casecoord.domain.words import Language
from casecoord.storage.monitor_counts import COUNTS, SCHOOL_COUNT

#: What each version counts: its cells and its SQL. Another digest is another version: write a new row of the table.
DEFINED = {
    ("signals", 1): "872848c1cf16",
    ("time_to_triage", 1): "f16b1dda1fdf",
    ("time_to_lead", 1): "590c067a70fa",
    ("time_to_contact", 1): "289d3937be81",
    ("gaps", 1): "ecb44480bab1",
    ("cases", 1): "519d4a5ca25e",
    ("outcomes", 1): "1776450269da",
    ("breakthroughs", 1): "6543ad9051a6",
    ("alternatives", 1): "85604082325c",
    ("school_coverage", 1): "cc9b15c7a217",
}


def digest(measure: Measure) -> str:
    said = repr((measure.categories, measure.months, measure.local, COUNTS.get(measure.name, SCHOOL_COUNT)))
    return hashlib.sha256(" ".join(said.split()).encode()).hexdigest()[:12]


def test_what_a_version_counts_does_not_change() -> None:
    assert {(one.name, one.version): digest(one) for one in MEASURES if one is CURRENT[one.name]} == DEFINED


def test_every_version_is_there_once_and_the_highest_counts() -> None:
    assert len(VERSIONS) == len(MEASURES)
    assert all(CURRENT[one.name].version >= one.version for one in MEASURES)


@pytest.mark.parametrize("measure", MEASURES, ids=lambda one: one.name)
def test_every_cell_has_words_in_both_languages(measure: Measure) -> None:
    assert len({len(path) for path in measure.categories}) == 1
    assert len(set(measure.categories)) == len(measure.categories)
    for path in measure.categories:
        for language in Language:
            said = say_path(path, language)
            assert not set(said.split(", ")) & {word for word in path if "_" in word}


def test_no_word_of_a_cell_means_two_things() -> None:
    """The rule `covered` once gave its sentence to schools that are."""
    in_table = {word for one in MEASURES for path in one.categories for word in path}
    rules = {word for word in in_table if word in set(Rule)}
    others = {word for one in MEASURES if one.name != "gaps" for path in one.categories for word in path}
    assert len(rules) > 10 and not rules & others
    for language in Language:
        said = [say_path((word,), language) for word in in_table]
        assert len(set(said)) == len(said)


@pytest.mark.parametrize("months", [1, 3, 12])
def test_periods_follow_each_other_and_are_whole(months: int) -> None:
    measure = Measure("x", 1, ("", ""), ("", ""), (("a",),), months=months)
    found = list(periods(measure, date(2024, 2, 1), date(2026, 11, 1)))
    assert all(one.until_on == other.from_on for one, other in pairwise(found))
    assert all((one.from_on.month - 1) % months == 0 for one in found)
    assert found[0].from_on >= date(2024, 2, 1) and found[-1].until_on <= date(2026, 11, 1)
    assert (
        found[0]
        == {
            1: Period(date(2024, 2, 1), date(2024, 3, 1)),
            3: Period(date(2024, 4, 1), date(2024, 7, 1)),
            12: Period(date(2025, 1, 1), date(2026, 1, 1)),
        }[months]
    )
