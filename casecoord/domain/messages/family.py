"""Refusals at the family's table: goals, agreements, and how many cases somebody leads."""

#: code: (Dutch, English)
MESSAGES: dict[str, tuple[str, str]] = {
    "step_of_one": (
        "Kies één doel of één afspraak.",
        "Choose one goal or one agreement.",
    ),
    "goal_elsewhere": (
        "Het doel van het gezin legt u vast bij het doel zelf, of bij het eerste voorstel voor een regievoerder.",
        "Record the family's goal as a goal, or with the first proposal of a lead.",
    ),
    "agreement_to_answer_missing": (
        "Zeg op welke afspraak dit een antwoord is.",
        "Say which agreement this answers.",
    ),
    "wording_or_own": (
        "Neem de woorden van het gezin over, of schrijf zelf een tekst; niet beide.",
        "Take over the family's words, or write your own; not both.",
    ),
    "answers_too_young": (
        "Een kind onder de 12 antwoordt niet zelf. Noem de ouder die het zegt.",
        "A child under 12 does not answer itself. Name the parent who says so.",
    ),
    "answers_for_another": (
        "Deze persoon mag hier niet voor een ander antwoorden. Vraag het aan wie het aangaat.",
        "This person may not answer for another here. Ask whom it concerns.",
    ),
    "nobody_to_ask": (
        "Zeg voor wie deze afspraak is.",
        "Say on whose behalf this is agreed.",
    ),
    "no_case_at_home": (
        "Er loopt nu geen casus voor uw gezin. U kunt hier wel om hulp vragen.",
        "There is no case for your family now. You can ask for help here.",
    ),
    "over_ceiling": (
        "Deze collega heeft het maximum aan casussen. Kies een ander, of zeg uitdrukkelijk dat het toch moet.",
        "This colleague has the highest number of cases. Choose another, or say expressly that it has to be.",
    ),
    "hours_out_of_bounds": (
        "Vul een aantal uren per week in van 0 tot en met 60.",
        "Fill in a number of hours a week from 0 to 60.",
    ),
}
