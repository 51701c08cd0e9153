"""The one table of promises, and their clocks as pure functions of state and time.

A promise is a clock on something that waits. From the instant it is due, the gap exists by
definition, whether or not a sweep has written it down; it escalates up the ladder by working days.
The default deadlines are each area's to change in its settings.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import IntEnum, StrEnum

from casecoord.domain.words import (
    ActionState,
    BlockadeState,
    CaseState,
    HearingState,
    InvitationState,
    RequestState,
    SignalState,
    TransferState,
    Urgency,
)
from casecoord.domain.workdays import (
    add_working_days,
    end_of_day,
    local_date,
    months_after,
    working_days_before,
)


class Rule(StrEnum):
    TRIAGE = "G1"
    LEAD = "G2"
    FIRST_CONTACT = "G3"
    ACTION = "G4"
    REVIEW = "G5"
    FEEDBACK = "G6"
    HANDOVER = "G7"
    SCHOOL = "G8"
    #: G8 as well: somebody on duty at every hour
    DUTY = "G8 duty"
    HEARING = "G9"
    BLOCKADE = "G10"
    OUTCOME = "G11"
    BREAK_GLASS = "G12"
    HOLD = "G13"
    INVITATION = "G14"
    REQUEST = "G15"
    COVERED = "covered"
    DELIVERY = "delivery"


class Level(IntEnum):
    """To whom a gap has escalated."""

    TEAM_COORDINATOR = 1
    AREA_COORDINATOR = 2
    DECISION_POWER = 3
    ALLIANCE = 4


#: Working days after the deadline at which levels 2, 3 and 4 begin.
LADDER = (3, 5, 10)


@dataclass(frozen=True, slots=True)
class PromiseRow:
    """What is promised, the gap when it is broken, and the next step that mends it."""

    rule: Rule
    gap: str
    promise_nl: str
    promise_en: str
    next_step_nl: str
    next_step_en: str


# fmt: off
PROMISES: dict[Rule, PromiseRow] = {row[0]: PromiseRow(*row) for row in (
    (Rule.TRIAGE, "untriaged",
     "elk open signaal is beoordeeld", "every open signal is triaged",
     "beoordeel het signaal", "triage the signal"),
    (Rule.LEAD, "no_lead",
     "elke casus heeft een regievoerder die ja heeft gezegd", "every case has a lead who accepted",
     "stel een regievoerder voor of laat er een aanwijzen", "propose a lead, or have one appointed"),
    (Rule.FIRST_CONTACT, "no_contact",
     "de regievoerder heeft het gezin gesproken", "the lead has had first contact with the family",
     "neem contact op met het gezin en leg het vast", "contact the family and record it"),
    (Rule.ACTION, "action_overdue",
     "elke actie is op tijd klaar of opnieuw afgesproken", "every action is done or re-agreed by its due date",
     "rond de actie af of spreek een nieuwe datum af", "complete the action, or agree a new date"),
    (Rule.REVIEW, "review_overdue",
     "elke casus met een regievoerder wordt om de zes weken besproken", "every led case is reviewed",
     "bespreek de casus en leg het vast", "review the case and record it"),
    (Rule.FEEDBACK, "no_feedback",
     "wie signaleerde, hoort wat ermee gebeurt", "whoever signalled gets feedback",
     "koppel terug wat de melder mag weten", "tell whoever signalled what they may know"),
    (Rule.HANDOVER, "handover_open",
     "wat is overgedragen, is aanvaard", "what is handed over is accepted",
     "aanvaard de overdracht of wijs haar af", "accept the hand-over, or decline it"),
    (Rule.SCHOOL, "school_uncovered",
     "elke basisschool heeft een zorgteam dat compleet is en bijeenkwam",
     "every primary school has a care team that is complete and met",
     "wijs een zorgteam aan, vul het aan, of kom bijeen", "name a care team, complete it, or meet"),
    (Rule.DUTY, "duty_uncovered",
     "er is elk uur iemand met dienst", "somebody is on duty at every hour",
     "zet iemand in het dienstrooster", "put somebody on the duty roster"),
    (Rule.HEARING, "hearing_unprepared",
     "een jongere met een zitting heeft op tijd een alternatief",
     "a youth with a hearing has an alternative in time",
     "stel een alternatief voor en houd een plaats vast", "propose an alternative and hold a place"),
    (Rule.BLOCKADE, "blockade_open",
     "een blokkade is beslist", "a blockade is decided",
     "beslis, of zet het op de agenda van de alliantie", "decide, or put it on the alliance's agenda"),
    (Rule.OUTCOME, "outcome_unconfirmed",
     "nazorg eindigt met een bevestigde uitkomst", "aftercare ends in a confirmed outcome",
     "vraag het gezin of de melder of het klopt, en sluit af", "ask the family or whoever signalled, and close"),
    (Rule.BREAK_GLASS, "break_glass_unreviewed",
     "noodtoegang wordt achteraf beoordeeld", "emergency access is reviewed",
     "beoordeel de noodtoegang", "review the emergency access"),
    (Rule.HOLD, "hold_review_due",
     "wat is aangehouden, wordt opnieuw bekeken", "what is on hold is looked at again",
     "bekijk het opnieuw", "look at it again"),
    (Rule.INVITATION, "invitation_open",
     "een uitnodiging om mee te doen is beantwoord", "an invitation to take part is answered",
     "beantwoord de uitnodiging", "answer the invitation"),
    (Rule.REQUEST, "request_open",
     "een verzoek van een bewoner is beslist", "a resident's request is decided",
     "beslis op het verzoek", "decide the request"),
    (Rule.COVERED, "uncovered",
     "elk huishouden valt onder een team", "every household is covered by a team",
     "wijs een team aan voor deze buurt, school of praktijk",
     "name a team for this neighbourhood, school or practice"),
    (Rule.DELIVERY, "mail_undelivered",
     "e-mail komt aan", "mail arrives",
     "kijk waarom de e-mail niet aankomt en verstuur haar opnieuw", "see why the mail does not arrive, and send it again"),
)}
# fmt: on
#: What is promised of the area itself, not of one household.
OF_THE_AREA = frozenset({Rule.SCHOOL, Rule.DUTY, Rule.DELIVERY})
#: What is between a resident or a professional and the privacy officer: lists do not say of which household.
BETWEEN_FEW = frozenset({Rule.BREAK_GLASS, Rule.REQUEST})


@dataclass(frozen=True, slots=True)
class Deadlines:
    """An area's clocks: working days unless the name says otherwise, with the area's own days off."""

    triage: int = 5
    acute_seen_hours: int = 4
    acute_triage_hours: int = 24
    proposal: int = 2
    lead: int = 7
    appointment: int = 5
    first_contact: int = 5
    handover: int = 5
    feedback: int = 5
    review_days: int = 42
    aftercare_days: int = 90
    invitation: int = 3
    hold_days: int = 90
    meeting_days: int = 42
    hearing_alternative: int = 10
    hearing_place: int = 5
    blockade: int = 10
    break_glass: int = 5
    request_months: int = 1
    closed: frozenset[date] = field(default=frozenset())

    @classmethod
    def of_area(cls, settings: Mapping[str, object]) -> "Deadlines":
        """From an area's settings `{"deadlines": {...}, "closed": ["2026-12-24", ...]}`."""
        numbers = settings.get("deadlines", {})
        closed = settings.get("closed", [])
        assert isinstance(numbers, Mapping) and isinstance(closed, list)
        return cls(**numbers, closed=frozenset(date.fromisoformat(day) for day in closed))

    def after(self, start: datetime, working_days: int) -> datetime:
        """The instant at which so many working days after `start` have passed."""
        return add_working_days(start, working_days, self.closed)

    def beyond(self, due_at: datetime, working_days: int) -> datetime:
        """The same after a deadline: one at the end of a day has had that day."""
        return self.after(due_at - timedelta(microseconds=1), working_days)


