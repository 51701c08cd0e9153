"""Refusals about blockades, what opens them, and what a lead spends."""

#: code: (Dutch, English)
MESSAGES: dict[str, tuple[str, str]] = {
    "addressee_missing": (
        "Noem wie dit moet doen: een team, een organisatie, of een functie zoals 'directeur Wonen'. Precies één.",
        "Name who should do this: a team, an organisation, or a function such as 'director of Housing'. Exactly one.",
    ),
    "needed_by_past": (
        "Deze dag is al geweest. Kies vandaag of later: het gaat om wat nog gedaan moet worden.",
        "This day has passed. Choose today or later: it is about what is still to be done.",
    ),
    "not_alike": (
        "Deze blokkades gaan niet over hetzelfde: neem per besluit blokkades van één soort en één leefgebied.",
        "These blockades are not about the same: take blockades of one kind and one life domain in a decision.",
    ),
    "homework_without_agenda": (
        "Huiswerk geeft u bij een blokkade op de agenda van de alliantie. Zet haar daarop, of beslis zonder huiswerk.",
        "Homework comes with a blockade on the alliance's agenda. Put it there, or decide without homework.",
    ),
    "homework_done": (
        "Dit huiswerk is al afgevinkt.",
        "This homework was ticked off already.",
    ),
    "homework_open": (
        "Dit huiswerk is nog niet afgevinkt.",
        "This homework was not ticked off yet.",
    ),
    "rule_of_a_structural_decision": (
        "Alleen een besluit dat voortaan geldt, wordt een regel. Kies 'structureel', of laat de regel weg.",
        "Only a decision that holds from now on becomes a rule. Choose 'structural', or leave the rule out.",
    ),
    "rule_copied": (
        "Schrijf de regel in eigen woorden: hier staan zinnen uit de blokkade zelf, en die gaat over een gezin.",
        "Write the rule in words of its own: this holds sentences of the blockade itself, which is about a family.",
    ),
    "personal_in_text": (
        "Hier staat een telefoonnummer, postcode of e-mailadres in. Schrijf het zonder: ook anderen lezen dit.",
        "This holds a telephone number, postcode or e-mail address. Write it without: others read this too.",
    ),
    "rule_documented": (
        "Dit besluit is al als regel opgeschreven.",
        "This decision was written down as a rule already.",
    ),
    "rule_ended": (
        "Deze regel is al ingetrokken of vervangen.",
        "This rule was withdrawn or replaced already.",
    ),
    "amount_invalid": (
        "Geef een bedrag in centen: meer dan 0, en hoogstens 100.000 euro.",
        "Give an amount in cents: more than 0, and at most 100,000 euros.",
    ),
    "amount_exceeded": (
        "Dit gaat over het bedrag dat een regievoerder dit jaar voor een gezin uitgeeft zonder te vragen. Vul bij "
        "'anders voorleggen' in wat u vraagt en aan wie: dan wordt het in dezelfde stap een blokkade over geld.",
        "This goes over the amount that a lead spends for a family this year without asking. Fill in at 'else raise' "
        "what you ask and of whom: then it becomes a blockade about money in the same step.",
    ),
    "spent_before_case": (
        "Deze datum ligt voor het begin van de casus. Kies de dag waarop het geld is uitgegeven.",
        "This date is before the case began. Choose the day on which the money was spent.",
    ),
    "spend_cancelled": (
        "Deze uitgave is al teruggenomen.",
        "This spend was taken back already.",
    ),
    "result_told": (
        "Wat deze uitgave veranderde, is al opgeschreven.",
        "What this spend changed was written down already.",
    ),
}
