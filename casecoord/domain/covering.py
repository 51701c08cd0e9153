"""What is promised of an area itself: complete school care teams that meet, a duty roster without holes, mail that arrives."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from casecoord.domain.household import Seats, Waiting
from casecoord.domain.promises import Deadlines, delivery_clock, duty_clock, school_clock
from casecoord.domain.words import Discipline, InstitutionKind, Role, Sphere, TeamKind

#: Who sits in a school care team, unless an area says otherwise.
SCHOOL_DISCIPLINES = frozenset(
    {
        Discipline.INTERNAL_SUPERVISOR,
        Discipline.SPECIAL_EDUCATION,
        Discipline.SCHOOL_SOCIAL_WORK,
        Discipline.SOCIAL_TEAM,
    }
)

NEIGHBOURHOOD = "neighbourhood"
#: Of which kind the team is that covers a place.
COVERED_BY: dict[str, TeamKind] = {
    InstitutionKind.SCHOOL: TeamKind.SCHOOL_CARE,
    InstitutionKind.PRACTICE: TeamKind.GP_CARE,
    InstitutionKind.BENEFIT: TeamKind.WORK_CARE,
    NEIGHBOURHOOD: TeamKind.SOCIAL,
}


def disciplines_of(settings: Mapping[str, object]) -> frozenset[Discipline]:
    """The disciplines of a school care team, from an area's settings `{"disciplines": ["social_team", ...]}`."""
    named = settings.get("disciplines")
    return frozenset(map(Discipline, named)) if isinstance(named, list) else SCHOOL_DISCIPLINES


@dataclass(frozen=True, slots=True)
class School:
    """A primary school of the area. `uncovered_since`: since when it has no team.

    `missing`: since when, for each discipline that is not in the team.
    """

    id: UUID
    team: UUID | None
    uncovered_since: datetime | None
    last_met: datetime
    missing: tuple[datetime, ...] = ()


@dataclass(frozen=True, slots=True)
class Covering:
    """An area as its clocks see it. `uncovered_from`: the first instant, past or to come, with nobody on duty."""

    area: UUID
    schools: tuple[School, ...] = ()
    uncovered_from: datetime | None = None
    dead_letters: tuple[tuple[UUID, datetime], ...] = ()


def area_waiting(covering: Covering, seats: Seats, deadlines: Deadlines) -> Iterator[Waiting]:
    """Every promise that should be running for the area itself, each with its clock and who is there for it."""
    for wait in _waits(covering, seats, deadlines):
        yield replace(wait, responder=seats.present(wait.responder))


def _waits(covering: Covering, seats: Seats, deadlines: Deadlines) -> Iterator[Waiting]:
    for school in covering.schools:
        since = min((at for at in (school.uncovered_since, *school.missing) if at), default=None)
        clock = school_clock(since, school.last_met, deadlines)
        yield Waiting(clock.rule, school.id, Sphere.GENERAL, None, seats.of(school.team), clock)
    duty = duty_clock(covering.uncovered_from, deadlines)
    if duty:
        yield Waiting(duty.rule, covering.area, Sphere.GENERAL, None, seats.area, duty)
    for letter, died_at in covering.dead_letters:
        clock = delivery_clock(died_at, deadlines)
        yield Waiting(clock.rule, letter, Sphere.GENERAL, None, seats.office(Role.ADMINISTRATOR), clock)
