"""The minutes of a meeting on paper: what its view shows to whoever asks, and no more."""

from datetime import date

from casecoord.domain.meeting_view import AgendaItem, MeetingView
from casecoord.domain.meetings import AgendaKind, MeetingState
from casecoord.domain.promises import PROMISES, Rule
from casecoord.domain.words import Language
from casecoord.domain.workdays import AMSTERDAM
from casecoord.paper.export import printed

_WORDS: dict[str, tuple[str, str]] = {
    "title": ("Verslag van het overleg", "Minutes of the meeting"),
    "present": ("Aanwezig", "Present"),
    "nobody": ("Niemand is als aanwezig vermeld.", "Nobody is noted as present."),
    "only_yours": (
        "Dit verslag bevat alleen wat u mag zien. Geef het niet door.",
        "These minutes hold only what you may see. Do not pass them on.",
    ),
    "items": ("Besproken", "Discussed"),
    "nothing": ("Niets dat u mag zien.", "Nothing that you may see."),
    "family": ("gezin", "family"),
    "decision": ("besluit", "decision"),
    "action": ("actie", "action"),
    "with_family": ("gezin erbij", "family there"),
    "yes": ("ja", "yes"),
    "next": ("weer besproken op", "discussed again on"),
    "open": ("nog open", "still open"),
    "until": ("uiterlijk", "by"),
    AgendaKind.ACUTE: ("Acuut", "Acute"),
    AgendaKind.UNTRIAGED: ("Nog te beoordelen", "To be triaged"),
    AgendaKind.GAP: ("Te laat", "Too late"),
    AgendaKind.REVIEW: ("Doorlopen", "Review"),
    AgendaKind.MOVE: ("Verhuisd of nieuw bij het team", "Moved, or new to the team"),
    AgendaKind.QUICK_WIN: ("Gelukt", "Done well"),
    MeetingState.OPEN: ("loopt nog", "still open"),
    MeetingState.CLOSED: ("gesloten", "closed"),
    MeetingState.ADJOURNED: ("verdaagd", "adjourned"),
}


def pdf_of_minutes(meeting: MeetingView, language: Language) -> bytes:
    """The minutes as a PDF that a screen reader can follow."""

    def say(key: str) -> str:
        return _WORDS[key][language is Language.EN]

    day = meeting.at.astimezone(AMSTERDAM)
    there = [f"{one.name} ({one.team_name})" for one in meeting.expected if one.present]
    items = [_item(number, item, language) for number, item in enumerate(meeting.agenda, 1)]
    return printed(
        {
            "title": f"{say('title')}: {meeting.team_name}",
            "language": language,
            "date": [day.year, day.month, day.day],
            "intro": [
                f"{day:%d-%m-%Y %H:%M}, {say(meeting.state)}.",
                f"{say('present')}: {', '.join(there)}." if there else say("nobody"),
                say("only_yours"),
            ],
            "sections": [
                {
                    "title": say("items"),
                    "note": None if items else say("nothing"),
                    "items": items,
                    "table": None,
                }
            ],
        }
    )


def _item(number: int, item: AgendaItem, language: Language) -> dict[str, object]:
    def say(key: str) -> str:
        return _WORDS[key][language is Language.EN]

    title = f"{number}. {say(item.kind)}"
    if item.rule:
        promise = PROMISES[Rule(item.rule)]
        title += f": {promise.promise_en if language is Language.EN else promise.promise_nl}"
    action = item.action
    found = {
        "family": ", ".join(item.names),
        "decision": item.decision,
        "action": action and f"{action.what} ({action.owner}, {say('until')} {_day(action.due_on)})",
        "with_family": say("yes") if item.family_present else item.without_family,
        "next": item.next_on and _day(item.next_on),
    }
    facts = [(say(key), value) for key, value in found.items() if value]
    return {"title": title, "facts": facts or [(say("open"), "–")] if item.decided_at is None else facts}


def _day(day: date) -> str:
    return f"{day:%d-%m-%Y}"
