"""Refusals about residents' rights carried out, and about how long anything is kept."""

#: code: (Dutch, English)
MESSAGES: dict[str, tuple[str, str]] = {
    "decided_before": (
        "Over een bezwaar beslissen anderen dan wie eerder besliste.",
        "An appeal is decided by others than those who decided before.",
    ),
    "erasure_case_open": (
        "Er loopt nog iets bij dit gezin: wissen wordt dan niet toegekend. Wijs af en bied rectificatie of "
        "beperking aan, of zeg uitdrukkelijk dat u toch wist.",
        "Something is still open for this family, so erasure is not granted. Refuse and offer rectification or "
        "restriction, or say expressly that you erase all the same.",
    ),
    "not_refused": (
        "Bezwaar kan alleen tegen een afwijzing.",
        "Only a refusal can be appealed.",
    ),
    "already_appealed": (
        "Tegen deze beslissing is al bezwaar gemaakt.",
        "This decision was appealed already.",
    ),
    "appeal_too_late": (
        "Bezwaar kan tot zes weken na de beslissing.",
        "An appeal can be made until six weeks after the decision.",
    ),
    "appeal_to_court": (
        "Dit is al op bezwaar beslist. Hierna staat beroep bij de rechter open.",
        "This was decided on appeal already. What remains is an appeal to the court.",
    ),
    "nothing_restricted": (
        "Hier is geen beperking of bezwaar van kracht.",
        "No restriction or objection is in force here.",
    ),
    "not_granted": (
        "Dit is niet toegekend, of het is een ander recht.",
        "This was not granted, or it is another right.",
    ),
    "value_unchanged": (
        "Dit staat er al.",
        "This is what is recorded already.",
    ),
    "value_invalid": (
        "Vul dit anders in: een datum als 1984-03-14, een taal als nl.",
        "Write this differently: a date as 1984-03-14, a language as nl.",
    ),
    "moved_instead": (
        "Dit adres ligt in een andere buurt. Leg een verhuizing vast, dan gaat wat open staat mee.",
        "This address lies in another neighbourhood. Record a move, so that what is open goes along.",
    ),
    "bsn_needed": (
        "Vul ook het BSN in: daarmee wordt de nieuwe geboortedatum herkend.",
        "Give the BSN too: by it the new birth date is recognised.",
    ),
    "child_not_matched": (
        "Dit kind is hier niet bekend, of het is geen 12 tot en met 15 jaar.",
        "This child is not known here, or is not 12 to 15 years old.",
    ),
    "other_purpose": (
        "Een inzage maakt u met het doel inzageverzoek.",
        "Make this under the purpose of an access request.",
    ),
    "term_too_short": (
        "Deze bewaartermijn is korter dan is toegestaan.",
        "This retention term is shorter than is allowed.",
    ),
    "term_exists": (
        "Voor die dag is al een termijn vastgelegd.",
        "A term was set for that day already.",
    ),
}
