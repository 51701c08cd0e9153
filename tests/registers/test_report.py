"""A report accounts for every row and never says what a row holds."""

import pytest

from casecoord.domain.words import Language
from casecoord.registers.report import Extra, Outcome, Report, Unaccounted


def test_a_report_that_loses_a_row_is_an_error() -> None:
    report = Report("schools", read=2)
    report.add(Outcome.CREATED, 1)
    with pytest.raises(Unaccounted):
        report.as_json()
    report.add(Outcome.REFUSED, 2, "postcode")
    assert report.as_json()["read"] == 2
    report.add(Outcome.UNCHANGED, 2)
    with pytest.raises(Unaccounted):
        report.as_text(Language.EN)


@pytest.mark.parametrize(("outcome", "reason"), [(Outcome.REFUSED, None), (Outcome.CREATED, "postcode")])
def test_only_what_was_not_taken_over_has_a_reason(outcome: Outcome, reason: str | None) -> None:
    with pytest.raises(Unaccounted):
        Report("schools", read=1).add(outcome, 1, reason)


def test_a_report_names_reasons_with_their_rows() -> None:
    report = Report("persons", read=14)
    for row in range(1, 13):
        report.add(Outcome.OUTSIDE, row, "other_area")
    report.add(Outcome.REFUSED, 13, "bsn")
    report.add(Outcome.CREATED, 14)
    report.extra[Extra.MOVES] += 1
    assert report.as_json() == {
        "what": "persons",
        "read": 14,
        "created": 1,
        "changed": 0,
        "unchanged": 0,
        "outside": 12,
        "refused": 1,
        "reasons": [
            {"outcome": "outside", "reason": "other_area", "count": 12, "rows": list(range(1, 13))},
            {"outcome": "refused", "reason": "bsn", "count": 1, "rows": [13]},
        ],
        "extra": {"moves": 1},
    }
    text = report.as_text(Language.EN)
    assert "1, 2, 3, 4, 5, 6, 7, 8, 9, 10, ..." in text
    assert "the BSN is missing or fails the 11-test: 1 (row 13)" in text
    assert "14 rijen gelezen" in report.as_text(Language.NL)
