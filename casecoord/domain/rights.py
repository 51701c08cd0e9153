"""Residents' rights as the law has them: who decides, what may be appealed until when, what an erasure meets."""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from enum import StrEnum

from casecoord.domain.words import RequestKind
from casecoord.domain.workdays import local_date

#: Awb art. 6:7: six weeks, from the day after the decision was told (art. 6:8).
APPEAL_WITHIN = timedelta(weeks=6)

#: What shows a family to fewer: while it is undecided, and once granted until it is lifted.
RESTRICTING = frozenset({RequestKind.RESTRICTION, RequestKind.OBJECTION})

#: From this age a child counts beside the parents with custody; from the second alone.
BESIDE_PARENTS, ALONE = 12, 16


class Outcome(StrEnum):
    """What is decided on a request; `lift` ends a restriction or objection that was granted."""

    GRANT = "grant"
    REFUSE = "refuse"
    LIFT = "lift"


class DecisionState(StrEnum):
    PENDING = "pending"
    CONFIRMED = "confirmed"
    SENT_BACK = "sent_back"
    #: the officer prepared another before the second person answered
    REPLACED = "replaced"


def offered_instead(kind: RequestKind, outcome: Outcome, *, something_open: bool) -> tuple[RequestKind, ...]:
    """What a decision offers besides: with something open an erasure is refused, and these remain."""
    if kind is RequestKind.ERASURE and outcome is Outcome.REFUSE and something_open:
        return RequestKind.RECTIFICATION, RequestKind.RESTRICTION
    return ()


def last_day_to_appeal(decided_at: datetime) -> date:
    """The last day on which a refusal may be appealed."""
    return local_date(decided_at) + APPEAL_WITHIN


def speaks_for(age: int | None, *, has_custody: bool, child_agrees: bool) -> bool:
    """May somebody ask for this child's data? Below 12 whoever has custody; from 12 with the child; from 16 nobody.

    An age that is not known for certain opens nothing.
    """
    if age is None or not has_custody or age >= ALONE:
        return False
    return age < BESIDE_PARENTS or child_agrees


def undecided_by(earlier: Collection[object], *now: object) -> bool:
    """Do only others than before decide?"""
    return not set(earlier) & set(now)


class Rectifiable(StrEnum):
    """What can be corrected: what somebody is called, where and how to reach them, and what was written."""

    NAME = "name"
    BIRTH_DATE = "birth_date"
    LANGUAGE = "language"
    ADDRESS = "address"
    CONTACT = "contact"
    SIGNAL_SUMMARY = "signal_summary"
    SIGNAL_DETAIL = "signal_detail"
    ACTION = "action"
