"""What blockades have in common, and what a rule that every area reads may not hold.

How alike two texts are says something about the words of a blockade, never about a family.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from casecoord.domain.words import Language

T = TypeVar("T")

#: On whose authority is decided where nothing else is said, and who is asked where nobody is named.
POWER = {
    Language.NL: "de doorzettingsmacht van dit gebied",
    Language.EN: "the decision power of this area",
}

#: On whose authority a blockade ends by which its owner would not do an action, and then can after all.
OWNER = {Language.NL: "wie de actie doet", Language.EN: "the owner of the action"}

#: From this share of the shorter text on, two blockades are proposed as one.
ALIKE_FROM = 0.5
#: So many words in a row are taken over, not put in words of one's own.
COPIED = 5
_STEM = 6
_SHORTEST = 4
_LITTLE = frozenset(
    [
        "voor",
        "naar",
        "door",
        "deze",
        "niet",
        "geen",
        "maar",
        "want",
        "omdat",
        "moet",
        "wordt",
        "worden",
        "hebben",
        "heeft",
        "zijn",
        "haar",
        "hier",
        "daar",
        "alle",
        "alleen",
        "zonder",
        "tegen",
        "tussen",
        "with",
        "that",
        "this",
        "from",
        "have",
        "been",
        "must",
        "will",
        "they",
        "them",
        "their",
        "there",
        "which",
        "what",
        "when",
        "only",
    ]
)
# An e-mail address, a telephone number, a postcode: nothing that holds from now on needs one.
_PERSONAL = re.compile(
    r"[\w.+-]+@[\w-]+\.\w|(?<!\d)(?:\+31|0031|0)[ -]?[1-9](?:[ -]?\d){8}(?!\d)|\b[1-9]\d{3} ?[A-Z]{2}\b"
)


def is_personal(text: str) -> bool:
    """Whether a text holds how to reach or find somebody."""
    return _PERSONAL.search(text) is not None


def copies(text: str, others: Iterable[str]) -> bool:
    """Whether a text takes over so many words in a row from one of these, or the whole of a shorter one."""
    own = _plain(text)
    return any(_shares_run(own, _plain(other)) for other in others)


def words_of(text: str) -> frozenset[str]:
    """The words by which a text can be compared: without endings, and without what every text holds."""
    return frozenset(word[:_STEM] for word in _plain(text) if len(word) >= _SHORTEST and word not in _LITTLE)


def likeness(one: frozenset[str], other: frozenset[str]) -> float:
    """Which share of the shorter text's words the other holds too: 0 to 1."""
    return len(one & other) / min(len(one), len(other)) if one and other else 0.0


def alike(
    things: Sequence[T], key: Callable[[T], object], words: Callable[[T], frozenset[str]]
) -> list[list[T]]:
    """Which of these are like the first of their group: of the same key and with the same words; two or more."""
    groups: list[list[T]] = []
    for thing in things:
        for group in groups:
            if key(group[0]) == key(thing) and likeness(words(group[0]), words(thing)) >= ALIKE_FROM:
                group.append(thing)
                break
        else:
            groups.append([thing])
    return [group for group in groups if len(group) > 1]


def _plain(text: str) -> list[str]:
    folded = unicodedata.normalize("NFKD", text).casefold()
    return re.findall(r"\w+", "".join(c for c in folded if not unicodedata.combining(c)))


def _shares_run(own: list[str], other: list[str]) -> bool:
    length = min(COPIED, len(other))
    if length < 3:
        return False
    runs = {tuple(other[at : at + length]) for at in range(len(other) - length + 1)}
    return any(tuple(own[at : at + length]) in runs for at in range(len(own) - length + 1))
