"""The acts that move a case on: what came of it, whoever signalled is told, review, aftercare, the end, what cannot be done."""

from typing import Any

from casecoord.actions.closing import (
    CloseCase,
    ConfirmOutcome,
    GiveFeedback,
    OfCase,
    ReAgreeAction,
    begin_aftercare,
    close_case,
    confirm_outcome,
    give_feedback,
    re_agree_action,
    reopen_case,
    review_case,
)
from casecoord.actions.office import Verb
from casecoord.console.acts import CASE
from casecoord.console.forms import Act, Choice, Day, Line, Thing, act, named
from casecoord.console.stuck_acts import BLOCKED
from casecoord.console.texts import N_
from casecoord.domain.words import Word

_OUTCOME = Line("outcome", N_("What came of it?"), needed=True)
_WORD = Choice("confirmedBy", N_("Whose word is it?"), needed=True, kind=Word, radios=True)
_SIGNAL = Thing("signal", kind="Signal")
_ACTION = Thing("action", kind="Action")


def _of_case(name: str, verb: Verb[Any, Any], **words: Any) -> Act:
    return act(name, verb, OfCase, CASE, **words)


def _confirm(name: str, thing: Thing, label: str) -> Act:
    button = N_("Confirm the outcome")
    return act(name, confirm_outcome, ConfirmOutcome, thing, _OUTCOME, _WORD, button=button, label=label)


COURSE_ACTS: dict[str, Act] = named(
    act(
        "feedback",
        give_feedback,
        GiveFeedback,
        _SIGNAL,
        Line(
            "text",
            N_("What may they know?"),
            N_("The least that helps them. The family reads it too."),
            needed=True,
        ),
        button=N_("Tell them"),
        label=N_("Tell whoever signalled what is done"),
    ),
    _confirm("confirm-signal", _SIGNAL, N_("This concern is over")),
    _confirm("confirm-action", _ACTION, N_("Confirm what came of it")),
    act(
        "re-agree",
        re_agree_action,
        ReAgreeAction,
        _ACTION,
        Day("dueOn", N_("By which date?"), needed=True),
        button=N_("Agree this date"),
        label=N_("Another date"),
    ),
    _of_case(
        "review",
        review_case,
        button=N_("I went over this case"),
        note=N_("Goals, actions and gaps are as they should be. The next review is in six weeks."),
    ),
    _of_case(
        "begin-aftercare",
        begin_aftercare,
        button=N_("Begin aftercare"),
        label=N_("The plan is done"),
        note=N_("No action is open any more. Within 90 days you hear from the family how it went on."),
    ),
    act(
        "close-case",
        close_case,
        CloseCase,
        CASE,
        _OUTCOME,
        _WORD,
        button=N_("Close the case"),
        label=N_("Close the case"),
        follows=N_("The case closes and every team leaves it. It can be opened again later."),
    ),
    _of_case("reopen", reopen_case, button=N_("Open the case again")),
    BLOCKED,
)
