"""Who is at the door, before and after the database has been asked what that means."""

from dataclasses import dataclass
from uuid import UUID

from casecoord.domain.words import Language, Purpose, Role, TeamKind


@dataclass(frozen=True, slots=True)
class Caller:
    """A verified login. It carries no rights: those follow from rows that exist here."""

    issuer: str
    subject: str
    membership: UUID | None = None
    purpose: Purpose | None = None
    language: Language = Language.NL
    trace_id: str = ""

    @property
    def login(self) -> tuple[str, str]:
        """Who it is, as whatever they act."""
        return self.issuer, self.subject


@dataclass(frozen=True, slots=True)
class Actor:
    """A professional acting under one membership, valid at this moment, for one purpose."""

    area_id: UUID
    professional_id: UUID
    membership_id: UUID
    team_id: UUID
    team_kind: TeamKind
    role: Role
    name: str
    purpose: Purpose
    language: Language
    trace_id: str


@dataclass(frozen=True, slots=True)
class Resident:
    """Somebody of a family, known by a login that a code on paper bound to them; nobody's colleague."""

    area_id: UUID
    login_id: UUID
    person_id: UUID
    household_id: UUID
    language: Language
    trace_id: str
    role: Role = Role.RESIDENT
    purpose: Purpose = Purpose.ACCESS_REQUEST


def purposes_of(role: Role, kind: TeamKind) -> tuple[Purpose, ...]:
    """The purposes a membership may act under, the default first."""
    match role:
        case Role.ANALYST:
            return (Purpose.MONITORING,)
        case Role.PRIVACY_OFFICER:
            return (Purpose.SUPERVISION, Purpose.ACCESS_REQUEST, Purpose.MONITORING)
        case Role.RESIDENT:
            return (Purpose.ACCESS_REQUEST,)
        case Role.PROVIDER:
            return (Purpose.COURT_ALTERNATIVE,)
        case Role.AREA_COORDINATOR | Role.COORDINATOR | Role.DECISION_POWER:
            first = _work_of(kind)
            return (first, *(p for p in (Purpose.CARE_COORDINATION, Purpose.MONITORING) if p is not first))
        case _:
            first = _work_of(kind)
            return (first, *(p for p in (Purpose.CARE_COORDINATION,) if p is not first))


def _work_of(kind: TeamKind) -> Purpose:
    return Purpose.COURT_ALTERNATIVE if kind is TeamKind.COURT_PARTNER else Purpose.CARE_COORDINATION
