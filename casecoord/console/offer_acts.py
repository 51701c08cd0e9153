"""What a provider does with its offers; and the programme bureau, which keeps those of all."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from casecoord.actions.offers import (
    YOUNGEST,
    AddOffer,
    ChangeOffer,
    Need,
    OfferTerms,
    WithdrawOffer,
    add_offer,
    change_offer,
    withdraw_offer,
)
from casecoord.console.fields import Form
from casecoord.console.forms import (
    Act,
    Area,
    Choice,
    Day,
    Field,
    Line,
    Number,
    Pick,
    Picks,
    Thing,
    Tick,
    named,
)
from casecoord.console.place_acts import PLACE_ACTS
from casecoord.console.texts import N_
from casecoord.domain.alternatives import NeededOf, OfferKind
from casecoord.domain.ids import global_id


@dataclass(frozen=True, slots=True)
class Codes(Picks):
    """Several codes, each with its tick."""

    def read(self, form: Form) -> Any:
        start = f"{self.name}."
        return tuple(name.removeprefix(start) for name in form.given if name.startswith(start))


_NEEDS: tuple[tuple[NeededOf, Field], ...] = (
    (
        NeededOf.YOUTH,
        Area(
            "needs.youth", N_("What do you need of the youth?"), N_("A line for each thing. Empty is fine.")
        ),
    ),
    (NeededOf.FAMILY, Area("needs.family", N_("What do you need of the family?"))),
    (NeededOf.SOCIAL_TEAM, Area("needs.team", N_("What do you need of the social team?"))),
    (
        NeededOf.COURT_PARTNER,
        Area("needs.asker", N_("What do you need of whoever asks for a place?")),
    ),
    (NeededOf.PROVIDER, Area("needs.provider", N_("What do you see to yourselves?"))),
)
_TERMS: tuple[Field, ...] = (
    Line("name", N_("What is it called?"), N_("As a youth would say it, for example: mending bicycles."), needed=True),
    Choice("kind", N_("What kind of place is it?"), needed=True, kind=OfferKind),
    Number("places", N_("How many places?"), needed=True),
    Number("ageFrom", N_("From which age?"), needed=True),
    Number("ageUntil", N_("Up to which age?"), needed=True),
    Day("startsOn", N_("From which day?"), needed=True),
    Day("endsOn", N_("Until which day does it run?"), N_("Leave empty if it goes on.")),
    Codes("neighbourhoods", N_("For which neighbourhoods?"), N_("None ticked: for all.")),
    Codes("languages", N_("In which languages?"), N_("None ticked: the language does not matter.")),
)  # fmt: skip
_TEAM = Pick("team", N_("Which provider?"), needed=True, kind="Team")
_REASON = Line("reason", N_("Why?"), N_("Whoever has a place held reads this."), needed=True)
_FREE = Tick("freeHeld", N_("Free what is held and not yet confirmed too; whoever holds it is told"))
_OFFER = Thing("alternative", kind="Alternative")


def _terms(form: Form) -> OfferTerms:
    name, kind, places, age_from, age_until, starts_on, ends_on, neighbourhoods, languages = (
        field.read(form) for field in _TERMS
    )
    return OfferTerms(
        kind, name, age_from, age_until, places, starts_on, ends_on, neighbourhoods, languages, _needs(form)
    )


def _needs(form: Form) -> tuple[Need, ...]:
    """A need a line."""
    return tuple(
        Need(of, line.strip())
        for of, field in _NEEDS
        for line in (form.text(field.name) or "").splitlines()
        if line.strip()
    )


def _add(form: Form) -> AddOffer:
    return AddOffer(form.key, _terms(form))


def _add_for(form: Form) -> AddOffer:
    return AddOffer(form.key, _terms(form), _TEAM.read(form))


def _change(form: Form) -> ChangeOffer:
    return ChangeOffer(form.key, _OFFER.read(form), _terms(form))


def _withdraw(form: Form) -> WithdrawOffer:
    return WithdrawOffer(form.key, _OFFER.read(form), _REASON.read(form), _FREE.read(form))


def shown_terms(terms: OfferTerms) -> dict[str, Any]:
    """What stands in the form that changes an offer."""
    needs = {field.name: _lines(need.what for need in terms.needs if need.of is of) for of, field in _NEEDS}
    return {
        "name": terms.name,
        "kind": terms.kind.value,
        "places": str(terms.places),
        "ageFrom": str(terms.age_from),
        "ageUntil": str(terms.age_until),
        "startsOn": terms.starts_on.isoformat(),
        "endsOn": terms.ends_on.isoformat() if terms.ends_on else "",
        "neighbourhoods": terms.neighbourhoods,
        "languages": terms.languages,
        **needs,
    }


def _lines(texts: Iterable[str]) -> str:
    return "\n".join(texts)


_FIELDS = (*_TERMS, *(field for _, field in _NEEDS))

ADD = Act(
    "add",
    add_offer,
    _add,
    fields=_FIELDS,
    button=N_("Offer these places"),
    said=N_("The offer is there. Who looks for a place can find it from now on."),
    leads=lambda offer: f"/offers/{global_id('Alternative', offer.id)}?done=add",
    main=True,
)
ADD_FOR = replace(ADD, name="add-for", read=_add_for, fields=(_TEAM, *_FIELDS))
WITHDRAW = Act(
    "withdraw",
    withdraw_offer,
    _withdraw,
    ("alternative",),
    fields=(_OFFER, _REASON, _FREE),
    label=N_("Withdraw this offer"),
    button=N_("Withdraw it"),
    follows=N_("Nobody finds this offer any more. Who has a place keeps it. This cannot be taken back."),
    said=N_("The offer was withdrawn. Who has a place keeps it."),
    leads=lambda it: "/offers?done=withdraw",
)

#: On the page of places and offers; what was withdrawn on an offer's page is said here.
LIST_ACTS: dict[str, Act] = named(*PLACE_ACTS, WITHDRAW)
NEW_ACTS: dict[str, Act] = named(ADD, ADD_FOR)
OFFER_ACTS: dict[str, Act] = named(
    ADD,
    Act(
        "change",
        change_offer,
        _change,
        ("alternative",),
        fields=(_OFFER, *_FIELDS),
        label=N_("Change this offer"),
        button=N_("Change it"),
        said=N_("The offer was changed. What is held stays held."),
    ),
    WITHDRAW,
)

#: What stands in the form of a new offer.
AT_FIRST = {"ageFrom": str(YOUNGEST + 4), "ageUntil": "18", "places": "1"}
