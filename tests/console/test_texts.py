"""Every text a person sees exists in Dutch and English."""

from io import BytesIO
from pathlib import Path

import pytest
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


def catalogue() -> dict[str, str]:
    with (texts.LOCALE / "nl.po").open("rb") as file:
        return {message.id: message.string for message in read_po(file, locale="nl") if message.id}


def test_every_text_of_a_template_has_its_dutch_and_no_dutch_is_left_over():
    known = catalogue()
    assert in_templates() | texts.vocabulary() == set(known)
    assert [english for english, dutch in known.items() if not dutch] == []


def test_a_translation_names_the_same_values():
    import re

    for english, dutch in catalogue().items():
        assert sorted(re.findall(r"%\(\w+\)s", english)) == sorted(re.findall(r"%\(\w+\)s", dutch))


def test_the_catalogue_reads_without_a_warning():
    with (texts.LOCALE / "nl.po").open("rb") as file:
        assert read_po(BytesIO(file.read()), locale="nl").num_plurals == 2


@pytest.mark.parametrize("language", Language)
def test_words_of_the_field_are_labels(language):
    assert all(texts.team_kind(kind, language) for kind in TeamKind)
    assert texts.word(Role.MEMBER, Language.NL) == "lid"
    assert texts.word(Role.MEMBER, Language.EN) == "member"
