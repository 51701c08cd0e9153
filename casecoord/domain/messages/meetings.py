"""Refusals about care-team meetings: their dates, their tables and how items end."""

#: code: (Dutch, English)
MESSAGES: dict[str, tuple[str, str]] = {
    "action_given": (
        "Bij dit punt is al een actie afgesproken. Zet een volgende in het plan van de casus.",
        "An action was agreed for this item already. Put another into the case's plan.",
    ),
    "case_closed_meanwhile": (
        "De casus is intussen gesloten. Leg alleen een besluit vast, zonder actie en zonder nieuwe datum.",
        "The case was closed meanwhile. Record a decision alone, without an action and without a next date.",
    ),
    "case_not_yet": (
        "Er is nog geen casus. Beoordeel eerst het signaal, of leg alleen een besluit vast.",
        "There is no case yet. Triage the signal first, or record a decision alone.",
    ),
    "changed_meanwhile": (
        "Iemand anders legde intussen iets vast bij dit punt. Uw tekst is er nog; lees wat er nu staat.",
        "Somebody else recorded something for this item meanwhile. Your text is still there; read what it says now.",
    ),
    "decision_missing": (
        "Een punt eindigt in een besluit, of in een actie met een eigenaar en een datum.",
        "An item ends in a decision, or in an action with an owner and a date.",
    ),
    "family_not_there": (
        "Het gezin was er niet bij. Zeg waarom er zonder het gezin is gesproken.",
        "The family was not there. Say why they were talked about without them.",
    ),
    "guest_unfit": (
        "Deze gast zit niet in een zorgteam of wijkteam en kan hier niet aan tafel.",
        "This guest sits in no care team or social team and cannot be at this table.",
    ),
    "items_open": (
        "Er staat nog een punt open. Rond het af, of verdaag het overleg naar een datum.",
        "An item is still open. End it, or adjourn the meeting to a date.",
    ),
    "lead_missing": (
        "Een besproken casus heeft een regievoerder, of iemand die daarvoor is gevraagd. Stel eerst iemand voor.",
        "A case that was discussed has a lead, or somebody who was asked. Propose somebody first.",
    ),
    "meeting_begun": (
        "Dit overleg is al begonnen of voorbij.",
        "This meeting has begun already, or is over.",
    ),
    "meeting_not_open": (
        "Dit overleg is niet geopend, of al voorbij.",
        "This meeting is not open, or is over already.",
    ),
    "meeting_not_today": (
        "Dit overleg is voor een latere dag gepland. Verzet het om eerder te beginnen.",
        "This meeting is planned for a later day. Adjourn it to begin earlier.",
    ),
    "meeting_over": ("Dit overleg is al voorbij.", "This meeting is over already."),
    "minutes_out_of_bounds": (
        "Een overleg duurt 10 tot 240 minuten.",
        "A meeting takes 10 to 240 minutes.",
    ),
    "next_date_missing": (
        "Zeg wanneer er weer over dit gezin wordt gesproken.",
        "Say when this family is talked about again.",
    ),
    "not_expected": (
        "Deze persoon wordt niet bij dit overleg verwacht: niet in het team, of vertrokken.",
        "This person is not expected at this meeting: not in the team, or gone.",
    ),
    "table_taken": (
        "Het team zit al aan tafel in een ander overleg. Sluit of verdaag dat eerst.",
        "The team sits at the table of another meeting. Close or adjourn that first.",
    ),
}
