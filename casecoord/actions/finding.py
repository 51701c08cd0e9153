"""Find a family among those in view: by BSN, by name, by birth date. What is not there and what is not one's own is one
answer.

INVARIANT (nothing beyond the tables): only what the actor's worklist could show is looked through, whatever is asked;
a name or birth date is compared only where it may be seen. A BSN is compared by its keyed index, and kept nowhere.
"""

import unicodedata
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from casecoord.actions import texts
from casecoord.actions.lists import flagged, look_at_line, of_worklist, scope_of
from casecoord.actions.looking import Look, viewers
from casecoord.actions.office import Hand
from casecoord.domain.errors import Problem
from casecoord.domain.facets import Shown
from casecoord.domain.lists import Flagged
from casecoord.domain.words import Sphere
from casecoord.storage import access_log, lists
from casecoord.storage.lists import Page
from casecoord.storage.sealed import Compartment, Place
from casecoord.storage.views import seal_of

#: Names are sealed: as many families as are opened for one search, the most urgent first.
SEARCHED = 300
#: Who finds more than this types more.
MOST_FOUND = 25


@dataclass(frozen=True, slots=True)
class FindFamilies:
    """All that is given must fit: a BSN, words of a name, a birth date."""

    bsn: str | None = None
    name: str | None = None
    born: date | None = None


@dataclass(frozen=True, slots=True)
class FoundFamilies:
    """`more`: others fit too; `partly`: there are more families in view than were looked through."""

    families: list[Flagged]
    more: bool
    partly: bool


def finds_by_birth(hand: Hand) -> bool:
    """Could there be a family whose birth dates this actor sees?"""
    seen_by = viewers(hand, takes_part=True, is_lead=True, signalled=False, escalated=True)
    return Look(hand, None, seen_by).judge("person.birth_date", Sphere.GENERAL, None, {}).shown is Shown.FULL


async def find_families(hand: Hand, query: FindFamilies) -> FoundFamilies:
    """Which of the families in my view are meant? Each found is recorded, and so is a search in vain."""
    if not (query.bsn or query.name or query.born):
        raise Problem("search_empty")
    index = hand.work.keyring.bsn_index(texts.bsn(query.bsn, "bsn")) if query.bsn else None
    rows = await lists.worklist(
        hand.work,
        scope_of(hand, None),
        Page(SEARCHED),
        of_worklist(hand),
        bsn=index,
        births=query.born is not None,
    )
    looks, found = [], []
    for row in rows[:SEARCHED]:
        look = look_at_line(hand, row)
        if _fits(hand, look, row, query):
            found.append(flagged(hand, look, row))
            looks.append(look)
    nobody = viewers(hand, takes_part=False, is_lead=False, signalled=False, escalated=False)
    told = looks[:MOST_FOUND] or [Look(hand, None, nobody)]
    access_log.write(hand.work, [look.entry("find_families") for look in told])
    return FoundFamilies(found[:MOST_FOUND], len(found) > MOST_FOUND, len(rows) > SEARCHED)


def _fits(hand: Hand, look: Look, row: dict[str, Any], query: FindFamilies) -> bool:
    """Whether one person of the family is meant by all that is given; a BSN has been compared already."""
    persons = row["persons"]
    return any(
        (query.name is None or _named(hand, look, row, person, query.name))
        and (query.born is None or _born(hand, look, row, person, query.born))
        for person in persons
    )


def _named(hand: Hand, look: Look, row: dict[str, Any], person: dict[str, Any], name: str) -> bool:
    if not look.sees("person.name", of=(UUID(person["id"]),)):
        return False
    there = _words(_opened(hand, row, person, "name"))
    return all(any(word.startswith(typed) for word in there) for typed in _words(name))


def _born(hand: Hand, look: Look, row: dict[str, Any], person: dict[str, Any], born: date) -> bool:
    if person["birth"] is None or not look.sees("person.birth_date", of=(UUID(person["id"]),)):
        return False
    return _opened(hand, row, person, "birth_date") == born.isoformat()


def _opened(hand: Hand, row: dict[str, Any], person: dict[str, Any], facet: str) -> str:
    sealed = bytes.fromhex(person["name" if facet == "name" else "birth"])
    seal = seal_of(hand.work, row["id"], row["keys"])
    return seal.open(sealed, Place("persons", UUID(person["id"]), facet), Compartment.IDENTITY)


def _words(text: str) -> list[str]:
    """Words as people type them: without capitals, and with or without the marks on letters."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    return "".join(c if c.isalnum() else " " for c in bare).split()