@dataclass(frozen=True, slots=True)
class Clock:
    """One promise with its deadline and the instants at which a broken one escalates."""

    rule: Rule
    due_at: datetime
    area_at: datetime
    decision_at: datetime
    alliance_at: datetime

    def level(self, now: datetime) -> Level | None:
        """How far the gap has escalated at `now`; None while there is no gap."""
        if now < self.due_at:
            return None
        later = (self.area_at, self.decision_at, self.alliance_at)
        return Level(1 + sum(now >= instant for instant in later))


def clock(rule: Rule, due_at: datetime, deadlines: Deadlines) -> Clock:
    """The clock of a promise that is due at this instant, with its ladder."""
    return Clock(rule, due_at, *(deadlines.beyond(due_at, days) for days in LADDER))


def signal_clock(
    state: SignalState,
    urgency: Urgency,
    received_at: datetime,
    seen_at: datetime | None,
    review_on: date | None,
    deadlines: Deadlines,
) -> Clock | None:
    """G1 for an open signal, G13 for one on hold; None once it waits no longer for triage."""
    if state is SignalState.ON_HOLD and review_on is not None:
        return clock(Rule.HOLD, end_of_day(review_on), deadlines)
    if state is not SignalState.OPEN:
        return None
    if urgency is not Urgency.ACUTE:
        return clock(Rule.TRIAGE, deadlines.after(received_at, deadlines.triage), deadlines)
    hours = deadlines.acute_seen_hours if seen_at is None else deadlines.acute_triage_hours
    return clock(Rule.TRIAGE, received_at + timedelta(hours=hours), deadlines)


