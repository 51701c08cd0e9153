"""Refusals about the access log."""

#: code: (Dutch, English)
MESSAGES: dict[str, tuple[str, str]] = {
    "household_missing": (
        "Zeg van welk huishouden u het logboek wilt lezen.",
        "Say of which household you want to read the log.",
    ),
}
