"""What an administrator does: who works where, who stands in, what an area's settings are. No family's data."""

from datetime import date
from decimal import Decimal

from casecoord.actions.absence import SetDeputy, set_deputy
from casecoord.actions.leaving import EndMembership, end_membership
from casecoord.actions.managing import ChangeSettings, Deadline, change_settings
from casecoord.actions.staffing import AddMember, add_member
from casecoord.console.fields import Form, read_date
from casecoord.console.forms import (
    Act,
    Choice,
    Code,
    Day,
    Field,
    Given,
    Line,
    Moment,
    Number,
    Pick,
    Thing,
    act,
    named,
)
from casecoord.console.texts import N_
from casecoord.domain.words import Discipline, Role

_MEMBERSHIP = Thing("membership", kind="Membership")
_ADDED: tuple[Field, ...] = (
    Thing("team", kind="Team"),
    Given("issuer"),
    Line("name", N_("First name and surname"), needed=True),
    Choice("role", N_("In which role?"), kind=Role, among=tuple(role for role in Role if role is not Role.RESIDENT), needed=True, otherwise=Role.MEMBER),
    Choice("discipline", N_("As what, at a care team's table?"), N_("Empty where the team has no such table."), kind=Discipline),
    Moment("since", N_("From when?"), N_("Leave empty for now.")),
    Code("phone", N_("Telephone")),
    Code("email", N_("E-mail")),
    Code("subject", N_("Name by which they sign in"), N_("As your organisation's sign-in calls them. It can be added later.")),
)  # fmt: skip


def _added(form: Form) -> AddMember:
    subject = form.plain("subject")
    return AddMember(
        form.key,
        form.thing("team", "Team"),
        form.choice("role", Role),
        name=form.needed("name"),
        phone=form.plain("phone"),
        email=form.plain("email"),
        discipline=form.chosen("discipline", Discipline),
        since=form.moment("since"),
        # Whoever signs in does so where the administrator did.
        issuer=form.given.get("issuer") if subject else None,
        subject=subject,
    )


def _ended(form: Form) -> EndMembership:
    successor = form.picked("successor", "Membership") if form.given.get("successor") else None
    membership = form.thing("membership", "Membership")
    return EndMembership(form.key, membership, form.moment("endsAt"), successor, confirm=True)


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


#: On the pages of teams and of whoever works in them.
TEAM_ACTS: dict[str, Act] = named(
    Act(
        "add-member",
        add_member,
        _added,
        ("team",),
        _ADDED,
        label=N_("Add somebody to this team"),
        button=N_("Add"),
        said=N_("Added. From that moment on they see what their role sees."),
    ),
    Act(
        "end",
        end_membership,
        _ended,
        ("membership",),
        (
            _MEMBERSHIP,
            Moment("endsAt", N_("When does it end?"), N_("Leave empty for now.")),
            Pick("successor", N_("Who takes over what hangs on it?"), N_("Nobody chosen: the team's coordinator. A seat of coordinator always needs somebody by name."), kind="Membership", among="others"),
        ),
        label=N_("End this membership"),
        button=N_("End it"),
        follows=N_("From then on this person sees nothing here any more in this role, and all that hangs on it goes to somebody by name. It cannot be taken back."),
        said=N_("The membership ends. What hung on it has somebody by name."),
        leads=lambda answer: "/teams?done=end",
    ),
    act(
        "deputy",
        set_deputy,
        SetDeputy,
        _MEMBERSHIP,
        Pick("deputy", N_("Who stands in?"), kind="Membership", among="others", needed=True),
        Moment("until", N_("Until when?"), needed=True),
        Moment("since", N_("From when?"), N_("Leave empty for now.")),
        label=N_("Somebody stands in for a time"),
        button=N_("Let them stand in"),
        said=N_("Recorded. What waits goes to the deputy in that time; a lead stays the lead."),
    ),
)  # fmt: skip

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
        said=N_("Kept. What waits follows it."),
    ),
    Act(
        "deadline",
        change_settings,
        _deadline,
        ("name",),
        (Given("name"), Number("value", N_("How many?"))),
        button=N_("Keep"),
        said=N_("Kept. What waits follows it."),
    ),
    Act(
        "close",
        change_settings,
        _closed,
        (),
        (Given("closed"), Day("day", N_("Which day?"))),
        label=N_("Add a day off"),
        button=N_("Add"),
        said=N_("Kept. What waits follows it."),
    ),
    Act(
        "open",
        change_settings,
        _open,
        ("day",),
        (Given("closed"), Given("day")),
        button=N_("A working day after all"),
        said=N_("Kept. What waits follows it."),
    ),
)
