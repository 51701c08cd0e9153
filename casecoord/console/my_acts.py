"""What somebody of a family does on the own page: each a small form, and how it becomes the input of its verb."""

from casecoord.actions.own_acts import AskForHelp, ExerciseMyRight, ask_for_help, exercise_my_right
from casecoord.actions.own_agreements import (
    RespondMyAgreement,
    SayForMyFamily,
    respond_my_agreement,
    say_for_my_family,
)
from casecoord.console.fields import Form
from casecoord.console.forms import Act, named
from casecoord.domain.agreements import Answer, MilestoneKind
from casecoord.domain.joint_view import JointCase
from casecoord.domain.words import LifeDomain, RequestKind, Urgency


def _respond(form: Form) -> RespondMyAgreement:
    return RespondMyAgreement(
        form.key,
        form.thing("agreement", "Agreement"),
        form.choice("answer", Answer),
        form.text("words"),
        form.thing("person", "Person"),
    )


def _say(form: Form) -> SayForMyFamily:
    return SayForMyFamily(form.key, form.choice("kind", MilestoneKind), form.needed("words"))


def _ask(form: Form) -> AskForHelp:
    return AskForHelp(
        form.key, form.choice("domain", LifeDomain), form.choice("urgency", Urgency), form.needed("summary")
    )


def _complain(form: Form) -> ExerciseMyRight:
    """A complaint, about an agreement or somebody at work where one was chosen."""
    about, words = form.text("about"), form.needed("words")
    return ExerciseMyRight(form.key, RequestKind.COMPLAINT, f"{about}: {words}" if about else words)


#: `goal` and `proud` are one verb with two forms.
MY_ACTS: dict[str, Act] = named(
    Act("respond", respond_my_agreement, _respond, ("agreement", "person")),
    Act("goal", say_for_my_family, _say),
    Act("proud", say_for_my_family, _say),
    Act("help", ask_for_help, _ask),
    Act("complain", exercise_my_right, _complain),
)


def complainable(case: JointCase) -> list[str]:
    """What a complaint can be about, as far as it is in view: an agreement, or somebody or a team that works here."""
    people = [case.lead.value] if case.lead and case.lead.value else []
    people += [action.owner for action in case.actions]
    found = [f"{one.name} ({one.team_name})" for one in people]
    found += [team.name for team in case.participants]
    return list(dict.fromkeys([*(one.what for one in case.agreements), *found]))
