"""The citizen service number (BSN): the 11-test, and finding one where it should not be."""

import re
import unicodedata

_WEIGHTS = (9, 8, 7, 6, 5, 4, 3, 2, -1)
# Eight or nine digits that people may have spaced, dotted or dashed, not part of a longer number.
_NUMBERS = re.compile(r"(?<!\d)\d(?:[\s./\u2010-\u2015-]?\d){7,8}(?!\d)")
# Eight digits set as a date are a date.
_DATE = re.compile(r"([0-3]?\d)([./-])([01]?\d)\2((?:19|20)\d\d)|((?:19|20)\d\d)([./-])([01]?\d)\6([0-3]?\d)")


def is_bsn(digits: str) -> bool:
    """Whether these are nine digits that pass the 11-test (and are not all zero)."""
    if len(digits) != 9 or not digits.isascii() or not digits.isdigit() or int(digits) == 0:
        return False
    return sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, digits, strict=True)) % 11 == 0


def holds_bsn(text: str) -> bool:
    """Whether a text holds something that can only be meant as a BSN."""
    return any(
        is_bsn(_digits(found).zfill(9)) for found in _NUMBERS.findall(text) if not _DATE.fullmatch(found)
    )


def _digits(text: str) -> str:
    """The digits of any script, as the ones we count with."""
    return "".join(str(unicodedata.digit(character)) for character in text if character.isdigit())
