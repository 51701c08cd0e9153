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

from casecoord.actions.plan import Manner
from casecoord.console.vocabularies import DONE, HAPPENED, KNOWN, LEVELS, LOOKED, VOCABULARIES
from casecoord.domain.agreements import Answer, Standing, spoken
from casecoord.domain.duplicates import REASONS, MergeReason
from casecoord.domain.facets import FACETS
from casecoord.domain.monitor import Period
from casecoord.domain.notices import NOTICES, NoticeKind
from casecoord.domain.promises import PROMISES, Level, Rule
from casecoord.domain.teams import TEAM_KINDS
from casecoord.domain.words import (
    CaseState,
    Language,
    ProposalKind,
    SignalState,
    TeamKind,
)
from casecoord.domain.workdays import AMSTERDAM

LOCALE = Path(__file__).parent / "locale"
_LOCALES = {Language.NL: "nl_NL", Language.EN: "en_GB"}

_OPEN = "open"
_EVENTS = HAPPENED | LOOKED


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
    words = {_english(value) for kind in VOCABULARIES for value in kind}
    return words | {_OPEN, *LEVELS.values(), *_EVENTS.values(), *DONE.values()}


def word(value: StrEnum | Level, language: Language) -> str:
    """A word of a closed vocabulary, as a person says it."""
    if isinstance(value, Standing | Answer):
        return spoken(value, language)
    english = LEVELS[value] if isinstance(value, Level) else _english(value)
    return translations(language).gettext(english)


def happened(verb: str, language: Language) -> str:
    """What somebody did or looked at, after their name; a verb without words says only that."""
    return translations(language).gettext(_EVENTS.get(verb, verb.replace("_", " ")))


def did(verb: str, act: str, language: Language) -> str:
    """What an entry of the access log says that somebody did."""
    return translations(language).gettext(_EVENTS.get(verb, DONE[act]))


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
    return KNOWN.get((type(value), value.value), value.value.replace("_", " "))
