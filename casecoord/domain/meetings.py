"""A care team's meeting: who sits at the table, what is on the agenda and in which order, and when it is over."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from casecoord.domain.covering import SCHOOL_DISCIPLINES, disciplines_of
from casecoord.domain.words import Discipline, Sphere, TeamKind

#: Meetings of more people fail.
MOST_AT_THE_TABLE = 10
MINUTES = (10, 240)
#: How long those present see the agenda, whoever forgot to close the meeting.
LONGEST = timedelta(hours=12)
#: What is due before the team meets again.
AHEAD = timedelta(days=7)
MOST_WINS = 3

#: Which disciplines belong at the table of a team of this kind; of a school's, an area may say otherwise.
COMPOSITION: dict[TeamKind, frozenset[Discipline]] = {
    TeamKind.SCHOOL_CARE: SCHOOL_DISCIPLINES,
    TeamKind.WORK_CARE: frozenset(
        {
            Discipline.INCOME,
            Discipline.WORK_COACH,
            Discipline.DEBT_SUPPORT,
            Discipline.SOCIAL_TEAM,
        }
    ),
    TeamKind.GP_CARE: frozenset(
        {
            Discipline.GENERAL_PRACTITIONER,
            Discipline.PRACTICE_NURSE,
            Discipline.DISTRICT_NURSE,
            Discipline.SOCIAL_TEAM,
        }
    ),
    TeamKind.SOCIAL: frozenset(),
}


class MeetingState(StrEnum):
    """Adjourned: what was left open goes on in another meeting."""

    PLANNED = "planned"
    OPEN = "open"
    CLOSED = "closed"
    ADJOURNED = "adjourned"


class AgendaKind(StrEnum):
    """Why a family is on the agenda, in the order of the agenda."""

    ACUTE = "acute"
    UNTRIAGED = "untriaged"
    GAP = "gap"
    REVIEW = "review"
    MOVE = "move"
    QUICK_WIN = "quick_win"


class AgendaState(StrEnum):
    OPEN = "open"
    DECIDED = "decided"


class MeetingWarning(StrEnum):
    """What stands in the way of a good meeting, and forbids none."""

    TOO_MANY = "too_many"
    DISCIPLINE_MISSING = "discipline_missing"


#: How many minutes each takes, if they fit.
MINUTES_OF: dict[AgendaKind, int] = {
    AgendaKind.ACUTE: 10,
    AgendaKind.UNTRIAGED: 5,
    AgendaKind.GAP: 5,
    AgendaKind.REVIEW: 8,
    AgendaKind.MOVE: 3,
    AgendaKind.QUICK_WIN: 1,
}


@dataclass(frozen=True, slots=True)
class Topic:
    """Why a family could be on an agenda: the first reason of all that there are."""

    kind: AgendaKind
    household: UUID
    case: UUID | None
    signal: UUID | None
    subject: UUID
    rule: str | None
    sphere: Sphere
    audience: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Planned:
    """A topic with its minutes."""

    topic: Topic
    minutes: int


def composition(kind: TeamKind, settings: Mapping[str, object]) -> frozenset[Discipline]:
    """The disciplines that belong at the table of a team of this kind, in an area with these settings."""
    return disciplines_of(settings) if kind is TeamKind.SCHOOL_CARE else COMPOSITION.get(kind, frozenset())


def warnings(expected: int, missing: Iterable[Discipline]) -> list[MeetingWarning]:
    """What to say of a table of so many, at which these disciplines are missing."""
    found = [MeetingWarning.TOO_MANY] if expected > MOST_AT_THE_TABLE else []
    return [*found, MeetingWarning.DISCIPLINE_MISSING] if any(missing) else found


def plan(topics: Iterable[Topic], minutes: int) -> list[Planned]:
    """The agenda of a meeting of so many minutes: what is acute always, of the others what fits, in order.

    A few quick wins keep their minute: a meeting ends with what went well.
    """
    by_kind: dict[AgendaKind, list[Topic]] = {kind: [] for kind in AgendaKind}
    for topic in topics:
        by_kind[topic.kind].append(topic)
    acute, wins = by_kind[AgendaKind.ACUTE], by_kind[AgendaKind.QUICK_WIN][:MOST_WINS]
    left = minutes - len(wins) * MINUTES_OF[AgendaKind.QUICK_WIN]
    each = max(1, min(MINUTES_OF[AgendaKind.ACUTE], left // len(acute))) if acute else 0
    agenda = [Planned(topic, each) for topic in acute]
    left -= each * len(acute)
    for kind in list(AgendaKind)[1:-1]:
        for topic in by_kind[kind]:
            if MINUTES_OF[kind] <= left:
                agenda.append(Planned(topic, MINUTES_OF[kind]))
                left -= MINUTES_OF[kind]
    return [*agenda, *(Planned(topic, MINUTES_OF[AgendaKind.QUICK_WIN]) for topic in wins)]
