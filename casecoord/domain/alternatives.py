"""Alternatives for a youth before a judge: what is offered, how a place goes, and who prepares what by when."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from casecoord.domain.ages import reaches
from casecoord.domain.promises import Deadlines
from casecoord.domain.words import Language
from casecoord.domain.workdays import local_date, working_days_before


class OfferKind(StrEnum):
    WORK_STUDY = "work_study"
    APPRENTICESHIP = "apprenticeship"
    MENTOR = "mentor"
    SPORTS = "sports"
    TRAINING = "training"
    SCHOOL_RETURN = "school_return"
    RESTORATIVE = "restorative"


class NeededOf(StrEnum):
    """Of whom an offer needs something."""

    YOUTH = "youth"
    FAMILY = "family"
    SOCIAL_TEAM = "social_team"
    COURT_PARTNER = "court_partner"
    PROVIDER = "provider"


class PlacementState(StrEnum):
    PROPOSED = "proposed"
    HELD = "held"
    #: held until a moment that has passed; so it is from that moment on, written down or not
    EXPIRED = "expired"
    CONFIRMED = "confirmed"
    STARTED = "started"
    ENDED = "ended"
    RELEASED = "released"


#: What is an alternative for a judge still, or may become one.
STANDING = (
    PlacementState.PROPOSED, PlacementState.HELD, PlacementState.CONFIRMED, PlacementState.STARTED,
)  # fmt: skip


class FollowStep(StrEnum):
    """How it goes, in a word of a closed list: a provider writes nothing about a youth."""

    ATTENDS = "attends"
    ABSENT = "absent"
    GOES_WELL = "goes_well"
    NEEDS_HELP = "needs_help"


class PlaceOutcome(StrEnum):
    COMPLETED = "completed"
    #: it went on as work, school or a club
    CONTINUES = "continues"
    STOPPED = "stopped"


class Released(StrEnum):
    """Why a place was given back."""

    ANOTHER = "another"
    DECLINED = "declined"
    UNSUITABLE = "unsuitable"
    OFFER_WITHDRAWN = "offer_withdrawn"
    NOT_NEEDED = "not_needed"


class Fit(StrEnum):
    """Why an offer fits, or what is missing: of the offer, never a score on a person."""

    AGE = "age"
    NEIGHBOURHOOD = "neighbourhood"
    LANGUAGE = "language"
    STARTS_IN_TIME = "starts_in_time"
    FREE_PLACE = "free_place"


class PreparationStep(StrEnum):
    FAMILY_INFORMED = "family_informed"
    LAWYER_INFORMED = "lawyer_informed"
    ALTERNATIVE_PROPOSED = "alternative_proposed"
    PLACE_HELD = "place_held"
    PLACE_CONFIRMED = "place_confirmed"
    REPORT_SENT = "report_sent"


class PreparedBy(StrEnum):
    SOCIAL_TEAM = "social_team"
    COURT_PARTNER = "court_partner"
    PROVIDER = "provider"


class HearingWarning(StrEnum):
    TOO_SOON = "too_soon"
    WEEK_FULL = "week_full"
    TURNS_EIGHTEEN = "turns_eighteen"
    MOVED_OFTEN = "moved_often"


@dataclass(frozen=True, slots=True)
class Step:
    """Who does what, so many working days before the judge asks. `recorded`: somebody says that it is done."""

    step: PreparationStep
    by: PreparedBy
    days_before: int
    recorded: bool = False


RESOLUTION = timedelta(microseconds=1)
#: More hearings in one week than this cannot be prepared by one team.
MOST_A_WEEK = 8
#: From so many moves on a family has been told another date too often.
OFTEN = 3
ADULT = 18
#: What was said about the old date has to be said again about a new one.
TOLD_OF_THE_DATE = frozenset({PreparationStep.FAMILY_INFORMED, PreparationStep.LAWYER_INFORMED})

WARNINGS: dict[HearingWarning, tuple[str, str]] = {
    HearingWarning.TOO_SOON: (
        "Deze datum is te dichtbij: de voorbereiding had al af moeten zijn. Kies een latere datum, of bel het wijkteam.",
        "This date is too soon: its preparation should have been done already. Choose a later one, or call the social team.",
    ),
    HearingWarning.WEEK_FULL: (
        "In deze week zijn al zoveel zittingen gepland dat de voorbereiding vastloopt. Kies liefst een andere week.",
        "So many hearings are planned in this week that their preparation jams. Another week is better.",
    ),
    HearingWarning.TURNS_EIGHTEEN: (
        "De jongere is op deze dag achttien. Ga na of het jeugdrecht nog geldt en of het alternatief nog past.",
        "The youth is eighteen on this day. Check whether youth law still applies and the alternative still fits.",
    ),
    HearingWarning.MOVED_OFTEN: (
        "Deze zitting is drie keer of vaker verzet. Vertel het gezin en de advocaat de nieuwe datum zelf.",
        "This hearing was moved three times or more. Tell the family and the lawyer the new date yourself.",
    ),
}


def warning_text(warning: HearingWarning, language: Language) -> str:
    dutch, english = WARNINGS[warning]
    return dutch if language is Language.NL else english


def steps(deadlines: Deadlines) -> tuple[Step, ...]:
    """What a hearing needs, the earliest first; the two of G9 by the area's own terms."""
    court, social = PreparedBy.COURT_PARTNER, PreparedBy.SOCIAL_TEAM
    found = (
        Step(PreparationStep.FAMILY_INFORMED, social, 15, recorded=True),
        Step(PreparationStep.LAWYER_INFORMED, court, 12, recorded=True),
        Step(PreparationStep.ALTERNATIVE_PROPOSED, social, deadlines.hearing_alternative),
        Step(PreparationStep.PLACE_HELD, social, deadlines.hearing_place),
        Step(PreparationStep.PLACE_CONFIRMED, PreparedBy.PROVIDER, 3),
        Step(PreparationStep.REPORT_SENT, court, 2, recorded=True),
    )
    return tuple(sorted(found, key=lambda one: -one.days_before))


def due_on(step: Step, held_on: date, deadlines: Deadlines) -> date:
    """The last day for a step."""
    end = working_days_before(held_on, step.days_before, deadlines.closed)
    return local_date(end - RESOLUTION)


def warnings_of(
    held_on: date,
    born: str | None,
    in_week: int,
    moves: int,
    proposed: bool,
    now: datetime,
    deadlines: Deadlines,
) -> list[HearingWarning]:
    """What whoever plans this date should know before they go on; none of it forbids the date."""
    last = working_days_before(held_on, deadlines.hearing_alternative, deadlines.closed)
    adult = reaches(born, ADULT) if born else None
    found = {
        HearingWarning.TOO_SOON: not proposed and last <= now,
        HearingWarning.WEEK_FULL: in_week > MOST_A_WEEK,
        HearingWarning.TURNS_EIGHTEEN: adult is not None and adult <= held_on,
        HearingWarning.MOVED_OFTEN: moves >= OFTEN,
    }
    return [warning for warning, so in found.items() if so]
