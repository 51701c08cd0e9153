"""Refusals about families that merge, split and move."""

#: code: (Dutch, English)
MESSAGES: dict[str, tuple[str, str]] = {
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
}
