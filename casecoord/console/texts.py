"""The console's words. English stands in templates and code, Dutch in `locale/nl/`, a catalogue per story, compiled
when the server starts."""

import gettext
import io
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import cache
from pathlib import Path

from babel.core import Locale, UnknownLocaleError
from babel.dates import format_date, format_time
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

from casecoord.actions.moving import Destination
from casecoord.actions.plan import Manner
from casecoord.actions.signals import Decision
from casecoord.actions.splitting import Part
from casecoord.domain.agreements import Answer, Standing, spoken
from casecoord.domain.alternatives import (
    Fit,
    FollowStep,
    HearingWarning,
    NeededOf,
    OfferKind,
    PlacementState,
    PlaceOutcome,
    PreparationStep,
    PreparedBy,
    Released,
)
from casecoord.domain.consents import ConsentSource
from casecoord.domain.duplicates import REASONS, MergeReason
from casecoord.domain.facets import FACETS
from casecoord.domain.leaving import ItemKind
from casecoord.domain.meetings import AgendaKind, MeetingState
from casecoord.domain.monitor import Period
from casecoord.domain.notices import NOTICES, NoticeKind
from casecoord.domain.promises import PROMISES, Level, Rule
from casecoord.domain.residents import Thing
from casecoord.domain.rights import Outcome, Rectifiable
from casecoord.domain.teams import TEAM_KINDS
from casecoord.domain.words import (
    ActionState,
    Audience,
    BlockadeKind,
    BlockadeState,
    CaseState,
    Discipline,
    HearingState,
    Language,
    LifeDomain,
    ProposalKind,
    Purpose,
    Reach,
    RequestKind,
    Role,
    SignalState,
    SignalSubject,
    Sphere,
    TeamKind,
    TransferKind,
    Urgency,
    VeiligThuis,
    Word,
)
from casecoord.domain.workdays import AMSTERDAM

LOCALE = Path(__file__).parent / "locale"
_LOCALES = {Language.NL: "nl_NL", Language.EN: "en_GB"}

