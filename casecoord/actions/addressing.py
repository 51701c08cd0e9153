"""Who should do something about a blockade: a team, an organisation or a named function; and by when."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from casecoord.actions import texts
from casecoord.actions.office import Hand
from casecoord.domain.breakthroughs import POWER
from casecoord.domain.errors import Problem
from casecoord.domain.words import Language, TeamKind
from casecoord.domain.workdays import local_date
from casecoord.storage import breakthroughs as storage

LONGEST_FUNCTION = 120


@dataclass(frozen=True, slots=True)
class Addressee:
    """Exactly one of the three; a function in plain words."""

    team: UUID | None = None
    organisation: UUID | None = None
    function: str | None = None


@dataclass(frozen=True, slots=True)
class Addressed:
    """An addressee that is there. `team_kind`: a team's, whose presence may say something."""

    team: UUID | None = None
    organisation: UUID | None = None
    function: str | None = None
    team_kind: TeamKind | None = None


async def addressed(hand: Hand, to: Addressee, field: str = "to") -> Addressed:
    """The addressee, who has to be there; Problem `addressee_missing` where it is nobody, or more than one."""
    function = texts.optional(to.function, f"{field}.function", longest=LONGEST_FUNCTION)
    if sum(one is not None for one in (to.team, to.organisation, function)) != 1:
        raise Problem("addressee_missing", field)
    if to.team is not None:
        team = await storage.team_at_work(hand.work, to.team)
        if team is None:
            raise Problem("not_found", f"{field}.team")
        return Addressed(team=team.id, team_kind=TeamKind(team.kind))
    if to.organisation is not None and await storage.organisation(hand.work, to.organisation) is None:
        raise Problem("not_found", f"{field}.organisation")
    return Addressed(organisation=to.organisation, function=function)


def needed_by(hand: Hand, day: date | None, field: str = "neededBy") -> date:
    """The day by which it is needed: when a blockade has to be decided, where none is given."""
    if day is None:
        deadlines = hand.work.deadlines
        # A deadline at the end of a day has had that day.
        return local_date(deadlines.after(hand.now, deadlines.blockade) - timedelta(microseconds=1))
    if day < local_date(hand.now):
        raise Problem("needed_by_past", field)
    return texts.soon(day, hand.now, field)


def named(row: dict[str, Any], function: str | None, language: Language) -> str:
    """How an addressee is shown: by name, by function, or as who decides where nobody else is asked."""
    return row["addressee"] or function or POWER[language]
