"""Refusals at the door of residents, and about what is deferred for somebody's safety."""

#: code: (Dutch, English)
MESSAGES: dict[str, tuple[str, str]] = {
    "code_wrong": (
        "Deze code klopt niet, is al gebruikt of is verlopen. Lees hem nog eens van het papier, of vraag uw "
        "regievoerder om een nieuwe.",
        "This code is not right, was used already or has expired. Read it from the paper again, or ask your lead "
        "for another.",
    ),
    "code_locked": (
        "Er zijn te veel verkeerde codes ingevuld. Probeer het morgen opnieuw.",
        "Too many wrong codes were filled in. Try again tomorrow.",
    ),
    "not_bound": (
        "Deze persoon heeft hier geen login.",
        "This person has no login here.",
    ),
    "bound_already": (
        "Deze persoon heeft al een login. Laat de privacyfunctionaris die eerst beëindigen.",
        "This person has a login already. Have the privacy officer end it first.",
    ),
    "identity_unknown": (
        "Wie dit is, staat niet vast in de registratie. Een code kan alleen voor wie daar bekend is.",
        "Who this is, is not certain in the register. A code is only for somebody who is known there.",
    ),
    "too_young_for_login": (
        "Een eigen login kan vanaf 12 jaar.",
        "A login of one's own is possible from the age of 12.",
    ),
    "not_12_to_15": (
        "Alleen een kind van 12 tot en met 15 jaar zegt dit erbij.",
        "Only a child of 12 up to and including 15 says this besides.",
    ),
    "deferred_already": (
        "Dit is al uitgesteld. Beoordeel het uitstel opnieuw.",
        "This is deferred already. Review the deferral instead.",
    ),
    "review_too_late": (
        "Kies een dag binnen 30 dagen waarop opnieuw wordt gekeken.",
        "Choose a day within 30 days on which somebody looks again.",
    ),
}