#: Words of closed vocabularies whose own name is not how a person says it.
_SPOKEN: tuple[tuple[StrEnum, str], ...] = (
    (LifeDomain.WORK_EDUCATION, "work and education"),
    (LifeDomain.TIME_USE, "use of time"),
    (LifeDomain.SUBSTANCE_USE, "alcohol, drugs, gambling"),
    (LifeDomain.CHILD_DEVELOPMENT, "a child's development and safety"),
    (LifeDomain.JUSTICE, "police and justice"),
    (Audience.SOCIAL_AND_LEAD, "the social team and the lead only"),
    (Audience.TEAMS_IN_CASE, "all teams in the case; the patient was told"),
    (CaseState.TRIAGED, "a lead is sought"),
    (CaseState.LEAD_PROPOSED, "somebody is asked to lead"),
    (CaseState.LED, "a lead is at work"),
    (SignalState.OPEN, "not yet triaged"),
    (SignalState.IN_CASE, "taken into the case"),
    (SignalSubject.PERSON, "about this person"),
    (SignalSubject.HOUSEHOLD, "about the whole household"),
    (ActionState.OPEN, "to do"),
    (AgendaKind.UNTRIAGED, "a new signal"),
    (AgendaKind.GAP, "something is overdue"),
    (AgendaKind.REVIEW, "how does it go?"),
    (AgendaKind.MOVE, "moved, or new to this team"),
    (AgendaKind.QUICK_WIN, "this went well"),
    (MeetingState.PLANNED, "planned"),
    (MeetingState.OPEN, "going on now"),
    (MeetingState.ADJOURNED, "went on another day"),
    (Discipline.INTERNAL_SUPERVISOR, "the school's own supervisor"),
    (Discipline.SPECIAL_EDUCATION, "special education support"),
    (Discipline.SCHOOL_SOCIAL_WORK, "school social work"),
    (Discipline.SOCIAL_TEAM, "the social team"),
    (Discipline.INCOME, "income support"),
    (Decision.OPEN_CASE, "open a case"),
    (Decision.JOIN_CASE, "add it to the case"),
    (Decision.ON_HOLD, "wait, and look again on a date"),
    (Manner.AT_SCHOOL, "at school"),
    (Manner.AT_OFFICE, "at an office"),
    (Manner.OTHER, "in another way"),
    (Manner.TELEPHONE, "by telephone"),
    (ProposalKind.LEAD, "asked to lead"),
    (ProposalKind.HANDOVER, "asked to take the lead over"),
    (ProposalKind.APPOINTMENT, "appointed as lead"),
    (RequestKind.ACCESS, "see what is recorded"),
    (RequestKind.PORTABILITY, "get what they gave themselves"),
    (RequestKind.RECTIFICATION, "have something corrected"),
    (RequestKind.RESTRICTION, "have it shown to fewer people"),
    (RequestKind.OBJECTION, "object to its use"),
    (RequestKind.ERASURE, "have it erased"),
    (RequestKind.COMPLAINT, "complain"),
    (Outcome.GRANT, "yes, it is granted"),
    (Outcome.REFUSE, "no, it is refused"),
    (Outcome.LIFT, "the restriction ends"),
    (Rectifiable.NAME, "the name"),
    (Rectifiable.BIRTH_DATE, "the birth date"),
    (Rectifiable.LANGUAGE, "the language"),
    (Rectifiable.ADDRESS, "the address"),
    (Rectifiable.CONTACT, "the contact data"),
    (Rectifiable.SIGNAL_SUMMARY, "the sentence of a signal"),
    (Rectifiable.SIGNAL_DETAIL, "the detail of a signal"),
    (Rectifiable.ACTION, "an action"),
    (Thing.SIGNAL, "a signal"),
    (Thing.ACTION, "an action"),
    (Thing.CONTACT, "a contact"),
    (Thing.HEARING, "a hearing"),
    (Thing.BLOCKADE, "a blockade"),
    (Thing.GRANT, "an emergency access"),
    (Thing.EVENT, "something in the history"),
    (Sphere.GENERAL, "general matters"),
    (Sphere.LIVELIHOOD, "money, work and housing"),
    (Sphere.HEALTH, "health"),
    (Sphere.JUSTICE, "justice"),
    (TransferKind.MOVE, "the family moved"),
    (TransferKind.SCHOOL, "a child changed school"),
    (TransferKind.TEAM, "a team ended or changed"),
    (TransferKind.AGE, "a child came of age"),
    (TransferKind.SPLIT, "a family became two"),
    (TransferKind.MERGE, "two families became one"),
    (TransferKind.DEATH, "somebody died"),
    (BlockadeKind.RULE, "a rule"),
    (BlockadeKind.CAPACITY, "too few people or places"),
    (BlockadeKind.LAW, "the law"),
    (BlockadeKind.COOPERATION, "working together"),
    (BlockadeState.OPEN, "waits for a decision"),
    (BlockadeState.AGENDA, "on the alliance's agenda"),
    (BlockadeState.DECIDED, "decided"),
    (Reach.INCIDENTAL, "this once"),
    (Reach.STRUCTURAL, "from now on, for everybody whom it happens to"),
    (ItemKind.SEAT, "the seat of coordinator"),
    (ItemKind.DUTY, "hours on duty"),
    (ItemKind.DEPUTY, "standing in for somebody"),
    (ItemKind.LEAD, "cases as lead"),
    (ItemKind.ACTION, "actions to do"),
    (ItemKind.PROPOSAL, "requests to lead"),
    (ItemKind.SIGNAL, "signals"),
    (ItemKind.PARTICIPANT, "cases that the team takes part in"),
    (ItemKind.INVITATION, "invitations to take part"),
    (ItemKind.TRANSFER, "hand-overs"),
    (ItemKind.COVER, "places that the team covers"),
    (VeiligThuis.YES, "yes, I reported it to Veilig Thuis"),
    (VeiligThuis.NO, "no, and this is why"),
    (VeiligThuis.LATER, "not yet, I decide on this date"),
    # a provider reads these: no word of a judge
    (OfferKind.WORK_STUDY, "working and learning"),
    (OfferKind.APPRENTICESHIP, "learning a trade"),
    (OfferKind.MENTOR, "a mentor"),
    (OfferKind.TRAINING, "a training"),
    (OfferKind.SCHOOL_RETURN, "back to school"),
    (OfferKind.RESTORATIVE, "making it right"),
    (NeededOf.YOUTH, "the youth"),
    (NeededOf.FAMILY, "the family"),
    (NeededOf.SOCIAL_TEAM, "the social team"),
    (NeededOf.COURT_PARTNER, "whoever asks for the place"),
    (NeededOf.PROVIDER, "the provider"),
    (PlacementState.EXPIRED, "held no more"),
    (PlacementState.STARTED, "begun"),
    (PlacementState.RELEASED, "given back"),
    (FollowStep.ATTENDS, "comes as agreed"),
    (FollowStep.ABSENT, "stays away"),
    (PlaceOutcome.COMPLETED, "done to the end"),
    (PlaceOutcome.CONTINUES, "goes on as work, school or a club"),
    (PlaceOutcome.STOPPED, "stopped early"),
    (Released.ANOTHER, "another place was chosen"),
    (Released.DECLINED, "the youth or the family does not want it"),
    (Released.UNSUITABLE, "it does not suit after all"),
    (Released.OFFER_WITHDRAWN, "the offer was withdrawn"),
    (Released.NOT_NEEDED, "it is not needed any more"),
    (Fit.AGE, "the age"),
    (Fit.NEIGHBOURHOOD, "the neighbourhood"),
    (Fit.LANGUAGE, "the language"),
    (Fit.STARTS_IN_TIME, "a start in time"),
    (Fit.FREE_PLACE, "a free place"),
    (PreparationStep.FAMILY_INFORMED, "tell the family"),
    (PreparationStep.LAWYER_INFORMED, "tell the lawyer"),
    (PreparationStep.ALTERNATIVE_PROPOSED, "propose an alternative"),
    (PreparationStep.PLACE_HELD, "have a place held"),
    (PreparationStep.PLACE_CONFIRMED, "confirm the place"),
    (PreparationStep.REPORT_SENT, "send the report"),
    (PreparedBy.SOCIAL_TEAM, "the social team"),
    (PreparedBy.COURT_PARTNER, "the court partner"),
    (PreparedBy.PROVIDER, "the provider"),
    (HearingState.HELD, "it took place"),
    (HearingState.CANCELLED, "it was called off"),
    (HearingWarning.TURNS_EIGHTEEN, "turns eighteen"),
    (HearingWarning.WEEK_FULL, "full week"),
    (Word.FAMILY, "the family's"),
    (Word.SIGNALLER, "of whoever signalled"),
    (ConsentSource.WRITTEN, "on paper"),
    (ConsentSource.SPOKEN, "in words"),
    (BlockadeKind.RULE, "a rule"),
    (BlockadeKind.LAW, "a law"),
    (BlockadeKind.CAPACITY, "too few people or places"),
    (BlockadeKind.COOPERATION, "working together"),
    (Destination.HERE, "within this area"),
    (Destination.ANOTHER_AREA, "to another area of this system"),
    (Destination.OUTSIDE, "away from all these areas"),
    (Part.STAYING, "with who stays"),
    (Part.LEAVING, "with who leaves"),
)
# Words of two vocabularies can be equal as texts (an open signal, an open action): the kind is part of the key.
_KNOWN = {(type(value), value.value): english for value, english in _SPOKEN}
_VOCABULARIES: tuple[type[StrEnum], ...] = (
    Role,
    Purpose,
    LifeDomain,
    Urgency,
    Audience,
    CaseState,
    SignalState,
    SignalSubject,
    ActionState,
    Decision,
    Manner,
    ProposalKind,
    Sphere,
    TransferKind,
    VeiligThuis,
    OfferKind,
    NeededOf,
    PlacementState,
    FollowStep,
    PlaceOutcome,
    Released,
    Fit,
    PreparationStep,
    PreparedBy,
    HearingState,
    HearingWarning,
    RequestKind,
    Outcome,
    Rectifiable,
    Thing,
    AgendaKind,
    MeetingState,
    BlockadeKind,
    BlockadeState,
    Reach,
    ItemKind,
    Discipline,
    Word,
    ConsentSource,
    BlockadeKind,
    Destination,
    Part,
)
_OPEN = "open"
_LEVELS = {
    Level.TEAM_COORDINATOR: "the team's coordinator",
    Level.AREA_COORDINATOR: "the area's coordinator",
    Level.DECISION_POWER: "the person with decision power",
    Level.ALLIANCE: "the alliance's agenda",
}
#: What happened, after the name of who did it.
_HAPPENED = {
    "add_signal": "signalled a concern",
    "see_signal": "saw the signal",
    "triage_signal": "triaged a signal",
    "propose_lead": "asked somebody to lead",
    "accept_lead": "accepted the lead",
    "decline_lead": "declined the lead",
    "appoint_lead": "appointed a lead",
    "object_to_appointment": "objected to being appointed",
    "offer_hand_over": "offered to hand the lead over",
    "accept_hand_over": "took the lead over",
    "decline_hand_over": "declined to take the lead over",
    "invite_team": "invited a team",
    "join_case": "joined for the team",
    "decline_invitation": "declined for the team",
    "leave_case": "left for the team",
    "add_action": "added an action",
    "complete_action": "completed an action",
    "raise_blockade": "raised a blockade",
    "decide_blockade": "decided on a blockade",
    "record_decision": "recorded a decision of a meeting",
    "publish_breakthrough": "wrote a decision down as a rule",
    "complete_homework": "heard what came of homework",
    "spend": "spent something for the family",
    "record_spend_result": "told what a spend changed",
    "cancel_spend": "took a spend back",
    "plan_hearing": "planned a hearing",
    "move_hearing": "moved a hearing",
    "end_hearing": "ended a hearing",
    "propose_place": "proposed an alternative",
    "hold_place": "had a place held",
    "release_place": "gave a place back",
    "confirm_place": "confirmed a place",
    "start_place": "let a place begin",
    "follow_place": "said how a place goes",
    "end_place": "ended a place",
    "prepare_hearing": "prepared a hearing",
    "break_glass": "used emergency access",
    "review_break_glass": "reviewed an emergency access",
    "exercise_right": "recorded what a resident asks",
    "set_goal": "wrote down a goal or a small step",
    "reach_milestone": "told that something was reached",
    "praise_family": "said what goes well",
    "record_agreement": "wrote down an agreement with the family",
    "respond_agreement": "recorded what the family says to an agreement",
    "erase_household": "erased what two people granted",
    "make_resident_code": "made a code for a page of one's own",
    "unbind_resident": "ended a resident's login",
    "record_childs_word": "recorded what a child said",
    "defer_entry": "deferred something for a person's safety",
    "review_deferral": "looked again at what was deferred",
    # as it was written before a second person had to answer
    "decide_right": "decided what a resident asked",
    "withdraw_right": "recorded that a resident takes back what was asked",
    "appeal_decision": "recorded that a resident appeals",
    "prepare_decision": "prepared a decision on what a resident asked",
    "confirm_decision": "answered a decision that was prepared",
    "rectify": "corrected what a resident said is wrong",
    "record_contact": "spoke with the family",
    "record_consent": "recorded a consent",
    "withdraw_consent": "recorded that a consent was taken back",
    "add_medical_note": "wrote a medical note",
    "confirm_merge": "said that two families are one",
    "decline_merge": "said that two families are two",
    "undo_merge": "said that they are two families after all",
    "split_household": "recorded that the family became two",
    "end_membership": "handed on what waited for somebody who leaves",
    "end_professional": "handed on what waited for somebody who leaves",
    "end_team": "handed on what was with a team that ends",
    "end_organisation": "handed on what was with a team that ends",
    # looked at, as the access log says it
    "joint_case": "looked at the family's page",
    "timeline": "looked at what happened",
    "explain": "asked why something is shown",
    "worklist": "saw the family in a list",
    **dict.fromkeys(
        ("proposals", "invitations", "candidates", "caseload", "coverage", "merge_proposals", "spread"),
        "saw the family in a list",
    ),
    "sent_signal": "looked what became of a signal",
    "give_feedback": "told the signaller what came of it",
    "confirm_outcome": "recorded what came of it",
    "review_case": "went through the case",
    "begin_aftercare": "began aftercare",
    "close_case": "closed the case",
    "reopen_case": "reopened the case",
    "gaps": "saw the family in a list of what is overdue",
    "inbox": "saw the family in the inbox",
    "on_duty": "saw what is acute",
    "access_log": "read the access log",
    "replay_decision": "had a decision decided again",
    "held_back": "looked which lines still wait",
    "whose_log": "looked for the log of somebody",
    "rights_asked": "looked at what a resident asks",
    "glass_to_review": "looked at an emergency access to review",
    "deferrals": "looked at what is deferred",
    "corrections": "looked at what was corrected",
    "export_household": "made an export for a resident",
    "my_family": "looked at the own page",
    "my_access_log": "looked who looked",
}
#: What was done, by its class in the log, where the verb has no words of its own.
_DONE = {
    "R": "looked at data",
    "C": "recorded something new",
    "U": "recorded what happened",
    "D": "removed something",
    "E": "did something",
}


