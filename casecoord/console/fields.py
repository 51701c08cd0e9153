"""A form that somebody filled in: read field by field, every fault noted, everything typed kept."""

import re
import secrets
import unicodedata
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import TypeVar
from uuid import UUID

from casecoord.domain.errors import Problem
from casecoord.domain.ids import key_of
from casecoord.domain.words import Language
from casecoord.domain.workdays import AMSTERDAM

E = TypeVar("E", bound=StrEnum)
T = TypeVar("T")

_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_DUTCH = re.compile(r"(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4})")
_DIGITS = re.compile(r"(\d{2})(\d{2})(\d{4})")


class Faulty(Exception):
    """A form cannot be acted on, for these problems."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        super().__init__()
        self.problems = tuple(problems)


class Form:
    """Reads fields. A fault is noted and a value that nobody will use stands in; `check` raises all of them."""

    def __init__(self, given: Mapping[str, str]) -> None:
        self.given = given
        self.problems: list[Problem] = []

    @property
    def key(self) -> str:
        """The idempotency key that was made when the form was shown."""
        return self.given.get("key", "")

    def text(self, name: str) -> str | None:
        """What was typed; None for nothing but space."""
        typed = self.given.get(name, "")
        return typed if typed.strip() else None

    def plain(self, name: str) -> str | None:
        """A number or code without the invisible marks that come along with pasted text."""
        typed = self.text(name)
        if typed is None:
            return None
        return "".join(c for c in typed if unicodedata.category(c) != "Cf").strip()

    def needed(self, name: str, code: str = "text_empty") -> str:
        return self.text(name) or self.fault("", code, name)

    def day(self, name: str) -> date | None:
        """A date as people type it: 21-3-2018, 21/03/2018, 21032018 or 2018-03-21."""
        typed = self.plain(name)
        if typed is None:
            return None
        return read_date(typed) or self.fault(date.min, "date_invalid", name)

    def needed_day(self, name: str) -> date:
        return self.day(name) or self.fault(date.min, "date_invalid", name)

    def moment(self, name: str) -> datetime | None:
        """A date and time of a browser's own input, as clocks in Amsterdam say it; None for now."""
        typed = self.plain(name)
        if typed is None:
            return None
        try:
            return datetime.fromisoformat(typed).replace(tzinfo=AMSTERDAM)
        except ValueError:
            return self.fault(None, "date_invalid", name)

    def choice(self, name: str, kind: type[E], code: str = "choice_missing") -> E:
        found = self.chosen(name, kind)
        return found if found is not None else self.fault(next(iter(kind)), code, name)

    def chosen(self, name: str, kind: type[E]) -> E | None:
        """One of these words, or None for none of them."""
        given = self.given.get(name, "")
        return kind(given) if given in list(kind) else None

    def thing(self, name: str, kind: str) -> UUID:
        """The key in a global id that the form itself wrote. Raises Problem `not_found` for any other."""
        return key_of(kind, self.given.get(name, ""), name)

    def picked(self, name: str, kind: str) -> UUID:
        """The key in a global id that somebody picked from a list."""
        if not self.given.get(name):
            return self.fault(UUID(int=0), "choice_missing", name)
        return self.thing(name, kind)

    def check(self) -> None:
        """Raises Faulty if anything was wrong."""
        if self.problems:
            raise Faulty(self.problems)

    def fault(self, stand_in: T, code: str, name: str) -> T:
        """Notes what is wrong with a field, once; a value that nobody will use stands in."""
        if all(problem.field != name for problem in self.problems):
            self.problems.append(Problem(code, name))
        return stand_in


def read_date(typed: str) -> date | None:
    """The date, or None where there is none."""
    for pattern, order in ((_ISO, (1, 2, 3)), (_DUTCH, (3, 2, 1)), (_DIGITS, (3, 2, 1))):
        found = pattern.fullmatch(typed)
        if found:
            year, month, day = (int(found[position]) for position in order)
            try:
                return date(year, month, day)
            except ValueError:
                return None
    return None


def fresh_key() -> str:
    """An idempotency key for a form that is about to be shown."""
    return secrets.token_urlsafe(18)


@dataclass(frozen=True, slots=True)
class Shown:
    """A form as a page shows it: its id, its key, what was typed before and what was wrong with it."""

    id: str
    key: str = field(default_factory=fresh_key)
    given: Mapping[str, str] = field(default_factory=dict)
    faults: tuple[tuple[str, str], ...] = ()
    """(field, or empty for the form as a whole; the sentence)."""
    sure: bool = False
    """Nothing is wrong; what follows is said, and it is asked once more."""

    @classmethod
    def again(
        cls,
        identity: str,
        given: Mapping[str, str],
        problems: Iterable[Problem],
        language: Language,
        names: Container[str],
    ) -> "Shown":
        """The same form with everything typed. A key that is spent on other words is replaced.

        `names`: the inputs that can be pointed at.
        """
        known, key = tuple(problems), given.get("key") or fresh_key()
        if any(problem.code in ("key_reused", "key_missing") for problem in known):
            key = fresh_key()
        faults = tuple((p.field if p.field and p.field in names else "", p.message(language)) for p in known)
        return cls(identity, key, given, faults)

    def value(self, name: str, otherwise: str = "") -> str:
        """What was sent, or before anything was, what stands there at first; an empty tick is sent by its absence."""
        return self.given.get(name, "" if self.given else otherwise)

    def fault(self, name: str) -> str | None:
        """What is wrong with this field."""
        return next((sentence for at, sentence in self.faults if at == name), None)

    def anchor(self, name: str) -> str:
        """The id of a field's input."""
        return f"{self.id}-{name.replace('.', '-')}" if name else self.id
