"""Ages that change what holds for a child, counted in whole years from a birth date that may be incomplete."""

from datetime import date, timedelta

#: A child leaves primary school at twelve, or in the year after; nobody of thirteen is still in it.
LEFT_PRIMARY_SCHOOL = 13

#: From 12 a child's own consent counts beside the parents', from 16 alone; at 18 custody ends.
CONSENT_AGES = (12, 16, 18)

MILESTONES = tuple(sorted({*CONSENT_AGES, LEFT_PRIMARY_SCHOOL}))


def age_on(born: str, today: date) -> int | None:
    """The age in whole years; from a birth date with unknown parts, the age that is certain."""
    year, month, day = _parts(born)
    if year == 0:
        return None
    return today.year - year - ((today.month, today.day) < (month or 12, day or 31))


def next_milestone(born: str, today: date) -> date | None:
    """The first day after `today` on which this person reaches an age that changes something."""
    days = (reaches(born, age) for age in MILESTONES)
    return min((day for day in days if day is not None and day > today), default=None)


def milestones_until(born: str, since: date, today: date) -> list[int]:
    """The ages reached from `since` up to `today`, both included."""
    days = {age: reaches(born, age) for age in MILESTONES}
    return [age for age, day in days.items() if day is not None and since <= day <= today]


def reaches(born: str, age: int) -> date | None:
    """The first day on which this person has this age for certain; None where the year is unknown."""
    year, month, day = _parts(born)
    if year == 0:
        return None
    try:
        return date(year + age, month or 12, day or 31)
    except ValueError:
        # 29 February in a common year, or an unknown day of a short month: the day after that month.
        last = date(year + age, month, 28) + timedelta(days=4)
        return last.replace(day=1)


def _parts(born: str) -> tuple[int, int, int]:
    year, month, day = (int(part) for part in born.split("-"))
    return year, month, day
