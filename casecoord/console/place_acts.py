"""What is done about a place that a youth has or is held for, by its provider and by whoever looks for one.

A provider reads every word of this: none of them says why a youth needs a place.
"""

from casecoord.actions.placements import (
    EndAlternative,
    FollowAlternative,
    OfPlacement,
    confirm_alternative,
    end_alternative,
    follow_alternative,
    start_alternative,
)
from casecoord.console.forms import Act, Choice, Thing, act
from casecoord.console.texts import N_
from casecoord.domain.alternatives import FollowStep, PlaceOutcome

PLACE = Thing("placement", kind="Placement")

CONFIRM = act(
    "confirm",
    confirm_alternative,
    OfPlacement,
    PLACE,
    button=N_("Yes, this place is theirs"),
    said=N_("The place is confirmed. Whoever asked for it has been told."),
    main=True,
)
START = act(
    "start", start_alternative, OfPlacement, PLACE, button=N_("The youth has begun"), said=N_("Recorded.")
)
FOLLOW = act(
    "follow",
    follow_alternative,
    FollowAlternative,
    PLACE,
    Choice("step", N_("How does it go?"), needed=True, kind=FollowStep, radios=True),
    label=N_("Say how it goes"),
    button=N_("Record"),
)
END_PLACE = act(
    "end-place",
    end_alternative,
    EndAlternative,
    PLACE,
    Choice("outcome", N_("What came of it?"), needed=True, kind=PlaceOutcome, radios=True),
    label=N_("It has ended"),
    button=N_("End this place"),
    follows=N_("The place is free for somebody else at once. This cannot be taken back."),
    said=N_("The place has ended, and is free again."),
)

PLACE_ACTS: tuple[Act, ...] = (CONFIRM, START, FOLLOW, END_PLACE)
