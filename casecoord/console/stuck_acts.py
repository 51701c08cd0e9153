"""What a lead or a team does when practice stops: raise it, or spend what the mandate gives."""

from decimal import Decimal
from typing import Any

from casecoord.actions.addressing import Addressee
from casecoord.actions.blockades import RaiseBlockade, raise_blockade
from casecoord.actions.spending import (
    CancelSpend,
    OrRaise,
    RecordSpendResult,
    SpendBrief,
    SpendMoney,
    cancel_spend,
    record_spend_result,
    spend,
)
from casecoord.console.fields import Form
from casecoord.console.forms import Act, Area, Choice, Day, Field, Line, Number, Pick, Thing, Undo, act, named
from casecoord.console.texts import N_
from casecoord.domain.ids import global_id
from casecoord.domain.words import BlockadeKind, LifeDomain, Urgency

_CASE, _SPEND = Thing("case", kind="Case"), Thing("spend", kind="Spend")
_DOMAIN = Choice("domain", N_("What is it about?"), kind=LifeDomain, needed=True)
_WHAT: tuple[Field, ...] = (
    Area("what", N_("What stops you?"), N_("In a sentence or two. Nothing medical, no BSN.")),
    Area("asked", N_("What should be done to open the way?")),
    Choice("kind", N_("What stands in the way?"), kind=BlockadeKind, needed=True),
    _DOMAIN,
)
_WHOM: tuple[Field, ...] = (
    Pick("action", N_("Which action cannot be done?"), N_("Only if it is about one that was put on you."), kind="Action", among="actions"),
    Pick("to", N_("Which team is asked?"), N_("Nobody chosen: whoever decides for the area."), kind="Team", among="teams"),
    Line("to.function", N_("Or who, by function"), N_("A function, not a name: for example head of Housing.")),
)  # fmt: skip
_WHEN: tuple[Field, ...] = (
    Day("neededBy", N_("By which date is it needed?"), N_("Empty: when it has to be decided.")),
    Choice("urgency", N_("How urgent is it?"), kind=Urgency, otherwise=Urgency.NORMAL),
)


def _raised(form: Form) -> RaiseBlockade:
    team, function = form.text("to"), form.text("to.function")
    return RaiseBlockade(
        form.key,
        form.thing("case", "Case"),
        form.choice("kind", BlockadeKind),
        form.choice("domain", LifeDomain),
        form.needed("what"),
        form.needed("asked"),
        form.picked("action", "Action") if form.text("action") else None,
        Addressee(form.picked("to", "Team") if team else None, function=function)
        if team or function
        else None,
        form.day("neededBy"),
        form.chosen("urgency", Urgency) or Urgency.NORMAL,
    )


def _spent(form: Form) -> SpendMoney:
    euros = Number("amount", needed=True, as_=Decimal).read(form)
    return SpendMoney(
        form.key,
        form.thing("case", "Case"),
        round(euros * 100),
        form.needed("purpose"),
        form.choice("domain", LifeDomain),
        form.text("changed"),
        form.day("spentOn"),
        OrRaise(form.needed("orRaise.asked")),
    )


def _of_spend(input: Any, answer: SpendBrief) -> str:
    """What can be taken back; a question that it became cannot."""
    return global_id("Spend", answer.spend) if answer.spend else ""


_RAISE = Act(
    "raise",
    raise_blockade,
    _raised,
    ("case",),
    (_CASE, *_WHAT, *_WHOM, *_WHEN),
    label=N_("Something stops us: raise a blockade"),
    note=N_(
        "It goes to whoever can decide, with a date. Everybody in the case, and the family, can follow it."
    ),
    button=N_("Raise it"),
    said=N_("It is with whoever can decide now, with a date."),
)

#: From an action itself, on the family's page.
BLOCKED = Act(
    "blocked",
    raise_blockade,
    _raised,
    ("action", "case"),
    (
        Thing("action", kind="Action"),
        _CASE,
        *_WHAT,
        Line(
            "to.function",
            N_("Of whom?"),
            N_("A function. Leave empty for the person who decides for this area."),
        ),
        *_WHEN,
    ),
    label=N_("This cannot be done"),
    button=N_("Send it up"),
)

#: On the page of what stops a family's plan.
STUCK_ACTS: dict[str, Act] = named(
    _RAISE,
    Act(
        "spend",
        spend,
        _spent,
        ("case",),
        (
            _CASE,
            Number("amount", N_("How many euros?"), as_=Decimal),
            Line("purpose", N_("What for?"), N_("In plain words; the family reads it too.")),
            _DOMAIN,
            Day("spentOn", N_("On which day?"), N_("Leave empty for today.")),
            Line("changed", N_("What did it change?"), N_("If you know already; you can tell it later.")),
            Area("orRaise.asked", N_("If it is more than is left of this year: what do you ask?"), N_("Only then this goes to whoever decides, and nothing is spent yet.")),
        ),
        label=N_("Spend something for this family"),
        note=N_("Within the amount of your mandate you ask nobody."),
        button=N_("Record what is spent"),
        said=N_("Recorded. If it was more than is left of this year, it stands above as a blockade."),
        undo=Undo("undo-spend", "spend", _of_spend),
    ),
    act(
        "spend-result",
        record_spend_result,
        RecordSpendResult,
        _SPEND,
        Line("changed", N_("What did it change?"), needed=True),
        label=N_("Tell what it changed"),
        button=N_("Record"),
    ),
    act(
        "cancel-spend",
        cancel_spend,
        CancelSpend,
        _SPEND,
        Line("reason", N_("Reason"), needed=True),
        label=N_("It was not spent after all"),
        button=N_("Take it back"),
        said=N_("Taken back. It stands with the reason, and counts no more."),
    ),
    Act(
        "undo-spend",
        cancel_spend,
        lambda form: CancelSpend(form.key, form.thing("spend", "Spend"), "Meteen ongedaan gemaakt."),
        ("spend",),
        (_SPEND,),
        button=N_("Take it back"),
        said=N_("Taken back. It stands with the reason, and counts no more."),
    ),
)  # fmt: skip
