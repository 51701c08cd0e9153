"""How an area is set up, each setting a small form: deadlines, days off, whom a table needs, laws, terms, keys."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar

from casecoord.actions.grounds import EndGround, StartGround, end_ground, start_ground
from casecoord.actions.managing import ChangeSettings, Deadline, change_settings
from casecoord.actions.retaining import SetTerm, set_retention_term
from casecoord.actions.rotating import Keys, RotateKeys, rotate_keys
from casecoord.console.fields import Form, read_date
from casecoord.console.forms import (
    Act,
    Choice,
    Day,
    Given,
    Line,
    Listed,
    Moment,
    Number,
    Pick,
    Thing,
    act,
    named,
)
from casecoord.console.texts import N_
from casecoord.domain.facets import Retention
from casecoord.domain.routing import DEFAULT_ORDER, RoutedBy
from casecoord.domain.words import Discipline

_KEPT = N_("Kept. What waits follows it.")
#: The fields of the order in which it is asked who is accountable for a family.
ORDER = ("first", "second", "third", "fourth")


def _amounts(form: Form) -> ChangeSettings:
    amount = Number("familyAmount", needed=True, as_=Decimal).read(form)
    ceiling = Number("caseCeiling").read(form)
    return ChangeSettings(form.key, case_ceiling=ceiling, family_amount=round(amount * 100))


def _deadline(form: Form) -> ChangeSettings:
    value = Number("value", needed=True).read(form)
    return ChangeSettings(form.key, deadlines=(Deadline(form.given.get("name", ""), value),))


def _closed(form: Form) -> ChangeSettings:
    return ChangeSettings(form.key, closed=(*_days(form), form.needed_day("day")))


def _open(form: Form) -> ChangeSettings:
    day = form.needed_day("day")
    return ChangeSettings(form.key, closed=tuple(one for one in _days(form) if one != day))


def _days(form: Form) -> list[date]:
    """The days off as they were when the page was shown."""
    given = form.given.get("closed", "").split()
    return [read_date(one) or form.fault(date.min, "date_invalid", "day") for one in given]


def _order(form: Form) -> ChangeSettings:
    return ChangeSettings(form.key, routing_order=tuple(form.choice(name, RoutedBy) for name in ORDER))


def _rotate(key: str, keys: Keys) -> RotateKeys:
    return RotateKeys(key, (keys,))


@dataclass(frozen=True, slots=True)
class _Disciplines(Pick):
    """Who belongs at a table: a tick for each."""

    widget: ClassVar[str] = "picks"

    def read(self, form: Form) -> Any:
        ticked = tuple(one for one in Discipline if form.given.get(f"{self.name}.{one.value}") == "yes")
        return ticked or form.fault((), "choice_missing", self.name)


#: On the page of settings.
SETTING_ACTS: dict[str, Act] = named(
    Act(
        "amounts",
        change_settings,
        _amounts,
        (),
        (
            Number("familyAmount", N_("What a lead may spend for a family in a year, in euros"), as_=Decimal),
            Number(
                "caseCeiling", N_("Highest number of cases for one lead"), N_("Empty: it stays as it is.")
            ),
        ),
        label=N_("Change"),
        button=N_("Keep"),
        said=_KEPT,
    ),
    Act(
        "deadline",
        change_settings,
        _deadline,
        ("name",),
        (Given("name"), Number("value", N_("How many?"))),
        button=N_("Keep"),
        said=_KEPT,
    ),
    Act(
        "close",
        change_settings,
        _closed,
        (),
        (Given("closed"), Day("day", N_("Which day?"))),
        label=N_("Add a day off"),
        button=N_("Add"),
        said=_KEPT,
    ),
    Act(
        "open",
        change_settings,
        _open,
        ("day",),
        (Given("closed"), Given("day")),
        button=N_("A working day after all"),
        said=_KEPT,
    ),
    act(
        "table",
        change_settings,
        ChangeSettings,
        _Disciplines("disciplines", N_("Who belongs at a school care team's table?"), among="disciplines"),
        label=N_("Change who belongs there"),
        button=N_("Keep"),
        said=_KEPT,
    ),
    Act(
        "order",
        change_settings,
        _order,
        (),
        tuple(
            Choice(name, label, kind=RoutedBy, among=DEFAULT_ORDER, needed=True)
            for name, label in zip(
                ORDER, (N_("First by"), N_("Else by"), N_("Then by"), N_("At last by")), strict=True
            )
        ),
        label=N_("Change the order"),
        button=N_("Keep"),
        follows=N_(
            "Families can come under another team by this. Each such hand-over is offered, family by family."
        ),
        said=_KEPT,
    ),
    act(
        "start-ground",
        start_ground,
        StartGround,
        Listed("ground", N_("Which article of the GDPR?"), among="articles", needed=True),
        Line("source", N_("Which law gives this ground?"), N_("With its article, as one cites it."), needed=True),
        Line("reason", N_("Reason"), needed=True),
        Moment("since", N_("From when?"), N_("Leave empty for now.")),
        label=N_("A law begins to be a ground"),
        button=N_("Let it begin"),
        follows=N_("From then on what rests on this article is shown to whoever may see it by the rules."),
        said=N_("Recorded. It holds from that moment on."),
    ),
    act(
        "end-ground",
        end_ground,
        EndGround,
        Thing("id", kind="LegalGround"),
        Line("reason", N_("Reason"), needed=True),
        Moment("until", N_("Until when?"), N_("Leave empty for now.")),
        label=N_("This law ends as a ground"),
        button=N_("Let it end"),
        follows=N_(
            "From then on nobody is shown what rests on this article, unless another law gives it."
            " What somebody wrote stays in their own sight."
        ),
        said=N_("Recorded. It holds until that moment."),
    ),
    act(
        "term",
        set_retention_term,
        SetTerm,
        Choice(
            "keptAs",
            N_("What is kept?"),
            kind=Retention,
            among=tuple(one for one in Retention if one is not Retention.AGGREGATE),
            needed=True,
        ),
        Number("months", N_("For how many months?"), needed=True),
        Day("fromOn", N_("From which day?"), needed=True),
        Line("source", N_("Where is that said?"), N_("The law or the decision, as one cites it."), needed=True),
        label=N_("Set another term"),
        button=N_("Keep the term"),
        follows=N_("What is past its term is erased for good, from that day on."),
        said=N_("Kept. What is past its term goes with the next round."),
    ),
    act(
        "rotate",
        rotate_keys,
        _rotate,
        Choice("keys", N_("Which keys?"), kind=Keys, needed=True),
        label=N_("Ask for new keys"),
        button=N_("Ask for them"),
        follows=N_("The operator carries it out beside everybody's work. Nobody has to wait for it."),
        said=N_("Asked. The operator's next round carries it out."),
    ),
)  # fmt: skip