def N_(english: str) -> str:  # the name that the tools of gettext look for
    """Marks a text of the code that is translated where it is shown."""
    return english


@cache
def translations(language: Language) -> gettext.NullTranslations:
    """What turns an English text of a template into this language."""
    if language is Language.EN:
        return gettext.NullTranslations()
    whole = Catalog(locale=language.value)
    for path in sorted((LOCALE / language.value).glob("*.po")):
        with path.open("rb") as source:
            for message in read_po(source, locale=language.value):
                if message.id:
                    whole.add(message.id, message.string)
    compiled = io.BytesIO()
    write_mo(compiled, whole)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def say(english: str, language: Language) -> str:
    """A text that was marked by `N_`, in the reader's language."""
    return translations(language).gettext(english) if english else ""


def vocabulary() -> set[str]:
    """Every English text that code, not a template, asks a translation for."""
    words = {_english(value) for kind in _VOCABULARIES for value in kind}
    return words | {_OPEN, *_LEVELS.values(), *_HAPPENED.values(), *_DONE.values()}


def word(value: StrEnum | Level, language: Language) -> str:
    """A word of a closed vocabulary, as a person says it."""
    if isinstance(value, Standing | Answer):
        return spoken(value, language)
    english = _LEVELS[value] if isinstance(value, Level) else _english(value)
    return translations(language).gettext(english)


