"""How long the words of an access log entry are kept; its leaf stays for ever."""

from datetime import datetime

YEARS = 5


def access_log_term_ends(at: datetime) -> datetime:
    """The moment from which an entry of `at` may have lost its record and its salt."""
    try:
        return at.replace(year=at.year + YEARS)
    except ValueError:  # the 29th of February
        return at.replace(year=at.year + YEARS, month=3, day=1)
