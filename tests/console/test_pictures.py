"""The pictures in README and docs: few, small, and each says in words what it shows."""

import re
from pathlib import Path

from tests.pictures import LARGEST, PICTURES, STORIES

CHECKOUT = Path(__file__).parents[2]
PAGES = [CHECKOUT / "README.md", *(CHECKOUT / "docs").rglob("*.md")]


def test_pictures_are_those_of_the_command_and_small():
    there = {path.stem: path.stat().st_size for path in PICTURES.glob("*")}
    assert set(there) == set(STORIES)
    assert max(there.values()) <= LARGEST


def test_every_picture_on_a_page_is_there_and_has_its_words():
    shown = [
        (page, words, path)
        for page in PAGES
        for words, path in re.findall(r"!\[([^\]]*)\]\(([^)]+)\)", page.read_text(encoding="utf-8"))
    ]
    assert shown
    assert [(page.name, path) for page, words, path in shown if len(words) < 20] == []
    assert [(page.name, path) for page, _, path in shown if not (page.parent / path).is_file()] == []