def happened(verb: str, language: Language) -> str:
    """What somebody did, after their name; a verb without words says only that."""
    return translations(language).gettext(_HAPPENED.get(verb, verb.replace("_", " ")))


def did(verb: str, act: str, language: Language) -> str:
    """What an entry of the access log says that somebody did."""
    return translations(language).gettext(_HAPPENED.get(verb, _DONE[act]))


def case_state(value: str, language: Language) -> str:
    """The state of a case; for whoever may know only that, open or closed."""
    english = _english(CaseState(value)) if value in list(CaseState) else _OPEN
    return translations(language).gettext(english)


def signal_state(value: str, language: Language) -> str:
    return word(SignalState(value), language)


def proposal_kind(value: str, language: Language) -> str:
    return word(ProposalKind(value), language)


def manner(value: str, language: Language) -> str:
    return word(Manner(value), language)


def tongue(code: str, language: Language) -> str:
    """The name of a language, as far as the calendar of names knows it."""
    try:
        return Locale.parse(code).get_display_name(_LOCALES[language]) or code
    except (UnknownLocaleError, ValueError):
        return code


def birth_date(value: str, language: Language) -> str:
    """A birth date of the register, whose month and day may be unknown (00)."""
    year, month, of_month = (int(part) for part in value.split("-"))
    if not (year and month and of_month):
        return value.replace("-00", "")
    return day(date(year, month, of_month), language)


