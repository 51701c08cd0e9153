"""What somebody is told of, who may see it by which facet, and when mail about it goes out.

A notice names what happened and where; it never holds a word about a family.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from casecoord.domain.words import Language
from casecoord.domain.workdays import AMSTERDAM

#: When the daily digest goes out, Amsterdam time.
DIGEST_AT = time(7)

#: After so many refusals of one letter a person has to look at it.
MOST_TRIES = 8
_FIRST_PAUSE, _LONGEST_PAUSE = timedelta(minutes=1), timedelta(days=1)


class NoticeKind(StrEnum):
    SIGNAL = "signal"
    ACUTE_SIGNAL = "acute_signal"
    PROPOSAL = "proposal"
    HAND_OVER = "hand_over"
    APPOINTMENT = "appointment"
    INVITATION = "invitation"
    ACTION = "action"
    ANSWER = "answer"
    REFUSAL = "refusal"
    INVITATION_ANSWER = "invitation_answer"
    TEAM_LEFT = "team_left"
    OBJECTION = "objection"
    HEARING = "hearing"
    BREAK_GLASS = "break_glass"
    BLOCKADE = "blockade"
    BLOCKADE_DEFERRED = "blockade_deferred"
    BLOCKADE_DECIDED = "blockade_decided"
    BLOCKADE_AGENDA = "blockade_agenda"
    PASSED_ON = "passed_on"
    GAP = "gap"
    GAP_AREA = "gap_area"
    GAP_DECISION = "gap_decision"
    AGENDA = "agenda"
    DEAD_LETTER = "dead_letter"
    MERGED = "merged"
    PARTED = "parted"
    TRANSFER = "transfer"
    TRANSFER_ANSWER = "transfer_answer"
    SIGNAL_LAPSED = "signal_lapsed"
    FAMILY_MOVED = "family_moved"
    FAMILY_CHANGED = "family_changed"
    MOVE_OFFER = "move_offer"
    MOVE_ANSWER = "move_answer"
    DEFERRAL = "deferral"
    DEFERRAL_DUE = "deferral_due"
    DECISION_ASKED = "decision_asked"
    DECISION_ANSWER = "decision_answer"
    RECTIFIED = "rectified"
    AGREEMENT_ANSWER = "agreement_answer"
    FAMILY_SAID = "family_said"
    PLACE_HELD = "place_held"
    PLACE_OVER = "place_over"
    PLACE_CONFIRMED = "place_confirmed"
    PLACE_LAPSED = "place_lapsed"


@dataclass(frozen=True, slots=True)
class NoticeRow:
    """One kind of notice. `facet`: whoever may not see this of the household is not told; None: about none."""

    kind: NoticeKind
    facet: str | None
    label_nl: str
    label_en: str


#: The one table of notices; what makes each stands in `storage/telling.py`.
NOTICES: dict[NoticeKind, NoticeRow] = {
    row.kind: row
    for row in (
        NoticeRow(NoticeKind.SIGNAL, "signal.existence", "nieuw signaal", "new signal"),
        NoticeRow(NoticeKind.ACUTE_SIGNAL, "signal.existence", "nieuw acuut signaal", "new acute signal"),
        NoticeRow(NoticeKind.PROPOSAL, "case.lead", "u bent gevraagd voor de regie", "you are asked to lead"),
        NoticeRow(
            NoticeKind.HAND_OVER,
            "case.lead",
            "u bent gevraagd de regie over te nemen",
            "you are asked to take the lead over",
        ),
        NoticeRow(NoticeKind.APPOINTMENT, "case.lead", "u bent aangewezen", "you are appointed"),
        NoticeRow(
            NoticeKind.INVITATION,
            "case.participants",
            "uw team is uitgenodigd",
            "your team is asked to take part",
        ),
        NoticeRow(NoticeKind.ACTION, "plan.action", "een actie voor u", "an action for you"),
        NoticeRow(
            NoticeKind.REFUSAL,
            "family.agreement",
            "een gezin weigert: uw woord is nodig",
            "a family refuses: your word is needed",
        ),
        NoticeRow(NoticeKind.ANSWER, "case.lead", "antwoord op uw voorstel", "an answer to your proposal"),
        NoticeRow(
            NoticeKind.INVITATION_ANSWER,
            "case.participants",
            "antwoord op uw uitnodiging",
            "an answer to your invitation",
        ),
        NoticeRow(
            NoticeKind.TEAM_LEFT,
            "case.participants",
            "een team doet niet meer mee",
            "a team takes part no longer",
        ),
        NoticeRow(
            NoticeKind.OBJECTION,
            "case.lead",
            "de aangewezen regievoerder maakt bezwaar",
            "the lead who was appointed objects",
        ),
        NoticeRow(
            NoticeKind.BREAK_GLASS,
            "break_glass.grant",
            "noodtoegang tot een gezin",
            "emergency access to a family",
        ),
        NoticeRow(
            NoticeKind.HEARING,
            "court.hearing",
            "een zitting om voor te bereiden",
            "a hearing to prepare for",
        ),
        NoticeRow(NoticeKind.BLOCKADE, "blockade", "een blokkade vraagt een besluit", "a blockade to decide"),
        NoticeRow(
            NoticeKind.BLOCKADE_DEFERRED,
            "blockade",
            "een blokkade gaat naar de alliantie",
            "a blockade goes to the alliance",
        ),
        NoticeRow(
            NoticeKind.BLOCKADE_DECIDED, "blockade", "een blokkade is beslist", "a blockade is decided"
        ),
        NoticeRow(
            NoticeKind.BLOCKADE_AGENDA,
            None,
            "een blokkade op de agenda van de alliantie",
            "a blockade on the alliance's agenda",
        ),
        NoticeRow(
            NoticeKind.PASSED_ON,
            "gap",
            "wat op een ander wachtte, wacht op u",
            "what waited for another waits for you",
        ),
        NoticeRow(NoticeKind.GAP, "gap", "een gat in uw team", "a gap in your team"),
        NoticeRow(NoticeKind.GAP_AREA, "gap", "een gat in uw gebied", "a gap in your area"),
        NoticeRow(
            NoticeKind.GAP_DECISION, "gap", "een gat dat een besluit vraagt", "a gap that needs a decision"
        ),
        NoticeRow(
            NoticeKind.AGENDA, None, "een gat op de agenda van de alliantie", "a gap on the alliance's agenda"
        ),
        NoticeRow(
            NoticeKind.MERGED,
            "case.lead",
            "twee huishoudens zijn er een geworden",
            "two households became one",
        ),
        NoticeRow(
            NoticeKind.PARTED, "case.lead", "een huishouden is er twee geworden", "one household became two"
        ),
        NoticeRow(NoticeKind.DEAD_LETTER, None, "e-mail die niet aankomt", "e-mail that does not arrive"),
        NoticeRow(
            NoticeKind.TRANSFER, None, "een overdracht aan uw team", "something is handed over to your team"
        ),
        NoticeRow(NoticeKind.TRANSFER_ANSWER, None, "antwoord op een overdracht", "an answer to a hand-over"),
        NoticeRow(
            NoticeKind.SIGNAL_LAPSED,
            None,
            "uw signaal loopt hier niet meer",
            "your signal no longer runs here",
        ),
        NoticeRow(NoticeKind.FAMILY_MOVED, "household.move", "een gezin is verhuisd", "a family has moved"),
        NoticeRow(
            NoticeKind.FAMILY_CHANGED,
            "person.age",
            "er is iets veranderd in een gezin",
            "something changed in a family",
        ),
        NoticeRow(
            NoticeKind.MOVE_OFFER,
            None,
            "een gezin komt uit een ander gebied",
            "a family comes from another area",
        ),
        NoticeRow(
            NoticeKind.MOVE_ANSWER, None, "antwoord van een ander gebied", "an answer from another area"
        ),
        NoticeRow(
            NoticeKind.DEFERRAL,
            None,
            "iets is voor iemands veiligheid uitgesteld",
            "something is deferred for a person's safety",
        ),
        NoticeRow(
            NoticeKind.DEFERRAL_DUE,
            None,
            "een uitstel voor iemands veiligheid moet opnieuw bekeken",
            "a deferral for a person's safety is to be looked at again",
        ),
        NoticeRow(
            NoticeKind.DECISION_ASKED,
            None,
            "beslis mee over wat een bewoner vroeg",
            "decide with the privacy officer what a resident asked",
        ),
        NoticeRow(
            NoticeKind.DECISION_ANSWER,
            "family.complaint",
            "antwoord op een voorbereide beslissing",
            "an answer to a decision that you prepared",
        ),
        NoticeRow(
            NoticeKind.AGREEMENT_ANSWER,
            "family.agreement",
            "antwoord van een gezin op een afspraak",
            "a family answered an agreement",
        ),
        NoticeRow(
            NoticeKind.FAMILY_SAID,
            "family.goal",
            "een gezin schreef iets op de eigen pagina",
            "a family wrote something on its own page",
        ),
        NoticeRow(
            NoticeKind.RECTIFIED,
            "case.status",
            "iets dat u zag, is gecorrigeerd",
            "something that you were shown was corrected",
        ),
        # For a provider: of no household, and no word of why.
        NoticeRow(
            NoticeKind.PLACE_HELD,
            None,
            "een plaats bij u wordt vastgehouden",
            "a place of yours is held",
        ),
        NoticeRow(
            NoticeKind.PLACE_OVER, None, "een plaats bij u is weer vrij", "a place of yours is free again"
        ),
        NoticeRow(
            NoticeKind.PLACE_CONFIRMED,
            "court.placement",
            "een plaats voor een jongere is bevestigd",
            "a place for a youth is confirmed",
        ),
        NoticeRow(
            NoticeKind.PLACE_LAPSED,
            "court.placement",
            "een plaats voor een jongere is vervallen",
            "a place for a youth has lapsed",
        ),
    )
}


def last_digest(now: datetime) -> datetime:
    """The last instant (UTC) at or before `now` at which digests went out, whatever daylight saving does."""
    local = now.astimezone(AMSTERDAM)
    day = local.date() if local.time() >= DIGEST_AT else local.date() - timedelta(days=1)
    return datetime.combine(day, DIGEST_AT, AMSTERDAM).astimezone(UTC)


def digest_day(now: datetime) -> date:
    """The day (in Amsterdam) of the last digest."""
    return last_digest(now).astimezone(AMSTERDAM).date()


def next_try(now: datetime, tries: int) -> datetime:
    """When a letter that was refused `tries` times is tried again: 1, 4, 16 ... minutes, at most a day."""
    return now + min(_FIRST_PAUSE * int(4 ** (tries - 1)), _LONGEST_PAUSE)


@dataclass(frozen=True, slots=True)
class LetterText:
    """Subject and body of a mail; a number and a link, nothing else that differs between two receivers."""

    subject: str
    body: str


def letter_text(language: Language, *, urgent: bool, count: int, link: str) -> LetterText:
    """What the mail says: that something waits, how much, and where to look."""
    if language is Language.EN:
        what = "Something urgent waits for you." if urgent else _english(count)
        subject = "casecoord: urgent" if urgent else f"casecoord: {count} new"
        rest = "Log in to see it. This mail holds no personal data; do not reply to it."
    else:
        what = "Er wacht iets dringends op u." if urgent else _dutch(count)
        subject = "casecoord: dringend" if urgent else f"casecoord: {count} nieuw"
        rest = "Log in om het te zien. In deze mail staan geen persoonsgegevens; antwoorden kan niet."
    return LetterText(subject, f"{what}\n\n{link}\n\n{rest}\n")


def _english(count: int) -> str:
    return "There is 1 new notice for you." if count == 1 else f"There are {count} new notices for you."


def _dutch(count: int) -> str:
    return "Er is 1 nieuw bericht voor u." if count == 1 else f"Er zijn {count} nieuwe berichten voor u."
