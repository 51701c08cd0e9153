"""The words of the field: every closed vocabulary that code, database and interface share.

Source for the life domains: Zelfredzaamheid-Matrix (GGD Amsterdam), plus child development.
"""

from enum import StrEnum
from typing import assert_never


class Sphere(StrEnum):
    """What a thing's existence itself reveals."""

    GENERAL = "general"
    LIVELIHOOD = "livelihood"
    HEALTH = "health"
    JUSTICE = "justice"


class LifeDomain(StrEnum):
    FINANCE = "finance"
    WORK_EDUCATION = "work_education"
    TIME_USE = "time_use"
    HOUSING = "housing"
    DOMESTIC_RELATIONS = "domestic_relations"
    MENTAL_HEALTH = "mental_health"
    PHYSICAL_HEALTH = "physical_health"
    SUBSTANCE_USE = "substance_use"
    DAILY_ACTIVITIES = "daily_activities"
    SOCIAL_NETWORK = "social_network"
    SOCIAL_PARTICIPATION = "social_participation"
    JUSTICE = "justice"
    CHILD_DEVELOPMENT = "child_development"


_SPHERES: dict[LifeDomain, Sphere] = {
    LifeDomain.FINANCE: Sphere.LIVELIHOOD,
    LifeDomain.WORK_EDUCATION: Sphere.LIVELIHOOD,
    LifeDomain.HOUSING: Sphere.LIVELIHOOD,
    LifeDomain.MENTAL_HEALTH: Sphere.HEALTH,
    LifeDomain.PHYSICAL_HEALTH: Sphere.HEALTH,
    LifeDomain.SUBSTANCE_USE: Sphere.HEALTH,
    LifeDomain.JUSTICE: Sphere.JUSTICE,
}


def sphere_of(domain: LifeDomain) -> Sphere:
    """The sphere that a thing of this life domain carries at least."""
    return _SPHERES.get(domain, Sphere.GENERAL)


class Urgency(StrEnum):
    ACUTE = "acute"
    HIGH = "high"
    NORMAL = "normal"


class Purpose(StrEnum):
    CARE_COORDINATION = "care_coordination"
    COURT_ALTERNATIVE = "court_alternative"
    SUPERVISION = "supervision"
    MONITORING = "monitoring"
    ACCESS_REQUEST = "access_request"


class Role(StrEnum):
    """What a membership lets a professional be in a team."""

    MEMBER = "member"
    COORDINATOR = "coordinator"
    AREA_COORDINATOR = "area_coordinator"
    DUTY = "duty"
    DECISION_POWER = "decision_power"
    ANALYST = "analyst"
    PRIVACY_OFFICER = "privacy_officer"
    ADMINISTRATOR = "administrator"
    PROVIDER = "provider"
    RESIDENT = "resident"


class TeamKind(StrEnum):
    SCHOOL_CARE = "school_care"
    SOCIAL = "social"
    WORK_CARE = "work_care"
    GP_CARE = "gp_care"
    COURT_PARTNER = "court_partner"
    PROGRAMME_BUREAU = "programme_bureau"
    #: who offers places to youths; works there under the role of a provider
    PLACE_PROVIDER = "place_provider"


class Audience(StrEnum):
    """Who may read a health signal's domain and sentence, chosen by its author."""

    SOCIAL_AND_LEAD = "social_and_lead"
    TEAMS_IN_CASE = "teams_in_case"


class SignalSubject(StrEnum):
    PERSON = "PERSON"
    HOUSEHOLD = "HOUSEHOLD"


class SignalSource(StrEnum):
    TEAM = "team"
    FAMILY = "family"
    #: came along with a family from another area
    AREA = "area"


class SignalState(StrEnum):
    OPEN = "open"
    ON_HOLD = "on_hold"
    IN_CASE = "in_case"
    ENDED = "ended"


class CaseState(StrEnum):
    TRIAGED = "triaged"
    LEAD_PROPOSED = "lead_proposed"
    LED = "led"
    AFTERCARE = "aftercare"
    CLOSED = "closed"


class HolderKind(StrEnum):
    """As what somebody is accountable for a household: the lead, a team's coordinator, or the area's backstop.

    While one of them is away, their deputy is, in their place.
    """

    LEAD = "lead"
    COORDINATOR = "coordinator"
    AREA = "area"


