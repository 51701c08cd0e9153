"""What the privacy officer does: each a small form, and how it becomes the input of its verb; and the second person's."""

from typing import Any

from casecoord.actions.break_glass import ReviewBreakGlass, review_break_glass
from casecoord.actions.by_bsn import ByBsn
from casecoord.actions.deciding import (
    ConfirmDecision,
    DecideRight,
    LiftRestriction,
    confirm_decision,
    decide_right,
    lift_restriction,
)
from casecoord.actions.deferring import ReviewDeferral, review_deferral
from casecoord.actions.erasing import EraseHousehold, erase_household
from casecoord.actions.rectifying import KINDS, Rectify, rectify
from casecoord.actions.residents import UnbindResident, unbind_resident
from casecoord.actions.rights import (
    ExerciseRight,
    OfRequest,
    appeal_decision,
    exercise_right,
    withdraw_right,
)
from casecoord.console.fields import Form
from casecoord.console.forms import (
    Act,
    Area,
    Choice,
    Code,
    Day,
    Field,
    Given,
    Line,
    Moment,
    Pick,
    Thing,
    Tick,
    act,
    named,
)
from casecoord.console.texts import N_
from casecoord.domain.ids import global_id
from casecoord.domain.rights import Outcome, Rectifiable
from casecoord.domain.words import RequestKind

#: What is corrected of a person or a home; what was written is corrected where its author sees it.
CORRECTED = (
    Rectifiable.NAME,
    Rectifiable.BIRTH_DATE,
    Rectifiable.LANGUAGE,
    Rectifiable.ADDRESS,
    Rectifiable.CONTACT,
)
_REQUEST = Thing("request", kind="Request")
_CHECKED = Tick("identityChecked", N_("I am certain who asks: I checked their identity"))
_BY_TWO: tuple[Field, ...] = (
    Line("ground", N_("On which article of the law?"), N_("For example AVG 15.")),
    Pick(
        "second",
        N_("Who decides with you?"),
        N_("It is decided once they agree. Only the area's coordinator also reads the words."),
        kind="Professional",
        among="seconds",
    ),
    Area("decision", N_("What do you answer, and why?"), N_("This goes to whoever asked: short and plain.")),
)
_OUTCOME = Choice(
    "grant", N_("What do you decide?"), kind=Outcome, among=(Outcome.GRANT, Outcome.REFUSE), radios=True
)
_DECIDE = (_REQUEST, _OUTCOME, *_BY_TWO)
_DESPITE = Tick("despiteOpenCase", N_("Erase although something is still open for this family"))


def person(form: Form) -> ByBsn:
    """Somebody by number and birth date."""
    return ByBsn(
        form.plain("person.bsn") or form.fault("", "text_empty", "person.bsn"),
        form.needed_day("person.birthDate"),
    )


WHO: tuple[Field, ...] = (Code("person.bsn", N_("BSN")), Day("person.birthDate", N_("Birth date")))
_ASK = (
    *WHO,
    Choice("kind", N_("What do they ask?"), kind=RequestKind),
    Area("words", N_("In their own words"), N_("What they said or wrote.")),
    Moment("receivedAt", N_("When did they ask?"), N_("Leave empty for now.")),
    _CHECKED,
)


def _exercise(form: Form) -> ExerciseRight:
    return ExerciseRight(
        form.key,
        person(form),
        form.choice("kind", RequestKind),
        form.given.get("identityChecked") == "yes",
        form.text("words"),
        form.moment("receivedAt"),
    )


def _unbind(form: Form) -> UnbindResident:
    return UnbindResident(form.key, person(form), form.given.get("identityChecked") == "yes")


def _decide(form: Form) -> DecideRight:
    return DecideRight(
        form.key,
        _REQUEST.read(form),
        form.choice("grant", Outcome) is Outcome.GRANT,
        form.text("ground"),
        form.picked("second", "Professional"),
        form.needed("decision"),
        form.given.get("despiteOpenCase") == "yes",
    )


def _lift(form: Form) -> LiftRestriction:
    second = form.picked("second", "Professional")
    return LiftRestriction(
        form.key, _REQUEST.read(form), form.text("ground"), second, form.needed("decision")
    )


def _of_request(form: Form) -> OfRequest:
    checked = form.given.get("identityChecked") == "yes"
    return OfRequest(form.key, _REQUEST.read(form), checked, form.text("words"))


_RECTIFY = (
    _REQUEST,
    Given("person"),
    Given("home"),
    Choice("what", N_("What is wrong?"), kind=Rectifiable, among=CORRECTED),
    Line("value", N_("What should it say?"), N_("A birth date as 1984-03-14, a language as nl.")),
    Code("bsn", N_("BSN"), N_("For a birth date only: by it the person is recognised.")),
)


def _rectify(form: Form) -> Rectify:
    what = form.choice("what", Rectifiable)
    of_person = KINDS[what] == "Person"
    thing = form.thing("person", "Person") if of_person else form.thing("home", "Household")
    return Rectify(form.key, _REQUEST.read(form), what, thing, form.needed("value"), form.plain("bsn"))


def _confirm(form: Form) -> ConfirmDecision:
    return ConfirmDecision(form.key, form.thing("decision", "RightDecision"), True)


