"""The citizen service number (BSN): the 11-test, and finding one where it should not be."""

import re

_WEIGHTS = (9, 8, 7, 6, 5, 4, 3, 2, -1)
# Eight or nine digits that people may have spaced or dotted, not part of a longer number.
_NUMBERS = re.compile(r"(?<!\d)\d(?:[ .-]?\d){7,8}(?!\d)")


def is_bsn(digits: str) -> bool:
    """Whether these are nine digits that pass the 11-test (and are not all zero)."""
    if len(digits) != 9 or not digits.isascii() or not digits.isdigit() or int(digits) == 0:
        return False
    return sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, digits, strict=True)) % 11 == 0


def holds_bsn(text: str) -> bool:
    """Whether a text holds something that can only be meant as a BSN."""
    return any(is_bsn(re.sub(r"\D", "", number).zfill(9)) for number in _NUMBERS.findall(text))
