"""The one table of shareable data classes. A facet is what one access rule speaks about.

Who sees which facet is said in `policies/` and nowhere here.
"""

from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from casecoord.domain.words import Language, Purpose, Sphere


class Viewer(StrEnum):
    """As what somebody looks at one household: the columns of the facet table, in its order."""

    SCHOOL_CARE = "school_care"
    SOCIAL = "social"
    WORK_CARE = "work_care"
    GP_CARE = "gp_care"
    COURT_PARTNER = "court_partner"
    LEAD = "lead"
    COORDINATOR = "coordinator"
    DECISION_POWER = "decision_power"
    ANALYST = "analyst"
    PRIVACY_OFFICER = "privacy_officer"
    HOUSEHOLD = "household"
    SIGNALLER = "signaller"
    PROVIDER = "provider"
    OUTSIDER = "outsider"


class Cell(StrEnum):
    """The words that fill the facet and sphere tables; the policy's legend says what each shows when."""

    FULL = "full"
    EXISTS = "exists"
    CONSENT = "consent"
    UNLESS_SECRET = "unless_secret"  # noqa: S105
    OWN_PRACTICE = "own_practice"
    AS_SHARED = "as_shared"
    OWN = "own"
    OWN_PERSON = "own_person"
    OWN_HEARING = "own_hearing"
    OWN_TEAMS = "own_teams"
    OWN_PLACE = "own_place"
    ON_REQUEST = "on_request"
    OPEN_CLOSED = "open_closed"
    NONE = "none"


class Shown(StrEnum):
    """How much of a facet a viewer gets. `none` is indistinguishable from absent."""

    FULL = "full"
    OPEN_CLOSED = "open_closed"
    EXISTS = "exists"
    NONE = "none"


class Level(StrEnum):
    """`case`: the cell decides. `item`: belongs to a thing with a sphere, which must allow it too."""

    CASE = "case"
    ITEM = "item"


class Sensitivity(StrEnum):
    ORDINARY = "ordinary"
    IDENTIFYING = "identifying"
    CONFIDENTIAL = "confidential"
    HEALTH = "health"
    CRIMINAL = "criminal"
    AGGREGATE = "aggregate"


class Retention(StrEnum):
    """Classes of retention; their terms are dated rows."""

    REGISTER = "register"
    SIGNAL = "signal"
    JOINT_VIEW = "joint_view"
    ACCESS_LOG = "access_log"
    RIGHTS = "rights"
    AGGREGATE = "aggregate"


class Trait(StrEnum):
    """What a facet is by nature, so that a rule can speak of all such facets at once."""

    #: An entry that somebody wrote.
    ENTRY = "entry"
    #: Its existence is the secret: it is shown or it is absent, never "exists".
    SECRET = "secret"  # noqa: S105
    #: It tells where somebody lives or can be found.
    LOCATES = "locates"
    #: A consent can be recorded for it.
    CONSENTABLE = "consentable"
    #: It is about a professional's own doings.
    PROFESSIONAL = "professional"
    #: It speaks of no single household.
    NO_HOUSEHOLD = "no_household"


@dataclass(frozen=True, slots=True)
class Facet:
    """One class of fields. `ground` cites the GDPR; `purposes` limit why it may be shown."""

    name: str
    level: Level
    sensitivity: Sensitivity
    purposes: tuple[Purpose, ...]
    ground: str
    retention: Retention
    label_nl: str
    label_en: str
    traits: frozenset[Trait]

    def label(self, language: Language) -> str:
        """The facet's name for people."""
        return self.label_nl if language is Language.NL else self.label_en


PUBLIC_TASK = "6(1)(e)"
LEGAL_DUTY = "6(1)(c)"
HEALTH_CARE = "6(1)(e) 9(2)(h)"
CRIMINAL_DATA = "6(1)(e) 10"

#: What health and criminal data need besides the facet's own ground.
SPHERE_GROUND = {Sphere.HEALTH: "9(2)(h)", Sphere.JUSTICE: "10"}

_CARE, _COURT = Purpose.CARE_COORDINATION, Purpose.COURT_ALTERNATIVE
_ACCESS, _SUPERVISION, _MONITORING = Purpose.ACCESS_REQUEST, Purpose.SUPERVISION, Purpose.MONITORING

_CARE_ONLY = (_CARE,)
_CARE_ACCESS = (_CARE, _ACCESS)
_JOINT = (_CARE, _COURT, _ACCESS)
_HEARING = (_COURT, _CARE, _ACCESS)
_JOINT_SUPERVISED = (_CARE, _COURT, _SUPERVISION, _ACCESS)

