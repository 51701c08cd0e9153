"""Refusals about signals, cases and leads, and those that any verb can meet."""

#: code: (Dutch, English)
MESSAGES: dict[str, tuple[str, str]] = {
    "not_found": (
        "Dit bestaat niet, of het is niet van u.",
        "This does not exist, or it is not yours.",
    ),
    "not_allowed": (
        "Dit mag u in deze rol niet doen.",
        "In this role you may not do this.",
    ),
    "person_not_matched": (
        "Dit BSN en deze geboortedatum horen niet bij elkaar. Controleer beide; er is niets vastgelegd.",
        "This BSN and this birth date do not belong together. Check both; nothing was recorded.",
    ),
    "bsn_invalid": ("Dit is geen geldig BSN.", "This is not a valid BSN."),
    "bsn_in_text": (
        "Er staat een BSN in de tekst. Haal het weg; het gezin is al bekend.",
        "The text holds a BSN. Take it out; the family is already known.",
    ),
    "text_empty": ("Vul deze tekst in.", "Fill in this text."),
    "text_too_long": ("Deze tekst is te lang.", "This text is too long."),
    "text_control": (
        "Deze tekst bevat tekens die niet zichtbaar zijn. Typ hem opnieuw.",
        "This text holds characters that cannot be seen. Type it again.",
    ),
    "date_invalid": ("Vul een datum in, zoals 21-3-2018.", "Fill in a date, such as 21-3-2018."),
    "choice_missing": ("Maak een keuze.", "Make a choice."),
    "number_invalid": ("Vul een getal in.", "Fill in a number."),
    "form_stale": (
        "U hebt zich intussen opnieuw aangemeld. Er is nog niets vastgelegd: kijk na wat er staat en verstuur het nog eens.",
        "You signed in again in the meantime. Nothing was recorded yet: check what is here and send it once more.",
    ),
    "date_in_future": ("Deze datum ligt in de toekomst.", "This date lies in the future."),
    "date_in_past": ("Deze datum is al geweest.", "This date has passed."),
    "date_too_late": ("Deze datum ligt te ver weg.", "This date is too far away."),
    "reason_missing": ("Geef een reden.", "Give a reason."),
    "review_date_missing": ("Kies wanneer u opnieuw kijkt.", "Choose when you will look again."),
    "subject_mismatch": (
        "Kies een persoon of een huishouden, niet beide.",
        "Choose a person or a household, not both.",
    ),
    "person_missing": ("Zeg om wie het gaat.", "Say whom this is about."),
    "audience_only_health": (
        "Alleen bij een gezondheidssignaal kiest u wie het leest.",
        "Only for a health signal do you choose who reads it.",
    ),
    "veilig_thuis_missing": (
        "Zeg of u dit bij Veilig Thuis hebt gemeld. Dit signaal is geen melding. Bij direct gevaar: bel 112; "
        "Veilig Thuis: 0800-2000.",
        "Say whether you reported this to Veilig Thuis. This signal is no report. In immediate danger call 112; "
        "Veilig Thuis: 0800-2000.",
    ),
    "already_answered": ("Dit is al beantwoord.", "This has been answered already."),
    "already_triaged": ("Dit signaal is al beoordeeld.", "This signal was triaged already."),
    "case_open": (
        "Dit huishouden heeft al een open casus. Voeg het signaal daaraan toe.",
        "This household has an open case already. Add the signal to it.",
    ),
    "successor_missing": (
        "Noem voor elke open actie van uw team wie haar overneemt; de acties staan erbij.",
        "Name who takes over each open action of your team; they are listed.",
    ),
    "successor_not_in_view": (
        "Deze opvolger mag de actie niet zien. Kies iemand van een team dat dat mag.",
        "This successor may not see the action. Choose somebody of a team that may.",
    ),
    "case_wrong_state": (
        "Dat kan niet in deze fase van de casus.",
        "The case is in a phase in which this cannot be done.",
    ),
    "lead_exists": ("Deze casus heeft al een regievoerder.", "This case has a lead already."),
    "no_lead": ("Deze casus heeft nog geen regievoerder.", "This case has no lead yet."),
    "proposal_pending": (
        "Er loopt al een voorstel. Wacht op het antwoord.",
        "A proposal is waiting for its answer. Wait for it.",
    ),
    "professional_not_active": (
        "Deze professional werkt hier nu niet.",
        "This professional does not work here now.",
    ),
    "professional_not_in_case": (
        "Deze professional hoort niet bij een team in deze casus.",
        "This professional is in no team that takes part in this case.",
    ),
    "already_lead": ("Deze professional is al regievoerder.", "This professional is the lead already."),
    "ceiling_reached": (
        "U hebt het maximum aan casussen. Alleen met het woord van de coördinator kan er een bij.",
        "You have the highest number of cases. Only with the coordinator's word can you take another.",
    ),
    "preference_missing": (
        "Zeg welke regievoerder het gezin wil, of waarom dat niet is gevraagd.",
        "Say which lead the family prefers, or why it was not asked.",
    ),
    "not_yet": ("Dat kan nu nog niet.", "This cannot be done yet."),
    "team_not_invitable": (
        "Dit team kan niet meedoen aan een casus.",
        "This team cannot take part in a case.",
    ),
    "team_in_case": ("Dit team doet al mee.", "This team takes part already."),
    "team_not_in_case": ("Dit team doet niet mee.", "This team does not take part."),
    "owner_not_in_team": ("Deze eigenaar hoort niet bij dat team.", "This owner is not in that team."),
    "action_done": ("Deze actie is al klaar.", "This action is done already."),
    "feedback_first": (
        "Koppel eerst terug aan wie signaleerde.",
        "First tell whoever signalled what came of it.",
    ),
    "feedback_given": ("Er is al teruggekoppeld.", "Feedback was given already."),
    "signal_ended": ("Dit signaal is al afgerond.", "This signal has ended already."),
    "action_not_done": ("Deze actie is nog niet klaar.", "This action is not done yet."),
    "actions_open": (
        "Er staan nog acties open. Rond ze af of spreek ze opnieuw af.",
        "Actions are still open. Complete them, or agree them again.",
    ),
    "signals_open": (
        "Niet elk signaal heeft een bevestigde uitkomst.",
        "Not every signal has a confirmed outcome.",
    ),
    "outcome_missing": (
        "Zeg wat de uitkomst is en wie dat bevestigde.",
        "Say what the outcome is and who confirmed it.",
    ),
    "key_reused": (
        "Deze sleutel is al gebruikt voor iets anders. Stuur een nieuwe sleutel.",
        "This key was used already for something else. Send a new key.",
    ),
    "key_missing": ("Stuur een sleutel (idempotencyKey) mee.", "Send an idempotencyKey."),
    "name_invalid": ("Vul een naam in.", "Fill in a name."),
    "postcode_invalid": ("Dit is geen postcode.", "This is not a postcode."),
    "membership_invalid": (
        "Kies een van uw eigen rollen.",
        "Choose one of your own roles.",
    ),
    "purpose_invalid": (
        "Met dit doel mag u in deze rol niet kijken.",
        "In this role you may not look for this purpose.",
    ),
    "page_too_large": ("Vraag 1 tot 100 regels.", "Ask for 1 to 100 items."),
    "cursor_invalid": ("Begin de lijst opnieuw.", "Start the list again."),
    "time_without_zone": ("Geef de tijd met zijn tijdzone.", "Give the time with its zone."),
    "try_again": ("Iemand anders was net bezig. Probeer het opnieuw.", "Somebody else was at it. Try again."),
}
