"""What somebody of a family does on the own page: each a small form, and how it becomes the input of its verb."""

from functools import partial
from uuid import UUID

from casecoord.actions.own_acts import (
    AskForHelp,
    ExerciseMyRight,
    LetBeSeen,
    ask_for_help,
    exercise_my_right,
    let_be_seen,
)
from casecoord.actions.own_agreements import (
    RespondMyAgreement,
    SayForMyFamily,
    respond_my_agreement,
    say_for_my_family,
)
from casecoord.actions.own_consents import (
    GiveMyConsent,
    WithdrawMyConsent,
    give_my_consent,
    withdraw_my_consent,
)
from casecoord.console.fields import Form
from casecoord.console.forms import Act, Area, Choice, Pick, Thing, Tick, act, named
from casecoord.console.texts import N_
from casecoord.domain.agreements import Answer, MilestoneKind
from casecoord.domain.joint_view import JointCase
from casecoord.domain.words import LifeDomain, RequestKind, Urgency

_WORDS = (Area("words"),)


def _respond(form: Form) -> RespondMyAgreement:
    return RespondMyAgreement(
        form.key,
        form.thing("agreement", "Agreement"),
        form.choice("answer", Answer),
        form.text("words"),
        form.thing("person", "Person"),
    )


def _say(form: Form, kind: MilestoneKind) -> SayForMyFamily:
    return SayForMyFamily(form.key, kind, form.needed("words"))


class About(Pick):
    """What a complaint is about, in its own words."""

    def read(self, form: Form) -> str | None:
        return form.text(self.name)


def _complain(key: str, about: str | None, words: str) -> ExerciseMyRight:
    return ExerciseMyRight(key, RequestKind.COMPLAINT, f"{about}: {words}" if about else words)


def _ask_by_right(kind: RequestKind, key: str, words: str | None, person: UUID | None) -> ExerciseMyRight:
    return ExerciseMyRight(key, kind, words, person)


#: What each right means for whoever has it: how it is asked, what comes of it, and what to write with it.
RIGHTS: dict[RequestKind, tuple[str, str, str]] = {
    RequestKind.ACCESS: (
        N_("See everything that is recorded about me"),
        N_("Within a month you get all of it in one piece, with who looked at it."),
        N_("Is there something that you want to know most? You need not say."),
    ),
    RequestKind.RECTIFICATION: (
        N_("Something is wrong: correct it"),
        N_("Two people look at it within a month. Whoever read the wrong words is told."),
        N_("What is wrong, and what should it say?"),
    ),
    RequestKind.RESTRICTION: (
        N_("Show my data to fewer people for now"),
        N_(
            "From now on fewer people see your data, until two people have decided, within a month. The help goes on."
        ),
        N_("Why? You need not say."),
    ),
    RequestKind.OBJECTION: (
        N_("I do not want that my data are used for this"),
        N_(
            "From now on fewer people see your data, until two people have decided, within a month. The help goes on."
        ),
        N_("What do you not want?"),
    ),
    RequestKind.ERASURE: (
        N_("Erase what is recorded about me"),
        N_(
            "Two people decide within a month. While there is still a concern they mostly offer something else: "
            "correct it, or show it to fewer people."
        ),
        N_("What should go? You need not say."),
    ),
    RequestKind.PORTABILITY: (
        N_("Take along what I told you myself"),
        N_("Within a month you get what you gave yourself, so that you can use it elsewhere."),
        N_("Why? You need not say."),
    ),
}


def _right(kind: RequestKind) -> Act:
    label, note, question = RIGHTS[kind]
    return act(
        f"ask-{kind}",
        exercise_my_right,
        partial(_ask_by_right, kind),
        Pick("person", N_("For whom?"), kind="Person", among="mine"),
        Area("words", question),
        button=N_("Ask for this"),
        label=label,
        note=note,
        said=N_("Your question is in. Below you see by when you hear more."),
    )


def _allow(name: str, kind: str) -> Act:
    thing = Thing("thing", kind=kind)
    return act(name, give_my_consent, GiveMyConsent, thing, button=N_("The lead may see this"))


#: `goal` and `proud` are one verb with two forms.
MY_ACTS: dict[str, Act] = named(
    Act(
        "respond",
        respond_my_agreement,
        _respond,
        ("agreement", "person"),
        _WORDS,
        said=N_("Recorded. The lead sees your answer at once."),
    ),
    Act("goal", say_for_my_family, partial(_say, kind=MilestoneKind.GOAL), fields=_WORDS),
    Act("proud", say_for_my_family, partial(_say, kind=MilestoneKind.PROUD), fields=_WORDS),
    act(
        "help",
        ask_for_help,
        AskForHelp,
        Choice("domain", N_("What is it about?"), needed=True, kind=LifeDomain),
        Choice("urgency", N_("How urgent is it?"), needed=True, kind=Urgency, radios=True),
        Area("summary", N_("What do you need help with?"), needed=True),
        button=N_("Send"),
        label=N_("Ask for help"),
        note=N_("Somebody looks at it within a few working days. You see here what becomes of it."),
    ),
    act(
        "complain",
        exercise_my_right,
        _complain,
        About("about", N_("What or whom is it about?"), N_("Nothing chosen: something else."), among="about"),
        Area("words", N_("What is your complaint?"), needed=True),
        button=N_("Send"),
        label=N_("Make a complaint"),
        note=N_("Two people decide on it within a month."),
    ),
    act(
        "withdraw",
        withdraw_my_consent,
        WithdrawMyConsent,
        Thing("consent", kind="Consent"),
        button=N_("I take this back"),
        said=N_("Taken back. From now on the lead no longer sees it."),
    ),
    _allow("allow", "Signal"),
    _allow("allow-note", "MedicalNote"),
    act(
        "let-be-seen",
        let_be_seen,
        LetBeSeen,
        Tick("agrees", N_("Yes, whoever has custody over me may see what is about me")),
        button=N_("Record"),
        label=N_("May your parents see what is about you?"),
        note=N_("You are 12 or older: you say it yourself, and you can change it every day."),
    ),
    *map(_right, RIGHTS),
)


def complainable(case: JointCase) -> list[str]:
    """What a complaint can be about, as far as it is in view: an agreement, or somebody or a team that works here."""
    people = [case.lead.value] if case.lead and case.lead.value else []
    people += [action.owner for action in case.actions]
    found = [f"{one.name} ({one.team_name})" for one in people]
    found += [team.name for team in case.participants]
    return list(dict.fromkeys([*(one.what for one in case.agreements), *found]))
