"""Refusals about erasing and keys."""

#: code: (Dutch, English)
MESSAGES: dict[str, tuple[str, str]] = {
    "erasure_not_granted": (
        "Er is voor niemand in dit huishouden een verzoek om wissen toegewezen door twee mensen.",
        "Nobody in this household has a request for erasure that two people granted.",
    ),
}
