"""The forms of public codes, and the BRP's incomplete dates."""

import re
from dataclasses import dataclass
from datetime import date

_POSTCODE = re.compile(r"([1-9]\d{3}) ?([A-Za-z]{2})", re.ASCII)
_DATE = re.compile(r"(\d{4})(\d{2})(\d{2})", re.ASCII)


def postcode(text: str) -> str | None:
    """`3079 sk` as `3079SK`; None where it is no Dutch postcode."""
    found = _POSTCODE.fullmatch(text.strip())
    return found[1] + found[2].upper() if found else None


def municipality(text: str) -> str | None:
    """`0599`, `599` or `GM0599` as `GM0599`; None where it is no municipality code."""
    digits = text.strip().upper().removeprefix("GM").rjust(4, "0")
    return "GM" + digits if re.fullmatch(r"\d{4}", digits, re.ASCII) and digits != "0000" else None


@dataclass(frozen=True, slots=True, order=True)
class PartialDate:
    """A date of which day, month or all may be unknown, as the BRP keeps them (0 is unknown)."""

    year: int = 0
    month: int = 0
    day: int = 0

    @classmethod
    def of(cls, text: str) -> "PartialDate":
        """Reads `yyyymmdd`, `yyyymm00`, `yyyy0000`, `00000000` and the empty text.

        Raises ValueError where there is no such date.
        """
        if not text:
            return cls()
        found = _DATE.fullmatch(text)
        if found is None:
            raise ValueError("not a date")
        year, month, day = (int(part) for part in found.groups())
        if (month and not year) or (day and not month):
            raise ValueError("a known day in an unknown month")
        if year:
            date(year, month or 1, day or 1)
        return cls(year, month, day)

    @property
    def is_complete(self) -> bool:
        return self.day > 0

    def earliest(self) -> date | None:
        """The first day it may be; None where nothing is known."""
        return date(self.year, self.month or 1, self.day or 1) if self.year else None

    def age_on(self, day: date) -> int | None:
        """Years of age by what is known: an unknown month or day counts as not yet passed.

        Rather a child too long than too short; None where the year is unknown.
        """
        if not self.year:
            return None
        passed = (day.month, day.day) >= (self.month or 12, self.day or 31)
        return day.year - self.year - (0 if passed else 1)

    def __str__(self) -> str:
        """ISO, zeros for what is unknown: `1975-07-07`, `1975-07-00`, `0000-00-00`."""
        return f"{self.year:04}-{self.month:02}-{self.day:02}"