def _send_back(form: Form) -> ConfirmDecision:
    return ConfirmDecision(
        form.key, form.thing("decision", "RightDecision"), False, form.needed("words", "reason_missing")
    )


def _renew(form: Form) -> ReviewDeferral:
    return ReviewDeferral(
        form.key, form.thing("deferral", "Deferral"), form.needed("finding"), form.needed_day("renewUntil")
    )


def _made(answer: Any) -> str:
    return f"/privacy/requests/{global_id('Request', answer.id)}"


_PREPARED = N_("Prepared. It is decided once the other person agrees.")
_DEFERRAL = Thing("deferral", kind="Deferral")
ERASE = act(
    "erase",
    erase_household,
    EraseHousehold,
    Thing("household", kind="Household"),
    button=N_("Erase for good"),
    follows=N_(
        "What was granted is erased now, with the keys that opened it. Nobody can bring it back, and neither can we."
        " That it happened stays in the log, without a name."
    ),
    said=N_("It is erased. A certificate of it is kept."),
    leads=lambda _: "/privacy?done=erase",
)

#: On the first screen. `erase` is done on a request's page, and said here: that page is no more.
SUPERVISING = named(
    Act(
        "ask",
        exercise_right,
        _exercise,
        fields=_ASK,
        label=N_("Record what somebody asks"),
        button=N_("Record the request"),
        leads=_made,
    ),
    Act(
        "unbind",
        unbind_resident,
        _unbind,
        fields=(*WHO, _CHECKED),
        label=N_("End somebody's own page"),
        button=N_("End it"),
        follows=N_(
            "From now on that login shows nothing of this family. Another letter with a code opens a page again."
        ),
        said=N_("Ended. That login shows nothing any more."),
    ),
    act(
        "review",
        review_break_glass,
        ReviewBreakGlass,
        Thing("grant", kind="BreakGlass"),
        Area(
            "finding",
            N_("What do you find of it?"),
            N_("Was it right, and what follows from it?"),
            needed=True,
        ),
        label=N_("Review this"),
        button=N_("Record the review"),
        said=N_("The review is recorded."),
    ),
    Act(
        "renew",
        review_deferral,
        _renew,
        ("deferral",),
        (
            _DEFERRAL,
            Area("finding", N_("Why does it have to wait longer?")),
            Day("renewUntil", N_("Until when?"), N_("Within 30 days.")),
        ),
        N_("Let it wait longer"),
        N_("Let it wait"),
        said=N_("It waits until the new date."),
    ),
    act(
        "lift",
        review_deferral,
        ReviewDeferral,
        _DEFERRAL,
        Area("finding", N_("Why is it safe now?"), needed=True),
        label=N_("It is safe: show it"),
        button=N_("Show it to the family"),
        follows=N_("From now on the family can see this entry, and who looked at it."),
        said=N_("The family can see it from now on."),
    ),
    ERASE,
)

#: On a request's page.
HANDLING = named(
    Act(
        "decide",
        decide_right,
        _decide,
        ("request",),
        _DECIDE,
        button=N_("Ask the other person to agree"),
        said=_PREPARED,
        main=True,
    ),
    Act(
        "decide-erasure",
        decide_right,
        _decide,
        ("request",),
        (*_DECIDE, _DESPITE),
        button=N_("Ask the other person to agree"),
        said=_PREPARED,
        main=True,
    ),
    Act(
        "lift-restriction",
        lift_restriction,
        _lift,
        ("request",),
        (_REQUEST, *_BY_TWO),
        N_("End the restriction"),
        N_("Ask the other person to agree"),
        said=_PREPARED,
    ),
    Act(
        "withdraw",
        withdraw_right,
        _of_request,
        ("request",),
        (_REQUEST, Area("words", N_("In their own words"), N_("What they said or wrote.")), _CHECKED),
        N_("They take it back"),
        N_("Record that they take it back"),
    ),
    Act(
        "appeal",
        appeal_decision,
        _of_request,
        ("request",),
        (_REQUEST, Area("words", N_("In their own words"), N_("What they said or wrote.")), _CHECKED),
        N_("They appeal"),
        N_("Record the appeal"),
        leads=_made,
    ),
    Act(
        "rectify",
        rectify,
        _rectify,
        ("request",),
        _RECTIFY,
        N_("Correct a name, a birth date, a language, an address or contact data"),
        N_("Correct it"),
        said=N_("Corrected. Who was shown the old text hears of it."),
    ),
    ERASE,
)

#: Of whoever was asked to decide along.
DECIDING = named(
    Act(
        "agree",
        confirm_decision,
        _confirm,
        ("decision",),
        (Thing("decision", kind="RightDecision"),),
        button=N_("I agree"),
        said=N_("You agreed: it is decided."),
        main=True,
    ),
    Act(
        "send-back",
        confirm_decision,
        _send_back,
        ("decision",),
        (
            Thing("decision", kind="RightDecision"),
            Area("words", N_("What has to be different?")),
        ),
        N_("I do not agree yet"),
        N_("Send it back"),
        said=N_("Sent back. It is not decided."),
    ),
)
