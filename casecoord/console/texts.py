"""The console's words. English stands in the templates, Dutch in `locale/nl.po`, compiled when the server starts."""

import gettext
import io
from functools import cache
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from casecoord.domain.teams import TEAM_KINDS
from casecoord.domain.words import Language, Purpose, Role, TeamKind

LOCALE = Path(__file__).parent / "locale"


@cache
def translations(language: Language) -> gettext.NullTranslations:
    """What turns an English text of a template into this language."""
    if language is Language.EN:
        return gettext.NullTranslations()
    with (LOCALE / f"{language}.po").open("rb") as source:
        catalog = read_po(source, locale=language.value)
    compiled = io.BytesIO()
    write_mo(compiled, catalog)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def team_kind(kind: TeamKind, language: Language) -> str:
    row = TEAM_KINDS[kind]
    return row.label_nl if language is Language.NL else row.label_en


def word(value: Role | Purpose, language: Language) -> str:
    """A role or purpose, in words."""
    return translations(language).gettext(value.value.replace("_", " "))
