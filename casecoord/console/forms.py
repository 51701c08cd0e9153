"""Forms as they are declared: what an act asks, in which words, and how it becomes the input of its verb.

A field is named as the API names it; in snake case that is the parameter of the verb's input.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any, ClassVar

from casecoord.actions.office import Verb
from casecoord.console.fields import Form
from casecoord.console.texts import N_
from casecoord.domain.ids import key_of


@dataclass(frozen=True, slots=True)
class Field:
    """One thing that a form asks. `label`, `hint`: English, translated where they are shown."""

    name: str
    label: str = ""
    hint: str = ""
    needed: bool = False

    widget: ClassVar[str] = "line"
    type: ClassVar[str] = "text"
    size: ClassVar[str] = ""

    def read(self, form: Form) -> Any:
        return form.needed(self.name) if self.needed else form.text(self.name)


@dataclass(frozen=True, slots=True)
class Thing(Field):
    """What the act is done to: it goes along unseen, and tells this form from others of its act on the page."""

    kind: str = ""
    widget: ClassVar[str] = "thing"

    def read(self, form: Form) -> Any:
        return form.thing(self.name, self.kind)


@dataclass(frozen=True, slots=True)
class Given(Field):
    """A value that the page gives along unseen, such as a version; `as_`: what it is."""

    as_: Callable[[str], Any] = str
    widget: ClassVar[str] = "given"

    def read(self, form: Form) -> Any:
        try:
            return self.as_(form.given.get(self.name, ""))
        except ValueError:
            return form.fault(self.as_("0"), "choice_missing", self.name)


@dataclass(frozen=True, slots=True)
class Line(Field):
    """A sentence."""


@dataclass(frozen=True, slots=True)
class Code(Field):
    """A number or code, without the invisible marks that pasted text brings along."""

    size: ClassVar[str] = "short"

    def read(self, form: Form) -> Any:
        typed = form.plain(self.name)
        return form.fault("", "text_empty", self.name) if self.needed and typed is None else typed


@dataclass(frozen=True, slots=True)
class Area(Field):
    """A few sentences."""

    widget: ClassVar[str] = "area"


@dataclass(frozen=True, slots=True)
class Day(Field):
    """A date, as people type it."""

    type: ClassVar[str] = "date"
    size: ClassVar[str] = "short"

    def read(self, form: Form) -> Any:
        return form.needed_day(self.name) if self.needed else form.day(self.name)


@dataclass(frozen=True, slots=True)
class Moment(Field):
    """A date and a time by the clocks of Amsterdam."""

    type: ClassVar[str] = "datetime-local"
    size: ClassVar[str] = "short"

    def read(self, form: Form) -> Any:
        found = form.moment(self.name)
        return form.fault(None, "date_invalid", self.name) if self.needed and found is None else found


@dataclass(frozen=True, slots=True)
class Number(Field):
    """A number; `as_` int, or Decimal for an amount with a comma or a point."""

    as_: type[int] | type[Decimal] = int
    size: ClassVar[str] = "short"

    def read(self, form: Form) -> Any:
        typed = form.plain(self.name)
        if typed is None and not self.needed:
            return None
        try:
            return self.as_((typed or "").replace(",", "."))
        except (ValueError, InvalidOperation):
            return form.fault(self.as_(0), "number_invalid", self.name)


@dataclass(frozen=True, slots=True)
class Choice(Field):
    """One word of a closed vocabulary, from a list; `radios`: all of them in view. `among`: only these."""

    kind: type[StrEnum] | None = None
    among: tuple[StrEnum, ...] = ()
    radios: bool = False
    otherwise: str = ""
    widget: ClassVar[str] = "choice"

    @property
    def choices(self) -> tuple[StrEnum, ...]:
        return self.among or tuple(self.kind or ())

    def read(self, form: Form) -> Any:
        assert self.kind is not None
        return form.choice(self.name, self.kind) if self.needed else form.chosen(self.name, self.kind)


@dataclass(frozen=True, slots=True)
class Pick(Field):
    """A thing from a list that the page gives under `among`, or under the field's own name."""

    kind: str = ""
    among: str = ""
    widget: ClassVar[str] = "pick"

    @property
    def options(self) -> str:
        return self.among or self.name

    def read(self, form: Form) -> Any:
        if not self.needed and not form.given.get(self.name):
            return None
        return form.picked(self.name, self.kind)


@dataclass(frozen=True, slots=True)
class Listed(Pick):
    """A code from such a list, as it is."""

    def read(self, form: Form) -> Any:
        code = form.plain(self.name)
        return form.fault("", "choice_missing", self.name) if self.needed and code is None else code


@dataclass(frozen=True, slots=True)
class Picks(Pick):
    """Several things from such a list: a tick for each."""

    widget: ClassVar[str] = "picks"

    def read(self, form: Form) -> Any:
        start = f"{self.name}."
        ticked = [name.removeprefix(start) for name in form.given if name.startswith(start)]
        if self.needed and not ticked:
            form.fault(None, "choice_missing", self.name)
        return tuple(key_of(self.kind, one, self.name) for one in ticked)


@dataclass(frozen=True, slots=True)
class Tick(Field):
    """Yes or no."""

    widget: ClassVar[str] = "tick"

    def read(self, form: Form) -> Any:
        return form.given.get(self.name) == "yes"


@dataclass(frozen=True, slots=True)
class Option:
    """One line of a list to pick from; `group` puts lines under a heading."""

    value: str
    label: str
    group: str = ""


@dataclass(frozen=True, slots=True)
class Undo:
    """How an act is taken back where that is safe: another act of the page, and the id that it needs."""

    act: str
    field: str
    of: Callable[[Any, Any], str]
    """From the verb's input and answer to the global id."""


@dataclass(frozen=True, slots=True)
class Act:
    """One form and its verb.

    `of`: the unseen fields that tell this form from others of its act on the page. `follows`: what the act
    brings about, so that it is asked twice. `said`: what the page says when it was done. `leads`: to which
    page, from the verb's answer, instead of the same again.
    """

    name: str
    verb: Verb[Any, Any]
    read: Callable[[Form], Any]
    of: tuple[str, ...] = ()
    fields: tuple[Field, ...] = ()
    label: str = ""
    button: str = ""
    note: str = ""
    follows: str = ""
    said: str = N_("Recorded.")
    leads: Callable[[Any], str] | None = None
    undo: Undo | None = None
    main: bool = False

    @property
    def visible(self) -> tuple[Field, ...]:
        """What there is to fill in."""
        return tuple(field for field in self.fields if field.widget not in ("thing", "given"))

    def form_of(self, *things: str) -> str:
        """The id of this form on its page."""
        return "-".join((self.name, *things))

    def form(self, given: Mapping[str, str]) -> str:
        """The id of the form that sent these fields."""
        return self.form_of(*(given.get(name, "") for name in self.of))


def act(
    name: str, verb: Verb[Any, Any], input: Callable[..., Any], *fields: Field, button: str, **words: Any
) -> Act:
    """An act whose form says all that its verb's input needs, field by parameter."""

    def read(form: Form) -> Any:
        return input(form.key, **{_snake(field.name): field.read(form) for field in fields})

    of = tuple(field.name for field in fields if isinstance(field, Thing))
    return Act(name, verb, read, of, fields, button=button, **words)


def named(*acts: Act) -> dict[str, Act]:
    """Acts by name, as a page holds them."""
    return {one.name: one for one in acts}


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()
