"""Refusals about what may be shared: consents, notes of practices, legal grounds."""

#: code: (Dutch, English)
MESSAGES: dict[str, tuple[str, str]] = {
    "consent_without_effect": (
        "Hiervoor opent toestemming niets: dit gegeven, deze ontvanger of dit doel vraagt er niet om.",
        "Consent opens nothing here: this facet, receiver or purpose does not ask for it.",
    ),
    "consent_to_which": (
        "Toestemming voor een medische notitie geldt voor één notitie. Zeg welke.",
        "Consent to a medical note is to one note. Say which.",
    ),
    "consent_parties_missing": (
        "Onder 12 jaar stemt ieder met gezag toe, van 12 tot 16 het kind en ieder met gezag, vanaf 16 alleen de "
        "jongere. Noem precies hen; van wie gezag heeft en hier niet bekend is, moet u het op papier gezien hebben.",
        "Below 12 everybody with custody consents, from 12 to 15 the child and everybody with custody, from 16 the "
        "youth alone. Name exactly them; of whoever has custody and is not known here you must have seen it on paper.",
    ),
    "consent_exists": (
        "Deze toestemming is er al voor (een deel van) deze tijd.",
        "This consent is there already for (part of) this time.",
    ),
    "consent_over": (
        "Deze toestemming is al ingetrokken of voorbij.",
        "This consent was taken back, or is over, already.",
    ),
    "ends_before_it_begins": (
        "Kies een einde na het begin.",
        "Choose an end after the begin.",
    ),
    "ground_unknown": (
        "Op dit artikel rust hier niets. Kies een van de artikelen uit de lijst van gronden.",
        "Nothing rests on this article here. Choose one of the articles in the list of grounds.",
    ),
    "ground_in_force": (
        "Deze wet geeft deze grond al, nu of vanaf een latere datum.",
        "This law gives this ground already, now or from a later date.",
    ),
    "ground_over": (
        "Deze grond is al geëindigd. Laat een nieuwe beginnen.",
        "This ground has ended already. Let a new one begin.",
    ),
}