_case, _item = Level.CASE, Level.ITEM
_ordinary, _identifying, _confidential = (
    Sensitivity.ORDINARY,
    Sensitivity.IDENTIFYING,
    Sensitivity.CONFIDENTIAL,
)
_health, _criminal, _aggregate = Sensitivity.HEALTH, Sensitivity.CRIMINAL, Sensitivity.AGGREGATE
_register, _signal, _joint = Retention.REGISTER, Retention.SIGNAL, Retention.JOINT_VIEW
_log, _rights, _figures = Retention.ACCESS_LOG, Retention.RIGHTS, Retention.AGGREGATE
_entry, _secret, _locates = Trait.ENTRY, Trait.SECRET, Trait.LOCATES
_consentable, _professional, _no_household = Trait.CONSENTABLE, Trait.PROFESSIONAL, Trait.NO_HOUSEHOLD


def _facet(
    name: str,
    level: Level,
    sensitivity: Sensitivity,
    purposes: tuple[Purpose, ...],
    ground: str,
    retention: Retention,
    labels: tuple[str, str],
    *traits: Trait,
) -> Facet:
    return Facet(name, level, sensitivity, purposes, ground, retention, *labels, frozenset(traits))


# fmt: off
FACETS: dict[str, Facet] = {facet.name: facet for facet in (
    _facet("person.name", _case, _identifying, _JOINT, PUBLIC_TASK, _register,
           ("naam", "name")),
    _facet("person.age", _case, _identifying, _JOINT, PUBLIC_TASK, _register,
           ("leeftijd", "age")),
    _facet("person.birth_date", _case, _identifying, _JOINT, PUBLIC_TASK, _register,
           ("geboortedatum", "birth date")),
    # UAVG art. 46: the BSN only where a law says so; here it only matches, as a keyed hash.
    _facet("person.bsn", _case, _identifying, _CARE_ONLY, "6(1)(c) 87", _register,
           ("BSN", "citizen service number")),
    _facet("person.custody", _case, _confidential, _JOINT, PUBLIC_TASK, _register,
           ("gezag", "custody")),
    _facet("person.language", _case, _ordinary, _JOINT, PUBLIC_TASK, _register,
           ("taal", "language")),
    _facet("person.practice", _case, _health, _CARE_ACCESS, HEALTH_CARE, _register,
           ("huisartsenpraktijk", "GP practice")),
    _facet("household.address", _case, _identifying, _CARE_ACCESS, PUBLIC_TASK, _register,
           ("adres", "address"), _locates),
    _facet("household.contact", _case, _identifying, _CARE_ACCESS, PUBLIC_TASK, _joint,
           ("contactgegevens", "contact data"), _locates),
    _facet("household.move", _case, _confidential, _CARE_ACCESS, PUBLIC_TASK, _register,
           ("verhuizing", "move"), _locates),
    _facet("school.enrolment", _case, _confidential, _CARE_ACCESS, PUBLIC_TASK, _register,
           ("school", "school"), _locates),
    _facet("case.status", _case, _ordinary, _JOINT_SUPERVISED, PUBLIC_TASK, _joint,
           ("status van de casus", "status of the case")),
    _facet("case.lead", _case, _ordinary, _JOINT, PUBLIC_TASK, _joint,
           ("regievoerder", "lead")),
    _facet("case.participants", _item, _ordinary, _JOINT, PUBLIC_TASK, _joint,
           ("deelnemers", "participants")),
    _facet("case.next_deadline", _item, _ordinary, _JOINT, PUBLIC_TASK, _joint,
           ("eerstvolgende termijn", "next deadline")),
    _facet("case.contact", _case, _confidential, _JOINT, PUBLIC_TASK, _joint,
           ("contact met het gezin", "contact with the family"), _entry),
    _facet("signal.existence", _item, _confidential, _JOINT, PUBLIC_TASK, _signal,
           ("dat er een signaal is", "that there is a signal"), _entry),
    _facet("signal.source", _item, _confidential, _JOINT, PUBLIC_TASK, _signal,
           ("wie het signaal gaf", "who signalled"), _entry, _secret),
    _facet("signal.domain", _item, _confidential, _JOINT, PUBLIC_TASK, _signal,
           ("leefgebied", "life domain"), _entry),
    _facet("signal.summary", _item, _confidential, _JOINT, PUBLIC_TASK, _signal,
           ("samenvatting van het signaal", "summary of the signal"), _entry),
    _facet("signal.detail", _item, _confidential, _CARE_ACCESS, PUBLIC_TASK, _signal,
           ("eigen toelichting van de melder", "the signaller's own detail"), _entry, _consentable),
    # Wgbo (art. 7:457 BW): medical secrecy stays with the practice.
    _facet("medical.note", _item, _health, _CARE_ACCESS, HEALTH_CARE, _signal,
           ("medische notitie", "medical note"), _entry, _consentable),
    _facet("court.hearing", _item, _criminal, _HEARING, CRIMINAL_DATA, _joint,
           ("zitting", "hearing"), _entry, _secret),
    _facet("court.preparation", _item, _criminal, _HEARING, CRIMINAL_DATA, _joint,
           ("voorbereiding van de zitting", "preparation of the hearing"), _entry, _secret),
    _facet("court.suitability", _item, _criminal, _HEARING, CRIMINAL_DATA, _joint,
           ("geschiktheid voor een alternatief", "suitability for an alternative"), _entry, _secret),
    _facet("court.placement", _item, _criminal, _HEARING, CRIMINAL_DATA, _joint,
           ("plaats in een alternatief", "place in an alternative"), _entry, _secret),
    _facet("plan.goal", _item, _confidential, _JOINT, PUBLIC_TASK, _joint,
           ("doel in het plan", "goal in the plan"), _entry),
    _facet("plan.action", _item, _confidential, _JOINT, PUBLIC_TASK, _joint,
           ("actie in het plan", "action in the plan"), _entry),
    _facet("family.goal", _item, _confidential, _CARE_ACCESS, PUBLIC_TASK, _joint,
           ("doel van het gezin", "the family's goal"), _entry),
    _facet("family.agreement", _item, _confidential, _CARE_ACCESS, PUBLIC_TASK, _joint,
           ("afspraak met het gezin", "agreement with the family"), _entry),
    _facet("family.complaint", _case, _confidential, (_CARE, _SUPERVISION, _ACCESS), LEGAL_DUTY, _rights,
           ("klacht van het gezin", "the family's complaint"), _entry),
    _facet("meeting.item", _item, _confidential, _CARE_ONLY, PUBLIC_TASK, _joint,
           ("bespreekpunt", "meeting item"), _entry),
    _facet("blockade", _item, _confidential, _JOINT, PUBLIC_TASK, _joint,
           ("blokkade", "blockade"), _entry),
    _facet("gap", _item, _ordinary, (_CARE, _COURT, _SUPERVISION), PUBLIC_TASK, _joint,
           ("gat", "gap")),
    _facet("outcome", _item, _confidential, _JOINT, PUBLIC_TASK, _joint,
           ("uitkomst", "outcome"), _entry),
    _facet("feedback", _case, _ordinary, _JOINT, PUBLIC_TASK, _signal,
           ("terugkoppeling", "feedback"), _entry),
    _facet("consent.record", _case, _confidential, _JOINT_SUPERVISED, LEGAL_DUTY, _rights,
           ("toestemming", "consent"), _entry),
    _facet("break_glass.grant", _case, _confidential, (_CARE, _SUPERVISION, _ACCESS), LEGAL_DUTY, _log,
           ("noodtoegang", "emergency access"), _professional),
    _facet("access_log.entry", _case, _confidential, (_CARE, _COURT, _MONITORING, _SUPERVISION, _ACCESS),
           LEGAL_DUTY, _log, ("wie heeft gekeken", "who looked"), _professional),
    _facet("caseload", _case, _ordinary, (_CARE, _MONITORING), PUBLIC_TASK, _figures,
           ("caseload", "caseload"), _professional, _no_household),
    _facet("merge.proposal", _case, _confidential, _CARE_ONLY, PUBLIC_TASK, _joint,
           ("voorstel tot samenvoegen", "merge proposal")),
    _facet("team_note.internal", _item, _confidential, _CARE_ONLY, PUBLIC_TASK, _joint,
           ("interne notitie van een team", "a team's internal note"), _entry),
    _facet("monitor.aggregate", _case, _aggregate, (_MONITORING,), PUBLIC_TASK, _figures,
           ("geaggregeerde cijfers", "aggregate figures"), _no_household),
)}
# fmt: on


@cache
def grounds_of(facet: str, sphere: Sphere | None) -> frozenset[str]:
    """The articles on which this facet of a thing in this sphere rests; None: of no thing. Each has to be in force."""
    extra = SPHERE_GROUND.get(sphere) if sphere else None
    return frozenset([*FACETS[facet].ground.split(), *([extra] if extra else [])])
