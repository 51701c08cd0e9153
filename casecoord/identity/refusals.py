"""Why the door stays closed: a code for machines, a sentence for people, and the HTTP answer."""

from casecoord.domain.words import Language

#: code: (HTTP status, Dutch, English). Sentences never hold anything of the token.
REFUSALS: dict[str, tuple[int, str, str]] = {
    "token_missing": (401, "Meld u eerst aan.", "Sign in first."),
    "token_expired": (
        401,
        "Uw aanmelding is verlopen. Meld u opnieuw aan.",
        "Your login has expired. Sign in again.",
    ),
    "token_invalid": (401, "Deze aanmelding is niet geldig.", "This login is not valid."),
    "unknown_login": (
        401,
        "Deze aanmelding is hier niet bekend, of u werkt hier nu niet. Vraag de beheerder van uw organisatie.",
        "This login is not known here, or you do not work here now. Ask your organisation's administrator.",
    ),
    "csrf_failed": (
        403,
        "Dit verzoek kwam niet van deze pagina. Laad de pagina opnieuw.",
        "This request did not come from this page. Load the page again.",
    ),
    "membership_header_invalid": (
        400,
        "Casecoord-Membership is geen geldige sleutel van een rol.",
        "Casecoord-Membership is not the key of a membership.",
    ),
    "purpose_header_invalid": (
        400,
        "Casecoord-Purpose is geen bekend doel.",
        "Casecoord-Purpose is not a known purpose.",
    ),
    "login_failed": (
        400,
        "Het aanmelden is niet gelukt. Probeer het opnieuw.",
        "Signing in did not succeed. Try again.",
    ),
    "login_unavailable": (
        503,
        "De aanmelddienst antwoordt niet. Probeer het zo opnieuw.",
        "The login service does not answer. Try again shortly.",
    ),
}


class Refused(Exception):
    """The door stays closed, with a `code` of REFUSALS."""

    def __init__(self, code: str) -> None:
        if code not in REFUSALS:
            raise KeyError(f"no sentence for refusal {code}")
        super().__init__(code)
        self.code = code

    @property
    def status(self) -> int:
        return REFUSALS[self.code][0]

    @property
    def challenge(self) -> str | None:
        """The WWW-Authenticate header (RFC 6750) where there is one."""
        if self.status != 401:
            return None
        if self.code == "token_missing":
            return 'Bearer realm="casecoord"'
        return f'Bearer realm="casecoord", error="invalid_token", error_description="{self.code}"'

    def message(self, language: Language) -> str:
        _, dutch, english = REFUSALS[self.code]
        return dutch if language is Language.NL else english
