"""The acts of the family's table on its page: goals, agreements and what was said to them on paper, compliments."""

from datetime import date
from uuid import UUID

from casecoord.actions.agreements import (
    RecordAgreement,
    RespondAgreement,
    record_agreement,
    respond_agreement,
)
from casecoord.actions.goals import (
    PraiseFamily,
    ReachMilestone,
    SetGoal,
    praise_family,
    reach_milestone,
    set_goal,
)
from casecoord.actions.refusing import (
    OfRefusal,
    RecordRefusal,
    confirm_refusal,
    end_refusal,
    record_refusal,
)
from casecoord.console.acts import ABOUT, CASE, DOER, DUE, OWN_WORDS
from casecoord.console.forms import Act, Choice, Day, Line, Pick, Thing, Tick, act, named
from casecoord.console.texts import N_
from casecoord.domain.agreements import Answer
from casecoord.domain.words import LifeDomain

_AGREEMENT = Thing("agreement", kind="Agreement")
_PRAISE = Line("praise", N_("A word of praise"))
_REFUSAL = Thing("refusal", kind="Refusal")


def _agree(
    key: str, case: UUID, what: str, doer: str, due_on: date, domain: LifeDomain, person: UUID | None
) -> RecordAgreement:
    return RecordAgreement(key, case, doer, due_on, what, domain, (person,) if person else ())


#: By their names on the page.
TABLE_ACTS: dict[str, Act] = named(
    act(
        "set-goal",
        set_goal,
        SetGoal,
        CASE,
        Line("words", N_("What do we want to reach?"), OWN_WORDS, needed=True),
        ABOUT,
        Tick("own", N_("the family's own goal")),
        Pick("goal", N_("A small step towards"), N_("No step: a goal"), kind="Milestone", among="goals"),
        button=N_("Write it down"),
        label=N_("Write down a goal or a small step"),
    ),
    act(
        "agree",
        record_agreement,
        _agree,
        CASE,
        Line("what", N_("What is agreed?"), N_("In plain words."), needed=True),
        DOER,
        DUE,
        ABOUT,
        Pick(
            "person",
            N_("On whose behalf? Nobody chosen is everybody who may answer."),
            kind="Person",
            among="people",
        ),
        button=N_("Write it down"),
        label=N_("Write down an agreement"),
    ),
    act(
        "reword",
        record_agreement,
        lambda key, agreement, **said: RecordAgreement(key, replaces=agreement, **said),
        _AGREEMENT,
        CASE,
        Pick("adopts", N_("Take over the words of"), kind="Person", among="asked"),
        Line("what", N_("Or your own words")),
        DOER,
        DUE,
        Line("reply", N_("What you say to whoever wanted it otherwise")),
        button=N_("Record"),
        label=N_("Another wording"),
    ),
    act(
        "paper",
        respond_agreement,
        RespondAgreement,
        _AGREEMENT,
        Pick("person", N_("Who"), needed=True, kind="Person", among="asked"),
        Pick("saidBy", N_("Who spoke for this child"), kind="Person", among="people"),
        Choice(
            "answer",
            N_("The answer"),
            needed=True,
            kind=Answer,
            among=(Answer.CONFIRMED, Answer.CHANGED, Answer.REFUSED),
        ),
        Line("words", N_("In their own words")),
        button=N_("Record"),
        label=N_("What they said on paper"),
    ),
    act(
        "reach",
        reach_milestone,
        ReachMilestone,
        Thing("milestone", kind="Milestone"),
        _PRAISE,
        button=N_("Tell it"),
        label=N_("This was reached"),
    ),
    act(
        "keep",
        reach_milestone,
        ReachMilestone,
        _AGREEMENT,
        _PRAISE,
        button=N_("Tell it"),
        label=N_("This was kept"),
    ),
    act(
        "praise",
        praise_family,
        PraiseFamily,
        CASE,
        Line("words", N_("What goes well?"), N_("The family reads this, with your name."), needed=True),
        button=N_("Tell it"),
        label=N_("Say what goes well"),
    ),
    act(
        "refusal",
        record_refusal,
        RecordRefusal,
        CASE,
        Line("reason", N_("Reason"), needed=True),
        Day("reviewOn", N_("When do you ask again?"), needed=True),
        button=N_("Record"),
        label=N_("The family refuses everything that stands: record that"),
        note=N_("Nothing is lost. A coordinator agrees too; until the date below the family is left alone."),
    ),
    act(
        "end-refusal",
        end_refusal,
        OfRefusal,
        _REFUSAL,
        button=N_("The family takes part again"),
    ),
    act(
        "confirm-refusal",
        confirm_refusal,
        OfRefusal,
        _REFUSAL,
        button=N_("I agree that the family is left alone until the date"),
    ),
)
