"""What a court partner and a social team do about a hearing: plan, move, end, prepare, and look for a place."""

from dataclasses import replace
from datetime import date

from casecoord.actions.by_bsn import ByBsn
from casecoord.actions.hearings import (
    EndHearing,
    MoveHearing,
    PlanHearing,
    end_hearing,
    move_hearing,
    plan_hearing,
)
from casecoord.actions.placements import (
    HoldAlternative,
    PlacementBrief,
    ProposeAlternative,
    ReleaseAlternative,
    hold_alternative,
    propose_alternative,
    release_alternative,
)
from casecoord.actions.preparing import RecordPreparation, record_preparation
from casecoord.console.fields import Form, read_date
from casecoord.console.forms import Act, Choice, Code, Day, Given, Thing, Undo, act, named
from casecoord.console.place_acts import CONFIRM, END_PLACE, FOLLOW, PLACE, START
from casecoord.console.texts import N_
from casecoord.domain.alternatives import PreparationStep, Released
from casecoord.domain.ids import global_id
from casecoord.domain.words import HearingState


def _day_shown(text: str) -> date:
    """The day that stood on the page; one that never was for anything else."""
    return read_date(text) or date.min


_HEARING = Thing("hearing", kind="Hearing")
_ALTERNATIVE = Thing("alternative", kind="Alternative")
_WAS_ON = Given("wasOn", as_=_day_shown)
_PLANNED = (
    Code("person.bsn", N_("BSN"), needed=True),
    Day("person.birthDate", N_("Birth date"), needed=True),
    Day("heldOn", N_("On which day is the hearing?"), needed=True),
)
_ENDED = (
    _HEARING,
    _WAS_ON,
    Choice(
        "held",
        N_("What happened?"),
        needed=True,
        kind=HearingState,
        among=(HearingState.HELD, HearingState.CANCELLED),
        radios=True,
    ),
)


def _plan(form: Form) -> PlanHearing:
    bsn, born, day = (field.read(form) for field in _PLANNED)
    return PlanHearing(form.key, ByBsn(bsn, born), day)


def _end(form: Form) -> EndHearing:
    hearing, was_on, state = (field.read(form) for field in _ENDED)
    return EndHearing(form.key, hearing, state is HearingState.HELD, was_on)


def _record(form: Form) -> RecordPreparation:
    return RecordPreparation(form.key, form.thing("hearing", "Hearing"), form.choice("step", PreparationStep))


def _not_needed(form: Form) -> ReleaseAlternative:
    """What was held a moment ago is given back, for no other reason than that."""
    return ReleaseAlternative(form.key, form.thing("placement", "Placement"), Released.NOT_NEEDED)


def _placement(input: object, answer: PlacementBrief) -> str:
    return global_id("Placement", answer.id)


_UNDO = Undo("give-back", "placement", _placement)

PLAN = Act(
    "plan",
    plan_hearing,
    _plan,
    fields=_PLANNED,
    label=N_("Plan a hearing"),
    note=N_("From this day everything that has to be ready before it is planned back."),
    button=N_("Plan it"),
    said=N_("The hearing is planned. Below stands what has to be ready, and by when."),
    leads=lambda brief: f"/hearings/{global_id('Hearing', brief.id)}?done=plan",
)
END = Act(
    "end",
    end_hearing,
    _end,
    ("hearing",),
    fields=_ENDED,
    label=N_("It was held, or will not be"),
    button=N_("End this hearing"),
    follows=N_("Nothing has to be ready for this hearing any more. This cannot be taken back."),
    said=N_("The hearing has ended."),
    leads=lambda brief: "/hearings?done=end",
)
#: On the list of hearings. What was ended on a hearing's page is said here.
LIST_ACTS: dict[str, Act] = named(PLAN, END)

ACTS: dict[str, Act] = named(
    PLAN,
    act(
        "move",
        move_hearing,
        MoveHearing,
        _HEARING,
        _WAS_ON,
        Day("heldOn", N_("To which day?"), needed=True),
        label=N_("Move it to another day"),
        button=N_("Move it"),
        note=N_("Family and lawyer have to be told again."),
        said=N_("The hearing was moved, and what has to be ready with it."),
    ),
    END,
    Act("record", record_preparation, _record, ("hearing", "step")),
    act(
        "propose",
        propose_alternative,
        ProposeAlternative,
        _ALTERNATIVE,
        _HEARING,
        button=N_("Only propose it"),
        said=N_("It is proposed. No place is taken yet: have one held in time."),
        undo=_UNDO,
    ),
    act(
        "hold",
        hold_alternative,
        HoldAlternative,
        _ALTERNATIVE,
        _HEARING,
        Day("until", N_("Until which day?"), N_("That day included; 60 days at most."), needed=True),
        label=N_("Have a place held"),
        button=N_("Hold this place"),
        said=N_("A place is held, and its provider has been told."),
        undo=_UNDO,
    ),
    Act("give-back", release_alternative, _not_needed, ("placement",), said=N_("The place was given back.")),
    act(
        "release",
        release_alternative,
        ReleaseAlternative,
        PLACE,
        Choice(
            "because",
            N_("Why is it given back?"),
            needed=True,
            kind=Released,
            among=tuple(one for one in Released if one is not Released.OFFER_WITHDRAWN),
            radios=True,
        ),
        label=N_("Give this place back"),
        button=N_("Give it back"),
        follows=N_("Somebody else can take this place at once. This cannot be taken back."),
        said=N_("The place was given back."),
    ),
    START,
    FOLLOW,
    END_PLACE,
    replace(
        CONFIRM,
        button=N_("The provider said yes"),
        said=N_("The place is confirmed for the youth."),
        main=False,
    ),
)
