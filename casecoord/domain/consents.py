"""Whose yes a consent needs, by age and custody; what it is for, and how it was given.

Below 12 whoever has custody consents, from 12 to 15 the child and whoever has custody, from 16 the child alone.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from casecoord.domain.ages import age_on, reaches

CHILD_HAS_A_SAY, CHILD_ALONE = 12, 16


class Receiver(StrEnum):
    """Who may receive something by consent: whose cell in the facet table says `consent`."""

    LEAD = "lead"


class ConsentSource(StrEnum):
    """How it was given."""

    WRITTEN = "written"
    SPOKEN = "spoken"


@dataclass(frozen=True, slots=True)
class Custody:
    """Who has custody over somebody, as the register says; `elsewhere`: also somebody who is not known here."""

    holders: frozenset[UUID] = frozenset()
    elsewhere: bool = False


@dataclass(frozen=True, slots=True)
class Parties:
    """Whose yes counts on a day. From a birth date with unknown parts: everybody whose yes may be needed."""

    child: bool
    custody: bool


def parties(born: str | None, today: date, custody: Custody) -> Parties:
    """Who has to agree about the person born then; None or year 0000: not known."""
    certain = None if born is None else age_on(born, today)
    if born is None or certain is None:
        return Parties(child=True, custody=bool(custody.holders) or custody.elsewhere)
    at_most = age_on(_earliest(born), today)
    assert at_most is not None
    return Parties(child=at_most >= CHILD_HAS_A_SAY, custody=certain < CHILD_ALONE)


def entitled(person: UUID, needed: Parties, custody: Custody) -> frozenset[UUID]:
    """Those known here whose yes is needed, and any one of whom may take it back."""
    return frozenset([person] if needed.child else []) | (custody.holders if needed.custody else frozenset())


def agreed(
    person: UUID, needed: Parties, custody: Custody, given: Collection[UUID], elsewhere_in_writing: bool
) -> bool:
    """Did all those agree whose yes is needed, and nobody else?

    `elsewhere_in_writing`: whoever has custody and is not known here agreed, and the recorder saw the paper.
    """
    if set(given) != entitled(person, needed, custody):
        return False
    on_paper = needed.custody and (custody.elsewhere or not custody.holders)
    return elsewhere_in_writing if on_paper else True


def enough_until(born: str | None, needed: Parties) -> date | None:
    """The first day on which a yes that is enough today is not any more; None: it stays enough."""
    return None if born is None or needed.child else reaches(_earliest(born), CHILD_HAS_A_SAY)


def custody_until(born: str | None, needed: Parties) -> date | None:
    """The first day from which custody does not count; None where it does not now, `date.max` if not known."""
    if not needed.custody:
        return None
    return (None if born is None else reaches(born, CHILD_ALONE)) or date.max


def _earliest(born: str) -> str:
    year, month, day = born.split("-")
    return f"{year}-{max(month, '01')}-{max(day, '01')}"
