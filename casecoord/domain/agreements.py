"""The family at the table: what it wants, what is agreed with it in plain words, and what each of them says to that.

Nobody speaks for another adult. Each wording stays as it was, with every answer to it; what stands is worked out from
the last word of each.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from enum import StrEnum
from typing import TypeVar

from casecoord.domain.residents import Dweller, old_enough, speaks_for
from casecoord.domain.words import Language

Key = TypeVar("Key")


class MilestoneKind(StrEnum):
    """What is wanted, a small step on the way, or what there is to be proud of."""

    GOAL = "goal"
    STEP = "step"
    PROUD = "proud"


class Answer(StrEnum):
    """What somebody said to a wording; changed: they want it in other words, which they gave."""

    CONFIRMED = "confirmed"
    CHANGED = "changed"
    REFUSED = "refused"
    ASKED = "asked"


class Standing(StrEnum):
    """How an agreement stands: kept, replaced by another wording, or by what those asked last said."""

    WAITING = "waiting"
    AGREED = "agreed"
    CHANGED = "changed"
    REFUSED = "refused"
    REPLACED = "replaced"
    KEPT = "kept"


def standing(last: Mapping[Key, Answer], *, replaced: bool, kept: bool) -> Standing:
    """How an agreement stands. One no is a no; other words asked for come before whoever was not heard yet."""
    said = set(last.values())
    if replaced:
        return Standing.REPLACED
    if kept:
        return Standing.KEPT
    for answer, then in (
        (Answer.REFUSED, Standing.REFUSED),
        (Answer.CHANGED, Standing.CHANGED),
        (Answer.ASKED, Standing.WAITING),
    ):
        if answer in said:
            return then
    return Standing.AGREED


class Say(StrEnum):
    """Whether somebody may answer for a person."""

    MAY = "may"
    TOO_YOUNG = "too_young"
    NOT_THEIRS = "not_theirs"


def may_answer(speaker: Dweller, person: Dweller, home: Iterable[Dweller], today: date) -> Say:
    """May the speaker answer for this person? Oneself from 12 on; for a child whoever sees its things (residents.py)."""
    if speaker.id == person.id:
        return Say.MAY if person.born is None or old_enough(person.born, today) else Say.TOO_YOUNG
    return Say.MAY if person.id in speaks_for(speaker.id, home, today) else Say.NOT_THEIRS


#: Words of two lists can be equal as texts: each has its own.
_STANDINGS = {
    Standing.WAITING: ("wacht op een antwoord", "waits for an answer"),
    Standing.AGREED: ("afgesproken", "agreed"),
    Standing.CHANGED: ("het gezin wil het anders", "the family wants it otherwise"),
    Standing.REFUSED: ("geweigerd", "refused"),
    Standing.REPLACED: ("vervangen door een andere tekst", "replaced by another wording"),
    Standing.KEPT: ("gelukt", "done"),
}
_ANSWERS = {
    Answer.ASKED: ("nog geen antwoord", "no answer yet"),
    Answer.CONFIRMED: ("akkoord", "yes"),
    Answer.CHANGED: ("anders", "otherwise"),
    Answer.REFUSED: ("nee", "no"),
}


def spoken(word: Standing | Answer, language: Language) -> str:
    """A word of these lists as a person says it."""
    dutch, english = _STANDINGS[word] if isinstance(word, Standing) else _ANSWERS[word]
    return dutch if language is Language.NL else english