def lead_clock(
    state: CaseState,
    triaged_at: datetime,
    proposed_at: datetime | None,
    deadlines: Deadlines,
    *,
    objected: bool = False,
) -> Clock | None:
    """G2: the proposal's answer or, if sooner, the end of the whole search; None once a lead accepted.

    A new proposal never moves the end of the whole search. One who was appointed and objects has not
    accepted: the search goes on, as late as it was, while the hand-over that would end it has a clock of its own.
    """
    due_at = lead_due(triaged_at, deadlines)
    if objected and state in (CaseState.LED, CaseState.AFTERCARE):
        return clock(Rule.LEAD, due_at, deadlines)
    if state not in (CaseState.TRIAGED, CaseState.LEAD_PROPOSED):
        return None
    if proposed_at is not None:
        due_at = min(due_at, deadlines.after(proposed_at, deadlines.proposal))
    return clock(Rule.LEAD, due_at, deadlines)


def lead_due(triaged_at: datetime, deadlines: Deadlines) -> datetime:
    """The end of the search for a lead."""
    return deadlines.after(triaged_at, deadlines.lead)


def appointment_from(triaged_at: datetime, deadlines: Deadlines) -> datetime:
    """From when the person with decision power appoints."""
    return deadlines.beyond(lead_due(triaged_at, deadlines), deadlines.appointment)


def contact_clock(
    state: CaseState, lead_since: datetime | None, contacted_at: datetime | None, deadlines: Deadlines
) -> Clock | None:
    """G3: the lead's first contact with the family."""
    if state is not CaseState.LED or lead_since is None:
        return None
    if contacted_at is not None and contacted_at >= lead_since:
        return None
    return clock(Rule.FIRST_CONTACT, deadlines.after(lead_since, deadlines.first_contact), deadlines)


def review_clock(
    state: CaseState, lead_since: datetime | None, reviewed_at: datetime | None, deadlines: Deadlines
) -> Clock | None:
    """G5: six weeks after the lead began or the case was last reviewed."""
    if state is not CaseState.LED or lead_since is None:
        return None
    since = max(lead_since, reviewed_at) if reviewed_at else lead_since
    return clock(Rule.REVIEW, since + timedelta(days=deadlines.review_days), deadlines)


def feedback_clock(
    triaged_at: datetime | None, feedback_at: datetime | None, deadlines: Deadlines
) -> Clock | None:
    """G6: from triage until whoever signalled was told."""
    if triaged_at is None or feedback_at is not None:
        return None
    return clock(Rule.FEEDBACK, deadlines.after(triaged_at, deadlines.feedback), deadlines)


def outcome_clock(state: CaseState, aftercare_at: datetime | None, deadlines: Deadlines) -> Clock | None:
    """G11: from the begin of aftercare until its outcome is confirmed."""
    if state is not CaseState.AFTERCARE or aftercare_at is None:
        return None
    return clock(Rule.OUTCOME, aftercare_at + timedelta(days=deadlines.aftercare_days), deadlines)