def agreed(value: Standing | Answer, language: Language) -> str:
    """How an agreement stands, or what somebody said to it."""
    return spoken(value, language)


def euros(cents: int, language: Language) -> str:
    """An amount as it is written in this language."""
    return format_decimal(cents / 100, "#,##0.00", locale=_LOCALES[language])


def team_kind(kind: TeamKind, language: Language) -> str:
    row = TEAM_KINDS[kind]
    return row.label_nl if language is Language.NL else row.label_en


def facet(name: str, language: Language) -> str:
    return FACETS[name].label(language)


def promise(rule: str, language: Language) -> str:
    """What was promised."""
    row = PROMISES[Rule(rule)]
    return row.promise_nl if language is Language.NL else row.promise_en


def notice(kind: NoticeKind, language: Language) -> str:
    """What somebody was told."""
    row = NOTICES[kind]
    return row.label_nl if language is Language.NL else row.label_en


def merge_reason(reason: MergeReason, language: Language) -> str:
    """Why two families may be one."""
    return REASONS[reason].sentence(language)


def next_step(rule: str, language: Language) -> str:
    """What mends a broken promise."""
    row = PROMISES[Rule(rule)]
    return row.next_step_nl if language is Language.NL else row.next_step_en


def day(value: date, language: Language) -> str:
    """A date with its month in words: 6 november 2026."""
    return format_date(value, "d MMMM y", locale=_LOCALES[language])


def hour(value: datetime, language: Language) -> str:
    """A time of this day in Amsterdam: 14:32."""
    return format_time(value.astimezone(AMSTERDAM).time(), "HH:mm", locale=_LOCALES[language])


def period(value: Period, language: Language) -> str:
    """Whole months by name: november 2026, or 4e kwartaal 2026."""
    quarter = (value.until_on - value.from_on).days > 31
    return format_date(value.from_on, "QQQQ y" if quarter else "LLLL y", locale=_LOCALES[language])


def moment(value: datetime, language: Language) -> str:
    """A date and time in Amsterdam. What is due at the end of a day names that day, without midnight."""
    local = value.astimezone(AMSTERDAM)
    if (local.hour, local.minute) == (0, 0):
        return day((local - timedelta(minutes=1)).date(), language)
    return f"{day(local.date(), language)}, {format_time(local.time(), 'HH:mm', locale=_LOCALES[language])}"


def _english(value: StrEnum) -> str:
    return _KNOWN.get((type(value), value.value), value.value.replace("_", " "))