class ProposalKind(StrEnum):
    LEAD = "lead"
    HANDOVER = "handover"
    APPOINTMENT = "appointment"


class ProposalState(StrEnum):
    PENDING = "pending"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    SUPERSEDED = "superseded"


class InvitationState(StrEnum):
    PENDING = "pending"
    JOINED = "joined"
    DECLINED = "declined"
    #: two cases became one, in which the team takes part or is asked already
    SUPERSEDED = "superseded"


class ActionState(StrEnum):
    """Done is what its owner says; ended is when the family, or whoever signalled, agrees."""

    OPEN = "open"
    DONE = "done"
    ENDED = "ended"


class BlockadeKind(StrEnum):
    """What blocks practice."""

    RULE = "rule"
    MONEY = "money"
    CAPACITY = "capacity"
    LAW = "law"
    COOPERATION = "cooperation"


class BlockadeState(StrEnum):
    """Open waits for the person with decision power, agenda for the alliance; both are undecided."""

    OPEN = "open"
    AGENDA = "agenda"
    DECIDED = "decided"


class Reach(StrEnum):
    """Whether a breakthrough opens this once, or from now on."""

    INCIDENTAL = "incidental"
    STRUCTURAL = "structural"


class TransferKind(StrEnum):
    """Why a household passes from one accountable team to another."""

    MOVE = "move"
    SCHOOL = "school"
    TEAM = "team"
    AGE = "age"
    SPLIT = "split"
    MERGE = "merge"
    DEATH = "death"


class TransferState(StrEnum):
    PENDING = "pending"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    EXPIRED = "expired"


class HearingState(StrEnum):
    PLANNED = "planned"
    HELD = "held"
    CANCELLED = "cancelled"


class RequestKind(StrEnum):
    """What a resident may ask for."""

    ACCESS = "access"
    RECTIFICATION = "rectification"
    RESTRICTION = "restriction"
    OBJECTION = "objection"
    ERASURE = "erasure"
    COMPLAINT = "complaint"
    PORTABILITY = "portability"


class RequestState(StrEnum):
    OPEN = "open"
    GRANTED = "granted"
    REFUSED = "refused"
    #: the resident took it back
    WITHDRAWN = "withdrawn"


class Lapse(StrEnum):
    """Why a promise ends without being kept: its object is no more, or the family refuses for now."""

    DEATH = "death"
    EMIGRATION = "emigration"
    #: another area accepted what was promised here
    MOVED = "moved"
    ERASURE = "erasure"
    REFUSAL = "refusal"


class Discipline(StrEnum):
    """As what somebody sits in a care team."""

    INTERNAL_SUPERVISOR = "internal_supervisor"
    SPECIAL_EDUCATION = "special_education"
    SCHOOL_SOCIAL_WORK = "school_social_work"
    SOCIAL_TEAM = "social_team"
    INCOME = "income"
    WORK_COACH = "work_coach"
    DEBT_SUPPORT = "debt_support"
    GENERAL_PRACTITIONER = "general_practitioner"
    PRACTICE_NURSE = "practice_nurse"
    DISTRICT_NURSE = "district_nurse"


class Word(StrEnum):
    """Whose word an outcome is."""

    FAMILY = "family"
    SIGNALLER = "signaller"


class InstitutionKind(StrEnum):
    """What a person can be linked to: the points where the covering structure meets families."""

    SCHOOL = "school"
    BENEFIT = "benefit"
    PRACTICE = "practice"


class Language(StrEnum):
    NL = "nl"
    EN = "en"


class VeiligThuis(StrEnum):
    """Whether the author of a safety signal also reported it to Veilig Thuis."""

    YES = "yes"
    NO = "no"
    LATER = "later"


def safety_matters(domain: LifeDomain, urgency: Urgency) -> bool:
    """Whether the form must speak of Veilig Thuis, 112 and the meldcode before it is sent."""
    match urgency:
        case Urgency.ACUTE:
            return True
        case Urgency.HIGH | Urgency.NORMAL:
            return domain in (LifeDomain.DOMESTIC_RELATIONS, LifeDomain.CHILD_DEVELOPMENT)
    assert_never(urgency)
