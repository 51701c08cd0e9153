"""What an administrator does: who works where, what a team covers, who stands in. No family's data."""

from functools import partial

from casecoord.actions.absence import SetDeputy, set_deputy
from casecoord.actions.ending import EndTeam, end_team
from casecoord.actions.leaving import EndMembership, EndProfessional, end_membership, end_professional
from casecoord.actions.spreading import SetLeadHours, set_lead_hours
from casecoord.actions.staffing import (
    AddMember,
    CoverPlace,
    RecordDiscipline,
    add_member,
    cover_place,
    record_discipline,
)
from casecoord.console.fields import Form
from casecoord.console.forms import (
    Act,
    Choice,
    Code,
    Field,
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
from casecoord.domain.words import Discipline, Role

_TEAM = Thing("team", kind="Team")
_MEMBERSHIP = Thing("membership", kind="Membership")
_ENDS = Moment("endsAt", N_("When does it end?"), N_("Leave empty for now."))
_ADDED: tuple[Field, ...] = (
    _TEAM,
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
    act(
        "end",
        end_membership,
        partial(EndMembership, confirm=True),
        _MEMBERSHIP,
        _ENDS,
        Pick("successor", N_("Who takes over what hangs on it?"), N_("Nobody chosen: the team's coordinator. A seat of coordinator always needs somebody by name."), kind="Membership", among="others"),
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
    act(
        "cover",
        cover_place,
        CoverPlace,
        _TEAM,
        Given("kind"),
        Listed("code", N_("Which place?"), N_("Those without a team stand first."), among="places", needed=True),
        label=N_("This team covers one more place"),
        button=N_("Let it cover this place"),
        said=N_("Kept. What is open there is offered to this team, family by family."),
    ),
    act(
        "end-team",
        end_team,
        partial(EndTeam, confirm=True),
        _TEAM,
        Pick("to", N_("Which team takes its work over?"), N_("A team of the same kind."), kind="Team", among="heirs"),
        _ENDS,
        label=N_("End this team"),
        button=N_("End the team"),
        follows=N_("From then on nobody works in this team, and all that hangs on it goes to the other team and to somebody there by name. It cannot be taken back."),
        said=N_("The team ends. What hung on it has another team, and somebody by name."),
        leads=lambda answer: "/teams?done=end-team",
    ),
    act(
        "discipline",
        record_discipline,
        RecordDiscipline,
        _MEMBERSHIP,
        Choice("discipline", N_("As what, at a care team's table?"), N_("Empty: as none that the table asks for."), kind=Discipline),
        label=N_("As what somebody sits at the table"),
        button=N_("Keep"),
        said=N_("Kept. Whether the table is complete follows it."),
    ),
    act(
        "hours",
        set_lead_hours,
        SetLeadHours,
        _MEMBERSHIP,
        Number("hours", N_("How many hours a week?"), N_("For leading cases: from 0 up to 60."), needed=True),
        label=N_("Hours for leading cases"),
        button=N_("Keep"),
        said=N_("Kept. Who has room follows it."),
    ),
    act(
        "leave",
        end_professional,
        partial(EndProfessional, confirm=True),
        Thing("professional", kind="Professional"),
        Moment("endsAt", N_("When do they leave?"), N_("Leave empty for now.")),
        label=N_("This person leaves altogether"),
        button=N_("Let them leave"),
        follows=N_("Every membership of this person ends, here and in other teams of the area, and all that hangs on them goes to the teams' coordinators. It cannot be taken back."),
        said=N_("This person leaves. What hung on them has somebody by name."),
        leads=lambda answer: "/teams?done=leave",
    ),
)  # fmt: skip
