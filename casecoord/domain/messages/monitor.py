"""Refusals about the monitor."""

#: code: (Dutch, English)
MESSAGES: dict[str, tuple[str, str]] = {
    "month_open": (
        "Deze maand is nog niet voorbij. Cijfers worden gepubliceerd als een maand om is: kies een eerdere.",
        "This month is not over yet. Figures are published once a month is over: choose an earlier one.",
    ),
    "period_reversed": (
        "De eerste maand komt na de laatste. Draai ze om.",
        "The first month comes after the last. Turn them round.",
    ),
    "period_too_long": (
        "U kunt hoogstens 36 maanden tegelijk opvragen. Kies een kortere periode.",
        "You can ask for 36 months at once at most. Choose a shorter period.",
    ),
}
