"""Every text a person sees exists in Dutch and English."""

from collections import Counter
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from babel.messages.extract import extract_python
from babel.messages.pofile import read_po
from jinja2.ext import babel_extract

from casecoord.console import pages, texts
from casecoord.domain.words import Language, Role, TeamKind

TEMPLATES = Path(pages.__file__).parent / "templates"


def in_templates() -> set[str]:
    found = set()
    for path in TEMPLATES.glob("*.html"):
        with path.open("rb") as file:
            for _, _, message, _ in babel_extract(file, ["_", "gettext"], [], {"trimmed": "true"}):
                found.add(message if isinstance(message, str) else message[0])
    return found


def in_code() -> set[str]:
    """What the console's own modules mark."""
    return {
        message
        for path in TEMPLATES.parent.glob("*.py")
        for _, _, message, _ in extract_python(path.open("rb"), ["N_"], [], {})
    }


def messages() -> list[Message]:
    found = []
    for path in sorted((texts.LOCALE / "nl").glob("*.po")):
        with path.open("rb") as file:
            found += [message for message in read_po(file, locale="nl") if message.id]
    return found


def catalogue() -> dict[str, str]:
    return {message.id: message.string for message in messages()}


def test_every_text_of_a_template_has_its_dutch_and_no_dutch_is_left_over():
    known = catalogue()
    assert in_templates() | in_code() | texts.vocabulary() == set(known)
    assert [english for english, dutch in known.items() if not dutch] == []


def test_a_translation_names_the_same_values():
    import re

    for english, dutch in catalogue().items():
        assert sorted(re.findall(r"%\(\w+\)s", english)) == sorted(re.findall(r"%\(\w+\)s", dutch))


def test_a_text_stands_in_one_catalogue():
    seen = Counter(message.id for message in messages())
    assert [english for english, times in seen.items() if times > 1] == []


@pytest.mark.parametrize("language", Language)
def test_words_of_the_field_are_labels(language):
    assert all(texts.team_kind(kind, language) for kind in TeamKind)
    assert texts.word(Role.MEMBER, Language.NL) == "lid"
    assert texts.word(Role.MEMBER, Language.EN) == "member"
