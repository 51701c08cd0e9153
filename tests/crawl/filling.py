"""What is filled in in a form: what one would say who means it, and what one would rather not be told, by turns."""

import re

from casecoord.demo.stories import README_FAMILY, README_HOUSE, TABLES_FAMILY
from tests.crawl.documents import PLAUSIBLE, SAID
from tests.crawl.page import CHOSEN, Field, Form

#: As typed it would run, or break a page; it may come back only in signs that a browser shows.
RAW = f"<script>{SAID}"
#: The crawl's moment is a Monday, the 23rd of November 2026.
_DAYS = ("2026-12-07", "2026-11-19", "2012-03-21")
_MOMENTS = ("2026-11-20T10:00", "2026-12-07T10:00")
#: What is planned, not recorded.
_PLANNED = {
    "since": ("2026-12-07T10:00",),
    "until": ("2026-12-21T10:00",),
    "at": _MOMENTS[::-1],
    "endsAt": ("2026-12-07T10:00",),
}
_HOSTILE = (
    f"{RAW}{{{{7*7}}}}</script>' ; drop table persons; --",
    f"{SAID} {'van ' * 46}".ljust(197, "x"),
    f"\u202e\u200f{SAID} \u0645\u0631\u062d\u0628\u0627\u2066",
    "2026-02-30",
    "9" * 40,
    "",
    f"{SAID}\x00%s\r\nx: y",
)
#: What stands in a form besides, to be filled in whole or not at all: by turns.
_BESIDES = ("action.", "nextOn")
#: What no page of ours would send.
NONSENSE = ("x", "9" * 40, "\u202e\x00", "", "VGVhbTo" + "A" * 50, "2026-02-30T99:00", "é/../%s")
#: What a field of this name takes, where a sentence will not do. A BSN that is left empty leaves room for a name.
_MEANT: tuple[tuple[str, tuple[str, ...]], ...] = (
    (r"^ageFrom$", ("12",)),
    (r"^ageUntil$", ("18",)),
    (r"^(places|minutes|caseCeiling|familyAmount|value)$", ("20",)),
    # Beside a list to choose from, of which one is taken.
    (r"to\.function$", ("",)),
    (r"bsn$", ("",)),
    (r"birth|^born$", ("2012-03-21",)),
    (r"about\.postcode$", (README_HOUSE.hood.postcode,)),
    (r"about\.number$", ("1",)),
    (r"postcode", ("1234 AB",)),
    (r"(On|Day|date|[Uu]ntil|from|to)$", _DAYS),
    (r"(At|moment)$", _MOMENTS),
    (r"mail$", ("iemand@post.test",)),
)
#: Who has a number, to be asked for together with the birth date: youths, patients and others.
_KNOWN = (TABLES_FAMILY["brother"], *README_FAMILY.values())
_OF_KIND = {
    "date": _DAYS,
    "datetime-local": _MOMENTS,
    "time": ("10:00",),
    "month": ("2026-11",),
    "number": ("1", "2", "12"),
    "email": ("iemand@post.test",),
    "tel": ("0612345678",),
}


def filled(form: Form, turn: int) -> list[tuple[str, str]]:
    """The fields as they are sent at this turn: at even turns as somebody means it, at odd ones hostile."""
    sent, known = [], {} if turn % 2 else _somebody(form, turn // 2)
    for at, one in enumerate(form.fields):
        value = known.get(one.name) or _value(one, turn, at)
        if value is not None:
            sent.append((one.name, value))
    return sent


def _somebody(form: Form, round_: int) -> dict[str, str]:
    """Number and birth date of one person, where a form asks for whom it is by those and by nothing else."""
    if {"person.name", "value"} & set(form.names):
        return {}
    known = _KNOWN[round_ % len(_KNOWN)]
    said = ((r"bsn$", known.bsn), (r"[bB]irthDate$", known.born.isoformat()))
    return {name: value for name in form.names for pattern, value in said if re.search(pattern, name)}


def _value(one: Field, turn: int, at: int) -> str | None:
    round_ = turn // 2
    if one.kind == "hidden":
        return one.value
    if one.name.startswith(_BESIDES) and turn % 4 == 2:
        return ""
    if one.kind == "checkbox":
        return one.options[0] if bool(one.value) is not bool((round_ + at * bool(turn)) % 2) else None
    if one.kind in CHOSEN:
        # What says nothing comes last.
        options = sorted(one.options, key=lambda value: not value) or [""]
        return options[(round_ + at * bool(turn)) % len(options)]
    words = _meant(one) if turn % 2 == 0 else _HOSTILE
    return words[(round_ + at * bool(turn)) % len(words)]


def _meant(one: Field) -> tuple[str, ...]:
    if one.kind == "datetime-local" and one.name in _PLANNED:
        return _PLANNED[one.name]
    if one.kind in _OF_KIND:
        return _OF_KIND[one.kind]
    named = (words for pattern, words in _MEANT if re.search(pattern, one.name))
    return next(named, (PLAUSIBLE, "2"))
