"""Refusals about youth alternatives: offers, places and the preparation of a judge's day.

A provider meets some of these: none of the ones about offers and places says why a youth needs a place.
"""

#: code: (Dutch, English)
MESSAGES: dict[str, tuple[str, str]] = {
    "offer_full": (
        "Alle plaatsen van dit aanbod zijn bezet. Kies een ander aanbod, of wacht tot er een plaats vrijkomt.",
        "Every place of this offer is taken. Choose another offer, or wait until a place is free.",
    ),
    "offer_withdrawn": (
        "Dit aanbod is ingetrokken. Kies een ander aanbod.",
        "This offer was withdrawn. Choose another one.",
    ),
    "offer_over": (
        "Dit aanbod is dan al afgelopen. Kies een ander aanbod, of een eerdere datum.",
        "This offer is over by then. Choose another one, or an earlier date.",
    ),
    "place_held": (
        "Deze jongere heeft al een plaats in dit aanbod, of die wordt al vastgehouden.",
        "This youth has a place in this offer already, or one is held.",
    ),
    "place_proposed": (
        "Dit aanbod is al voorgesteld voor deze jongere.",
        "This offer was proposed for this youth already.",
    ),
    "hold_expired": (
        "Deze plaats is niet meer vastgehouden: de datum is voorbij. Vraag of er nog een plaats is.",
        "This place is held no more: its date has passed. Ask whether there still is one.",
    ),
    "hold_too_long": (
        "Een plaats kan hoogstens zo lang worden vastgehouden als het aanbod loopt, en niet langer dan 60 dagen.",
        "A place can be held as long as the offer lasts, and for 60 days at most.",
    ),
    "place_not_held": (
        "Dit kan nu niet met deze plaats. Kijk in welke staat zij is.",
        "This cannot be done with this place now. Look at its state.",
    ),
    "offer_ages": (
        "Zet de laagste leeftijd eerst, tussen 10 en 27 jaar.",
        "Say the lowest age first, between 10 and 27 years.",
    ),
    "offer_places": (
        "Bied een tot 500 plaatsen aan, en niet minder dan er nu bezet zijn.",
        "Offer one to 500 places, and no fewer than are taken now.",
    ),
    "offer_dates": (
        "Een aanbod eindigt na zijn begin, en niet in het verleden.",
        "An offer ends after its begin, and not in the past.",
    ),
    "offer_neighbourhood": (
        "Deze buurt ligt niet in uw gebied. Noem een CBS-code zoals BU05991099.",
        "This neighbourhood is not in your area. Give a CBS code such as BU05991099.",
    ),
    "offer_language": (
        "Noem talen met hun korte code, zoals nl of ar.",
        "Give languages by their short code, such as nl or ar.",
    ),
    "offer_provider": (
        "Kies een aanbieder: een team dat plaatsen aanbiedt.",
        "Choose a provider: a team that offers places.",
    ),
    "youth_or_hearing": (
        "Noem een zitting of een jongere; niet beide.",
        "Name a hearing or a youth; not both.",
    ),
    "step_not_recorded": (
        "Deze stap volgt vanzelf uit wat er met de plaats gebeurt. Stel een alternatief voor, houd een plaats vast of bevestig haar.",
        "This step follows from what happens to the place. Propose an alternative, hold a place or confirm it.",
    ),
    "step_done": (
        "Dit is al gedaan.",
        "This was done already.",
    ),
}
