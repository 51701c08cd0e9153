"""How long each class of data is kept: what starts its term, in words; the terms themselves are dated rows."""

from dataclasses import dataclass
from datetime import date

from casecoord.domain.facets import Retention
from casecoord.domain.words import Language

#: What starts the term of a class: (Dutch, English).
TRIGGERS: dict[Retention, tuple[str, str]] = {
    Retention.SIGNAL: ("sinds het signaal eindigde", "since the signal ended"),
    Retention.JOINT_VIEW: ("sinds de casus sloot", "since the case was closed"),
    Retention.REGISTER: (
        "sinds het huishouden ophield of het gebied verliet, of iemand overleed",
        "since the household ended or left the area, or somebody died",
    ),
    Retention.ACCESS_LOG: ("sinds er werd gekeken", "since somebody looked"),
    Retention.RIGHTS: ("sinds er werd beslist", "since it was decided"),
    Retention.AGGREGATE: (
        "geen termijn: hierin staan geen persoonsgegevens",
        "no term: these hold no personal data",
    ),
}


@dataclass(frozen=True, slots=True)
class Term:
    """For how many months a class is kept (None: without end), since which day that holds, and where it is said."""

    kept_as: Retention
    months: int | None
    from_on: date
    source: str

    def words(self, language: Language) -> str:
        """The term with what starts it."""
        dutch, english = TRIGGERS[self.kept_as]
        if self.months is None:
            return dutch if language is Language.NL else english
        return (
            f"{self.months} maanden {dutch}" if language is Language.NL else f"{self.months} months {english}"
        )


#: What each area is founded with; a test compares it with the rows. A later row of an area counts instead.
FOUNDED_WITH: dict[Retention, Term] = {
    kept_as: Term(kept_as, months, date(2018, 5, 25), source)
    for kept_as, months, source in (
        (Retention.SIGNAL, 60, "AVG/GDPR 5(1)(e)"),
        (Retention.JOINT_VIEW, 12, "AVG/GDPR 5(1)(e)"),
        (Retention.REGISTER, 12, "AVG/GDPR 5(1)(e)"),
        (Retention.ACCESS_LOG, 60, "AVG/GDPR 5(2), 32; NEN 7513"),
        (Retention.RIGHTS, 60, "AVG/GDPR 5(2); BW 3:310"),
        (Retention.AGGREGATE, None, "AVG/GDPR recital 26"),
    )
}