def handover_clock(state: CaseState, offered_at: datetime | None, deadlines: Deadlines) -> Clock | None:
    """G7: the answer to an offered hand-over, while the old lead stays."""
    if offered_at is None or state not in (CaseState.LED, CaseState.AFTERCARE):
        return None
    return clock(Rule.HANDOVER, deadlines.after(offered_at, deadlines.handover), deadlines)


def transfer_clock(state: TransferState, offered_at: datetime, deadlines: Deadlines) -> Clock | None:
    """G7: the receiving team's answer to a household that comes to it, while the old team stays."""
    if state is not TransferState.PENDING:
        return None
    return clock(Rule.HANDOVER, deadlines.after(offered_at, deadlines.handover), deadlines)


def school_clock(uncovered_since: datetime | None, last_met: datetime, deadlines: Deadlines) -> Clock:
    """G8: at once where a team or a discipline is missing, else six weeks after the team last met."""
    next_meeting = last_met + timedelta(days=deadlines.meeting_days)
    return clock(Rule.SCHOOL, min(uncovered_since or next_meeting, next_meeting), deadlines)


def duty_clock(uncovered_from: datetime | None, deadlines: Deadlines) -> Clock | None:
    """G8: from the first instant at which nobody is on duty; None for a roster without an end."""
    return clock(Rule.DUTY, uncovered_from, deadlines) if uncovered_from else None


def delivery_clock(died_at: datetime, deadlines: Deadlines) -> Clock:
    """Mail that was given up is a gap at once."""
    return clock(Rule.DELIVERY, died_at, deadlines)


def hearing_clock(
    state: HearingState,
    held_on: date,
    alternative_at: datetime | None,
    held_until: datetime | None,
    deadlines: Deadlines,
    *,
    has_place: bool = False,
) -> Clock | None:
    """G9, planned back from the hearing: an alternative proposed, then a place held, until a provider confirmed it.

    A place that is only held keeps the promise until it expires, and not a moment longer: that moment is the
    deadline, so that it is broken by time alone.
    """
    if state is not HearingState.PLANNED or has_place:
        return None
    days = deadlines.hearing_alternative if alternative_at is None else deadlines.hearing_place
    due_at = working_days_before(held_on, days, deadlines.closed)
    return clock(Rule.HEARING, max(due_at, held_until or due_at), deadlines)


def blockade_clock(state: BlockadeState, raised_at: datetime, deadlines: Deadlines) -> Clock | None:
    """G10: the decision of the person with decision power, also while it is on the alliance's agenda."""
    if state is BlockadeState.DECIDED:
        return None
    return clock(Rule.BLOCKADE, deadlines.after(raised_at, deadlines.blockade), deadlines)


def break_glass_clock(used_at: datetime, reviewed_at: datetime | None, deadlines: Deadlines) -> Clock | None:
    """G12: the review of an emergency access."""
    if reviewed_at is not None:
        return None
    return clock(Rule.BREAK_GLASS, deadlines.after(used_at, deadlines.break_glass), deadlines)


def request_clock(state: RequestState, received_at: datetime, deadlines: Deadlines) -> Clock | None:
    """G15: one month after a resident asked, to the end of that day."""
    if state is not RequestState.OPEN:
        return None
    last = months_after(local_date(received_at), deadlines.request_months)
    return clock(Rule.REQUEST, end_of_day(last), deadlines)


def refusal_clock(review_on: date, deadlines: Deadlines) -> Clock:
    """G13: a family's refusal that was confirmed is looked at again on its date."""
    return clock(Rule.HOLD, end_of_day(review_on), deadlines)


def action_clock(state: ActionState, due_on: date, deadlines: Deadlines) -> Clock | None:
    """G4: the action's own date, to the end of that day."""
    return clock(Rule.ACTION, end_of_day(due_on), deadlines) if state is ActionState.OPEN else None


def invitation_clock(state: InvitationState, invited_at: datetime, deadlines: Deadlines) -> Clock | None:
    """G14: the invited team's answer."""
    if state is not InvitationState.PENDING:
        return None
    return clock(Rule.INVITATION, deadlines.after(invited_at, deadlines.invitation), deadlines)


def covered_clock(flagged_at: datetime, deadlines: Deadlines) -> Clock:
    """A household that no team covers is a gap at once."""
    return clock(Rule.COVERED, flagged_at, deadlines)
