"""Working days in the Netherlands, as instants.

A deadline of n working days ends at the close (24:00, Amsterdam time) of the n-th working day
after the day it starts. Public holidays come from the `holidays` library, which knows the Dutch
calendar (Liberation Day is off in lustrum years only); an area may add days of its own.
"""

from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays

AMSTERDAM = ZoneInfo("Europe/Amsterdam")


@lru_cache(maxsize=64)
def _public_holidays(year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays("NL", years=year))


def is_working_day(day: date, closed: frozenset[date] = frozenset()) -> bool:
    """Whether teams work on this day; `closed` holds an area's own days off."""
    return day.weekday() < 5 and day not in _public_holidays(day.year) and day not in closed


def add_working_days(start: datetime, days: int, closed: frozenset[date] = frozenset()) -> datetime:
    """The instant (UTC) at which `days` working days after `start` have passed."""
    day = start.astimezone(AMSTERDAM).date()
    while days > 0:
        day += timedelta(days=1)
        days -= is_working_day(day, closed)
    return end_of_day(day)


def working_days_before(day: date, days: int, closed: frozenset[date] = frozenset()) -> datetime:
    """The instant (UTC) at which the day ends that lies `days` working days before `day`."""
    while days > 0:
        day -= timedelta(days=1)
        days -= is_working_day(day, closed)
    return end_of_day(day)


def months_after(day: date, months: int) -> date:
    """The same day so many months later, or the last of that month where it is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def end_of_day(day: date) -> datetime:
    """The instant (UTC) at which this day ends in Amsterdam, whatever daylight saving does."""
    return datetime.combine(day + timedelta(days=1), time.min, AMSTERDAM).astimezone(UTC)


def local_date(moment: datetime) -> date:
    """The calendar day in Amsterdam at this instant."""
    return moment.astimezone(AMSTERDAM).date()
