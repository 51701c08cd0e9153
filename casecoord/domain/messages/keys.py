"""Refusals about erasing and keys."""

#: code: (Dutch, English)
MESSAGES: dict[str, tuple[str, str]] = {
    "erasure_with_an_open_case": (
        "Zolang de casus open is, kan er niet gewist worden. Wat wel kan: laat onjuiste gegevens verbeteren "
        "(rectificatie), of laat het gebruik ervan beperken.",
        "While the case is open, nothing can be erased. What can be done: have wrong data corrected "
        "(rectification), or have their use restricted.",
    ),
    "erasure_not_granted": (
        "Er is voor niemand in dit huishouden een verzoek om wissen toegewezen door twee mensen.",
        "Nobody in this household has a request for erasure that two people granted.",
    ),
}
