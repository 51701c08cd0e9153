"""A resident at the door: the code on paper, whom somebody may speak for, and what is theirs to see."""

import hashlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from uuid import UUID

from casecoord.domain.ages import age_on
from casecoord.domain.words import Language

#: From 12 a child may have a login of its own.
YOUNGEST = 12
#: From this age a child alone says who sees what is about it.
ALONE = 16

CODE_LASTS = timedelta(days=14)
#: So many codes that do not fit lock a login out, until the first of them is this old.
MOST_TRIES = 5
TRIES_COUNT_FOR = timedelta(days=1)

# Crockford's base 32: no letter that a hand writes as another.
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_READ_AS = str.maketrans("OIL", "011")
_GROUP = 4
_AREA_LETTERS = 4
SECRET_LETTERS = 12


class Thing(StrEnum):
    """What can be kept from a family's view for a while, by the name that an event has for it."""

    SIGNAL = "signal"
    ACTION = "action"
    CONTACT = "contact"
    HEARING = "hearing"
    BLOCKADE = "blockade"
    GRANT = "grant"
    EVENT = "event"


def letters_of(raw: bytes, count: int) -> str:
    """So many letters of the alphabet, five bits of these bytes each."""
    number = int.from_bytes(raw, "big") >> (8 * len(raw) - 5 * count)
    return "".join(_ALPHABET[(number >> 5 * place) & 31] for place in reversed(range(count)))


def area_letters(area: UUID) -> str:
    """The first group of a code: for which area it is."""
    return letters_of(hashlib.sha256(area.bytes).digest(), _AREA_LETTERS)


def plain_code(typed: str) -> str | None:
    """A code as somebody typed it, without its dashes and spaces; None if it can be none."""
    letters = "".join(typed.upper().split()).replace("-", "").translate(_READ_AS)
    if len(letters) != _AREA_LETTERS + SECRET_LETTERS or any(one not in _ALPHABET for one in letters):
        return None
    return letters


def of_area(code: str) -> str:
    """The letters by which a code names its area."""
    return code[:_AREA_LETTERS]


def as_printed(code: str) -> str:
    """In groups, to be read from paper."""
    return "-".join(code[start : start + _GROUP] for start in range(0, len(code), _GROUP))


@dataclass(frozen=True, slots=True)
class Dweller:
    """A person of a home: born (None: not known), in whose custody, and whether the child agreed."""

    id: UUID
    born: str | None
    holders: frozenset[UUID]
    agreed: bool


def speaks_for(me: UUID, home: Iterable[Dweller], today: date) -> frozenset[UUID]:
    """Of whom somebody sees what is theirs: oneself, and children in one's custody.

    Up to 11 by custody alone; at 12 to 15 if the child agrees too; from 16 the child alone. Where the age is
    not certain, nobody but the child.
    """
    return frozenset({me}) | {one.id for one in home if me in one.holders and _may_be_seen(one, today)}


def _may_be_seen(child: Dweller, today: date) -> bool:
    age = None if child.born is None else age_on(child.born, today)
    if age is None or age >= ALONE:
        return False
    return age < YOUNGEST or child.agreed


def old_enough(born: str | None, today: date) -> bool:
    """Whether somebody may have a login of their own."""
    age = None if born is None else age_on(born, today)
    return age is not None and age >= YOUNGEST


def all_own(mine: Collection[UUID], concerned: Collection[UUID]) -> bool:
    """Whether somebody is concerned, and nobody who is not mine."""
    return bool(concerned) and set(concerned) <= set(mine)


def letter(language: Language, *, code: str, until: date, area: str, address: str) -> str:
    """What the paper says. It names no person: whoever finds it learns nothing of a family."""
    day = f"{until:%d-%m-%Y}"
    if language is Language.EN:
        return (
            f"Your own page in {area}\n\n"
            "On your own page you see who is the lead, what is agreed, what was written about you, and who looked"
            " at your data and why.\n\n"
            f"1. Go to {address}\n"
            "2. Log in as you are used to with the government or your municipality.\n"
            f"3. Fill in this code:\n\n    {as_printed(code)}\n\n"
            f"The code works once, up to and including {day}. After five wrong codes you have to wait a day.\n"
            "Give it to nobody, also not to somebody at home. Did you lose it? Ask your lead for another.\n"
        )
    return (
        f"Uw eigen pagina in {area}\n\n"
        "Op uw eigen pagina ziet u wie de regievoerder is, wat er is afgesproken, wat er over u is geschreven,"
        " en wie uw gegevens bekeek en waarom.\n\n"
        f"1. Ga naar {address}\n"
        "2. Meld u aan zoals u gewend bent bij de overheid of uw gemeente.\n"
        f"3. Vul deze code in:\n\n    {as_printed(code)}\n\n"
        f"De code werkt één keer, tot en met {day}. Na vijf verkeerde codes moet u een dag wachten.\n"
        "Geef de code aan niemand, ook niet aan iemand thuis. Bent u hem kwijt? Vraag uw regievoerder om een nieuwe.\n"
    )
