"""What people type, before anything is done with it."""

import re
import unicodedata
from datetime import date, datetime, timedelta

from casecoord.domain.bsn import holds_bsn, is_bsn
from casecoord.domain.errors import Problem
from casecoord.domain.workdays import AMSTERDAM, local_date

SENTENCE = 500
DETAIL = 4_000
#: Nobody plans further ahead; and calendars end.
FURTHEST = timedelta(days=5 * 366)
_POSTCODE = re.compile(r"[1-9][0-9]{3}[A-Z]{2}")
# Zero-width joiners shape Arabic, Persian and Indic names; other control and format marks only hide.
_ALLOWED_MARKS = "\n\u200c\u200d"


def sentence(value: str, field: str, *, longest: int = SENTENCE) -> str:
    """A text that may be sealed and shared: trimmed, visible, not too long, without a BSN.

    Raises Problem `text_empty`, `text_too_long`, `text_control` or `bsn_in_text` with this field.
    """
    cleaned = _visible(value, field, longest)
    if holds_bsn(cleaned):
        raise Problem("bsn_in_text", field)
    return cleaned


def issued(value: str | None, field: str) -> str | None:
    """What another system calls somebody: as `optional`, but digits in the middle of it may be any."""
    if not value or not value.strip():
        return None
    cleaned = _visible(value, field, SENTENCE)
    if is_bsn(cleaned):
        raise Problem("bsn_in_text", field)
    return cleaned


def _visible(value: str, field: str, longest: int) -> str:
    if len(value) > 4 * longest:
        raise Problem("text_too_long", field)
    cleaned = unicodedata.normalize("NFC", value.replace("\r\n", "\n")).strip()
    if not cleaned:
        raise Problem("text_empty", field)
    if len(cleaned) > longest:
        raise Problem("text_too_long", field)
    if any(_hides(character) for character in cleaned):
        raise Problem("text_control", field)
    return cleaned


def optional(value: str | None, field: str, *, longest: int = SENTENCE) -> str | None:
    """As `sentence`, or None where nothing was typed."""
    return sentence(value, field, longest=longest) if value and value.strip() else None


def reason(value: str | None, field: str = "reason") -> str:
    """A reason, which must be there."""
    if value is None or not value.strip():
        raise Problem("reason_missing", field)
    return sentence(value, field)


def bsn(value: str, field: str) -> str:
    """Nine digits that pass the 11-test."""
    digits = "".join(value.split()).replace(".", "")
    if not is_bsn(digits):
        raise Problem("bsn_invalid", field)
    return digits


def postcode(value: str, field: str) -> str:
    """A Dutch postcode, without its space, in capitals."""
    plain = "".join(value.split()).upper()
    if not _POSTCODE.fullmatch(plain):
        raise Problem("postcode_invalid", field)
    return plain


def not_in_future(day: date, now: datetime, field: str) -> date:
    if day > local_date(now):
        raise Problem("date_in_future", field)
    return day


def not_in_past(day: date, now: datetime, field: str) -> date:
    if day < local_date(now):
        raise Problem("date_in_past", field)
    return day


def soon(day: date, now: datetime, field: str) -> date:
    """Today or later, within the years that one plans ahead: Problem `date_in_past` or `date_too_late`."""
    not_in_past(day, now, field)
    if day > local_date(now) + FURTHEST:
        raise Problem("date_too_late", field)
    return day


def moment_past(at: datetime, now: datetime, field: str) -> datetime:
    """A moment that has been; without a zone it is what the clock in Amsterdam said."""
    known = at if at.tzinfo else at.replace(tzinfo=AMSTERDAM)
    if known > now:
        raise Problem("date_in_future", field)
    return known


def _hides(character: str) -> bool:
    return unicodedata.category(character) in ("Cc", "Cf", "Co", "Cs") and character not in _ALLOWED_MARKS
