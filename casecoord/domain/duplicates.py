"""Why two households may be one: a closed vocabulary of reasons, each with its weight; the score is their sum.

A score says how much two records have in common. It says nothing about a person.
"""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from casecoord.domain.words import Language

#: From this score on a coordinator is asked.
PROPOSED_FROM = 40

#: More households than this share a key only where the key says nothing; such a block is counted and left alone.
LARGEST_BLOCK = 20


class MergeReason(StrEnum):
    NAME_BIRTH_POSTCODE = "name_birth_postcode"
    ADDRESS_BIRTH = "address_birth"
    SOUND_BIRTH_YEAR = "sound_birth_year"
    SEVERAL_PERSONS = "several_persons"
    SAME_ADDRESS = "same_address"
    ONE_HOUSEHOLD_IN_THE_REGISTER = "one_household_in_the_register"
    NAMED_BY_COORDINATOR = "named_by_coordinator"


@dataclass(frozen=True, slots=True)
class ReasonRow:
    """One reason, what it weighs, and its sentence."""

    reason: MergeReason
    weight: int
    nl: str
    en: str

    def sentence(self, language: Language) -> str:
        """For people."""
        return self.nl if language is Language.NL else self.en


REASONS: dict[MergeReason, ReasonRow] = {
    row.reason: row
    for row in (
        ReasonRow(
            MergeReason.NAME_BIRTH_POSTCODE,
            60,
            "dezelfde achternaam, geboortedatum en postcode",
            "the same family name, birth date and postcode",
        ),
        ReasonRow(
            MergeReason.ADDRESS_BIRTH,
            45,
            "hetzelfde adres en dezelfde geboortedatum",
            "the same address and birth date",
        ),
        ReasonRow(
            MergeReason.SOUND_BIRTH_YEAR,
            20,
            "een achternaam die hetzelfde klinkt en hetzelfde geboortejaar",
            "a family name that sounds the same and the same birth year",
        ),
        ReasonRow(
            MergeReason.SEVERAL_PERSONS,
            30,
            "dat geldt voor meer dan een persoon",
            "this is so for more than one person",
        ),
        # Asked at a move, by whoever recorded it; a search looks for more than an address.
        ReasonRow(MergeReason.SAME_ADDRESS, 40, "hetzelfde adres", "the same address"),
        ReasonRow(
            MergeReason.ONE_HOUSEHOLD_IN_THE_REGISTER,
            70,
            "een huishouden volgens het register",
            "one household in the register",
        ),
        # A coordinator's word is no likeness: it asks, and weighs nothing.
        ReasonRow(
            MergeReason.NAMED_BY_COORDINATOR,
            0,
            "genoemd door de gebiedscoördinator",
            "named by the area's coordinator",
        ),
    )
}

_SOUNDS = (
    ("sch", "s"), ("ch", "g"), ("kh", "g"), ("ck", "k"), ("ph", "f"), ("th", "t"), ("dt", "t"), ("sj", "s"),
    ("c", "k"), ("q", "k"), ("x", "ks"), ("v", "f"), ("z", "s"), ("d", "t"), ("y", "i"),
)  # fmt: skip


def score_of(reasons: Iterable[MergeReason]) -> int:
    """The sum of the weights, each reason once."""
    return sum(REASONS[reason].weight for reason in set(reasons))


def sounds_like(family_name: str) -> str:
    """A spelling that names of one sound share: Janssen and Jansen, Dijkstra and Dykstra, Schmidt and Smit."""
    plain = unicodedata.normalize("NFKD", family_name.casefold())
    letters = "".join(letter for letter in plain if letter.isalpha())
    for spelt, sound in _SOUNDS:
        letters = letters.replace(spelt, sound)
    kept = [
        letter
        for number, letter in enumerate(letters)
        if number == 0 or (letter not in "aeiouhjw" and letter != letters[number - 1])
    ]
    return "".join(kept)
