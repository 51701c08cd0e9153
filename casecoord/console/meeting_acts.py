"""The acts of a team's meetings: a date is set; it opens, each item ends in something, it closes or goes on later."""

from casecoord.actions.meetings import (
    AdjournMeeting,
    CloseMeeting,
    MarkPresent,
    MeetingBrief,
    OpenMeeting,
    ScheduleMeeting,
    adjourn_meeting,
    close_meeting,
    mark_present,
    open_meeting,
    schedule_meeting,
)
from casecoord.actions.recording import Homework, RecordDecision, record_decision
from casecoord.actions.staffing import RecordMeeting, record_meeting
from casecoord.console.acts import TRIAGE, Owner
from casecoord.console.fields import Form
from casecoord.console.forms import (
    Act,
    Choice,
    Day,
    Given,
    Line,
    Moment,
    Number,
    Pick,
    Picks,
    Thing,
    Tick,
    act,
    named,
)
from casecoord.console.texts import N_
from casecoord.domain.ids import global_id
from casecoord.domain.words import LifeDomain


def _made(answer: MeetingBrief) -> str:
    return f"/meetings/{global_id('Meeting', answer.id)}"


def _next(answer: MeetingBrief) -> str:
    assert answer.next is not None
    return f"/meetings/{global_id('Meeting', answer.next)}?done=adjourn"


def _decide(form: Form) -> RecordDecision:
    return RecordDecision(
        form.key,
        form.thing("meetingItem", "MeetingItem"),
        _VERSION.read(form),
        form.text("decision"),
        _homework(form),
        form.day("nextOn"),
        form.given.get("familyPresent") == "yes",
        form.text("withoutFamily"),
    )


def _homework(form: Form) -> Homework | None:
    """An action, where any of it was filled in."""
    if not any(form.text(f"action.{name}") for name in ("what", "domain", "dueOn")):
        return None
    owner, team = _OWNER.read(form)
    return Homework(
        form.choice("action.domain", LifeDomain),
        form.needed("action.what"),
        form.needed_day("action.dueOn"),
        team,
        owner,
    )


_VERSION = Given("version", as_=int)
_OWNER = Owner("action.owner")
_MEETING = Thing("meeting", kind="Meeting")

#: On the list of meetings.
LIST_ACTS: dict[str, Act] = named(
    act(
        "schedule",
        schedule_meeting,
        ScheduleMeeting,
        Thing("team", kind="Team"),
        Moment("at", N_("When?"), needed=True),
        Number("minutes", N_("How many minutes?"), needed=True),
        Pick("chair", N_("Who chairs?"), N_("Nobody chosen: you."), kind="Membership", among="own"),
        Picks("guests", N_("Which guests?"), kind="Membership"),
        label=N_("Set a date"),
        button=N_("Set the date"),
        leads=_made,
        main=True,
    ),
    act(
        "met",
        record_meeting,
        RecordMeeting,
        Thing("team", kind="Team"),
        Moment("heldAt", N_("When was it?"), needed=True),
        label=N_("We met without this page"),
        button=N_("Record that we met"),
        said=N_("Recorded. The next meeting is due within its weeks from then."),
    ),
)

#: On a meeting's own page.
TABLE_ACTS: dict[str, Act] = named(
    act(
        "open",
        open_meeting,
        OpenMeeting,
        _MEETING,
        Picks(
            "present", N_("Who is here?"), N_("You are. Whoever is here sees the agenda."), kind="Membership"
        ),
        button=N_("Open the meeting"),
        said=N_("The meeting is open. The agenda was made just now."),
        main=True,
    ),
    act(
        "arrive",
        mark_present,
        MarkPresent,
        _MEETING,
        Picks("present", N_("Who came in?"), kind="Membership", among="absent", needed=True),
        label=N_("Somebody came in"),
        button=N_("They are here"),
    ),
    Act(
        "decide",
        record_decision,
        _decide,
        ("meetingItem",),
        (
            Thing("meetingItem", kind="MeetingItem"),
            _VERSION,
            Line("decision"),
            Tick("familyPresent"),
            Line("withoutFamily"),
            Day("nextOn"),
            Line("action.what"),
            Choice("action.domain", kind=LifeDomain),
            _OWNER,
            Day("action.dueOn"),
        ),
        said=N_("Recorded. This is what comes next."),
    ),
    TRIAGE,
    act(
        "close",
        close_meeting,
        CloseMeeting,
        _MEETING,
        button=N_("Close the meeting"),
        follows=N_(
            "Nothing can be recorded here any more, and guests see the agenda no longer. The minutes stay."
        ),
        said=N_("The meeting is closed. The minutes are ready."),
        main=True,
    ),
    act(
        "adjourn",
        adjourn_meeting,
        AdjournMeeting,
        _MEETING,
        Moment(
            "goesOnAt", N_("When does it go on?"), N_("What is open goes along, and the guests."), needed=True
        ),
        label=N_("Go on another day"),
        button=N_("Go on then"),
        leads=_next,
        said=N_("It goes on here, with what was open."),
    ),
)
