"""Forms as they are declared: read, refused, asked twice, taken back."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest

from casecoord.console import forms
from casecoord.console.fields import Faulty, Form
from casecoord.domain.ids import global_id
from casecoord.domain.words import Urgency

HERE = UUID(int=7)


@dataclass(frozen=True)
class Input:
    idempotency_key: str
    household: UUID
    review_on: date | None
    urgency: Urgency | None
    amount: Decimal | None
    teams: tuple[UUID, ...]
    sure_of_it: bool
    version: int


FIELDS = (
    forms.Thing("household", kind="Household"),
    forms.Day("reviewOn", needed=True),
    forms.Choice("urgency", kind=Urgency, needed=True),
    forms.Number("amount", as_=Decimal),
    forms.Picks("teams", kind="Team"),
    forms.Tick("sureOfIt"),
    forms.Given("version", as_=int),
)
ACT = forms.act("try", None, Input, *FIELDS, button="Try")  # type: ignore[arg-type]
GIVEN = {
    "key": "k",
    "household": global_id("Household", HERE),
    "reviewOn": "1-12-2026",
    "urgency": "high",
    "amount": "12,50",
    f"teams.{global_id('Team', HERE)}": "yes",
    "sureOfIt": "yes",
    "version": "3",
}


def test_a_form_becomes_the_input_of_its_verb():
    form = Form(GIVEN)
    read = ACT.read(form)
    form.check()
    assert read == Input("k", HERE, date(2026, 12, 1), Urgency.HIGH, Decimal("12.50"), (HERE,), True, 3)
    assert ACT.form(GIVEN) == f"try-{GIVEN['household']}"


@pytest.mark.parametrize(
    ("field", "typed", "code"),
    [
        ("reviewOn", "", "date_invalid"),
        ("reviewOn", "31-2-2026", "date_invalid"),
        ("urgency", "dire", "choice_missing"),
        ("amount", "much", "number_invalid"),
        ("version", "x", "choice_missing"),
    ],
)
def test_what_is_wrong_is_noted_at_its_field(field, typed, code):
    form = Form({**GIVEN, field: typed})
    ACT.read(form)
    with pytest.raises(Faulty) as raised:
        form.check()
    assert [(one.code, one.field) for one in raised.value.problems] == [(code, field)]
