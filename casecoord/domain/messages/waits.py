"""Refusals about what waits: blockades, hearings, emergency access, requests."""

#: code: (Dutch, English)
MESSAGES: dict[str, tuple[str, str]] = {
    "blockade_out_of_view": (
        "Wie doorzettingsmacht heeft, mag in deze sfeer niets zien en kan dus niets beslissen. Kies het leefgebied "
        "waar het besluit over gaat, zoals financiën, of vraag de regievoerder het voor te leggen.",
        "The person with decision power may see nothing of this sphere, and so cannot decide. Choose the life domain "
        "that the decision is about, such as finance, or ask the lead to raise it.",
    ),
    "blockade_raised": (
        "Voor deze actie ligt er al een blokkade.",
        "A blockade was raised for this action already.",
    ),
    "decision_or_agenda": (
        "Beslis, of zet het op de agenda van de alliantie; niet beide.",
        "Decide, or put it on the alliance's agenda; not both.",
    ),
    "decision_incomplete": (
        "Zeg wat u beslist en waarom, en of het eenmalig of voortaan geldt.",
        "Say what you decide and why, and whether it holds once or from now on.",
    ),
    "hearing_planned": (
        "Deze jongere heeft op die dag al een zitting.",
        "This youth has a hearing on that day already.",
    ),
    "hearing_ended": (
        "Deze zitting is al geweest of afgezegd. Plan een nieuwe.",
        "This hearing was held or cancelled already. Plan a new one.",
    ),
    "hearing_moved": (
        "Deze zitting is intussen verzet naar een andere dag. Kijk naar de nieuwe datum, en doe het dan zo nodig opnieuw.",
        "This hearing was moved to another day meanwhile. Look at the new date, then do it again if it is still needed.",
    ),
    "not_a_working_day": (
        "Op deze dag is er geen zitting: het is weekend of een feestdag.",
        "There are no hearings on this day: it is a weekend or a public holiday.",
    ),
    "reason_too_short": (
        "Zeg in 20 tekens of meer waarom dit niet kan wachten.",
        "Say in 20 characters or more why this cannot wait.",
    ),
    "review_overdue": (
        "Een eerdere noodtoegang van u is nog niet beoordeeld. Bel de privacyfunctionaris; bij direct gevaar: bel 112.",
        "An earlier emergency access of yours was not reviewed yet. Call the privacy officer; in immediate danger: 112.",
    ),
    "household_not_found": (
        "Hier is geen gezin met dit BSN of adres bekend. Controleer het.",
        "No family with this BSN or address is known here. Check it.",
    ),
    "address_shared": (
        "Op dit adres wonen meer huishoudens. Zoek op BSN.",
        "Several households live at this address. Search by BSN.",
    ),
    "glass_broken": (
        "U hebt al noodtoegang tot dit gezin.",
        "You have emergency access to this family already.",
    ),
    "identity_unchecked": (
        "Controleer eerst wie dit vraagt, en leg dat vast.",
        "First check who asks this, and record it.",
    ),
    "second_person_unknown": (
        "Hier beslist u met een tweede persoon over. Noem een ander die hier nu werkt.",
        "You decide this with a second person. Name somebody else who works here now.",
    ),
    "ground_missing": (
        "Zeg op welke grond u beslist, zoals AVG art. 21.",
        "Say on which ground you decide, such as GDPR art. 21.",
    ),
}
