"""Every refusal a person can meet: a code for machines, a sentence in Dutch and English for people."""

from casecoord.domain.words import Language

#: code: (Dutch, English). Sentences never hold data of the case at hand.
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
    "same_household": (
        "Dit is twee keer hetzelfde huishouden. Noem twee huishoudens.",
        "This is one household twice. Name two households.",
    ),
    "merge_pending": (
        "Over deze twee huishoudens wacht al een voorstel. Beslis daarover.",
        "A proposal about these two households is waiting already. Decide on that.",
    ),
    "two_leads": (
        "Beide casussen hebben een regievoerder. Zeg welke casus doorgaat.",
        "Both cases have a lead. Say which case goes on.",
    ),
    "lead_goes_on": (
        "De casus met een regievoerder gaat door. Noem die, of noem er geen.",
        "The case with a lead goes on. Name that one, or none.",
    ),
    "second_coordinator_needed": (
        "Een andere gebiedscoördinator dan wie bevestigde, draait dit terug.",
        "Another area coordinator than the one who confirmed it undoes this.",
    ),
    "already_undone": ("Dit is al teruggedraaid.", "This was undone already."),
    "undo_later_first": (
        "Daarna is het huishouden weer samengevoegd of gesplitst. Draai eerst dat terug, of splits het huishouden.",
        "The household was merged or split again since. Undo that first, or split the household.",
    ),
    "case_merged": (
        "Deze casus ging verder in een andere. Heropen die.",
        "This case went on in another. Reopen that one.",
    ),
    "persons_missing": (
        "Noem wie er verhuist, en laat er minstens een achter.",
        "Name who leaves, and let at least one stay.",
    ),
    "signals_unassigned": (
        "Zeg van elk open signaal over het hele huishouden bij wie het hoort.",
        "Say for each open signal about the whole household with whom it goes.",
    ),
    "case_unassigned": (
        "Zeg bij welk deel de casus blijft.",
        "Say with which part the case stays.",
    ),
    "team_missing": (
        "Noem een team dat dit overneemt, of aanvaard het zelf.",
        "Name a team that takes this over, or accept it yourself.",
    ),
    "already_accountable": (
        "Dit team is al verantwoordelijk.",
        "This team is accountable already.",
    ),
    "departure_needs_a_word": (
        "Zeg wie dit gezin heeft overgenomen, of bied het een ander gebied aan.",
        "Say who took this family over, or offer it to another area.",
    ),
    "offer_pending": (
        "Een ander gebied moet nog antwoorden. Tot dan blijft het gezin hier.",
        "Another area has yet to answer. Until then the family stays here.",
    ),
    "offer_expired": (
        "Dit aanbod is verlopen en terug bij het andere gebied. Vraag het daar opnieuw aan te bieden.",
        "This offer has expired and is back with the other area. Ask it to offer again.",
    ),
    "area_unknown": ("Dit gebied kennen we niet. Kies een ander.", "This area is not known. Choose another."),
    "address_missing": ("Vul het nieuwe adres in.", "Fill in the new address."),
    "same_address": ("Dit gezin woont daar al.", "This family lives there already."),
    "neighbourhood_unknown": (
        "Deze postcode ligt in geen buurt die we kennen. Kies de buurt zelf.",
        "This postcode is in no neighbourhood known here. Choose the neighbourhood yourself.",
    ),
    "no_open_case": ("Dit huishouden heeft geen open casus.", "This household has no open case."),
    "lead_leaves": (
        "Uw team heeft de regie. Draag eerst de regie over aan een ander team.",
        "Your team has the lead. First hand the lead over to another team.",
    ),
    "lead_first": (
        "Zolang er geen regievoerder is, is uw team verantwoordelijk voor een signaal in deze casus. "
        "Stel eerst een regievoerder voor.",
        "While there is no lead, your team is accountable for a signal in this case. First propose a lead.",
    ),
    "successor_missing": (
        "Noem voor elke open actie van uw team wie haar overneemt; de acties staan erbij.",
        "Name who takes over each open action of your team; they are listed.",
    ),
    "successor_not_in_view": (
        "Deze opvolger mag de actie niet zien. Kies iemand van een team dat dat mag.",
        "This successor may not see the action. Choose somebody of a team that may.",
    ),
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
    "lead_falls_to_you": (
        "De regie valt aan u toe als coördinator. Neem haar aan, of draag haar over aan een ander.",
        "The lead falls to you as the coordinator. Accept it, or hand it over to somebody else.",
    ),
    "work_hanging": (
        "Hier hangt nog werk aan. Noem voor elk punt een opvolger die er dan werkt.",
        "Work still hangs on this. Name for each item a successor who works there by then.",
    ),
    "not_confirmed": (
        "Er is nog niets veranderd. Kijk na wat naar wie gaat en bevestig.",
        "Nothing was changed yet. Check what goes to whom, and confirm.",
    ),
    "membership_over": (
        "Dit is al beëindigd, of eindigt al eerder.",
        "This has ended already, or ends sooner already.",
    ),
    "successor_not_active": (
        "Deze opvolger werkt er dan niet. Kies een ander.",
        "This successor does not work there by then. Choose another.",
    ),
    "team_of_other_kind": (
        "Alleen een team van dezelfde soort kan dit overnemen.",
        "Only a team of the same kind can take this over.",
    ),
    "period_invalid": (
        "Kies een periode die nog moet komen of nu loopt, met een einde.",
        "Choose a period that is to come or runs now, with an end.",
    ),
    "deputy_unfit": (
        "Kies een vervanger uit hetzelfde team, die er de hele periode werkt.",
        "Choose a deputy of the same team who works there during the whole period.",
    ),
    "deputy_absent": (
        "Deze vervanger is dan zelf afwezig, of deze professional vervangt dan een ander. Kies een ander.",
        "This deputy is absent then too, or this professional stands in for another. Choose somebody else.",
    ),
    "absence_exists": (
        "Voor deze periode is al een vervanger aangewezen.",
        "A deputy is named for this period already.",
    ),
    "setting_unknown": (
        "Deze termijn kennen we niet. Kijk bij de instellingen welke er zijn.",
        "This deadline is not known. See the settings for those that there are.",
    ),
    "setting_out_of_bounds": (
        "Kies een heel getal binnen de grenzen die bij de instellingen staan.",
        "Choose a whole number within the bounds that the settings show.",
    ),
    "too_many_days": ("Geef ten hoogste 400 vrije dagen op.", "Give at most 400 days off."),
    "order_incomplete": (
        "Noem school, uitkering, praktijk en buurt, elk één keer.",
        "Name school, benefit, practice and neighbourhood, each once.",
    ),
    "team_not_there": (
        "Dit team werkt hier dan niet. Kies een ander team of moment.",
        "This team does not work here then. Choose another team or moment.",
    ),
    "team_kind_unfit": (
        "Hiervoor past dit soort team niet. Een school heeft een zorgteam school, een praktijk een zorgteam huisarts, "
        "een uitkering een zorgteam werk en een buurt een wijkteam.",
        "This kind of team does not fit here. A school has a school care team, a practice a GP care team, "
        "a benefit agency a work-care team and a neighbourhood a social team.",
    ),
    "role_unfit": (
        "Deze rol hoort niet bij dit soort team. Kies een andere rol.",
        "This role does not belong in this kind of team. Choose another role.",
    ),
    "discipline_only_school": (
        "Alleen in een zorgteam school heeft iemand een discipline.",
        "Only in a school care team does somebody have a discipline.",
    ),
    "professional_or_name": (
        "Noem een professional die hier bekend is, of vul een naam en gegevens in; niet beide.",
        "Name a professional who is known here, or fill in a name and details; not both.",
    ),
    "email_invalid": ("Dit is geen e-mailadres.", "This is not an e-mail address."),
    "login_incomplete": (
        "Geef van een login zowel de uitgever als het nummer daar.",
        "Give both the issuer and the subject of a login.",
    ),
    "login_taken": (
        "Deze login is al van iemand. Controleer hem.",
        "This login is somebody's already. Check it.",
    ),
    "member_already": (
        "Deze professional heeft deze rol al in dit team.",
        "This professional has this role in this team already.",
    ),
    "own_membership": (
        "Een ander dan uzelf geeft u een rol erbij.",
        "Somebody other than yourself gives you another role.",
    ),
    "second_person_missing": (
        "Dit bevestigt een ander dan wie het vastlegde.",
        "Somebody other than whoever recorded this confirms it.",
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


class Problem(Exception):
    """A refusal in words: `code` of MESSAGES and, where one input is at fault, its `field` in camelCase.

    `hanging`: global ids of what stands in the way, of which the caller knows.
    """

    def __init__(self, code: str, field: str | None = None, hanging: tuple[str, ...] = ()) -> None:
        if code not in MESSAGES:
            raise KeyError(f"no message for problem {code}")
        super().__init__(code)
        self.code = code
        self.field = field
        self.hanging = hanging

    def message(self, language: Language) -> str:
        """The sentence for the caller."""
        dutch, english = MESSAGES[self.code]
        return dutch if language is Language.NL else english
